"""Reads COCO: what is not needed may hold anything, and one bad item is said with its place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.files.source import Source, is_image
from nbannotate.formats import _coco_extra, _coco_panoptic, _json
from nbannotate.formats._coco_extra import OURS, AnnotationExtra, AsGiven, ImageExtra, area_of, box_of
from nbannotate.formats._coco_file import CocoFile, plain
from nbannotate.formats._contract import Contents, Foreign, Head, Id, Row
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Label, Point, Shape, new_shape_id
from nbannotate.model.geometry import of_pixels
from nbannotate.shapes.rings import is_closed
from nbannotate.shapes.skeleton import placed

#: The attribute by which the parts of one polygon once knew each other.
PART_OF = "part_of"

_OF_IMAGE = frozenset({"id", "file_name", "width", "height", "extra", OURS})
_OF_CATEGORY = frozenset({"id", "name", "keypoints", "skeleton", OURS})
_OF_ANNOTATION = frozenset(
    {"id", "image_id", "category_id", "bbox", "area", "segmentation", "iscrowd", "score", "attributes", "keypoints",
     "num_keypoints", "segments_info", OURS}
)  # fmt: skip


class Known(msgspec.Struct, frozen=True):
    """An image of a file that can be used: its place, its name, its size (infinite if not known), and more."""

    place: str
    name: str
    width: float
    height: float
    extra: ImageExtra
    metadata: dict[str, Any]
    foreign: Foreign


class Reader:
    """Reads the files of one data set.

    Parameters
    ----------
    files
        One, or one a split.
    problems
        Where it is said what cannot be read.
    source
        Where the images are, and the PNG files of a panoptic data set; None for what is in memory.
    """

    def __init__(self, files: list[CocoFile], problems: Problems, source: Source | None = None) -> None:
        self.files, self.problems, self.source = files, problems, source
        self.labels: dict[str, Label] = {}
        self.foreign: dict[str, Foreign] = {}
        self.taken: set[str] = set()
        self.last_id = 0
        #: The files with their categories and images, once :meth:`contents` was asked for.
        self.parts: list[tuple[CocoFile, dict[Id, str | None], dict[Id, Known | None]]] = []

    def contents(self) -> Contents:
        """Return the labels, and the images when they are asked for."""
        names: set[str] = set()
        categories = [self.categories(file) for file in self.files]
        images = [self.images(file, names) for file in self.files]
        extra: dict[str, Any] = {}
        for file in self.files:
            extra = _coco_extra.rest(self.problems, file.place + "top level", file.rest, frozenset()) | extra
        rows = (
            row for parts in zip(self.files, categories, images, strict=True) for row in self.rows(*parts)
        )  # one file after the other
        head = Head(tuple(self.labels.values()), foreign=self.foreign, extra=extra)
        total = sum(image is not None for known in images for image in known.values())
        self.parts = list(zip(self.files, categories, images, strict=True))
        return Contents(head, rows, total, self.last_id)

    def categories(self, file: CocoFile) -> dict[Id, str | None]:
        """Return the label of each id of a file, None for those that mean none."""
        found: dict[Id, str | None] = {}
        for i, item in enumerate(file.categories):
            place, category = f"{file.place}categories[{i}]", plain(item)
            if not isinstance(category, dict):
                self.problems.add("categories", "they are no objects", place)
                continue
            number: Any = category.get("id")
            written = category.get("name")
            name = written.strip() if isinstance(written, str) else ""
            if not _json.is_id(number):
                self.problems.add("categories", "their id is no number and no text", f"{place}.id")
            elif not 0 < len(name) <= 200 or not _json.kept(name):
                self.problems.add("categories", "a label's name has 1 to 200 characters", f"{place}.name")
                found.setdefault(number, None)
            elif number in found and found[number] != name:
                self.problems.add("categories", "another one has the same id", f"{place}.id")
                found[number] = None
            else:
                if name in found.values() and number not in found:
                    why = "another category has the same name; they are one label"
                    self.problems.note("category ids", why, place)
                found[number] = name
                if name not in self.labels:
                    self.labels[name] = _coco_extra.label(self.problems, place, name, category)
                    self.foreign[name] = self._of_category(place, name, category)
        still = set(found.values())
        for name in [n for n in self.labels if n not in still and len(self.files) == 1]:
            del self.labels[name], self.foreign[name]
        return found

    def _of_category(self, place: str, name: str, category: dict[str, Any]) -> Foreign:
        known = _OF_CATEGORY | ({"color"} if _coco_extra.is_color(category.get("color")) else set())
        extra = _coco_extra.rest(self.problems, place, category, known)
        written = category["name"]
        return Foreign(_json.whole(category["id"]), extra, name=written if written != name else None)

    def images(self, file: CocoFile, names: set[str]) -> dict[Id, Known | None]:
        """Return the image of each id; None for an id that means none, or several."""
        found: dict[Id, Known | None] = {}
        for i, item in enumerate(file.images):
            place, image = f"{file.place}images[{i}]", plain(item)
            if not isinstance(image, dict):
                self.problems.add("images", "they are no objects", place)
                continue
            number: Any = image.get("id")
            name = image.get("file_name")
            if not _json.is_id(number):
                self.problems.add("images", "their id is no number and no text", f"{place}.id")
            elif number in found:
                before = found[number]
                self.problems.add("images", "another one has the same id", f"{place}.id")
                found[number] = before if before is not None and before.name == name else None
            elif not isinstance(name, str) or not name or not _json.kept(name):
                self.problems.add("images", "they have no file_name", f"{place}.file_name")
                found[number] = None
            elif name in names:
                self.problems.add("images", "another one has the same file_name", f"{place}.file_name")
                found[number] = None
            else:
                found[number] = self._known(place, name, image)
                names.add(name)
        return found

    def _known(self, place: str, name: str, image: dict[str, Any]) -> Known:
        width, height = _json.number(image.get("width")) or 0, _json.number(image.get("height")) or 0
        size = (width, height) if width > 0 and height > 0 else (math.inf, math.inf)
        number = _json.whole(image["id"])
        self.last_id = max(self.last_id, number if isinstance(number, int) else 0)
        return Known(
            place, name, *size,
            _coco_extra.of_image(self.problems, place, image.get(OURS)),
            _coco_extra.metadata(self.problems, place, image.get("extra")),
            Foreign(number, extra=_coco_extra.rest(self.problems, place, image, _OF_IMAGE)),
        )  # fmt: skip

    def rows(self, file: CocoFile, categories: dict[Id, str | None], images: dict[Id, Known | None]) -> Iterator[Row]:
        """Go through the images of a file; what of the annotations is of none is said first."""
        by_image = file.by_image()
        self.say_of_none(file, images, by_image)
        for image_id, image in images.items():
            if image is not None:
                yield self.row(file, image, categories, by_image.get(image_id, []))

    def say_of_none(self, file: CocoFile, images: dict[Id, Known | None], by_image: dict[Any, list[int]]) -> None:
        """Say which annotations are of no image."""
        for image_id, places in by_image.items():
            if images.get(image_id) is None:
                for i in places:
                    item, place = plain(file.annotations[i]), f"{file.place}annotations[{i}]"
                    if isinstance(item, dict):
                        why = "there is no usable image with their image_id"
                        self.problems.add("annotations", why, f"{place}.image_id")
                    else:
                        self.problems.add("annotations", "they are no objects", place)

    def row(self, file: CocoFile, image: Known, categories: dict[Id, str | None], places: list[int]) -> Row:
        """Return what a file says of an image."""
        found: list[Shape] = []
        foreign: dict[str, Foreign] = {}
        for i in places:
            for shape, its in self.annotation(file, i, file.annotations[i], image, categories):
                found.append(shape)
                foreign[shape.id] = its
        return self.made(file, image, found, foreign)

    def annotation(
        self, file: CocoFile, i: int, given: Any, image: Known, categories: dict[Id, str | None]
    ) -> Iterator[tuple[Shape, Foreign]]:
        """Return the shape of an annotation, of a panoptic one all its segments, each with what the file calls it."""
        place, item = f"{file.place}annotations[{i}]", plain(given)
        number = _json.whole(item["id"]) if _json.is_id(item.get("id")) else None
        self.last_id = max(self.last_id, number if isinstance(number, int) else 0)
        if "segments_info" in item:
            yield from _coco_panoptic.segments(self, file, place, item, image, categories)
            return
        label = categories.get(item.get("category_id")) if _json.is_id(item.get("category_id")) else None
        if label is None:
            why = "there is no usable category with their category_id"
            self.problems.add("annotations", why, f"{place}.category_id")
        elif (made := self.shape(place, item, label, image)) is not None:
            shape, as_given = made
            extra = _coco_extra.rest(self.problems, place, item, _OF_ANNOTATION)
            if shape.kind == "skeleton" and item.get("segmentation") and _json.kept(item["segmentation"]):
                extra["segmentation"] = item["segmentation"]
            yield shape, Foreign(number, extra=_coco_extra.with_given(extra, as_given, shape), place=i)

    def made(self, file: CocoFile, image: Known, found: list[Shape], foreign: dict[str, Foreign]) -> Row:
        """Return an image with its shapes."""
        nothing = image.extra.nothing_to_label
        if nothing and found:
            why = "there are annotations of the image"
            self.problems.add("marks 'nothing to label'", why, f"{image.place}.nbannotate")
        said = None
        if found or image.extra is not _coco_extra.NOTHING:
            said = Annotation(
                shapes=tuple(found), tags=tuple(image.extra.tags), nothing_to_label=nothing and not found,
                tag_attributes=image.extra.tag_attributes,
            )  # fmt: skip
            said = None if said.empty and not image.extra.said else said
        known = image.width < math.inf
        in_folder = self.source is not None and not self.source.single
        split = image.extra.split or (file.split if in_folder else None)
        return Row(
            image.name, round(image.width) if known else 0, round(image.height) if known else 0,
            said, metadata=image.metadata, split=split,
            sequence=image.extra.sequence, moment=image.extra.moment,
            image=self.image_of(file, image.name), foreign=image.foreign, shapes=foreign,
        )  # fmt: skip

    def image_of(self, file: CocoFile, name: str) -> str | None:
        """Return the member that is an image, first of all in the folder that the file is named after."""
        if self.source is None or self.source.single:
            return None
        found = self.source.beside(f"{file.folder}/{name}", file.member)
        return found if found is not None and is_image(found) else None

    def shape(self, place: str, item: dict[str, Any], label: str, image: Known) -> tuple[Shape, AsGiven] | None:
        """Return the shape of one annotation, and what the file says of its geometry otherwise than it is written."""
        given = AsGiven()
        extra = _coco_extra.of_annotation(self.problems, place, item.get(OURS))
        attributes = self.attributes(place, item.get("attributes"))
        crowd = item.get("iscrowd")
        if isinstance(crowd, int | float | str) and crowd in (1, "1"):
            attributes["crowd"] = True
        wanted = next(iter(extra.shape_ids), "")
        shape_id = wanted if 0 < len(wanted) <= 64 and _json.kept(wanted) and wanted not in self.taken else ""
        fields: dict[str, Any] = {
            "label": label, "id": shape_id or new_shape_id(), "attributes": attributes,
            "confidence": self.confidence(place, item.get("score")),
            "color": extra.color if _coco_extra.is_color(extra.color) else None,
            "also": tuple(v for v in extra.also if v != label), "group": extra.group, "track": extra.track,
            "keyframe": extra.keyframe,
        }  # fmt: skip
        made = self.geometry(place, item, image, fields, extra, given)
        if made is None:
            return None
        if shape_id:
            self.taken.add(shape_id)
        self.compare(item, made, given)
        return made, given

    def geometry(
        self, place: str, item: dict[str, Any], image: Known, fields: dict[str, Any], extra: AnnotationExtra,
        given: AsGiven,
    ) -> Shape | None:  # fmt: skip
        """Return the first of these that can be taken: key points, run lengths, polygons, the box."""
        made = None
        if isinstance(item.get("keypoints"), list) and any(item["keypoints"]):
            made = self.skeleton(place, item["keypoints"], image, fields)
        segmentation = item.get("segmentation")
        if made is None and isinstance(segmentation, dict):
            made = self.mask(place, segmentation, image, fields)
            given.runs = made is not None and isinstance(segmentation.get("counts"), list)
            return made
        if made is None and segmentation:
            made = self.polygon(place, segmentation, image, fields, extra, given)
        return made or self.rectangle(place, item, image, fields)

    def mask(self, place: str, runs: dict[str, Any], image: Known, fields: dict[str, Any]) -> Shape | None:
        """Return the pixels of run lengths, compressed or not."""
        try:
            points, rle = of_pixels("a mask", runs)
        except InvalidInput:
            self.problems.add("masks", "their run lengths are those of no mask", f"{place}.segmentation")
            return None
        if image.width < math.inf and rle.size != (round(image.height), round(image.width)):
            self.problems.add("masks", "they have another size than their image", f"{place}.segmentation.size")
            return None
        return Shape(kind="mask", points=points, rle=rle, **fields)

    def skeleton(self, place: str, values: list[Any], image: Known, fields: dict[str, Any]) -> Shape | None:
        """Return the key points: x, y and visibility of each, one after the other."""
        where, found = f"{place}.keypoints", _json.numbers(values)
        if found is None or len(found) % 3:
            self.problems.add("key points", _json.why_not(values, "they are no triples of numbers"), where)
            return None
        states = [round(v) for v in found[2::3]]
        points = placed(list(zip(found[::3], found[1::3], strict=True)), states)
        seen = () if all(v == 2 for v in states) else tuple(states)
        return self.good(where, Shape(kind="skeleton", points=points, visibility=seen, **fields), image)

    def polygon(
        self, place: str, segmentation: Any, image: Known, fields: dict[str, Any], extra: AnnotationExtra,
        given: AsGiven,
    ) -> Shape | None:  # fmt: skip
        """Return one polygon of all parts that can be taken; say of the others why not."""
        if not isinstance(segmentation, list):
            self.problems.add("polygons", "they are no list", f"{place}.segmentation")
            return None
        rings: list[list[Point]] = []
        for n, part in enumerate(segmentation):
            where, values = f"{place}.segmentation[{n}]", _json.numbers(part)
            if values is None:
                self.problems.add("polygons", _json.why_not(part, "they are no list of numbers"), where)
            elif len(values) % 2:
                self.problems.add("polygons", "they have an odd number of numbers; x and y are pairs", where)
            else:
                ring = list(zip(values[::2], values[1::2], strict=True))
                if is_closed(ring):
                    ring.pop()
                    given.closed.append(len(rings))
                if len(ring) < 3:
                    self.problems.add("polygons", "they have fewer than three points", where)
                else:
                    rings.append(ring)
        if not rings:
            return None
        points = tuple(point for ring in rings for point in ring)
        counts = tuple(map(len, rings)) if len(rings) > 1 else ()
        if counts:
            fields["attributes"].pop(PART_OF, None)
        kind = "rotated_rectangle" if extra.kind == "rotated_rectangle" and len(points) == 4 else "polygon"
        return self.good(place, Shape(kind=kind, points=points, rings=counts, **fields), image)

    def rectangle(self, place: str, item: dict[str, Any], image: Known, fields: dict[str, Any]) -> Shape | None:
        """Return the box."""
        box = item.get("bbox")
        if not box:
            if not item.get("segmentation"):
                self.problems.add("annotations", "they have neither a segmentation nor a bbox", place)
            return None
        values = _json.numbers(box)
        if values is None or len(values) != 4:
            why = _json.why_not(box, "they are not four numbers: x, y, width and height")
            self.problems.add("boxes", why, f"{place}.bbox")
            return None
        x, y, width, height = values
        if width <= 0 or height <= 0:
            self.problems.add("boxes", "their width or height is not positive", f"{place}.bbox")
            return None
        return self.good(place, Shape(kind="rectangle", points=((x, y), (x + width, y + height)), **fields), image)

    def good(self, place: str, shape: Shape, image: Known) -> Shape | None:
        """Return a shape that a workspace takes; say of one with nothing in the image why not."""
        problem = shapes.kind(shape.kind).problem(shape, image.width, image.height)
        if problem:
            self.problems.add(f"{shape.kind}s".replace("_", " "), problem.rstrip("."), place)
        return None if problem else shape

    def compare(self, item: dict[str, Any], shape: Shape, given: AsGiven) -> None:
        """Keep the box and the area of an annotation where they are not those of its geometry."""
        box, area = _json.numbers(item.get("bbox")), _json.number(item.get("area"))
        if box is not None and len(box) == 4 and box != box_of(shape):
            given.bbox = box
        if area is not None and area != area_of(shape):
            given.area = area

    def attributes(self, place: str, given: Any) -> dict[str, Any]:
        """Return the attributes that can be kept."""
        if not given:
            return {}
        if not isinstance(given, dict):
            self.problems.add("sets of attributes", "they are no objects", f"{place}.attributes")
            return {}
        kept = {name: value for name, value in given.items() if _json.kept(name) and _json.kept(value)}
        for name in given.keys() - kept.keys():
            why = "their values are no JSON, such as NaN"
            self.problems.add("attributes", why, f"{place}.attributes.{name!r:.80}")
        return kept

    def confidence(self, place: str, given: Any) -> float | None:
        """Return the score, if it is one."""
        score = _json.number(given)
        if given is not None and (score is None or not 0 <= score <= 1):
            self.problems.add("scores", _json.why_not(given, "they are no numbers from 0 to 1"), f"{place}.score")
            return None
        return score
