"""How many issues are open, for review, or resolved."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

STATES = ("open", "for_review", "resolved")


@table(
    {
        "state": Column("string", "open, for_review (fixed, waits for the reviewer) or resolved.", is_said=True),
        "issues": Column("int64", "How many issues are in this state; 0 is listed too."),
    },
    rows=rows.issues,
)
def issue_states(q: Query) -> pd.DataFrame:
    """Return one row per state of issues.

    The filter on members looks at who raised an issue, the one on steps at the step where it was raised; a resolved
    issue belongs to the moment at which it was resolved, the others to now.
    """
    frame = q.run(f"select state, count(*) as issues from ({rows.issues(q)}) i group by state")
    return frame.set_index("state")["issues"].reindex(pd.Index(STATES, name="state"), fill_value=0).reset_index()
