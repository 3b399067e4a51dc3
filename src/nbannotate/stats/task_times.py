"""Each closed task with the time worked on it: for histograms, and for questions that no mean answers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nbannotate.model.times import When
from nbannotate.stats.filters import Filters, Names, Query, Steps
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Column, table


@table(
    task_id=Column("int64", "Number of the task."),
    campaign=Column("string", "Name of the campaign."),
    asset=Column("string", "Name of the asset."),
    step_name=Column("string", "Name of the step."),
    kind=Column("string", "annotation or review."),
    round=Column("int64", "1 for the first visit of the asset at this step."),
    member=Column("string", "Login of who worked."),
    outcome=Column("string", "submitted, accepted, accepted_with_edits, rework or skipped."),
    closed=Column("datetime64[us]", "When it was closed, UTC."),
    worked_s=Column("float64", "Time worked on it, in seconds."),
)
def task_times(
    scope: Scope,
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return one row per closed task, in the order in which they were closed."""
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    picked = q.where(filters, member="assignee", step="step_name", time="closed")
    return q.run(f"""
        select task_id, campaign, asset, step_name, kind, round, assignee as member, outcome, closed,
               coalesce(worked_s, 0) as worked_s
        from tasks where outcome is not null and assignee is not null and {picked} order by closed, task_id
    """)
