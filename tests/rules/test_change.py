"""What may be changed in a campaign, and what would lose work."""

import datetime

import pytest
from msgspec.structs import replace

from nbannotate.model import Attribute, CampaignSpec, Document, Label, Recipe, Rule, Step, Workflow
from nbannotate.rules.change import Facts, Used, compare

DRAW = Step("draw", "annotation", ("ana", "ben"), attribution="equal", statuses=("for expert review",))
CHECK = Step("check", "review", ("chloe",))
CAR = Label("car", ("rectangle",), "#ff0000", (Attribute("color", "choice", ("red", "blue")), Attribute("plate")))
SPEC = CampaignSpec(
    name="July",
    recipe=Recipe((CAR, Label("bus")), ("dark", "wet"), max_shapes=10),
    workflow=Workflow((DRAW, CHECK)),
    seed=1,
)
FACTS = Facts(
    launched=True,
    labels={"car": Used(12, 1)},
    kinds={("car", "rectangle"): Used(12, 1)},
    attributes={("car", "color"): Used(3)},
    values={("car", "color", '"red"'): Used(3)},
    tags={"dark": Used(1)},
    most_shapes=7,
    most_tags=1,
    started={(0, "ana"): 2},
    unstarted={0: 40, 1: 5},
    statuses={(0, "for expert review"): 4, (0, "completed"): 9},
)


def recipe(**changes):
    return replace(SPEC, recipe=replace(SPEC.recipe, **changes))


def car(**changes):
    return recipe(labels=(replace(CAR, **changes), Label("bus", color=SPEC.recipe.labels[1].color)))


def step(index=0, **changes):
    steps = list(SPEC.workflow.steps)
    steps[index] = replace(steps[index], **changes)
    return replace(SPEC, workflow=Workflow(tuple(steps)))


def steps(*new):
    return replace(SPEC, workflow=Workflow(new))


def test_nothing_changes_between_equal_specs():
    found = compare(SPEC, replace(SPEC), FACTS)
    assert (found.changes, found.warnings, found.refusals, found.dealt, found.joined) == ([], [], [], [], [])


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (replace(SPEC, name="August"), "The name becomes 'August' (it was 'July')."),
        (replace(SPEC, due=datetime.date(2099, 1, 1)), "Due 2099-01-01 (it was on no day)."),
        (replace(SPEC, instructions="# Draw"), "The instructions change."),
        (replace(SPEC, pdf=Document("guide.pdf", "0")), "The PDF is 'guide.pdf'."),
        (replace(SPEC, new_assets="wait"), "New assets: wait (it was join)."),
        (replace(SPEC, rules=(Rule("done", "experts"),)), "Rules: done go to 'experts'."),
        (recipe(labels=(*SPEC.recipe.labels, Label("van"))), "The label 'van' is added."),
        (recipe(labels=SPEC.recipe.labels[:1]), "The label 'bus' goes; nothing uses it."),
        (recipe(tags=("dark", "wet", "cold")), "The tag 'cold' is added."),
        (recipe(tags=("dark",)), "The tag 'wet' goes; nothing uses it."),
        (recipe(max_shapes=7), "An asset may have 7 shapes."),
        (recipe(max_shapes=None), "An asset may have any number of shapes."),
        (recipe(open_labels=True), "Annotators may now add labels."),
        (
            recipe(labels=(CAR, replace(SPEC.recipe.labels[1], name="coach"))),
            "The label 'bus' is called 'coach'; nothing uses it.",
        ),
        (recipe(several_labels=True), "A shape may now have several labels."),
        (recipe(flaws="repair"), "shapes with flaws that are submitted are repaired, or refused where that cannot be"),
        (recipe(min_size=4), "A shape should have at least 4 pixels; what was submitted before stays."),
        (car(color="#00ff00"), "The label 'car' has the color #00ff00."),
        (car(kinds=("rectangle", "polygon")), "The label 'car' is for 'rectangle', 'polygon'."),
        (car(kinds=()), "The label 'car' is for every shape kind."),
        (car(attributes=(*CAR.attributes, Attribute("doors", "integer"))), "The attribute 'doors' of 'car' is added."),
        (car(attributes=CAR.attributes[:1]), "The attribute 'plate' of 'car' goes; nothing uses it."),
        (
            car(attributes=(Attribute("color", "choice", ("red", "blue", "green")), Attribute("plate"))),
            "The attribute 'color' of 'car' has the choice 'green', too.",
        ),
        (
            car(attributes=(Attribute("color", "choice", ("red",)), Attribute("plate"))),
            "The attribute 'color' of 'car' no longer has the choice 'blue'.",
        ),
        (step(name="paint"), "The step 'draw' is called 'paint'."),
        (step(statuses=("for expert review", "odd")), "Step 'draw': the status 'odd' is added."),
        (step(lease_minutes=5), "Step 'draw': a pulled task is leased for 5 minutes."),
        (
            replace(SPEC, workflow=replace(SPEC.workflow, idle_after=90)),
            "People count as idle after 90 seconds (it was 60).",
        ),
        (step(assignees=("ana", "ben", "carl")), "Step 'draw': 'carl' comes."),
        (step(assignees=("ana",)), "Step 'draw': 'ben' leaves."),
        (
            step(attribution="weighted", weights=(3, 1)),
            "Step 'draw': the attribution becomes weighted (it was equal).",
        ),
    ],
)
def test_what_loses_no_work_may_change_while_the_campaign_runs(new, said):
    found = compare(SPEC, new, FACTS)
    assert found.refusals == []
    assert said in " ".join(found.changes)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (recipe(labels=SPEC.recipe.labels[1:]), "'car' cannot go: 12 submitted shapes and 1 in drafts would lose it"),
        (
            recipe(labels=(replace(CAR, name="auto"), SPEC.recipe.labels[1])),
            "'car' cannot be called 'auto': 12 submitted shapes and 1 in drafts would lose it",
        ),
        (recipe(tags=("wet",)), "'dark' cannot go: 1 submitted annotation would lose it"),
        (recipe(max_shapes=6), "max_shapes cannot be 6: an asset has 7 shapes already"),
        (car(kinds=("polygon",)), "must still allow the kind 'rectangle': 12 submitted shapes"),
        (car(attributes=CAR.attributes[1:]), "'color' of 'car' cannot go: 3 submitted shapes"),
        (
            car(attributes=(Attribute("color", "choice", ("blue",)), Attribute("plate"))),
            "must be one of blue, not 'red', which 3 submitted shapes would lose",
        ),
        (car(attributes=(Attribute("color", "number"), Attribute("plate"))), "must be a number, not 'red'"),
        (step(statuses=()), "the status 'for expert review' cannot go: 4 tasks were closed with it"),
        (step(assignees=("ben",)), "'ana' cannot leave with 2 begun or returned tasks"),
        (steps(DRAW), r"removed ('check')"),
        (steps(DRAW, CHECK, Step("again", "review", ("chloe",))), r"added ('again')"),
        (steps(DRAW, Step("check", "annotation", ("chloe",))), "given another kind"),
        (replace(SPEC, filter="tag('dark')"), "filter cannot become"),
        (replace(SPEC, order="random"), "order cannot become 'random'"),
        (replace(SPEC, seed=2), "seed cannot become 2"),
        (replace(SPEC, limit=3), "limit cannot become 3"),
        (replace(SPEC, clip=3), "clip cannot become 3"),
        (replace(SPEC, existing="restart"), "existing cannot become 'restart'"),
    ],
)
def test_what_would_lose_work_is_refused_with_the_reason(new, said):
    [refusal] = compare(SPEC, new, FACTS).refusals
    assert said in refusal
    assert compare(SPEC, new, Facts()).refusals == []
    assert compare(SPEC, new, Facts()).changes


def test_steps_in_another_order_are_refused():
    two = steps(DRAW, Step("more", "annotation", ("ana",)), CHECK)
    other = steps(Step("more", "annotation", ("ana",)), DRAW, CHECK)
    [refusal] = compare(two, other, FACTS).refusals
    assert "put in another order" in refusal


def test_weights_and_people_deal_what_nobody_has_begun():
    found = compare(SPEC, step(attribution="weighted", weights=(3, 1)), FACTS)
    assert found.dealt == [0]
    assert "Step 'draw': 40 tasks that nobody has begun are dealt again." in found.changes
    found = compare(SPEC, step(assignees=("ana", "ben", "carl")), FACTS)
    assert (found.dealt, found.joined) == ([0], [(0, "carl")])
    found = compare(SPEC, step(1, assignees=("chloe", "dora")), FACTS)
    assert (found.dealt, found.joined) == ([], [(1, "dora")])
    found = compare(SPEC, step(attribution="queue"), FACTS)
    assert "Step 'draw': 40 tasks that nobody has begun go to the queue." in found.changes
    assert compare(SPEC, step(assignees=("ana", "ben", "carl")), Facts()).dealt == []


def test_an_archived_campaign_is_not_changed():
    [refusal] = compare(SPEC, replace(SPEC, name="August"), Facts(launched=True, archived=True)).refusals
    assert "archived" in refusal


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (Used(1, 0), "1 submitted shape"),
        (Used(1200, 0), "1,200 submitted shapes"),
        (Used(0, 2), "2 shapes in drafts"),
        (Used(2, 1), "2 submitted shapes and 1 in drafts"),
    ],
)
def test_use_is_told_in_words(used, said):
    assert used.of("shape") == said
    assert bool(used)
    assert not Used()


def test_several_labels_stay_allowed_while_shapes_have_them():
    several = recipe(several_labels=True)
    [refusal] = compare(several, SPEC, Facts(launched=True, several=Used(3, 1))).refusals
    assert "3 submitted shapes and 1 in drafts would lose some" in refusal
    assert compare(several, SPEC, FACTS).refusals == []
