"""Read-only SQL over the public views."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from nbannotate.errors import QueryFailed, QueryTookLong
from nbannotate.operations.registry import Context, operation
from nbannotate.store import asking, guard, naming, pivots
from nbannotate.store.failures import is_fatal, is_full
from nbannotate.store.transaction import Transaction, quoted

#: A query that runs longer is ended.
LONGEST_S = 120.0

#: An answer that is larger is given up; a process reads it whole.
LARGEST = 1 << 30


@operation()
def query(
    ctx: Context,
    query: str,
    parameters: list[Any] | dict[str, Any] | None = None,
    types: dict[str, str] | None = None,
    tables: list[str] | None = None,
    files: tuple[Path, ...] = (),
    prepared_limit_s: float = LONGEST_S,
) -> Path:
    """Run one SELECT over the public views and return its rows as a Parquet file.

    ``parameters`` fill the placeholders ``$1``, ``$2`` … in their order, or ``$label`` … by name; ``types`` says which
    of them are times. ``tables`` are the names of the Parquet files that come with the request. Besides SELECT there
    are ``describe``, ``summarize`` and ``show tables``.
    """
    import duckdb

    along = asking.Along.of(ctx.tx, tables or (), files)
    text, statement, kinds = pivots.parse_completed(ctx.tx, query.strip().rstrip(";"))
    also = guard.Also(frozenset(name.lower() for name in along.files), frozenset(kinds))
    shown = asking.shown(ctx.tx, statement, also)
    if shown is None:
        guard.check(ctx.tx, statement, also)
        shown = asking.described(statement, text)
    along.check_read(statement)
    given = asking.given(statement, parameters, types)
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.parquet"
    theirs: dict[str, list[str]] = {}
    watch = _Watch(ctx.tx, file, prepared_limit_s)
    watch.start()
    try:
        theirs |= along.open(ctx.tx)
        pivots.fill(ctx.tx, statement, kinds, also, given)
        ctx.tx.connection.execute(f"copy ({shown or text}\n) to {quoted(file)} (format parquet)", given or None)
    except duckdb.Error as error:
        file.unlink(missing_ok=True)
        if is_fatal(error) or is_full(error):
            raise  # that is not the query's fault alone
        if isinstance(error, duckdb.InterruptException):
            raise watch.why() from error
        raise QueryFailed(_why(ctx.tx, error, statement, theirs)) from error
    finally:
        watch.over.set()
    return file


def _why(tx: Transaction, error: Exception, statement: dict[str, Any], theirs: dict[str, list[str]]) -> str:
    """Return why a query could not be run: the name that is wrong, or else what DuckDB says."""
    import duckdb

    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        # The transaction can be asked nothing more; what is wrong is told from what there is now.
        tx.run("rollback")
        tx.run("begin")
        found = naming.wrong_name(statement, asking.columns(tx) | theirs)
        if found is not None:
            return found
    return naming.plain(error)


class _Watch(threading.Thread):
    """Ends a query that takes too long, or whose answer becomes too large."""

    def __init__(self, tx: Transaction, file: Path, limit_s: float) -> None:
        super().__init__(name="watch", daemon=True)
        self.tx, self.file, self.limit_s = tx, file, limit_s
        self.over = threading.Event()
        self.late = self.large = False

    def run(self) -> None:
        """Look again and again until the query is over."""
        until = time.monotonic() + self.limit_s
        while not self.over.wait(0.05):
            self.late = self.late or time.monotonic() > until
            with contextlib.suppress(FileNotFoundError):  # not there yet, or not any more
                self.large = self.large or self.file.stat().st_size > LARGEST
            if self.late or self.large:
                self.tx.connection.interrupt()

    def why(self) -> QueryFailed:
        """Return why the query was ended."""
        if self.large:
            return QueryFailed(f"The answer has more than {LARGEST >> 20} MiB; ask for less at a time.")
        if self.late:
            return QueryTookLong(f"The query was ended: it took longer than {self.limit_s:.0f} seconds.")
        return QueryFailed("The query was ended: the workspace is just being closed.")
