"""Where the assets of each campaign are: done, skipped, or still to do; and the tasks submitted of those to submit."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "dataset": Column("string", "The dataset that it annotates."),
        "version": Column("string", "The version of that dataset."),
        "launched": Column("datetime64[us]", "When it was launched, UTC; missing while it is only written."),
        "due": Column("datetime64[us]", "The day on which the work should be done; missing if none was set.", True),
        "total": Column("int64", "Assets, as far as the filters let them pass: done + skipped + remaining."),
        "done": Column("int64", "Assets that went through the whole workflow."),
        "skipped": Column("int64", "Assets that left the workflow by being skipped, discarded or rejected."),
        "remaining": Column("int64", "Assets that are still at a step."),
        "share": Column("float64", "Finished share, (done + skipped) / total, 0 to 1; missing if total is 0."),
        "submitted": Column("int64", "Tasks behind these assets: a step that an asset has passed is one."),
        "to_submit": Column("int64", "Tasks that they need in all: their steps; of skipped ones, those submitted."),
    },
    rows=rows.current,
)
def progress(q: Query) -> pd.DataFrame:
    """Return one row per campaign: how many assets are done, skipped, remaining, and how many tasks are submitted.

    An asset counts by its current task: the filters on members and steps look at who has that task and at which
    step it is, the period at when it was closed. What came back to rework has to be submitted again.
    """
    frame = q.run(f"""
        select c.campaign_id, c.name as campaign, c.dataset, c.version, c.launched, c.due,
               coalesce(p.total, 0) as total, coalesce(p.done, 0) as done, coalesce(p.skipped, 0) as skipped,
               coalesce(p.passed, 0) + coalesce(p.done, 0) * n.steps as submitted,
               coalesce(p.passed_of_skipped, 0) + (coalesce(p.total, 0) - coalesce(p.skipped, 0)) * n.steps as to_submit
        from campaigns c
        left join (
            select t.campaign_id, count(*) as total,
                   count(case when t.state = 'done' then 1 end) as done,
                   count(case when t.state = 'skipped' then 1 end) as skipped,
                   sum(case when t.state <> 'done' then t.step else 0 end) as passed,
                   sum(case when t.state = 'skipped' then t.step else 0 end) as passed_of_skipped
            from ({rows.current(q)}) t group by t.campaign_id
        ) p on p.campaign_id = c.campaign_id
        left join (select campaign_id, count(*) as steps from steps group by campaign_id) n
          on n.campaign_id = c.campaign_id
        where {q.in_campaigns("c.campaign_id")}
        order by c.campaign_id
    """).fillna({"submitted": 0, "to_submit": 0})
    finished = frame["done"] + frame["skipped"]
    frame["remaining"] = frame["total"] - finished
    frame["share"] = finished / frame["total"].where(frame["total"] > 0)
    return frame
