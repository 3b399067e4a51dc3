"""The directories of a TIFF file, read without any decoder: little is read of it, whatever it says of itself.

A page is what one directory says. Values that stand elsewhere in the file are read only where they are wanted, loops of
directories end, and no count in the file decides how much memory is taken.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import BinaryIO

from msgspec import Struct

from nbannotate.errors import ReadFailed

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MOST_PAGES, MOST_TAGS, MOST_VALUES = 100_000, 4096, 1 << 22
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
WHOLE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # types of unsigned numbers
NEW_SUBFILE, SUBFILE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 254, 255, 256, 257, 258, 259, 262
STRIPS, ORIENTATION, SAMPLES, STRIP_BYTES, PLANAR = 273, 274, 277, 279, 284
TILES, TILE_BYTES, EXTRA, FORMAT = 324, 325, 338, 339
ELSEWHERE = frozenset({330, 34665, 34853, 40965, 288, 289})  # places in the file that are not copied: other directories
UNCOMPRESSED = 1


class Entry(Struct, frozen=True):
    """A tag: the type and the number of its values, and where in the file they stand."""

    kind: int
    count: int
    at: int


class Page(Struct, frozen=True):
    """What a directory says of an image.

    Parameters
    ----------
    index
        Which directory it is, from 0.
    width, length
        As they are stored.
    bits, samples, format
        Of a pixel: bits a sample (the most), samples, and what kind of numbers (1 unsigned, 2 signed, 3 float).
    photometric, planar, compression, orientation
        As the TIFF specification numbers them.
    reduced
        Whether it is a reduced copy of another page, or a mask.
    tiled
        Whether it is stored in tiles.
    tags
        All tags by number.
    """

    index: int
    width: int
    length: int
    bits: int
    samples: int
    format: int
    photometric: int
    planar: int
    compression: int
    orientation: int
    reduced: bool
    tiled: bool
    tags: dict[int, Entry]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, upright."""
        return (self.length, self.width) if self.orientation >= 5 else (self.width, self.length)

    @property
    def gray(self) -> bool:
        """Whether its values are one number a pixel, perhaps with transparency."""
        return self.photometric in (0, 1) and self.samples <= 2

    @property
    def kind(self) -> tuple[int, ...]:
        """What must be known to decode it."""
        return (self.bits, self.samples, self.format, self.photometric, self.planar, self.compression, self.tiled)


def is_tiff(head: bytes) -> bool:
    """Return whether a file begins as a TIFF or BigTIFF file."""
    return head[:4] in MAGIC


class Directories:
    """The directories of an open file.

    Parameters
    ----------
    file
        An open file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        head = self._read(0, 16, least=8)
        if not is_tiff(head):
            raise ReadFailed("The image cannot be read: it is not a TIFF file.")
        self.order = "<" if head[:1] == b"I" else ">"
        self.big = 43 in head[2:4]
        self.head = head[: 16 if self.big else 8]
        if len(self.head) < (16 if self.big else 8):
            raise ReadFailed("The image cannot be read: the TIFF file is cut off.")
        self._first = struct.unpack(self.order + ("Q" if self.big else "I"), self.head[-8 if self.big else -4 :])[0]

    def _read(self, at: int, size: int, least: int | None = None) -> bytes:
        body = b""
        if at < self._size:
            self._file.seek(at)
            body = self._file.read(size)
        if len(body) < (size if least is None else least):
            raise ReadFailed("The image cannot be read: the TIFF file is cut off, or its directory is damaged.")
        return body

    def pages(self) -> list[Page]:
        """Return all pages, in order; a directory that leads back to one before it is the last one."""
        found: list[Page] = []
        seen: set[int] = set()
        at = self._first
        while at and at not in seen:
            if len(found) >= MOST_PAGES:
                raise ReadFailed(f"The image cannot be read: the TIFF file has more than {MOST_PAGES:,} pages.")
            seen.add(at)
            tags, at = self._directory(at)
            found.append(self._page(len(found), tags))
        if not found:
            raise ReadFailed("The image cannot be read: the TIFF file has no page.")
        return found

    def _directory(self, at: int) -> tuple[dict[int, Entry], int]:
        """Return the tags of a directory, and where the next one stands."""
        wide, number, each = (8, "Q", 20) if self.big else (2, "H", 12)
        offset = "Q" if self.big else "I"
        count = struct.unpack(self.order + number, self._read(at, wide))[0]
        if count > MOST_TAGS:
            raise ReadFailed(f"The image cannot be read: a directory of the TIFF file has {count:,} tags.")
        width = struct.calcsize(offset)
        body = self._read(at + wide, count * each + width, least=count * each)
        tags: dict[int, Entry] = {}
        for i, (tag, kind, many, value) in enumerate(
            struct.iter_unpack(self.order + "HH" + offset + f"{width}s", body[: count * each])
        ):
            inline = SIZES.get(kind, 1) * many <= width
            place = at + wide + (i + 1) * each - width if inline else struct.unpack(self.order + offset, value)[0]
            tags.setdefault(tag, Entry(kind, many, place))
        rest = body[count * each :]
        return tags, struct.unpack(self.order + offset, rest)[0] if len(rest) == width else 0

    def values(self, entry: Entry | None, first: int = 0, count: int = 8) -> tuple[int, ...]:
        """Return some values of a tag: unsigned whole numbers; none if they are others."""
        if entry is None or entry.kind not in WHOLE:
            return ()
        count = max(0, min(count, entry.count - first))
        size = SIZES[entry.kind]
        body = self._read(entry.at + first * size, count * size)
        return struct.unpack(f"{self.order}{count}{WHOLE[entry.kind]}", body)

    def _page(self, index: int, tags: dict[int, Entry]) -> Page:
        def one(tag: int, otherwise: int) -> int:
            entry = tags.get(tag)
            return next(iter(self.values(entry, count=1)), otherwise) if entry is not None else otherwise

        for tag in (WIDTH, LENGTH):
            if tag not in tags or tags[tag].count != 1 or not one(tag, 0):
                which = "width" if tag == WIDTH else "height"
                raise ReadFailed(f"The image cannot be read: page {index + 1} of the TIFF file has no {which}.")
        orientation, bits = one(ORIENTATION, 1), self.values(tags.get(BITS), count=16)
        page = Page(
            index, one(WIDTH, 0), one(LENGTH, 0), max(bits, default=1), one(SAMPLES, max(1, len(bits))),
            max(self.values(tags.get(FORMAT), count=16), default=1), one(PHOTOMETRIC, 0), one(PLANAR, 1),
            one(COMPRESSION, 1), orientation if 1 <= orientation <= 8 else 1,
            bool(one(NEW_SUBFILE, 0) & 5) or one(SUBFILE, 0) == 2, TILES in tags, tags,
        )  # fmt: skip
        self._check_end(page)
        return page

    def _check_end(self, page: Page) -> None:
        """Raise ReadFailed if the last pixels of a page are not in the file any more."""
        places = page.tags.get(TILES) or page.tags.get(STRIPS)
        sizes = page.tags.get(TILE_BYTES) or page.tags.get(STRIP_BYTES)
        if places is None or not places.count:
            raise ReadFailed(f"The image cannot be read: page {page.index + 1} of the TIFF file has no pixels.")
        at = next(iter(self.values(places, places.count - 1, 1)), 0)
        size = next(iter(self.values(sizes, places.count - 1, 1)), 0) if sizes is not None else 0
        if page.compression == UNCOMPRESSED and places.count == 1 and not page.tiled:  # its size is often wrong there
            size = page.length * -(-page.width * page.bits * page.samples // 8) if page.photometric != 6 else 0
        if at + size > self._size and (size or at):
            raise ReadFailed(f"The image cannot be read: page {page.index + 1} of the TIFF file is cut off.")

    # ---- one page alone

    def alone(self, page: Page) -> bytes:
        """Return a TIFF file that holds one page as it is: nothing of it is decoded, nothing of its meaning changes."""
        offset, width, each = ("Q", 8, 20) if self.big else ("I", 4, 12)
        kept = {t: e for t, e in sorted(page.tags.items()) if t not in ELSEWHERE and e.kind in SIZES}
        places, sizes = (TILES, TILE_BYTES) if page.tiled else (STRIPS, STRIP_BYTES)
        parts = self._parts(page, kept, places, sizes)
        count = struct.pack(self.order + ("Q" if self.big else "H"), len(kept))
        start = len(self.head) + len(count) + len(kept) * each + width
        body, entries, filled = bytearray(), bytearray(), 0
        moved: list[int] = []
        for part in parts:
            moved.append(start + len(body))
            body += part
            body += b"\0" * (len(body) % 2)
        for tag, entry in kept.items():
            kind, many = entry.kind, entry.count
            if tag in (places, sizes):
                numbers: Sequence[int] = moved if tag == places else [len(part) for part in parts]
                kind, many = (16, len(numbers)) if self.big else (4, len(numbers))
                value = struct.pack(f"{self.order}{len(numbers)}{offset}", *numbers)
            else:
                filled += SIZES[kind] * many
                if filled > self._size:
                    raise ReadFailed("The image cannot be read: the TIFF file says more of itself than it holds.")
                value = self._read(entry.at, SIZES[kind] * many)
            if len(value) > width:
                at, value = start + len(body), value + b"\0" * (len(value) % 2)
                body += value
                value = struct.pack(self.order + offset, at)
            entries += struct.pack(f"{self.order}HH{offset}", tag, kind, many) + value.ljust(width, b"\0")
        first = struct.pack(self.order + offset, len(self.head))
        return self.head[:-width] + first + count + bytes(entries) + b"\0" * width + bytes(body)

    def _parts(self, page: Page, kept: dict[int, Entry], places: int, sizes: int) -> list[bytes]:
        """Return the strips or tiles of a page, as they are stored."""
        many = kept[places].count
        if many > MOST_VALUES:
            raise ReadFailed("The image cannot be read: the TIFF file has too many strips.")
        at = self.values(kept[places], count=many)
        long = self.values(kept.get(sizes), count=many)
        if len(long) != len(at):
            long = tuple(
                min(self._size - a, (page.length * page.width * page.bits * page.samples + 7) // 8) for a in at
            )
            kept[sizes] = Entry(16 if self.big else 4, many, 0)
        if sum(long) > self._size:
            raise ReadFailed("The image cannot be read: the strips of the TIFF file hold more than the file.")
        return [self._read(a, size) if size else b"" for a, size in zip(at, long, strict=True)]


def frames(pages: Sequence[Page]) -> list[Page]:
    """Return the pages that are images of their own: neither reduced copies nor masks.

    Where the first one is tiled, smaller pages of the same form are copies of it, whether they say so or not.
    """
    found = [page for page in pages if not page.reduced] or [pages[0]]
    first = found[0]
    if first.tiled:
        found = [page for page in found if page is first or not is_copy(page, first)]
    return found


def is_copy(page: Page, of: Page) -> bool:
    """Return whether a page has the form of another one and is smaller."""
    if page.width >= of.width or page.samples != of.samples:
        return False
    slack = 0.01 + 2 / min(page.width, page.length)
    return abs(page.width / page.length / (of.width / of.length) - 1) < slack
