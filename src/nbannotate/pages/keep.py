"""What was drawn while nobody could store it: the browser kept it, and it is done again on the task as it is stored.

That is exact as long as the draft is still the one on which it was drawn, or the one that the kernel was about to store
when it was heard of last. If somebody saved something else meanwhile, the person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Shape
from nbannotate.pages import wire
from nbannotate.pages.desk import Desk

#: What is done again, of all that the page asks for; of the canvas, everything is.
AGAIN = (
    "label", "delete", "undo", "redo", "tag", "tag_attribute", "nothing", "attribute", "attributes", "turn", "select",
)  # fmt: skip

#: Done twice, these are undone; where it is not known exactly what was stored, they are left out.
TURNING = ("tag", "nothing", "undo", "redo")


def replay(desk: Desk, message: wire.Message) -> None:
    """Do again what a browser kept for the open task, or say why not."""
    opened = desk.open
    if not opened.editable:
        return desk.tell({"kept": "over", "task": opened.task.task_id})
    now, entries = desk.drafts.revision, message.entries
    if message.marks and now == message.marks[0] != message.revision:
        entries = tuple(e for e in entries if isinstance(q := e.get("q"), int) and q > message.marks[1])
    elif now != message.revision and (known := contained(opened.annotation, entries)):
        entries = tuple(e for e in entries[known:] if e.get("do") not in TURNING and e.get("type") not in TURNING)
    elif now != message.revision and not message.on:
        return desk.tell({"kept": "ask", "task": opened.task.task_id})
    label, before = desk.canvas.label, desk.open.annotation
    for entry in entries:
        try:
            once_more(desk, dict(entry))
        except NbannotateError as error:
            log().info("Something that was kept could not be done again: %s", error)
    if label != desk.canvas.label:
        desk.canvas.label = label
    differs = desk.open.annotation != before
    return desk.tell({"kept": "done", "task": opened.task.task_id, "differs": differs})


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
            return all(i in shapes and [list(p) for p in shapes[i].points] == points for i, points in entry["shapes"])
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
        desk.drawn(entry | {"g": desk.canvas._generation, "view_id": "kept", "n": 0})
        return
    message = wire.received(entry)
    if message.do in AGAIN:
        desk.act(message)
