"""Shapes with flaws at submit, and shapes with several labels: from the page to the tables and back."""

import json

import pytest
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import NotFound, Refused
from nbannotate.model import Annotation, Closed, Saved, Shape, TaskView

LOOP = Shape(kind="polygon", points=((5, 5), (35, 5), (35, 25), (5, 25), (4, 24), (7, 26)), label="WBC", id="loop")
EIGHT = Shape(kind="polygon", points=((5, 5), (25, 25), (25, 5), (5, 22)), label="WBC", id="eight")
BOTH = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC", id="both", also=("RBC",))


def recipe(t, **changes):
    t.campaign.plan(recipe=replace(t.campaign.spec.recipe, **changes)).apply()


def next_(t, who, step=0):
    return t[who].call("tasks.next", TaskView | None, campaign_id=t.campaign.campaign_id, step=step)


def do(t, who, action, view, *shapes):
    returns = Saved if action == "save" else Closed
    return t[who].call(
        f"tasks.{action}", returns, task_id=view.task.task_id, annotation=Annotation(shapes=shapes),
        revision=view.revision,
    )  # fmt: skip


def test_a_draft_stays_as_it_was_drawn_and_the_submission_is_repaired(team):
    t = team(count=2)
    recipe(t, flaws="repair")
    view = next_(t, "ana")
    do(t, "ana", "save", view, LOOP)
    view = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert view.annotation.shapes == (LOOP,)
    closed = do(t, "ana", "submit", view, *view.annotation.shapes)
    assert closed.repaired == ("Shape 1 (WBC) was repaired: The outline of the polygon crosses itself.",)
    assert closed.message.endswith(closed.repaired[0])
    (shape,) = next_(t, "chloe", 1).annotation.shapes
    assert (shape.id, shape.label) == ("loop", "WBC")
    assert shape.points != LOOP.points
    details = t.workspace.sql("select detail from events where operation = 'tasks.submit'")["detail"]
    assert [json.loads(d)["repaired"] for d in details] == [1]


def test_what_cannot_be_repaired_is_refused_and_the_draft_is_kept(team):
    t = team(count=2)
    recipe(t, flaws="repair")
    view = next_(t, "ana")
    do(t, "ana", "save", view, LOOP, EIGHT)
    view = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    with pytest.raises(Refused, match=r"Shape 2 \(WBC\): The outline of the polygon crosses itself"):
        do(t, "ana", "submit", view, *view.annotation.shapes)
    assert t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id).annotation.shapes == (LOOP, EIGHT)


def test_several_labels_go_from_the_draft_into_the_tables_the_filters_and_the_plan(team):
    t = team(count=2)
    recipe(t, several_labels=True)
    view = next_(t, "ana")
    do(t, "ana", "save", view, BOTH)
    view = t["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    assert view.annotation.shapes == (BOTH,)
    with pytest.raises(Refused, match="Several labels on a shape must stay allowed: 1 shape in drafts"):
        recipe(t, several_labels=False)
    do(t, "ana", "submit", view, BOTH)
    assert next_(t, "chloe", 1).annotation.shapes == (BOTH,)
    table = t.version.shapes.df()
    assert list(zip(table["label"], table["also"], strict=True)) == [("WBC", ["RBC"])]
    other = nb.Recipe([nb.Label("x"), nb.Label("WBC")])
    for label, n in (("x", 0), ("WBC", 1), ("RBC", 1)):
        choice = t.version.create_campaign(
            f"again {label}", other, nb.Workflow([nb.Step("s", "annotation", ["ana"])]), filter=nb.Filter.label(label)
        )
        assert choice.plan().chosen == n
    for plan in (t.campaign.plan.remove_labels("RBC"), t.campaign.plan.rename_label("RBC", "red")):
        with pytest.raises(Refused, match=r"'RBC' cannot .*: 1 submitted shape would lose it"):
            plan.apply()
    with pytest.raises(NotFound, match="no label 'rbc'"):
        t.campaign.rename_label("rbc", "red")
    assert "RBC" in " ".join(choice.plan().warnings)  # the recipe of the other campaign lacks it
