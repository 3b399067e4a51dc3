"""A workspace goes from a file into a database, or back, in pieces, and both are compared before it is one.

What was broken off goes on from the last whole piece when it is begun again; until all is there, and the same, nobody
can open it.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import psycopg

from nbannotate.errors import Conflict, NotAWorkspace, WorkspaceError
from nbannotate.files import duckdb_scratch
from nbannotate.model import Content
from nbannotate.store import contents
from nbannotate.store.duckdb import failures as of_duckdb
from nbannotate.store.duckdb.file import attach
from nbannotate.store.engine import SCHEMA_VERSION
from nbannotate.store.postgres import parquet, schema, snapshot, tables
from nbannotate.store.postgres.address import shown
from nbannotate.store.postgres.connection import Connection, connect
from nbannotate.store.postgres.engine import MARK, SeenByDuckDB
from nbannotate.store.postgres.failures import failure, why_not
from nbannotate.store.postgres.mirror import Mirror
from nbannotate.store.postgres.snapshot import APART, Report
from nbannotate.store.transaction import Transaction

#: By which number those who copy into a database keep others out.
LOCK = -3

#: So many rows are committed together in a database.
PIECE = 100_000


class _Progress(msgspec.Struct):
    """What stands in an unfinished database: of which copy it is, and how many rows of each table's file are there."""

    source: str
    rows: dict[str, int]


def unfinished(url: str) -> str | None:
    """Return of which copy a database is the beginning; None if of none."""
    with _connected(url) as raw:
        progress = _read(raw)
    return None if progress is None else progress.source


def into_database(file: Path, source: str, url: str, report: Report) -> tuple[int, int]:
    """Copy a workspace's file, which nobody writes, into a database.

    Parameters
    ----------
    file
        The file.
    source
        What tells it from others: where a copy of it was broken off, it goes on.
    url
        The database.
    report
        Is told how many tables are done, and how many there are.

    Returns
    -------
    tuple
        How many rows it has, and how many versions hold the same in both.

    Raises
    ------
    Conflict
        There is a workspace in the database, or somebody else copies into it. It is left as it was.
    WorkspaceError
        What is in the database afterwards is not what is in the file; it cannot be opened.
    """
    where = shown(url)
    with _connected(url) as raw, contextlib.closing(duckdb_scratch.connect()) as duck:
        attach(duck, str(file), ", read_only")
        (version,) = duck.execute("select max(version) from data.migrations").fetchone() or (0,)
        if version != SCHEMA_VERSION:
            raise NotAWorkspace(
                f"{file} has the schema {version}, not {SCHEMA_VERSION}; open it once, and copy it then."
            )
        locked = raw.execute(f"select pg_try_advisory_lock({LOCK})").fetchone()
        if locked != (True,):
            raise Conflict(f"Somebody is just copying into {where}; wait for the end.")
        progress = _begin(raw, where, source)
        its = [table for table in tables.of_workspace(duck).values() if table.name not in APART]
        total = 0
        for number, table in enumerate(its):
            report(number, len(its))
            total += _pour(duck, raw, table, progress, where)
        raw.execute("analyze")
        with raw.transaction():
            raw.execute("set transaction isolation level repeatable read")
            same = _compare(raw, duck, f"{file} and {where}")
            raw.execute("select setval('data.ids', $1)", [snapshot.last_id(duck)])
            raw.execute("select nextval('data.pace')")
            raw.execute("delete from data.meta where key = 'copy'")
            raw.execute("update data.meta set value = $1 where key = 'mark'", [MARK])
    return total, same


def into_file(url: str, file: Path, report: Report) -> tuple[int, int]:
    """Copy a workspace in a database, as it is at one moment, into a new file; see :func:`into_database`."""
    if file.exists():
        raise Conflict(f"There is {file} already; name a new file.")
    draft = file.with_name(f".{file.name}.copy")
    with _connected(url) as raw, tempfile.TemporaryDirectory(prefix="nbannotate-") as folder:
        raw.execute("begin isolation level repeatable read read only")
        schema.check(raw, shown(url), MARK)
        source = _name_of(raw, url)
        try:
            with snapshot.opened(draft) as duck:
                is_its = snapshot.is_of(duck, source)
            if not is_its:
                _remove(draft)
            with snapshot.opened(draft) as duck:
                total = snapshot.fill(raw, duck, source, Path(folder), report)
                same = _compare(raw, duck, f"{shown(url)} and {file}")
                snapshot.finish(duck)
        except duckdb.Error as error:
            raise of_duckdb.why_not(draft, error) from error
        raw.execute("rollback")
    draft.rename(file)
    return total, same


def _begin(raw: psycopg.Connection[Any], where: str, source: str) -> _Progress:
    """Make the tables, or find how far the same copy has got; what is left of another one goes."""
    progress = _read(raw)
    if progress is not None and progress.source == source:
        schema.prepare(raw, where, schema.UNFINISHED)
        return progress
    if progress is not None:
        raw.execute("drop schema data, main cascade")
    elif schema.is_there(raw):
        schema.check(raw, where, MARK)
        raise Conflict(f"{where} is not empty: it is a workspace. It was left as it was; copy into a new database.")
    made = _Progress(source, {})
    with raw.transaction():
        schema.prepare(raw, where, schema.UNFINISHED)
        _write(raw, made)
    return made


def _pour(duck: Any, raw: psycopg.Connection[Any], table: tables.Table, progress: _Progress, where: str) -> int:
    """Copy what is not there yet of a table, in pieces of the places that rows have in the file; return how many."""
    (end,) = duck.execute(f'select coalesce(max(rowid) + 1, 0) from data."{table.name}"').fetchone()
    for low in range(progress.rows.get(table.name, 0), end, PIECE):
        high = min(low + PIECE, end)
        with raw.transaction():
            rows = f'data."{table.name}" where rowid >= {low} and rowid < {high}'
            parquet.pour(duck, rows, raw, f'data."{table.name}"', table.columns)
            progress.rows[table.name] = high
            _write(raw, progress)
    there, total = tables.count(raw, table), tables.count(duck, table)
    if there != total:
        raise WorkspaceError(f"Of the table {table.name}, {there:,} of {total:,} rows arrived in {where}.")
    return total


def _compare(raw: psycopg.Connection[Any], duck: Any, both: str) -> int:
    """Look whether the versions in a database and in a file hold the same, by their hashes; return how many there are.

    Raises
    ------
    WorkspaceError
        They do not.
    """
    with tempfile.TemporaryDirectory(prefix="nbannotate-") as name:
        folder = Path(name)
        (folder / "files").mkdir()
        mirror = Mirror(folder, folder / "files")
        try:
            here = held(SeenByDuckDB(Connection(raw, schema.columns(raw)), mirror))
        finally:
            mirror.close()
    there = held(Transaction(duck))
    if here != there:
        wrong = sorted(v for v in {*here, *there} if here.get(v) != there.get(v))
        raise WorkspaceError(f"{both} differ in the versions {', '.join(map(str, wrong))}.")
    return len(here)


def held(tx: Transaction) -> dict[int, tuple[Content, ...]]:
    """Return what each version holds, by hash (:mod:`nbannotate.store.contents`)."""
    ids = [row["version_id"] for row in tx.all("select version_id from data.versions order by 1")]
    return {version_id: contents.of(tx, version_id) for version_id in ids}


@contextlib.contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection, and turn whatever the server says into a sentence for people."""
    try:
        raw = connect(url)
    except psycopg.Error as error:
        raise why_not(error, url) from None  # its texts may have the address
    with contextlib.closing(raw):
        try:
            raw.execute("set statement_timeout = 0")  # a table may be large, and nobody waits for it
            raw.execute("set idle_in_transaction_session_timeout = 0")
            yield raw
        except psycopg.Error as error:
            raise failure(error, url) from error


def _name_of(raw: psycopg.Connection[Any], url: str) -> str:
    """Return what tells the workspace in a database from others: where it is, and when it was made."""
    found = raw.execute("select cast(min(applied) as text) from data.migrations").fetchone()
    assert found is not None
    return f"{shown(url)} {found[0]}"


def _read(raw: psycopg.Connection[Any]) -> _Progress | None:
    there = raw.execute("select to_regclass('data.meta') is not null").fetchone()
    if there != (True,):
        return None
    try:
        found = raw.execute(
            "select c.value from data.meta c join data.meta m on m.key = 'mark' and m.value = $1 where c.key = 'copy'",
            [schema.UNFINISHED],
        ).fetchone()
    except psycopg.errors.UndefinedColumn:  # of somebody else's
        return None
    return None if found is None else msgspec.json.decode(found[0], type=_Progress)


def _write(raw: psycopg.Connection[Any], progress: _Progress) -> None:
    raw.execute(
        "insert into data.meta values ('copy', $1) on conflict (key) do update set value = excluded.value",
        [msgspec.json.encode(progress).decode()],
    )


def _remove(draft: Path) -> None:
    for left in (draft, draft.with_name(f"{draft.name}.wal")):
        left.unlink(missing_ok=True)
