"""Where the assets of each campaign are: done, skipped, or still to do."""

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
    dataset=Column("string", "The dataset that it annotates."),
    version=Column("string", "The version of that dataset."),
    launched=Column("datetime64[us]", "When it was launched, UTC; missing while it is only written."),
    due=Column("datetime64[us]", "The day on which the work should be done; missing if none was set.", is_day=True),
    total=Column("int64", "Assets, as far as the filters let them pass: done + skipped + remaining."),
    done=Column("int64", "Assets that went through the whole workflow."),
    skipped=Column("int64", "Assets that left the workflow by being skipped."),
    remaining=Column("int64", "Assets that are still at a step."),
    share=Column("float64", "Finished share, (done + skipped) / total, 0 to 1; missing if total is 0."),
)
def progress(
    scope: Scope,
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return one row per campaign: how many assets are done, skipped, remaining.

    An asset counts by its current task: the filters on members and steps look at who has that task and at which
    step it is, the period at when it was closed.
    """
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    when = q.task_moment("t.")
    picked = q.where(filters, member="t.assignee", step="t.step_name", time=when, campaign="t.campaign_id")
    frame = q.run(f"""
        select c.campaign_id, c.name as campaign, c.dataset, c.version, c.launched, c.due,
               coalesce(p.total, 0) as total, coalesce(p.done, 0) as done, coalesce(p.skipped, 0) as skipped
        from campaigns c
        left join (
            select t.campaign_id, count(*) as total,
                   count(case when t.state = 'done' then 1 end) as done,
                   count(case when t.state = 'skipped' then 1 end) as skipped
            from tasks t where t.is_current and {picked} group by t.campaign_id
        ) p on p.campaign_id = c.campaign_id
        where {q.in_campaign("c.campaign_id")}
        order by c.campaign_id
    """)
    finished = frame["done"] + frame["skipped"]
    frame["remaining"] = frame["total"] - finished
    frame["share"] = finished / frame["total"].where(frame["total"] > 0)
    return frame
