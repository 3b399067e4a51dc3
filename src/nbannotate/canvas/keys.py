"""The key map of the canvas: one table, from which the browser acts and the ``?`` panel is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import Label
from nbannotate.shapes import Kind
from nbannotate.texts import t, word

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


WHILE = word("While drawing")
MOUSELESS, FINGERS = word("Without the mouse"), word("Fingers and pen")
CONTRAST = word("Brightness and contrast")
SELECT_TOOL = Key("tool:select", ("v",), word("Select and move"), "Tools")
WHILE_DRAWING = (
    Key("", ("Enter",), word("Finish a shape of several points (or double click)"), WHILE, edits=True),
    Key(
        "",
        ("0",),
        word("The next point of a skeleton is not in the image; hold Shift for a hidden one"),
        WHILE,
        edits=True,
    ),
    Key("", ("Backspace",), word("Take back the last point"), WHILE, edits=True),
)
PAINT = (
    Key("mode:add", ("b",), "Brush", "Masks", edits=True),
    Key("mode:erase", ("u",), word("Eraser (or hold Shift)"), "Masks", edits=True),
    Key("mode:fill", ("g",), word("Fill the hole that is clicked"), "Masks", edits=True),
    Key("brush:less", ("[",), word("Smaller brush"), "Masks", edits=True),
    Key("brush:more", ("]",), word("Larger brush"), "Masks", edits=True),
)
EDIT = (
    Key("undo", ("ctrl+z",), "Undo", "Edit", edits=True),
    Key("redo", ("ctrl+shift+z", "ctrl+y"), "Redo", "Edit", edits=True),
    Key("delete", ("Delete", "Backspace"), word("Delete the selection, or the vertex under the pointer"), "Edit",
        edits=True, shown=("Delete",)),
    Key("", ("alt+click",), word("Delete a vertex; of a skeleton: visible, hidden, not in the image"), "Edit",
        edits=True),
    Key("", (word("double click"),), word("Insert a vertex on an edge (or drag its middle)"), "Edit", edits=True),
    Key("nudge", ARROWS, word("Move the selection by 1 pixel"), "Edit", edits=True, shown=("arrows",)),
    Key("nudge:far", tuple(f"shift+{arrow}" for arrow in ARROWS), word("Move it by 10 pixels"), "Edit", edits=True,
        shown=("shift+arrows",)),
    Key("nudge:fine", tuple(f"{m}+{arrow}" for m in ("alt", "ctrl") for arrow in ARROWS),
        word("Move it by one pixel of the screen"), "Edit", edits=True, shown=("alt+arrows",)),
    Key("unlabel", ("shift+Delete", "shift+Backspace"), word("Take the labels of the selection away"), "Edit",
        edits=True, shown=("shift+Delete",)),
    Key("act:duplicate", ("ctrl+d",), "Duplicate", "Edit", edits=True),
    Key("act:copy", ("ctrl+c",), word("Copy the selection; with none, all"), "Edit"),
    Key("act:cut", ("ctrl+x",), word("Cut the selection"), "Edit", edits=True),
    Key("act:paste", ("ctrl+v",), word("Paste, also on another image"), "Edit", edits=True),
    Key("act:front", ("ctrl+]",), word("To the front"), "Edit", edits=True),
    Key("act:back", ("ctrl+[",), word("To the back"), "Edit", edits=True),
    Key("act:convert", ("shift+m",), word("Outline to mask, mask or turned rectangle to polygon"), "Edit", edits=True),
    Key("color", ("shift+c",), word("A color of its own"), "Edit", edits=True),
    Key("act:uncolor", ("alt+c",), word("The color of the label again"), "Edit", edits=True),
    Key("act:lock", ("shift+l",), word("Lock, or unlock"), "Edit", edits=True),
    Key("act:hide", ("shift+h",), word("Hide the selection; with none, show all"), "View"),
    Key("act:all", ("ctrl+a",), word("Select all"), "Select"),
    Key("", ("shift+drag",), word("Select what is in a box"), "Select"),
    Key("next", (".",), word("Select the next shape"), "Select"),
    Key("previous", (",",), word("Select the previous shape"), "Select"),
    Key("", ("shift+click",), word("Add to the selection, or take from it"), "Select"),
    Key("escape", ("Escape",), word("Cancel, then deselect, then the select tool"), "Select"),
)  # fmt: skip
BELONGING = word("Parts and groups")
RINGS = (
    Key("ring", ("alt+p",), word("Draw another part, or a hole, of the selected polygon"), BELONGING, edits=True),
    Key("", ("shift+click",), word("The same while polygons are drawn: of the selected one"), BELONGING, edits=True),
    Key("ring:delete", ("ctrl+Delete", "ctrl+Backspace"),
        word("Delete the part or the hole whose vertex is under the pointer"), BELONGING, edits=True,
        shown=("ctrl+Delete",)),
    Key("act:split", ("shift+s",), word("Make each part a shape of its own"), BELONGING, edits=True),
    Key("act:join", ("shift+j",), word("Join polygons of one label into one"), BELONGING, edits=True),
    Key("act:group", ("ctrl+g",), word("Group: these belong together"), BELONGING, edits=True),
    Key("act:ungroup", ("ctrl+shift+g",), word("Take these out of their group"), BELONGING, edits=True),
    Key("group:all", ("alt+g",), word("Select all of the group"), BELONGING),
)  # fmt: skip
TURNING = word("Rotated rectangles")
TURN = (
    Key("turn:back", ("<",), word("Turn by 1 degree, counterclockwise"), TURNING, edits=True),
    Key("turn:on", (">",), word("Turn by 1 degree, clockwise"), TURNING, edits=True),
    Key("turn:far back", ("ctrl+<",), word("Turn by 15 degrees, counterclockwise"), TURNING, edits=True),
    Key("turn:far on", ("ctrl+>",), word("Turn by 15 degrees, clockwise"), TURNING, edits=True),
    Key(
        "", ("shift+drag",), word("Turn with the handle, or draw an edge, in steps of 15 degrees"), TURNING, edits=True
    ),
)
CURSOR = (
    Key("", ("arrows",), word("Move the cursor: with a tool, or with nothing selected"), MOUSELESS),
    Key("", ("shift+arrows", "alt+arrows"), word("The same in big steps, in fine steps"), MOUSELESS),
    Key("", ("Space",), word("Press there: select, set a point; paint until Space again"), MOUSELESS),
    Key("", ("Enter",), word("Press there, or finish a shape of several points"), MOUSELESS),
    Key("vertex:next", ("alt+.",), word("Next vertex of what is selected; arrows move it"), MOUSELESS, edits=True),
    Key("vertex:previous", ("alt+,",), word("Previous vertex"), MOUSELESS, edits=True),
    Key("", ("Enter", "Delete"), word("Put a vertex after this one; take it away"), MOUSELESS, edits=True),
)  # fmt: skip
TOUCH = (
    Key("", (word("2 fingers"),), word("Move and zoom the image"), FINGERS),
    Key(
        "",
        (word("long press"),),
        word("Add to the selection; take a vertex away; with a tool, select"),
        FINGERS,
    ),
    Key("", ("pen",), word("Draws; fingers then move the image"), FINGERS, edits=True),
)
VIEW = (
    Key("", ("wheel",), word("Zoom to the pointer"), "View"),
    Key("", (word("Space + drag"), word("middle button")), word("Move the image"), "View"),
    Key("zoom:in", ("+", "="), word("Zoom in"), "View", shown=("+",)),
    Key("zoom:out", ("-",), word("Zoom out"), "View"),
    Key("fit", ("f",), word("Fit the image to the stage"), "View"),
    Key("actual", ("0",), word("One image pixel to one screen pixel"), "View"),
    Key("help", ("?",), word("Show or hide the keys"), "View"),
)


LEVELS = (
    Key(
        "",
        (word("right button + drag"),),
        word("Window, or brightness and contrast: up is brighter"),
        CONTRAST,
    ),
    Key("levels", ("c",), word("The same by drag or arrows, until Esc"), CONTRAST),
    Key("levels:next", ("shift+w",), word("Next window preset"), CONTRAST),
    Key("levels:auto", ("shift+a",), word("Automatic: leave out the extremes"), CONTRAST),
    Key("levels:reset", ("shift+r",), word("As in the file"), CONTRAST),
)


LABELED = word("Label the selection, or what is drawn next")
ONLY = Key(
    "only", tuple(f"alt+{i}" for i in range(1, 10)), word("Only this label"),
    word("Add a label to the selection, or take it away"), edits=True, shown=("alt+1", "…", "alt+9"),
)  # fmt: skip


def key_map(
    kinds: Iterable[Kind], labels: Iterable[Label], bound: Iterable[Key], several: bool = False
) -> tuple[Key, ...]:
    """Return all keys: the tools, the first nine labels, editing, the view, and those that a page has bound.

    ``several``: whether a shape may have several labels.
    """
    given = tuple(kinds)
    tools = tuple(
        Key(f"tool:{k.name}", (k.key,), t("Draw: {kind+}", kind=k.title.lower()), "Tools", edits=True)
        for k in given
        if k.key
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
