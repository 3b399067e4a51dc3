"""Private folders on disk for decoded pixels: bounded, removed when nobody needs them, and after a crash by the next.

Each folder is held by a lock file. Whoever is killed holds it no more, and the next process that needs room removes
the folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import weakref
from pathlib import Path

from nbannotate.errors import ReadFailed

SETTING = "NBANNOTATE_CACHE"
ROOM = 1 << 30  # bytes of the disk that are left free
MOST = 32 << 30  # bytes that all folders may have together


def place() -> Path:
    """Return where the folders are: ``NBANNOTATE_CACHE``, or ``nbannotate`` in the person's cache folder.

    Not the folder for temporary files: on many systems that is in memory.
    """
    base = _wanted()
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = base.stat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and os.access(base, os.W_OK | os.X_OK):
            return base
    except (OSError, RuntimeError):
        pass
    base = _other()
    base.mkdir(mode=0o700, exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != os.getuid():
        raise ReadFailed(f"The image cannot be decoded: the folder {base} belongs to somebody else; set {SETTING}.")
    return base


def _wanted() -> Path:
    said = os.environ.get(SETTING)
    return Path(said) if said else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nbannotate"


def _other() -> Path:
    return Path(tempfile.gettempdir()) / f"nbannotate-cache-{os.getuid()}"


class Shelf:
    """A folder of one's own, until it is closed, collected, or the process ends.

    Parameters
    ----------
    need
        How many bytes will be put into it, at most.

    Raises
    ------
    ReadFailed
        There is no room on the disk.
    """

    def __init__(self, need: int) -> None:
        base = place()
        sweep(base)
        free, used = shutil.disk_usage(base).free, _taken(base)
        if need + ROOM > free or need + used > MOST:
            why = f"{free / 1e9:.1f} GB are free" if need + ROOM > free else f"{used / 1e9:.1f} GB are in use by others"
            raise ReadFailed(
                f"The image cannot be decoded: that takes {need / 1e9:.1f} GB of disk as long as it is open, and "
                f"in {base} {why}. Make room there, or set {SETTING} to another folder."
            )
        self.path, handle = _held(base)
        (self.path / "need").write_text(str(need))
        self._end = weakref.finalize(self, _remove, self.path, handle, os.getpid())

    def close(self) -> None:
        """Remove the folder."""
        self._end()


def _held(base: Path) -> tuple[Path, int]:
    """Return a new folder and the handle of its lock."""
    while True:
        path = base / f"image-{secrets.token_hex(8)}"
        lock = path.with_suffix(".lock")
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock.exists():  # nobody swept it away in between
                path.mkdir(mode=0o700)
                return path, handle
        os.close(handle)


def _remove(path: Path, handle: int, pid: int) -> None:
    if os.getpid() != pid:
        return  # the child of a fork: the folder is its parent's
    shutil.rmtree(path, ignore_errors=True)
    path.with_suffix(".lock").unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.close(handle)


def _taken(base: Path) -> int:
    """Return how many bytes the folders may have together."""
    total = 0
    for one in base.glob("image-*/need"):
        with contextlib.suppress(OSError, ValueError):
            total += int(one.read_text())
    return total


def sweep(base: Path | None = None) -> int:
    """Remove the folders of processes that are gone; return how many."""
    gone = 0
    for lock in [
        lock for folder in ([base] if base else (_wanted(), _other())) for lock in folder.glob("image-*.lock")
    ]:
        try:
            handle = os.open(lock, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
            gone += 1
        finally:
            os.close(handle)
    return gone
