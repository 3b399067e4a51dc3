"""What each job came to: images and objects labelled, and how long that took."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, Position, table


def last_said(q: Query) -> str:
    """Return the last revision that each job made of each image, with the number of its shapes."""
    return (
        "select campaign_id, step, assignee, asset_id, annotation_id, shapes from (select t.campaign_id, t.step, "
        "t.assignee, t.asset_id, n.annotation_id, n.shapes, row_number() over (partition by t.campaign_id, t.step, "
        f"t.assignee, t.asset_id order by n.annotation_id desc) as nth from ({rows.held(q)}) t "
        "join (select annotation_id, task_id, shapes from annotations where task_id is not null) n "
        "on n.task_id = t.task_id) e where nth = 1"
    )


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "step": Column("int64", "Number of the step in its workflow."),
        "step_name": Column("string", "Name of the step."),
        "kind": Column("string", "annotation, consensus or review.", is_said=True),
        "member": Column("string", "Login of whose job it is."),
        "assets": Column("int64", "Images that it has or had."),
        "remaining": Column("int64", "Tasks of it that are open."),
        "labelled": Column("int64", "Images that were submitted, or reviewed."),
        "objects": Column("int64", "Shapes in the last revision that it made of each image."),
        "first": Column("datetime64[us]", "When its first task was opened, UTC; missing if none was."),
        "last": Column("datetime64[us]", "When its last task was closed, UTC; missing if none was."),
        "duration_s": Column("float64", "From the first opening to the last closing, in seconds; missing before both."),
        "worked_s": Column("float64", "Time worked on its tasks, in seconds."),
        "editing_s": Column("float64", "Time of gestures and forms, in seconds, as far as a page measured it."),
        "shown_s": Column("float64", "Time that its tasks were in front of the person, in seconds, if measured."),
    },
    rows=rows.held,
    on=Position("jobs", 50, True),
)
def jobs(q: Query) -> pd.DataFrame:
    """Return one row per job: the tasks of one person at one step of a campaign.

    Open tasks are in every period that reaches the present, closed ones in that in which they were closed.
    """
    return q.run(f"""
        select t.campaign_id, min(t.campaign) as campaign, t.step, min(t.step_name) as step_name, min(t.kind) as kind,
               t.assignee as member, count(distinct t.asset_id) as assets,
               count(case when t.outcome is null then 1 end) as remaining,
               count(distinct case when t.outcome in {rows.HANDED_IN} then t.asset_id end) as labelled,
               coalesce(min(o.objects), 0) as objects, min(t.opened) as first, max(t.closed) as last,
               extract(epoch from (max(t.closed) - min(t.opened))) as duration_s, sum(t.worked_s) as worked_s,
               coalesce(sum(t.editing_s), 0) as editing_s, coalesce(sum(t.shown_s), 0) as shown_s
        from ({rows.held(q)}) t left join (
            select campaign_id, step, assignee, sum(shapes) as objects from ({last_said(q)}) l group by 1, 2, 3
        ) o on o.campaign_id = t.campaign_id and o.step = t.step and o.assignee = t.assignee
        group by t.campaign_id, t.step, t.assignee order by 1, 3, 6
    """)
