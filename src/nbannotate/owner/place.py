"""Where a workspace's owner can be found: the hidden folder beside the database.

``work.duckdb`` is the workspace; in ``.work.duckdb.nbannotate/``, which only its user may enter, are

===============  ==================================================================================
``owner.lock``   the lock that the owner holds for life; nothing is in it
``spawn.lock``   the lock that one client holds while it starts an owner
``owner.json``   token, socket and process id: who can read it is the workspace's owner
``owner.sock``   the owner's socket, if its path is short enough; else it is in the user's runtime folder
``owner.log``    what the last owner had to say
``spool/``       tables on their way in and out, and what queries put aside; each owner empties it
===============  ==================================================================================

An older nbannotate had these files beside the database (:class:`Before`). The first owner of this one takes the token
over and removes them; as long as an owner of the older one runs, it is that one that clients talk to.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

import msgspec

from nbannotate.errors import CannotWrite
from nbannotate.files.workspace_folder import hidden_folder
from nbannotate.store.postgres.address import is_address, shown


class Contact(msgspec.Struct, frozen=True):
    """What ``owner.json`` holds.

    Parameters
    ----------
    token
        Who shows it is the workspace's owner.
    socket, pid
        Where the owner listens, and its process.
    database
        Whose owner it is: a folder that was copied has that of another file. Empty: an older nbannotate did not say.
    """

    token: str
    socket: str
    pid: int
    database: str = ""


#: How the environment of a process of ours says which workspace it is for: an address may have a password, which the
#: list of processes must not show.
STORE = "NBANNOTATE_STORE"

#: A socket's path has so many bytes at most, on every system.
LONGEST_SOCKET = 103


def _runtime() -> Path:
    """Return the folder of this user's sockets, which is nobody else's."""
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"nbannotate-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    _check_own(folder)
    return folder


class Place:
    """The files of one workspace.

    Parameters
    ----------
    path
        The database file; links are followed, so that all ways to a file lead to one owner. Or the address of a
        database: then the files lie beside the socket, and each user of each machine has an owner of their own.

    Attributes
    ----------
    given
        The path or the address.
    shown
        What people may see of it: no password.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if isinstance(path, str) and is_address(path):
            self.given, self.shown = path, shown(path)
            self.database = _runtime() / f"database-{hashlib.sha256(self.shown.encode()).hexdigest()[:20]}"
        else:
            self.database = Path(path).expanduser().resolve()
            self.given = self.shown = str(self.database)
        self.folder = hidden_folder(self.database)
        self.lock, self.spawn = self.folder / "owner.lock", self.folder / "spawn.lock"
        self.contact_file, self.log = self.folder / "owner.json", self.folder / "owner.log"
        self.spool = self.folder / "spool"
        self.before = Before(self.database)

    @property
    def is_file(self) -> bool:
        """Whether the workspace is a file, and no database elsewhere."""
        return self.given == str(self.database)

    @property
    def images(self) -> Path:
        """The folder of the images that were copied into the workspace; it need not be there."""
        return self.database.with_name(f"{self.database.stem}_images")

    def contact(self) -> Contact | None:
        """Return how to reach the owner, as far as the last one left word; None if nobody ever did.

        If an older nbannotate left word, one has run since: whoever takes over removes that.
        """
        return self.before.contact() or self._own()

    def _own(self) -> Contact | None:
        found = _read(self.contact_file)
        return None if found is None or found.database not in ("", str(self.database)) else found

    def make_folder(self) -> None:
        """Make the hidden folder.

        Raises
        ------
        CannotWrite
            Something else is there, or it is somebody else's.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        owner, me = self.folder.lstat().st_uid, os.getuid()
        if owner != me and (me or owner != self.database.parent.stat().st_uid):
            raise CannotWrite(f"The folder {self.folder} is somebody else's; remove it, if it should not be.")
        self.folder.chmod(0o700)

    def announce(self, socket: Path) -> Contact:
        """Write how to reach this process; the token of the owner before it stays valid."""
        before = self._own()
        token = before.token if before else secrets.token_urlsafe(32)
        contact = Contact(token, str(socket), os.getpid(), str(self.database))
        _write(self.contact_file, contact)
        return contact

    def sockets(self) -> list[Path]:
        """Return where the owner's socket may be, the better first: in the hidden folder, or the user's runtime folder.

        A socket's path has 107 bytes at most, and not every file system has sockets.

        Raises
        ------
        CannotWrite
            There is no place for it: paths are too long, or the runtime folder is open to others.
        """
        own = self.folder / "owner.sock"
        found = [own] if _fits(own) else []
        try:
            found.append(self.before.socket())
        except CannotWrite:
            if not found:
                raise
        return found

    def close_to_others(self) -> None:
        """Take from everybody else the right to read what lies beside the workspace; what is not this user's stays."""
        beside = [self.database, *self.folder.glob("owner.*"), self.spawn, *self.before.files]
        beside += self.database.parent.glob(f"{glob.escape(self.database.name)}.wal*")
        for file in beside:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                found = file.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and found.st_mode & 0o077:
                    file.chmod(0o600)


class Before:
    """Where an older nbannotate had the files beside a workspace, and its socket.

    Parameters
    ----------
    database
        The workspace.
    """

    def __init__(self, database: Path) -> None:
        self.database, self.lock = database, Path(f"{database}.owner")
        self._contact, self._log, self._spawn = (
            Path(f"{database}.{end}") for end in ("owner.json", "owner.log", "spawn")
        )
        self.files = (self.lock, self._contact, self._log, self._spawn)

    def contact(self) -> Contact | None:
        """Return how to reach the owner that an older nbannotate has, or had last."""
        return _read(self._contact)

    def hand_over(self, place: Place) -> None:
        """Let the new place have the token and the log, and remove the files; whoever does that holds both locks."""
        contact = self.contact()
        if contact is not None and _read(place.contact_file) is None:
            _write(place.contact_file, msgspec.structs.replace(contact, database=str(self.database)))
        if self._log.exists():
            with place.log.open("ab") as log:
                log.write(self._log.read_bytes())
        with contextlib.suppress(CannotWrite):
            shutil.rmtree(self.socket().with_suffix(".spool"), ignore_errors=True)
        for file in (self._contact, self._log, self._spawn, self.lock):
            file.unlink(missing_ok=True)

    def socket(self) -> Path:
        """Return a path for the socket in the user's runtime folder, or that for temporary files.

        Raises
        ------
        CannotWrite
            The folder belongs to someone else or is open to others, or its path is too long.
        """
        folder = _runtime()
        path = folder / (hashlib.sha256(str(self.database).encode()).hexdigest()[:20] + ".sock")
        if not _fits(path):
            raise CannotWrite(
                f"The path of the folder for sockets is too long: {folder}. Set XDG_RUNTIME_DIR to a shorter one."
            )
        return path


def _read(file: Path) -> Contact | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Contact)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None


def _write(file: Path, contact: Contact) -> None:
    """Write a contact so that nobody reads a half of it."""
    draft = Path(f"{file}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as open_:
        open_.write(msgspec.json.encode(contact))
        open_.flush()
        os.fsync(open_.fileno())
    draft.replace(file)


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET


def _check_own(folder: Path) -> None:
    """Raise CannotWrite unless a folder is this user's, and nobody else may enter it."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise CannotWrite(f"The folder {folder} must be yours alone (mode 700); remove it and try again.")
