"""A task that was pulled stays with a person who works; a lease that runs out gives it to others, and loses nothing."""

import datetime

import pytest

import nbannotate as nb
from nbannotate.errors import Refused
from nbannotate.model import Annotation, Closed, Job, Lease, Notice, Saved, TaskView

from .test_tasks import BOX, TWO, do, next_, raise_issue


def run_out(team):
    """Let all leases end a minute ago."""
    with team.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.tasks set leased_until = leased_until - interval 1 day where leased_until is not null")


def beat(client, view):
    return client.call("tasks.heartbeat", Lease, task_id=view.task.task_id, seconds=0)


def open_(client, view):
    return client.call("tasks.open", TaskView, task_id=view.task.task_id)


def test_a_pulled_task_is_leased_and_a_heartbeat_renews_it(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    assert view.task.leased_until > view.task.created
    run_out(t)
    lease = beat(t["ana"], view)
    assert lease.held
    assert lease.until > view.task.created + datetime.timedelta(minutes=29)
    assert next_(t["ben"], t) is None


def test_a_lease_that_runs_out_gives_the_image_to_the_next_person_who_asks(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    assert next_(t["ben"], t) is None
    run_out(t)
    assert next_(t["ben"], t).task.task_id == view.task.task_id
    told = t["ana"].call("notices.mine", list[Notice])
    assert "lease_out" in [n.kind for n in told]


def test_the_clock_returns_what_ran_out_to_the_queue(team):
    t = team(count=2)
    next_(t["ana"], t)
    run_out(t)
    assert t.workspace.client.call("clock.tick", int) >= 1
    (job,) = t["ben"].call("tasks.mine", list[Job])
    assert job.waiting == 2
    assert t.campaign.tasks.df()["assignee"].isna().all()


def test_who_returns_late_to_a_free_image_has_it_again_with_the_draft(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX)
    run_out(t)
    t.workspace.client.call("clock.tick", int)
    saved = do(t["ana"], "save", view, TWO, revision=1)
    assert saved.held
    again = open_(t["ana"], view)
    assert (again.annotation, again.editable, again.task.assignee) == (TWO, True, "ana")


def test_who_returns_late_keeps_the_draft_and_is_told(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX)
    run_out(t)
    bens = next_(t["ben"], t)
    assert bens.annotation.empty, "ben does not go on from ana's draft"
    do(t["ben"], "save", bens, BOX)
    late = do(t["ana"], "save", view, TWO, revision=1)
    assert not late.held
    assert "ben has it now" in late.text
    assert "kept" in late.text
    lease = beat(t["ana"], view)
    assert (lease.held, "ben" in lease.text) == (False, True)
    with pytest.raises(Refused, match="ben has it now"):
        do(t["ana"], "submit", view, TWO, revision=2)
    looked = open_(t["ana"], view)
    assert (looked.annotation, looked.editable) == (TWO, False)
    assert "ben" in looked.notice
    do(t["ben"], "submit", open_(t["ben"], view), BOX)
    assert "finished by somebody else" in beat(t["ana"], view).text
    assert t.workspace.sql("select count(*) as n from annotations")["n"][0] == 1


def test_a_stranger_cannot_put_a_draft_on_a_task(team):
    from nbannotate.errors import NotAllowed

    t = team(count=1)
    view = next_(t["ana"], t)
    for client in (t["ben"], t["chloe"]):
        with pytest.raises(NotAllowed):
            do(client, "save", view, BOX)
        with pytest.raises(NotAllowed):
            beat(client, view)


def test_a_returned_task_has_no_lease(team):
    t = team(count=1)
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    review = next_(t["chloe"], t, 1)
    raise_issue(t["chloe"], review)
    do(t["chloe"], "rework", review)
    back = next_(t["ana"], t)
    assert (back.task.state, back.task.leased_until) == ("to_rework", None)
    assert next(n.kind for n in t["ana"].call("notices.mine", list[Notice])) in ("returned", "issue")


def test_a_campaign_past_its_due_date_gives_out_nothing_new(team):
    t = team(count=2, due=datetime.date(2999, 1, 1))
    view = next_(t["ana"], t)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run(
            """update data.campaigns set due = date '2020-01-01', spec = replace(spec, '2999-01-01', '2020-01-01')"""
        )
    with pytest.raises(Refused, match="was due on 2020-01-01"):
        t["ana"].call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0)
    assert isinstance(do(t["ana"], "save", view, BOX), Saved)
    do(t["ana"], "submit", view, BOX, revision=1)


def test_custom_statuses_are_kept_and_others_refused(team):
    steps = [
        nb.Step("draw", "annotation", ["ana"], statuses=["for expert review"]),
        nb.Step("check", "review", ["chloe"]),
    ]
    t = team(count=2, steps=steps)
    view = next_(t["ana"], t)
    assert view.statuses == ("completed", "for expert review")
    with pytest.raises(Refused, match="for expert review"):
        t["ana"].call("tasks.submit", Closed, task_id=view.task.task_id, annotation=BOX, revision=0, status="odd")
    closed = t["ana"].call(
        "tasks.submit", Closed, task_id=view.task.task_id, annotation=BOX, revision=0, status="for expert review"
    )
    assert "for expert review" in closed.message
    assert list(t.workspace.sql("select status from asset_states order by asset")["status"].fillna("")) == [
        "for expert review", "",
    ]  # fmt: skip
    do(t["chloe"], "submit", next_(t["chloe"], t, 1), BOX)
    assert t.workspace.sql("select status from asset_states order by asset")["status"][0] == "approved"


def test_discarding_keeps_the_reason(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    with pytest.raises(nb.errors.InvalidInput, match="why"):
        t["ana"].call("tasks.discard", Closed, task_id=view.task.task_id, reason="  ", revision=0)
    t["ana"].call("tasks.discard", Closed, task_id=view.task.task_id, reason="all black", revision=0)
    (row,) = t.campaign.tasks.df().itertuples()
    assert (row.state, row.outcome, row.status, row.note) == ("skipped", "discarded", "discarded", "all black")


def test_nothing_that_was_drawn_is_lost_when_an_image_is_discarded(team):
    t = team(count=1)
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX)
    t["ana"].call("tasks.discard", Closed, task_id=view.task.task_id, reason="all black", revision=1)
    assert t["ana"].call("annotations.get", Annotation, annotation_id=_last(t)) == BOX


def _last(t):
    return int(t.workspace.sql("select max(annotation_id) as id from annotations")["id"][0])
