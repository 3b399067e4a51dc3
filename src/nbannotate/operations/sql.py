"""Read-only SQL over the public views."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Any

from nbannotate.errors import QueryFailed
from nbannotate.operations.registry import Context, operation
from nbannotate.store.failures import is_fatal, is_full
from nbannotate.store.guard import check_select

#: A query that runs longer is ended.
LONGEST_S = 120.0


@operation()
def query(ctx: Context, query: str, parameters: list[Any] | None = None) -> Path:
    """Run one SELECT over the public views and return its rows as a Parquet file.

    ``parameters`` fill the placeholders ``$1``, ``$2`` …
    """
    import duckdb

    check_select(ctx.tx, query)
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.parquet"
    timer = threading.Timer(LONGEST_S, ctx.tx.connection.interrupt)
    timer.start()
    try:
        ctx.tx.run(f"copy ({query.strip().rstrip(';')}\n) to '{file}' (format parquet)", *(parameters or ()))
    except duckdb.InterruptException as error:
        raise QueryFailed(
            f"The query was ended: it took longer than {LONGEST_S:.0f} seconds, or the workspace is just being closed."
        ) from error
    except duckdb.Error as error:
        file.unlink(missing_ok=True)
        if is_fatal(error) or is_full(error):
            raise  # that is not the query's fault alone
        raise QueryFailed(str(error)) from error
    finally:
        timer.cancel()
    return file
