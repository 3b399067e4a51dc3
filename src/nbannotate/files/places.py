"""Where a data set lies: a file, a folder or a zip, and which members of it are read.

What is hidden, no regular file, or a link out of the folder is passed over, unless it leads to a file that the
workspace has; a zip with absolute names, ``..``, a password, or far more in it than is right is refused.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from nbannotate.errors import ReadFailed

T = TypeVar("T")

#: A zip is refused with more members, more bytes unpacked, or, beyond ``FREE`` bytes, if it is packed more tightly.
MOST_MEMBERS, MOST_BYTES, TIGHTEST, FREE = 5_000_000, 1 << 40, 200, 1 << 28


class Place(Protocol):
    """Where members are: a file, a folder or a zip."""

    @property
    def members(self) -> tuple[str, ...]:
        """The relative paths with ``/`` of what is read, sorted."""
        ...

    @property
    def passed_over(self) -> Counter[str]:
        """What is no member, by the reason."""
        ...

    def open(self, member: str) -> IO[bytes]:
        """Return a member as a file of bytes."""
        ...

    def size(self, member: str) -> int:
        """Return how many bytes a member has."""
        ...

    def local(self, member: str) -> Path | None:
        """Return where a member is on this machine, if it is a file there."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def is_zip(path: Path) -> bool:
    """Return whether a file is a zip, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == b"PK" and zipfile.is_zipfile(file)


class File:
    """One file."""

    def __init__(self, path: Path) -> None:
        path.stat()
        self.path, self.members, self.passed_over = path, (path.name,), Counter[str]()

    def open(self, member: str) -> IO[bytes]:
        """Return a member as a file of bytes."""
        return self.path.open("rb")

    def size(self, member: str) -> int:
        """Return how many bytes a member has."""
        return self.path.stat().st_size

    def local(self, member: str) -> Path | None:
        """Return where a member is on this machine, if it is a file there."""
        return self.path

    def close(self) -> None:
        """There is nothing to let go of."""


class Folder:
    """A folder with all below it."""

    def __init__(self, path: Path, known: Callable[[str], bool]) -> None:
        self.path, self.passed_over, self._known = path, Counter[str](), known
        self._root = os.path.realpath(path)
        self.members = tuple(sorted(self._walk()))

    def _walk(self) -> Iterator[str]:
        """Go through regular files; links are followed as long as they stay in the folder, into folders never."""
        folders = [""]
        while folders:
            below = folders.pop()
            try:
                with os.scandir(self.path / below) as entries:
                    found = list(entries)
            except PermissionError:
                self.passed_over["folders that cannot be read"] += 1
                continue
            for entry in found:
                member = f"{below}/{entry.name}" if below else entry.name
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    continue
                if entry.is_symlink() and not self._may_follow(member):
                    self.passed_over["links out of the folder"] += 1
                elif entry.is_dir():
                    if entry.is_symlink():
                        self.passed_over["links to folders"] += 1
                    else:
                        folders.append(member)
                elif entry.is_file():
                    yield member
                else:
                    self.passed_over["no regular files"] += 1

    def _may_follow(self, member: str) -> bool:
        real = os.path.realpath(self.path / member)
        return f"{real}{os.sep}".startswith(f"{self._root}{os.sep}") or self._known(real)

    def open(self, member: str) -> IO[bytes]:
        """Return a member as a file of bytes."""
        return (self.path / member).open("rb")

    def size(self, member: str) -> int:
        """Return how many bytes a member has."""
        return (self.path / member).stat().st_size

    def local(self, member: str) -> Path | None:
        """Return where a member is on this machine, if it is a file there."""
        return self.path / member

    def close(self) -> None:
        """There is nothing to let go of."""


class Zip:
    """A zip; nothing is unpacked before it is read."""

    def __init__(self, path: Path, name: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise ReadFailed(f"{name} is a damaged zip: {error}.") from None
        self._name, self.passed_over = name, Counter[str]()
        try:
            self._infos = self._checked(name)
        except ReadFailed:
            self._zip.close()
            raise
        self.members = tuple(sorted(self._infos))

    def _checked(self, name: str) -> dict[str, zipfile.ZipInfo]:
        """Return the members by name; refuse what could do harm."""
        found: dict[str, zipfile.ZipInfo] = {}
        infos = self._zip.infolist()
        packed, unpacked = sum(i.compress_size for i in infos), sum(i.file_size for i in infos)
        if len(infos) > MOST_MEMBERS or unpacked > MOST_BYTES or unpacked > max(FREE, TIGHTEST * packed):
            raise ReadFailed(
                f"{name} would unpack to {len(infos):,} files of {unpacked:,} bytes from {packed:,}, which no data set "
                "does; it is not read. If it is right, unpack it and name the folder."
            )
        for info in infos:
            member = info.filename.replace("\\", "/")
            parts = member.split("/")
            if member.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", member) or "\0" in member:
                raise ReadFailed(f"{name} holds {member!r:.100}, which leads out of it; it is not read.")
            if info.is_dir() or any(part.startswith(".") or part == "__MACOSX" for part in parts):
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                self.passed_over["links in the zip"] += 1
            elif info.flag_bits & 1:
                raise ReadFailed(f"{name} is protected by a password; unpack it and name the folder.")
            elif member in found:
                raise ReadFailed(f"{name} holds {member!r:.100} twice; it is not read.")
            else:
                found[member] = info
        return found

    def open(self, member: str) -> IO[bytes]:
        """Return a member as a file of bytes."""
        return io.BufferedReader(_Unpacked(self._zip.open(self._infos[member]), f"{self._name}: {member}"), 1 << 16)

    def size(self, member: str) -> int:
        """Return how many bytes a member has."""
        return self._infos[member].file_size

    def local(self, member: str) -> Path | None:
        """Return where a member is on this machine, if it is a file there."""
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()


class _Unpacked(io.RawIOBase):
    """A member of a zip while it is read; that it is damaged is said in a sentence, wherever that is noticed."""

    def __init__(self, file: IO[bytes], said: str) -> None:
        self._file, self._said = file, said

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._told(lambda: self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._told(lambda: self._file.seek(offset, whence))

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()

    def _told(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise ReadFailed(f"{self._said} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
