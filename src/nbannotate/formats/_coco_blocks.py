"""Reads annotations of COCO by the thousand: what is only a geometry with a label as numbers, the rest one by one."""

from __future__ import annotations

import itertools
import math
import secrets
import tempfile
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate.files import number_lists
from nbannotate.formats import _coco_extra, _json
from nbannotate.formats._coco_extra import OURS
from nbannotate.formats._coco_file import CocoFile
from nbannotate.formats._coco_reader import Known, Reader
from nbannotate.formats._contract import Apart, Block, Id, Row
from nbannotate.model import Shape
from nbannotate.rules.well_formed import MAX_POINTS, MAX_SHAPES
from nbannotate.shapes.many import Many, geometry_of, starts_of

#: So many annotations are one block, those of an image together.
PIECE = 10_000
#: Ids from here on are looked at one by one.
LARGEST = 2**53
_NO_BOX = [math.nan] * 4
#: What stands in texts, true, false, null and numbers with an exponent; and between lines.
_OTHERS = (b'"', b"e", b"E", b"u", b"\n")


class _Ours(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Our own field, where it says no more than the id of the shape."""

    shape_ids: tuple[str, ...] = ()


class _Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An annotation that may be only a geometry with a label; what does not fit is looked at one by one."""

    id: int
    category_id: int
    image_id: Any
    segmentation: msgspec.Raw = msgspec.Raw(b"[]")
    bbox: list[float] | None = None
    area: float | None = None
    iscrowd: int = 0
    nbannotate: _Ours = _Ours()


_items, _item = msgspec.json.Decoder(list[_Item]), msgspec.json.Decoder(_Item)


class _Ordered:
    """The annotations of a file in the order of their images.

    Attributes
    ----------
    images
        Those that can be used.
    rows
        Of each annotation in the file, the number of its image; -1 for one of none.
    order
        The places of those of an image, image by image.
    counts
        Of each image, how many annotations it has.
    """

    def __init__(
        self, file: CocoFile, categories: dict[Id, str | None], images: dict[Id, Known | None]
    ) -> None:  # fmt: skip
        self.file, self.categories, self.all = file, categories, images
        its = {number: image for number, image in images.items() if image is not None}
        self.images = list(its.values())
        self.rows = file.rows_by({number: n for n, number in enumerate(its)})
        self.order = np.argsort(self.rows, kind="stable")[int((self.rows < 0).sum()) :]
        self.counts = np.bincount(self.rows[self.order], minlength=len(its))

    def pieces(self) -> Iterator[NDArray[np.int64]]:
        """Give the places of the annotations of some images, which have all of theirs in one piece."""
        ends = np.cumsum(self.counts)
        low = 0
        while low < len(self.order):
            high = int(ends[np.searchsorted(ends, min(low + PIECE, len(self.order)))])
            yield self.order[low:high]
            low = high


def apart(reader: Reader) -> Apart | None:
    """Return the two parts of a data set; None for one that must be read image by image."""
    for file, *_ in reader.parts:
        if not all(isinstance(item, msgspec.Raw) for item in file.annotations):
            return None
    found = [_Ordered(*parts) for parts in reader.parts]
    for its in found:
        if its.counts.max(initial=0) > MAX_SHAPES:
            return None
        if any(image.extra.nothing_to_label and n for image, n in zip(its.images, its.counts.tolist(), strict=True)):
            return None
    aside = _Aside()
    for its in found:
        for piece in its.pieces():
            aside.add([its.file.annotations[place] for place in piece.tolist()])
        its.file.let_go(np.flatnonzero(its.rows < 0).tolist())

    def blocks() -> Iterator[Block]:
        first = 0
        texts = iter(aside)
        for its in found:
            reader.say_of_none(its.file, its.all, _by_image(its.file))
            for piece in its.pieces():
                yield _Piece(reader, its, first, piece, next(texts)).block()
            first += len(its.images)
        aside.close()

    counts = [n for its in found for n in its.counts.tolist()]
    return Apart(_Rows(reader, [(its.file, its.images) for its in found]), counts, blocks())


def _by_image(file: CocoFile) -> dict[Any, list[int]]:
    """Return the annotations that a file still has by their images."""
    assert isinstance(file.annotations, dict)
    found: dict[Any, list[int]] = {}
    for place in file.annotations:
        found.setdefault(file.image_id(place), []).append(place)
    return found


class _Aside:
    """Annotations in the order of their images, put aside on the disk: the text of their file need not be kept."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed at the end
        self._ends: list[NDArray[np.int64]] = []

    def add(self, items: list[msgspec.Raw]) -> None:
        """Put the annotations of a piece aside."""
        self._file.write(b",".join(items))
        self._ends.append(np.cumsum([len(memoryview(item)) + 1 for item in items]))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __iter__(self) -> Iterator[tuple[bytes, list[int]]]:
        """Go through the pieces: the annotations with commas between, and where each of them ends."""
        self._file.seek(0)
        for ends in self._ends:
            size = int(ends[-1]) - 1 if len(ends) else 0
            yield self._file.read(size), (ends - 1).tolist()


class _Rows:
    """The images of files, made whenever they are gone through."""

    def __init__(self, reader: Reader, files: list[tuple[CocoFile, list[Known]]]) -> None:
        self._reader, self._files = reader, files

    def __iter__(self) -> Iterator[Row]:
        for file, images in self._files:
            for image in images:
                yield self._reader.made(file, image, [], {})


class _Piece:
    """The annotations of some images of a file."""

    def __init__(
        self, reader: Reader, ordered: _Ordered, first: int, places: NDArray[np.int64], text: tuple[bytes, list[int]]
    ) -> None:
        self.reader, self.file, self.categories = reader, ordered.file, ordered.categories
        rows = ordered.rows[places].tolist()
        self.places, self.rows = places.tolist(), [first + row for row in rows]
        self.images = [ordered.images[row] for row in rows]
        self.text, self.ends = text
        self.items = _decoded(self.text, self.ends)

    def block(self) -> Block:
        """Return its shapes."""
        plain, geometry = self._plain()
        items: list[Any] = [self.items[k] for k in plain]
        labels: list[Any] = [self.categories[item.category_id] for item in items]
        new = _new_ids(len(plain))
        ids = [self._id(item) or new[n] if item.nbannotate.shape_ids else new[n] for n, item in enumerate(items)]
        rows, places = [self.rows[k] for k in plain], [self.places[k] for k in plain]
        columns: tuple[list[Any], ...] = (
            rows, ids, labels, [str(item.id) for item in items], self._given(items, geometry), places,
        )  # fmt: skip
        whole: dict[int, Shape] = {}
        if len(plain) < len(self.items):
            columns, whole = self._with_others(plain, columns)
        rows, ids, labels, foreign_ids, extras, places = columns
        return Block(rows, ids, labels, whole, geometry, foreign_ids, extras, np.array(places, dtype=np.int64))

    def _with_others(
        self, plain: list[int], columns: tuple[list[Any], ...]
    ) -> tuple[tuple[list[Any], ...], dict[int, Shape]]:
        """Return the columns with what is not plain between, which is looked at one by one."""
        others = np.delete(np.arange(len(self.items)), plain).tolist()
        found: tuple[list[Any], ...] = tuple([] for _ in columns)
        whole: dict[int, Shape] = {}
        done = 0  # of the plain ones
        for already, k in enumerate(others):
            for to, column in zip(found, columns, strict=True):
                to += column[done : k - already]
            done = k - already
            item, image = msgspec.Raw(_text_of(self.text, self.ends, k)), self.images[k]
            for shape, foreign in self.reader.annotation(self.file, self.places[k], item, image, self.categories):
                whole[len(found[0])] = shape
                number = None if foreign.id is None else msgspec.json.encode(foreign.id).decode()
                extra = msgspec.json.encode(foreign.extra).decode() if foreign.extra else None
                place = -1 if foreign.place is None else foreign.place
                its = self.rows[k], shape.id, shape.label, number, extra, place
                for to, value in zip(found, its, strict=True):
                    to.append(value)
        for to, column in zip(found, columns, strict=True):
            to += column[done:]
        return found, whole

    def _plain(self) -> tuple[list[int], Many]:
        """Return the places in the piece of what is plainly a good shape, and its geometry."""
        usable = {number for number, label in self.categories.items() if label}
        plain = [
            k for k, item in enumerate(self.items)
            if item is not None and item.iscrowd == 0 and item.category_id in usable and -LARGEST <= item.id <= LARGEST
        ]  # fmt: skip
        items: list[Any] = [self.items[k] for k in plain]
        raw = [bytes(item.segmentation) for item in items]
        boxes = np.fromiter(map(b"[]".__eq__, raw), dtype=bool, count=len(raw))
        for n in np.flatnonzero(boxes).tolist():
            box = items[n].bbox
            if box is not None and len(box) == 4 and min(box[2:]) > 0:
                x, y, width, height = box
                raw[n] = msgspec.json.encode([[x, y, x + width, y + height]])
        plain, boxes, lists = _parsed(plain, raw, boxes)
        good = _are_rings(lists, boxes)
        geometry = self._geometry(lists.those(good), boxes[good])
        sizes = np.array([(self.images[k].width, self.images[k].height) for k in plain], dtype=np.float64)
        fit = geometry.fit(*sizes.reshape(-1, 2)[good].T) & (geometry.counts <= MAX_POINTS)
        if not fit.all():
            good[good] = fit
            geometry = self._geometry(lists.those(good), boxes[good])
        return list(itertools.compress(plain, good.tolist())), geometry

    def _geometry(self, lists: number_lists.Lists, boxes: NDArray[np.bool_]) -> Many:
        kinds = ["rectangle" if box else "polygon" for box in boxes.tolist()]
        return geometry_of(kinds, lists.values, lists.counts, lists.each)

    def _given(self, items: list[Any], geometry: Many) -> list[str | None]:
        """Return as JSON what the file says of each geometry otherwise than it would be written."""
        found: list[str | None] = [None] * len(items)
        bounds = geometry.bounds
        boxes = np.concatenate([bounds[:, :2], bounds[:, 2:] - bounds[:, :2]], axis=1)
        given: list[Any] = [item.bbox for item in items]
        if {4} != {0 if its is None else len(its) for its in given}:
            given = [its if its is not None and len(its) == 4 else _NO_BOX for its in given]
        known = np.array(given, dtype=np.float64).reshape(-1, 4)
        with_box = ((known != boxes) & ~np.isnan(known)).any(axis=1)
        areas = np.array([item.area for item in items], dtype=np.float64)  # None is NaN
        with_area = (areas != geometry.areas) & ~np.isnan(areas)
        other = np.flatnonzero(with_box | with_area)
        if len(other):
            prints, those = _coco_extra.fingerprints(geometry), other.tolist()
            its_boxes = msgspec.json.encode([given[n] for n in those]).decode()[2:-2].split("],[")
            its_areas = msgspec.json.encode([items[n].area for n in those]).decode()[1:-1].split(",")
            columns = zip(those, with_box[other].tolist(), its_boxes, with_area[other].tolist(), its_areas, strict=True)
            for n, has_box, box, has_area, area in columns:
                its = f'"of":"{prints[n]}"' + f',"bbox":[{box}]' * has_box + f',"area":{area}' * has_area
                found[n] = f'{{"{OURS}":{{{its}}}}}'
        return found

    def _id(self, item: _Item) -> str:
        """Return the id that we gave the shape, if no other one has it."""
        wanted = item.nbannotate.shape_ids[0] if item.nbannotate.shape_ids else ""
        if wanted and len(wanted) <= 64 and _json.kept(wanted) and wanted not in self.reader.taken:
            self.reader.taken.add(wanted)
            return wanted
        return ""


def _text_of(text: bytes, ends: list[int], number: int) -> bytes:
    """Return the text of one of the annotations that stand in a text."""
    return text[ends[number - 1] + 1 if number else 0 : ends[number]]


def _decoded(text: bytes, ends: list[int]) -> list[_Item | None]:
    """Return annotations, None for what must be looked at one by one."""
    try:
        if b"-0" not in text:  # which is a number with a sign here, and the whole number 0 elsewhere
            return list(_items.decode(b"[" + text + b"]"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    return [_one(_text_of(text, ends, number)) for number in range(len(ends))]


def _one(item: bytes) -> _Item | None:
    try:
        return None if b"-0" in item else _item.decode(item)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _has_others(points: bytes) -> bool:
    """Return whether there may be more in JSON than lists and numbers that are written out."""
    return any(sign in points for sign in _OTHERS)


def _are_rings(lists: number_lists.Lists, boxes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which texts are the points of rings that are not closed by a repeated one, or of boxes."""
    good = lists.good & (lists.each > 0)
    of = np.repeat(np.arange(len(good)), lists.each)
    counts = lists.counts
    rings = (counts >= 6) & (counts % 2 == 0)
    starts = starts_of(counts)
    ends = starts + counts
    longer = np.flatnonzero(rings & (counts > 6))
    first, last = starts[longer], ends[longer] - 2
    values = lists.values
    rings[longer] = (values[first] != values[last]) | (values[first + 1] != values[last + 1])
    good[of[~(rings | boxes[of])]] = False
    return good


def _parsed(
    numbers: list[int], raw: list[bytes], boxes: NDArray[np.bool_]
) -> tuple[list[int], NDArray[np.bool_], number_lists.Lists]:
    """Return the numbers of texts; if one of them is unusual, without those that hold more than numbers."""
    lists = number_lists.at_once(raw)
    if lists is not None:
        return numbers, boxes, lists
    usual = [not _has_others(its) for its in raw]
    texts = b"\n".join(itertools.compress(raw, usual)).decode()
    lists = number_lists.of_texts(texts.split("\n") if any(usual) else [])
    return list(itertools.compress(numbers, usual)), boxes[np.array(usual, dtype=bool)], lists


def _new_ids(count: int) -> list[str]:
    """Return fresh ids as :func:`nbannotate.model.shape.new_shape_id` makes them."""
    digits = secrets.token_hex(8 * count)
    return [digits[i : i + 16] for i in range(0, 16 * count, 16)]
