"""What the canvas does with each message of its overlay; every one may come from a browser that lies.

A handler changes the document or raises an error with a sentence for the person; it never trusts an id, a kind, a
label or a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from nbannotate.canvas import conversion, editing, grouping, labeling, messages
from nbannotate.canvas.document import MOST_SHAPES, allows, not_allowed, suits
from nbannotate.canvas.effects import Called, Notified
from nbannotate.canvas.level_controls import levels, values
from nbannotate.canvas.messages import Message
from nbannotate.canvas.model import CanvasModel
from nbannotate.errors import InvalidInput, NotFound, Refused
from nbannotate.model import Label, Point, Shape
from nbannotate.shapes import Kind, kind
from nbannotate.texts import t

#: What is not only said of the image that is seen; a key is bound to it, or not.
_OF_ANY_IMAGE = (messages.Hello, messages.PressKey)
SHAPE_ID = re.compile(r"[0-9a-f]{16}")
REASONS = {
    "figure": t("Choose a label that has a skeleton, then place its points one by one."),
    "mask": t("There is no mask here to be changed; select one first."),
    "small": t("The shape is too small: drag from one corner to the opposite one."),
    "limit": t("There may be no more shapes on this image."),
    "points": t("The shape needs more points before it can be finished."),
    "edge": t("The shape is too small: draw an edge, then move to the other side and click."),
    "vertices": t("The shape cannot lose another vertex; delete the whole shape instead."),
}


def handle(canvas: CanvasModel, message: Message) -> None:
    """Do what a message asks for.

    Raises
    ------
    NbannotateError
        If it is refused; the message is for the person at the canvas.
    """
    if not isinstance(message, _OF_ANY_IMAGE) and message.g != canvas.generation:
        return  # it speaks of an asset that is not shown any more
    HANDLERS[type(message)](canvas, message)


def hello(canvas: CanvasModel, message: messages.Hello) -> None:
    """Greet a view that was opened, reloaded, or got a size."""
    if not message.view.sane():
        raise InvalidInput("The stage has a size that cannot be painted.")
    canvas.open_view(message.view, message.view_id)


def view(canvas: CanvasModel, message: messages.LookAt) -> None:
    """Paint sharp: someone zoomed or moved the image, and paused."""
    if not message.view.sane():
        raise InvalidInput("The stage asked for a view that cannot be painted.")
    canvas.move_view(message.view, message.view_id)


def select(canvas: CanvasModel, message: messages.Select) -> None:
    """Select shapes."""
    canvas.document.select(message.ids)


def create(canvas: CanvasModel, message: messages.Create) -> None:
    """Add a shape that was drawn."""
    canvas.check_editable()
    document = canvas.document
    new_id(canvas, message.id)
    its = known(message.kind)
    if its.gesture == "stroke":
        raise InvalidInput(f"A {its.title.lower()} is painted, not drawn at once.")
    drawn = Shape(kind=its.name, points=(), id=message.id, visibility=message.visibility)
    shape = put(canvas, its, drawn, message.points)
    if its.figured and not suits(canvas.labels.get(canvas.label) or Label("?"), its.name, len(shape.points)):
        raise InvalidInput(REASONS["figure"])
    document.draw(whole(its, replace(shape, label=current_label(canvas, its))))


def whole(its: Kind, shape: Shape) -> Shape:
    """Return a shape whose payload is good, or raise InvalidInput."""
    sentence = its.payload(shape)
    if sentence is not None:
        raise InvalidInput(sentence)
    return shape


def new_id(canvas: CanvasModel, shape_id: str) -> None:
    """Raise an error if there cannot be a new shape with this id."""
    shapes = canvas.document.shapes
    if not SHAPE_ID.fullmatch(shape_id) or shape_id in shapes:
        raise InvalidInput(t("The new shape has an id that cannot be used; draw it again."))
    if len(shapes) >= MOST_SHAPES:
        raise Refused(t("There are {most} shapes on this image; that is the limit.", most=MOST_SHAPES))
    canvas.check_room()


def current_label(canvas: CanvasModel, its: Kind) -> str:
    """Return the label of a shape that was just drawn; complain if the chosen one does not take its kind."""
    label = canvas.labels.get(canvas.label)
    if label is None or allows(label, its.name):
        return "" if label is None else label.name
    canvas.complain(t("{text+} The shape has no label yet.", text=not_allowed(label, its.name)))
    return ""


def stroke(canvas: CanvasModel, message: messages.Stroke) -> None:
    """Paint on a mask, or begin one."""
    canvas.check_editable()
    document, its = canvas.document, known(message.kind)
    shape = document.shapes.get(message.id)
    if shape is None:
        if message.mode != "add":
            return  # it was deleted meanwhile
        new_id(canvas, message.id)
    elif shape.kind != its.name:
        raise InvalidInput("The stroke is for a shape of another kind.")
    else:
        canvas.unlocked([message.id])
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


def edit(canvas: CanvasModel, message: messages.Edit) -> None:
    """Take over shapes that were moved or reshaped."""
    canvas.check_editable()
    document, changed = canvas.document, []
    free = set(canvas.unlocked(edited.id for edited in message.shapes))
    for edited in message.shapes:
        if edited.id not in free:
            continue  # it is locked, or was deleted meanwhile, for example in another view
        shape = document.shapes[edited.id]
        its = kind(shape.kind)
        if message.rings is not None:
            shape = replace(shape, rings=message.rings if len(message.rings) > 1 else ())
        after = put(canvas, its, shape, edited.points)
        if after.track is not None and not after.keyframe:
            after = replace(after, keyframe=True)  # somebody set it here
        if message.visibility:
            after = whole(its, replace(after, visibility=message.visibility))
        changed.append(after)
    document.put(changed, merge=("nudge", *(s.id for s in changed)) if message.nudged else None)


def put(canvas: CanvasModel, its: Kind, shape: Shape, points: tuple[Point, ...]) -> Shape:
    """Return a shape that a person put to other points, or raise InvalidInput with what is wrong with them."""
    size = canvas.image_size
    sentence = its.problem(replace(shape, points=points), *size) if shape.rings else its.check(points, *size)
    if sentence is not None:
        raise InvalidInput(sentence)
    return its.put(shape, points, *size)


def delete(canvas: CanvasModel, message: messages.Delete) -> None:
    """Delete shapes."""
    canvas.check_editable()
    canvas.document.remove(canvas.unlocked(message.ids))


def act(canvas: CanvasModel, message: messages.Act) -> None:
    """Do something to the selection as a whole: lock, hide, order, copy and so on."""
    if message.action not in ACTIONS:
        raise InvalidInput("The canvas sent an action that is not known.")
    action, changes = ACTIONS[message.action]
    if changes:
        canvas.check_editable()
    action(canvas)


def color(canvas: CanvasModel, message: messages.Color) -> None:
    """Give the selection a color of its own."""
    canvas.check_editable()
    editing.set_color(canvas, message.color, message.ids)


def label(canvas: CanvasModel, message: messages.GiveLabel) -> None:
    """Label the selection; where shapes may have several labels, add one or take it away."""
    canvas.check_editable()
    if canvas.several_labels and message.label and not message.only:
        labeling.toggle_label(canvas, message.label, message.ids)
    else:
        labeling.set_label(canvas, message.label, message.ids)


def current(canvas: CanvasModel, message: messages.ChooseLabel) -> None:
    """Choose the label of the next shape."""
    labeling.choose_label(canvas, message.label)


def tool(canvas: CanvasModel, message: messages.PickTool) -> None:
    """Pick a tool."""
    canvas.pick_tool(message.tool)


def undo(canvas: CanvasModel, _: messages.Undo) -> None:
    """Take back."""
    canvas.check_editable()
    canvas.document.undo()


def redo(canvas: CanvasModel, _: messages.Redo) -> None:
    """Do again."""
    canvas.check_editable()
    canvas.document.redo()


def zone(canvas: CanvasModel, message: messages.DrawZone) -> None:
    """Hand on a zone that was drawn, for an issue."""
    x0, y0, x1, y1 = message.zone
    (x0, y0), (x1, y1) = good(canvas, kind("rectangle"), ((x0, y0), (x1, y1)))
    canvas.zone_tool_done()
    canvas.queue(Notified("zone", ((x0, y0, x1, y1),)))


def key(canvas: CanvasModel, message: messages.PressKey) -> None:
    """Call what the page has bound to a key."""
    bound = canvas.bound.get(message.key)
    if bound is not None and (bound.any_image or message.g == canvas.generation):
        canvas.queue(Called(bound.callback))


def refused(canvas: CanvasModel, message: messages.Refused) -> None:
    """Tell the page why a gesture came to nothing; the stage has said so already."""
    canvas.queue(Notified("error", (REASONS[message.reason],)))


def known(name: str) -> Kind:
    """Return a shape kind that the browser named, or raise InvalidInput."""
    try:
        return kind(name)
    except NotFound as error:
        raise InvalidInput(error.message) from error


def good(canvas: CanvasModel, its: Kind, points: Iterable[Point]) -> tuple[Point, ...]:
    """Return points normalized, or raise InvalidInput with what is wrong with them."""
    width, height = canvas.image_size
    given = tuple(points)
    sentence = its.check(given, width, height)
    if sentence is not None:
        raise InvalidInput(sentence)
    return its.normalize(given, width, height)


#: What the browser may ask for by name; True: it changes shapes.
ACTIONS: dict[str, tuple[Callable[[CanvasModel], object], bool]] = {
    "all": (editing.select_all, False),
    "lock": (editing.toggle_locked, True),
    "hide": (editing.toggle_hidden, False),
    "front": (editing.bring_to_front, True),
    "back": (editing.send_to_back, True),
    "copy": (editing.copy_shown, False),
    "cut": (editing.cut, True),
    "paste": (editing.paste, True),
    "duplicate": (editing.duplicate, True),
    "split": (grouping.split, True),
    "join": (grouping.join, True),
    "group": (grouping.group, True),
    "ungroup": (grouping.ungroup, True),
    "convert": (conversion.convert, True),
    "uncolor": (lambda canvas: editing.set_color(canvas, None), True),
}

HANDLERS: dict[type[Message], Callable[[CanvasModel, Any], None]] = {
    messages.Hello: hello,
    messages.LookAt: view,
    messages.Select: select,
    messages.Create: create,
    messages.Stroke: stroke,
    messages.Edit: edit,
    messages.Delete: delete,
    messages.Act: act,
    messages.Color: color,
    messages.GiveLabel: label,
    messages.ChooseLabel: current,
    messages.PickTool: tool,
    messages.Undo: undo,
    messages.Redo: redo,
    messages.DrawZone: zone,
    messages.SetLevels: levels,
    messages.AskValues: values,
    messages.PressKey: key,
    messages.Refused: refused,
}
