"""A workspace goes from a file into a database, or back: all of it, or nothing, and both are compared afterwards."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg

from nbannotate.errors import Conflict, NotAWorkspace, WorkspaceError
from nbannotate.files import spilling
from nbannotate.model import Content
from nbannotate.store import contents
from nbannotate.store.duckdb.engine import Engine as FileEngine
from nbannotate.store.engine import SCHEMA_VERSION, Engine
from nbannotate.store.postgres import parquet, schema
from nbannotate.store.postgres.address import shown
from nbannotate.store.postgres.connection import connect
from nbannotate.store.postgres.engine import MARK, WRITER
from nbannotate.store.postgres.engine import Engine as DatabaseEngine
from nbannotate.store.postgres.failures import failure, why_not
from nbannotate.store.transaction import quoted

#: What each place has of its own; nobody is logged in by a copy.
_APART = ("meta", "migrations", "sessions", "requests")

#: Is told how many tables are done, and how many there are.
Report = Callable[[int, int], None]


def into_database(file: Path, url: str, report: Report) -> dict[str, int]:
    """Copy a workspace's file, which nobody writes, into a database, and return how many rows each table has.

    Raises
    ------
    Conflict
        There is something in the database. It is left as it was.
    WorkspaceError
        What is in the database afterwards is not what is in the file; nothing of it is kept.
    """
    where = shown(url)
    duck = spilling.connect()
    try:
        duck.execute(f"attach {quoted(file)} as source (type duckdb, read_only)")
        (version,) = duck.execute("select max(version) from source.data.migrations").fetchone() or (0,)
        if version != SCHEMA_VERSION:
            raise NotAWorkspace(
                f"{file} has the schema {version}, not {SCHEMA_VERSION}; open it once, and copy it then."
            )
        kinds = _kinds(duck, "source")
        try:
            raw = connect(url)
        except psycopg.Error as error:
            raise why_not(error, url) from None
        with contextlib.closing(raw):
            try:
                schema.prepare(raw, where, MARK)
                with raw.transaction():
                    raw.execute(f"select pg_advisory_xact_lock({WRITER})")
                    counts = _pour(duck, raw, kinds, where, report)
                    raw.execute("select setval('data.ids', $1)", [_last_id(duck, "source.data", kinds)])
                    raw.execute("select nextval('data.pace')")
            except psycopg.Error as error:
                raise failure(error, url) from error
    finally:
        duck.close()
    return counts


def _pour(
    duck: Any, raw: psycopg.Connection[Any], kinds: Mapping[str, list[tuple[str, str]]], where: str, report: Report
) -> dict[str, int]:
    """Copy all tables."""
    counts = {}
    for number, (table, columns) in enumerate(kinds.items()):
        report(number, len(kinds))
        if table not in ("meta", "migrations") and _count(raw, f"data.{table}"):
            raise Conflict(f"{where} is not empty: it has {table}. It was left as it was; copy into a new database.")
        if table not in _APART:
            parquet.pour(duck, f'source.data."{table}"', raw, f"data.{table}", columns)
            counts[table] = _count(raw, f"data.{table}")
            expected = duck.execute(f'select count(*) from source.data."{table}"').fetchone()
            if (counts[table],) != expected:
                raise WorkspaceError(f"Of the table {table}, {counts[table]} of {expected[0]} rows arrived in {where}.")
    return counts


def into_file(url: str, file: Path, report: Report) -> dict[str, int]:
    """Copy a workspace in a database, as it is at one moment, into a new file; return how many rows each table has."""
    if file.exists():
        raise Conflict(f"There is {file} already; name a new file.")
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with tempfile.TemporaryDirectory(prefix="nbannotate-") as folder, contextlib.closing(connect(url)) as raw:
            engine = FileEngine(draft, Path(folder) / "spool")
            try:
                raw.execute("begin isolation level repeatable read read only")
                counts = _fill(raw, engine, report)
                raw.execute("rollback")
            finally:
                engine.close()
        draft.chmod(0o600)
        draft.rename(file)
    except psycopg.Error as error:
        raise why_not(error, url) from None
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            left.unlink(missing_ok=True)
    return counts


def _fill(raw: psycopg.Connection[Any], engine: FileEngine, report: Report) -> dict[str, int]:
    """Copy all tables into a file."""
    counts = {}
    with contextlib.closing(engine.connection()) as duck:
        kinds = _kinds(duck, "workspace")
        duck.execute("begin")
        for number, (table, columns) in enumerate(kinds.items()):
            report(number, len(kinds))
            if table in _APART:
                continue
            rows = engine.spool / f"{table}.csv"
            parquet.unload(raw, f"data.{table}", columns, rows)
            its = ", ".join(f"'{name}': '{kind}'" for name, kind in columns)
            duck.execute(f'insert into data."{table}" select * from {parquet.read(rows, its)}')
            rows.unlink()
            counts[table] = _count(raw, f"data.{table}")
            found = duck.execute(f'select count(*) from data."{table}"').fetchone()
            if found != (counts[table],):
                raise WorkspaceError(f"Of the table {table}, {found} of {counts[table]} rows arrived.")
        duck.execute(f"create or replace sequence data.ids start with {_last_id(duck, 'data', kinds) + 1}")
        duck.execute("commit")
    return counts


def held(engine: Engine) -> dict[int, tuple[Content, ...]]:
    """Return what each version holds, by hash (:mod:`nbannotate.store.contents`)."""
    with engine.read() as tx:
        ids = [row["version_id"] for row in tx.all("select version_id from data.versions order by 1")]
        return {version_id: contents.of(tx, version_id) for version_id in ids}


def compare(file: Path, url: str) -> int:
    """Look whether the versions in a file and in a database hold the same, by their hashes; return how many there are.

    Raises
    ------
    WorkspaceError
        They do not.
    """
    with tempfile.TemporaryDirectory(prefix="nbannotate-") as folder:
        engines: Iterable[Engine] = (FileEngine(file, Path(folder) / "spool"), DatabaseEngine(url))
        here, there = (_closing_held(engine) for engine in engines)
    if here != there:
        wrong = sorted(v for v in {*here, *there} if here.get(v) != there.get(v))
        raise WorkspaceError(f"{file} and {shown(url)} differ in the versions {', '.join(map(str, wrong))}.")
    return len(here)


def _closing_held(engine: Engine) -> dict[int, tuple[Content, ...]]:
    with contextlib.closing(engine):
        return held(engine)


def _kinds(duck: Any, catalog: str) -> dict[str, list[tuple[str, str]]]:
    """Return the columns and their types, by table."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in duck.execute(
        "select c.table_name, c.column_name, c.data_type from duckdb_columns() c join duckdb_tables() t "
        "on t.database_name = c.database_name and t.schema_name = c.schema_name and t.table_name = c.table_name "
        "where c.database_name = $1 and c.schema_name = 'data' order by t.table_oid, c.column_index",
        [catalog],
    ).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def _last_id(duck: Any, where: str, kinds: Mapping[str, list[tuple[str, str]]]) -> int:
    """Return the largest id that anything has."""
    asked = [
        f'select max("{column}") from {where}."{table}"'
        for table, columns in kinds.items()
        for column, kind in columns
        if kind == "BIGINT" and column.endswith("_id")
    ]
    return max(1, *(duck.execute(one).fetchone()[0] or 0 for one in asked))


def _count(raw: psycopg.Connection[Any], table: str) -> int:
    found = raw.execute(f"select count(*) from {table}").fetchone()
    assert found is not None
    return int(found[0])
