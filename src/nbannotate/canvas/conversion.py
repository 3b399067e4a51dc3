"""Shapes of one kind made into another: outlines into masks, masks and rotated rectangles into polygons."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate.canvas.document import allows, not_allowed
from nbannotate.canvas.model import CanvasModel
from nbannotate.errors import InvalidInput
from nbannotate.model import Shape
from nbannotate.shapes import kind
from nbannotate.shapes.turning import turned
from nbannotate.texts import Message


def convert(canvas: CanvasModel, ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Turn closed outlines into masks, masks and rotated rectangles into polygons, by default the selected ones.

    Parts and holes stay those of one shape; the ids, which are returned, stay, too.

    What cannot be turned, or is of a label that does not allow the other kind, stays; ``on_error`` hears why.
    """
    canvas.check_editable()
    width, height = canvas.image_size
    chosen, sentence = set(canvas.unlocked(ids)), None
    after: dict[str, Shape] = {}
    made: list[str] = []
    for shape_id, shape in canvas.document.shapes.items():
        after[shape_id] = shape
        if shape_id not in chosen:
            continue
        label, target = canvas.labels.get(shape.label), kind(shape.kind).turns_into
        if label is not None and target and not allows(label, target):
            sentence = not_allowed(label, target)
            continue
        try:
            after[shape_id] = turned(shape, width, height)
        except InvalidInput as error:
            sentence = error.message
            continue
        made.append(shape_id)
    canvas.document.change(after)
    if made:
        canvas.document.select(made)
    if sentence is not None:
        canvas.complain(Message(sentence))
    return tuple(made)
