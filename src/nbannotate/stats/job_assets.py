"""What each job came to, image by image."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.jobs import last_said
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "step": Column("int64", "Number of the step in its workflow."),
        "step_name": Column("string", "Name of the step."),
        "member": Column("string", "Login of whose job it is."),
        "asset": Column("string", "Name of the asset."),
        "rounds": Column("int64", "Tasks of the job on it: more than one after rework."),
        "outcome": Column("string", "How the last of them ended; missing while it is open.", is_said=True),
        "objects": Column("int64", "Shapes in the last revision that the job made of it."),
        "opened": Column("datetime64[us]", "When it was opened first, UTC; missing if it was not."),
        "closed": Column("datetime64[us]", "When the last task was closed, UTC; missing while it is open."),
        "worked_s": Column("float64", "Time worked on it, in seconds."),
        "editing_s": Column("float64", "Time of gestures and forms, in seconds, as far as a page measured it."),
        "shown_s": Column("float64", "Time that it was in front of the person, in seconds, as far as measured."),
    },
    rows=rows.held,
)
def job_assets(q: Query) -> pd.DataFrame:
    """Return one row per job and image, which may be many: filter by step, member or period."""
    return q.run(f"""
        with t as (select * from ({rows.held(q)}) h), l as (
            select campaign_id, asset_id, step, assignee, count(*) as rounds, max(task_id) as task_id,
                   min(opened) as opened, sum(worked_s) as worked_s, coalesce(sum(editing_s), 0) as editing_s,
                   coalesce(sum(shown_s), 0) as shown_s
            from t group by 1, 2, 3, 4
        )
        select l.campaign_id, l.step, t.step_name, l.assignee as member, t.asset, l.rounds, t.outcome,
               coalesce(o.objects, 0) as objects, l.opened, t.closed, l.worked_s, l.editing_s, l.shown_s
        from l join t on t.task_id = l.task_id left join (
            select campaign_id, step, assignee, asset_id, shapes as objects from ({last_said(q)}) n
        ) o on o.campaign_id = l.campaign_id and o.step = l.step and o.assignee = l.assignee
               and o.asset_id = l.asset_id
        order by l.campaign_id, l.step, member, t.asset
    """)
