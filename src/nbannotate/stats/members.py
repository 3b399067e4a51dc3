"""What each member has in hand and has handed in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nbannotate.model.times import When
from nbannotate.stats.filters import Filters, Names, Query, Steps
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Column, table


@table(
    member=Column("string", "Login."),
    in_progress=Column("int64", "Tasks in hand that were not sent back."),
    to_rework=Column("int64", "Tasks in hand that a reviewer sent back."),
    annotated=Column("int64", "Annotation tasks submitted."),
    accepted=Column("int64", "Reviews that accepted, with or without edits."),
    reworked=Column("int64", "Reviews that sent the asset back."),
    skipped=Column("int64", "Tasks skipped."),
    worked_s=Column("float64", "Time worked on closed tasks, in seconds."),
    mean_s=Column("float64", "Mean time of a closed task, in seconds; missing if there is none."),
    last=Column("datetime64[us]", "When the member last closed a task, UTC; missing if never."),
)
def members(
    scope: Scope,
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return one row per member who has or had a task: tasks in hand, and work handed in, by outcome."""
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    when = q.task_moment()
    picked = q.where(filters, member="assignee", step="step_name", time=when)

    def count(condition: str, name: str) -> str:
        return f"count(case when {condition} then 1 end) as {name}"

    return q.run(f"""
        select assignee as member,
               {count("outcome is null and state = 'in_progress'", "in_progress")},
               {count("outcome is null and state = 'to_rework'", "to_rework")},
               {count("outcome = 'submitted'", "annotated")},
               {count("outcome in ('accepted', 'accepted_with_edits')", "accepted")},
               {count("outcome = 'rework'", "reworked")},
               {count("outcome = 'skipped'", "skipped")},
               sum(case when outcome is not null then coalesce(worked_s, 0) else 0 end) as worked_s,
               avg(case when outcome is not null then coalesce(worked_s, 0) end) as mean_s,
               max(closed) as last
        from tasks where assignee is not null and {picked} group by assignee order by assignee
    """)
