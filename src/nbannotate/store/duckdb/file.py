"""The file of a workspace: what it is called inside DuckDB, whether one can serve, and keeping it as it was."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import CannotWrite, FolderMissing, NotAWorkspace
from nbannotate.store.duckdb import torn
from nbannotate.store.duckdb.failures import is_log, why_not
from nbannotate.store.engine import MEMORY
from nbannotate.store.migrations import SCHEMA_VERSION, check_version
from nbannotate.store.staging import ROW_GROUP
from nbannotate.store.transaction import Transaction

if TYPE_CHECKING:
    import duckdb

MARK = "nbannotate workspace"

#: What the file is called inside DuckDB, whatever its own name: ``data.duckdb`` would be taken for the schema ``data``.
CATALOG = "workspace"

logger = logging.getLogger(__name__)


def attach(connection: duckdb.DuckDBPyConnection, path: str, options: str = "") -> None:
    """Open a file in a connection to a database in memory. It is never taken for another format than DuckDB's."""
    quoted = path.replace("'", "''")
    connection.execute(f"attach '{quoted}' as {CATALOG} (type duckdb, row_group_size {ROW_GROUP}{options})")
    connection.execute(f"use {CATALOG}")


def identity(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name; None if there is none."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def keep(path: Path, version: int) -> None:
    """Keep a workspace as it is before it is brought to a newer schema: as a file beside it, which opens as any other.

    Raises
    ------
    CannotWrite
        There is no room for it; the workspace is left as it was.
    """
    kept = path.with_name(f"{path.name}.schema-{version}")
    for suffix in (".wal", ""):  # the file itself is there when all of it is
        file, to = path.with_name(path.name + suffix), kept.with_name(kept.name + suffix)
        part = to.with_name(f"{to.name}.part")
        try:
            if not file.exists():
                to.unlink(missing_ok=True)  # of an upgrade that was broken off
                continue
            with file.open("rb") as content, part.open("wb") as out:
                part.chmod(0o600)
                shutil.copyfileobj(content, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            part.replace(to)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CannotWrite(
                f"{path} is to be brought to a newer schema, and cannot be kept as it is beforehand, as {kept}: "
                f"{error.strerror or error}. It was left as it was."
            ) from error
    logger.warning("%s is brought from schema %d to %d; as it was it is kept: %s.", path, version, SCHEMA_VERSION, kept)


def check(path: Path, duckdb: Any) -> int:
    """Return the schema of a file, the newest of a new one; raise before anything is changed if it cannot serve."""
    folder = path.parent
    if not folder.is_dir():
        raise FolderMissing(f"The folder {folder} does not exist; create it, or open the workspace elsewhere.")
    if path.is_dir():
        raise NotAWorkspace(f"{path} is a folder; name a file in it, for example {path / 'work.duckdb'}.")
    if not os.access(folder, os.W_OK):
        raise CannotWrite(f"The folder {folder} cannot be written; a workspace needs to write beside its file.")
    if not path.exists():
        return SCHEMA_VERSION
    if not os.access(path, os.R_OK | os.W_OK):
        raise CannotWrite(f"The file {path} cannot be read and written by you; check its permissions.")
    try:
        return _schema(path, duckdb)
    except duckdb.Error as error:
        if not is_log(error):
            raise why_not(path, error) from error
        with torn.without_end(path) as is_cut:
            if not is_cut:
                raise why_not(path, error) from error
            try:
                return _schema(path, duckdb)
            except duckdb.Error:
                raise why_not(path, error) from error


def _schema(path: Path, duckdb: Any) -> int:
    """Look at a file; only that: opening a strange database for writing could already change it."""
    connection = duckdb.connect(MEMORY)
    try:
        attach(connection, str(path), ", read_only")
        tx = Transaction(connection)
        known = tx.value(
            "select count(*) = 2 from duckdb_columns() "
            "where schema_name = 'data' and table_name = 'meta' and column_name in ('key', 'value')"
        )
        mark = tx.value("select value from data.meta where key = 'mark'") if known else None
        if mark != MARK:
            raise NotAWorkspace(
                f"{path} is a DuckDB database, but not an nbannotate workspace; it was left as it is. "
                "Open another file name to create a workspace."
            )
        version = int(tx.value("select max(version) from data.migrations"))
        check_version(str(path), version)
        return version
    finally:
        connection.close()
