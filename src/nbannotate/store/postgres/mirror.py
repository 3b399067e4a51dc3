"""What people ask in SQL is answered by DuckDB, from a copy of the tables that is brought up to date when it is asked.

So a query means the same, and gives the same rows, wherever a workspace lies. Only the tables that a query reads are
looked at, in the snapshot of the transaction that asks: rows that other transactions than those known have written are
copied; if the numbers of rows differ after that, something was deleted, and the table is copied whole.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from nbannotate.store import written
from nbannotate.store.duckdb.engine import Engine
from nbannotate.store.engine import MEMORY
from nbannotate.store.postgres import parquet
from nbannotate.store.transaction import Transaction


class _State(Struct):
    """What is known of a table: rows of transactions before this one are there, as they were in such a snapshot."""

    horizon: int = 0
    snapshot: str = ""


class Mirror:
    """The copy of one process.

    Parameters
    ----------
    folder
        Where it lies, and the files that queries read and write; None keeps it in memory.
    spool
        The folder of those files.
    """

    def __init__(self, folder: Path | None, spool: Path) -> None:
        self._folder, self._spool = folder, spool
        self._engine: Engine | None = None
        self._views: Mapping[str, frozenset[str]] = {}
        self._columns: dict[str, list[tuple[str, str]]] = {}
        self._keys: dict[str, list[str]] = {}
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    @contextmanager
    def asked(self, raw: psycopg.Connection[Any], text: str, commits: int) -> Iterator[Transaction]:
        """Give a transaction of DuckDB in which tables that a text names are as one of PostgreSQL sees them.

        Parameters
        ----------
        raw
            The connection whose transaction it is; it has written nothing.
        text
            A query, or whatever names views.
        commits
            So many commits it sees, at least.
        """
        with self._lock:
            engine = self._engine or self._open()
            words = set(re.findall(r"\bdata\.\w+|\w+", text.lower()))
            reads = frozenset[str]().union(*(its for view, its in self._views.items() if view in words))
            tables = {word.removeprefix("data.") for word in words if word.startswith("data.")} & self._columns.keys()
            for table in sorted(tables | {one.partition(".")[0] for one in reads}):
                self._bring(engine, raw, table)
            manager = engine.read()
            tx = manager.__enter__()
            tx.value("select count(*) from data.meta")  # its snapshot is taken now
            tx.commits = commits
        try:
            yield tx
        except BaseException as error:
            if not manager.__exit__(type(error), error, error.__traceback__):
                raise
        else:
            manager.__exit__(None, None, None)

    def _open(self) -> Engine:
        path = MEMORY if self._folder is None else self._folder / "mirror.duckdb"
        engine = Engine(path, None if self._folder is None else self._folder / "mirror", also=self._spool)
        with engine.read() as tx:
            self._views = written.of_views(tx)
            for row in tx.all(
                "select table_name, column_name, data_type from duckdb_columns() "
                "where database_name = current_database() and schema_name = 'data' "
                "and table_name in (select table_name from duckdb_tables()) order by table_name, column_index"
            ):
                self._columns.setdefault(row["table_name"], []).append((row["column_name"], row["data_type"]))
            for row in tx.all(
                "select table_name, constraint_column_names as names from duckdb_constraints() where database_name = "
                "current_database() and schema_name = 'data' and constraint_type = 'PRIMARY KEY'"
            ):
                self._keys[row["table_name"]] = list(row["names"])
        self._keys["shapes"] = ["annotation_id", "position"]
        self._engine = engine
        return engine

    def _bring(self, engine: Engine, raw: psycopg.Connection[Any], table: str) -> None:
        """Bring one table up to date."""
        state = self._states.get(table, _State())
        said = raw.execute("select cast(pg_current_snapshot() as text)").fetchone()
        assert said is not None
        if said[0] == state.snapshot:
            return
        known = table in self._states and table in self._keys
        newer = f"cast(cast(xmin as text) as bigint) >= {state.horizon % (1 << 32)}"
        found = raw.execute(
            f"select count(*), count(*) filter (where {newer}) from data.{table}" if known
            else f"select count(*), count(*) from data.{table}"
        ).fetchone()  # fmt: skip
        assert found is not None
        total, changed = found
        connection = engine.connection()
        connection.execute("begin")
        try:
            if known and (changed or total != self._count(connection, table)):
                self._copy(connection, raw, table, f" where {newer}")
            if not known or total != self._count(connection, table):
                connection.execute(f'delete from data."{table}"')
                self._copy(connection, raw, table, "")
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            self._states.pop(table, None)
            raise
        finally:
            connection.close()
        # Rows of transactions that ran then are seen again; wrapping round after 4,000,000,000 is looked at anew.
        horizon = int(said[0].partition(":")[0])
        if horizon >> 32 == state.horizon >> 32 or not state.horizon:
            self._states[table] = _State(horizon, said[0])
        else:
            self._states.pop(table, None)

    def _count(self, connection: Any, table: str) -> int:
        return int(connection.execute(f'select count(*) from data."{table}"').fetchone()[0])

    def _copy(self, connection: Any, raw: psycopg.Connection[Any], table: str, where: str) -> None:
        """Copy rows, in the place of those with the same key."""
        its = self._columns[table]
        names = ", ".join(parquet.shown(name, kind) for name, kind in its)
        file = self._spool / f"{secrets.token_hex(8)}.csv"
        form = f"(format csv, null '{parquet.NULL}', force_quote *)"
        try:
            with file.open("wb") as out, raw.cursor().copy(
                f"copy (select {names} from data.{table}{where}) to stdout {form}"
            ) as rows:  # fmt: skip
                for block in rows:
                    out.write(block)
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in its)
            read = parquet.read(file, columns)
            if where:
                key = ", ".join(f'"{k}"' for k in self._keys[table])
                connection.execute(f'delete from data."{table}" where ({key}) in (select ({key}) from {read})')
            connection.execute(f'insert into data."{table}" select * from {read}')
        finally:
            file.unlink(missing_ok=True)

    def interrupt(self) -> None:
        """End the queries that run."""
        if self._engine is not None:
            self._engine.interrupt()

    def close(self) -> None:
        """Close the copy, which nobody needs any more."""
        if self._engine is not None:
            self._engine.close()
