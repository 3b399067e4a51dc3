"""Reads annotations of COCO by the thousand: what is only a geometry with a label as numbers, the rest one by one."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from nbannotate.formats import _coco_extra, _json
from nbannotate.formats._coco_extra import OURS, AsGiven
from nbannotate.formats._coco_file import CocoFile
from nbannotate.formats._coco_reader import Known, Reader
from nbannotate.formats._contract import Apart, Block, Id
from nbannotate.model import Shape
from nbannotate.rules.well_formed import MAX_POINTS, MAX_SHAPES
from nbannotate.shapes.many import Many

#: So many annotations are one block, those of an image together.
PIECE = 5_000
#: Ids from here on are looked at one by one.
LARGEST = 2**53


class _Ours(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Our own field, where it says no more than the id of the shape."""

    shape_ids: tuple[str, ...] = ()


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    """An annotation that may be only a geometry with a label; what does not fit is looked at one by one."""

    id: int
    category_id: int
    image_id: Any
    segmentation: list[list[float]] | dict[str, Any] = []
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
        known = [(image, by_image.get(i, [])) for i, image in images.items() if image is not None]
        if any(len(its) > MAX_SHAPES or (its and image.extra.nothing_to_label) for image, its in known):
            return None
        counts += [len(its) for _, its in known]
        found.append((file, categories, images, by_image, known))

    def blocks() -> Iterator[Block]:
        first = 0
        for file, categories, images, by_image, known in found:
            reader.say_of_none(file, images, by_image)
            for piece in _pieces(known):
                yield _Piece(reader, file, categories, first, piece).block()
                first += len(piece)

    rows = (reader.made(file, image, [], {}) for file, _, _, _, known in found for image, _ in known)
    return Apart(rows, counts, blocks())


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
        known: list[tuple[Known, list[int]]],
    ) -> None:  # fmt: skip
        self.reader, self.file, self.categories = reader, file, categories
        self.places = [place for _, its in known for place in its]
        self.rows = [row for row, (_, its) in enumerate(known, first) for _ in its]
        self.images = [image for image, its in known for _ in its]
        self.items = _decoded([file.annotations[place] for place in self.places])

    def block(self) -> Block:
        """Return its shapes."""
        plain, geometry = self._plain()
        new = iter(_new_ids(len(plain)))
        number_of = {k: n for n, k in enumerate(plain)}
        boxes = np.concatenate([geometry.bounds[:, :2], geometry.bounds[:, 2:] - geometry.bounds[:, :2]], axis=1)
        given = self._given(plain, boxes.tolist(), geometry)
        rows: list[int] = []
        ids: list[str] = []
        labels: list[str] = []
        foreign_ids: list[str | None] = []
        extras: list[str | None] = []
        places: list[int | None] = []
        whole: dict[int, Shape] = {}
        for k, (row, place, item) in enumerate(zip(self.rows, self.places, self.items, strict=True)):
            n = number_of.get(k)
            if n is not None and item is not None:
                rows.append(row)
                ids.append(self._id(item) or next(new))
                labels.append(self.categories[item.category_id] or "")
                foreign_ids.append(str(item.id))
                extras.append(given[n])
                places.append(place)
                continue
            for shape, foreign in self.reader.annotation(self.file, place, self.images[k], self.categories):
                whole[len(rows)] = shape
                rows.append(row)
                ids.append(shape.id)
                labels.append(shape.label)
                foreign_ids.append(None if foreign.id is None else msgspec.json.encode(foreign.id).decode())
                extras.append(msgspec.json.encode(foreign.extra).decode() if foreign.extra else None)
                places.append(foreign.place)
        if whole or len(plain) < len(self.places):
            geometry = _with(geometry, whole, len(rows))
        return Block(rows, ids, labels, geometry, whole, foreign_ids, extras, places)

    def _plain(self) -> tuple[list[int], Many]:
        """Return the places in the piece of what is plainly a good shape, and its geometry."""
        plain: list[int] = []
        segmentations: list[list[list[float]]] = []
        kinds: list[str] = []
        for k, item in enumerate(self.items):
            if item is None or item.iscrowd != 0 or not self.categories.get(item.category_id) or abs(item.id) > LARGEST:
                continue
            rings: Any = item.segmentation
            kind = "polygon"
            if not rings and item.bbox is not None and len(item.bbox) == 4 and min(item.bbox[2:]) > 0:
                x, y, width, height = item.bbox
                kind, rings = "rectangle", [[x, y, x + width, y + height]]
            if type(rings) is list and rings and (kind == "rectangle" or all(map(_is_ring, rings))):
                plain.append(k)
                kinds.append(kind)
                segmentations.append(rings)
        geometry = _geometry(kinds, segmentations)
        sizes = np.array([(self.images[k].width, self.images[k].height) for k in plain], dtype=np.float64)
        fit = geometry.fit(*sizes.reshape(-1, 2).T) & (geometry.counts <= MAX_POINTS)
        if fit.all():
            return plain, geometry
        good = np.flatnonzero(fit).tolist()
        return [plain[n] for n in good], _geometry([kinds[n] for n in good], [segmentations[n] for n in good])

    def _given(self, plain: list[int], boxes: list[list[float]], geometry: Many) -> list[str | None]:
        """Return as JSON what the file says of each geometry otherwise than it would be written."""
        found: list[str | None] = [None] * len(plain)
        other: list[int] = []
        given: list[AsGiven] = []
        prints = _coco_extra.fingerprints(geometry)
        for n, (k, box, area) in enumerate(zip(plain, boxes, geometry.areas.tolist(), strict=True)):
            item: Any = self.items[k]
            bbox = item.bbox if item.bbox is not None and len(item.bbox) == 4 and item.bbox != box else None
            its_area = item.area if item.area != area else None
            if bbox is not None or its_area is not None:
                other.append(n)
                given.append(AsGiven(prints[n], bbox, its_area))
        if given:  # all are numbers: none of them has a brace in it
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


def _decoded(items: list[Any]) -> list[_Item | None]:
    """Return annotations, None for what must be looked at one by one."""
    text = b"[" + b",".join(items) + b"]"
    try:
        if b"-0" not in text:  # which is a number with a sign here, and the whole number 0 elsewhere
            return list(_items.decode(text))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    return [_one(bytes(item)) for item in items]


def _one(item: bytes) -> _Item | None:
    try:
        return None if b"-0" in item else _item.decode(item)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _is_ring(values: list[float]) -> bool:
    """Return whether numbers are the points of a ring that is not closed by a repeated one."""
    count = len(values)
    return count >= 6 and not count % 2 and (count == 6 or values[0] != values[-2] or values[1] != values[-1])


def _geometry(kinds: list[str], segmentations: list[list[list[float]]]) -> Many:
    counts = [sum(map(len, rings)) // 2 for rings in segmentations]
    numbers = itertools.chain.from_iterable(itertools.chain.from_iterable(segmentations))
    points = np.fromiter(numbers, dtype=np.float64, count=2 * sum(counts)).reshape(-1, 2)
    parts = {n: [len(ring) // 2 for ring in rings] for n, rings in enumerate(segmentations) if len(rings) > 1}
    return Many(kinds, points, counts, parts)


def _with(plain: Many, whole: dict[int, Shape], count: int) -> Many:
    """Return a geometry with other shapes between, at their places."""
    kinds: list[str] = []
    counts: list[int] = []
    rings: dict[int, Sequence[int]] = {}
    points: list[Any] = []
    n = start = end = 0
    its_counts = plain.counts.tolist()
    for number in range(count):
        if (shape := whole.get(number)) is None:
            kinds.append(plain.kinds[n])
            counts.append(its_counts[n])
            if n in plain.rings:
                rings[number] = plain.rings[n]
            end += its_counts[n]
            n += 1
            continue
        points += [plain.points[start:end], np.array(shape.points, dtype=np.float64).reshape(-1, 2)]
        start = end
        kinds.append(shape.kind)
        counts.append(len(shape.points))
        if shape.rings:
            rings[number] = shape.rings
    return Many(kinds, np.concatenate([*points, plain.points[start:end]]), counts, rings)


def _new_ids(count: int) -> list[str]:
    """Return fresh ids as :func:`nbannotate.model.shape.new_shape_id` makes them."""
    digits = secrets.token_hex(8 * count)
    return [digits[i : i + 16] for i in range(0, 16 * count, 16)]
