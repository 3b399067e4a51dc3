"""What reviewers changed in the annotations that they looked at."""

from __future__ import annotations

import pandas as pd

from nbannotate.rules.compare import SAME_PX, How
from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

CHANGES: tuple[How, ...] = ("added", "removed", "moved", "relabeled")
_GEOMETRY = "kind, x, y, width, height, area"


def _reviews(q: Query) -> str:
    """Return the revisions that reviews made, each with the one before it."""
    return f"""
        select n.version_id, n.annotation_id, n.before_id, t.* from (
            select version_id, annotation_id, task_id,
                   lag(annotation_id) over (partition by version_id, asset_id order by annotation_id) as before_id
            from annotations where {q.in_versions()}
        ) n join ({rows.handed_in(q)}) t on t.task_id = n.task_id where t.kind = 'review'
    """


def _changed() -> str:
    """Return what became of each shape: of ``said``, in the ``reviews`` and in the revisions before them.

    A shape is moved if its bounding box or its area differ, a line or a point also if its points do.
    """
    beyond = " or ".join(f"abs(a.{c} - b.{c}) > {SAME_PX}" for c in ("x", "y", "width", "height"))
    area = f"abs(a.area - b.area) > {SAME_PX} * (a.width + a.height + b.width + b.height)"
    moved = f"a.kind <> b.kind or {beyond} or {area} or (a.area = 0 and a.points <> b.points)"
    return f"""
        select coalesce(a.review_id, b.review_id) as review_id, coalesce(a.shape_id, b.shape_id) as shape_id,
               b.label as label_before, a.label as label_after,
               b.shape_id is null as added, a.shape_id is null as removed,
               coalesce({moved}, false) as moved, coalesce(a.label <> b.label, false) as relabeled
        from (
            select r.annotation_id as review_id, s.* from reviews r
            join said s on s.annotation_id = r.annotation_id and s.version_id = r.version_id
        ) a full join (
            select r.annotation_id as review_id, s.* from reviews r
            join said s on s.annotation_id = r.before_id and s.version_id = r.version_id
        ) b on b.review_id = a.review_id and b.shape_id = a.shape_id
    """


def _said(q: Query) -> str:
    """Return the shapes of the revisions in ``reviews`` and of those before them; points where nothing else tells."""
    points, ask = "''", q.fresh()
    some = ask.run(f"select 1 from shape_history where area = 0 and {ask.in_versions()} limit 1")
    if len(some):  # to read the points of all shapes takes a third of the time
        points = "case when area = 0 then cast(points as varchar) else '' end"
    return f"""
        select version_id, annotation_id, shape_id, label, {_GEOMETRY}, {points} as points
        from shape_history where {q.in_versions()} and annotation_id in (
            select annotation_id from reviews union all select before_id from reviews
        )
    """


def edits(q: Query) -> str:
    """Return what reviews did to shapes, a row for each change of each: shapes of one id are one shape."""
    each = " union all ".join(f"select c.*, '{change}' as change from changed c where {change}" for change in CHANGES)
    return f"""
        with reviews as ({_reviews(q)}), said as ({_said(q)}), changed as ({_changed()})
        select r.task_id, r.campaign_id, r.campaign, r.asset_id, r.asset, r.step, r.step_name, r.assignee, r.outcome,
               r.closed, c.shape_id, c.label_before, c.label_after, c.change
        from ({each}) c join reviews r on r.annotation_id = c.review_id
    """


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "step": Column("int64", "Number of the step in its workflow."),
        "step_name": Column("string", "Name of the step."),
        "member": Column("string", "Login of the reviewer."),
        "reviews": Column("int64", "Reviews handed in."),
        "edited": Column("int64", "How many of them changed a shape."),
        "added": Column("int64", "Shapes that they drew."),
        "removed": Column("int64", "Shapes that they took away."),
        "moved": Column("int64", "Shapes of which they changed the outline or the place."),
        "relabeled": Column("int64", "Shapes to which they gave another label; one may have been moved, too."),
        "edits_per_review": Column("float64", "Shapes added, removed, moved or relabeled, for each review handed in."),
    },
    rows=edits,
)
def reviewer_edits(q: Query) -> pd.DataFrame:
    """Return what reviewers changed, by step and member, compared with the revision before theirs."""
    sums = ", ".join(f"coalesce(sum(e.{c}), 0) as {c}" for c in CHANGES)
    return q.run(f"""
        select t.campaign_id, min(t.campaign) as campaign, t.step, min(t.step_name) as step_name, t.assignee as member,
               count(*) as reviews, count(case when e.shapes > 0 then 1 end) as edited, {sums},
               cast(coalesce(sum(e.shapes), 0) as double precision) / count(*) as edits_per_review
        from ({rows.handed_in(q)}) t left join (
            select task_id, sum(shapes) as shapes, {", ".join(f"sum({c}) as {c}" for c in CHANGES)}
            from review_edits where {q.in_versions()} group by task_id
        ) e on e.task_id = t.task_id
        where t.kind = 'review' group by t.campaign_id, t.step, t.assignee order by 1, 3, 5
    """)
