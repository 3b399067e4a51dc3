"""The labels of shapes, and the label of the next one."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate.canvas.model import CanvasModel
from nbannotate.shapes import kind
from nbannotate.texts import Message


def set_label(canvas: CanvasModel, name: str, ids: Iterable[str] | None = None) -> None:
    """Label shapes, by default the selection; an empty name takes the label away.

    Where the label does not allow the kind of a shape, ``on_error`` hears why, and the shape stays as it is.
    """
    free = canvas.unlocked(ids)
    sentence = canvas.document.label(canvas.label_named(name) if name else None, free)[1]
    if sentence is not None:
        canvas.complain(Message(sentence))


def toggle_label(canvas: CanvasModel, name: str, ids: Iterable[str] | None = None) -> None:
    """Add a label to shapes, by default those selected; if all of them have it, take it away from them.

    The first label of a shape gives its color; if that goes, the next one is the first.
    """
    sentence = canvas.document.toggle(canvas.label_named(name), canvas.unlocked(ids))[1]
    if sentence is not None:
        canvas.complain(Message(sentence))


def choose_label(canvas: CanvasModel, name: str) -> None:
    """Choose the label of the next shape; an empty name for none."""
    canvas.label = canvas.label_named(name).name if name else ""
    drawn = canvas.document.shapes.get(canvas.document.drawn)
    if drawn is not None and not canvas.document.for_label and kind(drawn.kind).gesture == "stroke":
        canvas.document.select(())  # or the next stroke would go on with the mask of another label
