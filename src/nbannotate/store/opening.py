"""Opening a workspace, wherever it lies."""

from __future__ import annotations

from pathlib import Path

from nbannotate.store.engine import Engine
from nbannotate.store.postgres.address import is_address


def open_store(place: str, spool: Path) -> Engine:
    """Open the file or the database of a workspace; one that does not exist yet is made.

    Parameters
    ----------
    place
        The path, or the address of a database.
    spool
        The folder for tables on their way in and out.
    """
    if is_address(place):
        from nbannotate.store.postgres.engine import Engine as Postgres

        return Postgres(place, spool)
    from nbannotate.store.duckdb.engine import Engine as File

    return File(place, spool)
