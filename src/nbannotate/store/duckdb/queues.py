"""The fronts of the queues as the only owner of a file knows them: what is given out next.

To look for the next task takes as long as a campaign is large. So some hundred are looked for at once, and with them
what their work begins with. A front is a hint: each task is looked at before it is given out, and passed over if it
does not wait any more; what begins to wait is put in its place. What a front cannot say is asked of the file (``...``).
"""

from __future__ import annotations

import bisect
import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbannotate.store.campaigns import OPEN
from nbannotate.store.rows import DRAFTS, HEADS, ISSUES, LAPSES, TASKS, TaskRow

if TYPE_CHECKING:
    from nbannotate.store.duckdb.write_through import KnowingWriter

#: So many tasks are looked for at once, and so many fronts are known.
FRONT = 200
MOST_FRONTS = 2_000

#: Where a task stands: what was returned comes first, then the order of the campaign.
Place = tuple[bool, int, int]


class _Waiting(Struct, frozen=True):
    """A task that waits, and where."""

    task_id: int
    asset_id: int
    position: int
    state: str


def _place(row: TaskRow | _Waiting) -> Place:
    return row.state != "to_rework", row.position, row.task_id


class Front:
    """The first tasks that wait in a queue, or that a member has at a step.

    Attributes
    ----------
    places
        Of these tasks, in their order; perhaps of some that do not wait any more.
    end
        What stands behind it is not known; None: nothing does.
    """

    def __init__(self, places: list[Place], end: Place | None) -> None:
        self.places, self.end = places, end

    def add(self, place: Place) -> None:
        """Put a task in its place."""
        if self.end is None or place <= self.end:
            i = bisect.bisect_left(self.places, place)
            if i == len(self.places) or self.places[i] != place:
                self.places.insert(i, place)


class Queues:
    """The fronts that are known, by campaign, step and member (None: the queue); used by the writer only."""

    def __init__(self) -> None:
        self._fronts: dict[tuple[int, int, int | None], Front] = {}
        #: No lease of a step ends before that.
        self._leased: dict[tuple[int, int], datetime.datetime | None] = {}

    def forget(self) -> None:
        """Know nothing any more."""
        self._fronts, self._leased = {}, {}

    def offer(self, row: TaskRow) -> None:
        """Know that a task is as its row says."""
        if row.state not in ("in_progress", "to_rework"):
            return
        step, member_id, until = (row.campaign_id, row.step), row.assignee_id, row.leased_until
        if member_id is not None and until is not None and step in self._leased:
            first = self._leased[step]
            self._leased[step] = until if first is None else min(first, until)
        front = self._fronts.get((*step, member_id))
        if front is not None and (member_id is not None or row.gold is None):
            front.add(_place(row))

    def first(
        self, tx: KnowingWriter, campaign_id: int, step: int, member_id: int, now: datetime.datetime,
        held: bool, after: int | None,
    ) -> Any:  # fmt: skip
        """Return the row of the task that a member gets at a step, None, or ``...``: see ``holding.first``."""
        for whose in (member_id, None) if held else (None,):
            if whose is None and self._has_run_out(tx, campaign_id, step, now):
                return ...
            row = self._next(tx, campaign_id, step, whose, after)
            if row is not None:  # or ...
                return row
        return None

    def _has_run_out(self, tx: KnowingWriter, campaign_id: int, step: int, now: datetime.datetime) -> bool:
        """Return whether the lease of a task of a step has run out."""
        key = campaign_id, step
        if key not in self._leased or ((first := self._leased[key]) is not None and first < now):
            self._leased[key] = tx.value(
                "select min(t.leased_until) from data.tasks t "
                f"where t.campaign_id = $1 and t.step = $2 and t.assignee_id is not null and {OPEN}",
                *key,
            )
        first = self._leased[key]
        return first is not None and first < now

    def _next(self, tx: KnowingWriter, campaign_id: int, step: int, whose: int | None, after: int | None) -> Any:
        key = campaign_id, step, whose
        if key not in self._fronts:
            self._look(tx, *key)
        front = self._fronts[key]
        while True:
            row = self._waits(tx, front, whose) if after is None else self._after(tx, front, whose, after)
            if row is not None or front.end is None:
                return row
            self._look(tx, *key)
            if not (front := self._fronts[key]).places:
                return None

    def _waits(self, tx: KnowingWriter, front: Front, whose: int | None) -> TaskRow | None:
        """Return the first task that waits; those before it are forgotten."""
        while front.places:
            row = tx.row(TASKS, front.places[0][2])
            if _is(row, front.places[0], whose):
                return row
            del front.places[0]
        return None

    def _after(self, tx: KnowingWriter, front: Front, whose: int | None, after: int) -> Any:
        """Return the task to go on with behind a position, where all are known."""
        if front.end is not None:
            return ...
        for place in sorted(front.places, key=lambda p: (p[0], p[1] <= after, p)):
            row = tx.row(TASKS, place[2])
            if _is(row, place, whose):
                return row
        return None

    def _look(self, tx: KnowingWriter, campaign_id: int, step: int, whose: int | None) -> None:
        """Look for the tasks of a front, and for what their work begins with."""
        if len(self._fronts) > MOST_FRONTS:
            self._fronts = {}
        its = f"t.assignee_id = {whose:d}" if whose is not None else "t.assignee_id is null and t.gold is null"
        rows = tx.read(
            _Waiting,
            f"select t.task_id, t.asset_id, t.position, t.state from data.tasks t where t.campaign_id = $1 "
            f"and t.step = $2 and {its} and {OPEN} "
            "order by case t.state when 'to_rework' then 0 else 1 end, t.position, t.task_id limit $3",
            campaign_id, step, FRONT,
        )  # fmt: skip
        places = [_place(row) for row in rows]
        self._fronts[campaign_id, step, whose] = Front(places, places[-1] if len(places) == FRONT else None)
        assets, tasks = [row.asset_id for row in rows], [(row.task_id,) for row in rows]
        tx.expect(TASKS, [(campaign_id, asset) for asset in assets])
        tx.expect(ISSUES, [(campaign_id, asset) for asset in assets])
        tx.expect(HEADS, [(asset,) for asset in assets])
        tx.expect(DRAFTS, tasks)
        tx.expect(LAPSES, tasks)
        tx.expect_assets(assets)


def _is(row: TaskRow | None, place: Place, whose: int | None) -> bool:
    """Return whether a task waits at a place."""
    return (
        row is not None
        and row.assignee_id == whose
        and row.state in ("in_progress", "to_rework")
        and _place(row) == place
        and (whose is not None or row.gold is None)
    )
