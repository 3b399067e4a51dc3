"""COCO instances: one JSON file with boxes and polygons of many images.

How it is read:

- A polygon of one part is a polygon; an annotation without a polygon that can be taken is a rectangle, from its
  ``bbox``.
- A polygon of several parts becomes one polygon for each part. They share the attribute ``part_of``, and are written
  as one annotation again as long as they agree in label, attributes and confidence.
- ``score`` is the confidence; ``attributes`` (as CVAT writes them) are the shape's attributes.
- Run lengths (RLE, compressed or not) are a mask; the metadata of an image is in its field ``extra``.
- Crowd regions, key points and annotations without a geometry are counted in ``left_out``.
- Not read: ``info``, ``licenses``, the URLs of the images, the super-categories, the colors, and the ``area``, which
  follows from the geometry; these may hold anything.
- What is read and cannot be used is counted in ``left_out`` with its place, and costs that item only: a score that is
  no number leaves a shape without confidence, a category without a name those annotations that are of it.
- The ids of images, annotations and categories, their order, and categories that no annotation has, are kept.

A shape with several labels is one annotation: its category is the first label, the others are in the field
``nbannotate``. One annotation for each label would be counted as that many objects by every other program.

How it is written: ``area`` is the shoelace area of the polygon (summed over parts), ``bbox`` its bounds; a rectangle
has a ``bbox`` and an empty ``segmentation``, a mask its run lengths. What COCO has no word for (tags and their
attributes, *nothing to label*, the ids of shapes, further labels) is in a field ``nbannotate`` of images and
annotations, which other programs ignore; so is the origin of an image's annotation (a person's answer or an import, and
its source), which is not read again: what is read is an import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from nbannotate import shapes
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.files.output import replace
from nbannotate.formats import _json
from nbannotate.formats._before import FileFormat, Ids, Reading, Tally, Writing
from nbannotate.formats._coco_extra import AnnotationExtra, ImageExtra
from nbannotate.formats._coco_reader import PART_OF, Reader
from nbannotate.formats._contract import Id, Row
from nbannotate.model import Annotation, Label, Rle, Shape

T = TypeVar("T")


class _Image(msgspec.Struct, omit_defaults=True):
    id: Id
    file_name: str
    width: int
    height: int
    extra: dict[str, Any] | None = None
    nbannotate: ImageExtra | None = None


class _Category(msgspec.Struct, omit_defaults=True):
    id: Id
    name: str
    supercategory: str
    color: str | None = None


class _Annotation(msgspec.Struct, omit_defaults=True):
    id: Id
    image_id: Id
    category_id: Id
    bbox: list[float]
    area: float
    segmentation: list[list[float]] | Rle
    iscrowd: int
    score: float | None = None
    attributes: dict[str, Any] | None = None
    nbannotate: AnnotationExtra | None = None


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]
    info: dict[str, Any]


class _Outline(msgspec.Struct):
    """The top level only, its lists left as raw bytes."""

    images: msgspec.Raw
    annotations: msgspec.Raw
    categories: msgspec.Raw


class Coco:
    """COCO instances; see the module's text for what is read and written."""

    name = "coco"
    title = "COCO instances JSON"

    def sniff(self, path: Path) -> bool:
        """Return whether the file is a JSON object with images, annotations and categories."""
        if path.suffix.lower() != ".json" or not path.is_file():
            return False
        try:
            found = _json.read(path, _Outline)
        except ReadFailed:
            return False
        return isinstance(found, _Outline) or (
            isinstance(found, dict) and found.keys() >= set(_Outline.__struct_fields__)
        )

    def read(self, path: Path) -> Reading:
        """Read a COCO instances file.

        Raises
        ------
        ReadFailed
            If the file is not there, is not COCO, or contradicts itself; the message names the place.
        """
        return Reader(Path(path)).reading()

    def write(self, path: Path, rows: Iterable[Row], labels: Sequence[Label], ids: Ids = Ids()) -> Writing:  # noqa: B008
        """Write a COCO instances file; images without an id of their own are numbered in the order of the rows.

        Raises
        ------
        InvalidInput
            If two rows have the same name.
        CannotWrite
            If the folder is not there or cannot be written.
        """
        tally = Tally()
        file = _contents(list(rows), labels, ids, tally)
        replace(path, msgspec.json.encode(file))
        return Writing(len(file.images), len(file.annotations), tally.left_out())


def of_lists(what: str, lists: Mapping[str, Any]) -> Reading:
    """Return what the object of a file says that is in memory already, by the name ``what`` in messages."""
    return Reader(Path(what), dict(lists)).reading()


class _Numbers:
    """Ids of one sort: those that things have already, each once, and for the others the next number that is free."""

    def __init__(self, known: Mapping[str, Id]) -> None:
        self.known, self.given = known, set[Id]()
        self._taken = {i for i in known.values() if not isinstance(i, str)}
        self._next = 1

    def of(self, name: str) -> Id:
        """Return the id of a thing."""
        found = self.known.get(name)
        if found is None or found in self.given:
            while self._next in self._taken:
                self._next += 1
            found = self._next
            self._taken.add(found)
        self.given.add(found)
        return found


def _contents(rows: list[Row], labels: Sequence[Label], ids: Ids, tally: Tally) -> _File:
    """Return all that a file says of some rows."""
    name, times = Counter(r.name for r in rows).most_common(1)[0] if rows else ("", 0)
    if times > 1:
        raise InvalidInput(f"{times} assets are called {name!r}; COCO knows images by their file names.")
    known = {v.name: v for v in labels}
    used = sorted({name for r in rows if r.annotation for s in r.annotation.shapes for name in s.labels})
    number = _Numbers(ids.labels)
    category = {name: number.of(name) for name in dict.fromkeys([*ids.labels, *known, *used])}
    categories = [
        _Category(id=i, name=n, supercategory="", color=known[n].color if n in known else None)
        for n, i in category.items()
    ]
    image_number, annotation_number = _Numbers(ids.images), _Numbers(ids.shapes)
    images: list[_Image] = []
    annotations: list[_Annotation] = []
    for row in _ordered(rows, ids.images, lambda r: r.name):
        said = row.annotation or Annotation()
        extra = ImageExtra(list(said.tags), said.nothing_to_label, said.tag_attributes, row.origin, row.source)
        image_id = image_number.of(row.name)
        images.append(
            _Image(
                id=image_id, file_name=row.name, width=row.width, height=row.height, extra=row.metadata or None,
                nbannotate=extra if said.tags or said.nothing_to_label or row.origin else None,
            )
        )  # fmt: skip
        for parts in _together(row, tally):
            annotations.append(_written(parts, annotation_number.of(parts[0].id), image_id, category[parts[0].label]))
    place = {i: n for n, i in enumerate(ids.shapes.values())}
    annotations.sort(key=lambda a: place.get(a.id, len(place)))
    info = {"description": "Written by nbannotate", "version": "1.0"}
    return _File(info=info, images=images, annotations=annotations, categories=categories)


def _ordered(things: Iterable[T], known: Iterable[str], name: Callable[[T], str]) -> list[T]:
    """Return things in the order of the names that are known, the others behind as they were."""
    place = {one: n for n, one in enumerate(known)}
    return sorted(things, key=lambda thing: place.get(name(thing), len(place)))


def _together(row: Row, tally: Tally) -> list[list[Shape]]:
    """Return the shapes that can be written, the parts of one polygon together."""
    groups: list[list[Shape]] = []
    families: dict[object, list[Shape]] = {}
    for shape in row.annotation.shapes if row.annotation else ():
        place = f"{row.name}, shape {shape.id}"
        if shape.kind not in ("rectangle", "polygon", "mask"):
            tally.add(f"shapes of kind {shape.kind}", "COCO has no such geometry", place)
        elif not shape.label:
            tally.add("shapes", "they have no label, and COCO needs a category", place)
        elif shape.kind == "polygon" and shape.attributes.get(PART_OF):
            family = (shape.labels, shape.confidence, msgspec.json.encode(shape.attributes, order="sorted"))
            if family not in families:
                families[family] = []
                groups.append(families[family])
            families[family].append(shape)
        else:
            groups.append([shape])
    return groups


def _written(parts: list[Shape], annotation_id: Id, image_id: Id, category_id: Id) -> _Annotation:
    """Return the COCO annotation of a rectangle, or of the parts of one polygon."""
    first = parts[0]
    kind = shapes.kind(first.kind)
    bounds = [kind.bounds(p.points) for p in parts]
    x0, y0 = min(b[0] for b in bounds), min(b[1] for b in bounds)
    x1, y1 = max(b[2] for b in bounds), max(b[3] for b in bounds)
    flat = [[value for point in p.points for value in point] for p in parts] if first.kind == "polygon" else []
    segmentation = first.rle if first.kind == "mask" and first.rle is not None else flat
    return _Annotation(
        id=annotation_id,
        image_id=image_id,
        category_id=category_id,
        bbox=[x0, y0, x1 - x0, y1 - y0],
        area=sum(kind.covered(p) for p in parts),
        segmentation=segmentation,
        iscrowd=0,
        score=first.confidence,
        attributes=first.attributes or None,
        nbannotate=AnnotationExtra([p.id for p in parts], list(first.also)),
    )


FORMAT: FileFormat = Coco()
