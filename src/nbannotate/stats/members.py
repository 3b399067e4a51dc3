"""What each member has in hand and has handed in."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "member": Column("string", "Login."),
        "in_progress": Column("int64", "Tasks in hand that were not sent back."),
        "to_rework": Column("int64", "Tasks in hand that a reviewer sent back."),
        "annotated": Column("int64", "Annotation tasks submitted."),
        "accepted": Column("int64", "Reviews that accepted, with or without edits."),
        "reworked": Column("int64", "Reviews that sent the asset back."),
        "skipped": Column("int64", "Tasks skipped."),
        "worked_s": Column("float64", "Time worked on closed tasks, in seconds."),
        "mean_s": Column("float64", "Mean time of a closed task, in seconds; missing if there is none."),
        "last": Column("datetime64[us]", "When the member last closed a task, UTC; missing if never."),
    },
    rows=rows.held,
)
def members(q: Query) -> pd.DataFrame:
    """Return one row per member who has or had a task: tasks in hand, and work handed in, by outcome."""
    fates = ("in_progress", "to_rework", "annotated", "accepted", "reworked", "skipped")
    return q.run(f"""
        select member, {", ".join(f"count(case when fate = '{fate}' then 1 end) as {fate}" for fate in fates)},
               sum(case when outcome is not null then worked_s else 0 end) as worked_s,
               avg(case when outcome is not null then worked_s end) as mean_s,
               max(closed) as last
        from ({rows.held(q)}) t group by member order by member
    """)
