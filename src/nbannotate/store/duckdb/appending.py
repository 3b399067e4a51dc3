"""Rows of a table that are written together, by the appenders of DuckDB.

To write one row takes as long as a statement, and each further one some hundredths of that; a statement with a
parameter for each value, or with the rows as JSON, takes twice as long for some rows. To make an appender takes as
long as a statement, too, so they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

#: So many are kept at most.
MOST = 100


class Appenders:
    """The appenders of a connection, by table, columns and key; what they write is of the connection's transaction.

    Parameters
    ----------
    connection
        Who writes.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._kept: dict[tuple[str, tuple[str, ...], tuple[str, ...]], duckdb.Appender] = {}

    def insert(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows, of which some columns are given."""
        self._write(table, columns, (), rows)

    def update(self, table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        """Change the rows that have the keys of others, of which some columns are given, those of the key too."""
        self._write(table, columns, key, rows)

    def _write(self, table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        its = table, columns, key
        appender = self._kept.pop(its, None)
        if appender is None:
            appender = self._made(*its)
        appender.append_rows(rows)
        self._connection.complete()  # of a statement before, rows may be left that nobody asked for
        appender.flush()
        self._kept[its] = appender  # one that failed is not kept: rows may wait in it
        if len(self._kept) > MOST:
            self._kept.pop(next(iter(self._kept)))

    def _made(self, table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> duckdb.Appender:
        if not key:
            return self._connection.appender(f"data.{table}", columns=list(columns))
        return self._connection.appender(f"data.{table}", columns=list(columns), action="update", key=list(key))

    def forget(self) -> None:
        """Keep none: before the connection is closed."""
        self._kept = {}
