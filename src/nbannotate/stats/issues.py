"""Issues over time: how many were opened and closed, and how many stayed open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from nbannotate.model.times import When
from nbannotate.stats.filters import Filters, Names, Query, Steps, of_wall, utc_now, wall
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Column, table
from nbannotate.stats.throughput import By, check_period

WIDTHS = {"hour": pd.Timedelta(hours=1), "day": pd.Timedelta(days=1), "week": pd.Timedelta(weeks=1)}


@table(
    period=Column("datetime64[us]", "Beginning of the hour, day or week (Monday), UTC."),
    opened=Column("int64", "Issues raised in the period."),
    closed=Column("int64", "Issues resolved in the period."),
    open=Column("int64", "Issues not resolved at the end of the period."),
)
def issues(
    scope: Scope,
    by: By = "day",
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return issues opened and closed per period, without gaps, up to now or ``end``.

    The filter on members looks at who raised an issue, the one on steps at the step where it was raised. The count
    of open issues knows all earlier ones, also those before ``start``; the first and last period may be cut by
    ``start`` and ``end``.

    Parameters
    ----------
    by
        ``"hour"``, ``"day"`` or ``"week"``.
    """
    check_period(by)
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    picked = " and ".join(
        (q.in_campaign("i.campaign_id"), q.member_of("i.author", filters.members), q.member_of("s.name", filters.steps))
    )
    join = "issues i left join steps s on s.campaign_id = i.campaign_id and s.step = i.step"
    changes = q.run(f"""
        select {q.beginning("moment", by, filters.tz)} as period, place, sum(opened) as opened, sum(closed) as closed
        from (
            select moment, opened, closed, case {_place(q, filters)} else 'inside' end as place
            from (
                select i.created as moment, 1 as opened, 0 as closed from {join} where {picked}
                union all
                select i.closed, 0, 1 from {join} where i.closed is not null and {picked}
            ) m
        ) n
        where place <> 'late' group by 1, 2 order by 1
    """)
    return _balance(changes, filters, by)


def _place(q: Query, filters: Filters) -> str:
    """Return the branches that say whether a change came before, after or in the period."""
    early = (
        "when false then ''" if filters.start is None else f"when moment < {q.bind_time(filters.start)} then 'early'"
    )
    late = "" if filters.end is None else f"when moment >= {q.bind_time(filters.end)} then 'late'"
    return f"{early} {late}"


def _floor(moment: dt.datetime, by: By) -> pd.Timestamp:
    """Return the beginning of the hour, day or week that a moment is in."""
    if by == "hour":
        return pd.Timestamp(moment.replace(minute=0, second=0, microsecond=0))
    day = dt.datetime(moment.year, moment.month, moment.day)
    return pd.Timestamp(day if by == "day" else day - dt.timedelta(days=day.weekday()))


def _balance(changes: pd.DataFrame, filters: Filters, by: By) -> pd.DataFrame:
    """Fill the gaps and run the balance; what came before the period is carried into it."""
    counts = ["opened", "closed"]
    changes = changes.astype({"period": "datetime64[us]", "opened": "int64", "closed": "int64"})
    early = changes[changes["place"] == "early"]
    inside = changes[changes["place"] == "inside"].set_index("period")[counts]
    if changes.empty:
        return pd.DataFrame({name: [] for name in ("period", *counts, "open")})
    now = utc_now()
    first = inside.index.min() if early.empty or filters.start is None else _floor(wall(filters.start, filters.tz), by)
    end = now if filters.end is None else min(now, filters.end - dt.timedelta(microseconds=1))
    last = max([first, _floor(wall(end, filters.tz), by), *inside.index])
    grid = pd.date_range(first, last, freq=WIDTHS[by], name="period")
    filled = inside.reindex(grid, fill_value=0)
    filled["open"] = int((early["opened"] - early["closed"]).sum()) + (filled["opened"] - filled["closed"]).cumsum()
    found = filled.reset_index()
    found["period"] = of_wall(found["period"], filters.tz)
    return found
