"""What a person sees who combines, splits, renames, deletes and reorders the labels of a version."""

from __future__ import annotations

import itertools
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.model import LabelMapping, Relabel, Relabelled
from nbannotate.rules.relabelling import relabelled
from nbannotate.store import relabelling

BOX = nb.Shape.rectangle


def shapes():
    return {
        "0.png": [
            BOX(1, 1, 9, 9, "WBC", id="w", also=["odd"], attributes={"stage": "ring"}, confidence=0.25),
            BOX(2, 2, 9, 9, "RBC", id="r"),
            nb.Shape.polygon([(1.1, 2), (30, 2.3), (20, 30)], "cell", id="c1", attributes={"stage": "ring"}),
            BOX(4, 4, 9, 9, "cell", id="c2", attributes={"stage": 3}),
            BOX(5, 5, 9, 9, "cell", id="c3", attributes={"stage": 2.5}),
            BOX(6, 6, 9, 9, id="none"),
        ],
        "1.png": [BOX(1, 1, 9, 9, "dust", id="d"), BOX(1, 1, 5, 5, "RBC", id="r2")],
        "2.png": [BOX(1, 1, 9, 9, "dust", id="d2")],
        "3.png": nb.Annotation(nothing_to_label=True),
    }


@pytest.fixture
def source(tmp_path):
    """A published version of five images; four have an annotation."""
    for i in range(5):
        Image.new("RGB", (60, 40)).save(tmp_path / f"{i}.png")
    ws = nb.open(":memory:")
    made = ws.create_dataset("d").create_version("source").add_images(tmp_path)
    made.add_annotations(shapes(), source="a model")
    yield made.publish()
    ws.close()


@pytest.fixture
def version(source):
    return source.create_child("combined")


def labels_of(version):
    rows = version.shapes.df()
    return dict(zip(rows["shape_id"], rows["label"], strict=True))


def said(version):
    return {a.name: a.annotation for a in version.assets}


def test_labels_are_combined_in_the_child_and_not_in_its_source(source, version):
    before, events = said(source), len(source.workspace.events)
    done = version.labels.combine(["WBC", "RBC"], into="blood cell")
    assert repr(done) == "combine WBC, RBC into blood cell; 3 shapes on 2 assets"
    assert [(m.label, m.into, m.shapes) for m in done.moved] == [("RBC", "blood cell", 2), ("WBC", "blood cell", 1)]
    assert said(source) == before
    there = labels_of(version)
    assert [there[i] for i in ("w", "r", "r2", "c1", "none", "d")] == ["blood cell"] * 3 + ["cell", "", "dust"]
    assert version.shapes["w"].also == ("odd",)
    assert version.shapes["c1"] == source.shapes["c1"], "all else is the same, bit for bit"
    assert version.labels.df()["label"].tolist() == ["blood cell", "cell", "dust", "odd"]
    assert version.labels["blood cell"].shapes == 3
    (event,) = list(source.workspace.events)[events:]
    assert event.operation == "labels.change"
    assert event.detail["labels"] == "combine WBC, RBC into blood cell"
    history = version.annotations.df(history=True, asset="0.png")
    assert history["source"].tolist() == ["a model", "relabel"]
    assert history["origin"].tolist() == ["import", "import"]
    (kept,) = version.labels.changes
    assert (kept.member, str(kept.mapping), kept.assets, kept.undone) == ("root", str(done.mapping), 2, None)
    assert "combine WBC, RBC into blood cell: 2 assets, by root" in version.labels._repr_markdown_()
    assert "blood cell" in done._repr_markdown_()


def test_a_label_is_split_by_an_attribute(version):
    done = version.labels.split("cell", by="stage")
    assert done.mapping.steps[0].made == ("cell/3", "cell/ring")
    there = labels_of(version)
    assert [there[i] for i in ("c1", "c2", "c3", "w")] == ["cell/ring", "cell/3", "cell", "WBC"]
    assert version.shapes["c1"].attributes == {"stage": "ring"}


def test_a_label_is_deleted_with_its_shapes_and_comes_back(version):
    done = version.labels.delete(["dust", "WBC"])
    assert labels_of(version).keys() == {"w", "r", "c1", "c2", "c3", "none", "r2"}
    assert version.shapes["w"].label == "odd", "it has another label"
    assert done.assets == 3
    assert version.assets["2.png"].annotation == nb.Annotation()
    version.labels.undo()
    assert version.shapes["d2"].label == "dust"


def test_labels_are_renamed_and_reordered(version):
    version.labels.rename("RBC", "erythrocyte")
    assert version.labels.reorder(["erythrocyte", "cell"]).labels == ("erythrocyte", "cell", "WBC", "dust", "odd")
    assert version.labels.df()["label"].tolist()[:2] == ["erythrocyte", "cell"]
    child = version.create_child("child")
    assert list(child.labels.df()["label"])[:2] == ["erythrocyte", "cell"], "the order is inherited"
    with pytest.raises(NotFound, match="No change of the labels of this version"):
        child.labels.undo()
    version.labels.undo()
    assert list(child.labels.df()["label"])[:2] == ["erythrocyte", "cell"], "as it was when it was made"
    assert list(version.labels.df()["label"])[:2] == ["erythrocyte", "WBC"], "where RBC stood"


def test_changes_are_taken_back_one_after_the_other(source, version):
    before = said(version)
    steps = [
        lambda: version.labels.combine(["WBC", "RBC"], into="cell"),
        lambda: version.labels.split("cell", by="stage"),
        lambda: version.labels.delete("dust"),
        lambda: version.labels.rename("odd", "strange"),
        lambda: version.labels.reorder(["strange"]),
    ]
    states = [before]
    for step in steps:
        assert isinstance(step(), Relabelled)
        states.append(said(version))
    assert version.labels.mapping.steps[0].kind == "combine"
    for state in states[-2::-1]:
        version.labels.undo()
        assert said(version) == state
    assert said(version) == before == said(source)
    assert all(c.undone is not None for c in version.labels.changes)
    with pytest.raises(NotFound, match="can be taken back"):
        version.labels.undo()


def test_what_was_relabelled_since_stays(version):
    version.labels.combine(["WBC", "RBC"], into="blood cell")
    drawn = version.assets["0.png"].annotation
    mine = [s.replace(label="monocyte") if s.id == "w" else s for s in drawn.shapes if s.id != "c3"]
    version.add_annotations({"0.png": [*mine, BOX(9, 9, 5, 5, "blood cell", id="new")]}, source="another model")
    version.labels.undo()
    there = labels_of(version)
    assert there["w"] == "monocyte"
    assert there["r"] == there["r2"] == "RBC"
    assert there["new"] == "blood cell", "it never had another label"
    assert "c3" not in there


def test_what_was_deleted_does_not_come_back_over_the_answer_that_there_is_nothing(version):
    version.labels.delete("dust")
    version.add_annotations({"2.png": nb.Annotation(nothing_to_label=True)}, source="looked at again")
    version.labels.undo()
    assert version.assets["2.png"].annotation == nb.Annotation(nothing_to_label=True)
    assert version.shapes["d"].label == "dust"


def test_answers_of_people_stay_theirs(tmp_path):
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    ws = nb.open(":memory:")
    ana = ws.members.add("ana")
    version = ws.create_dataset("d").create_version("v").add_images(tmp_path)
    recipe = nb.Recipe([nb.Label("ring", color="#112233"), nb.Label("trophozoite"), "WBC"])
    campaign = version.create_campaign("July", recipe, nb.Workflow([nb.Step("draw", "annotation", ["ana"])]))
    campaign.launch()
    ws.acting(ana).work.next("July").submit([BOX(1, 1, 9, 9, "ring", id="s")])
    with pytest.raises(Refused, match=r"in the campaign 'July'.*create_child"):
        version.labels.combine(["ring", "trophozoite"], into="infected")
    child = version.create_child("combined")
    child.labels.combine(["ring", "trophozoite"], into="infected")
    (row,) = child.annotations
    assert (row.member, row.origin, row.source) == ("ana", "answer", "relabel")
    assert child.labels.df().to_dict("records") == [
        {"label": "infected", "color": "#112233", "shapes": 1, "assets": 1},
        {"label": "WBC", "color": child.labels["WBC"].color, "shapes": 0, "assets": 0},
    ]
    assert version.shapes["s"].label == "ring"
    assert campaign.jobs["draw", "ana"].objects == 1
    with pytest.raises(NotAllowed, match=r"labels\.change is for"):
        ws.acting(ana).client.call("labels.change", Relabelled, version_id=child.version_id, mapping=LabelMapping())


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda v: v.labels.combine(["WBC", "RBCs"], into="x"), NotFound, "did you mean 'RBC'"),
        (lambda v: v.labels.combine([], into="x"), InvalidInput, "none is given"),
        (lambda v: v.labels.combine(["WBC", "RBC"], into=" "), InvalidInput, "into must be a text"),
        (lambda v: v.labels.rename("WBC", "RBC"), Conflict, "combine"),
        (lambda v: v.labels.delete("dirt"), NotFound, "no label 'dirt'"),
        (lambda v: v.labels.apply({}), InvalidInput, "no step"),
        (lambda v: v.labels.apply("WBC"), InvalidInput, "takes a mapping of labels"),
        (lambda v: v.publish().labels.delete("dust"), Refused, "published"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(version, call, error, words):
    before = said(version)
    with pytest.raises(error, match=words):
        call(version)
    assert said(version) == before
    assert version.labels.changes == []


def test_a_value_that_makes_no_label_is_named(version):
    far = [BOX(1, 1, 9, 9, "cell", id="far", attributes={"stage": "x" * 300})]
    version.add_annotations({"4.png": far}, source="a model")
    with pytest.raises(InvalidInput, match="makes a label that cannot be"):
        version.labels.split("cell", by="stage")


def test_a_mapping_is_looked_at_first_and_goes_to_another_version(source, version):
    swapped = version.labels.preview({"WBC": "RBC", "RBC": "WBC", "dust": None})
    assert (swapped.assets, version.labels.changes) == (3, [])
    assert source.labels.preview({"WBC": None}).assets == 1, "of a published version, too"
    version.labels.apply({"WBC": "RBC", "RBC": "WBC", "dust": None})
    there = labels_of(version)
    assert [there[i] for i in ("w", "r", "r2")] == ["RBC", "WBC", "WBC"]
    assert "d" not in there
    other = source.create_child("other")
    other.labels.apply(version.labels.mapping)
    assert labels_of(other) == there
    assert other.labels.df().equals(version.labels.df())


def coco(path):
    """Return the categories of a file in order, those that annotations have, and their names by number."""
    found = json.loads(path.read_text())
    names = {c["id"]: c["name"] for c in found["categories"]}
    return list(names.values()), sorted(names[a["category_id"]] for a in found["annotations"]), names


def annotations_in(path):
    return json.loads(path.read_text())["annotations"]


def test_an_export_has_the_labels_of_the_version_or_of_a_mapping(source, version, tmp_path):
    out = tmp_path / "out.json"
    mapping = {"WBC": "blood cell", "RBC": "blood cell", "dust": None}
    source.write("coco", out, labels=mapping, lossy=True)
    names, used, _ = coco(out)
    assert names == ["blood cell", "cell", "odd"]
    assert used == ["blood cell"] * 3 + ["cell"] * 3
    assert labels_of(source)["w"] == "WBC"
    version.labels.apply(mapping)
    version.write("coco", tmp_path / "same.json", lossy=True)
    assert annotations_in(tmp_path / "same.json") == annotations_in(out)
    assert coco(tmp_path / "same.json") == coco(out)
    source.write("coco", tmp_path / "like.json", labels=version.labels.mapping, lossy=True)
    assert (tmp_path / "like.json").read_bytes() == out.read_bytes()
    version.labels.reorder(["odd", "blood cell"])
    version.write("coco", out, lossy=True)
    assert coco(out)[0] == ["odd", "blood cell", "cell"]
    source.write("coco", out, labels=LabelMapping().split("cell", by="stage"), lossy=True)
    assert {"cell", "cell/3", "cell/ring"} <= set(coco(out)[0])
    with pytest.raises(NotFound, match="no label 'RBCs'"):
        source.write("coco", out, labels={"RBCs": "x"})


def test_a_label_that_was_read_from_a_file_keeps_its_number_under_its_new_name(tmp_path):
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    box = {"image_id": 1, "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0}
    given = {
        "images": [{"id": 1, "file_name": "a.png", "width": 60, "height": 40}],
        "categories": [{"id": 7, "name": "b"}, {"id": 3, "name": "a"}, {"id": 5, "name": "unused"}],
        "annotations": [{"id": 1, "category_id": 7, **box}, {"id": 2, "category_id": 3, **box}],
    }
    (tmp_path / "in.json").write_text(json.dumps(given))
    version = nb.open(":memory:").create_dataset("d").create_version("v").add_images(tmp_path / "a.png")
    version.read("coco", tmp_path / "in.json")
    assert version.labels.df()["label"].tolist() == ["b", "a", "unused"]
    assert version.labels.df()["shapes"].tolist() == [1, 1, 0]
    version.labels.rename("a", "cell")
    version.write("coco", tmp_path / "out.json")
    assert coco(tmp_path / "out.json")[2] == {7: "b", 3: "cell", 5: "unused"}
    version.labels.combine(["cell", "b"], into="cell")
    version.write("coco", tmp_path / "out.json")
    assert coco(tmp_path / "out.json")[2] == {3: "cell", 5: "unused"}
    version.labels.undo()
    version.labels.undo()
    version.write("coco", tmp_path / "out.json")
    assert coco(tmp_path / "out.json")[0] == ["b", "a", "unused"]


def test_deleting_the_version_deletes_its_changes(source, version):
    version.labels.combine(["WBC", "RBC"], into="x")
    version.delete("combined")
    with source.workspace.client.dispatcher.engine.read() as tx:
        assert tx.value("select count(*) from data.relabelled") == 0
    assert len(source.workspace.sql("select * from label_changes")) == 0


NAMES = st.sampled_from(["a", "b", "c'd", "e/f", "a/1"])
VALUES = st.one_of(
    st.sampled_from(["ring", "", "x/y", "1"]), st.integers(-5, 5), st.booleans(), st.none(), st.floats(0, 9),
    st.lists(st.text("ab"), max_size=2),
)  # fmt: skip
STEPS = st.one_of(
    st.builds(lambda names, n: ("combine", names, n), st.lists(NAMES, min_size=1, max_size=3, unique=True), NAMES),
    st.builds(lambda names, n: ("split", [names], n), NAMES, st.sampled_from(["stage", "with/slash", "~", "none"])),
    st.builds(lambda names: ("delete", names, ""), st.lists(NAMES, min_size=1, max_size=2, unique=True)),
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """A dataset in which versions of one image are made."""
    image = tmp_path_factory.mktemp("one") / "a.png"
    Image.new("RGB", (60, 40)).save(image)
    ws = nb.open(":memory:")
    dataset = ws.create_dataset("d")
    numbers = itertools.count()
    yield lambda: dataset.create_version(f"v{next(numbers)}").add_images(image)
    ws.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.one_of(NAMES, st.just("")),
            st.lists(NAMES, max_size=2, unique=True),
            st.dictionaries(st.sampled_from(["stage", "with/slash", "~"]), VALUES),
        ),
        max_size=5,
    ),
    st.lists(STEPS, min_size=1, max_size=3),
)
def test_the_store_and_the_rule_say_the_same(ground, made, steps):
    drawn = nb.Annotation(
        shapes=[
            BOX(0, 0, 9, 9, label, id=f"s{i}", attributes=attributes, also=[n for n in also if label not in ("", n)])
            for i, (label, also, attributes) in enumerate(made)
        ]
    )
    mapping = LabelMapping(
        tuple(
            Relabel(kind, tuple(names), into=last if kind == "combine" else "", by=last if kind == "split" else "")
            for kind, names, last in steps
        )
    )
    version = ground()
    version.add_annotations({"a.png": drawn}, source="m")
    before = version.assets["a.png"].annotation or nb.Annotation()
    wanted = relabelled(before, mapping)
    with version.workspace.client.dispatcher.engine.read() as tx:
        relabelling.mark(tx, version.version_id, mapping)
        rows = tx.all("select * from shaped where label is not null order by rank")
        if not relabelling.marked(tx):
            assert wanted == before
            return
    assert [(r["shape_id"], r["label"], tuple(msgspec.json.decode(r["also"] or "[]"))) for r in rows] == [
        (s.id, s.label, s.also) for s in wanted.shapes
    ]
