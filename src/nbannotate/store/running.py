"""Running a query into a file: it is ended when it takes too long, and what was wrong with it is told."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbannotate.errors import QueryFailed, QueryTookLong
from nbannotate.store import name_suggestions, query_input
from nbannotate.store.disk_space import is_full
from nbannotate.store.duckdb.failures import is_fatal
from nbannotate.store.transaction import Transaction, quoted

#: An answer that is larger is given up; a process reads it whole.
LARGEST = 1 << 30


class Limit:
    """How long a query may take.

    Parameters
    ----------
    seconds
        So long, from now on.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Return whether it has taken as long."""
        return time.monotonic() > self._until

    def end(self) -> None:
        """Give the query no more time."""
        self._until = 0.0

    def check(self) -> None:
        """Raise QueryTookLong if it is over."""
        if self.is_over():
            raise QueryTookLong(f"The query was ended: it took longer than {self.seconds:.0f} seconds.")


@contextmanager
def watched(
    tx: Transaction, file: Path, statement: dict[str, Any], theirs: Mapping[str, list[str]], limit: Limit
) -> Iterator[None]:
    """Run a block that writes the answer of a query into a file.

    Parameters
    ----------
    tx
        The transaction that it runs in.
    file
        Where the answer comes; it is removed if there is none.
    statement
        The tree of the query.
    theirs
        The columns of tables that came with the query, as far as the block has opened them.
    limit
        When it is over, the query is ended.

    Raises
    ------
    QueryFailed
        Something is wrong with the query, it took too long, or its answer is too large.
    """
    import duckdb

    watch = _Watch(tx, file, limit)
    watch.start()
    try:
        yield
    except duckdb.Error as error:
        file.unlink(missing_ok=True)
        if is_fatal(error) or is_full(error):
            raise  # that is not the query's fault alone
        if isinstance(error, duckdb.InterruptException):
            raise watch.why() from error
        raise QueryFailed(_why(tx, error, statement, theirs)) from error
    finally:
        watch.over.set()


#: So many rows of an answer are packed together: whoever goes through them a piece at a time unpacks no more.
ROWS_TOGETHER = 20_480


def write(tx: Transaction, text: str, given: dict[str, Any], file: Path) -> None:
    """Write the answer of a query as Parquet, with the values of its placeholders."""
    options = f"format parquet, row_group_size {ROWS_TOGETHER}"
    tx.connection.execute(f"copy ({text}\n) to {quoted(file)} ({options})", given or None)


def _why(tx: Transaction, error: Exception, statement: dict[str, Any], theirs: Mapping[str, list[str]]) -> str:
    """Return why a query could not be run: the name that is wrong, or else what DuckDB says."""
    import duckdb

    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        # The transaction can be asked nothing more; what is wrong is told from what there is now.
        tx.run("rollback")
        tx.run("begin")
        found = name_suggestions.wrong_name(statement, {**query_input.columns(tx), **theirs})
        if found is not None:
            return found
    return name_suggestions.plain(error)


class _Watch(threading.Thread):
    """Ends a query that takes too long, or whose answer becomes too large."""

    def __init__(self, tx: Transaction, file: Path, limit: Limit) -> None:
        super().__init__(name="watch", daemon=True)
        self.tx, self.file, self.limit = tx, file, limit
        self.over = threading.Event()
        self.late = self.large = False

    def run(self) -> None:
        """Look again and again until the query is over."""
        while not self.over.wait(0.05):
            self.late = self.late or self.limit.is_over()
            with contextlib.suppress(FileNotFoundError):  # not there yet, or not any more
                self.large = self.large or self.file.stat().st_size > LARGEST
            if self.late or self.large:
                self.tx.connection.interrupt()

    def why(self) -> QueryFailed:
        """Return why the query was ended."""
        if self.large:
            return QueryFailed(f"The answer has more than {LARGEST >> 20} MiB; ask for less at a time.")
        if self.late:
            return QueryTookLong(f"The query was ended: it took longer than {self.limit.seconds:.0f} seconds.")
        return QueryFailed("The query was ended: the workspace is just being closed.")
