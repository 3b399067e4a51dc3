"""What was measured of campaigns, as their forecasts take it: by hour, step and person, and what is open now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nbannotate.model import CampaignSpec
from nbannotate.model.times import moment
from nbannotate.rules import gold
from nbannotate.rules.forecasting.history import HOURS, Bools, Floats, History
from nbannotate.stats.periods import wall
from nbannotate.stats.query import Query

#: So many full days are looked at where no period is given, and so many at most.
DAYS, MOST_DAYS = 14, 366
#: The present is that of the last quarter of an hour, so that what is asked again is the same.
QUARTER = 15
#: How tasks end that somebody worked on.
BY_PEOPLE = "('submitted', 'accepted', 'accepted_with_edits', 'rework', 'rejected', 'skipped', 'discarded')"
#: How much the time for a task varies, over its mean, where so few were closed; and the bounds of what is believed.
FEW, VARIATION, LEAST_VARIATION, MOST_VARIATION = 5, 0.7, 0.1, 3.0
#: The time for a task where nobody measured any, in seconds.
SOME_TIME = 60.0


class Step(NamedTuple):
    """A step of a workflow."""

    name: str
    kind: str


class Campaign(NamedTuple):
    """A campaign of which something is told; ``due`` is the last day of the work, if one is set."""

    campaign_id: int
    name: str
    due: dt.date | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Measured:
    """What was measured of a campaign.

    Parameters
    ----------
    history
        What a forecast goes by.
    past
        (D, S): open tasks at each step at the beginning of each day.
    ended
        When the last task was closed, naive UTC; None if none was.
    """

    history: History
    past: Floats
    ended: dt.datetime | None


def measured(q: Query) -> Iterator[tuple[Campaign, Measured | None]]:
    """Yield the campaigns in a scope that are not put away, with what was measured; None: it was not launched."""
    now = wall(q.now, q.filters.tz)
    now = now.replace(minute=now.minute // QUARTER * QUARTER, second=0, microsecond=0)
    start, end = _period(q, now)
    days = tuple(start.date() + dt.timedelta(days=d) for d in range((end - start).days + 1))
    read = _Read(q, start, days)
    for campaign, launched in read.campaigns():
        yield campaign, read.measured(campaign, now) if launched else None


def _period(q: Query, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return the first and the last day that are looked at, as their beginnings on the wall."""
    given = q.filters
    last = now if given.end is None else min(now, wall(given.end, given.tz) - dt.timedelta(microseconds=1))
    first = last - dt.timedelta(days=DAYS) if given.start is None else min(last, wall(given.start, given.tz))
    first = max(first, last - dt.timedelta(days=MOST_DAYS))
    start, end = (day.replace(hour=0, minute=0, second=0, microsecond=0) for day in (first, last))
    return start, end


class _Read:
    """The rows of all campaigns in a scope; each kind of row is asked for once."""

    def __init__(self, q: Query, start: dt.datetime, days: tuple[dt.date, ...]) -> None:
        self.q, self.start, self.days = q, start, days
        last = "greatest(started, ended - interval '1 microsecond')"
        self.worked = self._by_hour(last, "member", "sum(worked_s) as s", "activity", "member is not null")
        self.closed = self._by_hour(
            "closed", "assignee",
            "count(*) as n, sum(cast(worked_s as double precision)) as s, "
            "sum(cast(worked_s as double precision) * cast(worked_s as double precision)) as ss",
            "tasks", f"outcome in {BY_PEOPLE} and assignee is not null",
        )  # fmt: skip
        self.came = self._by_hour("created", "", "count(*) as n", "tasks", "true", to_now=True)
        self.went = self._by_hour("closed", "", "count(*) as n", "tasks", "outcome is not null", to_now=True)
        self.open = self._ask(
            "select campaign_id, step, assignee as member, count(*) as n from tasks where outcome is null and {} "
            "group by campaign_id, step, assignee"
        )
        self.totals = self._ask(f"""
            select campaign_id, step, count(*) as tasks, max(closed) as ended, count(copy) as copies,
                   count(distinct case when copy is not null then asset_id end) as shared,
                   count(case when outcome in {BY_PEOPLE} then 1 end) as seen,
                   count(case when outcome = 'rework' then 1 end) as sent_back,
                   count(case when outcome in ('rejected', 'skipped', 'discarded') then 1 end) as gone,
                   count(case when outcome = 'agreed' then 1 end) as agreed
            from tasks where {{}} group by campaign_id, step
        """)
        self.steps = self._ask("select campaign_id, step, name, kind from steps where {} order by campaign_id, step")
        self.active = set(q.fresh().run("select login from members where active")["login"])
        self.handles = {its.campaign_id: its for its in getattr(q.place.workspace, "campaigns", ())}
        self.paused = self._ask(
            "select campaign_id, member from gold_falls where action = 'pause' and ended is null and {}"
        )

    def campaigns(self) -> Iterator[tuple[Campaign, bool]]:
        """Yield the campaigns, and whether each one was launched."""
        rows = self._ask(
            "select campaign_id, name, due, launched from campaigns where archived is null and {} order by campaign_id"
        )
        for row in rows.to_dict("records"):
            its = self.steps[self.steps["campaign_id"] == row["campaign_id"]]
            steps = tuple(Step(str(n), str(k)) for n, k in zip(its["name"], its["kind"], strict=True))
            due = None if pd.isna(row["due"]) else pd.Timestamp(row["due"]).date()
            yield Campaign(int(row["campaign_id"]), str(row["name"]), due, steps), not pd.isna(row["launched"])

    def measured(self, campaign: Campaign, now: dt.datetime) -> Measured:
        """Return what was measured of a campaign."""
        worked, closed, open_, totals, came, went = (
            rows[rows["campaign_id"] == campaign.campaign_id]
            for rows in (self.worked, self.closed, self.open, self.totals, self.came, self.went)
        )
        people = sorted({*worked["member"], *closed["member"]})
        if self.q.filters.members is not None:
            people = [login for login in people if login in self.q.filters.members]
        steps = campaign.steps
        may = self._may(campaign, people)
        seconds, tasks = self._cells(worked, "s", steps, people), self._cells(closed, "n", steps, people)
        seconds = _with_times(seconds, tasks)
        own, queue = _whose(open_, (seconds.sum(axis=(0, 1)) > 0) & may, people)
        at = totals.set_index("step").drop(columns="ended").reindex(range(len(steps)), fill_value=0)
        now_open = own.sum(axis=1) + queue
        after = self._net(came, went, steps)
        left = now_open - after[::-1].cumsum(axis=0)[::-1]  # at the beginning of each hour
        ends = totals["ended"].dropna()
        history = History(
            now=now,
            days=self.days,
            worked=seconds,
            closed=tasks,
            may=may,
            ran_dry=ran_dry(left, now_open, seconds),
            variation=_variation(closed[closed["member"].isin(people)], len(steps)),
            seen=_numbers(at["seen"]),
            sent_back=_numbers(at["sent_back"]),
            left=_numbers(at["gone"]),
            back_to=_back_to(steps, at),
            onward=_onward(steps, at),
            own=own,
            queue=queue,
        )
        return Measured(history, left[::HOURS][: len(self.days)], None if ends.empty else ends.max().to_pydatetime())

    def _may(self, campaign: Campaign, people: list[str]) -> Bools:
        """Return (S, M): who may work at each step: the workflow names them, they may log in, and are not paused.

        Where there are rows only, and no handles of campaigns, no workflow says who is gone.
        """
        if campaign.campaign_id not in self.handles:
            active = np.array([login in self.active for login in people], dtype=bool)
            return np.tile(active, (len(campaign.steps), 1))
        spec: CampaignSpec = self.handles[campaign.campaign_id].spec
        paused = set(self.paused.loc[self.paused["campaign_id"] == campaign.campaign_id, "member"])
        workers = [
            self.active.intersection(step.assignees) - (paused if number == gold.step_of(spec) else set())
            for number, step in enumerate(spec.workflow.steps)
        ]
        found = [[login in its for login in people] for its in workers]
        return np.array(found, dtype=bool).reshape(len(workers), len(people))

    def _ask(self, sql: str) -> pd.DataFrame:
        q = self.q.fresh()
        return q.run(sql.format(q.in_campaigns()))

    def _by_hour(self, time: str, member: str, what: str, view: str, which: str, to_now: bool = False) -> pd.DataFrame:
        """Return what is counted by campaign, hour on the wall, step and perhaps member, in the days looked at.

        Hours are those since the first day began; with ``to_now`` all up to now, whatever the period ends with.
        """
        q = self.q.fresh()
        first = moment("start", self.start, q.filters.tz)
        parts = [q.in_campaigns(), which, f"{time} >= {q.bind_time(first or self.start)}"]
        if q.filters.start is not None and not to_now:
            parts.append(f"{time} >= {q.bind_time(q.filters.start)}")
        if q.filters.end is not None and not to_now:
            parts.append(f"{time} < {q.bind_time(q.filters.end)}")
        who = f", {member} as member" if member else ""
        rows = q.run(
            f"select campaign_id, date_trunc('hour', {q.on_the_wall(time)}) as hour, step{who}, {what} from {view} "
            f"where {' and '.join(parts)} group by {'1, 2, 3, 4' if member else '1, 2, 3'}"
        )
        since = (pd.to_datetime(rows["hour"]) - pd.Timestamp(self.start)) / pd.Timedelta(hours=1)
        return rows.assign(hour=since.astype("int64"))

    def _cells(self, rows: pd.DataFrame, value: str, steps: tuple[Step, ...], people: list[str]) -> Floats:
        """Return (D, 24, S, M): a value of rows by hour, step and member."""
        found = np.zeros((len(self.days) * HOURS, len(steps), len(people)))
        its = rows[rows["member"].isin(people) & (rows["hour"] < len(found))]
        places = {login: m for m, login in enumerate(people)}
        np.add.at(found, (its["hour"], its["step"], its["member"].map(places).astype(int)), _numbers(its[value]))
        return found.reshape(len(self.days), HOURS, len(steps), len(people))

    def _net(self, came: pd.DataFrame, went: pd.DataFrame, steps: tuple[Step, ...]) -> Floats:
        """Return (H, S): how many tasks came less those that went, hour by hour until now."""
        last = max([len(self.days) * HOURS - 1, *came["hour"], *went["hour"]])
        found = np.zeros((last + 1, len(steps)))
        for rows, sign in ((came, 1.0), (went, -1.0)):
            np.add.at(found, (rows["hour"], rows["step"]), sign * _numbers(rows["n"]))
        return found


def _numbers(values: Any) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _with_times(seconds: Floats, tasks: Floats) -> Floats:
    """Return the seconds worked; of people at steps where none were measured, as many a task as others took."""
    worked, closed = seconds.sum(axis=(0, 1)), tasks.sum(axis=(0, 1))
    some = np.where(worked > 0, closed, 0.0)
    anywhere = worked.sum() / some.sum() if some.sum() and worked.sum() else SOME_TIME
    found = seconds.copy()
    for step, member in zip(*np.nonzero((worked == 0) & (closed > 0)), strict=True):
        known = some[step].sum()
        found[:, :, step, member] = tasks[:, :, step, member] * (worked[step].sum() / known if known else anywhere)
    return found


def _whose(rows: pd.DataFrame, works: Bools, people: list[str]) -> tuple[Floats, Floats]:
    """Return (S, M) the open tasks of people who work at their step, and (S,) all others."""
    places = {login: m for m, login in enumerate(people)}
    own, queue = np.zeros(works.shape), np.zeros(len(works))
    for step, member, n in zip(rows["step"], rows["member"], rows["n"], strict=True):
        place = places.get(member)
        if place is not None and works[step, place]:
            own[step, place] += n
        else:
            queue[step] += n
    return own, queue


def ran_dry(left: Floats, now_open: Floats, seconds: Floats) -> Bools:
    """Return (D, S): whether, while people worked on a day, all that was open at a step could be in somebody's hand.

    Parameters
    ----------
    left
        (H, S): open tasks at the beginning of each hour.
    now_open
        (S,): open tasks now.
    seconds
        (D, 24, S, M): seconds worked.
    """
    ends = np.concatenate([left[1:], now_open[None]])
    least = np.minimum(left, ends)[: seconds.shape[0] * HOURS].reshape(seconds.shape[0], HOURS, -1)
    busy = seconds.sum(axis=(2, 3)) > 0
    hands = (seconds.sum(axis=(0, 1)) > 0).sum(axis=1)
    found = np.zeros(least.shape[::2], dtype=bool)
    for day in np.flatnonzero(busy.any(axis=1)):
        hours = np.flatnonzero(busy[day])
        found[day] = least[day, hours[0] : hours[-1] + 1].min(axis=0) <= hands
    return found


def _variation(closed: pd.DataFrame, steps: int) -> Floats:
    """Return (S,): how much the times of one person for tasks of a step vary, over their mean."""
    found = np.full(steps, VARIATION)
    each = closed.groupby(["step", "member"])[["n", "s", "ss"]].sum()
    for step, rows in each.groupby(level="step"):
        n, s, ss = (_numbers(rows[column]) for column in ("n", "s", "ss"))
        free = n.sum() - len(n)
        if free >= FEW and s.sum() > 0:
            variance = np.maximum(0.0, ss - s**2 / n).sum() / free
            found[int(str(step))] = np.clip(variance**0.5 / (s.sum() / n.sum()), LEAST_VARIATION, MOST_VARIATION)
    return found


def _back_to(steps: tuple[Step, ...], at: pd.DataFrame) -> tuple[int, ...]:
    """Return to which step each one sends back: the annotation step before, or the consensus step of its copies."""
    found = []
    for number, step in enumerate(steps):
        before = [s for s in range(number) if steps[s].kind == "annotation"]
        if step.kind != "review" or not before:
            found.append(-1)
            continue
        last = before[-1]
        shared = 2 * at["copies"][last] > at["tasks"][last] and steps[last + 1].kind == "consensus"
        found.append(last + 1 if shared else last)
    return tuple(found)


def _onward(steps: tuple[Step, ...], at: pd.DataFrame) -> Floats:
    """Return (S, S): how many tasks at the second step follow one at the first: of several copies one is made."""
    found = np.zeros((len(steps), len(steps)))
    for step in range(len(steps) - 1):
        if steps[step + 1].kind != "consensus":
            found[step, step + 1] = 1.0
            continue
        tasks = max(1, int(at["tasks"][step]))
        alone = (tasks - at["copies"][step]) / tasks
        agreed, decided = at["agreed"][step + 1], at["seen"][step + 1]
        by_themselves = agreed / (agreed + decided) if agreed else 0.0
        found[step, step + 1] = at["shared"][step] / tasks * (1 - by_themselves)
        if step + 2 < len(steps):
            found[step, step + 2] = alone + at["shared"][step] / tasks * by_themselves
    return found
