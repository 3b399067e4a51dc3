"""The schema of a workspace in PostgreSQL: made and brought to the newest by one owner, while others wait."""

from __future__ import annotations

import datetime
from importlib import resources
from typing import Any

import psycopg

from nbannotate.errors import NotAWorkspace
from nbannotate.store import migrations
from nbannotate.store.migrations import check_version
from nbannotate.store.postgres import queues, reader

#: By which number those who make the schema wait for one another.
LOCK = -2


def _files() -> dict[str, str]:
    found = resources.files("nbannotate.store.postgres.migrations")
    return {
        f.name.removesuffix(".sql"): f.read_text(encoding="utf-8") for f in found.iterdir() if f.name.endswith(".sql")
    }


#: What a database is marked as until all is there that is copied into it.
UNFINISHED = "nbannotate copy"

#: What makes the schema of a new workspace, and the schema it is.
BEGIN, BEGINS = "0024_begin", 24


def steps(done: int) -> list[tuple[int, str, str]]:
    """Return the migrations that a workspace of a schema still needs: those of this folder, else the common ones."""
    its = _files()
    found = [] if done else [(BEGINS, "begin", its[BEGIN])]
    for version, name, sql in migrations.MIGRATIONS:
        if version > max(done, BEGINS):
            found.append((version, name, its.get(f"{version:04}_{name}", sql)))
    return found


def prepare(raw: psycopg.Connection[Any], where: str, mark: str) -> None:
    """Make the schema, or bring it to the newest: all or nothing, one owner at a time.

    Raises
    ------
    NotAWorkspace
        The database holds something else. It is left as it was.
    NewerWorkspace
        A newer nbannotate made it. It is left as it was.
    """
    with raw.transaction():
        raw.execute(f"select pg_advisory_xact_lock({LOCK})")
        done = version(raw, where, mark)
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        for number, name, sql in steps(done):
            raw.execute(sql)
            raw.execute("insert into data.migrations values ($1, $2, $3)", [number, name, now])
        if not done:
            raw.execute("insert into data.meta values ('mark', $1)", [mark])
        raw.execute(queues.INDEX)
        if not reader.may_read(raw):
            reader.make(raw)


def is_there(raw: psycopg.Connection[Any]) -> bool:
    """Return whether a database has the schemas of a workspace, whosever they are."""
    found = raw.execute("select count(*) from pg_namespace where nspname in ('data', 'main')").fetchone()
    return found != (0,)


def check(raw: psycopg.Connection[Any], where: str, mark: str) -> None:
    """Raise what :func:`prepare` does, or NotAWorkspace if there is nothing, or it needs to be opened first."""
    done = version(raw, where, mark)
    if not done:
        raise NotAWorkspace(f"There is no workspace in {where}.")
    if steps(done):
        raise NotAWorkspace(f"{where} was written by an older nbannotate; open it once, then do this again.")


def version(raw: psycopg.Connection[Any], where: str, mark: str) -> int:
    """Return the schema that is there; 0 if there is none."""
    encoding = raw.execute("select pg_encoding_to_char(encoding) from pg_database where datname = current_database()")
    if (said := encoding.fetchone()) and said[0] != "UTF8":
        raise NotAWorkspace(f"{where} keeps texts as {said[0]}; a workspace needs a database with the encoding UTF8.")
    there = raw.execute("select nspname from pg_namespace where nspname in ('data', 'main')").fetchall()
    if not there:
        return 0
    known = raw.execute(
        "select count(*) from information_schema.columns where table_schema = 'data' and table_name = 'meta' "
        "and column_name in ('key', 'value')"
    ).fetchone()
    found = None
    if known == (2,):
        found = raw.execute("select value from data.meta where key = 'mark'").fetchone()
    if found == (UNFINISHED,) and mark != UNFINISHED:
        raise NotAWorkspace(
            f"A copy into {where} was broken off, so that it is not whole; the same nbannotate copy (or restore), run "
            "again, goes on with it."
        )
    if found != (mark,):
        raise NotAWorkspace(
            f"{where} has a schema {there[0][0]!r} that is no nbannotate workspace; it was left as it is. "
            "Create a database of its own for the workspace (createdb)."
        )
    newest = raw.execute("select max(version) from data.migrations").fetchone()
    assert newest is not None
    check_version(where, int(newest[0]))
    return int(newest[0])


def columns(raw: psycopg.Connection[Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns of the tables of the schema ``data``, in order."""
    found: dict[str, list[str]] = {}
    for table, column in raw.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'data' "
        "order by table_name, ordinal_position"
    ):
        found.setdefault(table, []).append(column)
    return {table: tuple(names) for table, names in found.items()}
