"""What holds of every annotation in the store, whatever the recipe: the one check of all doors by which they come in.

The page and ``task.save`` ask it before they look at the recipe, imports ask it alone, and what is spread is saved. So
what is in the store can be saved as it is, submitted, exported and read again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

import msgspec

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.model.attribute import check_name
from nbannotate.texts import quoted, t

MAX_SHAPES = 50_000
MAX_POINTS = 20_000
LONGEST_ID = 64
LONGEST_GROUP = 200


def check_well_formed(annotation: Annotation, before: Annotation | None = None) -> None:
    """Raise InvalidInput if an annotation could be in no store, whatever its recipe and its image.

    Parameters
    ----------
    annotation
        What was said.
    before
        What the work began with: shapes that are as they were there are not looked at again.
    """
    check_about(annotation, before)
    kept = {s.id: s for s in before.shapes} if before is not None else {}
    for number, shape in enumerate(annotation.shapes, 1):
        if kept.get(shape.id) != shape:
            check_shape(f"Shape {number}", shape)


def check_about(annotation: Annotation, before: Annotation | None = None) -> None:
    """Raise InvalidInput as :func:`check_well_formed`, without looking at each shape."""
    if len(annotation.shapes) > MAX_SHAPES:
        raise InvalidInput(f"An annotation may have {MAX_SHAPES:,} shapes at most, not {len(annotation.shapes):,}.")
    if annotation.nothing_to_label and annotation.shapes:
        raise InvalidInput(t("An annotation with shapes cannot say 'nothing to label'; delete the shapes first."))
    _check_ids(annotation)
    _check_tags(annotation, before.tags if before is not None else ())


def check_fits(annotation: Annotation, width: int, height: int) -> None:
    """Raise InvalidInput if an annotation may not be in the store for an image of that size, in pixels."""
    check_well_formed(annotation)
    for shape in annotation.shapes:
        check_shape_fits(shape, width, height)


def check_shape_fits(shape: Shape, width: int, height: int) -> None:
    """Raise InvalidInput if a shape may not be on an image of that size, in pixels."""
    if problem := shapes.kind(shape.kind).problem(shape, width, height):
        if not width and not height:
            problem = "nobody knows how large the image is; version.measure() finds out, if it can be opened"
        raise InvalidInput(f"a {shape.kind} of {shape.label!r}: {problem}")


def check_shape(where: str, shape: Shape) -> None:
    """Raise InvalidInput, beginning with ``where``, if no recipe and no image could have the shape."""
    if shape.kind not in shapes.kinds():
        raise InvalidInput(f"{where} has the unknown kind {shape.kind!r}; there are {names(shapes.kinds())}.")
    if len(shape.points) > MAX_POINTS:
        raise InvalidInput(f"{where} may have {MAX_POINTS:,} points at most, not {len(shape.points):,}.")
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in shape.points):
        raise InvalidInput(f"{where} has a point that is not a number.")
    if shape.confidence is not None and not 0 <= shape.confidence <= 1:
        raise InvalidInput(f"{where}: the confidence must be a number from 0 to 1, not {shape.confidence!r}.")
    if shape.color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", shape.color):
        raise InvalidInput(f"{where}: the color must look like '#7b1fa2', not {shape.color!r}.")
    if problem := shapes.kind(shape.kind).payload(shape):
        raise InvalidInput(f"{where}: {problem}")
    if shape.also and not shape.label:
        raise InvalidInput(f"{where} has further labels ({names(shape.also)}), but no first one.")
    if len(set(shape.labels)) != len(shape.labels):
        raise InvalidInput(f"{where} has a label twice: {names(shape.labels)}.")
    for what, name in (("group", shape.group), ("track", shape.track)):
        if name is not None and not 0 < len(name) <= LONGEST_GROUP:
            raise InvalidInput(f"{where}: the {what} has 1 to {LONGEST_GROUP} characters, not {len(name)}.")
        check_text(f"{where}: the {what}", name or "")
    for label in shape.labels:
        check_label(f"{where}: the label", label)
    check_values(where, shape.attributes)


def check_label(where: str, label: str) -> None:
    """Raise InvalidInput, beginning with ``where``, for what no label can be called."""
    check_name(where, label)
    check_text(where, label)


def check_text(where: str, text: str) -> None:
    """Raise InvalidInput for text that no file can hold: halves of characters, and the character 0."""
    if "\0" in text or not _encodes(text):
        raise InvalidInput(f"{where} has characters that no text can hold: {text!r}.")


def check_values(where: str, values: Mapping[str, object]) -> None:
    """Raise InvalidInput, beginning with ``where``, for attributes that would not come out as they went in."""
    for name, value in values.items():
        check_text(f"{where}: the name of an attribute", name)
        if not _plain(value):
            raise InvalidInput(f"{where}: the attribute {name!r} has a value that JSON cannot hold: {value!r}.")


def names(values: Iterable[object]) -> str:
    """Return names as they stand in a sentence."""
    return ", ".join(repr(str(v)) for v in values) or "none"


def _check_ids(annotation: Annotation) -> None:
    seen: set[str] = set()
    for number, shape in enumerate(annotation.shapes, 1):
        if not shape.id or len(shape.id) > LONGEST_ID or shape.id in seen or not _encodes(shape.id):
            raise InvalidInput(f"Shape {number} needs an id of its own, 64 characters at most, not {shape.id!r}.")
        seen.add(shape.id)


def _check_tags(annotation: Annotation, before: Iterable[str]) -> None:
    if len(set(annotation.tags)) != len(annotation.tags):
        raise InvalidInput("A tag stands twice.")
    for name in annotation.tags:
        if name not in before:
            check_name("The name of a tag", name)
            check_text("The name of a tag", name)
    for name, values in annotation.tag_attributes.items():
        if name not in annotation.tags:
            raise InvalidInput(f"There are attributes of the tag {name!r}, but not the tag.")
        check_values(t("The tag {tag}", tag=quoted(name)), values)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value: object) -> bool:
    """Return whether a value is the same after it was written as JSON and read."""
    if isinstance(value, str):
        return "\0" not in value and _encodes(value)
    if value is None or type(value) in (bool, int):
        return True
    try:
        return bool(msgspec.json.decode(msgspec.json.encode(value)) == _lists(value))
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return False


def _lists(value: object) -> object:
    """Return a value with lists in place of tuples, as JSON has them."""
    if isinstance(value, list | tuple):
        return [_lists(v) for v in value]
    return {k: _lists(v) for k, v in value.items()} if isinstance(value, dict) else value
