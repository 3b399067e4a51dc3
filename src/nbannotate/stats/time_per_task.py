"""How long people work on a task, by step and member."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nbannotate.model.times import When
from nbannotate.stats.filters import Filters, Names, Query, Steps
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Column, table


@table(
    campaign_id=Column("int64", "Number of the campaign."),
    campaign=Column("string", "Its name."),
    step=Column("int64", "Number of the step in its workflow."),
    step_name=Column("string", "Name of the step."),
    kind=Column("string", "annotation or review."),
    member=Column("string", "Login of who worked."),
    tasks=Column("int64", "Closed tasks, skipped ones included."),
    total_s=Column("float64", "Time worked on them in all, in seconds."),
    mean_s=Column("float64", "Mean time of a task, in seconds."),
    median_s=Column("float64", "Median time of a task, in seconds."),
    min_s=Column("float64", "Shortest time of a task, in seconds."),
    max_s=Column("float64", "Longest time of a task, in seconds."),
)
def time_per_task(
    scope: Scope,
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return the time worked per closed task, by campaign, step and member.

    The time is that of active work as the page measured it, capped by the clock on the wall; pauses do not count.
    """
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    picked = q.where(filters, member="assignee", step="step_name", time="closed")
    return q.run(f"""
        select campaign_id, min(campaign) as campaign, step, min(step_name) as step_name, min(kind) as kind,
               assignee as member, count(*) as tasks, sum(s) as total_s, avg(s) as mean_s,
               percentile_cont(0.5) within group (order by s) as median_s, min(s) as min_s, max(s) as max_s
        from (
            select campaign_id, campaign, step, step_name, kind, assignee,
                   cast(coalesce(worked_s, 0) as double precision) as s
            from tasks where outcome is not null and assignee is not null and {picked}
        ) w
        group by campaign_id, step, assignee order by campaign_id, step, assignee
    """)
