"""How long an asset takes from its first opening until it is done."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats.periods import of_wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


def finished(q: Query) -> str:
    """Return the last task of each asset that is done, and when somebody opened the asset first."""
    picked = q.where(member="t.assignee", step="t.step_name", time="t.closed", campaign="t.campaign_id")
    first = f"select campaign_id, asset_id, min(opened) as opened from tasks where {q.in_campaigns()} group by 1, 2"
    return (
        "select t.task_id, t.campaign_id, t.campaign, t.asset_id, t.asset, t.step, t.step_name, t.assignee, t.closed, "
        "f.opened as first_opened, extract(epoch from (t.closed - f.opened)) as lead_s "
        f"from tasks t join ({first}) f on f.campaign_id = t.campaign_id and f.asset_id = t.asset_id "
        f"where t.is_current and t.state = 'done' and t.closed is not null and f.opened is not null and {picked}"
    )


@table(
    {
        "period": Column("datetime64[us]", "Beginning of the hour, day, week (Monday) or month, UTC."),
        "assets": Column("int64", "Assets that became done in the period."),
        "mean_s": Column("float64", "Mean time from the first opening until done, in seconds, nights and all."),
        "median_s": Column("float64", "Half of them took at most so long, in seconds."),
        "p90_s": Column("float64", "Nine of ten took at most so long, in seconds."),
    },
    rows=finished,
    takes=("by",),
)
def lead_times(q: Query) -> pd.DataFrame:
    """Return how long assets took from their first opening until they were done, by when they became done.

    This is time of the clock on the wall: queues, nights and rework are part of it. The filters on members and steps
    look at the task with which the asset became done.
    """
    frame = q.run(f"""
        select {q.beginning("closed")} as period, count(*) as assets, avg(lead_s) as mean_s,
               percentile_cont(0.5) within group (order by lead_s) as median_s,
               percentile_cont(0.9) within group (order by lead_s) as p90_s
        from ({finished(q)}) t group by 1 order by 1
    """)
    frame["period"] = of_wall(frame["period"], q.filters.tz)
    return frame
