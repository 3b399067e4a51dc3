"""Writes COCO, image by image: memory does not grow with the data set, but for the ids that were given."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

import msgspec
import numpy as np

from nbannotate.files.target import PIECE, Target
from nbannotate.formats import _coco_extra
from nbannotate.formats._coco_extra import OURS, AnnotationExtra, ImageExtra, LabelExtra, area_of, box_of, rle_of
from nbannotate.formats._coco_reader import PART_OF
from nbannotate.formats._contract import Contents, Foreign, Head, Id, Row, Written
from nbannotate.model import Annotation, Label, Shape
from nbannotate.shapes import rle

#: Kinds of shapes that COCO has a geometry for.
KINDS = frozenset({"rectangle", "polygon", "mask", "skeleton", "rotated_rectangle"})
#: Splits that have a file each in a folder; another word stands in the images.
SPLITS = ("train", "val", "test")

_encode = msgspec.json.encode


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
        self.spans: list[tuple[int, int]] = []
        self.places: list[int] = []
        self.end = 0
        file.write(b'{"images":[')

    def add_image(self, image: dict[str, Any]) -> None:
        self.file.write((b",\n" if self.images else b"\n") + _encode(image))
        self.images += 1

    def add_annotation(self, annotation: dict[str, Any], place: int) -> None:
        data = _encode(annotation)
        self.spool.write(data)
        self.spans.append((self.end, len(data)))
        self.places.append(place)
        self.end += len(data)

    def finish(self, categories: list[dict[str, Any]], extra: dict[str, Any]) -> None:
        self.file.write(b'],\n"annotations":[')
        for n, data in enumerate(self._in_order()):
            self.file.write((b",\n" if n else b"\n") + data)
        self.file.write(b'],\n"categories":' + _encode(categories))
        for name, value in extra.items():
            self.file.write(b",\n" + _encode(name) + b":" + _encode(value))
        self.file.write(b"}\n")

    def _in_order(self) -> Iterator[bytes]:
        """Return the annotations by their places; those of one image stay in their order."""
        self.spool.flush()
        spool = self.spool.fileno()
        for n in np.argsort(np.array(self.places, dtype=np.int64), kind="stable").tolist():
            at, length = self.spans[n]
            yield os.pread(spool, length, at)  # no buffer is filled for each of those that do not stand in order


def write(target: Target, contents: Contents) -> Written:
    """Write a data set: one file, or in a folder one for each split."""
    categories = Categories(contents.head)
    image_ids, annotation_ids = Numbers(contents.last_id), Numbers(contents.last_id)
    assets = annotations = 0
    with ExitStack() as stack:
        files: dict[str | None, _File] = {}

        def file_of(split: str | None) -> _File:
            if split not in files:
                name = "annotations.json" if split is None else f"annotations/instances_{split}.json"
                file = stack.enter_context(target.open(name))
                files[split] = _File(file, stack.enter_context(tempfile.TemporaryFile(buffering=PIECE)))
            return files[split]

        for row in contents.rows:
            split = row.split if row.split in SPLITS and not target.single else None
            file, number = file_of(split), image_ids.of(row.foreign.id)
            file.add_image(_image(row, number, split is not None))
            place = -1
            for parts in together(row.annotation or Annotation()):
                first = parts[0]
                foreign = row.shapes.get(first.id, Foreign())
                for name in first.also:  # other programs know the names, though not who has them
                    categories.id_of(name)
                place = max(place, foreign.place if foreign.place is not None else place)
                made = _annotation(parts, annotation_ids.of(foreign.id), number, categories.id_of(first.label), foreign)
                file.add_annotation(made, place if place >= 0 else 1 << 62)
                annotations += 1
            folder = "images" if split is None else split
            target.put_image(row.image, posixpath.join(folder, row.foreign.name or row.name))
            assets += 1
        if not files:
            file_of(None)
        extra = {"info": {"description": "Written by nbannotate", "version": "1.0"}, **contents.head.extra}
        for file in files.values():
            file.finish(categories.written(), extra)
    return Written(assets, annotations)


def _image(row: Row, number: Id, in_split: bool) -> dict[str, Any]:
    """Return an image as COCO has it."""
    said = row.annotation or Annotation()
    extra = ImageExtra(
        list(said.tags), said.nothing_to_label, said.tag_attributes, row.origin, row.source,
        None if in_split else row.split, row.sequence, row.moment,
        said=row.annotation is not None and row.annotation.empty,
    )  # fmt: skip
    found: dict[str, Any] = {
        "id": number, "file_name": row.foreign.name or row.name, "width": row.width, "height": row.height,
        **row.foreign.extra,
    }  # fmt: skip
    if row.metadata:
        found["extra"] = row.metadata
    return found if extra == ImageExtra() else {**found, OURS: extra}


def together(annotation: Annotation) -> list[list[Shape]]:
    """Return the shapes that can be written; polygons that were read as parts of one stand together."""
    groups: list[list[Shape]] = []
    families: dict[object, list[Shape]] = {}
    for shape in annotation.shapes:
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
        ring += ring[:1] if n in given.closed else []
        found.append([value for point in ring for value in point])
    return found
