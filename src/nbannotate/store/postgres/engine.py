"""A workspace in a PostgreSQL database, and the transactions that the operations run in.

Any number of processes on any number of machines own one such workspace at the same time: each writing transaction has
the workspace to itself, by a lock of the database that ends with it, so that all of them together are one after the
other, as they are in a file. Readers see the last commit and wait for nobody; what takes long is written beside the
writers, as in a file (:mod:`nbannotate.store.staging`).

What one process remembers between transactions is forgotten when another one may have changed it: the sequence
``data.pace`` grows with each such transaction, and is asked with the lock. What another process has written reaches the
answers that are kept here by ``listen`` and ``notify``, with the commit.
"""

from __future__ import annotations

import contextlib
import datetime
import secrets
import shutil
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from nbannotate.errors import DatabaseFailed
from nbannotate.rules.counts import Changes
from nbannotate.store import counts, staging
from nbannotate.store.answers import Answers
from nbannotate.store.duckdb.backups import counted
from nbannotate.store.duckdb.failures import failure as of_duckdb
from nbannotate.store.postgres import queues, schema, snapshot
from nbannotate.store.postgres.address import shown
from nbannotate.store.postgres.connection import CONNECT_S, Connection, configure, connect, options
from nbannotate.store.postgres.failures import away, failure, is_away, why_not
from nbannotate.store.postgres.listening import Hearing, told
from nbannotate.store.postgres.mirror import Mirror
from nbannotate.store.rows import TaskRow
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction
from nbannotate.store.write_tracking import Written

MARK = "nbannotate workspace"

#: Connections of one process at most, for writing and reading.
MOST_CONNECTIONS = 12

#: Whoever stands still in the middle of writing (a machine that sleeps, a network that is cut) keeps all others waiting
#: for so long: the server ends that transaction then.
BEGIN_WRITING = "begin; set local idle_in_transaction_session_timeout = '30s'"

#: The number of the lock that a writing transaction has; those of batches are their ids.
WRITER = -1


class Engine:
    """An open workspace in a database.

    Parameters
    ----------
    url
        The address: ``postgresql://user:password@host:port/database``.
    spool
        The folder for tables on their way in and out; it is emptied now and removed at the end. None makes one.

    Raises
    ------
    NotAWorkspace
        There is no such database, or it holds something else. It is left as it was.
    NewerWorkspace
        A newer nbannotate made it. It is left as it was.
    CannotWrite
        The server does not let this user in, or not write.
    OwnerUnavailable
        The server cannot be reached.
    """

    def __init__(self, url: str, spool: Path | None = None) -> None:
        self._url, self.path = url, shown(url)
        try:
            first = connect(url)
            with contextlib.closing(first):
                schema.prepare(first, self.path, MARK)
                self._columns = schema.columns(first)
        except psycopg.Error as error:
            raise why_not(error, url) from None  # its texts may have the address
        folder = spool
        if spool is None:
            spool = Path(tempfile.mkdtemp(prefix="nbannotate-spool-"))
        else:
            shutil.rmtree(spool, ignore_errors=True)  # of an owner that was killed
            spool.mkdir(mode=0o700)
        self._clean = weakref.finalize(self, shutil.rmtree, spool, ignore_errors=True)
        self.spool = spool / "files"
        self.spool.mkdir(mode=0o700)
        self._pool = ConnectionPool(
            url, kwargs=options(), configure=configure, min_size=1, max_size=MOST_CONNECTIONS, open=True,
            timeout=CONNECT_S, name="nbannotate", reconnect_timeout=5.0,
        )  # fmt: skip
        self._finish = weakref.finalize(self, self._pool.close)
        self.has_failed = self.in_doubt = False
        self._memo: dict[Any, Any] = {}
        self._pace: int | None = None
        self.written = Written()
        self.answers = Answers(self.spool, self.written)
        self._mirror = Mirror(folder, self.spool)
        self.activities: dict[str, tuple[str, int, int]] = {}
        self.staging: set[int] = set()
        self.ended: deque[int] = deque(maxlen=100)
        self.fresh: set[int] = set()
        self._running: set[Connection] = set()
        self._lock = threading.Lock()
        self._name = secrets.token_hex(8)
        self._hearing = Hearing(url, self._name, self.written)
        self._changes = counts.MOST_CHANGES
        with self.write() as tx:  # of an owner that was killed
            for batch_id in self.left(tx):
                staging.discard(tx, batch_id)

    def __repr__(self) -> str:
        return f"Engine({self.path!r})"

    @contextmanager
    def write(self, *, remembers: bool = False) -> Iterator[Transaction]:
        """Run a block as one transaction: committed at its end, rolled back on any error. One thread at a time.

        Parameters
        ----------
        remembers
            Whether the block changes nothing that the memo holds; then it reads those through the memo.
        """
        with self._told(), self._connection() as connection:
            connection.raw.execute(BEGIN_WRITING)
            try:
                # Each statement sees what others have committed, and none of them writes while this transaction runs.
                memo = self._memo if remembers else None
                tx = _Transaction(connection, self._mirror, memo, self.written.commits)
                pace = tx.value(f"select pg_sequence_last_value('data.pace') from pg_advisory_xact_lock({WRITER})")
                if pace != self._pace or not remembers:
                    self._memo.clear()
                yield tx
                if self._changes > counts.MOST_CHANGES:
                    counts.fold(tx)
                    self._changes = 0
                self._changes += counts.store(tx)
                if not remembers or tx.changes.asked or tx.has_asked:
                    pace = tx.value("select nextval('data.pace')")
                if tx.written:
                    tx.run("select pg_notify($1, $2)", *told(self._name, tx.written))
                connection.execute("commit")
                self._pace = pace
            except BaseException:
                self._pace = None
                self._memo.clear()
                with contextlib.suppress(psycopg.Error):
                    connection.execute("rollback")
                raise
        self.written.note(tx.written)

    @contextmanager
    def read(self, *, remembers: bool = False) -> Iterator[Transaction]:
        """Run a block over one snapshot of the database.

        Parameters
        ----------
        remembers
            Whether the block may read sessions, members, campaigns and assets as the writer saw them last.
        """
        with self._told(), self._connection() as connection:
            commits = self.written.commits
            connection.execute("begin isolation level repeatable read")  # tables of its own may be written
            try:
                yield _Transaction(connection, self._mirror, dict(self._memo) if remembers else None, commits)
            finally:
                with contextlib.suppress(psycopg.Error):
                    connection.execute("rollback")

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Run a block that writes long work in pieces, beside the writers; what does not come to its end is deleted."""
        with self._told():
            yield from self._staged()

    def left(self, tx: Transaction) -> list[int]:
        """Return the batches of long work that was not brought to its end, and does not run anywhere any more."""
        there = staging.left(tx, {*self.staging, *self.ended})
        return [batch for batch in there if tx.value("select pg_try_advisory_xact_lock($1)", batch)]

    def _staged(self) -> Iterator[Stage]:
        connection = Connection(connect(self._url), self._columns)
        held: set[int] = set()

        def hold(*batches: int) -> None:
            for batch in set(batches) - held:
                connection.execute("select pg_advisory_lock($1)", [batch])
                held.add(batch)

        try:
            stage = _Stage(connection, self.written.note, hold)
            stage.mirror = self._mirror
            self.staging.add(stage.batch_id)
            try:
                stage.piece()
                yield stage
            finally:
                try:
                    with contextlib.suppress(psycopg.Error):
                        connection.execute("rollback")
                    staging.end(stage, self.ended)
                finally:
                    self.staging -= {stage.batch_id, *stage.reserved, *stage.gone}
        finally:
            connection.close()

    @contextmanager
    def beside(self) -> Iterator[Transaction]:
        """Run a block on a connection of its own, whose transactions are the block's."""
        with self._told(), contextlib.closing(Connection(connect(self._url), self._columns)) as connection:
            yield Transaction(connection)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._pool.connection() as raw:
            connection = Connection(raw, self._columns)
            with self._lock:
                self._running.add(connection)
            try:
                yield connection
            finally:
                with self._lock:
                    self._running.discard(connection)
                if not raw.closed:
                    with contextlib.suppress(psycopg.Error):
                        connection.tidy()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn whatever the server says in a block into a sentence for people."""
        try:
            yield
        except PoolTimeout:
            raise away(self.path, "It may let no more connections in.") from None
        except psycopg.Error as error:
            if is_away(error):
                self._pool.check()
            raise failure(error, self._url) from error
        except duckdb.Error as error:  # of the copy that people's SQL runs in, or of a file on its way
            said = of_duckdb(error, self.path)
            if isinstance(said, DatabaseFailed):
                self._mirror.close()
            raise said from error

    def back_up(self, file: Path, report: Callable[[int, int], None]) -> dict[str, int]:
        """Write the workspace, as the last commit left it, into a new file of DuckDB; see the protocol."""
        spool = file.with_suffix(".rows")
        spool.mkdir()
        try:
            with self._told(), contextlib.closing(connect(self._url)) as raw, snapshot.opened(file) as duck:
                raw.execute("set statement_timeout = 0")
                raw.execute("set idle_in_transaction_session_timeout = 0")
                raw.execute("begin isolation level repeatable read read only")
                snapshot.fill(raw, duck, self.path, spool, report)
                snapshot.finish(duck)
        finally:
            shutil.rmtree(spool, ignore_errors=True)
        return counted(file)

    def interrupt(self) -> None:
        """End the statements that run."""
        with self._lock:
            running = list(self._running)
        self._mirror.interrupt()
        for connection in running:
            with contextlib.suppress(psycopg.Error):
                connection.interrupt()

    def is_lost(self) -> bool:
        """Whether the workspace is not where it was: nobody can say that of a server that does not answer."""
        return False

    def close(self) -> None:
        """Close the connections."""
        self._hearing.close()
        self._finish()
        self._mirror.close()
        self._clean()


class SeenByDuckDB(Transaction):
    """A transaction beside which people's SQL runs in DuckDB.

    Parameters
    ----------
    connection
        Where it runs.
    mirror
        The copy that DuckDB has.
    memo, commits
        As in :class:`Transaction`.
    """

    def __init__(
        self, connection: Connection, mirror: Mirror, memo: dict[Any, Any] | None = None, commits: int = 0
    ) -> None:
        super().__init__(connection, memo, commits)
        self._mirror = mirror

    @contextmanager
    def asked(self, text: str) -> Iterator[Transaction]:
        """Give a transaction of DuckDB that sees what this one sees."""
        with _asked(self, self._mirror, text) as tx:
            yield tx


class _Transaction(SeenByDuckDB):
    """A transaction of operations.

    Attributes
    ----------
    has_asked
        Whether operations before, in the same transaction, changed what others remember.
    """

    has_asked = False

    def first(
        self, campaign_id: int, step: int, member_id: int, now: datetime.datetime, held: bool, after: int | None
    ) -> TaskRow | None:
        """Return the row of the task that a member gets at a step."""
        return queues.first(self, campaign_id, step, member_id, now, held, after)

    def next_part(self) -> None:
        """Begin what another operation does in the same transaction."""
        self.has_asked |= self.changes.asked
        super().next_part()
        self.run("savepoint part")

    def take_back(self) -> bool:
        """Take back what was done since."""
        try:
            self.run("rollback to savepoint part")
        except psycopg.Error:  # the connection is gone, and all of it with it
            return False
        self.changes = Changes()
        self.memo.clear()  # it may hold what was just taken back
        return True


@contextmanager
def _asked(tx: Transaction, mirror: Mirror, text: str) -> Iterator[Transaction]:
    assert isinstance(tx.connection, Connection)
    with mirror.asked(tx.connection.raw, text, tx.commits, changed=bool(tx.written and text)) as asked:
        yield asked


class _Stage(Stage):
    """A stage whose batches other owners know to be at work, by locks that end with the connection."""

    def __init__(
        self, connection: Connection, note: Callable[[Iterable[str]], None], hold: Callable[..., None]
    ) -> None:
        super().__init__(connection, note)
        self._hold = hold
        hold(self.batch_id)

    mirror: Mirror

    @contextmanager
    def asked(self, text: str) -> Iterator[Transaction]:
        """Give a transaction of DuckDB that sees what this one sees."""
        with _asked(self, self.mirror, text) as tx:
            yield tx

    def reserve(self, owners: tuple[int, ...]) -> None:
        """Let rows stand under further ids."""
        self._hold(*owners)
        super().reserve(owners)
