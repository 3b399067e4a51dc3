"""How much work was handed in, over time, by whom, and how long it took."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.periods import of_wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "period": Column("datetime64[us]", "Beginning of the hour, day, week (Monday) or month, UTC."),
        "member": Column("string", "Login of who handed it in."),
        "kind": Column("string", "annotation, consensus or review.", is_said=True),
        "tasks": Column("int64", "Tasks handed in; sending to rework is a review handed in, a skip is not counted."),
        "reworked": Column("int64", "How many of them were reviews that sent the asset back."),
        "worked_s": Column("float64", "Time that people worked on them, in seconds."),
    },
    rows=rows.handed_in,
    takes=("by",),
)
def throughput(q: Query) -> pd.DataFrame:
    """Return tasks handed in per period, member and kind of step; periods without work are not listed."""
    frame = q.run(f"""
        select {q.beginning("closed")} as period, assignee as member, kind, count(*) as tasks,
               count(case when outcome = 'rework' then 1 end) as reworked, sum(worked_s) as worked_s
        from ({rows.handed_in(q)}) t group by 1, 2, 3 order by 1, 2, 3
    """)
    frame["period"] = of_wall(frame["period"], q.filters.tz)
    return frame
