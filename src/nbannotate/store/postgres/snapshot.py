"""A workspace in a database, as it is at one moment, as a DuckDB file.

Rows are copied in pieces, in the order of their keys, each committed in the file together with how far that is. A copy
that was broken off goes on from the last whole piece, in a snapshot of its own: what was written meanwhile is copied
again, and a table whose number of rows differs then lost some, and is copied whole. So the file is that of the last
snapshot, whatever was copied in those before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from nbannotate.errors import WorkspaceError
from nbannotate.files import duckdb_scratch
from nbannotate.store.duckdb.file import MARK, attach
from nbannotate.store.migrations import migrate
from nbannotate.store.postgres import tables
from nbannotate.store.postgres.schema import UNFINISHED
from nbannotate.store.postgres.tables import Table
from nbannotate.store.transaction import Transaction

#: What each place has of its own; nobody is logged in by a copy.
APART = ("meta", "migrations", "sessions", "requests")

#: Rows that are committed together.
PIECE = 100_000

#: Is told how many tables are done, and how many there are.
Report = Callable[[int, int], None]


class _Reached(msgspec.Struct):
    """How far a table is: all rows up to a key, or all, are there, as transactions before this one left them."""

    horizon: int
    last: list[str] | None = None
    is_whole: bool = False


class _Progress(msgspec.Struct):
    """What stands in an unfinished file: of which workspace it is, and how far each table is."""

    source: str
    tables: dict[str, _Reached]


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    """Give a DuckDB in which a file is open that is a workspace when it is finished; a new one is made."""
    is_new = not file.exists()
    duck = duckdb_scratch.connect()
    try:
        attach(duck, str(file))
        file.chmod(0o600)
        if is_new:
            migrate(Transaction(duck), mark=UNFINISHED)
        yield duck
    finally:
        duck.close()


def is_of(duck: Any, source: str) -> bool:
    """Return whether an unfinished file is new, or the beginning of a copy of a workspace."""
    progress = _read(duck)
    return progress is None or progress.source == source


def fill(raw: psycopg.Connection[Any], duck: Any, source: str, spool: Path, report: Report) -> int:
    """Copy all tables, as one snapshot has them, into a file that may have some of it; return how many rows those are.

    Parameters
    ----------
    raw
        A connection in a transaction with one snapshot.
    duck
        The file, see :func:`opened`.
    source
        What tells the workspace from others.
    spool
        A folder for files on their way.
    """
    progress = _read(duck) or _Progress(source, {})
    its = [table for table in tables.of_workspace(duck).values() if table.name not in APART]
    total = 0
    for number, table in enumerate(its):
        report(number, len(its))
        total += _bring(raw, duck, table, progress, spool)
    return total


def finish(duck: Any) -> None:
    """Make a workspace of a file that all rows are in."""
    duck.execute("begin")
    duck.execute(f"create or replace sequence data.ids start with {last_id(duck) + 1}")
    duck.execute("delete from data.meta where key = 'copy'")
    duck.execute("update data.meta set value = $1 where key = 'mark'", [MARK])
    duck.execute("commit")
    duck.execute("checkpoint workspace")


def last_id(duck: Any) -> int:
    """Return the largest id that anything has in a workspace that is open in DuckDB."""
    asked = [
        f'select max("{column}") from data."{table.name}"'
        for table in tables.of_workspace(duck).values()
        for column, kind in table.columns
        if kind == "BIGINT" and column.endswith("_id")
    ]
    return max(1, *(duck.execute(one).fetchone()[0] or 0 for one in asked))


def _bring(raw: psycopg.Connection[Any], duck: Any, table: Table, progress: _Progress, spool: Path) -> int:
    """Let a table have the rows of the snapshot, and return how many those are."""
    total = tables.count(raw, table)
    now, _ = tables.horizon(raw)
    reached = progress.tables.get(table.name)
    if reached is not None and not tables.wraps(reached.horizon, now):
        newer = tables.newer(reached.horizon)
        has_newer = tables.count(raw, table, f"where {newer}") > 0
        # With nothing new, as many rows as there were are the same rows.
        if reached.is_whole and not has_newer and tables.count(duck, table) == total:
            return total
        if table.key:
            if reached.last is not None and has_newer:
                since = f"where {newer} and {tables.beyond(table, reached.last, raw, '<=')}"
                with _piece(duck, progress):
                    tables.copy(duck, raw, table, since, spool, replaces=True)
                    progress.tables[table.name] = _Reached(now, reached.last)
            _go_on(raw, duck, table, progress, spool)
            if tables.count(duck, table) == total:
                return total
    with _piece(duck, progress):
        duck.execute(f'delete from data."{table.name}"')
        progress.tables[table.name] = _Reached(now)
    _go_on(raw, duck, table, progress, spool)
    if (found := tables.count(duck, table)) != total:
        raise WorkspaceError(f"Of the table {table.name}, {found:,} of {total:,} rows arrived.")
    return total


def _go_on(raw: psycopg.Connection[Any], duck: Any, table: Table, progress: _Progress, spool: Path) -> None:
    """Copy the rows from where a table has got to."""
    while True:
        with _piece(duck, progress):
            reached = progress.tables[table.name]
            if not table.key:  # it is small: all of it, again
                duck.execute(f'delete from data."{table.name}"')
                tables.copy(duck, raw, table, "", spool)
                reached.is_whole = True
                return
            rest = f"order by {table.keyed} limit {PIECE}"
            if reached.last is not None:
                rest = f"where {tables.beyond(table, reached.last, raw)} {rest}"
            count = tables.copy(duck, raw, table, rest, spool)
            reached.last = tables.largest(duck, table)
            reached.is_whole = count < PIECE
        if count < PIECE:
            return


@contextmanager
def _piece(duck: Any, progress: _Progress) -> Iterator[None]:
    """Commit what a block copies together with how far that is."""
    duck.execute("begin")
    try:
        yield
        text = msgspec.json.encode(progress).decode()
        duck.execute("insert or replace into data.meta values ('copy', $1)", [text])
        duck.execute("commit")
    except BaseException:
        duck.execute("rollback")
        raise


def _read(duck: Any) -> _Progress | None:
    found = duck.execute("select value from data.meta where key = 'copy'").fetchone()
    return None if found is None else msgspec.json.decode(found[0], type=_Progress)
