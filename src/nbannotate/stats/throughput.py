"""How much work was handed in, over time, by whom."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from nbannotate.model.choices import one_of
from nbannotate.model.times import When
from nbannotate.stats.filters import Filters, Names, Query, Steps, of_wall
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Column, table

By = Literal["hour", "day", "week"]
PERIODS: tuple[By, ...] = ("hour", "day", "week")

#: Outcomes of a task that are work handed in; a skip is not.
SUBMITTED = "('submitted', 'accepted', 'accepted_with_edits', 'rework')"


def check_period(by: str) -> None:
    """Raise InvalidInput if a period is not an hour, a day or a week."""
    one_of("by", by, PERIODS)


@table(
    period=Column("datetime64[us]", "Beginning of the hour, day or week (Monday), UTC."),
    member=Column("string", "Login of who handed it in."),
    kind=Column("string", "annotation or review."),
    tasks=Column("int64", "Tasks handed in; sending to rework is a review handed in, a skip is not counted."),
    reworked=Column("int64", "How many of them were reviews that sent the asset back."),
    worked_s=Column("float64", "Time that people worked on them, in seconds."),
)
def throughput(
    scope: Scope,
    by: By = "day",
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return tasks handed in per period, member and kind of step; periods without work are not listed.

    Parameters
    ----------
    by
        ``"hour"``, ``"day"`` or ``"week"``.
    """
    check_period(by)
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    picked = q.where(filters, member="assignee", step="step_name", time="closed")
    frame = q.run(f"""
        select {q.beginning("closed", by, filters.tz)} as period, assignee as member, kind, count(*) as tasks,
               count(case when outcome = 'rework' then 1 end) as reworked, sum(coalesce(worked_s, 0)) as worked_s
        from tasks where outcome in {SUBMITTED} and {picked}
        group by 1, 2, 3 order by 1, 2, 3
    """)
    frame["period"] = of_wall(frame["period"], filters.tz)
    return frame
