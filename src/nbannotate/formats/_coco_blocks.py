"""Reads annotations of COCO by the thousand: what is only a geometry with a label as numbers, the rest one by one."""

from __future__ import annotations

import itertools
import secrets
import tempfile
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate.files import number_lists
from nbannotate.formats import _coco_extra, _json
from nbannotate.formats._coco_extra import OURS, AsGiven
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
#: What stands in texts, true, false, null and numbers with an exponent; and between lines.
_OTHERS = (b'"', b"e", b"E", b"u", b"\n")


class _Ours(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Our own field, where it says no more than the id of the shape."""

    shape_ids: tuple[str, ...] = ()


class _Item(msgspec.Struct, forbid_unknown_fields=True):
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


def apart(reader: Reader) -> Apart | None:
    """Return the two parts of a data set; None for one that must be read image by image."""
    found = []
    counts: list[int] = []
    for file, categories, images in reader.parts:
        if not all(isinstance(item, msgspec.Raw) for item in file.annotations):
            return None
        by_image = file.by_image()
        known = [(image, by_image.pop(i, [])) for i, image in images.items() if image is not None]
        if any(len(its) > MAX_SHAPES or (its and image.extra.nothing_to_label) for image, its in known):
            return None
        counts += [len(its) for _, its in known]
        found.append((file, categories, images, by_image, known))
    aside = _Aside()
    for file, _, _, by_image, known in found:
        for piece in _pieces(known):
            aside.add([file.annotations[place] for _, its in piece for place in its])
        file.let_go(place for its in by_image.values() for place in its)

    def blocks() -> Iterator[Block]:
        first = 0
        texts = iter(aside)
        for file, categories, images, by_image, known in found:
            reader.say_of_none(file, images, by_image)
            for piece in _pieces(known):
                yield _Piece(reader, file, categories, first, piece, next(texts)).block()
                first += len(piece)
        aside.close()

    return Apart(_Rows(reader, [(file, [image for image, _ in known]) for file, *_, known in found]), counts, blocks())


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


def _pieces(known: list[tuple[Known, list[int]]]) -> Iterator[list[tuple[Known, list[int]]]]:
    piece: list[tuple[Known, list[int]]] = []
    count = 0
    for one in known:
        piece.append(one)
        count += len(one[1])
        if count >= PIECE:
            yield piece
            piece, count = [], 0
    if piece:
        yield piece


class _Piece:
    """The annotations of some images of a file."""

    def __init__(
        self, reader: Reader, file: CocoFile, categories: dict[Id, str | None], first: int,
        known: list[tuple[Known, list[int]]], text: tuple[bytes, list[int]],
    ) -> None:  # fmt: skip
        self.reader, self.file, self.categories = reader, file, categories
        self.places = [place for _, its in known for place in its]
        self.rows = [row for row, (_, its) in enumerate(known, first) for _ in its]
        self.images = [image for image, its in known for _ in its]
        self.text, self.ends = text
        self.items = _decoded(self.text, self.ends)

    def block(self) -> Block:
        """Return its shapes."""
        plain, points, geometry = self._plain()
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
        return Block(rows, ids, labels, whole, geometry, points, foreign_ids, extras, places)

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
                its = self.rows[k], shape.id, shape.label, number, extra, foreign.place
                for to, value in zip(found, its, strict=True):
                    to.append(value)
        for to, column in zip(found, columns, strict=True):
            to += column[done:]
        return found, whole

    def _plain(self) -> tuple[list[int], list[str], Many]:
        """Return the places in the piece of what is plainly a good shape, its points as JSON, and its geometry."""
        plain: list[int] = []
        raw: list[Any] = []
        kinds: list[str] = []
        for k, item in enumerate(self.items):
            if item is None or item.iscrowd != 0 or not self.categories.get(item.category_id) or abs(item.id) > LARGEST:
                continue
            points, kind = bytes(item.segmentation), "polygon"
            if points == b"[]" and item.bbox is not None and len(item.bbox) == 4 and min(item.bbox[2:]) > 0:
                x, y, width, height = item.bbox
                points, kind = msgspec.json.encode([[x, y, x + width, y + height]]), "rectangle"
            plain.append(k)
            raw.append(points)
            kinds.append(kind)
        if _has_others(b"".join(raw)):
            usual = np.array([not _has_others(its) for its in raw], dtype=bool)
            plain, raw, kinds = _those(usual, plain, raw, kinds)
        points_ = b"\n".join(raw).decode().split("\n") if raw else []
        lists = number_lists.of_texts(points_)
        good = _are_rings(lists, np.array([kind == "rectangle" for kind in kinds], dtype=bool))
        if not good.all():
            plain, points_, kinds = _those(good, plain, points_, kinds)
            lists = lists.those(good)
        geometry = geometry_of(kinds, lists.values, lists.counts, lists.each)
        sizes = np.array([(self.images[k].width, self.images[k].height) for k in plain], dtype=np.float64)
        fit = geometry.fit(*sizes.reshape(-1, 2).T) & (geometry.counts <= MAX_POINTS)
        if not fit.all():
            plain, points_, kinds = _those(fit, plain, points_, kinds)
            lists = lists.those(fit)
            geometry = geometry_of(kinds, lists.values, lists.counts, lists.each)
        return plain, points_, geometry

    def _given(self, items: list[Any], geometry: Many) -> list[str | None]:
        """Return as JSON what the file says of each geometry otherwise than it would be written."""
        found: list[str | None] = [None] * len(items)
        boxes = np.concatenate([geometry.bounds[:, :2], geometry.bounds[:, 2:] - geometry.bounds[:, :2]], axis=1)
        other: list[int] = []
        given: list[AsGiven] = []
        for n, (item, box, area) in enumerate(zip(items, boxes.tolist(), geometry.areas.tolist(), strict=True)):
            bbox = item.bbox if item.bbox is not None and len(item.bbox) == 4 and item.bbox != box else None
            its_area = item.area if item.area != area else None
            if bbox is not None or its_area is not None:
                other.append(n)
                given.append(AsGiven("", bbox, its_area))
        if given:  # all are numbers: none of them has a brace in it
            prints = _coco_extra.fingerprints(geometry)
            for n, one in zip(other, given, strict=True):
                one.of = prints[n]
            texts = msgspec.json.encode(given).decode()[2:-2].split("},{")
            for n, text in zip(other, texts, strict=True):
                found[n] = f'{{"{OURS}":{{{text}}}}}'
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


def _those(which: NDArray[np.bool_], *columns: list[Any]) -> list[list[Any]]:
    """Return columns with some of their values."""
    return [list(itertools.compress(column, which.tolist())) for column in columns]


def _new_ids(count: int) -> list[str]:
    """Return fresh ids as :func:`nbannotate.model.shape.new_shape_id` makes them."""
    digits = secrets.token_hex(8 * count)
    return [digits[i : i + 16] for i in range(0, 16 * count, 16)]
