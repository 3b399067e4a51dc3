"""A campaign's spec as YAML: it comes back as it was, a person can read it, and every mistake names its place."""

import datetime
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotFound
from nbannotate.model import Attribute, CampaignSpec, Document, Label, Recipe, Rule, Step, Tag, Workflow
from nbannotate.model.campaign import BUILT_IN_STATUSES
from nbannotate.workspace.spec import from_yaml, to_yaml

letters = st.characters(exclude_categories=["Cs"])
names = st.one_of(
    st.text(letters, min_size=1, max_size=12).map(str.strip).filter(bool),
    st.sampled_from(
        ["no", "yes", "null", "~", "1", "1.5", "2026-12-31", "a: b", "- x", "#7b1fa2", "'", '"', "0x1F", "|"]
    ),
)
long_texts = st.one_of(
    st.text(letters, max_size=40),
    st.lists(
        st.sampled_from(["# Cells", "", "- one  ", "  two", "\tthree", "a: b # c", " ", "ünï \U0001f642"]), max_size=8
    ).map("\n".join),
)


@st.composite
def attributes(draw):
    kind = draw(st.sampled_from(["text", "number", "integer", "boolean", "choice", "choices"]))
    choices = draw(st.lists(names, min_size=1, max_size=3, unique=True)) if kind.startswith("choice") else []
    values = {
        "text": st.text(letters, max_size=8),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "integer": st.integers(),
        "boolean": st.booleans(),
        "choice": st.sampled_from(choices) if choices else st.none(),
        "choices": st.lists(st.sampled_from(choices), max_size=2) if choices else st.none(),
    }
    return Attribute(draw(names), kind, choices, draw(st.booleans()), draw(st.none() | values[kind]))


labels = st.builds(
    Label,
    names,
    st.lists(st.sampled_from(["rectangle", "polygon"]), max_size=2, unique=True),
    st.none() | st.sampled_from(["#e69f00", "#56b4e9", "#123456"]),
    st.lists(attributes(), max_size=2, unique_by=lambda a: a.name),
)
recipes = st.builds(
    Recipe,
    st.lists(labels, min_size=1, max_size=4, unique_by=lambda v: v.name),
    st.lists(
        names | st.builds(Tag, names, st.lists(attributes(), max_size=2, unique_by=lambda a: a.name)),
        max_size=2,
        unique_by=lambda v: getattr(v, "name", v),
    ),
    st.none() | st.integers(1, 99),
    st.none() | st.integers(1, 99),
    st.booleans(),
    st.sampled_from(["show", "edit"]),
    st.booleans(),
    st.sampled_from(["keep", "refuse", "repair"]),
    st.none() | st.sampled_from([1, 2.5, 12.0]),
)


@st.composite
def steps(draw, kind):
    people = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    how = draw(st.sampled_from(["queue", "equal", "weighted"]))
    weight = st.floats(0.001, 1000) | st.integers(1, 9)
    return Step(
        draw(names),
        kind,
        {p: draw(weight) for p in people} if how == "weighted" else people,
        how,
        lease_minutes=draw(st.sampled_from([30, 30.0, 0.5, 45])),
        statuses=draw(st.lists(names.filter(lambda s: s not in BUILT_IN_STATUSES), max_size=2, unique=True)),
    )


@st.composite
def specs(draw):
    flow = [draw(steps("annotation")), draw(steps("review"))]
    if flow[0].name == flow[1].name:
        flow.pop()
    name = draw(names)
    return CampaignSpec(
        name=name,
        recipe=draw(recipes),
        workflow=Workflow(flow, draw(st.sampled_from([60, 60.0, 1, 7.5]))),
        instructions=draw(long_texts),
        pdf=draw(st.none() | st.builds(Document, names, st.just("ab" * 32))),
        due=draw(st.none() | st.dates()),
        existing=draw(st.sampled_from(["prefill", "restart", "done"])),
        filter=draw(st.sampled_from(["all()", "label('car', count=(2, None)) & ~tag('dark')"])),
        order=draw(st.sampled_from(["sequential", "random"])),
        seed=draw(st.none() | st.integers(0, 2**40)),
        limit=draw(st.none() | st.integers(1, 10**6)),
        clip=draw(st.none() | st.integers(1, 99)),
        new_assets=draw(st.sampled_from(["join", "wait", "closed"])),
        rules=draw(
            st.lists(
                st.builds(
                    Rule, st.sampled_from(["done", "skipped"]), names.filter(lambda n: n != name), st.none() | names
                ),
                max_size=2,
            )
        ),
    )


@settings(max_examples=150, deadline=None)
@given(specs())
def test_what_is_written_is_read_as_it_was(spec):
    assert from_yaml(to_yaml(spec)) == spec


SPEC = CampaignSpec(
    name="Leukocytes, July",
    recipe=Recipe(
        [
            "RBC",
            Label("WBC", kinds=["polygon"], attributes=["note", Attribute("stage", "choice", ["young", "old"], True)]),
            Label("platelet", color="#123456"),
        ],
        tags=["blurred", "no"],
        max_shapes=40,
    ),
    workflow=Workflow(
        [
            Step("draw", "annotation", {"ana": 2, "ben": 1}, "weighted"),
            Step("check", "review", ["chloe"], statuses=["for expert review"]),
        ]
    ),
    instructions="# Leukocytes\nDraw **every** nucleus.  \nAsk when in doubt.\n",
    due=datetime.date(2026, 12, 31),
    filter="label('WBC', count=(2, None)) & ~tag('dark')",
    order="random",
    seed=7,
    rules=[Rule("done", "Experts", "for expert review")],
)

TEXT = textwrap.dedent(
    """\
    name: Leukocytes, July
    recipe:
      labels:
        - RBC
        - name: WBC
          kinds: [polygon]
          attributes:
            - note
            - name: stage
              type: choice
              choices: [young, old]
              required: true
        - name: platelet
          color: '#123456'
      tags: [blurred, 'no']
      max_shapes: 40
    workflow:
      steps:
        - name: draw
          kind: annotation
          assignees: {ana: 2, ben: 1}
          attribution: weighted
        - name: check
          kind: review
          assignees: [chloe]
          statuses: [for expert review]
    instructions: |
      # Leukocytes
      Draw **every** nucleus.__
      Ask when in doubt.
    due: 2026-12-31
    filter: FILTER
    order: random
    seed: 7
    rules:
      - when: done
        to: Experts
        status: for expert review
    """
).replace("__", "  ")


def test_a_person_can_read_it():
    assert to_yaml(SPEC) == TEXT.replace("FILTER", SPEC.filter)


def test_the_spec_in_the_docs_is_what_is_printed():
    docs = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
    shown = docs.partition("```yaml\n")[2].partition("```")[0]
    assert to_yaml(from_yaml(shown)) == shown


def test_a_file_is_read_too_and_a_missing_one_is_named(tmp_path):
    file = tmp_path / "july.yaml"
    file.write_text(to_yaml(SPEC), encoding="utf-8")
    assert from_yaml(file) == from_yaml(str(file)) == SPEC
    with pytest.raises(NotFound, match=r"june\.yaml"):
        from_yaml(tmp_path / "june.yaml")


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("assignees: [chloe]", "asignees: [chloe]", r"^workflow\.steps\[1\]\.asignees: .* did you mean assignees\?"),
        (
            "kind: review",
            "kind: reviw",
            r"^workflow\.steps\[1\]\.kind: must be one of annotation, consensus, review.*mean review\?",
        ),
        (
            "kinds: [polygon]",
            "kinds: [polygone]",
            r"^recipe\.labels\[1\]\.kinds\[0\]: 'polygone' is no shape kind.*polygon\?",
        ),
        ("type: choice", "type: chioce", r"^recipe\.labels\[1\]\.attributes\[1\]\.type: .*did you mean choice"),
        ("max_shapes: 40", "max_shapes: many", r"^recipe\.max_shapes: must be a whole number, not 'many'"),
        ("max_shapes: 40", "max_shapes: 0", r"^recipe\.max_shapes: .*above 0"),
        (
            "tags: [blurred, 'no']",
            "tags: [blurred, no]",
            r"^recipe\.tags\[1\]: must be a text, not false; put it in quotes",
        ),
        ("tags: [blurred, 'no']", "tags: blurred", r"^recipe\.tags: must be a list, not 'blurred'; write \[blurred\]"),
        ("'#123456'", "blue", r"^recipe\.labels\[2\]\.color: .*'#7b1fa2'"),
        ("{ana: 2, ben: 1}", "{ana: 2, ben: lots}", r"^workflow\.steps\[0\]\.assignees\.ben: must be a number above 0"),
        ("{ana: 2, ben: 1}", "{ana: 2, ben: 0}", r"^workflow\.steps\[0\]\.weights: .*above 0"),
        ("due: 2026-12-31", "due: soon", r"^due: must be a day like 2026-12-31, not 'soon'"),
        ("order: random", "order: shuffled", r"^order: must be one of random, sequential, not 'shuffled'"),
        ("to: Experts", "to: Leukocytes, July", r"sends assets to itself"),
        ("when: done", "when: finished", r"^rules\[0\]\.when: "),
        ("    to: Experts\n", "", r"^rules\[0\]: to is missing"),
        ("name: check", "name: draw", r"^workflow\.steps: .*'draw' is there twice"),
        ("seed: 7", "seed: 7\nseed: 8", r"^line \d+, column 1: 'seed' is there twice"),
        ("label('WBC'", "lable('WBC'", r"^filter: .*character 1\b.*lable"),
        ("seed: 7", "seed: [7", r"^line \d+, column \d+: a ',' or a '\]' is missing"),
        ("seed: 7", "seed: 7: 8", r"^line \d+, column 8: a ':' stands where none can be"),
        ("order: random", "existing: reviewed", r"^existing: must be one of .*did you mean review"),
    ],
)
def test_a_mistake_names_its_place_and_what_was_meant(before, after, sentence):
    text = to_yaml(SPEC)
    with pytest.raises(InvalidInput, match=sentence):
        from_yaml(text.replace(before, after))


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "name: July\n", "!!python/object:os.system {}\n"])
def test_what_is_no_spec_is_refused_in_a_sentence(text):
    with pytest.raises(InvalidInput):
        from_yaml(text)


# With a workspace -----------------------------------------------------------------------------------------------------


@pytest.fixture
def version(make_images):
    """A version with images, and the people of ``SPEC``."""
    workspace = nb.open(":memory:")
    for login, role in {"ana": "annotator", "ben": "annotator", "chloe": "reviewer"}.items():
        workspace.members.add(login, role=role, password="password-of-them")
    yield workspace.create_dataset("smears").create_version("v1").add_images(make_images(3))
    workspace.close()


def test_a_campaign_is_written_with_every_field_and_stored_as_it_is(version):
    campaign = version.create_campaign(
        "July",
        SPEC.recipe,
        SPEC.workflow,
        instructions="# Draw",
        due="2099-12-31",
        existing="done",
        filter=nb.Filter.label("WBC") | nb.Filter.empty(),
        order="random",
        seed=7,
        limit=2,
        clip=2,
        new_assets="closed",
        rules=[Rule("done", "Experts", "for expert review")],
    )
    spec = campaign.spec
    assert spec == CampaignSpec(
        name="July",
        recipe=SPEC.recipe,
        workflow=SPEC.workflow,
        instructions="# Draw",
        due=datetime.date(2099, 12, 31),
        existing="done",
        filter=str(nb.Filter.label("WBC") | nb.Filter.empty()),
        order="random",
        seed=7,
        limit=2,
        clip=2,
        new_assets="closed",
        rules=(Rule("done", "Experts", "for expert review"),),
    )
    assert version.create_campaign("All", SPEC.recipe, SPEC.workflow, filter=None).spec.filter == "all()"


@pytest.mark.parametrize("how", ["spec", "campaign", "text", "path", "name of a file"])
def test_a_campaign_is_written_again_from_what_was_printed(version, tmp_path, how):
    july = version.create_campaign("July", SPEC.recipe, SPEC.workflow, instructions="# Draw\n", order="random", seed=7)
    file = tmp_path / "july.yaml"
    file.write_text(to_yaml(july.spec), encoding="utf-8")
    given = {
        "spec": july.spec,
        "campaign": july,
        "text": file.read_text(encoding="utf-8"),
        "path": file,
        "name of a file": str(file),
    }[how]
    august = version.create_campaign_from(given, name="August", due="2099-01-31", instructions="# Look\n", limit=2)
    spec = august.spec
    assert (spec.name, spec.due, spec.instructions, spec.limit) == ("August", datetime.date(2099, 1, 31), "# Look\n", 2)
    assert (spec.recipe, spec.workflow, spec.seed) == (SPEC.recipe, SPEC.workflow, 7)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"nmae": "August"}, InvalidInput, "no field 'nmae' .did you mean 'name'"),
        ({"zzz": 1}, InvalidInput, "no field 'zzz'; it has name, recipe, workflow"),
        ({"name": "August", "limit": 0}, InvalidInput, "limit must be a whole number above 0"),
        ({"name": "August", "filter": "label('x'"}, InvalidInput, "filter at character 6"),
        ({"name": "August", "workflow": []}, InvalidInput, "workflow must be an nb.Workflow"),
        ({}, Conflict, "'July' already"),
    ],
)
def test_a_change_that_is_wrong_writes_nothing(version, changes, error, sentence):
    july = version.create_campaign("July", SPEC.recipe, SPEC.workflow)
    with pytest.raises(error, match=sentence):
        version.create_campaign_from(july, **changes)
    assert [c.name for c in version.workspace.campaigns] == ["July"]
