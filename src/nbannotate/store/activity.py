"""Where the time went: the rows of what is counted of each person, and the times of tasks that they add up to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from msgspec import Struct

from nbannotate.rules.activity import Piece, Span, Totals, free
from nbannotate.store import counts
from nbannotate.store.rows import TASKS, TaskRow
from nbannotate.store.transaction import Transaction


class _Shown(Struct, frozen=True):
    """When a task was shown."""

    task_id: int
    campaign_id: int
    asset_id: int
    step: int
    started: datetime.datetime
    ended: datetime.datetime


def spans(tx: Transaction, member_id: int, started: datetime.datetime, ended: datetime.datetime) -> list[Span]:
    """Return what is counted of a member and touches a time, in order.

    What comes after all that was counted, as nearly everything does, is known without a query.
    """
    last: datetime.datetime | None = tx.memo.get(("counted", member_id))
    if last is not None and last <= started:
        return []
    rows = tx.all(
        "select started, ended, max(worked_s) > 0 as worked from data.activity "
        "where member_id = $1 and ended > $2 and started < $3 group by 1, 2 order by 1",
        member_id, started, ended,
    )  # fmt: skip
    return [Span(**row) for row in rows]


def grown(row: TaskRow, totals: Totals) -> dict[str, float | None]:
    """Return what the times of a task (``row``, as it is now) become.

    What is not known of a part is not known of the whole.
    """
    shown, editing = row.shown_s, row.editing_s
    return {
        "shown_s": None if shown is None or totals.shown_s is None else shown + totals.shown_s,
        "worked_s": row.worked_s + totals.worked_s,
        "editing_s": None if editing is None or totals.editing_s is None else editing + totals.editing_s,
    }


def add(tx: Transaction, member_id: int, task: TaskRow | _Shown, pieces: Sequence[Piece]) -> None:
    """Append rows of a member's time at a task."""
    if not pieces:
        return
    of = {
        "member_id": member_id, "task_id": task.task_id, "campaign_id": task.campaign_id, "asset_id": task.asset_id,
        "step": task.step,
    }  # fmt: skip
    for p in pieces:
        tx.insert("activity", of | {
            "label": p.label, "started": p.started, "ended": p.ended, "shown_s": p.shown_s, "worked_s": p.worked_s,
            "editing_s": p.editing_s,
        })  # fmt: skip
    last = max(p.ended for p in pieces)
    # It may be too late, if this transaction is rolled back: then the next one asks.
    tx.memo["counted", member_id] = max(last, tx.memo.get(("counted", member_id), last))


def grow(tx: Transaction, task_id: int, totals: Totals) -> None:
    """Add to the times of a task, whatever state it is in."""
    now = tx.row(TASKS, task_id)
    assert now is not None
    counts.touched(tx, now, totals.worked_s, opens=False)
    tx.update(TASKS, now, **grown(now, totals))


def give_way(tx: Transaction, member_id: int, parts: Iterable[Span]) -> None:
    """Take time that a task was only shown away again, where the member worked elsewhere in it."""
    for part in parts:
        rows = tx.read(
            _Shown,
            "select task_id, campaign_id, asset_id, step, started, ended from data.activity "
            "where member_id = $1 and ended > $2 and started < $3 and worked_s = 0 and shown_s > 0",
            member_id, part.started, part.ended,
        )  # fmt: skip
        for row in rows:
            tx.run(
                "delete from data.activity where member_id = $1 and task_id = $2 and started = $3 and ended = $4 "
                "and worked_s = 0 and shown_s > 0",
                member_id, row.task_id, row.started, row.ended,
            )  # fmt: skip
            left = [
                Piece(low, high, None, (high - low).total_seconds(), 0.0, 0.0)
                for low, high in free(row.started, row.ended, [part])
            ]
            add(tx, member_id, row, left)
            gone = (row.ended - row.started).total_seconds() - sum(p.shown_s or 0.0 for p in left)
            grow(tx, row.task_id, Totals(-gone))
