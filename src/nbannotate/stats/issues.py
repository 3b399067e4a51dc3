"""Issues over time: how many were opened, reopened and closed, and how many stayed open."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.filters import Filters
from nbannotate.stats.periods import floor, grid, of_wall, wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

CHANGES = ["opened", "reopened", "closed"]


@table(
    {
        "period": Column("datetime64[us]", "Beginning of the hour, day, week (Monday) or month, UTC."),
        "opened": Column("int64", "Issues raised in the period."),
        "reopened": Column("int64", "How often an issue that was fixed or resolved was opened again in the period."),
        "closed": Column("int64", "Issues resolved in the period and not opened again since."),
        "open": Column("int64", "Issues not resolved at the end of the period; one that was reopened counts on."),
    },
    rows=rows.issue_changes_in_period,
    takes=("by",),
)
def issues(q: Query) -> pd.DataFrame:
    """Return issues opened, reopened and closed per period, without gaps, up to now or ``end``.

    The filter on members looks at who raised an issue, the one on steps at the step where it was raised. The count
    of open issues knows all earlier ones, also those before ``start``; the first and last period may be cut by
    ``start`` and ``end``.
    """
    changes = q.run(f"""
        select {q.beginning("moment")} as period, place,
               {", ".join(f"sum(case when change = '{c}' then 1 else 0 end) as {c}" for c in CHANGES)}
        from (
            select moment, change, case {_place(q)} else 'inside' end as place from ({rows.issue_changes(q)}) c
        ) n
        where place <> 'late' group by 1, 2 order by 1
    """)
    return _balance(changes, q.filters, q.now)


def _place(q: Query) -> str:
    """Return the branches that say whether a change came before, after or in the period."""
    start, end = q.filters.start, q.filters.end
    early = "when false then ''" if start is None else f"when moment < {q.bind_time(start)} then 'early'"
    late = "" if end is None else f"when moment >= {q.bind_time(end)} then 'late'"
    return f"{early} {late}"


def _balance(changes: pd.DataFrame, filters: Filters, now: dt.datetime) -> pd.DataFrame:
    """Fill the gaps and run the balance; what came before the period is carried into it."""
    changes = changes.astype({"period": "datetime64[us]", **dict.fromkeys(CHANGES, "int64")})
    early = changes[changes["place"] == "early"]
    inside = changes[changes["place"] == "inside"].set_index("period")[CHANGES]
    if changes.empty:
        return pd.DataFrame({name: [] for name in ("period", *CHANGES, "open")})
    by, tz = filters.by, filters.tz
    first = inside.index.min() if early.empty or filters.start is None else floor(wall(filters.start, tz), by)
    end = now if filters.end is None else min(now, filters.end - dt.timedelta(microseconds=1))
    last = max([first, floor(wall(end, tz), by), *inside.index])
    filled = inside.reindex(grid(first, last, by), fill_value=0)
    filled["open"] = int((early["opened"] - early["closed"]).sum()) + (filled["opened"] - filled["closed"]).cumsum()
    found = filled.reset_index()
    found["period"] = of_wall(found["period"], tz)
    return found
