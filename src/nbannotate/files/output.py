"""Output that destroys nothing: a file is replaced as a whole, links are followed, what must stay is refused.

A reader sees the old file or the new one, never a half. Only regular files are replaced; a pipe or a device is written
into, and ``-`` is standard output. A database is never replaced, nor what :func:`protecting` names.
"""

from __future__ import annotations

import functools
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from nbannotate.errors import CannotWrite, FolderMissing, NbannotateError
from nbannotate.files.workspace_folder import hidden_folder

#: The path that means standard output.
STANDARD = "-"
#: Where files that are open already have names.
OPEN = ("/dev/std", "/dev/fd/", "/proc/")

Identity = tuple[int, int]


class _Protected:
    """What must stay: a workspace with the files beside it, and images, which are looked up when it comes to that."""

    def __init__(self, database: Path | None, images: Callable[[], Iterable[str]]) -> None:
        self.database, self._images = database, images

    @functools.cached_property
    def images(self) -> set[Identity]:
        """What the images are; looked up once, for a folder may hold many files."""
        return identities(self._images())

    def check(self, target: Path, found: os.stat_result | None) -> None:
        """Raise CannotWrite if a file must stay, or is one by another name."""
        if self.database is not None:
            folder, name = self.database.parent, self.database.name
            hidden = hidden_folder(self.database)
            named = target.parent == folder and (target.name == name or target.name.startswith(f"{name}."))
            if named or target.is_relative_to(hidden):
                raise CannotWrite(f"{target} belongs to the workspace {self.database}; choose another name.")
            beside = [p for p in folder.iterdir() if p.name.startswith(name)] if folder.is_dir() else []
            beside += hidden.iterdir() if hidden.is_dir() else []
            if found is not None and identity(found) in identities(beside):
                raise CannotWrite(f"{target} is a file of the workspace {self.database}; choose another name.")
        if found is not None and identity(found) in self.images:
            raise CannotWrite(f"{target} is an image of the workspace; choose another name.")


_PROTECTED: ContextVar[tuple[_Protected, ...]] = ContextVar("_PROTECTED", default=())


@contextmanager
def protecting(database: str | os.PathLike[str] | None, images: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Refuse, in a ``with`` block, to write what belongs to a workspace.

    Parameters
    ----------
    database
        Its file, or None for one in memory.
    images
        Gives the paths of its images; asked only when a file would be replaced, and once.
    """
    real = None if database is None else Path(os.path.realpath(database))
    token = _PROTECTED.set((*_PROTECTED.get(), _Protected(real, images)))
    try:
        yield
    finally:
        _PROTECTED.reset(token)


def replace(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, all or nothing; links are followed.

    Parameters
    ----------
    path
        Where; ``-`` is standard output.
    data
        All of it.

    Raises
    ------
    CannotWrite
        It must stay, is a folder, or cannot be written; whatever is there is unchanged.
    """
    if os.fspath(path) == STANDARD:
        return to_standard_output(data)
    found = checked(path)
    target = Path(os.path.realpath(path))
    with saying(path):
        if is_written_into(path, found):
            return _write_into(Path(path), found, data)
        part = beside(target)
        try:
            part.write_bytes(data)
            move(part, target, found)
        finally:
            part.unlink(missing_ok=True)


def replace_with(path: str | os.PathLike[str], part: Path) -> None:
    """Put a file that was written at :func:`beside` into its place, as :func:`replace` would write it.

    Raises
    ------
    CannotWrite
        As :func:`replace`.
    """
    found = checked(path)
    with saying(path):
        if is_written_into(path, found):
            return _write_into(Path(path), found, part.read_bytes())
        move(part, Path(os.path.realpath(path)), found)


@contextmanager
def saying(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say in a sentence, in a ``with`` block, why something cannot be written."""
    try:
        yield
    except NbannotateError:
        raise
    except OSError as error:
        folder = Path(os.path.realpath(path)).parent
        if not folder.exists():
            why = f"there is no folder {folder}; create it first"
            raise FolderMissing(f"{path} cannot be written: {why}.") from None
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from None


def is_written_into(path: str | os.PathLike[str], found: os.stat_result | None) -> bool:
    """Return whether something is a pipe, a device or an open file, and so not replaced."""
    return found is not None and (os.fspath(path).startswith(OPEN) or not stat.S_ISREG(found.st_mode))


def beside(target: Path) -> Path:
    """Return a name beside a place, for what is moved there when it is complete."""
    return target.with_name(f".{secrets.token_hex(8)}.part")


def move(part: Path, target: Path, found: os.stat_result | None) -> None:
    """Move a file that is complete into its place."""
    if found is not None:
        part.chmod(stat.S_IMODE(found.st_mode))
    part.replace(target)


def checked(path: str | os.PathLike[str]) -> os.stat_result | None:
    """Return what is at a path now, or None; raise CannotWrite if it may not be written."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        found = None
    except (OSError, ValueError) as error:
        raise CannotWrite(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}.") from None
    if found is not None and stat.S_ISDIR(found.st_mode):
        raise CannotWrite(f"{path} is a folder; name a file.")
    _check_protected(path, found)
    if found is not None and stat.S_ISREG(found.st_mode):
        if not os.access(path, os.W_OK):
            raise CannotWrite(f"{path} cannot be written: it is read-only.")
        if _is_database(Path(path)):
            raise CannotWrite(f"{path} is a DuckDB database; it is not replaced. Choose another name.")
    return found


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raise CannotWrite if a folder may not be written, or may not be replaced because of what is in it."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_dir():
        raise CannotWrite(f"{path} is a file; name a folder.")
    _check_protected(target, None)
    for folder, _, names in os.walk(target):
        for name in names:
            if not (file := Path(folder, name)).is_symlink():  # to take a link away changes nothing elsewhere
                checked(file)


def _check_protected(path: str | os.PathLike[str], found: os.stat_result | None) -> None:
    """Raise CannotWrite if something must stay."""
    for known in _PROTECTED.get():
        known.check(Path(os.path.realpath(path)), found)


def is_standard(path: str | os.PathLike[str]) -> bool:
    """Return whether a path means standard output: ``-``, or a name of it such as ``/dev/stdout``."""
    if os.fspath(path) == STANDARD:
        return True
    try:
        return _is_standard_output(Path(path).stat())
    except OSError:
        return False


def to_standard_output(data: bytes) -> None:
    """Write to standard output, in a notebook below the cell."""
    sys.stdout.flush()
    if buffer := getattr(sys.stdout, "buffer", None):
        buffer.write(data)
        buffer.flush()
    else:
        sys.stdout.write(data.decode())


def identity(found: os.stat_result) -> Identity:
    """Return what is the same for all names of one file."""
    return found.st_dev, found.st_ino


def identities(paths: Iterable[str | os.PathLike[str]]) -> set[Identity]:
    """Return what files are, whatever they are called; those that are not there have nothing."""
    known = set()
    for path in paths:
        with suppress(OSError, ValueError):
            known.add(identity(os.stat(path)))  # noqa: PTH116 (a Path for each of a million images takes a second)
    return known


def _is_standard_output(found: os.stat_result) -> bool:
    try:
        return identity(found) == identity(os.fstat(sys.__stdout__.fileno() if sys.__stdout__ else 1))
    except (OSError, ValueError):
        return False


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


def _write_into(path: Path, found: os.stat_result | None, data: bytes) -> None:
    """Write into a pipe, a device, or a file that is open already; a pipe that nobody reads is refused."""
    if found is not None and _is_standard_output(found):
        return to_standard_output(data)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}; is anybody reading from it?") from None
    with os.fdopen(handle, "wb") as file:
        os.set_blocking(handle, True)
        file.write(data)
