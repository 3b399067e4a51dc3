"""What people ask in SQL is answered by DuckDB, from a copy of the tables that is brought up to date when it is asked.

So a query means the same, and gives the same rows, wherever a workspace lies. Only the tables that a query reads are
looked at, in the snapshot of the transaction that asks: rows that other transactions than those known have written are
copied; if the numbers of rows differ after that, something was deleted, and the table is copied whole.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from nbannotate.store import write_tracking
from nbannotate.store.duckdb.engine import Engine
from nbannotate.store.engine import MEMORY
from nbannotate.store.postgres import tables
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
        self._tables: Mapping[str, tables.Table] = {}
        self._states: dict[str, _State] = {}
        self._lock = threading.RLock()

    @contextmanager
    def asked(
        self, raw: psycopg.Connection[Any], text: str, commits: int, *, changed: bool = False
    ) -> Iterator[Transaction]:
        """Give a transaction of DuckDB in which tables that a text names are as one of PostgreSQL sees them.

        Parameters
        ----------
        raw
            The connection whose transaction it is.
        text
            A query, or whatever names views.
        commits
            So many commits it sees, at least.
        changed
            Whether that transaction has written: what it sees is of nobody else, and is taken back in the copy, too;
            others who ask wait meanwhile.
        """
        if changed:
            with self._lock, self._tried(raw, text, commits) as tx:
                yield tx
            return
        with self._lock:
            engine = self._engine or self._open()
            for table in self._read_by(text):
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

    def _read_by(self, text: str) -> list[str]:
        """Return the tables that a text names, or whose views it names."""
        words = set(re.findall(r"\bdata\.\w+|\w+", text.lower()))
        reads = frozenset[str]().union(*(its for view, its in self._views.items() if view in words))
        named = {word.removeprefix("data.") for word in words if word.startswith("data.")} & self._tables.keys()
        return sorted(named | {one.partition(".")[0] for one in reads})

    @contextmanager
    def _tried(self, raw: psycopg.Connection[Any], text: str, commits: int) -> Iterator[Transaction]:
        """Give a transaction of DuckDB into which the tables were brought, and which is taken back."""
        with closing((self._engine or self._open()).connection()) as connection:
            connection.execute("begin")
            try:
                for table in self._read_by(text):
                    self._catch_up(connection, raw, table)
                yield Transaction(connection, commits=commits)
            finally:
                connection.execute("rollback")

    def _open(self) -> Engine:
        path = MEMORY if self._folder is None else self._folder / "mirror.duckdb"
        engine = Engine(path, None if self._folder is None else self._folder / "mirror", also=self._spool)
        with engine.read() as tx:
            self._views = write_tracking.of_views(tx)
        with closing(engine.connection()) as connection:
            self._tables = tables.of_workspace(connection)
        self._engine = engine
        return engine

    def _bring(self, engine: Engine, raw: psycopg.Connection[Any], table: str) -> None:
        """Bring one table up to date."""
        state = self._states.get(table, _State())
        horizon, snapshot = tables.horizon(raw)
        if snapshot == state.snapshot:
            return
        connection = engine.connection()
        connection.execute("begin")
        try:
            self._catch_up(connection, raw, table)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            self._states.pop(table, None)
            raise
        finally:
            connection.close()
        # Rows of transactions that ran then are seen again; wrapping round after 4,000,000,000 is looked at anew.
        if not state.horizon or not tables.wraps(state.horizon, horizon):
            self._states[table] = _State(horizon, snapshot)
        else:
            self._states.pop(table, None)

    def _catch_up(self, connection: Any, raw: psycopg.Connection[Any], name: str) -> None:
        """Make the rows of one table those that a transaction of PostgreSQL sees."""
        table = self._tables[name]
        state = self._states.get(name, _State())
        known = name in self._states and bool(table.key)
        newer = tables.newer(state.horizon)
        found = raw.execute(
            f"select count(*), count(*) filter (where {newer}) from data.{name}" if known
            else f"select count(*), count(*) from data.{name}"
        ).fetchone()  # fmt: skip
        assert found is not None
        total, changed = found
        if known and (changed or total != tables.count(connection, table)):
            tables.copy(connection, raw, table, f"where {newer}", self._spool, replaces=True)
        if not known or total != tables.count(connection, table):
            connection.execute(f'delete from data."{name}"')
            tables.copy(connection, raw, table, "", self._spool)

    def interrupt(self) -> None:
        """End the queries that run."""
        if self._engine is not None:
            self._engine.interrupt()

    def close(self) -> None:
        """Close the copy, which nobody needs any more; whoever asks again makes another one."""
        with self._lock:
            engine, self._engine = self._engine, None
            self._states.clear()
            if engine is not None:
                engine.close()
            for left in self._folder.glob("mirror.duckdb*") if self._folder is not None else ():
                left.unlink()
