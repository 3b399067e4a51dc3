"""The counts of jobs and campaigns, kept in the transaction of what changes them, so that no list counts tasks.

What daily work changes is one short row a transaction (``data.count_changes``, JSON), written at its end; what bulk
statements change is counted before and after, of the assets that they touch (:func:`changed`). Whoever reads adds up
(the view ``data.counts``); now and then the rows are added up for good (:func:`fold`). All rows are additions, so that
several writers need not wait for one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from nbannotate.rules import counts as rules
from nbannotate.rules.counts import COUNTS, Counted, Tracked
from nbannotate.store.campaigns import OPEN, apart_from
from nbannotate.store.rows import TASKS, IssueRow, TaskRow
from nbannotate.store.staging import NOT_STAGED
from nbannotate.store.transaction import Transaction

#: So many rows of changes are read at most, before they are added up.
MOST_CHANGES = 200

#: The assets of tasks ($1), for :func:`changed`.
OF_TASKS = "select campaign_id, asset_id from data.tasks where task_id in (select unnest($1::bigint[]))"


# What daily work changes -----------------------------------------------------------------------------------------


def known(tx: Transaction, campaign_id: int, asset_id: int, rows: Sequence[TaskRow]) -> None:
    """Remember the tasks of an asset that were read, so that they need not be read again to be counted."""
    key = campaign_id, asset_id
    if key not in tx.changes.assets:
        for task_id in [i for i, t in tx.changes.tasks.items() if (t.campaign_id, t.asset_id) == key]:
            tx.changes.tasks.pop(task_id).settle(tx.changes.added)
        tx.changes.read[key] = {r.task_id: counted(r) for r in rows}


def counted(row: TaskRow) -> Counted:
    """Return what is counted of a task."""
    return Counted(
        row.step, row.state, row.outcome, row.assignee_id, row.copy, row.is_current, row.opened is not None,
        row.worked_s, row.gold is not None,
    )  # fmt: skip


def _asset(tx: Transaction, row: TaskRow | IssueRow) -> Tracked:
    """Return all tasks of the asset of one."""
    key = row.campaign_id, row.asset_id
    if key not in tx.changes.assets:
        if key not in tx.changes.read:
            known(tx, *key, tx.rows(TASKS, *key))
        tx.changes.assets[key] = Tracked(*key, tx.changes.read.pop(key), _unresolved(tx, *key))
    return tx.changes.assets[key]


def _task(tx: Transaction, row: TaskRow, *, whole: bool = False, issues: bool = False) -> Counted:
    """Return a task; alone, unless all of its asset are known, or ``whole`` says that they are needed."""
    key, task_id = (row.campaign_id, row.asset_id), row.task_id
    if whole or key in tx.changes.assets or key in tx.changes.read:
        return _asset(tx, row).tasks[task_id]
    if issues and task_id in tx.changes.tasks:
        tx.changes.tasks.pop(task_id).settle(tx.changes.added)
    if task_id not in tx.changes.tasks:
        asked = _unresolved(tx, *key) if issues else {}
        tx.changes.tasks[task_id] = Tracked(*key, {task_id: counted(row)}, asked)
    return tx.changes.tasks[task_id].tasks[task_id]


def _unresolved(tx: Transaction, campaign_id: int, asset_id: int) -> dict[int, int]:
    """Return how many issues of an asset are not resolved, by the task in which they were raised."""

    def read() -> dict[int, dict[int, int]]:
        its: dict[int, dict[int, int]] = {}
        for r in tx.all(
            "select asset_id, task_id, count(*) as n from data.issues where campaign_id = $1 and state <> 'resolved' "
            "group by 1, 2",
            campaign_id,
        ):
            its.setdefault(r["asset_id"], {})[r["task_id"]] = r["n"]
        return its

    all_ = read() if tx.changes.asked else tx.once(("unresolved", campaign_id), read)
    return dict(all_.get(asset_id, {}))


def took(tx: Transaction, row: TaskRow, member_id: int) -> None:
    """Count that a member opens an open task and has it from now on; called before that is written."""
    # The first visit at a step is the only one there; where nobody has copies, nothing else changes with it.
    whole = row.round > 1 or apart_from(tx, row.campaign_id, row.step) is not None
    task = _task(tx, row, whole=whole, issues=True)
    task.member_id, task.opened = member_id, True


def touched(tx: Transaction, row: TaskRow, worked_s: float, *, opens: bool = True) -> None:
    """Count time that was worked on a task, and that whoever has it has opened it; called before that is written."""
    opens = opens and row.opened is None
    if not worked_s and not opens:
        return
    task = _task(tx, row, whole=opens and row.copy is not None)
    task.opened |= opens
    task.worked_s += worked_s


def closed(tx: Transaction, row: TaskRow, state: str, outcome: str, worked_s: float, *, followed: bool) -> None:
    """Count that a task ends; called before that is written."""
    task = _asset(tx, row).tasks[row.task_id]
    task.state, task.outcome, task.is_current, task.opened = state, outcome, not followed, True
    task.worked_s += worked_s


def followed(tx: Transaction, row: TaskRow, task_id: int, task: Counted) -> None:
    """Count a task that follows another one (``row``) of its asset; called before it is written."""
    _asset(tx, row).tasks[task_id] = task


def handed_on(tx: Transaction, row: TaskRow) -> None:
    """Count that the first open copy of an asset at a step is its current task; called before that is written."""
    tasks = _asset(tx, row).tasks.values()
    first = min((t for t in tasks if t.step == row.step and t.copy and t.is_open), key=_copy, default=None)
    if first is not None:
        first.is_current = True


def _copy(task: Counted) -> int:
    assert task.copy is not None
    return task.copy


def passed_on(tx: Transaction, row: TaskRow) -> None:
    """Count that a closed task is not the current one of its asset any more; called before that is written."""
    _asset(tx, row).tasks[row.task_id].is_current = False


def asked(tx: Transaction, task: TaskRow | IssueRow, more: int) -> None:
    """Count that more issues, or less, of those raised in a task are not resolved; called before that is written."""
    if not more:
        return
    issues = _asset(tx, task).issues
    issues[task.task_id] = issues.get(task.task_id, 0) + more
    tx.changes.asked = True
    tx.memo.pop(("unresolved", task.campaign_id), None)


def drew(tx: Transaction, row: TaskRow, shapes: int) -> None:
    """Count the shapes of a revision that the assignee of a task makes in it; called before it is written."""
    if row.assignee_id is None:
        return
    before = 0
    if row.round > 1:
        before = int(tx.value(
            "select coalesce(arg_max(n.shapes, n.annotation_id), 0) from data.annotations n "
            f"join data.tasks t on t.task_id = n.task_id and {NOT_STAGED} "
            "where t.campaign_id = $1 and t.asset_id = $2 and t.step = $3 and t.assignee_id = $4",
            row.campaign_id, row.asset_id, row.step, row.assignee_id,
        ))  # fmt: skip
    place = row.campaign_id, row.step, row.assignee_id, row.gold is not None
    rules.add(tx.changes.added, place, "objects", shapes - before)


def store(tx: Transaction) -> bool:
    """Write what a transaction has changed, at its end; return whether it has."""
    tx.counted += tx.changes.left()
    rows = tx.counted
    if rows:
        tx.insert("count_changes", {"changes": msgspec.json.encode(rows).decode()})
    return bool(rows)


# What bulk statements change -------------------------------------------------------------------------------------

#: What the tasks of the assets of the table ``counted`` add; ``contribution`` in ``rules/counts.py`` says the same.
_CONTRIBUTIONS = f"""
    with all_tasks as (
      select k.* from data.tasks k join counted c on c.campaign_id = k.campaign_id and c.asset_id = k.asset_id
    ), t as (
      select * from all_tasks where gold is null
    ), now_at as (
      select campaign_id, asset_id, state, outcome from t where is_current
    ), asked as (
      select i.campaign_id, i.asset_id, i.task_id, k.gold is not null as gold, count(*) as issues
      from data.issues i join all_tasks k on k.task_id = i.task_id where i.state <> 'resolved' group by 1, 2, 3, 4
    ), unresolved as (
      select campaign_id, asset_id, sum(issues) as issues from asked where not gold group by 1, 2
    ), people as (
      select campaign_id, step, assignee_id as member_id, asset_id, count(*) as tasks, count(opened) as opened,
             sum(worked_s) as worked_s, arg_max(state, task_id) as state,
             arg_max(opened is not null, task_id) as begun
      from t where assignee_id is not null group by 1, 2, 3, 4
    ), made as (
      select t.campaign_id, t.step, t.assignee_id as member_id, t.asset_id, t.gold is not null as gold,
             arg_max(n.shapes, n.annotation_id) as objects
      from all_tasks t join data.annotations n on n.task_id = t.task_id and n.{NOT_STAGED}
      where t.assignee_id is not null group by 1, 2, 3, 4, 5
    ), apart as (
      select t.campaign_id, t.step, o.assignee_id as member_id, count(distinct t.task_id) as apart
      from t join t o on o.campaign_id = t.campaign_id and o.asset_id = t.asset_id and o.copy is not null
        and o.assignee_id is not null and o.step between t.step - 1 and t.step and o.task_id <> t.task_id
      where t.assignee_id is null and {OPEN} group by 1, 2, 3
    ), added as (
      select p.campaign_id, p.step, p.member_id, sum(p.tasks) as tasks, sum(p.opened) as opened,
             count(*) filter (where p.state = 'to_rework') as returned,
             count(*) filter (where p.state = 'in_progress') as in_progress,
             count(*) filter (where p.state = 'to_rework' or (p.state = 'in_progress' and p.begun)) as started,
             count(*) filter (where p.state in ('done', 'skipped')) as done,
             count(*) filter (
               where p.state in ('done', 'skipped') and n.state in ('in_progress', 'to_rework')
             ) as elsewhere,
             count(*) filter (where n.outcome = 'rejected') as rejected,
             count(*) filter (where n.state = 'skipped') as skipped,
             coalesce(sum(u.issues), 0) as issues, 0 as apart, 0 as objects, 0 as waiting, 0 as here,
             sum(p.worked_s) as worked_s, false as gold
      from people p join now_at n on n.campaign_id = p.campaign_id and n.asset_id = p.asset_id
      left join unresolved u on u.campaign_id = p.campaign_id and u.asset_id = p.asset_id group by 1, 2, 3
      union all
      select campaign_id, step, 0, 0, 0, 0, 0, 0, count(*) filter (where is_current and state = 'done'), 0, 0,
             count(*) filter (where is_current and state = 'skipped'), 0, 0, 0,
             count(*) filter (where assignee_id is null and {OPEN}), count(*) filter (where is_current and {OPEN}), 0,
             false
      from t group by 1, 2
      union all
      select campaign_id, step, member_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, apart, 0, 0, 0, 0, false from apart
      union all
      select m.campaign_id, m.step, m.member_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(m.objects), 0, 0, 0, m.gold
      from made m group by 1, 2, 3, m.gold
      union all
      select g.campaign_id, g.step, g.assignee_id, count(*), count(g.opened),
             count(*) filter (where g.state = 'to_rework'), count(*) filter (where g.state = 'in_progress'),
             count(*) filter (where g.state in ('in_progress', 'to_rework') and g.opened is not null),
             count(*) filter (where g.state in ('done', 'skipped')), 0, 0, count(*) filter (where g.state = 'skipped'),
             coalesce(sum(a.issues), 0), 0, 0, 0, 0, sum(g.worked_s), true
      from all_tasks g left join asked a on a.task_id = g.task_id
      where g.gold is not null and g.assignee_id is not null group by 1, 2, 3
    )
"""


def _add(tx: Transaction, sign: str) -> None:
    """Add what the assets of the table ``counted`` count now; with the sign ``-`` take it away."""
    sums = ", ".join(f"{sign}sum({name})" for name in COUNTS)
    tx.run(
        f"insert into data.job_counts {_CONTRIBUTIONS} "
        f"select campaign_id, step, member_id, {sums}, gold from added group by 1, 2, 3, gold"
    )


def _touch(tx: Transaction, assets: str, *parameters: Any) -> bool:
    """Make the table ``counted`` of assets (campaign_id, asset_id); return whether there are any."""
    tx.changes.settle()
    tx.run(
        f"create or replace temp table counted as select distinct campaign_id, asset_id from ({assets})", *parameters
    )
    return bool(tx.value("select count(*) from counted"))


@contextmanager
def changed(tx: Transaction, assets: str, *parameters: Any) -> Iterator[None]:
    """Count the tasks of assets before and after a block in which statements change them.

    Parameters
    ----------
    tx
        The transaction.
    assets
        A SELECT of campaign_id and asset_id.
    parameters
        Of the SELECT.
    """
    some = _touch(tx, assets, *parameters)
    if some:
        _add(tx, "-")
    yield
    if some:
        _add(tx, "")
    tx.run("drop table counted")


def count_new(tx: Transaction, campaign_id: int, position: int) -> None:
    """Count the tasks of assets that are new in a campaign, or in a batch: those from a position on."""
    if _touch(
        tx, "select campaign_id, asset_id from data.tasks where campaign_id = $1 and position >= $2",
        campaign_id, position,
    ):  # fmt: skip
        _add(tx, "")
    tx.run("drop table counted")


def reveal(tx: Transaction, batch_id: int, campaign_id: int) -> None:
    """Give what was counted of a batch to a campaign."""
    tx.run("update data.job_counts set campaign_id = $2 where campaign_id = $1", batch_id, campaign_id)


def forget(tx: Transaction, campaign_id: int) -> None:
    """Delete what is counted of a campaign."""
    fold(tx)
    tx.run("delete from data.job_counts where campaign_id = $1", campaign_id)


def fold(tx: Transaction) -> None:
    """Add up all rows, but those of batches: they are not this transaction's."""
    tx.run(
        "create or replace temp table folded as select * from data.counts "
        "where campaign_id not in (select batch_id from data.staged)"
    )
    tx.run("delete from data.job_counts where campaign_id not in (select batch_id from data.staged)")
    tx.run("delete from data.count_changes")
    tx.run("insert into data.job_counts select * from folded")
    tx.run("drop table folded")
