"""Statements of one transaction, and what is remembered between transactions."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import EllipsisType
from typing import Any, Protocol, TypeVar, cast

from nbannotate.rules.counts import Changes
from nbannotate.store import work_lists, write_tracking
from nbannotate.store.rows import Row, Table, TaskRow, condition, read

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


def is_of_database(error: BaseException) -> bool:
    """Return whether an error is one of a database, of whatever kind."""
    kinds = (kind.__module__.partition(".")[0] for kind in type(error).__mro__)
    return any(kind in ("duckdb", "_duckdb", "psycopg") for kind in kinds)


class Connection(Protocol):
    """A connection to a database, as the statements of the store need it: one of DuckDB is one."""

    def execute(self, query: Any, parameters: Any = ..., /) -> Any:
        """Run a statement; what comes back has ``description``, ``fetchone`` and ``fetchall``."""
        ...

    def interrupt(self) -> None:
        """End the statement that runs."""
        ...

    def register(self, name: str, table: Any, /) -> Any:
        """Let statements read a table of Arrow by a name."""
        ...

    def unregister(self, name: str, /) -> Any:
        """Forget such a table."""
        ...


class Transaction:
    """Statements of one transaction; rows come back as structs of a kind, or as dictionaries.

    Placeholders are ``$1``, ``$2`` … as in PostgreSQL.

    Attributes
    ----------
    memo
        Rows that were read already and cannot have changed since, by whatever key. A small query costs about a
        millisecond in DuckDB whatever it reads, and a save needs the same names each time.
    changes
        What is changed of the counts of jobs, until it is stored: see :mod:`nbannotate.store.counts`.
    counted
        The same of operations before, that share the transaction.
    written
        What its statements write, until that is committed: see :mod:`nbannotate.store.write_tracking`.
    commits
        So many commits it sees, at least.
    """

    def __init__(self, connection: Connection, memo: dict[Any, Any] | None = None, commits: int = 0) -> None:
        self.connection = connection
        self.memo: dict[Any, Any] = {} if memo is None else memo
        self.changes = Changes()
        self.counted: list[dict[str, float]] = []
        self.written: set[str] = set()
        self.commits = commits

    def once(self, key: Any, read: Callable[[], T]) -> T:
        """Return what is remembered under a key; what is not is read now."""
        try:
            return cast("T", self.memo[key])  # not looked for first: the writer may empty it at any time
        except KeyError:
            pass
        if len(self.memo) > MOST_MEMO:
            self.memo.clear()
        known = self.memo[key] = read()
        return known

    def all(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return all rows."""
        result = self._execute(sql, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """Return the first row, or None."""
        rows = self.all(sql, *parameters)
        return rows[0] if rows else None

    def read(self, kind: type[Row], sql: str, *parameters: Any) -> list[Row]:
        """Return all rows as structs of a kind, whose fields are called as the columns are."""
        return read(kind, self._execute(sql, parameters))

    def read_one(self, kind: type[Row], sql: str, *parameters: Any) -> Row | None:
        """Return the first row as a struct of a kind (see :meth:`read`), or None."""
        return next(iter(self.read(kind, sql, *parameters)), None)

    def value(self, sql: str, *parameters: Any) -> Any:
        """Return the first column of the first row, or None."""
        row = self._execute(sql, parameters).fetchone()
        return row[0] if row else None

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a statement whose rows nobody needs."""
        self._execute(sql, parameters)

    def _execute(self, sql: str, parameters: Iterable[Any]) -> Any:
        self.written |= write_tracking.parts(sql)
        return self.connection.execute(sql, list(parameters))

    # Rows by their keys, see store/rows.py ------------------------------------------------------------------------

    def rows(self, table: Table[Row], *group: Any) -> list[Row]:
        """Return the rows of a group, as they are now."""
        return self.read(table.row, f"select * from data.{table.name} where {condition(table.group)}", *group)

    def row(self, table: Table[Row], *key: Any) -> Row | None:
        """Return the row of a key, as it is now, or None."""
        return self.read_one(table.row, f"select * from data.{table.name} where {condition(table.key)}", *key)

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Insert a row; all of its columns are named."""
        columns = ", ".join(f'"{column}"' for column in row)
        places = ", ".join(f"${i}" for i in range(1, len(row) + 1))
        self.run(f"insert into data.{table} ({columns}) values ({places})", *row.values())

    def insert_json(self, table: str, rows: str, statement: str) -> None:
        """Insert rows that are JSON already, a list of objects by all columns; ``statement`` does so (``$1``)."""
        self.run(statement, rows)

    def update(self, table: Table[Row], row: Row, **columns: Any) -> None:
        """Change columns of the row that has the key of another one, which is as it is now."""
        n = len(table.key)
        changed = ", ".join(f"{column} = ${i}" for i, column in enumerate(columns, n + 1))
        where = condition(table.key)
        self.run(f"update data.{table.name} set {changed} where {where}", *table.key_of(row), *columns.values())

    # What would have to be looked for among many rows ----------------------------------------------------------------

    def place(self, campaign_id: int, step: int, member_id: int, position: int) -> tuple[int, int]:
        """Return how many of a member's at a step stand no further back than a position, and how many there are."""
        return work_lists.place(self, campaign_id, step, member_id, position)

    def waiting(self, campaign_id: int, step: int, member_id: int) -> int:
        """Return how much waits for a member in the queue of a step."""
        its = work_lists.waiting(self, campaign_id, step)
        return its.get(0, 0) - its.get(member_id, 0)

    def first(
        self, campaign_id: int, step: int, member_id: int, now: datetime.datetime, held: bool, after: int | None
    ) -> TaskRow | EllipsisType | None:
        """Return the row of the task that a member gets at a step, as ``holding.first`` says; ``...``: look for it."""
        return ...

    # Several operations in one transaction -------------------------------------------------------------------------

    def next_part(self) -> None:
        """Begin what another operation does in the same transaction."""
        self.counted += self.changes.left()

    def take_back(self) -> bool:
        """Take back what was done since the last :meth:`next_part`; False if the whole transaction has to be."""
        return False

    def expect(self, table: Table[Any], groups: list[tuple[Any, ...]]) -> None:
        """Say that these groups of rows will be asked for."""

    @property
    def bench(self) -> Any:
        """The connection to DuckDB in which files are read: the transaction's own, or one beside it."""
        return getattr(self.connection, "bench", self.connection)

    @contextmanager
    def asked(self, text: str) -> Iterator[Transaction]:
        """Give the transaction in which people's SQL runs, which is DuckDB's: it sees what this one sees.

        Parameters
        ----------
        text
            Whatever names the views that are read.
        """
        yield self

    def new_id(self) -> int:
        """Return a fresh id; ids grow, and no two things of a workspace share one."""
        return int(self.value("select nextval('data.ids')"))
