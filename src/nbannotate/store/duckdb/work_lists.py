"""The lists of people as the only owner of a file knows them: where a task stands, and what waits.

To count them takes as long as a campaign is large. So they are counted once, and every commit that changes tasks says
what it changes of them; what changes tasks otherwise makes all of them forgotten.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from nbannotate.store import work_lists
from nbannotate.store.duckdb.memory import Group
from nbannotate.store.rows import TaskRow
from nbannotate.store.transaction import Transaction
from nbannotate.store.work_lists import Pair

#: All tasks of an asset in a campaign.
Tasks = tuple[TaskRow, ...]
#: A campaign, a step and a member.
Key = tuple[int, int, int]

#: So many entries all lists have together, at most.
MOST = 2_000_000


class List:
    """What a member has or had at a step."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self.pairs = set(pairs)
        self.positions = sorted(position for _, position in self.pairs)

    def change(self, gone: Iterable[Pair], come: Iterable[Pair]) -> None:
        """Take entries away, and add others."""
        for pair in gone:
            self.pairs.discard(pair)
            del self.positions[bisect.bisect_left(self.positions, pair[1])]
        for pair in come:
            self.pairs.add(pair)
            bisect.insort(self.positions, pair[1])


class Lists:
    """All lists that are known, as after the last commit.

    Readers learn them from the file, if no commit came meanwhile; the writer changes them with each commit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lists: dict[Key, List] = {}
        self._waiting: dict[tuple[int, int], dict[int, int]] = {}
        self._changes = 0
        self._is_committing = False

    def place(self, tx: Transaction, campaign_id: int, step: int, member_id: int, position: int) -> tuple[int, int]:
        """Return how many of a member's at a step stand no further back than a position, and how many there are."""
        key = campaign_id, step, member_id
        with self._lock:
            known, changes = self._lists.get(key), self._changes
            if known is not None:
                return bisect.bisect_right(known.positions, position), len(known.positions)
        read = List(work_lists.pairs(tx, campaign_id, step, member_id))
        with self._lock:
            if changes == self._changes and not self._is_committing:
                if sum(len(its.positions) for its in self._lists.values()) > MOST:
                    self._lists.clear()
                self._lists[key] = read
        return bisect.bisect_right(read.positions, position), len(read.positions)

    def waiting(self, tx: Transaction, campaign_id: int, step: int, member_id: int) -> int:
        """Return how much waits for a member in the queue of a step."""
        key = campaign_id, step
        with self._lock:
            known, changes = self._waiting.get(key), self._changes
            if known is not None:
                return known.get(0, 0) - known.get(member_id, 0)
        read = work_lists.waiting(tx, campaign_id, step)
        with self._lock:
            if changes == self._changes and not self._is_committing:
                self._waiting[key] = read
        return read.get(0, 0) - read.get(member_id, 0)

    # The writer ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Say that a commit comes now: what readers read until its end is not to be learned."""
        with self._lock:
            self._is_committing = True

    def end(self) -> None:
        """Say that the commit is there, or failed."""
        with self._lock:
            self._is_committing = False
            self._changes += 1

    def change(
        self, before: Mapping[Group, Tasks], now: Mapping[Group, Tasks], counted: Iterable[Mapping[str, Any]]
    ) -> None:
        """Change the lists as a commit changes tasks, and what it adds to the counts of jobs."""
        with self._lock:
            for group, rows in now.items():
                if rows is not (were := before.get(group, ())):
                    _change(self._lists, group[0], were, rows)
            for row in counted:
                known = self._waiting.get((row["campaign_id"], row["step"]))
                if known is not None and not row["gold"]:
                    member_id = row["member_id"]
                    known[member_id] = known.get(member_id, 0) + row.get("apart" if member_id else "waiting", 0)

    def forget(self) -> None:
        """Know nothing any more."""
        with self._lock:
            self._lists, self._waiting = {}, {}
            self._changes += 1

    def all_known(self) -> tuple[dict[Key, list[Pair]], dict[tuple[int, int], dict[int, int]]]:
        """Return everything that is known: for who compares it with the file."""
        with self._lock:
            its = {key: sorted(one.pairs) for key, one in self._lists.items()}
            return its, {key: {m: n for m, n in one.items() if n} for key, one in self._waiting.items()}


def _change(known: dict[Key, List], campaign_id: int, before: Tasks, now: Tasks) -> None:
    """Change the lists in which an asset is, of which these are all tasks in a campaign."""
    were, are = _pairs(before), _pairs(now)
    for step, member_id in were.keys() | are.keys():
        its = known.get((campaign_id, step, member_id))
        if its is not None:
            old, new = were.get((step, member_id), set()), are.get((step, member_id), set())
            its.change(old - new, new - old)


def _pairs(rows: Tasks) -> dict[tuple[int, int], set[Pair]]:
    found: dict[tuple[int, int], set[Pair]] = {}
    for row in rows:
        if row.assignee_id is not None:
            found.setdefault((row.step, row.assignee_id), set()).add((row.asset_id, row.position))
    return found
