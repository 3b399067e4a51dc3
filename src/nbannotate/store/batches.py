"""Many open tasks at once: giving them to people, restarting them."""

from __future__ import annotations

import datetime
from typing import Any

from nbannotate.store.campaigns import OPEN
from nbannotate.store.engine import Transaction
from nbannotate.store.holding import lapse


def open_tasks(
    tx: Transaction,
    campaign_id: int,
    *,
    task_ids: list[int] | None = None,
    step: int | None = None,
    assignee_id: int | None = None,
    state: str | None = None,
) -> list[dict[str, Any]]:
    """Return open tasks of a campaign in its order: task_id, step, assignee_id, state, asset_id, started."""
    return tx.all(
        f"""
        select t.task_id, t.step, t.assignee_id, t.state, t.asset_id,
               (t.opened is not null and t.assignee_id is not null) or t.state = 'to_rework' as started
        from data.tasks t
        where t.campaign_id = $1 and {OPEN} and ($2 is null or list_contains($2, t.task_id))
          and ($3 is null or t.step = $3) and ($4 is null or t.assignee_id = $4) and ($5 is null or t.state = $5)
        order by t.position, t.task_id
        """,
        campaign_id, task_ids, step, assignee_id, state,
    )  # fmt: skip


def give(tx: Transaction, tasks: list[int], member_id: int | None, now: datetime.datetime) -> None:
    """Give tasks to a member, or back to the queue (None). The drafts go along; who had them keeps a copy."""
    lapse(tx, tasks, now)
    if member_id is not None:
        tx.run(
            "insert into data.member_drafts select d.task_id, $2, d.revision, d.body, $3 from data.member_drafts d "
            "join data.tasks t on t.task_id = d.task_id and t.assignee_id = d.member_id "
            "where list_contains($1, d.task_id) and d.member_id <> $2 on conflict do nothing",
            tasks, member_id, now,
        )  # fmt: skip
    tx.run(
        "update data.tasks set assignee_id = $2, leased_until = null, opened = null, touched = null "
        "where list_contains($1, task_id)",
        tasks, member_id,
    )  # fmt: skip


def restart(
    tx: Transaction, campaign_id: int, step: int, tasks: list[int], member_id: int, now: datetime.datetime
) -> None:
    """Send assets that left the workflow back to a step: ``tasks`` are their current ones."""
    tx.run(
        """
        insert into data.tasks
        select nextval('data.ids'), $1, t.asset_id, $2,
               1 + (select count(*) from data.tasks b
                    where b.campaign_id = $1 and b.asset_id = t.asset_id and b.step = $2),
               'to_rework', null, $3, t.position, true, 0, $4, null, null, null, null, null, null
        from (select * from data.tasks where list_contains($5, task_id) order by position) t
        """,
        campaign_id, step, member_id, now, tasks,
    )  # fmt: skip
    tx.run("update data.tasks set is_current = false where list_contains($1, task_id)", tasks)


def left_of_job(tx: Transaction, campaign_id: int, step: int, member_id: int, outcomes: list[str]) -> list[int]:
    """Return the current tasks, in order, of the assets of a job that left the workflow in one of these ways."""
    rows = tx.all(
        """
        select t.task_id from data.tasks t
        where t.campaign_id = $1 and t.is_current and t.state = 'skipped' and list_contains($4, t.outcome)
          and $3 = (
            select b.assignee_id from data.tasks b
            where b.campaign_id = $1 and b.asset_id = t.asset_id and b.step = $2 and b.assignee_id is not null
            order by b.task_id desc limit 1
          )
        order by t.position
        """,
        campaign_id, step, member_id, outcomes,
    )  # fmt: skip
    return [r["task_id"] for r in rows]
