"""The role that only reads the public views, for other people's tools: made with the tables, where that is allowed."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

#: What a connection of the role begins with: the views by their names, times in UTC, and limits as ``ws.sql`` has.
SETTINGS = {
    "search_path": "main", "timezone": "UTC", "default_transaction_read_only": "on", "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "600s",
}  # fmt: skip

#: The longest name that PostgreSQL takes, in bytes, and what ends those of these roles.
LONGEST, END = 63, "_reader"


def name_of(raw: psycopg.Connection[Any]) -> str:
    """Return what the role of a database is called: ``labels_reader``."""
    found = raw.execute("select current_database()").fetchone()
    assert found is not None
    return str(found[0]).encode()[: LONGEST - len(END)].decode(errors="ignore") + END


def may_read(raw: psycopg.Connection[Any]) -> bool:
    """Return whether the role is there, and may read all public views."""
    found = raw.execute(
        "select coalesce((select bool_and(has_table_privilege(r.oid, c.oid, 'select')) from pg_class c "
        "where c.relnamespace = 'main'::regnamespace and c.relkind = 'v') "
        "and has_schema_privilege(r.oid, 'main', 'usage'), false) from pg_roles r where r.rolname = $1",
        [name_of(raw)],
    ).fetchone()
    return found == (True,)


def make(raw: psycopg.Connection[Any]) -> bool:
    """Make the role, and let it read the public views; return False if this user may not.

    A role of that name that somebody has made is let read them, too.
    """
    owns = raw.execute(
        "select bool_and(pg_has_role(relowner, 'member')) from pg_class where relnamespace = 'main'::regnamespace"
    ).fetchone()
    if owns != (True,):
        return False
    name = Identifier(name_of(raw))
    there = raw.execute("select 1 from pg_roles where rolname = $1", [name_of(raw)]).fetchone()
    if there is None:
        may = raw.execute("select rolcreaterole or rolsuper from pg_roles where rolname = current_user").fetchone()
        if may != (True,):
            return False
        raw.execute(SQL("create role {} nologin").format(name))
        for setting, value in SETTINGS.items():
            raw.execute(SQL("alter role {} set {} = {}").format(name, Identifier(setting), value))
    raw.execute(SQL("grant usage on schema main to {}").format(name))
    raw.execute(SQL("grant select on all tables in schema main to {}").format(name))
    return True
