"""One shape, as people have it: a shape, four numbers, a mapping or a row, a geometry of Shapely or of GeoJSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Shape
from nbannotate.model.choices import check_kind
from nbannotate.model.geometry import of_pixels
from nbannotate.model.values import as_mapping, is_series, plain, shown
from nbannotate.workspace.intake import fields, geojson
from nbannotate.workspace.intake.naming import Naming

#: What a shape may have, as a field of its own.
OWN = ("color", "also", "visibility", "rings", "group", "track", "keyframe")


def shapes(value: Any, naming: Naming) -> list[Shape]:
    """Return the shapes that one thing is; a geometry of several parts is several.

    Raises
    ------
    InvalidInput
        It is none; the message is the end of a sentence.
    """
    if isinstance(value, Shape):
        return [renamed(value, naming)]
    if geojson.is_one(value):
        return geojson.shapes(value, naming)
    if isinstance(value, Mapping):
        return [of_fields(value, naming)]
    if is_series(value) and not isinstance(plain(value.index)[0], int):  # a row of a table
        return [of_fields(as_mapping("a shape", value), naming)]
    given = plain(value)
    if isinstance(given, list | tuple) and len(given) == 4 and all(_is_number(v) for v in given):
        return [Shape(kind="rectangle", points=corners(("x0", "y0", "x1", "y1"), given, sized=False))]
    raise InvalidInput(f"give an nb.Shape, or (x0, y0, x1, y1) for a rectangle, in place of {shown(given)}.")


def renamed(shape: Shape, naming: Naming) -> Shape:
    """Return a shape with the name that its label has in a mapping."""
    from msgspec.structs import replace

    label = naming.mapping.get(shape.label, shape.label)
    return shape if label == shape.label else replace(shape, label=label)


def of_fields(given: Mapping[Any, Any], naming: Naming) -> Shape:
    """Return the shape of a mapping of its fields, or of the columns of a table.

    Raises
    ------
    InvalidInput
        Its fields are those of no shape.
    """
    row = fields.cells(given)
    plan = fields.plan(row)
    made = {name: row[name] for name in OWN if name in row}
    made["label"] = "" if plan.label is None else naming.of(row[plan.label])
    if plan.confidence is not None:
        made["confidence"] = row[plan.confidence]
    if plan.shape_id is not None:
        made["id"] = row[plan.shape_id]
    made["attributes"] = attributes(row.get("attributes"))
    made["attributes"] |= {name: row[column] for column, name in plan.attributes.items()}
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
    if plan.box:
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
