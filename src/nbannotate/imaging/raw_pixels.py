"""Pixels in a file, row by row, of which a part is read: nothing stays in memory, and nothing stays mapped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

UNDONE = 128  # the gray of rows that are not decoded yet


class Level(Struct, frozen=True):
    """An image, or a reduced copy of it, in a file.

    Parameters
    ----------
    file
        Its name in its folder.
    width, height
        Of the copy, in pixels.
    channels
        1, 3 or 4; of four the last is no color: 255 in rows that are decoded.
    deep
        Whether a value has 16 bits.
    rows
        How many rows are there already.
    draft
        Whether a better one of the same size will come.
    """

    file: str
    width: int
    height: int
    channels: int
    deep: bool = False
    rows: int = 0
    draft: bool = False

    @property
    def dtype(self) -> Any:
        """The type of a value."""
        return np.dtype("<u2" if self.deep else "u1")

    @property
    def row(self) -> int:
        """Bytes of a row."""
        return self.width * self.channels * int(self.dtype.itemsize)

    def read(self, folder: Path, x0: int, y0: int, x1: int, y1: int, step: int = 1) -> NDArray[Any]:
        """Return pixels, ``(h, w)`` or ``(h, w, 3)``; with a step, each so many."""
        shape = (self.height, self.width) if self.channels == 1 else (self.height, self.width, self.channels)
        pixels = np.memmap(folder / self.file, self.dtype, "r", shape=shape)
        part = np.array(pixels[y0:y1:step, x0:x1:step])
        del pixels
        if self.channels == 4:
            if self.rows < y1:
                part[part[..., 3] == 0] = UNDONE
            part = np.ascontiguousarray(part[..., :3])
        return part
