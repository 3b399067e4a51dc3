"""What each member did in a period: time, jobs, images, objects, and how much of it was accepted."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.jobs import last_said
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, Position, table


def judged(q: Query) -> str:
    """Return reviews of the scope and period with the person whose annotation they judged.

    That is who submitted last before the review was closed.
    """
    mine, theirs = q.where(campaign="campaign_id"), q.where(step="r.step_name", time="r.closed", campaign=None)
    return f"""
        select r.task_id, r.outcome, r.closed, a.assignee as author from (
            select task_id, kind, step_name, outcome, closed,
                   max(case when outcome = 'submitted' then task_id end) over (
                       partition by campaign_id, asset_id order by closed
                       range between unbounded preceding and current row
                   ) as annotated
            from tasks where outcome is not null and {mine}
        ) r join tasks a on a.task_id = r.annotated
        where r.kind = 'review' and r.outcome in {rows.HANDED_IN} and {theirs}
    """


@table(
    {
        "member": Column("string", "Login."),
        "labelling_s": Column("float64", "Time worked at annotation steps in the period, in seconds."),
        "reviewing_s": Column("float64", "Time worked at review steps in the period, in seconds."),
        "jobs": Column("int64", "Jobs with work in the period."),
        "completed": Column("int64", "How many of them have no open task."),
        "labelled": Column("int64", "Images annotated and submitted."),
        "objects": Column("int64", "Shapes in the last annotation that the member made of each of them."),
        "reviewed": Column("int64", "Images reviewed."),
        "judged": Column("int64", "Reviews of the member's annotations that decided."),
        "accepted": Column("int64", "How many of those accepted, with or without edits."),
        "acceptance": Column("float64", "accepted / judged, 0 to 1; missing if nothing was judged."),
    },
    rows=rows.held,
    on=Position("members", 50, True),
)
def member_work(q: Query) -> pd.DataFrame:
    """Return what each member did: times, jobs, images, objects, and how much of it was accepted.

    A review counts for the person who submitted last before it, by when it was closed; ``step`` is that of the review.
    """
    counts = (
        "labelling_s",
        "reviewing_s",
        "jobs",
        "completed",
        "labelled",
        "objects",
        "reviewed",
        "judged",
        "accepted",
    )

    def part(**given: str) -> str:
        return "select member, " + ", ".join(f"{given.get(name, '0')} as {name}" for name in counts)

    def time(kind: str) -> str:
        return f"sum(case when kind = '{kind}' then worked_s else 0 end)"

    frame = q.run(f"""
        select member, {", ".join(f"sum({name}) as {name}" for name in counts)} from (
            {part(labelling_s=time("annotation"), reviewing_s=time("review"))} from ({rows.activity(q)}) a group by 1
            union all
            {part(jobs="count(*)", completed="count(case when remaining = 0 then 1 end)")} from (
                select member, campaign_id, step, count(case when outcome is null then 1 end) as remaining
                from ({rows.held(q)}) t group by 1, 2, 3
            ) j group by 1
            union all
            {part(labelled="count(case when kind = 'annotation' then 1 end)",
                  reviewed="count(case when kind = 'review' then 1 end)")} from (
                select distinct assignee as member, campaign_id, asset_id, kind from ({rows.handed_in(q)}) t
            ) i group by 1
            union all
            {part(objects="sum(shapes)")} from (
                select l.assignee as member, l.shapes from ({last_said(q)}) l
                join steps p on p.campaign_id = l.campaign_id and p.step = l.step and p.kind = 'annotation'
            ) o group by 1
            union all
            {part(judged="count(*)", accepted="count(case when outcome like 'accepted%' then 1 end)")} from (
                select author as member, outcome from ({judged(q)}) r where {q.where(member="author", campaign=None)}
            ) r group by 1
        ) m group by 1 order by 1
    """)  # fmt: skip
    frame["acceptance"] = frame["accepted"] / frame["judged"].where(frame["judged"] > 0)
    return frame
