"""Files that come one after the other, in one request: the operation takes the first while later ones are made."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path

from nbannotate.errors import InvalidInput
from nbannotate.owner import parts

#: What the header of a request says in place of sizes: each part stands behind a line with its name and its size.
COMING = "coming"
#: Of the arguments.
FIRST = "arguments"
#: After so many seconds in which nothing came it is told that one must wait.
PATIENCE_S = 5.0

#: So many characters such a line has at most.
LONGEST_LINE = 64
_LINE = re.compile(rb"([a-z]{1,20}) (\d{1,15})")


class NotMade(Exception):
    """A file could not be made; the cause says why."""


class Files:
    """Files that are made when they are asked for; those that were made can be gone through again.

    Parameters
    ----------
    coming
        The name of the table that each holds, and where it is.
    """

    def __init__(self, coming: Iterable[tuple[str, Path]]) -> None:
        self._coming = iter(coming)
        self._made: list[tuple[str, Path]] = []

    def __iter__(self) -> Iterator[tuple[str, Path]]:
        number = 0
        while True:
            if number == len(self._made):
                found = next(self._coming, None)
                if found is None:
                    return
                self._made.append(found)
            yield self._made[number]
            number += 1


class Body:
    """The body of a request whose files are made while it is sent.

    Parameters
    ----------
    first
        The arguments.
    files
        What comes behind them.
    """

    def __init__(self, first: bytes, files: Files) -> None:
        self.first, self.files = first, files

    def __iter__(self) -> Iterator[bytes]:
        yield _line(FIRST, len(self.first)) + self.first
        try:
            for name, file in self.files:
                yield _line(name, file.stat().st_size)
                yield from parts.pieces(file)
        except Exception as error:
            raise NotMade from error

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        return {parts.HEADER: COMING}


def _line(name: str, size: int) -> bytes:
    return f"{name} {size}\n".encode()


class Arriving:
    """The files of a request for whoever takes them, in a thread of its own; they stay until :meth:`remove`.

    To go through them waits for the next one. After :data:`PATIENCE_S` it gives None, so that who waits can let go of
    what others may wait for.

    Parameters
    ----------
    stream
        The body.
    folder
        Where the files are put.
    """

    def __init__(self, stream: AsyncIterator[bytes], folder: Path) -> None:
        self._stream, self._folder, self._rest = stream, folder, b""
        self._files: list[tuple[str, Path]] = []
        self._written: list[Path] = []
        self._ended = self._unwanted = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def __iter__(self) -> Iterator[tuple[str, Path] | None]:
        number = 0
        while True:
            found, ended = self._next(number)
            if ended:
                return
            yield found
            number += found is not None

    def _next(self, number: int) -> tuple[tuple[str, Path] | None, bool]:
        """Return a file by its number, None if it does not come for a while, and whether there is none."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._files) > number or self._ended, PATIENCE_S)
            if len(self._files) > number:
                return self._files[number], False
            if self._error is not None:
                raise self._error
            return None, self._ended

    async def arguments(self, largest: int) -> bytes:
        """Return the arguments, which come first."""
        name, size = await self._line() or ("", 0)
        if name != FIRST or size > largest:
            raise InvalidInput(f"A request begins with its arguments, {largest >> 20} MiB at most.")
        return b"".join([piece async for piece in self._take(size)])

    async def receive(self, check: Callable[[int], None]) -> None:
        """Take all files; ``check`` is told how many bytes they have until now. Who waits is told what goes wrong."""
        try:
            await self._receive(check)
        except Exception as error:
            self._end(error)
            async for _ in self._stream:  # who sends hears the answer when all is sent
                pass
            raise
        except BaseException as error:
            self._end(error)
            raise
        self._end(None)

    async def _receive(self, check: Callable[[int], None]) -> None:
        total = 0
        while (line := await self._line()) is not None:
            name, size = line
            total += size
            check(total)
            file = self._folder / f"{secrets.token_hex(8)}.parquet"
            await self._write(file, size)
            with self._changed:
                self._files.append((name, file))
                self._changed.notify_all()

    def _end(self, error: BaseException | None) -> None:
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def waste(self) -> None:
        """Say that nobody wants what comes from now on."""
        self._unwanted = True

    def remove(self) -> None:
        """Remove the files."""
        parts.remove(self._written)

    async def _write(self, file: Path, size: int) -> None:
        self._written.append(file)
        file.touch(mode=0o600)
        with file.open("wb") as out:
            async for piece in self._take(size):
                if not self._unwanted:
                    out.write(piece)

    async def _line(self) -> tuple[str, int] | None:
        """Return the name and the size of the next part, or None at the end."""
        while (end := self._rest.find(b"\n")) < 0 and len(self._rest) < LONGEST_LINE:
            if not (more := await self._more()):
                break
            self._rest += more
        if not self._rest:
            return None
        found = _LINE.fullmatch(self._rest[: max(end, 0)])
        if found is None:
            raise InvalidInput("The parts of a request stand behind lines with their names and sizes.")
        self._rest = self._rest[end + 1 :]
        return found[1].decode(), int(found[2])

    async def _take(self, size: int) -> AsyncIterator[bytes]:
        """Go through the next bytes."""
        while size:
            if not self._rest and not (more := await self._more()):
                raise InvalidInput("The request is shorter than it says.")
            elif not self._rest:
                self._rest = more
            piece, self._rest = self._rest[:size], self._rest[size:]
            size -= len(piece)
            yield piece

    async def _more(self) -> bytes:
        """Return what comes next; nothing at the end."""
        async for piece in self._stream:
            if piece:
                return piece
        return b""
