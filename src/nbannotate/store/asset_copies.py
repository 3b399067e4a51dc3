"""The copies of one asset: those of others, what was answered in them, and many that end at once."""

from __future__ import annotations

import datetime

from nbannotate.store import counts
from nbannotate.store.campaigns import OPEN
from nbannotate.store.rows import TaskRow
from nbannotate.store.transaction import Transaction

#: The assets that have copies at a step ($2) of a campaign ($1).
_COPIED = "select campaign_id, asset_id from data.tasks where campaign_id = $1 and step = $2 and copy is not null"


def copies(tx: Transaction, campaign_id: int, asset_id: int, step: int) -> list[TaskRow]:
    """Return the tasks of the copies of an asset at a step, in their order."""
    return tx.read(
        TaskRow,
        "select * from data.tasks where campaign_id = $1 and asset_id = $2 and step = $3 and copy is not null "
        "and gold is null order by copy",
        campaign_id, asset_id, step,
    )  # fmt: skip


def others(tx: Transaction, row: TaskRow) -> list[TaskRow]:
    """Return the tasks of the other copies of the asset of one."""
    its = copies(tx, row.campaign_id, row.asset_id, row.step)
    return [o for o in its if o.task_id != row.task_id]


def said(tx: Transaction, tasks: list[int]) -> dict[int, int]:
    """Return the revision that was submitted last in each of some tasks."""
    rows = tx.all(
        "select task_id, max(annotation_id) as annotation_id from data.annotations "
        "where task_id in (select unnest($1::bigint[])) group by 1",
        tasks,
    )
    return {r["task_id"]: r["annotation_id"] for r in rows}


def answers(tx: Transaction, row: TaskRow) -> tuple[int, ...] | None:
    """Return the revisions of the other copies of an asset, if all of them were answered; or else None."""
    its = others(tx, row)
    if not its or any(o.outcome != "submitted" for o in its):
        return None
    revisions = said(tx, [o.task_id for o in its])
    return tuple(revisions[o.task_id] for o in its)


def hand_on_all(tx: Transaction, campaign_id: int, step: int) -> None:
    """Let the first open copy of each asset be its current task, where the one that was is closed."""
    with counts.changed(tx, _COPIED, campaign_id, step):
        tx.run(
            f"""
            update data.tasks set is_current = (tasks.task_id = n.task_id) from (
              select t.asset_id, arg_min(t.task_id, t.copy) filter (where {OPEN}) as task_id
              from data.tasks t where t.campaign_id = $1 and t.step = $2 and t.copy is not null group by 1
              having bool_or(t.is_current and not {OPEN}) and bool_or({OPEN})
            ) n where tasks.campaign_id = $1 and tasks.step = $2 and tasks.copy is not null
              and tasks.asset_id = n.asset_id
            """,
            campaign_id, step,
        )  # fmt: skip


def follow_all(tx: Transaction, campaign_id: int, step: int, now: datetime.datetime) -> int:
    """Send the assets whose copies at a step are all closed to the queue of the step after it; return how many.

    Of those that are there still: their current task is a copy.
    """
    tx.run(
        """
        create or replace temp table gathered as
        select t.task_id, t.asset_id, t.position from data.tasks t
        where t.campaign_id = $1 and t.step = $2 and t.copy is not null and t.is_current
          and t.state in ('done', 'skipped')
        """,
        campaign_id, step,
    )  # fmt: skip
    with counts.changed(tx, "select cast($1 as bigint) as campaign_id, asset_id from gathered", campaign_id):
        tx.run(
            "insert into data.tasks select nextval('data.ids'), $1, asset_id, $2, 1, 'in_progress', null, null, "
            "position, true, 0, $3, null, null, null, null, null, null, 0, 0, null, null from gathered "
            "order by position",
            campaign_id, step + 1, now,
        )  # fmt: skip
        tx.run("update data.tasks set is_current = false where task_id in (select task_id from gathered)")
    count = int(tx.value("select count(*) from gathered"))
    tx.run("drop table gathered")
    return count
