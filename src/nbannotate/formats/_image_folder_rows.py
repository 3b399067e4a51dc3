"""Rows of image folders: what a line of a metadata file says; see :mod:`nbannotate.formats.image_folder`."""

from __future__ import annotations

import posixpath
import re
from typing import Any

import msgspec
import yaml

from nbannotate import shapes
from nbannotate.errors import NbannotateError
from nbannotate.files.source import Source
from nbannotate.formats import _json, _splits, _usable
from nbannotate.formats._contract import Foreign, Head, Row
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Label, Origin, Shape

#: The column with what the others have no word for.
OWN = "nbannotate"
CARD = "README.md"
CATEGORIES = ("categories", "category", "label", "labels")
_OURS = frozenset({"id", "bbox", "area", "segmentation", "iscrowd", "is_crowd", *CATEGORIES})
_NO_METADATA = frozenset({"file_name", "objects", "width", "height", "tags", "label", OWN})


class Own(msgspec.Struct, omit_defaults=True):
    """What a line says in our own column."""

    name: str = ""
    annotation: Annotation | None = None
    split: str | None = None
    sequence: str | None = None
    moment: float | None = None
    metadata: dict[str, Any] | None = None
    origin: Origin | None = None
    source: str | None = None
    foreign: Foreign = Foreign()
    shapes: dict[str, Foreign] = {}


class Names:
    """What the numbers of categories are called, from the card of the data set.

    Parameters
    ----------
    source
        What is read.
    head
        What was written here.
    """

    def __init__(self, source: Source, head: Head) -> None:
        self._head = head
        self._names: dict[str, str] = {}
        if source.has(CARD) and source.size(CARD) < 1 << 22:
            front = re.match(r"---\r?\n(.*?)\r?\n---", source.text(CARD), re.DOTALL)
            try:
                self._find(yaml.safe_load(front[1]) if front else None)
            except (yaml.YAMLError, RecursionError):
                self._names = {}  # the card is for people; without it numbers stay numbers

    def _find(self, said: Any) -> None:
        """Take the names of the first list of classes in a card."""
        if self._names:
            return
        if isinstance(said, dict):
            classes = said.get("class_label")
            names = classes.get("names") if isinstance(classes, dict) else None
            pairs = names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else ()
            self._names = {str(k): v for k, v in pairs if _usable.name(v) == v}
        for inner in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
            self._find(inner)

    def head(self, first: dict[str, Any]) -> Head:
        """Return the labels, those that were written here or of the card, and what the columns of a line are."""
        columns = [k for k in first if k not in _NO_METADATA and _usable.name(k) == k]
        extra = self._head.extra | ({"columns": columns} if columns else {})
        labels = self._head.labels or tuple(Label(v) for v in dict.fromkeys(self._names.values()))
        return msgspec.structs.replace(self._head, labels=labels, extra=extra)

    def of(self, given: Any) -> str | None:
        """Return the label that a category is; None for what can be none."""
        if isinstance(given, int) and not isinstance(given, bool):
            return self._names.get(str(given), str(given))
        return _usable.name(given)


def row_of(
    source: Source, member: str, said: dict[str, Any], names: Names, problems: Problems, place: str
) -> Row | None:
    """Return what a line says; None if it names no image."""
    name = said.get("file_name")
    if not isinstance(name, str) or not name.strip() or not _json.kept(name):
        problems.add("lines", "their file_name is no path", f"{place}: file_name")
        return None
    image = source.beside(name, member)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(member), name.replace("\\", "/"))).lstrip("/.")
    own = _own(said.get(OWN), problems, place)
    width, height = (v if isinstance(v := said.get(k), int) and v > 0 else 0 for k in ("width", "height"))
    if not width and image is not None:
        width, height = source.size_of_image(image)
    made = _shapes(said.get("objects"), own, (width, height), names, problems, place)
    tags = _tags(said, names, problems, place)
    metadata = {k: v for k, v in said.items() if k not in _NO_METADATA and v is not None and _usable.name(k) == k}
    for key, value in (own.metadata or {}).items():  # a column that somebody changed counts
        changed = key in metadata and _scalar(value) and _scalar(metadata[key]) and value != metadata[key]
        metadata |= {} if changed else {key: value}
    return Row(
        own.name or image or path,
        width,
        height,
        _annotation(said, made, tags, own),
        origin=own.origin,
        source=own.source,
        metadata={k: v for k, v in metadata.items() if _json.kept(v)},
        split=own.split if said.get(OWN) is not None else _splits.of_folder(image or path),
        sequence=own.sequence,
        moment=own.moment,
        image=image,
        foreign=own.foreign,
        shapes={shape.id: its for shape, its in made if its != Foreign()},
    )


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | None)


def _own(given: Any, problems: Problems, place: str) -> Own:
    if given is None:
        return Own()
    try:
        return _json.decoded(given, Own) if isinstance(given, str) else msgspec.convert(given, Own)
    except (msgspec.MsgspecError, NbannotateError) as error:
        problems.add(f"fields {OWN}", f"they are not as nbannotate writes them: {error}", f"{place}: {OWN}")
        return Own()


def _annotation(
    said: dict[str, Any], made: list[tuple[Shape, Foreign]], tags: tuple[str, ...], own: Own
) -> Annotation | None:
    shapes_ = tuple(shape for shape, _ in made)
    mine = own.annotation
    if mine is None:
        found = Annotation(shapes=shapes_, tags=tags)
        return None if found.empty else found
    return Annotation(
        shapes=shapes_,
        tags=tags,
        nothing_to_label=mine.nothing_to_label and not shapes_,
        tag_attributes={k: v for k, v in mine.tag_attributes.items() if k in tags},
    )


def _tags(said: dict[str, Any], names: Names, problems: Problems, place: str) -> tuple[str, ...]:
    given = said.get("tags")
    every = [*(given if isinstance(given, list) else []), *([] if said.get("label") is None else [said["label"]])]
    found: list[str] = []
    for one in every:
        tag = names.of(one)
        if tag is None:
            problems.add("tags", "a tag's name has 1 to 200 characters", place)
        elif tag not in found:
            found.append(tag)
    return tuple(found)


def _objects(given: Any) -> list[dict[str, Any]] | None:
    """Return objects one by one; None if there are lists of different lengths."""
    if given is None:
        return []
    if isinstance(given, list):
        return given if all(isinstance(v, dict) for v in given) else None
    if not isinstance(given, dict):
        return None
    columns = {k: v for k, v in given.items() if isinstance(v, list)}
    if len({len(v) for v in columns.values()}) > 1 or "bbox" not in columns:
        return None if columns else []
    return [{k: v[i] for k, v in columns.items()} for i in range(len(columns["bbox"]))]


def _shapes(
    given: Any, own: Own, size: tuple[int, int], names: Names, problems: Problems, place: str
) -> list[tuple[Shape, Foreign]]:
    objects = _objects(given)
    if objects is None:
        problems.add("objects", "they are no lists of one length with a bbox", f"{place}: objects")
        return []
    mine = own.annotation.shapes if own.annotation is not None else ()
    found = []
    for i, item in enumerate(objects):
        where = f"{place}: objects[{i}]"
        category = next((item[k] for k in CATEGORIES if item.get(k) is not None), "")
        label = "" if category == "" else names.of(category)
        if label is None:
            problems.add("objects", "a label's name has 1 to 200 characters", where)
            continue
        if i < len(mine) and (mine[i].label, bbox_of(mine[i])) == (label, _json.numbers(item.get("bbox"))):
            found.append((mine[i], own.shapes.get(mine[i].id, Foreign())))
            continue
        box = _json.numbers(item.get("bbox"))
        if box is None or len(box) != 4:
            problems.add("objects", "a bbox is x, y, width and height", f"{where}.bbox")
            continue
        shape = _made(item, box, label, problems, where)
        if wrong := shapes.kind("rectangle").problem(shape, *(v or float("inf") for v in size)):
            problems.add("objects", wrong.rstrip("."), f"{where}.bbox")
            continue
        found.append((shape, Foreign(_usable.id_of(item.get("id")))))
    return found


def _made(item: dict[str, Any], box: list[float], label: str, problems: Problems, place: str) -> Shape:
    """Return a rectangle with what else is said of it."""
    more = {k: v for k, v in item.items() if k not in _OURS and v is not None and _usable.name(k) == k}
    crowd = item.get("iscrowd", item.get("is_crowd"))
    if crowd in (0, 1):
        more["crowd"] = bool(crowd)
    x, y, width, height = box
    return Shape(
        kind="rectangle",
        points=((x, y), (x + width, y + height)),
        label=label,
        attributes=_usable.attributes(more, problems, place),
    )


def bbox_of(shape: Shape) -> list[float]:
    """Return x, y, width and height of the box around a shape."""
    x0, y0, x1, y1 = shapes.kind(shape.kind).bounds(shape.points)
    return [x0, y0, x1 - x0, y1 - y0]
