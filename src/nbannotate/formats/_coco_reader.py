"""Reads COCO instances: what is not needed may hold anything, and one bad item costs that item only."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from nbannotate import shapes
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.formats import _coco_extra, _json
from nbannotate.formats._before import Ids, Reading, Tally
from nbannotate.formats._coco_extra import ImageExtra
from nbannotate.formats._contract import Id
from nbannotate.model import Annotation, Point, Rle, Shape, new_shape_id
from nbannotate.model.geometry import of_pixels

PART_OF = "part_of"


class _Image(msgspec.Struct):
    id: Any = None
    file_name: Any = None
    width: Any = None
    height: Any = None
    extra: Any = None
    nbannotate: Any = None


class _Category(msgspec.Struct):
    id: Any = None
    name: Any = None


class _Annotation(msgspec.Struct):
    image_id: Any = None
    category_id: Any = None
    id: Any = None
    bbox: Any = None
    segmentation: Any = None
    iscrowd: Any = None
    score: Any = None
    attributes: Any = None
    keypoints: Any = None
    nbannotate: Any = None


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


class _Known(msgspec.Struct, frozen=True):
    """An image of the file that can be used: its place, its name, its size (infinite if not known), and more."""

    place: int
    name: str
    width: float
    height: float
    extra: ImageExtra
    metadata: dict[str, Any] = {}


class Reader:
    """Reads one file; keeps its name for messages and counts what it leaves out.

    Parameters
    ----------
    path
        The file.
    given
        What it says, if that is known already.
    """

    def __init__(self, path: Path, given: Any = None) -> None:
        self.path, self.given = path, given
        self.tally = Tally()

    def reading(self) -> Reading:
        """Return what the file says."""
        lists = self.lists()
        labels, label_ids = self.labels(lists["categories"])
        images = self.images(lists["images"])
        found: dict[Id, list[Shape]] = {}
        shape_ids: dict[str, Id] = {}
        taken: set[str] = set()
        for i, item in self.structs("annotations", lists["annotations"], _Annotation):
            place = f"annotations[{i}]"
            image, label = _get(images, item.image_id), _get(labels, item.category_id)
            if image is None:
                what = "there is no usable image with their image_id"
                self.tally.add("annotations", what, f"{place}.image_id")
            elif label is None:
                what = "there is no usable category with their category_id"
                self.tally.add("annotations", what, f"{place}.category_id")
            else:
                made = self.shapes(i, item, label, image, taken)
                found.setdefault(item.image_id, []).extend(made)
                if is_id(item.id):
                    shape_ids |= dict.fromkeys((s.id for s in made), _whole(item.id))
        usable = {image_id: image for image_id, image in images.items() if image is not None}
        annotations = {}
        for image_id, image in usable.items():
            annotation = self.annotation(image, found.get(image_id, []))
            if not annotation.empty:
                annotations[image.name] = annotation
        return Reading(
            annotations,
            tuple(label_ids),
            {v.name: (round(v.width), round(v.height)) for v in usable.values() if v.width < math.inf},
            self.tally.left_out(),
            Ids({v.name: _whole(image_id) for image_id, v in usable.items()}, shape_ids, label_ids),
            metadata={v.name: v.metadata for v in usable.values() if v.metadata},
        )

    def lists(self) -> dict[str, list[Any]]:
        """Return the three lists of the file."""
        found = _json.read(self.path, _File) if self.given is None else self.given
        if isinstance(found, _File):
            return {name: getattr(found, name) for name in found.__struct_fields__}
        if isinstance(found, list):
            raise ReadFailed(
                f"{self.path.name} is a list, perhaps COCO *results*. An instances file is an object with images, "
                "annotations and categories; put the list into it as annotations."
            )
        if not isinstance(found, dict):
            raise ReadFailed(f"{self.path.name}: top level: must be an object, not {found!r:.40}.")
        for name in _File.__struct_fields__:
            if name not in found:
                raise ReadFailed(f"{self.path.name}: top level: {name} is missing.")
            if not isinstance(found[name], list):
                raise ReadFailed(f"{self.path.name}: {name}: must be a list, not {found[name]!r:.40}.")
        return found

    def structs(self, name: str, items: list[Any], type_: type[_json.T]) -> Any:
        """Return the items of a list, and count those that are no objects."""
        return _json.structs(
            items, type_, lambda place: self.tally.add(name, "they are no objects", f"{name}[{place}]")
        )

    def labels(self, categories: list[Any]) -> tuple[dict[Id, str | None], dict[str, Id]]:
        """Return the label of each id, None for those that mean none, and the id of each label, in the file's order."""
        found: dict[Id, str | None] = {}
        ids: dict[str, Id] = {}
        for i, category in self.structs("categories", categories, _Category):
            place = f"categories[{i}]"
            name = category.name.strip() if isinstance(category.name, str) else ""
            if not is_id(category.id):
                self.tally.add("categories", "their id is no number and no text", f"{place}.id")
            elif not 0 < len(name) <= 200 or not _json.plain(name) or "\0" in name:
                self.tally.add("categories", "a label's name has 1 to 200 characters", f"{place}.name")
                found.setdefault(category.id, None)
            elif category.id in found and found[category.id] != name:
                self.tally.add("categories", "another one has the same id", f"{place}.id")
                found[category.id] = None
            else:
                if name in ids and ids[name] != category.id:
                    self.tally.add("category ids", "another category has the same name; they are one label", place)
                found[category.id] = name
                ids.setdefault(name, _whole(category.id))
        still = set(found.values())
        return found, {name: i for name, i in ids.items() if name in still}

    def images(self, images: list[Any]) -> dict[Id, _Known | None]:
        """Return the image of each id; None for an id that means none, or several."""
        found: dict[Id, _Known | None] = {}
        names: set[str] = set()
        for i, image in self.structs("images", images, _Image):
            place = f"images[{i}]"
            if not is_id(image.id):
                self.tally.add("images", "their id is no number and no text", f"{place}.id")
                continue
            before = found.get(image.id)
            if image.id in found:
                same = before is not None and before.name == image.file_name
                self.tally.add("images", "another one has the same id", f"{place}.id")
                found[image.id] = before if same else None
            elif not isinstance(image.file_name, str) or not image.file_name or not _json.plain(image.file_name):
                self.tally.add("images", "they have no file_name", f"{place}.file_name")
                found[image.id] = None
            elif image.file_name in names:
                self.tally.add("images", "another one has the same file_name", f"{place}.file_name")
                found[image.id] = None
            else:
                width, height = _json.number(image.width) or 0, _json.number(image.height) or 0
                size = (width, height) if width > 0 and height > 0 else (math.inf, math.inf)
                found[image.id] = _Known(
                    i,
                    image.file_name,
                    *size,
                    _coco_extra.of_image(self.tally, place, image.nbannotate),
                    _coco_extra.metadata(self.tally, place, image.extra),
                )
                names.add(image.file_name)
        return found

    def annotation(self, image: _Known, found: list[Shape]) -> Annotation:
        """Return all that the file says of an image."""
        nothing = image.extra.nothing_to_label
        if nothing and found:
            self.tally.add(
                "marks 'nothing to label'", "there are annotations of the image", f"images[{image.place}].nbannotate"
            )
        return Annotation(
            shapes=tuple(found), tags=tuple(image.extra.tags), nothing_to_label=nothing and not found,
            tag_attributes=image.extra.tag_attributes,
        )  # fmt: skip

    def shapes(self, index: int, item: _Annotation, label: str, image: _Known, taken: set[str]) -> list[Shape]:
        """Return the shapes of one annotation."""
        place = f"annotations[{index}]"
        if _is_crowd(item):
            field = "segmentation" if isinstance(item.segmentation, dict) else "iscrowd"
            self.tally.add("crowd regions", "a crowd is no single shape", f"{place}.{field}")
            return []
        if isinstance(item.keypoints, list) and any(item.keypoints):
            self.tally.add("sets of key points", "key points cannot be read yet", f"{place}.keypoints")
        rle = None
        if isinstance(item.segmentation, dict):
            kind, (parts, rle) = "mask", self.mask(place, item.segmentation, image)
        else:
            kind, parts = "polygon", self.polygons(place, item.segmentation, image)
            if not parts:
                kind, parts = "rectangle", self.rectangle(place, item, image)
        attributes = self.attributes(place, item.attributes)
        if len(parts) > 1:
            attributes.setdefault(PART_OF, f"coco {item.id if is_id(item.id) else index}")
        extra = _coco_extra.of_annotation(self.tally, place, item.nbannotate)
        also = tuple(dict.fromkeys(v for v in extra.also if v != label))
        confidence = self.confidence(place, item.score)
        made = []
        for n, points in enumerate(parts):
            wanted = extra.shape_ids[n] if n < len(extra.shape_ids) else ""
            shape_id = wanted if 0 < len(wanted) <= 64 and wanted not in taken else new_shape_id()
            taken.add(shape_id)
            made.append(
                Shape(
                    kind=kind, points=points, label=label, id=shape_id, attributes=attributes, confidence=confidence,
                    also=also, rle=rle,
                )
            )  # fmt: skip
        return made

    def mask(
        self, place: str, segmentation: dict[str, Any], image: _Known
    ) -> tuple[list[tuple[Point, ...]], Rle | None]:
        """Return the corners of the box around the pixels, and their run lengths; count what are none."""
        try:
            points, rle = of_pixels("a mask", segmentation)
        except InvalidInput:
            self.tally.add("masks", "their run lengths are those of no mask", f"{place}.segmentation")
            return [], None
        if image.width < math.inf and rle.size != (round(image.height), round(image.width)):
            self.tally.add("masks", "they have another size than their image", f"{place}.segmentation.size")
            return [], None
        return [points], rle

    def polygons(self, place: str, segmentation: Any, image: _Known) -> list[tuple[Point, ...]]:
        """Return the polygons that can be taken, and count the others."""
        if not segmentation:
            return []
        if not isinstance(segmentation, list):
            self.tally.add("polygons", "they are no list", f"{place}.segmentation")
            return []
        parts = []
        for n, part in enumerate(segmentation):
            where = f"{place}.segmentation[{n}]"
            values = _json.numbers(part)
            if values is None:
                self.tally.add("polygons", _json.why_not(part, "they are no list of numbers"), where)
            elif len(values) % 2:
                self.tally.add("polygons", "they have an odd number of numbers; x and y are pairs", where)
            else:
                points = tuple(zip(values[::2], values[1::2], strict=True))
                if len(points) > 3 and points[0] == points[-1]:
                    points = points[:-1]
                if len(points) < 3:
                    self.tally.add("polygons", "they have fewer than three points", where)
                elif self.good("polygon", points, image, place):
                    parts.append(points)
        return parts

    def rectangle(self, place: str, item: _Annotation, image: _Known) -> list[tuple[Point, ...]]:
        """Return the box, if it can be taken; count it if not."""
        if not item.bbox:
            if not item.segmentation:
                self.tally.add("annotations", "they have neither a segmentation nor a bbox", place)
            return []
        values = _json.numbers(item.bbox)
        if values is None or len(values) != 4:
            why = _json.why_not(item.bbox, "they are not four numbers: x, y, width and height")
            self.tally.add("boxes", why, f"{place}.bbox")
            return []
        x, y, width, height = values
        if width <= 0 or height <= 0:
            self.tally.add("boxes", "their width or height is not positive", f"{place}.bbox")
            return []
        points = (x, y), (x + width, y + height)
        return [points] if self.good("rectangle", points, image, place) else []

    def good(self, kind: str, points: tuple[Point, ...], image: _Known, place: str) -> bool:
        """Return whether a workspace takes the shape: count those with nothing in the image."""
        problem = shapes.kind(kind).check(points, image.width, image.height)
        if problem:
            self.tally.add(f"{kind}s", problem.rstrip("."), place)
        return problem is None

    def attributes(self, place: str, given: Any) -> dict[str, Any]:
        """Return the attributes that can be kept."""
        if not given:
            return {}
        if not isinstance(given, dict):
            self.tally.add("sets of attributes", "they are no objects", f"{place}.attributes")
            return {}
        kept = {name: value for name, value in given.items() if _json.kept(name) and _json.kept(value)}
        for name in given.keys() - kept.keys():
            self.tally.add("attributes", "their values are no JSON, such as NaN", f"{place}.attributes.{name!r:.80}")
        return kept

    def confidence(self, place: str, given: Any) -> float | None:
        """Return the score, if it is one."""
        score = _json.number(given)
        if given is not None and (score is None or not 0 <= score <= 1):
            self.tally.add("scores", _json.why_not(given, "they are no numbers from 0 to 1"), f"{place}.score")
            return None
        return score


def is_id(value: object) -> bool:
    """Return whether a value can be an id: a number or a text."""
    return _json.number(value) is not None or (isinstance(value, str) and _json.plain(value))


def _whole(value: Id) -> Id:
    """Return 1 for 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _get(known: dict[Id, Any], value: Any) -> Any:
    return known.get(value) if is_id(value) else None


def _is_crowd(item: _Annotation) -> bool:
    return item.iscrowd in (1, "1") if isinstance(item.iscrowd, int | float | str) else False
