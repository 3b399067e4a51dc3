"""Starting an owner process, once, however many clients find that there is none."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import socket
import subprocess
import sys
import time

from filelock import FileLock, Timeout

from nbannotate.errors import (
    CannotWrite,
    FolderMissing,
    InvalidInput,
    NbannotateError,
    NotAWorkspace,
    OwnerUnavailable,
    revive,
)
from nbannotate.owner.place import STORE, Place

#: How long an owner may take to open its file (a crash's log is replayed first).
START_S = 60.0

#: Writes the first bytes of a file, by which a DuckDB database is known.
BEGINNING = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(12))"


def start_owner(place: Place) -> None:
    """Start an owner for a workspace and wait until it listens; return at once if one listens or is being started.

    Raises
    ------
    WorkspaceError
        Why the file cannot be opened, as the new process said.
    """
    _look(place)
    try:
        place.make_folder()
        with FileLock(place.spawn, timeout=0, mode=0o600):
            if not _listens(place):
                _start(place)
    except Timeout:
        if not place.spawn.exists():
            where = place.database.parent
            raise CannotWrite(f"No files can be made in the folder {where}; name one where you may write.") from None
    except NbannotateError:
        raise
    except OSError as error:  # no right, a read-only disk, a full one
        where = place.database.parent
        raise CannotWrite(
            f"No files can be made in the folder {where} ({error.strerror or error}); name one where you may write."
        ) from error


def _look(place: Place) -> None:
    """Raise at a glance what would be in vain, before any file is made beside it; the owner looks closer."""
    if not place.is_file:
        if importlib.util.find_spec("psycopg") is None:
            raise InvalidInput(
                "A workspace in PostgreSQL needs more than is installed here: pip install 'nbannotate[postgres]'."
            )
        return
    file = place.database
    if not file.parent.is_dir():
        raise FolderMissing(f"The folder {file.parent} does not exist; create it first.")
    if file.is_dir():
        raise NotAWorkspace(f"{file} is a folder; name a file in it, for example {file / 'work.duckdb'}.")
    place.sockets()
    try:
        file.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CannotWrite(f"The file {file} cannot be used: {error}") from error
    if not os.access(file.parent, os.W_OK):
        raise CannotWrite(f"The folder {file.parent} cannot be written; a workspace needs to write beside its file.")
    # In another process: a system's lock on a file ends when its holder closes that file anywhere, and the holder may
    # be this very process, by a plain duckdb.connect.
    look = [sys.executable, "-I", "-S", "-c", BEGINNING, str(file)]
    first = subprocess.run(look, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if first.returncode:
        raise CannotWrite(f"The file {file} cannot be read by you; check its permissions.")
    if first.stdout[8:] != b"DUCK":
        raise NotAWorkspace(
            f"{file} is not a DuckDB database, so it is no nbannotate workspace; it was left as it is. "
            "Open another file name to create a workspace."
        )


def _listens(place: Place) -> bool:
    """Return whether an owner takes connections now: another client may have started it a moment ago."""
    contact = place.contact()
    if contact is None:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(contact.socket) == 0


def _private(path: str, flags: int) -> int:
    """Open a file that only this user may read, also if it was there before."""
    handle = os.open(path, flags, 0o600)
    os.fchmod(handle, 0o600)
    return handle


def _start(place: Place) -> None:
    with open(place.log, "ab", opener=_private) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbannotate.owner", place.shown],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C in a notebook's terminal is not meant for it
            # Who looks at the list of processes sees no password of a database.
            env={k: v for k, v in os.environ.items() if k != "NBANNOTATE_TOKEN"} | {STORE: place.given},
        )
    assert process.stdout is not None
    with process.stdout as stdout:
        until = time.monotonic() + START_S
        while not select.select([stdout], [], [], 0.2)[0]:
            if time.monotonic() > until:
                process.kill()
                raise OwnerUnavailable(f"The owner process did not start in {START_S:.0f} seconds; see {place.log}.")
        line = stdout.readline()
    if not line:
        code = process.wait(10)
        raise OwnerUnavailable(f"The owner process ended with code {code} before it listened; see {place.log}.")
    said = json.loads(line)
    if "error" in said:
        process.wait(10)
        raise revive(line)
    _reap(process)


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for the process in the background, so that an ended owner leaves no zombie in a long-lived client."""
    import threading

    threading.Thread(target=process.wait, name="nbannotate-reaper", daemon=True).start()
