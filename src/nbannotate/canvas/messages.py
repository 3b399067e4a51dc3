"""What the overlay says to its canvas: a struct for each message, checked, because a browser can send anything."""

from __future__ import annotations

from math import isfinite
from typing import Any, Literal, Union

from msgspec import Struct

from nbannotate.canvas.state import Zone
from nbannotate.canvas.view import View
from nbannotate.errors import InvalidInput
from nbannotate.model import json_errors

MOST_POINTS = 400_000  # of one message
Points = tuple[tuple[float, float], ...]


class Message(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """What somebody did on a view of the canvas: a struct for each kind of message, told apart by its ``type``.

    Parameters
    ----------
    g
        The asset that it speaks of, as counted by the canvas: what arrives after another one is shown is too late.
    view_id, n
        Which view of the canvas sent it, and its running number there.
    """

    g: int
    view_id: str
    n: int

    @property
    def shape_ids(self) -> frozenset[str]:
        """Ids of the shapes that the overlay has changed already."""
        return frozenset()


class OfShape(Message, frozen=True):
    """Something about one shape."""

    id: str

    @property
    def shape_ids(self) -> frozenset[str]:
        """Ids of the shapes that the overlay has changed already."""
        return frozenset({self.id} - {""})


class OfShapes(Message, frozen=True):
    """Something about several shapes."""

    ids: tuple[str, ...]

    @property
    def shape_ids(self) -> frozenset[str]:
        """Ids of the shapes that the overlay has changed already."""
        return frozenset({*self.ids} - {""})


class Hello(Message, frozen=True, tag="hello"):
    """A view was opened, reloaded, or got a size."""

    view: View


class LookAt(Message, frozen=True, tag="view"):
    """Someone zoomed or moved the image, and paused."""

    view: View


class Select(OfShapes, frozen=True, tag="select"):
    """Select these shapes, and no others."""


class Create(OfShape, frozen=True, tag="create"):
    """Add a shape that was drawn; ``visibility`` is that of its key points."""

    kind: str
    points: Points
    visibility: tuple[int, ...] = ()


class Stroke(OfShape, frozen=True, tag="stroke"):
    """Paint on a mask, or begin one, with a brush of a radius (``size``)."""

    kind: str
    points: Points
    size: float
    mode: Literal["add", "erase", "fill"]


class Edited(Struct, frozen=True, forbid_unknown_fields=True):
    """The points of a shape as they are now."""

    id: str
    points: Points


class Edit(Message, frozen=True, tag="edit"):
    """Take over shapes that were moved or reshaped.

    Parameters
    ----------
    nudged
        Whether a key did it, which goes on: one step of undo for all of it.
    visibility
        Of the key points of the one shape, where it changed.
    rings
        Where the one shape has other rings than before: how many points each has; None where it has not.
    """

    shapes: tuple[Edited, ...]
    nudged: bool = False
    visibility: tuple[int, ...] = ()
    rings: tuple[int, ...] | None = None

    @property
    def shape_ids(self) -> frozenset[str]:
        """Ids of the shapes that the overlay has changed already."""
        return frozenset({s.id for s in self.shapes} - {""})


class Delete(OfShapes, frozen=True, tag="delete"):
    """Delete shapes."""


class Act(Message, frozen=True, tag="act"):
    """Do something to the selection as a whole, by the name of the action."""

    action: str


class Color(OfShapes, frozen=True, tag="color"):
    """Give shapes a color of their own."""

    color: str


class GiveLabel(OfShapes, frozen=True, tag="label"):
    """Label shapes; empty takes the labels away. ``only``: also where shapes may have several labels."""

    label: str
    only: bool = False


class ChooseLabel(Message, frozen=True, tag="current"):
    """Choose the label of the next shape."""

    label: str


class PickTool(Message, frozen=True, tag="tool"):
    """Pick a tool."""

    tool: str


class Undo(Message, frozen=True, tag="undo"):
    """Take back."""


class Redo(Message, frozen=True, tag="redo"):
    """Do again."""


class DrawZone(Message, frozen=True, tag="zone"):
    """Hand on a zone that was drawn, for an issue."""

    zone: Zone


class SetLevels(Message, frozen=True, tag="levels"):
    """Take over the levels that someone has dragged, or find them (``how``)."""

    window: tuple[float, float] | None = None
    adjust: tuple[float, float] | None = None
    how: Literal["", "auto", "full", "reset"] = ""


class AskValues(Message, frozen=True, tag="values"):
    """Send the values, of this image now and of the next ones ahead."""


class PressKey(Message, frozen=True, tag="key"):
    """Call what the page has bound to a key."""

    key: str


class Refused(Message, frozen=True, tag="refused"):
    """A gesture came to nothing; the stage has said so already."""

    reason: Literal["figure", "mask", "small", "limit", "points", "edge", "vertices"]


#: All that the overlay says.
MESSAGES: tuple[type[Message], ...] = (
    Hello, LookAt, Select, Create, Stroke, Edit, Delete, Act, Color, GiveLabel, ChooseLabel, PickTool, Undo, Redo,
    DrawZone, SetLevels, AskValues, PressKey, Refused,
)  # fmt: skip
_ANY: Any = Union[MESSAGES]  # noqa: UP007  of a list


def received(content: object) -> Message:
    """Return a message of the overlay, checked.

    Raises
    ------
    InvalidInput
        If it is not one: a browser can send anything.
    """
    message: Message = json_errors.take(content, _ANY, "The canvas sent something that is not understood: message")
    groups: tuple[Points, ...] = ()
    numbers: tuple[float, ...] = ()
    match message:
        case Create() | Stroke():
            groups = (message.points,)
        case Edit():
            groups = tuple(s.points for s in message.shapes)
        case DrawZone():
            numbers = message.zone
        case _:
            return message
    if sum(map(len, groups)) > MOST_POINTS:
        raise InvalidInput(f"A change of more than {MOST_POINTS} points at once is not taken.")
    if not all(map(isfinite, numbers)) or not all(isfinite(v) for points in groups for p in points for v in p):
        raise InvalidInput("A coordinate is not a finite number.")
    return message
