"""The time that pages report: it counts once, for the task where it was spent, whoever has that now."""

from __future__ import annotations

import datetime
import random

import pytest

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Closed, Lease, Reassigned, Saved, Session, Shape, Stretch, TaskView
from nbannotate.operations import dispatch

BOX = Annotation(shapes=(Shape(kind="rectangle", points=((1, 2), (20, 30)), label="WBC", id="one"),))


class Clock:
    """The workspace's clock."""

    def __init__(self) -> None:
        self.began = self.now = dispatch.utc_now()

    def __call__(self) -> datetime.datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)

    def at(self, second: float) -> datetime.datetime:
        return self.began + datetime.timedelta(seconds=second)

    def stretch(self, low: float, high: float, worked: bool = True, editing: float = 0.0, **labels: float) -> Stretch:
        return Stretch(self.at(low), self.at(high), worked, editing, labels)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(dispatch, "utc_now", made)
    return made


def next_(client, t, step=0):
    return client.call("tasks.next", TaskView | None, campaign_id=t.campaign.campaign_id, step=step)


def pull(client, t):
    return client.call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0)


def save(client, view, revision, *stretches):
    task_id = view.task.task_id
    return client.call("tasks.save", Saved, task_id=task_id, annotation=BOX, revision=revision, seconds=stretches)


def submit(client, view, revision, *stretches):
    task_id = view.task.task_id
    return client.call("tasks.submit", Closed, task_id=task_id, annotation=BOX, revision=revision, seconds=stretches)


def report(client, by_task):
    client.call("tasks.report", type(None), stretches=by_task)


def times(t, view):
    """Return shown, worked and editing seconds of a task, which its rows add up to."""
    task_id = view.task.task_id
    row = t.workspace.sql("select shown_s, worked_s, editing_s from tasks where task_id = $1", [task_id])
    sums = t.workspace.sql(
        "select coalesce(sum(shown_s), 0) as shown_s, coalesce(sum(worked_s), 0) as worked_s, "
        "coalesce(sum(editing_s), 0) as editing_s from activity where task_id = $1",
        [task_id],
    )
    assert sums.round(6).equals(row.round(6))
    return tuple(round(float(v), 3) for v in row.iloc[0])


def test_what_a_page_measured_is_kept_by_label_with_the_task(team, clock):
    t = team(2)
    view = next_(t["ana"], t)
    clock.passes(40)
    save(t["ana"], view, 0, clock.stretch(0, 20, editing=8, WBC=5, RBC=2), clock.stretch(20, 30, worked=False))
    clock.passes(10)
    submit(t["ana"], view, 1, clock.stretch(30, 45, editing=5, WBC=5))
    assert times(t, view) == (45, 35, 13)
    rows = t.workspace.sql(
        "select coalesce(label, '') as label, sum(editing_s) as editing_s, sum(worked_s) as worked_s from activity "
        "where member = 'ana' group by 1 order by 1"
    )
    assert rows.to_numpy().tolist() == [["", 1, 23], ["RBC", 2, 2], ["WBC", 10, 10]]
    events = t.workspace.sql("select worked_s from events where worked_s > 0 order by event_id")["worked_s"]
    assert events.tolist() == [20, 15]


def test_the_same_time_told_again_by_whatever_page_counts_once(team, clock):
    t = team(3)
    first = next_(t["ana"], t)
    clock.passes(60)
    said = (clock.stretch(0, 30), clock.stretch(30, 50, worked=False))
    save(t["ana"], first, 0, *said)
    save(t["ana"], first, 1, *said)
    submit(t["ana"], first, 2, *said, clock.stretch(25, 55))
    assert times(t, first) == (55, 55, 0)
    second = next_(t["ana"], t)
    clock.passes(10)
    save(t["ana"], second, 0, clock.stretch(50, 70))
    assert times(t, second) == (15, 15, 0)
    report(t["ana"], {first.task.task_id: said})
    assert times(t, first) == (55, 55, 0)


def test_a_screen_that_nobody_sits_at_takes_no_time_from_work_elsewhere(team, clock):
    t = team(3)
    office, home = (
        next_(t["ana"], t),
        t["ana"].call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0),
    )
    clock.passes(100)
    save(t["ana"], office, 0, clock.stretch(0, 10), clock.stretch(10, 100, worked=False))
    assert times(t, office) == (100, 10, 0)
    save(t["ana"], home, 0, clock.stretch(40, 60, editing=20, WBC=20))
    assert times(t, home) == (20, 20, 20)
    assert times(t, office) == (80, 10, 0)
    save(t["ana"], office, 1, clock.stretch(10, 100, worked=False))
    assert times(t, office) == (80, 10, 0)


def test_time_of_one_person_does_not_hide_that_of_another(team, clock):
    t = team(3)
    mine, theirs = next_(t["ana"], t), next_(t["ben"], t)
    clock.passes(20)
    save(t["ana"], mine, 0, clock.stretch(0, 20))
    save(t["ben"], theirs, 0, clock.stretch(0, 20))
    assert times(t, mine) == times(t, theirs) == (20, 20, 0)


def test_only_time_between_opening_a_task_and_now_is_believed(team, clock):
    t = team(2)
    clock.passes(1000)
    view = next_(t["ana"], t)
    clock.passes(10)
    save(t["ana"], view, 0, clock.stretch(0, 5000))
    # Half a minute of waiting for it to open, and the ten seconds since.
    assert times(t, view) == (40, 40, 0)


def test_what_comes_late_counts_for_the_task_that_it_was_measured_on(team, clock):
    t = team(3)
    first = next_(t["ana"], t)
    clock.passes(30)
    submit(t["ana"], first, 0, clock.stretch(0, 10))
    second = next_(t["ana"], t)
    clock.passes(3600)
    by = {
        first.task.task_id: [clock.stretch(10, 45)],
        second.task.task_id: [clock.stretch(30, 40)],
        999_999: [],
    }
    report(t["ana"], by)
    assert times(t, first) == (30, 30, 0)  # not beyond its end
    assert times(t, second) == (10, 10, 0)
    before = t.workspace.sql("select count(*) as n from events")["n"][0]
    report(t["ana"], by)
    assert t.workspace.sql("select count(*) as n from events")["n"][0] == before


def test_who_lost_a_task_keeps_the_time_and_the_draft(team, clock):
    t = team(2)
    view = next_(t["ana"], t)
    clock.passes(20)
    given = {"campaign_id": t.campaign.campaign_id, "to": "ben", "task_ids": [view.task.task_id]}
    t.workspace.client.call("tasks.reassign", Reassigned, **given)
    assert not save(t["ana"], view, 0, clock.stretch(0, 15)).held
    clock.passes(20)
    lease = t["ana"].call("tasks.heartbeat", Lease, task_id=view.task.task_id, seconds=[clock.stretch(15, 20)])
    assert not lease.held
    assert times(t, view) == (20, 20, 0)
    assert t.workspace.sql("select distinct member from activity")["member"].tolist() == ["ana"]


def test_who_only_looks_on_does_not_work(team, clock):
    t = team(2)
    view = next_(t["ana"], t)
    clock.passes(20)
    report(t.workspace.client, {view.task.task_id: [clock.stretch(0, 15)]})
    assert times(t, view) == (0, 0, 0)


def test_seconds_without_a_page_are_work_whose_showing_nobody_saw(team, clock):
    t = team(2)
    view = next_(t["ana"], t)
    clock.passes(20)
    save(t["ana"], view, 0, clock.stretch(0, 5))
    t["ana"].call("tasks.save", Saved, task_id=view.task.task_id, annotation=BOX, revision=1, seconds=300.0)
    row = t.workspace.sql("select shown_s, worked_s, editing_s from tasks where task_id = $1", [view.task.task_id])
    assert row["worked_s"][0] == 5  # the clock stood since the report before
    clock.passes(7)
    t["ana"].call("tasks.save", Saved, task_id=view.task.task_id, annotation=BOX, revision=2, seconds=300.0)
    row = t.workspace.sql("select shown_s, worked_s, editing_s from tasks where task_id = $1", [view.task.task_id])
    assert row["worked_s"][0] == 12
    assert row[["shown_s", "editing_s"]].isna().all(axis=None)
    told = t.workspace.sql("select worked_s, shown_s from activity order by started")
    assert told["worked_s"].tolist() == [5, 7]
    assert told["shown_s"].isna().tolist() == [False, True]


def test_time_that_an_owner_gives_is_a_row_of_no_length(team, clock):
    t = team(2)
    acting = t.workspace.client.acting(t.workspace.client.call("sessions.act_as", Session, login="ana").token)
    view = next_(acting, t)
    told = {"task_id": view.task.task_id, "annotation": BOX, "revision": 0, "seconds": 5400.0}
    acting.call("tasks.submit", Closed, **told)
    row = t.workspace.sql("select * from activity").iloc[0]
    assert (row["worked_s"], row["started"] == row["ended"], row["member"]) == (5400, True, "ana")
    assert t.workspace.sql("select worked_s from tasks where outcome = 'submitted'")["worked_s"][0] == 5400


@pytest.mark.parametrize(
    "stretches",
    [
        [{"started": "2026-01-01T00:00:00", "ended": "2026-01-01T00:00:10", "worked": True, "editing_s": -1}],
        [{"started": "soon", "ended": "2026-01-01T00:00:10", "worked": True}],
        [{"started": "2026-01-01T00:00:00", "worked": True}],
        [{"started": "2026-01-01T00:00:00", "ended": "2026-01-01T00:00:10", "worked": True}] * 61,
    ],
)
def test_what_is_no_stretch_is_refused(team, clock, stretches):
    t = team(2)
    view = next_(t["ana"], t)
    with pytest.raises(InvalidInput):
        t["ana"].call("tasks.heartbeat", Lease, task_id=view.task.task_id, seconds=stretches)
    assert t.workspace.sql("select count(*) as n from activity")["n"][0] == 0


def test_no_more_than_some_tasks_are_reported_at_once(team):
    t = team(2)
    with pytest.raises(InvalidInput, match="60 tasks at once"):
        report(t["ana"], {i: [] for i in range(61)})


def test_times_with_a_zone_and_ends_before_their_beginning_do_no_harm(team, clock):
    t = team(2)
    view = next_(t["ana"], t)
    clock.passes(20)
    low = clock.at(5).replace(tzinfo=datetime.UTC).astimezone(datetime.timezone(datetime.timedelta(hours=-3.5)))
    save(t["ana"], view, 0, Stretch(low, low + datetime.timedelta(seconds=5), True), clock.stretch(18, 12))
    assert times(t, view) == (5, 5, 0)


@pytest.mark.parametrize("seed", range(4))
def test_a_day_of_tabs_replays_and_lost_answers_adds_up_to_the_time_there_was(team, clock, seed):
    """Every report of some tabs comes once, twice or later: what was worked is there, and each second once."""
    t, random_ = team(6), random.Random(seed)
    views = [pull(t["ana"], t) for _ in range(4)]
    kept: list[tuple[int, list[Stretch]]] = []
    worked = set()
    second = 0
    while second < 400:
        length, active = random_.randint(1, 40), random_.random() < 0.7
        view = random_.choice(views)
        clock.passes(length)
        said = [
            clock.stretch(second, second + length, active, length / 3 if active else 0, WBC=length / 5 if active else 0)
        ]
        if random_.random() < 0.2:  # another window shows another task meanwhile
            kept.append((random_.choice(views).task.task_id, [clock.stretch(second, second + length, False)]))
        if active:
            worked |= set(range(second, second + length))
        kept.append((view.task.task_id, said))
        second += length
        random_.shuffle(kept)
        for task_id, stretches in kept[: random_.randint(0, len(kept))]:
            report(t["ana"], {task_id: stretches})
    for task_id, stretches in kept:
        report(t["ana"], {task_id: stretches})
    sums = [times(t, view) for view in views]
    assert round(sum(s[1] for s in sums), 3) == len(worked)
    rows = t.workspace.sql("select distinct started, ended from activity order by started")
    assert (rows["started"].iloc[1:].to_numpy() >= rows["ended"].iloc[:-1].to_numpy()).all()
    shown = (rows["ended"] - rows["started"]).dt.total_seconds().sum()
    assert round(sum(s[0] for s in sums), 3) == round(shown, 3) <= second
