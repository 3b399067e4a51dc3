"""Where a workspace's owner can be found: the files beside the database, and the socket.

=========================  ==================================================================================
``work.duckdb``            the workspace
``work.duckdb.owner``      the lock that the owner holds for life; nothing is in it
``work.duckdb.spawn``      the lock that one client holds while it starts an owner
``work.duckdb.owner.json`` token, socket and process id, readable by the file's user only
``work.duckdb.owner.log``  what the last owner had to say
=========================  ==================================================================================

Who can read ``owner.json`` is the workspace's owner: no login is asked of a notebook.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

import msgspec

from nbannotate.errors import CannotWrite


class Contact(msgspec.Struct, frozen=True):
    """What ``owner.json`` holds."""

    token: str
    socket: str
    pid: int


#: A socket's path has so many bytes at most, on every system.
LONGEST_SOCKET = 103


class Place:
    """The files of one workspace.

    Parameters
    ----------
    path
        The database file; links are followed, so that all ways to a file lead to one owner.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.database = Path(path).expanduser().resolve()
        self.lock = Path(f"{self.database}.owner")
        self.spawn = Path(f"{self.database}.spawn")
        self.contact_file = Path(f"{self.database}.owner.json")
        self.log = Path(f"{self.database}.owner.log")

    @property
    def images(self) -> Path:
        """The folder of the images that were copied into the workspace; it need not be there."""
        return self.database.with_name(f"{self.database.stem}_images")

    def contact(self) -> Contact | None:
        """Return how to reach the owner, as far as the last one left word; None if nobody ever did."""
        try:
            return msgspec.json.decode(self.contact_file.read_bytes(), type=Contact)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def announce(self, socket: Path) -> Contact:
        """Write how to reach this process; the token of the owner before it stays valid."""
        before = self.contact()
        contact = Contact(before.token if before else secrets.token_urlsafe(32), str(socket), os.getpid())
        draft = Path(f"{self.contact_file}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(contact))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.contact_file)
        return contact

    def socket(self) -> Path:
        """Return the path of the owner's socket: short (a socket's path has 107 bytes) and in a folder of this user's.

        Raises
        ------
        CannotWrite
            The folder belongs to someone else or is open to others, or its path is too long.
        """
        folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"nbannotate-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise CannotWrite(f"The folder {folder} must be yours alone (mode 700); remove it and try again.")
        path = folder / (hashlib.sha256(str(self.database).encode()).hexdigest()[:20] + ".sock")
        if len(os.fsencode(path)) > LONGEST_SOCKET:
            raise CannotWrite(
                f"The path of the folder for sockets is too long: {folder}. Set XDG_RUNTIME_DIR to a shorter one."
            )
        return path

    def close_to_others(self) -> None:
        """Take from everybody else the right to read what lies beside the workspace; what is not this user's stays."""
        beside = [self.database, self.lock, self.spawn, self.log, self.contact_file]
        beside += self.database.parent.glob(f"{glob.escape(self.database.name)}.wal*")
        for file in beside:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                found = file.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and found.st_mode & 0o077:
                    file.chmod(0o600)

    def spool(self) -> Path:
        """Return the folder for tables on their way in and out, beside the socket; a new owner empties it."""
        return self.socket().with_suffix(".spool")
