"""Who holds a task: the queue, leases, and people who lost what they held."""

from __future__ import annotations

import datetime
from types import EllipsisType

from msgspec import Struct

from nbannotate.rules.activity import Totals
from nbannotate.store import counts
from nbannotate.store.activity import grown
from nbannotate.store.campaigns import OPEN, apart_from, not_theirs
from nbannotate.store.rows import LAPSES, TASKS, TaskRow
from nbannotate.store.transaction import Transaction

#: Own ones first, then what was returned, then on from a place (a null is no place), then the order of the campaign.
_ORDER = """t.assignee_id is not distinct from $4 desc, case t.state when 'to_rework' then 0 else 1 end,
           t.position <= coalesce($5, -1), t.position, t.task_id"""


def first(
    tx: Transaction,
    campaign_id: int,
    step: int,
    member_id: int,
    now: datetime.datetime,
    *,
    held: bool,
    after: int | None = None,
    apart: int | None = None,
    gold: bool = False,
) -> TaskRow | None:
    """Return the row of the task that a member gets at a step, or None; nothing is taken.

    With ``held`` a member's own open ones come first. What follows is the queue: tasks that nobody holds, and those of
    others whose lease ran out. Of each kind those that were returned come first, then those behind the position
    ``after``. ``apart`` is the step whose copies keep the member from a task of the queue. Of the queue only
    what is ``gold``, or is not.
    """
    if apart is None and not gold:
        row = tx.first(campaign_id, step, member_id, now, held, after)
        if not isinstance(row, EllipsisType):
            return row
    mine = "t.assignee_id = $4 or" if held else ""
    found = tx.value(
        f"""
        select t.task_id from data.tasks t
        where t.campaign_id = $1 and t.step = $2 and {OPEN}
          and ({mine} (t.assignee_id is null or (t.leased_until < $3 and t.assignee_id <> $4))
               and (t.gold is not null) = $6 {not_theirs(apart, "$4")})
        order by {_ORDER}
        limit 1
        """,
        campaign_id, step, now, member_id, after, gold,
    )  # fmt: skip
    # The whole row in the sorted query takes twice as long as both.
    return None if found is None else tx.row(TASKS, found)


def upcoming(
    tx: Transaction,
    campaign_id: int,
    step: int,
    member_id: int,
    now: datetime.datetime,
    but: int | None,
    apart: int | None = None,
    *,
    gold: bool = False,
    held: bool = True,
) -> int | None:
    """Return the asset that a member would get next at a step, without taking it: one held already, or the queue's.

    ``but`` is a task that is left out: the one that the member is about to finish. Of the queue only what is
    ``gold``, or is not; without ``held`` the queue only.
    """
    mine = "t.assignee_id = $4 or" if held else ""
    after = tx.value(
        "select t.position from data.tasks t join data.assets a on a.asset_id = t.asset_id "
        "where t.task_id = $1 and a.sequence is not null",
        but,
    )
    return tx.value(  # type: ignore[no-any-return]
        f"""
        select t.asset_id from data.tasks t
        where t.campaign_id = $1 and t.step = $2 and {OPEN} and t.task_id is distinct from $6
          and ({mine} (t.assignee_id is null or t.leased_until < $3) and (t.gold is not null) = $7
               {not_theirs(apart, "$4")})
        order by {_ORDER}
        limit 1
        """,
        campaign_id, step, now, member_id, after, but, gold,
    )  # fmt: skip


def answers_elsewhere(tx: Transaction, row: TaskRow, member_id: int) -> bool:
    """Return whether a task (``row``) is not for a member, who has a copy of its asset, or had one, that counts."""
    step = apart_from(tx, row.campaign_id, row.step)
    return step is not None and bool(tx.value(
        "select count(*) from data.tasks where campaign_id = $1 and asset_id = $2 and step = $3 and copy is not null "
        "and assignee_id = $4 and task_id <> $5",
        row.campaign_id, row.asset_id, step, member_id, row.task_id,
    ))  # fmt: skip


class Queue(Struct, frozen=True):
    """Where something waits."""

    campaign_id: int
    step: int


class Expired(Struct, frozen=True):
    """A task whose lease ran out, and who held it."""

    task_id: int
    campaign_id: int
    asset_id: int
    assignee_id: int


def queues_of(tx: Transaction, asset_id: int, now: datetime.datetime) -> list[Queue]:
    """Return the queues in which an asset waits."""
    return tx.read(
        Queue,
        f"select t.campaign_id, t.step from data.tasks t where t.asset_id = $1 and {OPEN} "
        "and (t.assignee_id is null or t.leased_until < $2)",
        asset_id, now,
    )  # fmt: skip


def take(
    tx: Transaction,
    row: TaskRow,
    member_id: int,
    now: datetime.datetime,
    until: datetime.datetime | None,
    position: int | None = None,
) -> None:
    """Give an open task (``row``) to a member who opens it now; at another position, if one is given."""
    counts.took(tx, row, member_id)
    its = tx.row(TASKS, row.task_id)
    assert its is not None
    tx.update(
        TASKS, its, assignee_id=member_id, opened=its.opened or now, touched=now, leased_until=until,
        position=its.position if position is None else position,
    )  # fmt: skip


def touch(
    tx: Transaction, row: TaskRow, totals: Totals, now: datetime.datetime, until: datetime.datetime | None
) -> None:
    """Note that the assignee has a task open, add to the time spent on it, and renew its lease if it has one."""
    counts.touched(tx, row, totals.worked_s)
    its = tx.row(TASKS, row.task_id)
    assert its is not None
    leased = None if its.leased_until is None else until
    tx.update(TASKS, its, opened=its.opened or now, touched=now, leased_until=leased, **grown(its, totals))


def lapse(tx: Transaction, tasks: list[int], now: datetime.datetime) -> None:
    """Remember that the people who hold these tasks now lose them: they may look on, and keep what they drew."""
    tx.run(
        "insert into data.lapses select t.task_id, t.assignee_id, $2 from data.tasks t "
        "where t.task_id in (select unnest($1::bigint[])) and t.assignee_id is not null and t.opened is not null",
        tasks, now,
    )  # fmt: skip


def lapsed(tx: Transaction, task_id: int, member_id: int) -> datetime.datetime | None:
    """Return when a member lost a task, or None."""
    return max((r.lapsed for r in tx.rows(LAPSES, task_id) if r.member_id == member_id), default=None)


def has_run_out(tx: Transaction, now: datetime.datetime) -> bool:
    """Return whether the lease of some task has run out."""
    return bool(tx.value(f"select count(*) from data.tasks t where t.leased_until < $1 and {OPEN}", now))


def expire_leases(tx: Transaction, now: datetime.datetime) -> list[Expired]:
    """Return the tasks whose lease ran out to their queues, and say who held them."""
    rows = tx.read(
        Expired,
        f"select t.task_id, t.campaign_id, t.asset_id, t.assignee_id from data.tasks t "
        f"where t.leased_until < $1 and t.assignee_id is not null and {OPEN} order by t.task_id",
        now,
    )
    if rows:
        ids = [r.task_id for r in rows]
        lapse(tx, ids, now)
        with counts.changed(tx, counts.OF_TASKS, ids):
            tx.run(
                "update data.tasks set assignee_id = null, leased_until = null "
                "where task_id in (select unnest($1::bigint[]))",
                ids,
            )
    return rows
