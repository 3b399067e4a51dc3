"""Tiled TIFF files, read where one looks: no more of the file is decoded than the tiles that are wanted.

Needs tifffile. Tiles of 8 bits in gray or RGB and of 16 bits in gray are read, without compression or with deflate,
PackBits or JPEG, and others as far as imagecodecs is installed; every other file is decoded as a whole.
"""

from __future__ import annotations

import io
import os
import threading
import weakref
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nbannotate.errors import ReadFailed
from nbannotate.imaging import ifd, raster, tiff

KEPT = 32 << 20  # bytes of decoded tiles that are remembered
JPEG, SMALLEST, MOST_COPIES = 7, 2048, 64
#: Says to a decoder that the three components are RGB as they are, not YCbCr.
PLAIN_RGB = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"


class Tiled:
    """An open TIFF file with tiles, perhaps with reduced copies.

    Parameters
    ----------
    path
        The file.
    frame
        Counted from 0.
    """

    def __init__(self, path: Path, frame: int = 0) -> None:
        with path.open("rb") as file:
            pages = ifd.Directories(file).pages()
        images = ifd.frames(pages)
        self._file = tiff.library().TiffFile(path)
        try:
            first = self._file.pages[images[frame].index]
            others = [self._file.pages[p.index] for p in pages[:MOST_COPIES] if p.index != images[0].index]
            self.levels = [first, *_copies(first, others if len(images) == 1 else [])]
            self.levels = [page for page in self.levels if _readable(page)]
            if not self.levels or self.levels[0] is not first or not _good(first):
                raise ReadFailed("The image is not read by tiles.")
            self.width, self.height = int(first.imagewidth), int(first.imagelength)
            self.deep = int(first.bitspersample) == 16
            self.inverted = self.deep and int(first.photometric) == 0
            self._handle = os.dup(self._file.filehandle.fileno())
            self._end = weakref.finalize(self, _close, self._file, self._handle)
        except BaseException:
            self._file.close()
            raise
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, int], NDArray[Any]] = OrderedDict()

    @classmethod
    def of(cls, path: Path, frame: int = 0) -> Tiled | None:
        """Return a file, or None if it cannot be read by tiles."""
        try:
            with path.open("rb") as file:
                if not tiff.is_tiff(file.read(4)):
                    return None
            return cls(path, frame)
        except Exception:  # noqa: BLE001  whatever is odd about it: Pillow and libtiff say what
            return None

    @property
    def held(self) -> int:
        """Bytes of the decoded tiles that are remembered."""
        return sum(tile.nbytes for tile in self._kept.values())

    @property
    def complete(self) -> bool:
        """Whether its own reduced copies go down to a small one."""
        last = self.levels[-1]
        return int(max(last.imagewidth, last.imagelength)) <= SMALLEST

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._kept.clear()
            self._handle = -1
            self._end()

    def read(self, level: int, x0: int, y0: int, x1: int, y1: int) -> NDArray[Any]:
        """Return pixels of a level: ``(h, w)`` of uint8 or uint16, or ``(h, w, 3)`` of uint8."""
        page = self.levels[level]
        w, h = int(page.tilewidth), int(page.tilelength)
        across = -(-int(page.imagewidth) // w)
        shape = (y1 - y0, x1 - x0) if int(page.samplesperpixel) == 1 else (y1 - y0, x1 - x0, 3)
        out = np.zeros(shape, np.uint16 if self.deep else np.uint8)
        for row in range(y0 // h, -(-y1 // h)):
            for column in range(x0 // w, -(-x1 // w)):
                tile = self._tile(level, row * across + column)
                left, top = max(x0, column * w), max(y0, row * h)
                right, bottom = min(x1, (column + 1) * w), min(y1, (row + 1) * h)
                part = tile[top - row * h : bottom - row * h, left - column * w : right - column * w]
                out[top - y0 : bottom - y0, left - x0 : right - x0] = part
        return out

    def _tile(self, level: int, index: int) -> NDArray[Any]:
        with self._lock:
            known = self._kept.get((level, index))
            if known is not None:
                self._kept.move_to_end((level, index))
                return known
            tile = self._decoded(self.levels[level], index)
            self._kept[level, index] = tile
            while self.held > KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)
            return tile

    def _decoded(self, page: Any, index: int) -> NDArray[Any]:
        shape = (int(page.tilelength), int(page.tilewidth))
        offset, size = page.dataoffsets[index], page.databytecounts[index]
        if not size:  # a tile that was left out
            return np.zeros(shape if int(page.samplesperpixel) == 1 else (*shape, 3), page.dtype)
        try:
            body = os.pread(self._handle, size, offset)
            tile = _from_jpeg(page, body) if int(page.compression) == JPEG else np.asarray(page.decode(body, index)[0])
        except Exception as error:
            raise ReadFailed(f"The image cannot be decoded: tile {index} is damaged ({error}).") from error
        tile = (
            np.squeeze(tile.reshape(-1, *tile.shape[-3:])[0], axis=2) if tile.ndim > 2 and tile.shape[-1] == 1 else tile
        )
        tile = tile.reshape(tile.shape[-3:]) if tile.ndim > 3 else tile
        if tile.ndim == 3 and tile.shape[2] == 4:
            tile = np.asarray(raster.flat(Image.fromarray(np.ascontiguousarray(tile), "RGBA")))
        if tile.shape[:2] != shape:  # at the right or the lower edge, some files have smaller ones
            whole = np.zeros((*shape, *tile.shape[2:]), tile.dtype)
            whole[: tile.shape[0], : tile.shape[1]] = tile[: shape[0], : shape[1]]
            tile = whole
        if int(page.photometric) == 0 and not self.deep:
            tile = 255 - tile
        return tile


def _close(file: Any, handle: int) -> None:
    os.close(handle)
    file.close()


def _from_jpeg(page: Any, body: bytes) -> NDArray[Any]:
    """Return a tile that is a JPEG of its own, or one whose tables stand in the header of the file."""
    tables = page.jpegtables
    head = bytes(tables[2:-2]) if tables else b""
    plain = PLAIN_RGB if int(page.photometric) == 2 else b""
    image = Image.open(io.BytesIO(body[:2] + plain + head + body[2:]), formats=("JPEG",))
    return np.asarray(image.convert("L" if int(page.samplesperpixel) == 1 else "RGB"))


def _good(page: Any) -> bool:
    """Return whether the pixels of a page are those that tiles are read of."""
    if page.tags.get(274) is not None and int(page.tags[274].value) != 1:  # its orientation
        return False
    samples, bits, kind = int(page.samplesperpixel), page.bitspersample, int(page.photometric)
    if page.dtype is None or page.dtype.kind != "u":
        return False
    gray = samples == 1 and kind in (0, 1) and bits in (8, 16)
    return gray or (samples in (3, 4) and kind in (2, 6) and bits == 8 and int(page.planarconfig) == 1)


def _readable(page: Any) -> bool:
    """Return whether a page has tiles whose compression is known here."""
    if not page.is_tiled or getattr(page, "tiledepth", 1) > 1:
        return False
    if int(page.compression) == JPEG:
        return bool(page.bitspersample == 8)
    try:
        page.decode(b"", 0) if page.databytecounts[0] == 0 else page.decode(_first(page), 0)
    except Exception:  # noqa: BLE001  it needs imagecodecs, or is damaged
        return False
    return True


def _first(page: Any) -> bytes:
    handle = page.parent.filehandle
    handle.seek(page.dataoffsets[0])
    body: bytes = handle.read(page.databytecounts[0])
    return body


def _copies(first: Any, others: list[Any]) -> list[Any]:
    """Return reduced copies of a page, from the largest: its sub-pages, or other pages of a file with one image."""
    subs = min(len(first.subifds or ()), MOST_COPIES)
    found = [first.pages[i] for i in range(subs)] or others
    aspect = first.imagewidth / first.imagelength
    same = [
        page for page in found
        if page.imagewidth < first.imagewidth and page.samplesperpixel == first.samplesperpixel
        and page.bitspersample == first.bitspersample and page.photometric == first.photometric
        and abs(page.imagewidth / page.imagelength / aspect - 1) < 0.01 + 2 / min(page.imagewidth, page.imagelength)
    ]  # fmt: skip
    return sorted(same, key=lambda page: -page.imagewidth)
