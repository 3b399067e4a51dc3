"""Shapes of LabelMe: how they are read and written; :mod:`nbannotate.formats.labelme` says what means what."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.formats import _bitmap, _json, _usable
from nbannotate.formats._outcome import Problems
from nbannotate.model import Point, Shape
from nbannotate.shapes.mask import mask
from nbannotate.shapes.rotated_rectangle import not_square

#: The kind of each ``shape_type``, and how many points it has.
TYPES = {
    "polygon": ("polygon", None), "rectangle": ("rectangle", None), "circle": ("ellipse", 2), "line": ("polyline", 2),
    "linestrip": ("polyline", None), "point": ("point", 1), "points": ("keypoints", None), "mask": ("mask", 2),
    "oriented_rectangle": ("rotated_rectangle", 4), "rotation": ("rotated_rectangle", 4),
}  # fmt: skip
WRITTEN = {
    "polygon": "polygon", "rectangle": "rectangle", "ellipse": "circle", "polyline": "linestrip", "point": "point",
    "keypoints": "points", "mask": "mask", "rotated_rectangle": "oriented_rectangle",
}  # fmt: skip
OF_SHAPE = frozenset(["label", "points", "group_id", "shape_type", "flags", "mask", "attributes", "score", "difficult"])


def read(item: object, size: tuple[int, int], problems: Problems, place: str) -> tuple[Shape, dict[str, Any]] | None:
    """Return a shape and its further fields; say what is wrong with it."""
    if not isinstance(item, dict):
        problems.add("shapes", "they are no objects", place)
        return None
    type_ = item.get("shape_type") or "polygon"
    kind, count = TYPES.get(type_, ("", None)) if isinstance(type_, str) else ("", None)
    points = _usable.points(item.get("points"))
    label = item.get("label")
    if not kind:
        problems.add("shapes", f"their shape_type is none of {', '.join(TYPES)}", f"{place}.shape_type")
    elif points is None or not points:
        problems.add("shapes", "their points are no pairs of numbers", f"{place}.points")
    elif count is not None and len(points) != count:
        problems.add("shapes", f"a {type_} has {count} points", f"{place}.points")
    elif label not in ("", None) and _usable.name(label) is None:
        problems.add("shapes", "a label's name has 1 to 200 characters", f"{place}.label")
    else:
        return _good(item, str(type_), kind, points, size, problems, place)
    return None


def _good(
    item: dict[str, Any], type_: str, kind: str, points: tuple[Point, ...], size: tuple[int, int],
    problems: Problems, place: str,
) -> tuple[Shape, dict[str, Any]] | None:  # fmt: skip
    """Return a shape of good points."""
    extra = _usable.rest(item, OF_SHAPE)
    if type_ in ("line", "rotation") or item.get("shape_type") is None:
        extra["shape_type"] = item.get("shape_type")
    flags = _usable.attributes(item.get("flags"), problems, f"{place}.flags")
    attributes = flags | _usable.attributes(item.get("attributes"), problems, f"{place}.attributes")
    if isinstance(item.get("difficult"), bool):
        extra["difficult"] = attributes["difficult"] = item["difficult"]
    confidence = _json.number(item.get("score"))
    if item.get("score") is not None and (confidence is None or not 0 <= confidence <= 1):
        problems.add("scores", "they are no numbers from 0 to 1", f"{place}.score")
        confidence = None
    group = item.get("group_id")
    if group is not None and (isinstance(group, bool) or not isinstance(group, int | str) or not str(group).strip()):
        problems.add("groups", "a group_id is a whole number", f"{place}.group_id")
        group = None
    fields: dict[str, Any] = {
        "label": _usable.name(item.get("label")) or "", "attributes": attributes, "confidence": confidence,
        "group": None if group is None else str(group)[: _usable.LONGEST_NAME],
    }  # fmt: skip
    if kind == "mask":
        return _mask(item, points, size, fields, extra, problems, place)
    kind, points = _geometry(kind, points, extra)
    made = Shape(kind=kind, points=points, **fields)
    if wrong := shapes.kind(kind).problem(made, *(v or math.inf for v in size)):
        problems.add(f"{kind}s".replace("_", " "), wrong.rstrip("."), f"{place}.points")
        return None
    return made, extra


def _geometry(kind: str, points: tuple[Point, ...], extra: dict[str, Any]) -> tuple[str, tuple[Point, ...]]:
    """Return kind and points as they are here; what was written otherwise is noted."""
    if kind == "ellipse":
        extra["circle"] = [list(p) for p in points]
        return kind, _around(*points)
    if kind == "rectangle" and len(points) != 2:
        xs, ys = {x for x, _ in points}, {y for _, y in points}
        if len(points) == 4 and len(xs) == len(ys) == 2:  # as X-AnyLabeling writes it
            extra["corners"] = [list(p) for p in points]
            return kind, ((min(xs), min(ys)), (max(xs), max(ys)))
        return "polygon", points
    if kind == "rotated_rectangle":
        (ax, ay), (bx, by), _, (dx, dy) = points
        clockwise = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax) >= 0
        points = points if clockwise else (points[0], *points[:0:-1])
        return ("polygon" if not_square(points) else kind), points
    return kind, points


def _mask(
    item: dict[str, Any], points: tuple[Point, ...], size: tuple[int, int], fields: dict[str, Any],
    extra: dict[str, Any], problems: Problems, place: str,
) -> tuple[Shape, dict[str, Any]] | None:  # fmt: skip
    if min(size) < 1:
        problems.add("masks", "the size of their image is not known", f"{place}.mask")
        return None
    (x, y), _ = points
    try:
        region = _bitmap.placed(_bitmap.from_text(item.get("mask")), round(x), round(y))
        if any(not v.is_integer() for point in points for v in point):
            extra["box"] = [list(p) for p in points]
        return mask(region, (size[1], size[0]), **fields), extra
    except InvalidInput as error:
        problems.add("masks", str(error).rstrip("."), f"{place}.mask")
        return None


def _around(center: Point, edge: Point) -> tuple[Point, Point]:
    """Return the corners of the box around a circle."""
    (x, y), r = center, math.dist(center, edge)
    return (x - r, y - r), (x + r, y + r)


# ---- writing


def written(shape: Shape, group: int | None, known: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of one shape; ``known`` are its further fields."""
    extra = dict(known)
    attributes = dict(shape.attributes)
    if "difficult" in extra:
        extra["difficult"] = attributes.pop("difficult", False)
    type_, points, png = _drawn(shape, extra)
    flags = {name: value for name, value in attributes.items() if isinstance(value, bool)}
    more = {name: value for name, value in attributes.items() if not isinstance(value, bool)}
    if more:
        extra["attributes"] = more
    if shape.confidence is not None:
        extra["score"] = shape.confidence
    return {
        "label": shape.label,
        "points": points,
        "group_id": group,
        "description": extra.pop("description", ""),
        "shape_type": type_,
        "flags": flags,
        "mask": png,
        **extra,
    }


def _drawn(shape: Shape, extra: dict[str, Any]) -> tuple[str | None, list[list[float]], str | None]:
    """Return type, points and mask of a shape, as the file had them as far as they still hold."""
    points = [[x, y] for x, y in shape.points]
    type_: str | None = WRITTEN.get(shape.kind, "polygon")
    had = extra.pop("shape_type", type_)
    circle, corners, had_box = (extra.pop(name, None) for name in ("circle", "corners", "box"))
    if shape.kind == "mask":
        region = _bitmap.part(shape.rle)
        left, top, right, bottom = map(float, region.box)
        box = [[left, top], [right - 1, bottom - 1]]
        if had_box is not None and [[float(round(v)) for v in p] for p in had_box] == box:
            box = had_box
        return type_, box, _bitmap.to_text(region.pixels)
    if shape.kind == "ellipse":
        if not is_circle(shape.points):
            outline = shapes.kind("ellipse").outline(shape.points)
            return "polygon", [[float(x), float(y)] for x, y in outline], None
        (x0, y0), (x1, y1) = shape.points
        middle = [(x0 + x1) / 2, (y0 + y1) / 2]
        still = circle is not None and _around(*map(tuple, circle)) == shape.points
        return type_, circle if still else [middle, [max(x0, x1), middle[1]]], None
    if shape.kind == "rectangle" and corners is not None:
        (x0, y0), (x1, y1) = shape.points
        points = corners if [x0, y0] in corners and [x1, y1] in corners else [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    if (had is None and type_ == "polygon") or had == "rotation" or (had == "line" and len(points) == 2):
        type_ = had
    return type_, points, None


def is_circle(points: Iterable[Point]) -> bool:
    """Return whether an ellipse is as wide as it is high."""
    (x0, y0), (x1, y1) = points
    return math.isclose(abs(x1 - x0), abs(y1 - y0), rel_tol=1e-9)


def whole(text: str) -> int | None:
    """Return the whole number that a text is, written as numbers are; or None."""
    return int(text) if text.isascii() and text.lstrip("-").isdecimal() and str(int(text)) == text else None
