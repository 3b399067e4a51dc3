"""What an error of DuckDB means for people: one sentence, and whether the database can go on."""

from __future__ import annotations

import re
from pathlib import Path

from nbannotate.errors import (
    CannotWrite,
    DatabaseFailed,
    InvalidInput,
    NbannotateError,
    NotAWorkspace,
    OwnerUnavailable,
    WorkspaceError,
)
from nbannotate.store import name_suggestions
from nbannotate.store.disk_space import full, is_full, no_room_to_open


def is_fatal(error: BaseException) -> bool:
    """Return whether the database can do nothing more until its file is opened again."""
    kinds = ("FatalException", "InternalException")
    return any(t.__name__ in kinds for t in type(error).__mro__) or "has been invalidated" in str(error)


def is_log(error: BaseException) -> bool:
    """Return whether the log of commits beside a file cannot be read."""
    return "replaying WAL" in str(error)


def failure(error: Exception, path: str) -> NbannotateError:
    """Return what an error of DuckDB in a transaction means; the transaction did nothing."""
    if is_fatal(error):
        room = " There may be no room on its disk." if is_full(error) else ""
        return DatabaseFailed(
            f"The database {path} failed and is being opened again; nothing that was done is lost.{room} Do this again."
        )
    if is_full(error):
        return full(path)
    kind = type(error).__name__
    if kind == "OutOfMemoryException":
        return WorkspaceError("This needs more memory than the owner process may use; do it in smaller parts.")
    if kind == "InterruptException":
        return OwnerUnavailable("This was ended before it was done, and nothing was changed; do it again.")
    if kind in ("ConversionException", "OutOfRangeException", "TypeMismatchException"):
        return InvalidInput(
            f"The database does not take such a value, and nothing was changed. {name_suggestions.plain(error)}"
        )
    return WorkspaceError(f"The database refused this, and nothing was changed. {name_suggestions.plain(error)}")


def why_not(path: Path, error: Exception) -> WorkspaceError:
    """Return what a DuckDB error at opening means for the user."""
    text, words = str(error), name_suggestions.plain(error)
    if is_full(error):
        return no_room_to_open(str(path))
    if "lock" in text.lower() and "conflicting" in text.lower():
        return CannotWrite(
            f"{path} is open in another program (a DuckDB shell, perhaps); close it there and try again.{_holder(text)}"
        )
    if "newer version" in text.lower() or "storage version" in text.lower():
        return NotAWorkspace(f"{path} cannot be read by this version of DuckDB; upgrade duckdb. {words}")
    if "not a valid duckdb" in text.lower() or "not a duckdb" in text.lower() or "magic" in text.lower():
        return NotAWorkspace(
            f"{path} is not a DuckDB database, so it is no nbannotate workspace; it was left as it is."
        )
    if "permission" in text.lower() or "read-only" in text.lower() or "cannot open" in text.lower():
        return CannotWrite(f"{path} cannot be written. {words}")
    return WorkspaceError(f"{path} could not be opened; if it is damaged, restore it from a backup. {words}")


def _holder(text: str) -> str:
    """Return which process holds the lock on a file, as far as DuckDB says it."""
    found = re.search(r"PID (\d+)", text)
    return f" It is the process {found.group(1)}." if found else ""
