"""What a server of PostgreSQL says of itself, its settings, and of what this user may do: nothing is changed."""

from __future__ import annotations

import contextlib
import datetime
import shutil
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from nbannotate.store.migrations import SCHEMA_VERSION
from nbannotate.store.postgres import reader, schema
from nbannotate.store.postgres.address import shown
from nbannotate.store.postgres.connection import connect
from nbannotate.store.postgres.engine import MARK
from nbannotate.store.postgres.failures import failure, why_not

#: Seconds after which a transaction in which nothing happens is in the way of others.
IDLE_S = 60


class Health(Struct, frozen=True):
    """What was found.

    Parameters
    ----------
    version
        Of the server: 150004 is 15.4.
    user, is_superuser, may_create
        Who the connection is, and whether it may make schemas in this database.
    not_its
        Tables of the workspace that belong to somebody whom this user is not.
    encoding
        Of the database.
    is_remote, is_encrypted
        Whether the connection goes over a network, and whether by TLS.
    trusted
        Rules of ``pg_hba.conf`` that let people in from elsewhere without a password, or with one in the clear; None:
        this user cannot see them.
    behind_s
        How many seconds the server's clock is behind this one.
    bytes
        What the database takes.
    free
        Bytes that are free on its disk; None: that cannot be seen from here.
    schema_version, newest
        Of the workspace, 0 if there is none, less if this user cannot see it; and what this program knows.
    idle
        Transactions in which nothing has happened for a minute.
    connections, most_connections
        How many the server has, and may have for users.
    reader, reader_reads
        The role that only reads, and whether it is there and may.
    unsafe
        Settings by which work that was acknowledged may be lost, or tables grow without end.
    """

    version: int
    user: str
    is_superuser: bool
    may_create: bool
    not_its: tuple[str, ...]
    encoding: str
    is_remote: bool
    is_encrypted: bool
    trusted: tuple[str, ...] | None
    behind_s: float
    bytes: int
    free: int | None
    schema_version: int
    newest: int
    idle: int
    connections: int
    most_connections: int
    reader: str
    reader_reads: bool
    unsafe: tuple[str, ...]


def look(url: str) -> Health:
    """Return what a server says.

    Raises
    ------
    WorkspaceError
        It does not let this user in, or holds something else.
    """
    try:
        raw = connect(url)
    except psycopg.Error as error:
        raise why_not(error, url) from None
    with contextlib.closing(raw):
        try:
            raw.execute("begin read only")
            return _look(raw, url)
        except psycopg.Error as error:
            raise failure(error, url) from error


def _look(raw: psycopg.Connection[Any], url: str) -> Health:
    version = _one(raw, "select cast(current_setting('server_version_num') as int)")[0]
    user, is_superuser, may_create, encoding, size, remote = _one(
        raw,
        "select current_user, (select rolsuper from pg_roles where rolname = current_user), "
        "has_database_privilege(current_database(), 'create'), pg_encoding_to_char(d.encoding), "
        "pg_database_size(d.oid), inet_client_addr() is not null and not inet_client_addr() <<= '127.0.0.0/8' "
        "and not inet_client_addr() <<= '::1/128' from pg_database d where d.datname = current_database()",
    )
    encrypted = _one(raw, "select coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)")[0]
    not_its = raw.execute(
        "select tablename from pg_tables where schemaname = 'data' and not pg_has_role(tableowner, 'member') order by 1"
    ).fetchall()
    idle = _one(
        raw,
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        f"and state like 'idle in transaction%' and now() - state_change > interval '{IDLE_S} seconds'",
    )[0]
    connections, most = _one(
        raw,
        "select (select count(*) from pg_stat_activity where backend_type = 'client backend'), "
        "cast(current_setting('max_connections') as int) "
        "- cast(current_setting('superuser_reserved_connections') as int)",
    )
    unsafe = raw.execute(
        "select name || ' = ' || setting from pg_settings where setting = 'off' "
        "and name in ('fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum') order by 1"
    ).fetchall()
    hidden = _one(
        raw, "select count(*) from pg_namespace where nspname = 'data' and not has_schema_privilege(oid, 'usage')"
    )
    there = -1 if hidden[0] else schema.version(raw, shown(url), MARK)
    return Health(
        version, user, is_superuser, may_create, tuple(t for (t,) in not_its), encoding, remote, encrypted,
        _trusted(raw), _behind(raw), size, _free(raw, remote), there, SCHEMA_VERSION, idle, connections, most,
        reader.name_of(raw), there > 0 and reader.may_read(raw), tuple(s for (s,) in unsafe),
    )  # fmt: skip


def _trusted(raw: psycopg.Connection[Any]) -> tuple[str, ...] | None:
    """Return the rules that let people in from other machines too easily; None if they cannot be seen."""
    try:
        with raw.transaction():
            rows = raw.execute(
                "select type || ' ' || array_to_string(database, ',') || ' ' || array_to_string(user_name, ',') || ' ' "
                "|| coalesce(address, '') || ' ' || auth_method from pg_hba_file_rules "
                "where error is null and type like 'host%' and (auth_method in ('trust', 'ident') "
                "or auth_method = 'password' and type <> 'hostssl') "
                "and coalesce(address, '') not in ('127.0.0.1', '::1', 'localhost') order by line_number"
            ).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        return None
    return tuple(" ".join(rule.split()) for (rule,) in rows)


def _behind(raw: psycopg.Connection[Any]) -> float:
    """Return by how many seconds the server's clock is behind the one here."""
    before = datetime.datetime.now(datetime.UTC)
    (there,) = _one(raw, "select timezone('UTC', clock_timestamp())")
    after = datetime.datetime.now(datetime.UTC)
    here = (before + (after - before) / 2).replace(tzinfo=None)
    return float((here - there).total_seconds())


def _free(raw: psycopg.Connection[Any], remote: bool) -> int | None:
    """Return how much is free where the server keeps its data, if that is here and may be seen."""
    try:
        with raw.transaction():
            (folder,) = _one(raw, "show data_directory")
        return None if remote or not Path(folder).exists() else shutil.disk_usage(folder).free
    except (psycopg.errors.InsufficientPrivilege, OSError):
        return None


def _one(raw: psycopg.Connection[Any], sql: str) -> tuple[Any, ...]:
    row = raw.execute(sql).fetchone()
    assert row is not None
    return tuple(row)
