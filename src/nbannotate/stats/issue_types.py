"""What issues are about, and how often they were opened again, over time."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.periods import of_wall
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

TYPES = ("image", "zone", "shape")


@table(
    {
        "period": Column("datetime64[us]", "Beginning of the hour, day, week (Monday) or month, UTC."),
        "type": Column("string", "What they are about: image, zone or shape.", is_said=True),
        "opened": Column("int64", "Issues raised in the period."),
        "reopened": Column("int64", "How often one that was fixed or resolved was opened again in the period."),
    },
    rows=rows.issue_changes_in_period,
    takes=("by",),
)
def issue_types(q: Query) -> pd.DataFrame:
    """Return issues raised and reopened per period, by what they are about; periods without any are not listed.

    The filter on members looks at who raised an issue, the one on steps at the step where it was raised.
    """
    frame = q.run(f"""
        select {q.beginning("moment")} as period, type, count(case when change = 'opened' then 1 end) as opened,
               count(case when change = 'reopened' then 1 end) as reopened
        from ({rows.issue_changes_in_period(q)}) c where change <> 'closed' group by 1, 2 order by 1, 2
    """)
    frame["period"] = of_wall(frame["period"], q.filters.tz)
    return frame
