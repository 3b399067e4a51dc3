"""COCO's run-length encoding of masks, and the part of an image in which a mask has pixels.

The compressed string is COCO's own (``maskApi.c``): run lengths column by column, each from the third on as the
difference to the one before the last, in groups of five bits from the lowest, as characters from ``"0"`` on.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.errors import InvalidInput
from nbannotate.model import Rle

Pixels = NDArray[np.bool_]
Runs = NDArray[np.int64]
MOST_PIXELS = 1_000_000_000  # of an image with masks


class Region(Struct, frozen=True, eq=False):
    """Pixels in a part of an image: ``pixels[i, j]`` is the image's pixel ``(x + j, y + i)``; there are no others."""

    x: int
    y: int
    pixels: Pixels

    def trimmed(self) -> Region | None:
        """Return the same pixels in the smallest box around them, or None if there are none."""
        rows, columns = np.flatnonzero(self.pixels.any(axis=1)), np.flatnonzero(self.pixels.any(axis=0))
        if not len(rows):
            return None
        part = self.pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return Region(self.x + int(columns[0]), self.y + int(rows[0]), part)

    def within(self, box: tuple[int, int, int, int]) -> Pixels:
        """Return the pixels of a box ``(x0, y0, x1, y1)``, as an array of its size; what is not here is empty."""
        x0, y0, x1, y1 = box
        found = np.zeros((max(0, y1 - y0), max(0, x1 - x0)), dtype=bool)
        height, width = self.pixels.shape
        left, top = max(x0, self.x), max(y0, self.y)
        right, bottom = min(x1, self.x + width), min(y1, self.y + height)
        if right > left and bottom > top:
            part = self.pixels[top - self.y : bottom - self.y, left - self.x : right - self.x]
            found[top - y0 : bottom - y0, left - x0 : right - x0] = part
        return found

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The box of the array in the image: ``(x0, y0, x1, y1)``."""
        height, width = self.pixels.shape
        return self.x, self.y, self.x + width, self.y + height


def compress(counts: Sequence[int]) -> str:
    """Return run lengths as COCO's string."""
    given = list(map(int, counts))
    before = [0, 0, 0, *given[1:-2]][: len(given)]
    return "".join(map(_letters, map(operator.sub, given, before)))


@lru_cache(maxsize=4096)
def _letters(value: int) -> str:
    """Return a number of COCO's string; most are small, and come again and again."""
    out = []
    more = True
    while more:
        bits = value & 31
        value >>= 5
        more = value != (-1 if bits & 16 else 0)
        out.append(chr(48 + bits + (32 if more else 0)))
    return "".join(out)


def expand(text: str) -> list[int]:
    """Return the run lengths of COCO's string.

    Raises
    ------
    InvalidInput
        If it is not such a string.
    """
    counts: list[int] = []
    value = shift = 0
    for letter in text:
        code = ord(letter) - 48
        if not 0 <= code < 64 or shift > 60:
            raise InvalidInput("The mask's counts are not a compressed COCO string.")
        value |= (code & 31) << shift
        shift += 5
        if not code & 32:
            if code & 16:
                value -= 1 << shift
            if len(counts) > 2:
                value += counts[-2]
            if value < 0:
                raise InvalidInput("The mask's counts have a run of negative length.")
            counts.append(value)
            value = shift = 0
    if shift:
        raise InvalidInput("The mask's counts end in the middle of a number.")
    return counts


@lru_cache(maxsize=256)
def spans(rle: Rle) -> tuple[Runs, Runs]:
    """Return where the runs of pixels begin and end, counted column by column over the whole image; to be looked at.

    Raises
    ------
    InvalidInput
        If the counts are not those of an image of that size.
    """
    height, width = rle.size
    if height < 1 or width < 1 or height * width > MOST_PIXELS:
        raise InvalidInput(f"The mask has the size {height} × {width}, which no image has.")
    counts = expand(rle.counts)
    if sum(counts) != height * width:
        raise InvalidInput(f"The mask's counts add up to {sum(counts)} pixels, not to {height} × {width}.")
    edges = np.cumsum(np.array(counts, dtype=np.int64))
    begin, end = edges[: len(edges) // 2 * 2 : 2], edges[1::2]
    return begin[end > begin], end[end > begin]


def area(rle: Rle) -> int:
    """Return the number of pixels."""
    begin, end = spans(rle)
    return int((end - begin).sum())


@lru_cache(maxsize=1024)  # whoever reads a mask asks for it three times
def box_of(rle: Rle) -> tuple[int, int, int, int] | None:
    """Return the smallest box around the pixels, ``(x0, y0, x1, y1)``, or None if there are none.

    It is that of :func:`decode`, whose pixels take several times as long.

    Raises
    ------
    InvalidInput
        If the counts are not those of an image of that size.
    """
    begin, end = spans(rle)
    if not len(begin):
        return None
    height = rle.size[0]
    left, right = int(begin[0] // height), int((end[-1] - 1) // height) + 1
    first, last = begin % height, (end - 1) % height
    if (last - first < end - 1 - begin).any():  # it goes on at the top of the next column
        return left, 0, right, height
    return left, int(first.min()), right, int(last.max()) + 1


@lru_cache(maxsize=256)
def decode(rle: Rle) -> Region | None:
    """Return the pixels in the smallest box around them, or None if there are none.

    Raises
    ------
    InvalidInput
        If the counts are not those of an image of that size.
    """
    begin, end = spans(rle)
    if not len(begin):
        return None
    height = rle.size[0]
    left, right = int(begin[0] // height), int((end[-1] - 1) // height) + 1
    steps = np.zeros((right - left) * height + 1, dtype=np.int8)
    np.add.at(steps, begin - left * height, 1)
    np.add.at(steps, end - left * height, -1)
    pixels = np.cumsum(steps[:-1], dtype=np.int8).astype(bool).reshape(right - left, height).T
    found = Region(left, 0, pixels).trimmed()
    if found is not None:
        found.pixels.setflags(write=False)
    return found


def encode(region: Region | None, height: int, width: int) -> Rle:
    """Return the pixels of an image of that size as COCO stores them; what is outside is left out."""
    begin = end = np.zeros(0, np.int64)
    if region is not None:
        x0, y0, x1, y1 = region.box
        box = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
        if box[2] > box[0] and box[3] > box[1]:
            columns = np.pad(region.within(box).T, ((0, 0), (1, 1))).astype(np.int8)
            steps = np.diff(columns, axis=1)
            (column, row), (_, below) = np.nonzero(steps == 1), np.nonzero(steps == -1)
            begin, end = (box[0] + column) * height + box[1] + row, (box[0] + column) * height + box[1] + below
            joined = np.flatnonzero(end[:-1] == begin[1:])
            begin, end = np.delete(begin, joined + 1), np.delete(end, joined)
    edges = np.concatenate([[0], np.stack([begin, end], axis=1).ravel(), [height * width]])
    counts = np.diff(edges)
    return Rle((height, width), compress(counts[: -1 if counts[-1] == 0 and len(counts) > 1 else None].tolist()))
