"""Read-only SQL over the public views."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from nbannotate.operations.registry import Context, operation
from nbannotate.store import answers, asking, guard, pivots, running

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
    key = None if tables or files else ctx.engine.answers.key(query, parameters, types, ctx.now)
    kept = key and ctx.engine.answers.find(key)
    if kept:
        return kept
    began = time.monotonic()
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
    with running.watched(ctx.tx, file, statement, theirs, prepared_limit or running.Limit(LONGEST_S)):
        theirs |= along.open(ctx.tx)
        pivots.fill(ctx.tx, statement, kinds, also, given)
        running.write(ctx.tx, shown or text, given, file)
    if key and time.monotonic() - began > answers.WORTH_S:
        ctx.engine.answers.keep(key, file, ctx.tx)
    return file
