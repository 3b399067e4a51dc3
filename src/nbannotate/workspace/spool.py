"""Rows of a data set that are put aside on the disk, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import msgspec

from nbannotate import formats
from nbannotate.model.values import as_stored

#: So many images are put aside at once.
PIECE = 1_000


class Spool:
    """Rows that are put aside until all of them are known, and can be gone through again.

    Parameters
    ----------
    file
        An empty file for them, open for reading and writing.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._lengths = file, list[int]()
        self._rows: list[formats.Row] = []

    def add(self, row: formats.Row) -> None:
        """Put a row aside."""
        self._rows.append(row)
        if len(self._rows) == PIECE:
            self.finish()

    def finish(self) -> None:
        """Write what is left of the last piece."""
        if self._rows:
            data = msgspec.json.encode(self._rows)
            self._file.write(data)
            self._lengths.append(len(data))
            self._rows = []

    def __iter__(self) -> Iterator[formats.Row]:
        self._file.seek(0)
        for length in self._lengths:
            data = self._file.read(length)
            with as_stored():
                rows = msgspec.json.decode(data, type=list[formats.Row])
            yield from rows
