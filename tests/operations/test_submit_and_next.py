"""Submitting and going on in one step: it is what the two operations do, with one commit and one answer."""

import datetime

import pytest
from msgspec.structs import replace

from nbannotate.errors import Conflict, Refused
from nbannotate.model import Annotation, ClosedAndNext, Issue, Shape, TaskView

BOX = Annotation(shapes=(Shape(kind="rectangle", points=((1.5, 2), (20, 30.25)), label="WBC", id="one"),))


def begin(client, team, step=0):
    return client.call("tasks.next", TaskView | None, campaign_id=team.campaign.campaign_id, step=step)


def go_on(client, view, annotation=BOX, **more):
    told = {"task_id": view.task.task_id, "annotation": annotation, "revision": view.revision, **more}
    return client.call("tasks.submit_and_next", ClosedAndNext, **told)


def events(team):
    """Return what ana did to which task."""
    rows = team.workspace.sql(
        "select operation, coalesce(task_id, 0) as task from events where member = 'ana' and operation like 'tasks.%' "
        "order by event_id"
    )
    return list(rows.itertuples(index=False, name=None))


def test_it_leaves_what_the_two_operations_leave(team):
    t = team(count=2)
    first = begin(t["ana"], t)
    done = go_on(t["ana"], first)
    assert (done.closed.task_id, done.closed.state, done.closed.next_step) == (first.task.task_id, "done", "check")
    second = done.next
    assert second.editable
    assert second.task.leased_until is not None
    opened = t["ana"].call("tasks.open", TaskView, task_id=second.task.task_id)
    assert second.task.leased_until <= opened.task.leased_until
    assert second == replace(opened, task=replace(opened.task, leased_until=second.task.leased_until))
    last = go_on(t["ana"], second)
    assert (last.next, last.text) == (None, "")
    one, two = first.task.task_id, second.task.task_id
    assert events(t) == [
        ("tasks.next", one), ("tasks.submit", one), ("tasks.next", two), ("tasks.open", two), ("tasks.submit", two),
        ("tasks.next", 0),
    ]  # fmt: skip


def test_what_came_back_to_me_comes_before_the_queue(team):
    t = team(count=3)
    done = go_on(t["ana"], begin(t["ana"], t))
    review = begin(t["chloe"], t, 1)
    t["chloe"].call("issues.create", Issue, task_id=review.task.task_id, text="too large")
    t["chloe"].call("tasks.rework", object, task_id=review.task.task_id, revision=review.revision)
    back = go_on(t["ana"], done.next).next
    assert (back.task.asset, back.task.state) == (review.task.asset, "to_rework")


def test_accepting_goes_on_with_the_next_review(team):
    t = team(count=2)
    go_on(t["ana"], go_on(t["ana"], begin(t["ana"], t)).next)
    first = begin(t["chloe"], t, 1)
    done = go_on(t["chloe"], first, first.annotation)
    assert done.closed.asset_state == "done"
    assert (done.next.task.kind, done.next.annotation.shapes) == ("review", BOX.shapes)


def test_what_is_refused_changes_nothing_and_takes_nothing(team):
    t = team(count=2)
    first = begin(t["ana"], t)
    unlabelled = Annotation(shapes=(Shape(kind="rectangle", points=((1, 2), (20, 30)), id="one"),))
    with pytest.raises(Refused):
        go_on(t["ana"], first, unlabelled)
    with pytest.raises(Conflict):
        go_on(t["ana"], first, revision=7)
    assert [name for name, _ in events(t)] == ["tasks.next"]
    held = t.workspace.sql("select count(*) as n from tasks where assignee is not null and closed is null")
    assert held["n"][0] == 1


def test_where_nothing_more_is_given_out_the_submission_stands_and_the_answer_says_why(team):
    t = team(count=2, due=datetime.date(2999, 1, 1))
    first = begin(t["ana"], t)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run(
            """update data.campaigns set due = date '2020-01-01', spec = replace(spec, '2999-01-01', '2020-01-01')"""
        )
    done = go_on(t["ana"], first)
    assert (done.closed.state, done.next) == ("done", None)
    assert "gives out no new images" in done.text
    assert [name for name, _ in events(t)] == ["tasks.next", "tasks.submit"]
