"""One shape of its fields: the columns of a table, the keys of a mapping, the cells of a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model import fields
from nbannotate.model.geometry import of_pixels
from nbannotate.model.shape import Shape
from nbannotate.model.suggestions import check_kind
from nbannotate.model.values import as_mapping, plain, shown

#: What a shape may have, as a field of its own.
OWN = ("color", "also", "visibility", "rings", "group", "track", "keyframe")


def of_fields(given: Mapping[Any, Any], label_of: Callable[[Any], str]) -> Shape:
    """Return the shape of a mapping of its fields.

    Parameters
    ----------
    given
        The fields, with any of the names that :mod:`nbannotate.model.fields` knows.
    label_of
        Gives the name of a label from what stands for it.

    Raises
    ------
    InvalidInput
        Its fields are those of no shape.
    """
    row = fields.cells(given)
    return of_cells(row, fields.plan(row), label_of)


def of_cells(row: Mapping[str, Any], plan: fields.Plan, label_of: Callable[[Any], str]) -> Shape:
    """Return the shape of a row of a table; a cell that is missing is not in the row.

    Raises
    ------
    InvalidInput
        Its cells are those of no shape.
    """
    made = {name: row[name] for name in OWN if name in row}
    made["label"] = label_of(row[plan.label]) if plan.label is not None and plan.label in row else ""
    for name, column in (("confidence", plan.confidence), ("id", plan.shape_id)):
        if column is not None and column in row:
            made[name] = row[column]
    made["attributes"] = attributes(row.get("attributes"))
    made["attributes"] |= {name: row[column] for column, name in plan.attributes.items() if column in row}
    return Shape(**made, **geometry(row, plan))


def attributes(given: Any) -> dict[str, Any]:
    """Return attributes that are given as a mapping, or not at all."""
    return {} if given is None else as_mapping("attributes", given)


def geometry(row: Mapping[str, Any], plan: fields.Plan) -> dict[str, Any]:
    """Return the kind, the points and the pixels of a row; points come first, then pixels, then a box."""
    if "rle" in row:
        points, rle = of_pixels("rle", row["rle"])
        return {"kind": row.get("kind", "mask"), "points": row.get("points", points), "rle": rle}
    if "points" in row:
        points = paired(row["points"])
        return {"kind": row.get("kind") or kind_of(len(points)), "points": points}
    if "bbox" in row:
        box = row["bbox"]
        if not isinstance(box, list | tuple) or len(box) != 4:
            raise InvalidInput(f"bbox is [x, y, width, height], as COCO has it, not {shown(box)}.")
        return _box(row, corners(("x", "y", "width", "height"), box, sized=True))
    if plan.box and all(name in row for name in plan.box):
        return _box(row, corners(plan.box, [row[name] for name in plan.box], sized=plan.sized))
    raise InvalidInput(fields.lacking(row))


def _box(row: Mapping[str, Any], points: Any) -> dict[str, Any]:
    kind = row.get("kind", "rectangle")
    check_kind("a shape", kind)
    if kind not in ("rectangle", "ellipse"):
        raise InvalidInput(f"a {kind} is no box; give its points.")
    return {"kind": kind, "points": points}


def kind_of(count: int) -> str:
    """Return the kind that so many points are, where none is said."""
    return {1: "point", 2: "rectangle"}.get(count, "polygon")


def paired(points: Any) -> Any:
    """Return points as rows; numbers in one row, as COCO writes polygons, are taken two and two."""
    given = plain(points)
    if isinstance(given, list | tuple) and given and len(given) % 2 == 0 and all(_is_number(v) for v in given):
        return list(zip(given[::2], given[1::2], strict=True))
    if not isinstance(given, list | tuple):
        raise InvalidInput(f"points are pairs of numbers, ((x, y), (x, y), …), not {shown(given)}.")
    return given


def corners(names: Iterable[str], box: Iterable[Any], *, sized: bool) -> tuple[tuple[float, float], ...]:
    """Return the two corners of a box of four numbers.

    Raises
    ------
    InvalidInput
        One is no finite number, or the box has no width or no height.
    """
    at = dict(zip(names, box, strict=True))
    for name, value in at.items():
        if not _is_number(value):
            raise InvalidInput(f"{name} is a number of pixels, not {shown(value)}.")
    (left, x), (top, y), (right, x1), (bottom, y1) = at.items()
    if sized:
        for name, value in ((right, x1), (bottom, y1)):
            if value <= 0:
                raise InvalidInput(f"{name} is a number of pixels above 0, not {value:g}.")
        return (float(x), float(y)), (float(x + x1), float(y + y1))
    for first, one, second, two in ((left, x, right, x1), (top, y, bottom, y1)):
        if two <= one:
            raise InvalidInput(
                f"{second} ({two:g}) is not above {first} ({one:g}); a width and a height are given as x, y, width, "
                "height."
            )
    return (float(x), float(y)), (float(x1), float(y1))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
