"""What the fields of a shape are called: the columns of a table, the keys of a mapping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model.suggestions import near
from nbannotate.model.values import plain, shown

ASSET = ("asset", "image", "file_name", "filename")
LABEL = ("label", "class_name", "class", "category", "class_id", "category_id")
CONFIDENCE = ("confidence", "score")
SHAPE_ID = ("shape_id", "id")
#: Values that a table may hold as JSON text, as the views of SQL do.
NESTED = ("points", "attributes", "rle", "visibility", "also", "rings", "tags", "tag_attributes", "bbox")
#: Boxes of two corners, and of a corner and a size; what comes first is taken.
CORNERS = (
    ("x0", "y0", "x1", "y1"), ("xmin", "ymin", "xmax", "ymax"), ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"), ("left", "top", "right", "bottom"),
)  # fmt: skip
SIZED = (("x", "y", "width", "height"), ("x", "y", "w", "h"), ("left", "top", "width", "height"))
#: A column of an attribute: ``attributes.stage``.
PREFIX = "attributes."
GEOMETRY = ("kind", "points", "rle", "bbox", "visibility", "rings")
SAID = ("tags", "tag", "nothing_to_label", "tag_attributes")
#: Columns of our own tables that say nothing of a shape.
OTHERS = frozenset({
    "annotation_id", "asset_id", "version_id", "campaign_id", "task_id", "dataset_id", "position", "area", "member",
    "created", "origin", "source", "step", "is_latest", "shapes", "path", "folder", "bytes", "sequence", "moment",
    "width", "height", "name", "metadata", "split", "color", "also", "group", "track", "keyframe",
})  # fmt: skip


class Plan(Struct, frozen=True):
    """Which column means what.

    Parameters
    ----------
    asset, label, confidence, shape_id
        The columns, or None.
    box
        Four columns, or empty.
    sized
        Whether the last two of them are a width and a height.
    attributes
        The columns of attributes, with the name of each.
    """

    columns: tuple[str, ...]
    asset: str | None = None
    label: str | None = None
    confidence: str | None = None
    shape_id: str | None = None
    box: tuple[str, ...] = ()
    sized: bool = False
    attributes: dict[str, str] = {}

    @property
    def located(self) -> bool:
        """Whether there is any column of a geometry."""
        return bool(self.box) or any(name in self.columns for name in ("points", "rle", "bbox"))


def plan(columns: Iterable[Any]) -> Plan:
    """Return which column means what. What has no meaning of its own is an attribute of that name."""
    names = [name for name in columns if isinstance(name, str)]
    known = set(names)
    box, sized = _box(known)
    asset, label, confidence, shape_id = (_first(its, known) for its in (ASSET, LABEL, CONFIDENCE, SHAPE_ID))
    # of several names for one thing the others are no attributes, but the name beside the number of a class
    taken = {asset, label, confidence, shape_id, *box, *GEOMETRY, *SAID, "attributes", *OTHERS, *LABEL, *ASSET}
    more = {
        name: name.removeprefix(PREFIX)
        for name in names
        if name.startswith(PREFIX)
        or (name not in taken and not name.startswith(("metadata.", "Unnamed: ")) and name.strip())
    }
    return Plan(tuple(names), asset, label, confidence, shape_id, box, sized, more)


def _first(names: Iterable[str], known: Iterable[str]) -> str | None:
    return next((name for name in names if name in known), None)


def _box(known: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Return the four columns of a box, and whether they are a corner and a size."""
    for names, sized in (*((n, False) for n in CORNERS), *((n, True) for n in SIZED)):
        if set(names) <= set(known):
            return names, sized
    return (), False


def lacking(columns: Iterable[Any]) -> str:
    """Return a sentence that says what a shape without a geometry lacks."""
    known = [str(c) for c in columns]
    best = max((*CORNERS, *SIZED), key=lambda names: sum(n in known for n in names))
    missing = [name for name in best if name not in known]
    asked = [f"{c!r} for {found!r}" for c in known if c not in (*_NAMES, *ASSET) and (found := near(c, _NAMES))]
    hint = f" (did you mean {', '.join(asked)}?)" if asked else ""
    if 0 < len(missing) < 4:
        return (
            f"a shape needs points, or {', '.join(best)}; {' and '.join(missing)} is missing in "
            f"{', '.join(known)}{hint}."
        )
    there = f"there are {', '.join(known) or 'none'}{hint}"
    return f"a shape needs points, rle, or a box as x, y, width, height or x0, y0, x1, y1; {there}."


_NAMES = sorted({*GEOMETRY, *(n for names in (*CORNERS, *SIZED) for n in names), *LABEL, *CONFIDENCE})


def cell(name: str, value: Any) -> Any:
    """Return a cell of a table as Python has it: JSON is read where values are nested, what is missing is None."""
    if isinstance(value, str) and name in NESTED:
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise InvalidInput(f"{name} is no JSON: {shown(value)}.") from None
    given = plain(value)
    return None if isinstance(given, float) and math.isnan(given) else given


def cells(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what stands in a row, without what is missing."""
    found = {str(name): cell(str(name), value) for name, value in row.items()}
    return {name: value for name, value in found.items() if value is not None}
