"""Read-only SQL over the public views."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from nbannotate.operations.registry import Context, operation
from nbannotate.store import answers, pivots, query_input, running, sql_guard
from nbannotate.store.engine import Transaction

#: A query that runs longer is ended.
LONGEST_S = 120.0


@operation()
def query(
    ctx: Context,
    query: str,
    parameters: list[Any] | dict[str, Any] | None = None,
    types: dict[str, str] | None = None,
    tables: list[str] | None = None,
    files: tuple[Path, ...] = (),
    prepared_limit: running.Limit | None = None,
) -> Path:
    """Run one SELECT over the public views and return its rows as a Parquet file.

    ``parameters`` fill the placeholders ``$1``, ``$2`` … in their order, or ``$label`` … by name; ``types`` says which
    of them are times. ``tables`` are the names of the Parquet files that come with the request. Besides SELECT there
    are ``describe``, ``summarize`` and ``show tables``. An answer that took a while is given again until something that
    it read is written.
    """
    limit = prepared_limit or running.Limit(LONGEST_S)
    key = None if tables or files else ctx.engine.answers.key(query, parameters, types, ctx.now)
    with ctx.engine.answers.alone(key, limit.check):
        kept = key and ctx.engine.answers.find(key)
        if kept:
            return kept
        with ctx.tx.asked(query) as tx:
            began = time.monotonic()
            file = ctx.engine.spool / f"{secrets.token_hex(8)}.parquet"
            _answer(tx, file, query, parameters, types, query_input.Along.of(tx, tables or (), files), limit)
            if key and time.monotonic() - began > answers.WORTH_S:
                ctx.engine.answers.keep(key, file, tx)
        return file


def _answer(
    tx: Transaction,
    file: Path,
    query: str,
    parameters: list[Any] | dict[str, Any] | None,
    types: dict[str, str] | None,
    along: query_input.Along,
    limit: running.Limit,
) -> None:
    """Run a query, and write its answer into a file."""
    text, statement, kinds = pivots.parse_completed(tx, query.strip().rstrip(";"))
    also = sql_guard.Also(frozenset(name.lower() for name in along.files), frozenset(kinds))
    shown = query_input.shown(tx, statement, also)
    if shown is None:
        sql_guard.check(tx, statement, also)
        shown = query_input.described(statement, text)
    along.check_read(statement)
    given = query_input.given(statement, parameters, types)
    theirs: dict[str, list[str]] = {}
    with running.watched(tx, file, statement, theirs, limit):
        theirs |= along.open(tx)
        pivots.fill(tx, statement, kinds, also, given)
        running.write(tx, shown or text, given, file)
