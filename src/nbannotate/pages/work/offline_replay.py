"""What was drawn while nobody could store it: the browser kept it, and it is done again on the task as it is stored.

That is exact as long as the draft is still the one on which it was drawn, or the one that the kernel was about to store
when it was heard of last. If somebody saved something else meanwhile, the person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct
from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Shape
from nbannotate.pages.work import drawing, events, tags
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id

#: What is done again, of all that the page asks for; of the canvas, everything is.
AGAIN = (
    drawing.ChooseLabel, drawing.DeleteShapes, drawing.Undo, drawing.Redo, drawing.SayNothing, drawing.SetAttribute,
    drawing.SetAttributes, drawing.TurnShapes, drawing.SelectShapes, tags.ToggleTag, tags.SetTagAttribute,
)  # fmt: skip

#: Done twice, these are undone; where it is not known exactly what was stored, they are left out.
TURNING = ("tag", "nothing", "undo", "redo")


class Marks(Struct, frozen=True, forbid_unknown_fields=True):
    """The revision that was about to be stored, with all messages up to a number."""

    revision: Id
    upto: Id


class Replay(Action, frozen=True, tag="replay"):
    """Do again what a browser kept for the open task.

    Parameters
    ----------
    entries
        Gestures of the canvas and actions, with their numbers (``q``); each is checked when it is done.
    revision
        Of the draft that they were drawn on.
    marks
        How far the kernel had come when it was heard of last.
    force
        Whether the person said that it goes on top of what is stored.
    """

    entries: Annotated[tuple[dict[str, Any], ...], Meta(max_length=100_000)]
    revision: Id
    marks: Marks | None = None
    force: bool = False


def replay(desk: Desk, action: Replay) -> None:
    """Do again what a browser kept for the open task, or say why not."""
    opened = desk.store.open
    if not opened.editable:
        return desk.tell(events.Replayed("over", opened.task.task_id))
    now, entries = desk.drafts.revision, action.entries
    if action.marks and now == action.marks.revision != action.revision:
        entries = tuple(e for e in entries if isinstance(q := e.get("q"), int) and q > action.marks.upto)
    elif now != action.revision and (known := contained(opened.annotation, entries)):
        entries = tuple(e for e in entries[known:] if e.get("do") not in TURNING and e.get("type") not in TURNING)
    elif now != action.revision and not action.force:
        return desk.tell(events.Replayed("ask", opened.task.task_id))
    label, before = desk.canvas.label, desk.store.open.annotation
    for entry in entries:
        try:
            once_more(desk, dict(entry))
        except NbannotateError as error:
            log().info("Something that was kept could not be done again: %s", error)
    if label != desk.canvas.label:
        desk.canvas.label = label
    differs = desk.store.open.annotation != before
    return desk.tell(events.Replayed("done", opened.task.task_id, differs))


def contained(stored: Annotation, entries: Sequence[dict[str, Any]]) -> int:
    """Return how many of the entries, from the first, are stored already: a kernel saves what it has after a page left.

    The ids of shapes are the browser's own, by chance: who finds one again knows whose it is.
    """
    shapes = {s.id: s for s in stored.shapes}
    return max((i for i, entry in enumerate(entries, 1) if _is_there(shapes, entry)), default=0)


def _is_there(shapes: dict[str, Shape], entry: dict[str, Any]) -> bool:
    """Return whether what an entry makes of shapes is how they are."""
    try:
        if entry["type"] == "edit":
            made = {edited["id"]: edited["points"] for edited in entry["shapes"]}
            return all(i in shapes and [list(p) for p in shapes[i].points] == points for i, points in made.items())
        if entry["type"] == "label":
            return all(i in shapes and shapes[i].label == entry["label"] for i in entry["ids"])
        return entry["type"] in ("create", "stroke") and entry["id"] in shapes
    except (KeyError, TypeError, ValueError):
        return False


def once_more(desk: Desk, entry: dict[str, Any]) -> None:
    """Do one gesture or action again."""
    entry.pop("q", None)
    label = entry.pop("under", None)
    if "type" in entry:
        if isinstance(label, str) and label in {"", *(v.name for v in desk.canvas.labels)}:
            desk.canvas.label = label
        desk.canvas.receive(entry | {"g": desk.canvas.model.generation, "view_id": "kept", "n": 0})
        return
    action = desk.dispatcher.understood(entry)
    if isinstance(action, AGAIN):
        desk.dispatcher.act(action)
