"""What was written, by table, and by column where rows were only changed; and what the public views read of that."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbannotate.store.transaction import Transaction

#: Statements are remembered that are shorter: the others are made of what people write.
LONG = 4000

_WRITES = re.compile(r"\b(insert into|delete from|merge into|update)\s+data\.(\w+)", re.IGNORECASE)
_SET = re.compile(r"\s+(?:\w+\s+)?set\s", re.IGNORECASE)
_ENDS = re.compile(r"[()]|\bwhere\b", re.IGNORECASE)
_ASSIGNED = re.compile(r"(\w+)\s*=")
_WORD = re.compile(r"\w+")
_TABLE = re.compile(r'"?data"?\."?(\w+)')
_VIEW = re.compile(r"\b(?:from|join)\s+\(*(\w+)\b(?!\.)", re.IGNORECASE)
_ALL_COLUMNS = re.compile(r"select\s+\*|\.\*", re.IGNORECASE)


def parts(sql: str) -> frozenset[str]:
    """Return what a statement writes: ``tasks``, or ``tasks.state`` if it only changes that of rows that are there."""
    return _known(sql) if len(sql) < LONG else _parts(sql)


@functools.lru_cache(maxsize=1000)
def _known(sql: str) -> frozenset[str]:
    return _parts(sql)


def _parts(sql: str) -> frozenset[str]:
    found = set[str]()
    for verb, table, end in ((m[1].lower(), m[2], m.end()) for m in _WRITES.finditer(sql)):
        columns = _changed(sql, end) if verb == "update" else []
        found |= {f"{table}.{column}" for column in columns} or {table}
    return frozenset(found)


def _changed(sql: str, begin: int) -> list[str]:
    """Return the columns that an UPDATE sets, perhaps with others that it compares; none if it is not understood."""
    begins = _SET.match(sql, begin)
    if begins is None:
        return []
    depth, end = 0, len(sql)
    for m in _ENDS.finditer(sql, begins.end()):
        depth += {"(": 1, ")": -1}.get(m[0], 0)
        if depth < 0 or (depth == 0 and m[0] not in "()"):
            end = m.start()
            break
    return _ASSIGNED.findall(sql, begins.end(), end)


class Written:
    """When what was written last: commits are counted.

    Attributes
    ----------
    commits
        So many there were.
    """

    def __init__(self) -> None:
        self.commits = 0
        self._last: dict[str, int] = {}
        self._all = 0
        self._lock = threading.Lock()

    def note(self, what: Iterable[str]) -> None:
        """Note what a commit has written; called after it, and before anybody is told of it."""
        with self._lock:
            self.commits += 1
            self._last.update(dict.fromkeys(what, self.commits))

    def note_all(self) -> None:
        """Note that anything may have been written."""
        with self._lock:
            self.commits += 1
            self._all = self.commits

    def since(self, commits: int, what: Iterable[str]) -> bool:
        """Return whether any of some things was written by a commit after so many."""
        return self._all > commits or any(self._last.get(one, 0) > commits for one in what)


def of_views(tx: Transaction) -> Mapping[str, frozenset[str]]:
    """Return what each view reads: tables, and those of their columns that it names.

    Those of the store's own are called ``data.…``.

    The schema stays as it is while a workspace is open.
    """
    sql = {
        (r["schema_name"], r["view_name"]): r["sql"].partition(" AS ")[2]
        for r in tx.all(
            "select schema_name, view_name, sql from duckdb_views() "
            "where database_name = current_database() and schema_name in ('main', 'data') and not internal"
        )
    }
    columns: dict[str, list[str]] = {}
    for r in tx.all(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'data'"
    ):
        columns.setdefault(r["table_name"], []).append(r["column_name"])
    known: dict[tuple[str, str], frozenset[str]] = {}

    def read(view: tuple[str, str]) -> frozenset[str]:
        if view not in known:
            text, found = sql[view], set[str]()
            words, every = set(_WORD.findall(text)), _ALL_COLUMNS.search(text) is not None
            for table in set(_TABLE.findall(text)):
                if ("data", table) in sql:
                    found |= read(("data", table))
                else:
                    found |= {table, *(f"{table}.{c}" for c in columns[table] if every or c in words)}
            for name in set(_VIEW.findall(text)) - {view[1]}:
                if ("main", name) in sql:
                    found |= read(("main", name))
            known[view] = frozenset(found)
        return known[view]

    return {view if schema == "main" else f"data.{view}": read((schema, view)) for schema, view in sql}
