"""CSV files whose lines are about images: found again image by image, without all of them in memory.

A line is kept as its place in the file: 12 bytes, and no text.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats._outcome import Problems

MARK = "\ufeff"


def header(source: Source, member: str) -> list[str]:
    """Return the fields of the first line; none if it is no text."""
    first = next(source.pieces(member, 1 << 14), b"").split(b"\n", 1)[0]
    try:
        return next(csv.reader([first.decode("utf-8-sig").rstrip("\r")]), [])
    except (UnicodeDecodeError, csv.Error):
        return []


class Table:
    """One CSV file, its lines by the image that they are about; close it.

    Parameters
    ----------
    source
        What is read.
    member
        The file.
    key
        The column that names the image.
    images
        The numbers of the images by their names; grows by those that are new.
    problems
        Is told the lines that have too few or too many fields.
    """

    def __init__(self, source: Source, member: str, key: str, images: dict[str, int], problems: Problems) -> None:
        self.member, self._source = member, source
        self.columns: list[str] = header(source, member)
        self._file = _seekable(source, member)
        self._problems = problems
        numbers, places, lines = array("L"), array("Q"), array("L")
        at = self.columns.index(key)
        for line, (place, found) in enumerate(self._every(), 1):
            if line == 1 or not found:
                continue
            if len(found) != len(self.columns):
                problems.add("lines", f"they have not {len(self.columns)} fields, as the first line", self.place(line))
                continue
            numbers.append(images.setdefault(found[at].strip(), len(images)))
            places.append(place)
            lines.append(line)
        every = np.frombuffer(numbers, dtype=numbers.typecode) if numbers else np.zeros(0, np.int64)
        order = np.argsort(every, kind="stable")
        self._numbers = every[order]
        self._places = np.frombuffer(places, dtype=np.uint64)[order] if places else every
        self._lines = np.frombuffer(lines, dtype=lines.typecode)[order] if lines else every

    def __len__(self) -> int:
        return len(self._numbers)

    def place(self, line: int) -> str:
        """Return how a line is named in a message."""
        return f"{self.member}:{line}"

    def of(self, image: int) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the lines about an image with their places, in their order: fields by the names of the columns."""
        first, last = np.searchsorted(self._numbers, [image, image + 1])
        for place, line in zip(self._places[first:last].tolist(), self._lines[first:last].tolist(), strict=True):
            self._file.seek(place)
            found = fields(self._record()) or []
            yield self.place(line), dict(zip(self.columns, found, strict=False))

    def values(self, column: str) -> Iterator[str]:
        """Yield the values of a column, in the order of the file."""
        if column in self.columns:
            at = self.columns.index(column)
            for _, found in self._every():
                if len(found) == len(self.columns) and found != self.columns:
                    yield found[at].strip()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _every(self) -> Iterator[tuple[int, list[str]]]:
        """Yield all lines with the places where they begin."""
        self._file.seek(0)
        while True:
            place = self._file.tell()
            record = self._record()
            if not record:
                return
            found = fields(record)
            if found is None:
                raise ReadFailed(f"{self._source.said(self.member)} is no CSV in UTF-8, from byte {place} on.")
            yield place, found

    def _record(self) -> bytes:
        """Return the next line; one with an open quote goes on in the next."""
        record = self._file.readline()
        while record.count(b'"') % 2 and len(record) < 1 << 20:
            more = self._file.readline()
            if not more:
                break
            record += more
        return record


def fields(record: bytes) -> list[str] | None:
    """Return the fields of one line; None if it is no text in UTF-8."""
    try:
        found = next(csv.reader(io.StringIO(record.decode().removeprefix(MARK), newline="")), [])
    except (UnicodeDecodeError, csv.Error):
        return None
    return found


def _seekable(source: Source, member: str) -> IO[bytes]:
    local: Path | None = source.local(member)
    if local is not None:
        return local.open("rb")
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the table
    with source.open(member) as packed:
        shutil.copyfileobj(packed, file, 1 << 20)
    return file


def line(values: Sequence[str]) -> bytes:
    """Return one line of CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()
