"""How many issues are open, for review, or resolved."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nbannotate.model.times import When
from nbannotate.stats.filters import Filters, Names, Query, Steps
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Column, table

STATES = ("open", "for_review", "resolved")


@table(
    state=Column("string", "open, for_review (fixed, waits for the reviewer) or resolved."),
    issues=Column("int64", "How many issues are in this state; 0 is listed too."),
)
def issue_states(
    scope: Scope,
    *,
    member: Names = None,
    step: Steps = None,
    start: When = None,
    end: When = None,
    tz: Any = None,
) -> pd.DataFrame:
    """Return one row per state of issues.

    The filter on members looks at who raised an issue, the one on steps at the step where it was raised; a resolved
    issue belongs to the moment at which it was resolved, the others to now.
    """
    filters = Filters.of(scope, member=member, step=step, start=start, end=end, tz=tz)
    q = Query(scope)
    when = q.task_moment("i.")
    picked = q.where(filters, member="i.author", step="s.name", time=when, campaign="i.campaign_id")
    frame = q.run(f"""
        select i.state, count(*) as issues
        from issues i left join steps s on s.campaign_id = i.campaign_id and s.step = i.step
        where {picked} group by i.state
    """)
    return frame.set_index("state")["issues"].reindex(pd.Index(STATES, name="state"), fill_value=0).reset_index()
