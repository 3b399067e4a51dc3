"""Copying a whole workspace from a file into a PostgreSQL database, or back."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from nbannotate.errors import Conflict, InvalidInput, NotAWorkspace
from nbannotate.model.backups import Copied
from nbannotate.owner.client import connect
from nbannotate.store.postgres.address import is_address
from nbannotate.workspace.progress import call_with_bar
from nbannotate.workspace.progress_bars import bar_of, progress_bar


def copy(source: str, target: str) -> tuple[int, int]:
    """Copy a workspace as it is at one moment, without sessions, and compare what its versions hold.

    Images stay where they are. A copy that was broken off goes on when it is begun again.

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
    if is_address(target):
        return _into_database(source, target)
    from nbannotate.store.postgres import copying  # with duckdb and psycopg, which no page imports

    with progress_bar(total=None, desc="tables copied", delay=1) as bar:
        return copying.into_file(source, Path(target).expanduser().resolve(), bar_of(bar))


def _into_database(source: str, target: str) -> tuple[int, int]:
    """Copy a file: what the owner process gave of it stays beside it until all of that is in the database."""
    from nbannotate.store.postgres import copying

    file = Path(source).expanduser().resolve()
    if not file.is_file():
        raise NotAWorkspace(f"There is no workspace {source}.")
    client = connect(file)
    try:
        with FileLock(client.place.folder / "copy.lock", timeout=0, mode=0o600):
            name = copying.unfinished(target) or ""
            begun = client.place.folder / name if name.startswith("copy-") else None
            if begun is None or not begun.is_file():
                for left in client.place.folder.glob("copy-*.duckdb*"):
                    left.unlink()
                copied = call_with_bar(client, "backups.create", Copied)
                begun = client.place.folder / f"copy-{secrets.token_hex(8)}.duckdb"
                shutil.move(copied.file, begun)
                begun.chmod(0o600)
            with progress_bar(total=None, desc="tables copied", delay=1) as bar:
                done = copying.into_database(begun, begun.name, target, bar_of(bar))
            begun.unlink()
            return done
    except Timeout:
        raise Conflict(f"Another copy of {source} is just made; wait for its end.") from None
    finally:
        client.close()
