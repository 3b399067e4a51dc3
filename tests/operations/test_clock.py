"""What happens because time passes: due dates come near and pass, leases run out; otherwise nothing."""

import datetime

import pytest

import nbannotate as nb
from nbannotate.errors import NotAllowed
from nbannotate.model import Notice, Saved

from .test_notices import quiet
from .test_tasks import BOX, do, next_

DUE = datetime.date(2031, 7, 24)


@pytest.fixture
def at(monkeypatch):
    """Set the clock of all operations."""

    def set_clock(*when):
        monkeypatch.setattr("nbannotate.operations.dispatch.utc_now", lambda: datetime.datetime(*when))

    return set_clock


def tick(t):
    return t.workspace.client.call("clock.tick", int)


def told(t, login=None):
    client = t[login] if login else t.workspace.client
    return [(n.kind, n.text) for n in client.call("notices.mine", list[Notice], unseen=True)]


def events(t):
    return int(t.workspace.sql("select count(*) as n from events")["n"][0])


def move_due(t, due):
    """Move the due date, as applying a changed spec does."""
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.campaigns set due = $1", due)


def due_team(team, at, **options):
    """A campaign that is due on DUE, launched ten days before, with sessions that last."""
    at(2031, 7, 14)
    t = quiet(team, due=DUE, **options)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.sessions set expires = $1", datetime.datetime(2040, 1, 1))
    return t


def test_a_tick_with_nothing_to_do_writes_nothing(team, at):
    t = due_team(team, at)
    memo = t.workspace.client.dispatcher.engine._memo
    next_(t["ana"], t)
    before, remembered = events(t), dict(memo)
    assert remembered
    assert tick(t) == 0
    assert events(t) == before
    assert memo == remembered, "the way of a save stays warm"


def test_a_due_date_that_is_near_is_told_once_to_managers_and_to_those_who_have_work(team, at):
    t = due_team(team, at, roles={"ana": "annotator", "ben": "annotator", "chloe": "reviewer", "max": "manager"})
    next_(t["ana"], t)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.tasks set leased_until = null")
    at(2031, 7, 21, 23, 59)
    assert tick(t) == 0
    at(2031, 7, 22)
    before = events(t)
    assert tick(t) == 4, "two who manage, ana, and ben, whose queue has something"
    assert events(t) == before + 1
    assert told(t, "max") == [("due_near", "July is due on Thursday, 24 July 2031: 4 images are left.")]
    assert told(t, "max") == told(t) == told(t, "ben")
    assert told(t, "ana") == [
        ("due_near", "July is due on Thursday, 24 July 2031: 4 images are left, 1 of them yours.")
    ]
    assert told(t, "chloe") == [], "nothing has come to her step"
    assert tick(t) == 0
    assert events(t) == before + 1


def test_a_due_date_that_is_past_is_told_once_and_moving_it_makes_new_notices(team, at):
    t = due_team(team, at)
    at(2031, 7, 24, 23)
    assert tick(t) == 3
    at(2031, 7, 25)
    assert tick(t) == 3
    assert tick(t) == 0
    assert [kind for kind, _ in told(t)] == ["due_past", "due_near"]
    assert told(t)[0][1].startswith("July was due on Thursday, 24 July 2031: 4 images are left. What people hold")
    move_due(t, datetime.date(2031, 8, 1))
    assert tick(t) == 0
    at(2031, 7, 31)
    assert tick(t) == 3
    assert told(t)[0] == ("due_near", "July is due on Friday, 1 August 2031: 4 images are left.")


def test_who_comes_later_is_told_then(team, at):
    t = due_team(team, at)
    at(2031, 7, 23)
    assert tick(t) == 3
    t.workspace.members.add("max", role="manager", password="password-of-max")
    assert tick(t) == 1


def test_nobody_hears_of_campaigns_without_work_or_long_past(team, at):
    t = due_team(team, at, count=1, steps=[nb.Step("draw", "annotation", ["ana"])])
    at(2031, 10, 1)
    assert tick(t) == 0, "more than two months late"
    at(2031, 7, 14)
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    at(2031, 7, 23)
    assert tick(t) == 0, "everything is done"


def test_a_draft_and_an_archived_campaign_are_not_told(team, at):
    t = due_team(team, at)
    recipe, workflow = nb.Recipe(["WBC"]), nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    t.version.create_campaign("August", recipe, workflow, due=DUE)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run("update data.campaigns set archived = now() where name = 'July'")
    at(2031, 7, 23)
    assert tick(t) == 0


def test_who_is_told_of_a_disabled_account_is_nobody(team, at):
    t = due_team(team, at)
    t.workspace.members.disable("ben")
    at(2031, 7, 23)
    assert tick(t) == 2
    assert tick(t) == 0


def test_an_image_whose_lease_ran_out_goes_back_and_its_person_is_told(team, at):
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], lease_minutes=30)]
    at(2031, 7, 14, 12)
    t = quiet(team, count=2, steps=steps)
    view = next_(t["ana"], t)
    do(t["ana"], "save", view, BOX)
    at(2031, 7, 14, 12, 29)
    assert tick(t) == 0
    at(2031, 7, 14, 12, 31)
    assert tick(t) == 1
    assert told(t, "ana") == [
        (
            "lease_out",
            "Your time for img_000.png of July ran out, so it went back to the queue. What you drew is kept.",
        )
    ]
    assert tick(t) == 0
    assert next_(t["ben"], t).task.asset == "img_000.png"
    late = t["ana"].call("tasks.save", Saved, task_id=view.task.task_id, annotation=BOX, revision=1, seconds=0)
    assert not late.held


def test_many_images_whose_leases_ran_out_are_one_notice(team, at):
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], lease_minutes=30)]
    at(2031, 7, 14, 12)
    t = quiet(team, count=4, steps=steps)
    next_(t["ana"], t)
    with t.workspace.client.dispatcher.engine.write() as tx:
        tx.run(
            "update data.tasks set leased_until = $1, assignee_id = (select max(assignee_id) from data.tasks)",
            datetime.datetime(2031, 7, 14, 12, 30),
        )
    at(2031, 7, 14, 12, 31)
    assert tick(t) == 4
    assert told(t, "ana") == [
        (
            "lease_out",
            "Your time for 4 images of July ran out, so they went back to the queue. What you drew is kept.",
        )
    ]


def test_only_the_owner_ticks(team):
    t = team()
    with pytest.raises(NotAllowed):
        t["ana"].call("clock.tick", int)


def test_the_clock_forgets_what_is_past_its_time(team):
    t = team(count=1)
    client = t.workspace.client
    engine = client.dispatcher.engine
    with engine.write() as tx:
        tx.run("update data.requests set created = created - interval 2 day")
        tx.run("update data.sessions set ended = created - interval 40 day")
        tx.run("update data.notices set seen = created - interval 100 day")
    assert client.call("clock.tick", int) == 0
    with engine.read() as tx:
        left = {name: tx.value(f"select count(*) from data.{name}") for name in ("sessions", "notices")}
        assert left == {"sessions": 0, "notices": 0}
        assert [r["operation"] for r in tx.all("select operation from data.requests")] == ["clock.tick"]
        events = tx.value("select count(*) from data.events")
    assert client.call("clock.tick", int) == 0
    with engine.read() as tx:
        assert tx.value("select count(*) from data.events") == events, "there is nothing to do any more"
