"""How often there was nothing to label, how often reviews accepted, and how often they sent back, over time."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.periods import of_wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


def decided(q: Query) -> str:
    """Return tasks that are work handed in, and whether the annotation said that there is nothing to label."""
    return (
        f"select t.*, coalesce(n.nothing, false) as nothing from ({rows.handed_in(q)}) t left join ("
        "select task_id, true as nothing from annotations where nothing_to_label and task_id is not null "
        "and source = 'annotation' group by task_id) n on n.task_id = t.task_id"
    )


@table(
    {
        "period": Column("datetime64[us]", "Beginning of the hour, day, week (Monday) or month, UTC."),
        "annotated": Column("int64", "Annotation tasks submitted."),
        "nothing": Column("int64", "How many of them said that there is nothing to label."),
        "reviewed": Column("int64", "Reviews handed in."),
        "accepted": Column("int64", "How many of them accepted, with or without edits."),
        "edited": Column("int64", "How many of those had edits."),
        "reworked": Column("int64", "How many sent the asset back."),
        "rejected": Column("int64", "How many rejected it."),
        "nothing_rate": Column("float64", "nothing / annotated, 0 to 1; missing if nothing was annotated."),
        "accept_rate": Column("float64", "accepted / reviewed, 0 to 1; missing if nothing was reviewed."),
        "rework_rate": Column("float64", "reworked / reviewed, 0 to 1; missing if nothing was reviewed."),
    },
    rows=decided,
    takes=("by",),
)
def rates(q: Query) -> pd.DataFrame:
    """Return what was decided per period: the rates of *nothing to label*, of acceptance and of rework.

    The filter on members looks at who submitted or reviewed; whose annotations are accepted is told by
    ``nb.stats.member_work``.
    """
    counts = {
        "annotated": "kind = 'annotation'",
        "nothing": "kind = 'annotation' and nothing",
        "reviewed": "kind = 'review'",
        "accepted": "outcome in ('accepted', 'accepted_with_edits')",
        "edited": "outcome = 'accepted_with_edits'",
        "reworked": "outcome = 'rework'",
        "rejected": "outcome = 'rejected'",
    }
    frame = q.run(f"""
        select {q.beginning("closed")} as period,
               {", ".join(f"count(case when {condition} then 1 end) as {name}" for name, condition in counts.items())}
        from ({decided(q)}) t group by 1 order by 1
    """)
    frame["period"] = of_wall(frame["period"], q.filters.tz)
    for rate, part, whole in (
        ("nothing_rate", "nothing", "annotated"),
        ("accept_rate", "accepted", "reviewed"),
        ("rework_rate", "reworked", "reviewed"),
    ):
        frame[rate] = frame[part] / frame[whole].where(frame[whole] > 0)
    return frame
