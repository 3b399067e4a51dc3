"""What the canvas does with each message of its overlay; every one may come from a browser that lies.

A handler changes the document or raises an error with a sentence for the person; it never trusts an id, a kind, a
label or a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbannotate.canvas.document import MOST_SHAPES, allows, not_allowed, suits
from nbannotate.canvas.levels import HANDLERS as LEVELS
from nbannotate.canvas.wire import Message
from nbannotate.errors import InvalidInput, NotFound, Refused
from nbannotate.model import Label, Point, Shape
from nbannotate.shapes import Kind, kind

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas

#: What is not only said of the image that is seen; a key is bound to it, or not.
_OF_ANY_IMAGE = ("hello", "key")
SHAPE_ID = re.compile(r"[0-9a-f]{16}")
REASONS = {
    "figure": "Choose a label that has a skeleton, then place its points one by one.",
    "mask": "There is no mask here to be changed; select one first.",
    "small": "The shape is too small: drag from one corner to the opposite one.",
    "limit": "There may be no more shapes on this image.",
    "points": "The shape needs more points before it can be finished.",
    "edge": "The shape is too small: draw an edge, then move to the other side and click.",
    "vertices": "The shape cannot lose another vertex; delete the whole shape instead.",
}


def handle(canvas: Canvas, message: Message) -> None:
    """Do what a message asks for.

    Raises
    ------
    NbannotateError
        If it is refused; the message is for the person at the canvas.
    """
    handler = HANDLERS.get(message.type)
    if handler is None:
        raise InvalidInput(f"The canvas sent {message.type!r}, which is not understood.")
    if message.type not in _OF_ANY_IMAGE and message.g != canvas._generation:
        return  # it speaks of an asset that is not shown any more
    handler(canvas, message)


def hello(canvas: Canvas, message: Message) -> None:
    """Greet a view that was opened, reloaded, or got a size."""
    if message.view is None or not message.view.sane():
        raise InvalidInput("The stage has a size that cannot be painted.")
    canvas._greet(message.view, message.view_id)


def view(canvas: Canvas, message: Message) -> None:
    """Paint sharp: someone zoomed or moved the image, and paused."""
    if message.view is None or not message.view.sane():
        raise InvalidInput("The stage asked for a view that cannot be painted.")
    canvas._look(message.view, message.view_id)


def select(canvas: Canvas, message: Message) -> None:
    """Select shapes."""
    canvas._document.select(message.ids)


def create(canvas: Canvas, message: Message) -> None:
    """Add a shape that was drawn."""
    editable(canvas)
    document = canvas._document
    new_id(canvas, message.id)
    its = known(message.kind)
    if its.gesture == "stroke":
        raise InvalidInput(f"A {its.title.lower()} is painted, not drawn at once.")
    drawn = Shape(kind=its.name, points=(), id=message.id, visibility=message.visibility)
    shape = put(canvas, its, drawn, message.points)
    if its.figured and not suits(canvas._labels.get(canvas._label) or Label("?"), its.name, len(shape.points)):
        raise InvalidInput(REASONS["figure"])
    document.draw(whole(its, replace(shape, label=current_label(canvas, its))))


def whole(its: Kind, shape: Shape) -> Shape:
    """Return a shape whose payload is good, or raise InvalidInput."""
    sentence = its.payload(shape)
    if sentence is not None:
        raise InvalidInput(sentence)
    return shape


def new_id(canvas: Canvas, shape_id: str) -> None:
    """Raise an error if there cannot be a new shape with this id."""
    shapes = canvas._document.shapes
    if not SHAPE_ID.fullmatch(shape_id) or shape_id in shapes:
        raise InvalidInput("The new shape has an id that cannot be used; draw it again.")
    if len(shapes) >= MOST_SHAPES:
        raise Refused(f"There are {MOST_SHAPES} shapes on this image; that is the limit.")
    canvas._check_room()


def current_label(canvas: Canvas, its: Kind) -> str:
    """Return the label of a shape that was just drawn; complain if the chosen one does not take its kind."""
    label = canvas._labels.get(canvas._label)
    if label is None or allows(label, its.name):
        return "" if label is None else label.name
    canvas._complain(f"{not_allowed(label, its.name)} The shape has no label yet.")
    return ""


def stroke(canvas: Canvas, message: Message) -> None:
    """Paint on a mask, or begin one."""
    editable(canvas)
    document, its = canvas._document, known(message.kind)
    shape = document.shapes.get(message.id)
    if message.mode not in ("add", "erase", "fill"):
        raise InvalidInput("The canvas sent a stroke that neither adds nor erases nor fills.")
    if shape is None:
        if message.mode != "add":
            return  # it was deleted meanwhile
        new_id(canvas, message.id)
    elif shape.kind != its.name:
        raise InvalidInput("The stroke is for a shape of another kind.")
    else:
        canvas._free([message.id])
    label = current_label(canvas, its) if shape is None else ""
    size = canvas.image_size
    after = its.brushed(shape, message.points, message.size, message.mode, *size, id=message.id, label=label)
    if after is None:
        document.remove([message.id])
    elif shape is None:
        document.draw(after)
    else:
        document.put([after])
        if document.selected != (message.id,):
            document.select([message.id])


def edit(canvas: Canvas, message: Message) -> None:
    """Take over shapes that were moved or reshaped."""
    editable(canvas)
    document, changed = canvas._document, []
    free = set(canvas._free(shape_id for shape_id, _ in message.shapes))
    for shape_id, points in message.shapes:
        if shape_id not in free:
            continue  # it is locked, or was deleted meanwhile, for example in another view
        shape = document.shapes[shape_id]
        its = kind(shape.kind)
        if message.rings is not None:
            shape = replace(shape, rings=message.rings if len(message.rings) > 1 else ())
        after = put(canvas, its, shape, points)
        if after.track is not None and not after.keyframe:
            after = replace(after, keyframe=True)  # somebody set it here
        if message.visibility:
            after = whole(its, replace(after, visibility=message.visibility))
        changed.append(after)
    document.put(changed, merge=("nudge", *(s.id for s in changed)) if message.nudged else None)


def put(canvas: Canvas, its: Kind, shape: Shape, points: tuple[Point, ...]) -> Shape:
    """Return a shape that a person put to other points, or raise InvalidInput with what is wrong with them."""
    size = canvas.image_size
    sentence = its.problem(replace(shape, points=points), *size) if shape.rings else its.check(points, *size)
    if sentence is not None:
        raise InvalidInput(sentence)
    return its.put(shape, points, *size)


def delete(canvas: Canvas, message: Message) -> None:
    """Delete shapes."""
    editable(canvas)
    canvas._document.remove(canvas._free(message.ids))


def act(canvas: Canvas, message: Message) -> None:
    """Do something to the selection as a whole: lock, hide, order, copy and so on."""
    canvas._act(message.key)


def color(canvas: Canvas, message: Message) -> None:
    """Give the selection a color of its own."""
    editable(canvas)
    canvas.set_color(message.color, message.ids)


def label(canvas: Canvas, message: Message) -> None:
    """Label the selection; where shapes may have several labels, add one or take it away."""
    editable(canvas)
    if canvas.several_labels and message.label and message.mode != "only":
        canvas.toggle_label(message.label, canvas._free(message.ids))
    else:
        canvas._assign(message.label, canvas._free(message.ids))


def current(canvas: Canvas, message: Message) -> None:
    """Choose the label of the next shape."""
    canvas._choose(message.label)


def tool(canvas: Canvas, message: Message) -> None:
    """Pick a tool."""
    canvas._pick(message.tool)


def undo(canvas: Canvas, _: Message) -> None:
    """Take back."""
    editable(canvas)
    canvas._document.undo()


def redo(canvas: Canvas, _: Message) -> None:
    """Do again."""
    editable(canvas)
    canvas._document.redo()


def zone(canvas: Canvas, message: Message) -> None:
    """Hand on a zone that was drawn, for an issue."""
    if message.zone is None:
        raise InvalidInput("The zone has no corners.")
    x0, y0, x1, y1 = message.zone
    (x0, y0), (x1, y1) = good(canvas, kind("rectangle"), ((x0, y0), (x1, y1)))
    canvas._zone_drawn((x0, y0, x1, y1))


def key(canvas: Canvas, message: Message) -> None:
    """Call what the page has bound to a key."""
    canvas._pressed(message.key, message.g)


def refused(canvas: Canvas, message: Message) -> None:
    """Tell the page why a gesture came to nothing; the stage has said so already."""
    if message.reason not in REASONS:
        raise InvalidInput("The canvas refused something for a reason that is not known.")
    canvas._later.append((canvas._heard["error"], (REASONS[message.reason],)))


def editable(canvas: Canvas) -> None:
    """Raise Refused if the canvas is read-only."""
    if not canvas.editable:
        raise Refused("These shapes can be looked at, but not changed.")


def known(name: str) -> Kind:
    """Return a shape kind that the browser named, or raise InvalidInput."""
    try:
        return kind(name)
    except NotFound as error:
        raise InvalidInput(str(error)) from error


def good(canvas: Canvas, its: Kind, points: Iterable[Point]) -> tuple[Point, ...]:
    """Return points normalized, or raise InvalidInput with what is wrong with them."""
    width, height = canvas.image_size
    given = tuple(points)
    sentence = its.check(given, width, height)
    if sentence is not None:
        raise InvalidInput(sentence)
    return its.normalize(given, width, height)


_HANDLERS = (
    hello, view, select, create, stroke, edit, delete, act, color, label, current, tool, undo, redo, zone, key, refused,
)  # fmt: skip
HANDLERS: dict[str, Callable[[Canvas, Message], None]] = {f.__name__: f for f in _HANDLERS}
HANDLERS |= LEVELS
