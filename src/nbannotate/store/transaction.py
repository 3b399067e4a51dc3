"""Statements of one transaction, and what is remembered between transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from nbannotate.rules.counts import Changes
from nbannotate.store import written

if TYPE_CHECKING:
    import duckdb

MOST_MEMO = 20_000

#: Ids that came as the text of :func:`id_list`; a list as a parameter keeps all threads waiting while it is converted.
LISTED = """(select unnest(from_json({}, '["BIGINT"]')))"""

T = TypeVar("T")


def id_list(ids: Iterable[int]) -> str:
    """Return ids as a text (JSON), as long lists are given to a statement."""
    return "[" + ",".join(map(str, ids)) + "]"


def quoted(file: Path) -> str:
    """Return the name of a file as a text in SQL."""
    return "'" + str(file).replace("'", "''") + "'"


class Transaction:
    """Statements of one transaction; rows come back as dictionaries.

    Placeholders are ``$1``, ``$2`` … as in PostgreSQL.

    Attributes
    ----------
    memo
        Rows that were read already and cannot have changed since, by whatever key. A small query costs about a
        millisecond in DuckDB whatever it reads, and a save needs the same names each time.
    changes
        What is changed of the counts of jobs, until it is stored: see :mod:`nbannotate.store.counts`.
    written
        What its statements write, until that is committed: see :mod:`nbannotate.store.written`.
    commits
        So many commits it sees, at least.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, memo: dict[Any, Any] | None = None, commits: int = 0
    ) -> None:
        self.connection = connection
        self.memo: dict[Any, Any] = {} if memo is None else memo
        self.changes = Changes()
        self.written: set[str] = set()
        self.commits = commits

    def once(self, key: Any, read: Callable[[], T]) -> T:
        """Return what is remembered under a key; what is not is read now."""
        if key not in self.memo:
            if len(self.memo) > MOST_MEMO:
                self.memo.clear()
            self.memo[key] = read()
        return cast("T", self.memo[key])

    def all(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return all rows."""
        result = self._execute(sql, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """Return the first row, or None."""
        rows = self.all(sql, *parameters)
        return rows[0] if rows else None

    def value(self, sql: str, *parameters: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = self._execute(sql, parameters).fetchone()
        return row[0] if row else None

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a statement whose rows nobody needs."""
        self._execute(sql, parameters)

    def _execute(self, sql: str, parameters: Iterable[Any]) -> duckdb.DuckDBPyConnection:
        self.written |= written.parts(sql)
        return self.connection.execute(sql, list(parameters))

    def new_id(self) -> int:
        """Return a fresh id; ids grow, and no two things of a workspace share one."""
        return int(self.value("select nextval('data.ids')"))
