"""A copy of a whole workspace as it is at one moment, written while people go on working; and looking at one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nbannotate.errors import NotAWorkspace
from nbannotate.files import duckdb_scratch
from nbannotate.store.duckdb.file import CATALOG
from nbannotate.store.engine import Engine
from nbannotate.store.staging import ROW_GROUP
from nbannotate.store.transaction import Transaction, quoted

#: What the copy is called while it is written.
COPY = "backup"

#: What a copy has no use for, and nobody should find in it: who was logged in, and what was answered last.
_EMPTY = ("sessions", "requests")


def write(engine: Engine, file: Path, report: Callable[[int, int], None]) -> dict[str, int]:
    """Write a copy of a workspace as the last commit left it, and return how many rows each table has.

    Parameters
    ----------
    engine
        The workspace.
    file
        Where; in the engine's spool folder. There is nothing yet.
    report
        Is told after each table how many rows are written, and how many there are.
    """
    with engine.beside() as tx:
        tx.run("begin")  # one snapshot from here on
        counts = _counts(tx, CATALOG)
        total, done = sum(counts.values()), 0
        tx.run(f"attach {quoted(file)} as {COPY} (type duckdb, row_group_size {ROW_GROUP})")
        try:
            tx.run(f"copy from database {CATALOG} to {COPY} (schema)")
            for table in counts:
                if table in _EMPTY:
                    counts[table] = 0
                    continue
                tx.run(f'insert into {COPY}.data."{table}" select * from {CATALOG}.data."{table}"')
                report(done := done + counts[table], total)
            tx.run("commit")
            tx.run(f"checkpoint {COPY}")
        except BaseException:
            tx.run("rollback")
            raise
        finally:
            tx.run(f"detach {COPY}")
    return counts


def counted(file: Path) -> dict[str, int]:
    """Return how many rows each table of a workspace's file has, which is only read.

    Raises
    ------
    NotAWorkspace
        It cannot be read.
    """
    import duckdb

    connection = duckdb_scratch.connect()
    try:
        tx = Transaction(connection)
        tx.run(f"attach {quoted(file)} as {COPY} (type duckdb, read_only)")
        return _counts(tx, COPY)
    except duckdb.Error as error:
        raise NotAWorkspace(f"{file} cannot be read: {str(error).splitlines()[0]}") from error
    finally:
        connection.close()


def move_images(engine: Engine, old: str, new: str) -> int:
    """Say of all images in a folder, and in those below it, that they lie in another one; return how many."""
    with engine.write() as tx:
        below = old.rstrip("/") + "/"
        moved = tx.value("select count(*) from data.assets where starts_with(path, $1)", below)
        tx.run(
            "update data.assets set path = $2 || substr(path, length($1) + 1) where starts_with(path, $1)",
            below, new.rstrip("/") + "/",
        )  # fmt: skip
    return int(moved)


def _counts(tx: Transaction, catalog: str) -> dict[str, int]:
    rows = tx.all(
        "select table_name from duckdb_tables() where database_name = $1 and schema_name = 'data' order by table_oid",
        catalog,
    )
    names = [row["table_name"] for row in rows]
    return {name: int(tx.value(f'select count(*) from {catalog}.data."{name}"')) for name in names}
