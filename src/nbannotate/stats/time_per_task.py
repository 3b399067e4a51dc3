"""How long people work on a task, by step and member."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

#: Quantiles of the times, by column.
QUANTILES = {"p5_s": 0.05, "q1_s": 0.25, "median_s": 0.5, "q3_s": 0.75, "p95_s": 0.95}


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "step": Column("int64", "Number of the step in its workflow."),
        "step_name": Column("string", "Name of the step."),
        "kind": Column("string", "annotation, consensus or review.", is_said=True),
        "member": Column("string", "Login of who worked."),
        "tasks": Column("int64", "Closed tasks, skipped ones included."),
        "total_s": Column("float64", "Time worked on them in all, in seconds."),
        "mean_s": Column("float64", "Mean time of a task, in seconds."),
        "median_s": Column("float64", "Median time of a task, in seconds."),
        "min_s": Column("float64", "Shortest time of a task, in seconds."),
        "max_s": Column("float64", "Longest time of a task, in seconds."),
        "p5_s": Column("float64", "One of twenty tasks took at most so long, in seconds."),
        "q1_s": Column("float64", "One of four tasks took at most so long, in seconds."),
        "q3_s": Column("float64", "One of four tasks took at least so long, in seconds."),
        "p95_s": Column("float64", "One of twenty tasks took at least so long, in seconds."),
    },
    rows=rows.closed,
)
def time_per_task(q: Query) -> pd.DataFrame:
    """Return the time worked per closed task, by campaign, step and member.

    The time is that of active work as the page measured it, capped by the clock on the wall; pauses do not count.
    """
    return q.run(f"""
        select campaign_id, min(campaign) as campaign, step, min(step_name) as step_name, min(kind) as kind,
               assignee as member, count(*) as tasks, sum(s) as total_s, avg(s) as mean_s,
               min(s) as min_s, max(s) as max_s,
               {", ".join(f"percentile_cont({at}) within group (order by s) as {c}" for c, at in QUANTILES.items())}
        from (select *, cast(worked_s as double precision) as s from ({rows.closed(q)}) t) w
        group by campaign_id, step, assignee order by campaign_id, step, assignee
    """)
