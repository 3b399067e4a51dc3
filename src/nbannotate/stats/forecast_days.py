"""What is left of campaigns day by day: as it was, and as it will be at the present pace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.forecasted import Forecasted, forecasted
from nbannotate.stats.periods import of_wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "step_name": Column("string", "Name of the step; missing in the rows of the whole campaign."),
        "kind": Column(
            "string", "annotation, consensus or review; missing in the rows of the whole campaign.", is_said=True
        ),
        "day": Column("datetime64[us]", "A moment: the beginning of a day, or now."),
        "remaining": Column(
            "float64", "Tasks still to be done then, with those that follow and come back; the median."
        ),
        "low": Column("float64", "With a probability of 10 % it is less."),
        "high": Column("float64", "With a probability of 10 % it is more."),
        "is_past": Column("boolean", "Whether it was so."),
        "note": Column("string", "Why nothing is told of the future; missing where something is.", is_said=True),
    },
    rows=rows.open_tasks,
    takes=("add",),
)
def forecast_days(q: Query) -> pd.DataFrame:
    """Return how many tasks are still to be done, day by day: in the period, and from now until the end.

    It is the same forecast as that of :func:`forecast`. Of what was left on a day of the past, what followed and came
    back is as much as it would be now.
    """
    found = [row for one in forecasted(q) for row in _rows(one, q)]
    frame = pd.DataFrame(found, columns=list(forecast_days.columns))
    frame["day"] = of_wall(pd.to_datetime(frame["day"]), q.filters.tz)
    return frame


def _rows(one: Forecasted, q: Query) -> Iterator[dict[str, Any]]:
    campaign, its = one.campaign, one.measured
    same = {"campaign_id": campaign.campaign_id, "campaign": campaign.name, "note": one.note or None}
    if its is None:
        return
    past = its.past @ its.history.visits()
    past = np.concatenate([past, past.sum(axis=1, keepdims=True)], axis=1)
    since = int((past[:, -1] > 0).argmax())
    whole: list[tuple[str | None, str | None]] = [(None, None)] if q.filters.steps is None else []
    names = [(s.name, s.kind) for s in campaign.steps if q.filters.steps is None or s.name in q.filters.steps]
    for name, kind in [*whole, *names]:
        number = -1 if name is None else [s.name for s in campaign.steps].index(name)
        place = {**same, "step_name": name, "kind": kind}
        for day, left in zip(its.history.days[since:], past[since:, number].tolist(), strict=True):
            when = dt.datetime.combine(day, dt.time())
            yield {**place, "day": when, "remaining": left, "low": left, "high": left, "is_past": True}
        if one.outcome is not None:
            for when, left in zip(one.outcome.days, one.outcome.left[:, number].tolist(), strict=True):
                yield {**place, "day": when, "remaining": left[1], "low": left[0], "high": left[2], "is_past": False}
