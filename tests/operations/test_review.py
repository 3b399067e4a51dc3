"""What a reviewer goes by: what an image said before, and the orders of a review; against what was done by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed
from nbannotate.model import Annotation, Before, Closed, Issue, Ranked, TaskView


def box(x, label="RBC", **more):
    return nb.Shape(kind="rectangle", points=((x, 2.0), (x + 9.0, 12.0)), label=label, **more)


def take_next(client, team, step):
    return client.call("tasks.next", TaskView | None, campaign_id=team.campaign.campaign_id, step=step)


def submit(client, view, *shapes):
    return client.call(
        "tasks.submit", Closed, task_id=view.task.task_id, annotation=Annotation(shapes=shapes), revision=view.revision
    )


def before(client, view):
    return client.call("tasks.before", Before | None, task_id=view.task.task_id)


def rework(client, view, text="wrong"):
    client.call("issues.create", Issue, task_id=view.task.task_id, text=text)
    client.call("tasks.rework", Closed, task_id=view.task.task_id, revision=view.revision)


def test_before_is_what_each_one_knew_last(team):
    its = team(1, steps=[nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    ana, chloe = its["ana"], its["chloe"]
    view = take_next(ana, its, 0)
    assert before(ana, view) is None
    submit(ana, view, one := box(1.0))
    view = take_next(chloe, its, 1)
    assert before(chloe, view) is None  # nothing was there before the first submission
    rework(chloe, view)

    view = take_next(ana, its, 0)
    found = before(ana, view)
    assert (found.kind, found.by, found.annotation.shapes) == ("submitted", "ana", (one,))
    submit(ana, view, moved := replace(one, points=((3.0, 2.0), (12.0, 12.0))))
    view = take_next(chloe, its, 1)
    found = before(chloe, view)
    assert (found.kind, found.by, found.annotation.shapes) == ("seen", "ana", (one,))
    assert view.annotation.shapes == (moved,)


def test_what_a_reviewer_drew_before_sending_back_is_what_they_saw(team):
    its = team(1, steps=[nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    ana, chloe = its["ana"], its["chloe"]
    submit(ana, take_next(ana, its, 0), one := box(1.0))
    view = take_next(chloe, its, 1)
    drawn = Annotation(shapes=(one, two := box(20.0)))
    saved = chloe.call("tasks.save", dict, task_id=view.task.task_id, annotation=drawn, revision=view.revision)
    rework(chloe, replace(view, revision=saved["revision"]))
    view = take_next(ana, its, 0)
    assert before(ana, view).annotation.shapes == (one,)  # her own; what differs is the reviewer's
    submit(ana, view, one, two)
    assert before(chloe, take_next(chloe, its, 1)).annotation.shapes == (one, two)


def pre_annotate(confidences):
    def add(version):
        import json

        import pandas as pd
        from msgspec import to_builtins

        from nbannotate.workspace import frames

        names = list(version.assets.df()["name"])
        rows = [[to_builtins(box(4.0 * i, confidence=c)) for i, c in enumerate(found)] for found in confidences]
        table = pd.DataFrame({"asset": names, "shapes": [json.dumps(r) for r in rows], "tags": "[]",
                              "nothing_to_label": False})  # fmt: skip
        version.workspace.client.upload("annotations.add", nb.model.Imported, frames.to_parquet(table),
                                        version_id=version.version_id, source="a model")  # fmt: skip

    return add


CONFIDENCES = [[0.9, 0.8], [0.2], [0.5, 0.6, 0.7], [1.0]]


@pytest.fixture
def reviewed(team):
    """Four images that a model annotated and that wait for review."""
    its = team(4, annotated=pre_annotate(CONFIDENCES), existing="review")
    names = list(its.version.assets.df()["name"])
    return its, names


def order(its, client, by, **more):
    found = client.call("tasks.review_order", list[Ranked], campaign_id=its.campaign.campaign_id, step=1, by=by, **more)
    return [(r.task.asset, r.value) for r in found]


def test_the_worst_come_first(reviewed):
    its, names = reviewed
    chloe = its["chloe"]
    assert order(its, chloe, "confidence") == [
        (names[1], 0.2), (names[2], pytest.approx(0.6)), (names[0], pytest.approx(0.85)), (names[3], 1.0),
    ]  # fmt: skip
    assert [n for n, _ in order(its, chloe, "most shapes")] == [names[2], names[0], names[1], names[3]]
    assert [n for n, _ in order(its, chloe, "fewest shapes")] == [names[1], names[3], names[0], names[2]]
    assert order(its, chloe, "changes", limit=1) == [(names[2], 3)]
    view = chloe.call("tasks.take", TaskView, task_id=task_of(its, chloe, names[1]))
    assert (view.task.asset, view.editable, before(chloe, view).kind) == (names[1], True, "given")
    one = view.annotation.shapes[0]
    view2 = chloe.call("tasks.take", TaskView, task_id=view.task.task_id)  # again: it is hers already
    submit(chloe, view2, replace(one, label="WBC"), box(30.0), box(40.0), box(45.0))
    assert order(its, chloe, "changes", limit=1) == [(names[1], 4)]


def task_of(its, client, name):
    found = client.call("tasks.review_order", list[Ranked], campaign_id=its.campaign.campaign_id, step=1, by="changes")
    return next(r.task.task_id for r in found if r.task.asset == name)


def test_a_sample_is_the_same_again_and_does_not_grow_while_it_is_worked_off(reviewed):
    its, _ = reviewed
    chloe = its["chloe"]
    samples = {seed: order(its, chloe, "random", limit=2, seed=seed) for seed in range(12)}
    assert all(len(s) == 2 for s in samples.values())
    assert len({tuple(s) for s in samples.values()}) > 3
    first = samples[0][0][0]
    view = chloe.call("tasks.take", TaskView, task_id=task_of(its, chloe, first))
    submit(chloe, view, *view.annotation.shapes)
    assert order(its, chloe, "random", limit=2, seed=0) == samples[0]


def test_only_reviewers_of_the_step_order_and_take(reviewed):
    its, names = reviewed
    chloe, ana = its["chloe"], its["ana"]
    task_id = task_of(its, chloe, names[0])
    with pytest.raises(NotAllowed):
        order(its, ana, "random")
    with pytest.raises(NotAllowed):
        ana.call("tasks.take", TaskView, task_id=task_id)
    with pytest.raises(NotAllowed, match="do not work"):  # a manager who is no assignee
        order(its, its.workspace.client, "random")
    with pytest.raises(NotAllowed):
        its.workspace.client.call("tasks.take", TaskView, task_id=task_id)
    for wrong in ({"by": "size"}, {"by": "random", "seed": -1}, {"by": "random", "limit": 0}):
        with pytest.raises(InvalidInput):
            order(its, chloe, **wrong)


def test_what_somebody_else_took_is_not_taken_from_them(team):
    its = team(
        2, annotated=pre_annotate(CONFIDENCES[:2]), existing="review",
        roles={"ana": "annotator", "ben": "annotator", "chloe": "reviewer", "dan": "reviewer"},
        steps=[nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe", "dan"])],
    )  # fmt: skip
    name = its.version.assets.df()["name"][0]
    task_id = task_of(its, its["chloe"], name)
    its["dan"].call("tasks.take", TaskView, task_id=task_id)
    with pytest.raises(Conflict, match="Somebody else"):
        its["chloe"].call("tasks.take", TaskView, task_id=task_id)
    assert name not in [n for n, _ in order(its, its["chloe"], "changes")]
