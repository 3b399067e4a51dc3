"""COCO instances: one JSON file with boxes and polygons of many images.

How it is read:

- A polygon of one part is a polygon; an annotation without a segmentation is a rectangle, from its ``bbox``.
- A polygon of several parts becomes one polygon for each part. They share the attribute ``part_of``, and are written
  as one annotation again as long as they agree in label, attributes and confidence.
- ``score`` is the confidence; ``attributes`` (as CVAT writes them) are the shape's attributes.
- Masks (RLE), crowd regions, key points and annotations without a geometry are counted in ``left_out``.
- Not read: ``info``, ``licenses``, the URLs of the images, the super-categories, and the ``area``, which follows
  from the geometry.

A shape with several labels is one annotation: its category is the first label, the others are in the field
``nbannotate``. One annotation for each label would be counted as that many objects by every other program.

How it is written: ``area`` is the shoelace area of the polygon (summed over parts), ``bbox`` its bounds; a rectangle
has a ``bbox`` and an empty ``segmentation``. What COCO has no word for (tags and their attributes, *nothing to label*,
the ids of shapes, further labels) is in a field ``nbannotate`` of images and annotations, which other programs ignore.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from nbannotate import shapes
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.files.output import replace
from nbannotate.formats._contract import Format, Reading, Row, Tally, Writing
from nbannotate.model import Annotation, Label, Point, Shape, new_shape_id

PART_OF = "part_of"


class _ImageExtra(msgspec.Struct, omit_defaults=True):
    tags: list[str] = []
    nothing_to_label: bool = False
    tag_attributes: dict[str, dict[str, Any]] = {}


class _Image(msgspec.Struct, omit_defaults=True):
    id: int | str
    file_name: str
    width: float = 0
    height: float = 0
    nbannotate: _ImageExtra | None = None


class _Category(msgspec.Struct, omit_defaults=True):
    id: int | str
    name: str
    supercategory: str | None = None
    color: str | None = None


class _AnnotationExtra(msgspec.Struct, omit_defaults=True):
    shape_ids: list[str]
    also: list[str] = []


class _Annotation(msgspec.Struct, omit_defaults=True):
    image_id: int | str
    category_id: int | str
    id: int | str | None = None
    bbox: list[float] | None = None
    area: float | None = None
    segmentation: list[list[float]] | dict[str, Any] | None = None
    iscrowd: int | bool | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None
    keypoints: list[float] | None = None
    nbannotate: _AnnotationExtra | None = None


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]
    info: dict[str, Any] | None = None


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
            msgspec.json.decode(path.read_bytes(), type=_Outline)
        except msgspec.MsgspecError:
            return False
        return True

    def read(self, path: Path) -> Reading:
        """Read a COCO instances file.

        Raises
        ------
        ReadFailed
            If the file is not there, is not COCO, or contradicts itself; the message names the place.
        """
        return _Reader(Path(path)).reading()

    def write(self, path: Path, rows: Iterable[Row], labels: Sequence[Label]) -> Writing:
        """Write a COCO instances file; images are numbered from 1 in the order of the rows.

        Raises
        ------
        InvalidInput
            If two rows have the same name.
        CannotWrite
            If the folder is not there or cannot be written.
        """
        tally = Tally()
        file = _contents(list(rows), labels, tally)
        replace(Path(path), msgspec.json.encode(file))
        return Writing(len(file.images), len(file.annotations), tally.left_out())


class _Reader:
    """Reads one file; keeps its name for messages and counts what it leaves out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tally = Tally()

    def wrong(self, place: str, sentence: str) -> ReadFailed:
        return ReadFailed(f"{self.path.name}: {place}: {sentence}")

    def decode(self) -> _File:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            raise ReadFailed(f"There is no file {self.path}.") from None
        except OSError as error:
            raise ReadFailed(f"{self.path} cannot be read: {error.strerror}.") from None
        if data[:64].lstrip()[:1] == b"[":
            raise ReadFailed(
                f"{self.path.name} is a list, perhaps COCO *results*. An instances file is an object with images, "
                "annotations and categories; put the list into it as annotations."
            )
        try:
            return msgspec.json.decode(data, type=_File)
        except msgspec.ValidationError as error:
            found = re.fullmatch(r"(?P<what>.*?)(?: - at `\$\.?(?P<place>.*)`)?", str(error), re.DOTALL)
            place = (found and found["place"]) or "top level"
            raise self.wrong(place, f"{found['what'] if found else error}.") from None
        except msgspec.DecodeError as error:
            raise ReadFailed(f"{self.path.name} is not JSON: {error}.") from None

    def reading(self) -> Reading:
        file = self.decode()
        names = self.labels(file.categories)
        images: dict[int | str, _Image] = {}
        file_names: set[str] = set()
        for i, image in enumerate(file.images):
            if image.id in images:
                raise self.wrong(f"images[{i}].id", f"{image.id!r} is there twice; ids must differ.")
            if not image.file_name or image.file_name in file_names:
                why = "is there twice; names must differ" if image.file_name else "is empty"
                raise self.wrong(f"images[{i}].file_name", f"{image.file_name!r} {why}.")
            images[image.id] = image
            file_names.add(image.file_name)
        found: dict[int | str, list[Shape]] = {}
        ids: set[str] = set()
        for i, item in enumerate(file.annotations):
            if item.image_id not in images:
                raise self.wrong(f"annotations[{i}].image_id", f"there is no image with the id {item.image_id!r}.")
            if item.category_id not in names:
                raise self.wrong(f"annotations[{i}].category_id", f"there is no category {item.category_id!r}.")
            made = self.shapes(i, item, names[item.category_id], images[item.image_id], ids)
            found.setdefault(item.image_id, []).extend(made)
        annotations = {}
        for i, image in enumerate(file.images):
            annotation = self.annotation(i, image, found.get(image.id, []))
            if not annotation.empty:
                annotations[image.file_name] = annotation
        sizes = {v.file_name: (round(v.width), round(v.height)) for v in file.images if v.width > 0 and v.height > 0}
        return Reading(annotations, tuple(dict.fromkeys(names.values())), sizes, self.tally.left_out())

    def labels(self, categories: list[_Category]) -> dict[int | str, str]:
        names: dict[int | str, str] = {}
        for i, category in enumerate(categories):
            name = category.name.strip()
            if not name or len(name) > 200:
                raise self.wrong(f"categories[{i}].name", f"{category.name!r} must have 1 to 200 characters.")
            if category.id in names:
                raise self.wrong(f"categories[{i}].id", f"{category.id!r} is there twice; ids must differ.")
            if name in names.values():
                self.tally.add(
                    "category ids", "another category has the same name; they are one label", f"categories[{i}]"
                )
            names[category.id] = name
        return names

    def annotation(self, index: int, image: _Image, found: list[Shape]) -> Annotation:
        extra = image.nbannotate or _ImageExtra()
        if extra.nothing_to_label and found:
            raise self.wrong(f"images[{index}].nbannotate", "says nothing to label, but there are annotations of it.")
        if strange := [tag for tag in extra.tag_attributes if tag not in extra.tags]:
            sentence = f"has attributes of the tag {strange[0]!r}, but not the tag."
            raise self.wrong(f"images[{index}].nbannotate", sentence)
        return Annotation(
            shapes=tuple(found), tags=tuple(extra.tags), nothing_to_label=extra.nothing_to_label,
            tag_attributes=extra.tag_attributes,
        )  # fmt: skip

    def shapes(self, index: int, item: _Annotation, label: str, image: _Image, ids: set[str]) -> list[Shape]:
        place = f"annotations[{index}]"
        if item.score is not None and not 0 <= item.score <= 1:
            raise self.wrong(f"{place}.score", f"{item.score} is not in the range from 0 to 1.")
        if isinstance(item.segmentation, dict):
            what = "crowd regions" if item.iscrowd else "masks"
            self.tally.add(what, "masks (RLE) cannot be read yet", f"{place}.segmentation")
            return []
        if item.iscrowd:
            self.tally.add("crowd regions", "a crowd is no single shape", f"{place}.iscrowd")
            return []
        if item.keypoints and any(item.keypoints):
            self.tally.add("sets of key points", "key points cannot be read yet", f"{place}.keypoints")
        if item.segmentation:
            kind, parts = "polygon", self.polygons(place, item.segmentation)
        elif item.bbox:
            kind, parts = "rectangle", self.rectangle(place, item.bbox)
        else:
            self.tally.add("annotations", "they have neither a segmentation nor a bbox", place)
            return []
        parts = [points for points in parts if self.good(kind, points, image, place)]
        attributes = dict(item.attributes or {})
        if len(parts) > 1:
            attributes.setdefault(PART_OF, f"coco {index if item.id is None else item.id}")
        wanted = item.nbannotate.shape_ids if item.nbannotate else []
        also = tuple(dict.fromkeys(v for v in (item.nbannotate.also if item.nbannotate else []) if v != label))
        made = []
        for n, points in enumerate(parts):
            shape_id = wanted[n] if n < len(wanted) and wanted[n] and wanted[n] not in ids else new_shape_id()
            ids.add(shape_id)
            made.append(
                Shape(
                    kind=kind, points=points, label=label, id=shape_id, attributes=attributes, confidence=item.score,
                    also=also,
                )
            )  # fmt: skip
        return made

    def good(self, kind: str, points: tuple[Point, ...], image: _Image, place: str) -> bool:
        """Return whether a workspace takes the shape: count those with nothing in the image."""
        problem = shapes.kind(kind).check(points, image.width or math.inf, image.height or math.inf)
        if problem:
            self.tally.add(f"{kind}s", problem.rstrip("."), place)
        return problem is None

    def polygons(self, place: str, segmentation: list[list[float]]) -> list[tuple[Point, ...]]:
        parts = []
        for n, numbers in enumerate(segmentation):
            where = f"{place}.segmentation[{n}]"
            if len(numbers) % 2:
                raise self.wrong(where, f"has {len(numbers)} numbers; a polygon takes pairs of x and y.")
            points = tuple(zip(numbers[::2], numbers[1::2], strict=True))
            if len(points) > 3 and points[0] == points[-1]:
                points = points[:-1]
            if len(points) < 3:
                self.tally.add("polygons", "they have fewer than three points", where)
            else:
                parts.append(points)
        return parts

    def rectangle(self, place: str, bbox: list[float]) -> list[tuple[Point, ...]]:
        if len(bbox) != 4:
            raise self.wrong(f"{place}.bbox", f"has {len(bbox)} numbers; it takes x, y, width and height.")
        x, y, width, height = bbox
        if width <= 0 or height <= 0:
            self.tally.add("boxes", "their width or height is not positive", f"{place}.bbox")
            return []
        return [((x, y), (x + width, y + height))]


def _contents(rows: list[Row], labels: Sequence[Label], tally: Tally) -> _File:
    """Return all that a file says of some rows."""
    name, times = Counter(r.name for r in rows).most_common(1)[0] if rows else ("", 0)
    if times > 1:
        raise InvalidInput(f"{times} assets are called {name!r}; COCO knows images by their file names.")
    known = {v.name: v for v in labels}
    used = {name for r in rows if r.annotation for s in r.annotation.shapes for name in s.labels}
    names = [*known, *sorted(used - known.keys())]
    number = {name: i for i, name in enumerate(names, 1)}
    categories = [
        _Category(id=number[n], name=n, supercategory="", color=known[n].color if n in known else None) for n in names
    ]
    images: list[_Image] = []
    annotations: list[_Annotation] = []
    for image_id, row in enumerate(rows, 1):
        said = row.annotation or Annotation()
        extra = _ImageExtra(list(said.tags), said.nothing_to_label, said.tag_attributes)
        images.append(
            _Image(
                id=image_id, file_name=row.name, width=row.width, height=row.height,
                nbannotate=extra if said.tags or said.nothing_to_label else None,
            )
        )  # fmt: skip
        for parts in _together(row, tally):
            annotations.append(_written(parts, len(annotations) + 1, image_id, number[parts[0].label]))
    info = {"description": "Written by nbannotate", "version": "1.0"}
    return _File(info=info, images=images, annotations=annotations, categories=categories)


def _together(row: Row, tally: Tally) -> list[list[Shape]]:
    """Return the shapes that can be written, the parts of one polygon together."""
    groups: list[list[Shape]] = []
    families: dict[object, list[Shape]] = {}
    for shape in row.annotation.shapes if row.annotation else ():
        place = f"{row.name}, shape {shape.id}"
        if shape.kind not in ("rectangle", "polygon"):
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


def _written(parts: list[Shape], annotation_id: int, image_id: int, category_id: int) -> _Annotation:
    """Return the COCO annotation of a rectangle, or of the parts of one polygon."""
    first = parts[0]
    kind = shapes.kind(first.kind)
    bounds = [kind.bounds(p.points) for p in parts]
    x0, y0 = min(b[0] for b in bounds), min(b[1] for b in bounds)
    x1, y1 = max(b[2] for b in bounds), max(b[3] for b in bounds)
    flat = [[value for point in p.points for value in point] for p in parts] if first.kind == "polygon" else []
    return _Annotation(
        id=annotation_id,
        image_id=image_id,
        category_id=category_id,
        bbox=[x0, y0, x1 - x0, y1 - y0],
        area=sum(kind.area(p.points) for p in parts),
        segmentation=flat,
        iscrowd=0,
        score=first.confidence,
        attributes=first.attributes or None,
        nbannotate=_AnnotationExtra([p.id for p in parts], list(first.also)),
    )


FORMAT: Format = Coco()
