"""Shapes of one kind made into another: outlines into masks, masks and rotated rectangles into polygons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nbannotate.canvas.document import allows, not_allowed
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Shape
from nbannotate.shapes import kind
from nbannotate.shapes.turning import turned

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas


def convert(canvas: Canvas, ids: Iterable[str] | None) -> tuple[str, ...]:
    """Turn shapes, by default the selection, into the other kind, in their places; return the ids of those that were.

    What cannot be turned stays as it is, and ``on_error`` hears why. It is undone at once.
    """
    if not canvas.editable:
        raise Refused("These shapes can be looked at, but not changed.")
    width, height = canvas.image_size
    chosen, sentence = set(canvas._free(ids)), None
    after: dict[str, Shape] = {}
    made: list[str] = []
    for shape_id, shape in canvas._document.shapes.items():
        after[shape_id] = shape
        if shape_id not in chosen:
            continue
        label, target = canvas._labels.get(shape.label), kind(shape.kind).turns_into
        if label is not None and target and not allows(label, target):
            sentence = not_allowed(label, target)
            continue
        try:
            after[shape_id] = turned(shape, width, height)
        except InvalidInput as error:
            sentence = str(error)
            continue
        made.append(shape_id)
    canvas._document.change(after)
    if made:
        canvas._document.select(made)
    if sentence is not None:
        canvas._complain(sentence)
    return tuple(made)
