"""When campaigns will end at the present pace, by step, and where the bottleneck is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from nbannotate.rules.forecasting.forecast import Outcome, Span
from nbannotate.stats import rows
from nbannotate.stats.forecasted import Forecasted, forecasted
from nbannotate.stats.periods import of_wall, wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, Position, table

_HOUR = dt.timedelta(hours=1)
_TIMES = ("end", "earliest", "latest", "before")


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "step_name": Column("string", "Name of the step; missing in the row of the whole campaign."),
        "kind": Column(
            "string", "annotation, consensus or review; missing in the row of the whole campaign.", is_said=True
        ),
        "open": Column("int64", "Open tasks now."),
        "expected": Column("float64", "Tasks still to be done, with those that follow and come back."),
        "people": Column("int64", "How many work there: who did in the period and may now, and who is added."),
        "per_day": Column("float64", "Tasks that they can close a day, on average over working days and free ones."),
        "end": Column("datetime64[us]", "When it ends, as probably before as after; missing where that is not known."),
        "earliest": Column("datetime64[us]", "It ends before with a probability of 10 %."),
        "latest": Column("datetime64[us]", "It ends after with a probability of 10 %."),
        "before": Column("datetime64[us]", "When it would end without the people who are added."),
        "due": Column("datetime64[us]", "The last day of the work; missing if none is set.", True),
        "in_time": Column("float64", "How probably it ends by then, 0 to 1; missing if no day is set."),
        "sooner": Column("float64", "By how many days one person more here brings the end of the campaign forward."),
        "bottleneck": Column("boolean", "Whether one person more brings it forward here most."),
        "note": Column("string", "Why there is no end; missing where there is one.", is_said=True),
    },
    rows=rows.open_tasks,
    takes=("add",),
    on=Position("forecast", 40, True),
)
def forecast(q: Query) -> pd.DataFrame:
    """Return when campaigns end at the present pace: a row for each one that runs, and one for each step of it.

    The pace is that of the period, of the last 14 days if none is given: hours worked, tasks closed in them, and what
    came back. Who may not go on (disabled, taken off a step, paused for gold) is no part of it, but how long their
    tasks took counts. With ``member`` it is that of these people alone. ``step`` leaves the rows of a step. Four of
    five campaigns end between *earliest* and *latest*; below 20 finished tasks nothing is said.
    """
    found = [row for one in forecasted(q) for row in _rows(one, q)]
    frame = pd.DataFrame(found, columns=list(forecast.columns))
    frame["due"] = pd.to_datetime(frame["due"])
    for name in _TIMES:
        frame[name] = of_wall(pd.to_datetime(frame[name]), q.filters.tz)
    return frame


def _rows(one: Forecasted, q: Query) -> Iterator[dict[str, Any]]:
    campaign, its = one.campaign, one.measured
    same = {
        "campaign_id": campaign.campaign_id, "campaign": campaign.name, "due": campaign.due, "note": one.note or None,
        **dict.fromkeys(_TIMES),
    }  # fmt: skip
    added = dict(q.filters.add)
    if q.filters.steps is None:
        whole: dict[str, Any] = {"open": 0, "people": 0, "bottleneck": False}
        if its is not None:
            more = sum(added.get(step.name, 0) for step in campaign.steps)
            whole |= {"open": int(its.history.open.sum()), "people": int(its.history.works.any(axis=0).sum()) + more}
        if one.outcome is not None:
            whole |= {"expected": one.outcome.ahead.sum(), **_ends(one.outcome.end)}
            whole["before"] = None if one.before is None else one.before.end.median
        if one.outcome is not None and its is not None and campaign.due is not None:
            after = dt.datetime.combine(campaign.due, dt.time()) + dt.timedelta(days=1)
            whole["in_time"] = one.outcome.chance((after - its.history.now) / _HOUR)
        elif its is not None and its.ended is not None and not its.history.open.any():
            ended = wall(its.ended, q.filters.tz)
            whole |= {"expected": 0.0, "end": ended, "earliest": ended, "latest": ended}
        yield {**same, **whole}
    for number, step in enumerate(campaign.steps):
        if q.filters.steps is not None and step.name not in q.filters.steps:
            continue
        row: dict[str, Any] = {"step_name": step.name, "kind": step.kind, "open": 0, "people": 0, "bottleneck": False}
        if its is not None:
            works = int(its.history.works[number].sum())
            row |= {"open": int(its.history.open[number]), "people": works + added.get(step.name, 0)}
        if one.outcome is not None:
            row |= _of_step(one.outcome, number)
            row["before"] = None if one.before is None else one.before.steps[number].median
        yield {**same, **row}


def _of_step(outcome: Outcome, number: int) -> dict[str, Any]:
    row = {
        "expected": outcome.ahead[number], "per_day": outcome.a_day[number], "sooner": outcome.sooner[number],
        "bottleneck": outcome.bottleneck == number,
    }  # fmt: skip
    return row | _ends(outcome.steps[number])


def _ends(span: Span) -> dict[str, dt.datetime | None]:
    return {"end": span.median, "earliest": span.low, "latest": span.high}
