"""Each closed task with the time worked on it: for questions that no mean answers."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "task_id": Column("int64", "Number of the task."),
        "campaign": Column("string", "Name of the campaign."),
        "asset": Column("string", "Name of the asset."),
        "step_name": Column("string", "Name of the step."),
        "kind": Column("string", "annotation, consensus or review.", is_said=True),
        "round": Column("int64", "1 for the first visit of the asset at this step."),
        "member": Column("string", "Login of who worked."),
        "outcome": Column(
            "string", "How it ended: submitted, accepted, accepted_with_edits, rework, skipped ….", is_said=True
        ),
        "closed": Column("datetime64[us]", "When it was closed, UTC."),
        "worked_s": Column("float64", "Time worked on it, in seconds."),
    },
    rows=rows.closed,
)
def task_times(q: Query) -> pd.DataFrame:
    """Return one row per closed task, in the order in which they were closed."""
    return q.run(f"""
        select task_id, campaign, asset, step_name, kind, round, assignee as member, outcome, closed, worked_s
        from ({rows.closed(q)}) t order by closed, task_id
    """)
