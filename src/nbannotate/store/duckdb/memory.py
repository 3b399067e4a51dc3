"""What the only process that writes a file knows of its rows, so that daily work need not read them again.

Rows are known in groups, those that are asked for together (:mod:`nbannotate.store.rows`): whoever has a group has all
of its rows. A group has the number of the commit since which it is as it is; readers, who see the file as it was at
some commit, take what has not changed since, and ask the file for the rest. A statement that does not say which rows it
changes makes all groups of its tables forgotten: so nothing has to be told here, and nothing can be missed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from nbannotate.store.rows import DRAFTS, TASKS, DraftRow, Row, Table

Group = tuple[Any, ...]

#: So many groups of a table are known at most, and so much of drafts.
MOST_GROUPS = 20_000
MOST_DRAWN = 64 << 20


class Memory:
    """Groups of rows as they were last committed.

    Attributes
    ----------
    commits
        The last commit whose changes are in the file.
    """

    def __init__(self) -> None:
        self.commits = 0
        self._lock = threading.Lock()
        self._known: dict[str, dict[Group, tuple[tuple[Any, ...], int]]] = {}
        self._forgotten: dict[str, int] = {}
        self._tasks: dict[int, Group] = {}
        self._drawn = 0

    def rows(self, table: Table[Row], group: Group, commits: int) -> tuple[Row, ...] | None:
        """Return the rows of a group as they were at a commit; None if that is not known."""
        known = self._known.get(table.name, {}).get(group)
        return known[0] if known is not None and known[1] <= commits else None

    def group_of_task(self, task_id: int) -> Group | None:
        """Return the group of a task, which never changes; None if it is not known."""
        return self._tasks.get(task_id)

    def times_forgotten(self, table: str) -> int:
        """Return how often a table was forgotten: what was read before that is not to be learned after it."""
        return self._forgotten.get(table, 0)

    def learn(self, table: Table[Row], groups: Mapping[Group, tuple[Row, ...]], times_forgotten: int) -> None:
        """Know groups as they are after the commit that comes now; readers do not see them before it is there."""
        with self._lock:
            if self.times_forgotten(table.name) != times_forgotten:
                return
            known = self._known.setdefault(table.name, {})
            for group, rows in groups.items():
                before = known.get(group)
                if before is not None:
                    if before[0] is rows:
                        continue  # read only
                    del known[group]  # what was changed last is forgotten last
                known[group] = rows, self.commits + 1
                if table.name == TASKS.name:
                    self._tasks.update((table.key_of(row)[0], group) for row in rows)
                elif table.name == DRAFTS.name:
                    self._drawn += _size(rows) - (0 if before is None else _size(before[0]))
            while len(known) > MOST_GROUPS or (
                table.name == DRAFTS.name and self._drawn > MOST_DRAWN and len(known) > 1
            ):
                rows, _ = known.pop(next(iter(known)))
                if table.name == DRAFTS.name:
                    self._drawn -= _size(rows)
            if len(self._tasks) > 4 * MOST_GROUPS:
                self._tasks = {}

    def forget(self, tables: Iterable[str]) -> None:
        """Know nothing of some tables any more."""
        with self._lock:
            for name in tables:
                self._forgotten[name] = self._forgotten.get(name, 0) + 1
                self._known[name] = {}
                if name == TASKS.name:
                    self._tasks = {}
                elif name == DRAFTS.name:
                    self._drawn = 0

    def all_known(self) -> dict[str, dict[Group, tuple[Any, ...]]]:
        """Return everything that is known, by table: for who compares it with the file."""
        with self._lock:
            return {table: {g: rows for g, (rows, _) in known.items()} for table, known in self._known.items()}


def _size(rows: tuple[Struct, ...]) -> int:
    return sum(len(row.body) for row in rows if isinstance(row, DraftRow))
