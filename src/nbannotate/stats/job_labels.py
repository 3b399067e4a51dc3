"""What each job came to, label by label: objects, and the editing time that they took."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.jobs import last_said
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, Position, table


def objects(q: Query) -> str:
    """Return the shapes in the last revision that each job made of each image."""
    label = q.where(label="label", campaign=None)
    return (
        "select s.shape_id, s.label, s.kind, s.asset_id, s.asset, s.task_id, l.campaign_id, l.step, l.assignee "
        f"from ({last_said(q)}) l join (select annotation_id, shape_id, label, kind, asset_id, asset, task_id "
        f"from shape_history where task_id is not null and {label}) s on s.annotation_id = l.annotation_id"
    )


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "step": Column("int64", "Number of the step in its workflow."),
        "step_name": Column("string", "Name of the step."),
        "member": Column("string", "Login of whose job it is."),
        "label": Column("string", "Name of the label."),
        "assets": Column("int64", "Images with a shape of the label."),
        "objects": Column("int64", "Shapes of the label in the last revision that the job made of each image."),
        "editing_s": Column("float64", "Time of gestures and forms on shapes of the label, in seconds."),
        "mean_s": Column("float64", "editing_s / objects, in seconds; missing if there is no object."),
    },
    rows=objects,
    takes=("label",),
    on=Position("jobs", 60, True),
)
def job_labels(q: Query) -> pd.DataFrame:
    """Return one row per job and label: images and objects with it, and the editing time that went to it."""
    frame = q.run(f"""
        select k.campaign_id, k.step, s.name as step_name, k.member, k.label, sum(k.assets) as assets,
               sum(k.objects) as objects, sum(k.editing_s) as editing_s
        from (
            select campaign_id, step, assignee as member, label, assets, objects, 0.0 as editing_s
            from ({_counted(q)}) o
            union all
            select campaign_id, step, member, label, 0, 0, sum(editing_s)
            from ({rows.activity(q)}) a where label is not null and editing_s > 0 group by 1, 2, 3, 4
        ) k join steps s on s.campaign_id = k.campaign_id and s.step = k.step
        group by 1, 2, 3, 4, 5 order by 1, 2, 4, 5
    """)
    frame["mean_s"] = frame["editing_s"] / frame["objects"].where(frame["objects"] > 0)
    return frame


def _counted(q: Query) -> str:
    """Return the images and objects of each job and label; of an image there is one revision in a job."""
    return (
        "select l.campaign_id, l.step, l.assignee, s.label, count(case when s.is_first then 1 end) as assets, "
        f"sum(s.shapes) as objects from ({last_said(q)}) l join (select annotation_id, label, shapes, is_first "
        f"from label_history where task_id is not null and {q.where(label='label', campaign=None)}) s "
        "on s.annotation_id = l.annotation_id group by l.campaign_id, l.step, l.assignee, s.label"
    )
