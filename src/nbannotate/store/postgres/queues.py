"""The fronts of the queues, by indexes: what is given out next costs the same however much waits."""

from __future__ import annotations

import datetime

from nbannotate.store.campaigns import OPEN
from nbannotate.store.rows import TASKS, TaskRow
from nbannotate.store.transaction import Transaction

#: Returned tasks that wait. Everything else in a queue is found by the index of tasks by assignee and position.
INDEX = (
    "create index if not exists tasks_returned on data.tasks (campaign_id, step, position) "
    "where state = 'to_rework' and assignee_id is null"
)


def _front(state: str, place: str) -> str:
    """Return the query of the first one of those that wait in a state, before or behind a place."""
    order = "t.position" if state == "to_rework" else "t.assignee_id, t.position"  # as the index has them
    return f"""
        (select t.task_id, t.assignee_id, t.state, t.position from data.tasks t
         where t.campaign_id = $1 and t.step = $2 and t.assignee_id is null and t.state = '{state}'
           and t.gold is null and t.position {place} coalesce($5, -1)
         order by {order}, t.task_id limit 1)"""


_WAITING = " union all ".join(_front(s, p) for s in ("to_rework", "in_progress") for p in (">", "<="))
_LAPSED = f"""
        (select t.task_id, t.assignee_id, t.state, t.position from data.tasks t
         where t.campaign_id = $1 and t.step = $2 and {OPEN} and t.leased_until < $3 and t.assignee_id <> $4
           and t.gold is null)"""
_OWN = f"""
        (select t.task_id, t.assignee_id, t.state, t.position from data.tasks t
         where t.campaign_id = $1 and t.step = $2 and {OPEN} and t.assignee_id = $4)"""


def first(
    tx: Transaction, campaign_id: int, step: int, member_id: int, now: datetime.datetime, held: bool, after: int | None
) -> TaskRow | None:
    """Return the row of the task that a member gets at a step, as ``leases.first`` says, or None."""
    candidates = " union all ".join([_WAITING, _LAPSED, *([_OWN] if held else [])])
    found = tx.value(
        f"""
        select t.task_id from ({candidates}) t
        order by case when t.assignee_id = $4 then 0 else 1 end, case t.state when 'to_rework' then 0 else 1 end,
                 case when t.position <= coalesce($5, -1) then 1 else 0 end, t.position, t.task_id
        limit 1
        """,
        campaign_id, step, now, member_id, after,
    )  # fmt: skip
    return None if found is None else tx.row(TASKS, found)
