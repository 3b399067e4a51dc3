"""Opening the database file, and the transactions that the operations run in.

One process opens the file (see :mod:`nbannotate.owner`). Inside it one connection writes, and every reader has a
cursor of its own; a reader sees the last commit and never waits for the writer.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import weakref
from collections import ChainMap, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import DatabaseFailed
from nbannotate.store import counts, staging
from nbannotate.store.answers import Answers
from nbannotate.store.duckdb import backups, file
from nbannotate.store.duckdb.appending import Appenders
from nbannotate.store.duckdb.failures import failure, is_fatal, why_not
from nbannotate.store.duckdb.file import CATALOG, MARK
from nbannotate.store.duckdb.file import attach as _attach
from nbannotate.store.duckdb.memory import Memory
from nbannotate.store.duckdb.queues import Queues
from nbannotate.store.duckdb.work_lists import Lists
from nbannotate.store.duckdb.write_through import KnowingReader, KnowingWriter, read_columns
from nbannotate.store.engine import MEMORY
from nbannotate.store.migrations import SCHEMA_VERSION, migrate
from nbannotate.store.rows import TABLES
from nbannotate.store.staging import Stage
from nbannotate.store.transaction import Transaction, quoted
from nbannotate.store.write_tracking import Written

if TYPE_CHECKING:
    import duckdb

#: What readers add to the memo: daily work changes nothing of it.
_READ_BY_ALL = {"asset", "dataset"}

#: How much is written before the file itself is brought up to date, for which all writes wait: with DuckDB's own 16 MB
#: that came twice a second beside an import; at four times as much it takes as long each time (measured).
CHECKPOINT = "64MB"


#: What queries may put aside on the disk, in the spool folder, when the memory does not suffice.
MOST_TEMPORARY = 4 << 30


def _memory() -> int:
    """Return how much memory the database may use: a quarter of what there is, and 1 GiB at least."""
    return max(1 << 30, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4)


class Engine:
    """An open workspace file.

    Parameters
    ----------
    path
        The database file, or ``":memory:"``. A file that does not exist is created.
    spool
        The folder for tables on their way in and out; it is emptied now and removed at the end. None makes one.
    also
        Another folder whose files statements may read and write.

    Raises
    ------
    NotAWorkspace
        The file exists and is something else. It is left as it was.
    NewerWorkspace
        A newer nbannotate wrote it. It is left as it was.
    CannotWrite
        The file or its folder cannot be written.
    """

    def __init__(self, path: str | Path, spool: Path | None = None, also: Path | None = None) -> None:
        import duckdb

        self.path = str(path) if str(path) == MEMORY else str(Path(path).absolute())
        new = self.path == MEMORY or not Path(self.path).exists()
        if self.path != MEMORY:
            version = file.check(Path(self.path), duckdb)
            if version < SCHEMA_VERSION:
                file.keep(Path(self.path), version)
        if spool is None:
            spool = Path(tempfile.mkdtemp(prefix="nbannotate-spool-"))
            # A store in memory is seldom closed: it ends with whoever holds it.
            weakref.finalize(self, shutil.rmtree, spool, ignore_errors=True)
        else:
            shutil.rmtree(spool, ignore_errors=True)  # of an owner that was killed
            spool.mkdir(mode=0o700)
        self.spool = spool
        self._writer = duckdb.connect(MEMORY)
        try:
            _attach(self._writer, self.path)
            self._secure(also)
            migrate(Transaction(self._writer), mark=MARK if new else None)
            self._columns = read_columns(Transaction(self._writer))
        except duckdb.Error as error:
            self._forget()
            raise why_not(Path(self.path), error) from error
        except BaseException:
            self._forget()
            raise
        if self.path != MEMORY:
            Path(self.path).chmod(0o600)
        self._appenders = Appenders(self._writer)
        self._file = file.identity(self.path)
        #: Whether the database can do nothing more until its file is opened again, by another process; and whether a
        #: commit was under way then, so that nobody can be told what came of it.
        self.has_failed = self.in_doubt = False
        self._readers: list[duckdb.DuckDBPyConnection] = []
        self._local = threading.local()
        self._memo: dict[Any, Any] = {}
        #: How often the memo was emptied; what was read before is not to be remembered after it.
        self._emptied = 0
        self._memo_lock = threading.Lock()
        #: The rows of daily work that are known.
        self.memory, self.lists, self._queues = Memory(), Lists(), Queues()
        #: What was written when, and the answers to queries that are kept until then.
        self.written = Written()
        self.answers = Answers(self.spool, self.written)
        #: How far long operations are: text, done and total by a key that the caller chose.
        self.activities: dict[str, tuple[str, int, int]] = {}
        #: Batches of long work that run in this process.
        self.staging: set[int] = set()
        #: The last of those that came to their end: a reader who began before that still sees their rows.
        self.ended: deque[int] = deque(maxlen=100)
        #: Datasets and versions that were created by this process and given to nobody else: those that a call of a
        #: chain that fails takes back while they are empty. What a process before created stays.
        self.fresh: set[int] = set()
        self._changes = counts.MOST_CHANGES  # those of the process before are added up with the first
        with self.write() as tx:  # of an owner that was killed
            for batch_id in staging.left(tx):
                staging.discard(tx, batch_id)

    def _secure(self, also: Path | None) -> None:
        """Let SQL reach no file but those that pass through the spool folder, and let it change no setting."""
        spool = str(self.spool).replace("'", "''")
        self._writer.execute("set threads = 1")
        self._writer.execute(f"set memory_limit = '{_memory() >> 20} MiB'")
        self._writer.execute(f"set temp_directory = '{spool}/temporary'")
        self._writer.execute(f"set max_temp_directory_size = '{MOST_TEMPORARY >> 20} MiB'")
        self._writer.execute(f"set checkpoint_threshold = '{CHECKPOINT}'")
        self._writer.execute("set autoinstall_known_extensions = false")
        self._writer.execute("set autoload_known_extensions = false")
        folders = ", ".join(quoted(folder) for folder in (self.spool, also) if folder is not None)
        self._writer.execute(f"set allowed_directories = [{folders}]")
        self._writer.execute("set enable_external_access = false")
        self._writer.execute("set lock_configuration = true")

    @contextmanager
    def write(self, *, remembers: bool = False) -> Iterator[Transaction]:
        """Run a block as one transaction: committed at its end, rolled back on any error. One thread at a time.

        Parameters
        ----------
        remembers
            Whether the block changes nothing that the memo holds (sessions, members, campaigns, assets); then it reads
            those through the memo. Any other block empties it.
        """
        with self._told(), contextlib.nullcontext() if remembers else self._without_memo():
            self._writer.execute("begin")
            try:
                memo = self._memo if remembers else None
                tx = KnowingWriter(
                    self._writer, self.memory, self.lists, self._queues, self._columns, self._appenders, memo
                )
                yield tx
                self._count(tx)
                tx.write()
            except BaseException:
                _roll_back(self._writer)
                self._empty_memo()  # it may hold what was just taken back
                self._queues.forget()
                raise
            tx.learn()
            try:
                self._writer.execute("commit")
            except BaseException as error:
                # What fails after that is durable already (a checkpoint): only the next owner knows.
                self.in_doubt = is_fatal(error)
                self._forget_rows()
                self._empty_memo()
                _roll_back(self._writer)
                raise
            finally:
                self.lists.end()
            self.memory.commits += 1
            self.written.note(tx.written)

    @contextmanager
    def _without_memo(self) -> Iterator[None]:
        """Empty the memo, of which nothing is believed that was read before the end of a block."""
        self._empty_memo()
        try:
            yield
        finally:
            self._empty_memo()

    def _empty_memo(self) -> None:
        with self._memo_lock:
            self._emptied += 1
            self._memo.clear()

    def _forget_rows(self) -> None:
        self.memory.forget(TABLES)
        self.lists.forget()
        self._queues.forget()

    def _staged_was_written(self, what: Iterable[str]) -> None:
        """Note what long work has committed beside the writer."""
        self.written.note(what)
        tables = {part.partition(".")[0] for part in what}
        self.memory.forget(tables & TABLES.keys())
        if tables & {"tasks", "job_counts", "count_changes"}:
            self.lists.forget()

    def _count(self, tx: Transaction) -> None:
        """Store what a transaction changed of the counts of jobs, and now and then add them up."""
        self._changes += counts.store(tx)
        if self._changes > counts.MOST_CHANGES:
            counts.fold(tx)
            self._changes = 0

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn whatever DuckDB says in a block into a sentence for people, and note if it can do nothing more."""
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            said = failure(error, self.path)
            self.has_failed |= isinstance(said, DatabaseFailed)
            raise said from error

    @contextmanager
    def read(self, *, remembers: bool = False) -> Iterator[Transaction]:
        """Run a block over one snapshot of the database, with this thread's own cursor.

        Parameters
        ----------
        remembers
            Whether the block may read sessions, members, campaigns and assets as the writer saw them last, because what
            is found is compared again in a :meth:`write`.
        """
        with self._told():
            cursor = self._reader()
        with self._told():
            found: dict[Any, Any] = {}
            memo, emptied = ChainMap(found, self._memo) if remembers else None, self._emptied
            # Made before the snapshot is taken: so many commits it has at least.
            reader = KnowingReader(cursor, self.memory, self.lists, memo, self.written.commits)
            cursor.execute("begin")
            try:
                yield reader
            finally:
                _roll_back(cursor)
            kept = {key: value for key, value in found.items() if key[0] in _READ_BY_ALL}
            if kept:
                with self._memo_lock:
                    if emptied == self._emptied:
                        self._memo.update(kept)

    def _reader(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self.connection()
            self._readers.append(cursor)
        return cursor

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Run a block that writes long work in pieces, beside the writer; what it does not bring to its end is deleted.

        Its rows become visible in a :meth:`write` inside the block.
        """
        with self._told():
            yield from self._staged()

    def left(self, tx: Transaction) -> list[int]:
        """Return the batches of long work that was not brought to its end, and does not run any more."""
        return staging.left(tx, {*self.staging, *self.ended})

    def _staged(self) -> Iterator[Stage]:
        connection = self.connection()
        stage = Stage(connection, self._staged_was_written)
        self.staging.add(stage.batch_id)  # before anybody else can see the batch
        try:
            stage.piece()
            yield stage
        finally:
            try:
                _roll_back(connection)
                staging.end(stage, self.ended)
            finally:
                self.staging -= {stage.batch_id, *stage.reserved, *stage.gone}
                connection.close()

    @contextmanager
    def beside(self) -> Iterator[Transaction]:
        """Run a block on a connection of its own, whose transactions are the block's."""
        with self._told():
            connection = self.connection()
            try:
                yield Transaction(connection)
            finally:
                connection.close()

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return a new connection to the open file, for who closes it."""
        cursor = self._writer.cursor()
        cursor.execute(f"use {CATALOG}")
        return cursor

    def close(self) -> None:
        """Write everything into the file and close it."""
        for cursor in self._readers:
            cursor.close()
        self._appenders.forget()
        self._forget()

    def _forget(self) -> None:
        self._writer.close()
        shutil.rmtree(self.spool, ignore_errors=True)

    def back_up(self, file: Path, report: Callable[[int, int], None]) -> dict[str, int]:
        """Write the workspace, as the last commit left it, into a new file; return how many rows each table has."""
        return backups.write(self, file, report)

    def interrupt(self) -> None:
        """End the queries that run."""
        for cursor in self._readers:
            cursor.interrupt()

    def is_lost(self) -> bool:
        """Whether the file was deleted or another one put in its place: nothing that is written now could be found."""
        return file.identity(self.path) != self._file


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave no transaction behind, whatever ended it."""
    import duckdb

    with contextlib.suppress(duckdb.TransactionException):  # it was rolled back by what failed
        connection.execute("rollback")


__all__ = ["CATALOG", "MARK", "Engine"]
