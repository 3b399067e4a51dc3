"""How many tasks wait, are worked on, came back, or ended, at each step."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

#: ``waiting`` is the part of *in progress* that nobody has taken from the queue yet.
STATES = ("waiting", "in_progress", "to_rework", "done", "skipped")


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Its name."),
        "step": Column("int64", "Number of the step in its workflow, in order."),
        "step_name": Column("string", "Name of the step."),
        "kind": Column("string", "Kind of the step: annotation, consensus or review.", is_said=True),
        "state": Column(
            "string", "waiting (in the queue, nobody's yet), in_progress, to_rework, done or skipped.", is_said=True
        ),
        "tasks": Column("int64", "Assets that have their current task at this step in this state; 0 is listed too."),
    },
    rows=rows.current,
)
def tasks(q: Query) -> pd.DataFrame:
    """Return current tasks by campaign, step and state; every step has all five states.

    An asset has one current task, so the tasks of a campaign add up to its assets. ``done`` stands at the step where
    the asset left the workflow.
    """
    states = " union all ".join(f"select {i} as place, '{state}' as state" for i, state in enumerate(STATES))
    return q.run(f"""
        select s.campaign_id, c.name as campaign, s.step, s.name as step_name, s.kind, x.state,
               coalesce(n.tasks, 0) as tasks
        from steps s
        join campaigns c on c.campaign_id = s.campaign_id
        cross join ({states}) x
        left join (
            select campaign_id, step, state, count(*) as tasks from ({rows.current(q)}) t group by 1, 2, 3
        ) n on n.campaign_id = s.campaign_id and n.step = s.step and n.state = x.state
        where {q.where(step="s.name", campaign="s.campaign_id")}
        order by s.campaign_id, s.step, x.place
    """)
