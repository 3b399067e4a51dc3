"""Writes COCO, image by image: memory does not grow with the data set, but for the ids that were given."""

from __future__ import annotations

import itertools
import mmap
import posixpath
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate.files.target import PIECE, Target
from nbannotate.formats import _coco_extra, _coco_lines
from nbannotate.formats._coco_extra import OURS, AnnotationExtra, ImageExtra, LabelExtra, area_of, box_of, rle_of
from nbannotate.formats._coco_reader import PART_OF
from nbannotate.formats._contract import Block, Contents, Foreign, Head, Id, Row, Written
from nbannotate.model import Annotation, Label, Shape
from nbannotate.shapes import rle
from nbannotate.shapes.rings import is_closed

#: Kinds of shapes that COCO has a geometry for.
KINDS = frozenset({"rectangle", "polygon", "mask", "skeleton", "rotated_rectangle"})
#: Splits that have a file each in a folder; another word stands in the images.
SPLITS = ("train", "val", "test")
#: So many annotations are written at once.
TOGETHER = 1_000
#: What of an image needs no field of ours.
_NOTHING = ImageExtra()
#: The place of what has none.
LAST = 1 << 62

_encode, _decode = msgspec.json.encode, msgspec.json.decode


class Numbers:
    """Ids of one sort: those that things have already, each once, and for the others the next number."""

    def __init__(self, last: int = 0) -> None:
        self._given: set[Id] = set()
        self._last = last

    def of(self, known: Id | None) -> Id:
        """Return the id of a thing."""
        if known is None or known in self._given:
            self._last += 1
            while self._last in self._given:
                self._last += 1
            known = self._last
        self._given.add(known)
        return known

    def of_all(self, known: list[Any]) -> bool:
        """Take the ids that things have already, if each has one, and one of its own; return whether they have."""
        new = set(known) if None not in known else set()
        if len(new) < len(known) or not new.isdisjoint(self._given):
            return False
        self._given |= new
        return True


class Categories:
    """The categories of a data set: those of its head, and behind them what else shapes have."""

    def __init__(self, head: Head) -> None:
        self._head, self._numbers = head, Numbers()
        self._ids: dict[str, Id] = {}
        self._labels = {label.name: label for label in head.labels}
        for name in {**self._labels, **head.foreign}:
            if (known := head.foreign.get(name, Foreign())).id is not None:
                self._ids[name] = self._numbers.of(known.id)
        for name in self._labels:
            self.id_of(name)

    def id_of(self, name: str) -> Id:
        """Return the id of a label."""
        if name not in self._ids:
            self._ids[name] = self._numbers.of(None)
        return self._ids[name]

    def written(self) -> list[dict[str, Any]]:
        """Return all categories, those of the head in its order."""
        names = dict.fromkeys([*self._labels, *self._ids])
        return [self._category(name, self._ids[name]) for name in names]

    def _category(self, name: str, number: Id) -> dict[str, Any]:
        label, foreign = self._labels.get(name, Label(name)), self._head.foreign.get(name, Foreign())
        found: dict[str, Any] = {"id": number, "name": foreign.name or name, "supercategory": "", **foreign.extra}
        if label.color is not None:
            found["color"] = label.color
        if label.skeleton is not None:
            found["keypoints"] = list(label.skeleton.points)
            found["skeleton"] = [[a + 1, b + 1] for a, b in label.skeleton.pairs()]
        extra = LabelExtra(list(label.kinds), [msgspec.to_builtins(v) for v in label.attributes])
        return found if extra == LabelExtra() else {**found, OURS: extra}


class _File:
    """One file on its way: its images go into it at once, its annotations behind them when all are there."""

    def __init__(self, file: IO[bytes], spool: IO[bytes]) -> None:
        self.file, self.spool = file, spool
        self.images = 0
        self.ends, self.places = array("q", [0]), array("q")
        file.write(b'{"images":[')

    def add_image(self, image: dict[str, Any]) -> None:
        self.file.write((b",\n" if self.images else b"\n") + _encode(image))
        self.images += 1

    def add_annotations(self, lines: list[str], places: NDArray[np.int64]) -> None:
        """Write annotations that have these places among all; those of none (-1) come behind."""
        whole = "".join(lines)
        data = whole.encode()
        sizes = map(len, lines) if len(data) == len(whole) else (len(line.encode()) for line in lines)
        self.spool.write(data)
        self.ends.extend(itertools.islice(itertools.accumulate(sizes, initial=self.ends[-1]), 1, None))
        self.places.frombytes(np.where(places < 0, LAST, places).tobytes())

    def finish(self, categories: list[dict[str, Any]], extra: dict[str, Any]) -> None:
        self.file.write(b'],\n"annotations":[')
        between = b"\n"
        for some in self._in_order():
            self.file.write(between + b",\n".join(some))
            between = b",\n"
        self.file.write(b'],\n"categories":' + _encode(categories))
        for name, value in extra.items():
            self.file.write(b",\n" + _encode(name) + b":" + _encode(value))
        self.file.write(b"}\n")

    def _in_order(self) -> Iterator[list[bytes]]:
        """Return the annotations by their places, some at a time; those of one image stay in their order."""
        self.spool.flush()
        if not self.places:
            return
        order = np.argsort(np.frombuffer(self.places, dtype=np.int64), kind="stable")
        ends = np.frombuffer(self.ends, dtype=np.int64)
        with mmap.mmap(self.spool.fileno(), 0, access=mmap.ACCESS_READ) as spool:
            for low in range(0, len(order), TOGETHER):
                some = order[low : low + TOGETHER]
                pairs = zip(ends[some].tolist(), ends[some + 1].tolist(), strict=True)
                yield [spool[start:end] for start, end in pairs]


def write(target: Target, contents: Contents) -> Written:
    """Write a data set: one file, or in a folder one for each split."""
    with ExitStack() as stack:
        writer = _Writer(target, contents, stack)
        apart = contents.apart()
        if apart is None:
            for row in contents.rows:
                said = row.annotation or Annotation()
                writer.add_shapes(writer.add_image(row, drawn=bool(said.shapes)), said, row.shapes)
        else:
            images = [writer.add_image(row, drawn=n > 0) for row, n in zip(apart.rows, apart.counts, strict=True)]
            for block in apart.blocks:
                writer.add_block(images, block)
        return writer.finish(contents.head)


class _Writer:
    """Writes images, and the annotations of each."""

    def __init__(self, target: Target, contents: Contents, stack: ExitStack) -> None:
        self._target, self._stack = target, stack
        self._categories = Categories(contents.head)
        self._image_ids, self._annotation_ids = Numbers(contents.last_id), Numbers(contents.last_id)
        self._files: dict[str | None, _File] = {}
        self._assets = self._annotations = 0

    def _file_of(self, split: str | None) -> _File:
        if split not in self._files:
            name = "annotations.json" if split is None else f"annotations/instances_{split}.json"
            file = self._stack.enter_context(self._target.open(name))
            spool = tempfile.TemporaryFile(buffering=PIECE)  # noqa: SIM115
            self._files[split] = _File(file, self._stack.enter_context(spool))
        return self._files[split]

    def add_image(self, row: Row, *, drawn: bool) -> tuple[_File, Id]:
        """Write an image; ``drawn``: it has shapes."""
        split = row.split if row.split in SPLITS and not self._target.single else None
        file, number = self._file_of(split), self._image_ids.of(row.foreign.id)
        file.add_image(_image(row, number, in_split=split is not None, drawn=drawn))
        if self._target.images is not None:
            folder = "images" if split is None else split
            self._target.put_image(row.image, posixpath.join(folder, row.foreign.name or row.name))
        self._assets += 1
        return file, number

    def add_shapes(self, image: tuple[_File, Id], said: Annotation, called: Mapping[str, Foreign]) -> None:
        """Write the shapes of an image."""
        file, image_id = image
        lines, places = [], []
        for parts in together(said.shapes):
            foreign = called.get(parts[0].id, Foreign())
            lines.append(self._line(image_id, parts, foreign))
            places.append(foreign.place if foreign.place is not None else -1)
        file.add_annotations(lines, np.maximum.accumulate(np.array(places, dtype=np.int64)))
        self._annotations += len(lines)

    def _line(self, image_id: Id, parts: list[Shape], foreign: Foreign) -> str:
        first = parts[0]
        for name in first.also:  # other programs know the names, though not who has them
            self._categories.id_of(name)
        number, category = self._annotation_ids.of(foreign.id), self._categories.id_of(first.label)
        return _encode(_annotation(parts, number, image_id, category, foreign)).decode()

    def add_block(self, images: list[tuple[_File, Id]], block: Block) -> None:
        """Write the shapes of some images: what is only a geometry with a label as it stands."""
        if block.lines is None:
            block.keep(_coco_lines.of_block(block))
        lines = block.lines or []
        groups = {(its, parts[0].id): parts for its, whole in _by_row(block) for parts in together(whole)}
        numbers = ["null" if its is None else its for its in block.foreign_ids]
        every = _decode(f"[{','.join(numbers)}]")
        # Those of what is looked at one by one come behind them: none of these is another's.
        theirs = [number for number, line in zip(every, lines, strict=True) if line is not None]
        taken = len(set(every)) == len(every) and self._annotation_ids.of_all(theirs)
        categories = {label: _text(self._categories.id_of(label)) for label in _written(block, lines)}
        in_image = {its: _text(images[its][1]) for its in set(block.rows)}
        found: list[str | None] = list(lines)
        for n in sorted(block.whole) if taken else range(len(lines)):
            if lines[n] is not None:
                numbers[n] = _text(self._annotation_ids.of(every[n]))
            elif (parts := groups.get((block.rows[n], block.ids[n]))) is not None:
                extra = block.extras[n]
                foreign = Foreign(every[n], _decode(extra) if extra else {})
                found[n] = self._line(images[block.rows[n]][1], parts, foreign)
        columns = zip(lines, found, numbers, block.rows, block.labels, strict=True)
        texts = [
            f'{{"id":{number},"image_id":{in_image[its]},"category_id":{categories[label]},{line}' if line else whole
            for line, whole, number, its, label in columns
        ]
        rows, places = np.array(block.rows, dtype=np.int64), block.places
        if left := [n for n, text in enumerate(texts) if text is None]:  # a part of one before, or has no place here
            rows, places = np.delete(rows, left), np.delete(places, left)
        self._add(images, rows, [text for text in texts if text is not None], _not_before(rows, places))

    def _add(
        self, images: list[tuple[_File, Id]], rows: NDArray[np.int64], lines: list[str], places: NDArray[np.int64]
    ) -> None:
        """Write annotations, each into the file of its row."""
        self._annotations += len(lines)
        if len(self._files) == 1:
            for file in self._files.values():
                file.add_annotations(lines, places)
            return
        files = [images[its][0] for its in rows.tolist()]
        for file in dict.fromkeys(files):
            its = np.fromiter((file is other for other in files), dtype=bool, count=len(files))
            file.add_annotations(lines if its.all() else list(itertools.compress(lines, its.tolist())), places[its])

    def finish(self, head: Head) -> Written:
        """Write what comes behind the images."""
        if not self._files:
            self._file_of(None)
        extra = {"info": {"description": "Written by nbannotate", "version": "1.0"}, **head.extra}
        for file in self._files.values():
            file.finish(self._categories.written(), extra)
        return Written(self._assets, self._annotations)


def _text(number: Id) -> str:
    return str(number) if type(number) is int else _encode(number).decode()


def _written(block: Block, lines: list[str | None]) -> Iterable[str]:
    """Return the labels of what is written as it stands, in the order in which they come."""
    return dict.fromkeys(label for label, line in zip(block.labels, lines, strict=True) if line is not None)


def _by_row(block: Block) -> Iterable[tuple[int, list[Shape]]]:
    """Return the shapes of a block that are whole, those of an image together."""
    found: dict[int, list[Shape]] = {}
    for n, shape in block.whole.items():
        found.setdefault(block.rows[n], []).append(shape)
    return found.items()


def _image(row: Row, number: Id, *, in_split: bool, drawn: bool) -> dict[str, Any]:
    """Return an image as COCO has it."""
    said = row.annotation or Annotation()
    extra = ImageExtra(
        list(said.tags), said.nothing_to_label, said.tag_attributes, row.origin, row.source,
        None if in_split else row.split, row.sequence, row.moment,
        said=row.annotation is not None and row.annotation.empty and not drawn,
    )  # fmt: skip
    found: dict[str, Any] = {
        "id": number, "file_name": row.foreign.name or row.name, "width": row.width, "height": row.height,
        **row.foreign.extra,
    }  # fmt: skip
    if row.metadata:
        found["extra"] = row.metadata
    return found if extra == _NOTHING else {**found, OURS: extra}


def _not_before(rows: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return places of which none is before that of another one of the same row that stands before it."""
    if not ((rows[1:] == rows[:-1]) & (places[1:] < places[:-1])).any():
        return places
    values, ranks = np.unique(places, return_inverse=True)
    row_by_row = np.maximum.accumulate(rows * len(values) + ranks)  # rows come in their order
    found: NDArray[np.int64] = values[row_by_row % len(values)]
    return found


def together(shapes: Iterable[Shape]) -> list[list[Shape]]:
    """Return the shapes of an image that can be written; polygons that were read as parts of one stand together."""
    groups: list[list[Shape]] = []
    families: dict[object, list[Shape]] = {}
    for shape in shapes:
        if shape.kind not in KINDS or not shape.label:
            continue
        if shape.kind == "polygon" and shape.attributes.get(PART_OF) and not shape.rings:
            family = (shape.labels, shape.confidence, _encode(shape.attributes, order="sorted"))
            if family not in families:
                families[family] = []
                groups.append(families[family])
            families[family].append(shape)
        else:
            groups.append([shape])
    return groups


def _annotation(parts: list[Shape], number: Id, image_id: Id, category_id: Id, foreign: Foreign) -> dict[str, Any]:
    """Return the COCO annotation of a shape, or of the parts of one."""
    shape = _joined(parts)
    given = _coco_extra.as_given(foreign.extra, shape)
    ours = {OURS} if shape.kind == "skeleton" else {OURS, "segmentation"}  # that of key points is the file's
    attributes = dict(shape.attributes)
    crowd = attributes.pop("crowd", None) if attributes.get("crowd") is True else None
    found: dict[str, Any] = {
        "id": number, "image_id": image_id, "category_id": category_id,
        "bbox": given.bbox if given.bbox is not None else box_of(shape),
        "area": given.area if given.area is not None else area_of(shape),
        "segmentation": _segmentation(shape, given, bool(crowd)), "iscrowd": int(bool(crowd)),
        **{name: value for name, value in foreign.extra.items() if name not in ours},
    }  # fmt: skip
    if shape.kind == "skeleton":
        states = shape.visibility or (2,) * len(shape.points)
        triples = [(x, y, v) if v else (0, 0, 0) for (x, y), v in zip(shape.points, states, strict=True)]
        found["keypoints"] = [value for triple in triples for value in triple]
        found["num_keypoints"] = sum(v > 0 for v in states)
    if shape.confidence is not None:
        found["score"] = shape.confidence
    if attributes:
        found["attributes"] = attributes
    extra = AnnotationExtra(
        [p.id for p in parts], list(shape.also), shape.kind if shape.kind == "rotated_rectangle" else None,
        shape.color, shape.group, shape.track, shape.keyframe,
    )  # fmt: skip
    return {**found, OURS: extra}


def _joined(parts: list[Shape]) -> Shape:
    """Return polygons as one of several rings."""
    if len(parts) == 1:
        return parts[0]
    points = tuple(point for part in parts for point in part.points)
    return parts[0].replace(points=points, rings=tuple(len(part.points) for part in parts))


def _segmentation(shape: Shape, given: _coco_extra.AsGiven, crowd: bool) -> Any:
    """Return polygons, one a ring, or run lengths; nothing for a rectangle or key points."""
    if shape.kind == "mask":
        runs = rle_of(shape)
        return {"size": runs.size, "counts": rle.expand(runs.counts)} if given.runs or crowd else runs
    if shape.kind not in ("polygon", "rotated_rectangle"):
        return []
    found, at = [], 0
    for n, count in enumerate(shape.rings or (len(shape.points),)):
        ring = list(shape.points[at : at + count])
        at += count
        ring += ring[:1] if n in given.closed or is_closed(ring) else []  # a reader takes one away
        found.append([value for point in ring for value in point])
    return found
