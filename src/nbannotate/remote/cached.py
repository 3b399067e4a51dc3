"""The folder of objects that were fetched: private, of bounded size; what was not used for longest goes first.

Its files are named by the URL and by what its store says of the object (ETag, or size and time), so that an object that
was changed is another file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from nbannotate.imaging import pixel_cache

SETTING = "NBANNOTATE_CACHE_SIZE"
MOST = 10 << 30
ABANDONED_S = 7_200.0  # a part that nobody wrote to for so long is of a process that was killed


class NoRoom(Exception):
    """The folder, or the disk, cannot hold an object."""


def most() -> int:
    """Return how many bytes the folder may have: ``NBANNOTATE_CACHE_SIZE``, or 10 GiB."""
    said = os.environ.get(SETTING, "")
    try:
        return max(0, int(float(said))) if said else MOST
    except (ValueError, OverflowError):
        raise NoRoom(f"{SETTING} must be a number of bytes, for example 20e9, not {said!r}") from None


class Cached:
    """The folder.

    Parameters
    ----------
    folder
        None: ``objects`` below the person's cache folder; see :func:`nbannotate.imaging.pixel_cache.place`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or pixel_cache.place() / "objects"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.folder.is_symlink() or self.folder.stat().st_uid != os.getuid():
            raise NoRoom(f"the folder {self.folder} belongs to somebody else")
        self.folder.chmod(0o700)
        self._lock = threading.Lock()
        self._coming: dict[str, int] = {}

    def find(self, url: str, tag: str, suffix: str) -> Path | None:
        """Return where an object is, and note that it is used; None if it is not here."""
        path = self._path(url, tag, suffix)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    @contextlib.contextmanager
    def part(self, size: int) -> Iterator[Path]:
        """Give a file for an object of so many bytes to be written into; it is gone afterwards, unless it was kept.

        Raises
        ------
        NoRoom
            There is none for it.
        """
        path = self.folder / f"part-{secrets.token_hex(8)}"
        self.reserve(path, size)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield path
        finally:
            path.unlink(missing_ok=True)
            with self._lock:
                self._coming.pop(path.name, None)

    def reserve(self, part: Path, size: int) -> None:
        """Make room for an object of so many bytes."""
        with self._lock:
            self._coming[part.name] = size
            limit = most()
            if sum(self._coming.values()) > limit:
                del self._coming[part.name]
                raise NoRoom(f"it has {size / 1e6:,.1f} MB, and {SETTING} leaves {limit / 1e6:,.1f} MB")
            self._evict(limit - sum(self._coming.values()))
            if shutil.disk_usage(self.folder).free < size + pixel_cache.ROOM:
                del self._coming[part.name]
                raise NoRoom("the disk is nearly full")

    def keep(self, part: Path, url: str, tag: str, suffix: str) -> Path:
        """Make a part the object, and forget what was there of it before; return where it is."""
        path = self._path(url, tag, suffix)
        for old in self.folder.glob(f"{_short(url)}-*"):
            if old != path:
                old.unlink(missing_ok=True)
        part.replace(path)
        return path

    def _evict(self, room: int) -> None:
        """Remove what was not used for longest, until the rest has so many bytes at most."""
        found, now = [], time.time()
        for entry in os.scandir(self.folder):
            with contextlib.suppress(OSError):
                facts = entry.stat(follow_symlinks=False)
                if not entry.name.startswith("part-"):
                    found.append((facts.st_mtime, facts.st_size, entry.path))
                elif entry.name not in self._coming and now - facts.st_mtime > ABANDONED_S:
                    Path(entry.path).unlink(missing_ok=True)
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= room:
                break
            Path(path).unlink(missing_ok=True)
            total -= size

    def _path(self, url: str, tag: str, suffix: str) -> Path:
        return self.folder / f"{_short(url)}-{_short(tag)[:16]}{suffix if suffix[1:].isalnum() else ''}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
