"""Copying a whole workspace from a file into a PostgreSQL database, or back."""

from __future__ import annotations

from pathlib import Path

from nbannotate.errors import InvalidInput, NotAWorkspace
from nbannotate.model.backups import Copied
from nbannotate.owner.client import connect
from nbannotate.store.postgres.address import is_address
from nbannotate.workspace.bars import progress_bar
from nbannotate.workspace.waiting import call_with_bar


def copy(source: str, target: str) -> tuple[int, int]:
    """Copy a workspace as it is at one moment, without sessions, and compare what its versions hold.

    Images stay where they are.

    Parameters
    ----------
    source, target
        One is a file, the other the address of a database. What is there is not changed.

    Returns
    -------
    tuple
        How many rows were copied, and how many versions hold the same.
    """
    if is_address(source) == is_address(target):
        raise InvalidInput("One of both is a file, the other the address of a database: postgresql://…")
    from nbannotate.store.postgres import moving  # with duckdb and psycopg, which no page imports

    with progress_bar(total=None, desc="tables copied", delay=1) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        if is_address(source):
            file = Path(target).expanduser().resolve()
            counts = moving.into_file(source, file, report)
            return sum(counts.values()), moving.compare(file, source)
        file = Path(source).expanduser().resolve()
        if not file.is_file():
            raise NotAWorkspace(f"There is no workspace {source}.")
        client = connect(file)
        copied = call_with_bar(client, "backups.create", Copied)
        try:
            counts = moving.into_database(Path(copied.file), target, report)
            return sum(counts.values()), moving.compare(Path(copied.file), target)
        finally:
            client.close()
            for left in (copied.file, f"{copied.file}.wal"):
                Path(left).unlink(missing_ok=True)
