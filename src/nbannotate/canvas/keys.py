"""The key map of the canvas: one table, from which the browser acts and the ``?`` panel is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import Label
from nbannotate.shapes import Kind
from nbannotate.texts import t

ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
MODIFIERS = ("ctrl", "alt", "shift")


class Key(Struct, frozen=True):
    """One row of the key map.

    Parameters
    ----------
    id
        What happens: an action of ``frontend/canvas/keys``, ``tool:…``, ``label:…``, or ``bound:…`` for one in Python.
    keys
        The keys that do it, as ``"ctrl+z"``: modifiers in the order ctrl, alt, shift, then the browser's ``key``.
    title, group
        As shown in the key map.
    edits
        Whether it is of no use on a read-only canvas.
    shown
        What the key map shows instead of the keys.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    group: str
    edits: bool = False
    shown: tuple[str, ...] = ()


class Bound(NamedTuple):
    """A key of the page: its row of the key map, what it calls, and whether it counts whichever image is seen."""

    key: Key
    callback: Callable[..., object]
    any_image: bool


SELECT_TOOL = Key("tool:select", ("v",), "Select and move", "Tools")
WHILE_DRAWING = (
    Key("", ("Enter",), "Finish a shape of several points (or double click)", "While drawing", edits=True),
    Key(
        "",
        ("0",),
        "The next point of a skeleton is not in the image; hold Shift for a hidden one",
        "While drawing",
        edits=True,
    ),
    Key("", ("Backspace",), "Take back the last point", "While drawing", edits=True),
)
PAINT = (
    Key("mode:add", ("b",), "Brush", "Masks", edits=True),
    Key("mode:erase", ("u",), "Eraser (or hold Shift)", "Masks", edits=True),
    Key("mode:fill", ("g",), "Fill the hole that is clicked", "Masks", edits=True),
    Key("brush:less", ("[",), "Smaller brush", "Masks", edits=True),
    Key("brush:more", ("]",), "Larger brush", "Masks", edits=True),
)
EDIT = (
    Key("undo", ("ctrl+z",), "Undo", "Edit", edits=True),
    Key("redo", ("ctrl+shift+z", "ctrl+y"), "Redo", "Edit", edits=True),
    Key("delete", ("Delete", "Backspace"), "Delete the selection, or the vertex under the pointer", "Edit",
        edits=True, shown=("Delete",)),
    Key("", ("alt+click",), "Delete a vertex; of a skeleton: visible, hidden, not in the image", "Edit", edits=True),
    Key("", ("double click",), "Insert a vertex on an edge (or drag its middle)", "Edit", edits=True),
    Key("nudge", ARROWS, "Move the selection by 1 pixel", "Edit", edits=True, shown=("arrows",)),
    Key("nudge:far", tuple(f"shift+{arrow}" for arrow in ARROWS), "Move it by 10 pixels", "Edit", edits=True,
        shown=("shift+arrows",)),
    Key("nudge:fine", tuple(f"{m}+{arrow}" for m in ("alt", "ctrl") for arrow in ARROWS),
        "Move it by one pixel of the screen", "Edit", edits=True, shown=("alt+arrows",)),
    Key("unlabel", ("shift+Delete", "shift+Backspace"), "Take the labels of the selection away", "Edit", edits=True,
        shown=("shift+Delete",)),
    Key("act:duplicate", ("ctrl+d",), "Duplicate", "Edit", edits=True),
    Key("act:copy", ("ctrl+c",), "Copy the selection; with none, all", "Edit"),
    Key("act:cut", ("ctrl+x",), "Cut the selection", "Edit", edits=True),
    Key("act:paste", ("ctrl+v",), "Paste, also on another image", "Edit", edits=True),
    Key("act:front", ("ctrl+]",), "To the front", "Edit", edits=True),
    Key("act:back", ("ctrl+[",), "To the back", "Edit", edits=True),
    Key("act:convert", ("shift+m",), t("Outline to mask, mask or turned rectangle to polygon"), "Edit", edits=True),
    Key("color", ("shift+c",), "A color of its own", "Edit", edits=True),
    Key("act:uncolor", ("alt+c",), "The color of the label again", "Edit", edits=True),
    Key("act:lock", ("shift+l",), "Lock, or unlock", "Edit", edits=True),
    Key("act:hide", ("shift+h",), "Hide the selection; with none, show all", "View"),
    Key("act:all", ("ctrl+a",), "Select all", "Select"),
    Key("", ("shift+drag",), "Select what is in a box", "Select"),
    Key("next", (".",), "Select the next shape", "Select"),
    Key("previous", (",",), "Select the previous shape", "Select"),
    Key("", ("shift+click",), "Add to the selection, or take from it", "Select"),
    Key("escape", ("Escape",), "Cancel, then deselect, then the select tool", "Select"),
)  # fmt: skip
BELONGING = t("Parts and groups")
RINGS = (
    Key("ring", ("alt+p",), t("Draw another part, or a hole, of the selected polygon"), BELONGING, edits=True),
    Key("", ("shift+click",), t("The same while polygons are drawn: of the selected one"), BELONGING, edits=True),
    Key("ring:delete", ("ctrl+Delete", "ctrl+Backspace"),
        t("Delete the part or the hole whose vertex is under the pointer"), BELONGING, edits=True,
        shown=("ctrl+Delete",)),
    Key("act:split", ("shift+s",), t("Make each part a shape of its own"), BELONGING, edits=True),
    Key("act:join", ("shift+j",), t("Join polygons of one label into one"), BELONGING, edits=True),
    Key("act:group", ("ctrl+g",), t("Group: these belong together"), BELONGING, edits=True),
    Key("act:ungroup", ("ctrl+shift+g",), t("Take these out of their group"), BELONGING, edits=True),
    Key("group:all", ("alt+g",), t("Select all of the group"), BELONGING),
)  # fmt: skip
TURNING = t("Rotated rectangles")
TURN = (
    Key("turn:back", ("<",), t("Turn by 1 degree, counterclockwise"), TURNING, edits=True),
    Key("turn:on", (">",), t("Turn by 1 degree, clockwise"), TURNING, edits=True),
    Key("turn:far back", ("ctrl+<",), t("Turn by 15 degrees, counterclockwise"), TURNING, edits=True),
    Key("turn:far on", ("ctrl+>",), t("Turn by 15 degrees, clockwise"), TURNING, edits=True),
    Key("", ("shift+drag",), t("Turn with the handle, or draw an edge, in steps of 15 degrees"), TURNING, edits=True),
)
CURSOR = (
    Key("", ("arrows",), "Move the cursor: with a tool, or with nothing selected", "Without the mouse"),
    Key("", ("shift+arrows", "alt+arrows"), "The same in big steps, in fine steps", "Without the mouse"),
    Key("", ("Space",), "Press there: select, set a point; paint until Space again", "Without the mouse"),
    Key("", ("Enter",), "Press there, or finish a shape of several points", "Without the mouse"),
    Key("vertex:next", ("alt+.",), "Next vertex of what is selected; arrows move it", "Without the mouse", edits=True),
    Key("vertex:previous", ("alt+,",), "Previous vertex", "Without the mouse", edits=True),
    Key("", ("Enter", "Delete"), "Put a vertex after this one; take it away", "Without the mouse", edits=True),
)  # fmt: skip
TOUCH = (
    Key("", ("2 fingers",), "Move and zoom the image", "Fingers and pen"),
    Key("", ("long press",), "Add to the selection; take a vertex away; with a tool, select", "Fingers and pen"),
    Key("", ("pen",), "Draws; fingers then move the image", "Fingers and pen", edits=True),
)
VIEW = (
    Key("", ("wheel",), "Zoom to the pointer", "View"),
    Key("", ("Space + drag", "middle button"), "Move the image", "View"),
    Key("zoom:in", ("+", "="), "Zoom in", "View", shown=("+",)),
    Key("zoom:out", ("-",), "Zoom out", "View"),
    Key("fit", ("f",), "Fit the image to the stage", "View"),
    Key("actual", ("0",), "One image pixel to one screen pixel", "View"),
    Key("help", ("?",), "Show or hide the keys", "View"),
)


LEVELS = (
    Key("", ("right button + drag",), "Window, or brightness and contrast: up is brighter", "Brightness and contrast"),
    Key("levels", ("c",), "The same by drag or arrows, until Esc", "Brightness and contrast"),
    Key("levels:next", ("shift+w",), "Next window preset", "Brightness and contrast"),
    Key("levels:auto", ("shift+a",), "Automatic: leave out the extremes", "Brightness and contrast"),
    Key("levels:reset", ("shift+r",), "As in the file", "Brightness and contrast"),
)


LABELED = "Label the selection, or what is drawn next"
ONLY = Key(
    "only", tuple(f"alt+{i}" for i in range(1, 10)), t("Only this label"),
    t("Add a label to the selection, or take it away"), edits=True, shown=("alt+1", "…", "alt+9"),
)  # fmt: skip


def key_map(
    kinds: Iterable[Kind], labels: Iterable[Label], bound: Iterable[Key], several: bool = False
) -> tuple[Key, ...]:
    """Return all keys: the tools, the first nine labels, editing, the view, and those that a page has bound.

    ``several``: whether a shape may have several labels.
    """
    given = tuple(kinds)
    tools = tuple(
        Key(f"tool:{k.name}", (k.key,), f"Draw: {k.title.lower()}", "Tools", edits=True) for k in given if k.key
    )
    digits = tuple(
        Key(f"label:{i}", (str(i + 1),), label.name, ONLY.group if several else LABELED, edits=True)
        for i, label in enumerate(list(labels)[:9])
    )
    paint = PAINT if any(k.gesture == "stroke" for k in given) else ()
    return (
        *tuple(bound),
        SELECT_TOOL,
        *tools,
        *WHILE_DRAWING,
        *digits,
        *((ONLY,) if several else ()),
        *paint,
        *EDIT,
        *RINGS,
        *(TURN if any(k.gesture == "edge" for k in given) else ()),
        *CURSOR,
        *VIEW,
        *LEVELS,
        *TOUCH,
    )


def combo(text: str) -> str:
    """Return a key as the browser reports it: ``"Ctrl+S"`` becomes ``"ctrl+s"``, ``"n"`` stays.

    Raises
    ------
    InvalidInput
        If it is not a key with modifiers.
    """
    *modifiers, key = text.split("+") if text not in ("", "+") else [text]
    if text.endswith("++"):
        modifiers, key = text[:-2].split("+"), "+"
    lower = [m.strip().lower() for m in modifiers]
    if not key or any(m not in MODIFIERS for m in lower):
        raise InvalidInput(f"{text!r} is not a key; write for example 'n', 'ctrl+Enter' or 'shift+ArrowLeft'.")
    key = key.lower() if len(key) == 1 else key
    return "".join(f"{m}+" for m in MODIFIERS if m in lower) + key


def check_free(wanted: str, taken: Iterable[Key]) -> None:
    """Raise InvalidInput if a key does something already."""
    for row in taken:
        if row.id and wanted in row.keys:
            raise InvalidInput(f"The key {wanted!r} is taken: {row.title.lower()!r}. Bind another one.")
