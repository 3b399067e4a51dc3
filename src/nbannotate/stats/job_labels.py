"""What each job came to, label by label: objects, and the editing time that they took."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.jobs import last_said
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, Position, table

#: So many bits a number has for labels; where there are more labels, images are counted one by one.
BITS = 62


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
    """Return the images and objects of each job and label.

    Of an image there is one revision in a job. To note of each which labels it has, a bit for each label, takes a third
    of the time that counting the different images of each label does.
    """
    label = q.where(label="label", campaign=None)
    found = q.fresh().run("select distinct label from shape_history where task_id is not null order by label")["label"]
    labels = found.dropna().tolist()
    said = (
        f"({last_said(q)}) l join (select annotation_id, label from shape_history where task_id is not null "
        f"and {label}) s on s.annotation_id = l.annotation_id"
    )
    job = "campaign_id, step, assignee"
    if not 0 < len(labels) < BITS:
        return (
            f"select {job}, label, count(distinct asset_id) as assets, count(*) as objects from {said} "
            f"group by {job}, label"
        )
    places = q.bind(labels)

    def bit(name: str) -> str:  # that of no label is the first one
        return f"cast(coalesce(array_position({places}, {name}), 0) as integer)"

    return f"""
        with g as (
            select {job}, s.label, l.annotation_id, count(*) as objects,
                   bit_or(cast(1 as bigint) << {bit("s.label")}) as bits
            from {said} group by grouping sets (({job}, s.label), ({job}, l.annotation_id))
        ), i as (
            select {job}, bits, count(*) as assets from g where annotation_id is not null group by {job}, bits
        )
        select g.campaign_id, g.step, g.assignee, g.label, cast(sum(i.assets) as bigint) as assets,
               min(g.objects) as objects
        from g join i on i.campaign_id = g.campaign_id and i.step = g.step and i.assignee = g.assignee
            and (i.bits >> {bit("g.label")}) & 1 = 1
        where g.annotation_id is null group by 1, 2, 3, 4
    """
