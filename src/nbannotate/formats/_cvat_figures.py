"""Figures of CVAT: what an element says of a geometry, what is between two of a track, and the shape that it is.

A figure is the numbers of an element, in its order. Between two key frames CVAT moves the numbers of boxes, ellipses,
skeletons and single points evenly, and angles the shorter way; polygons and lines too, where both have as many points.
What it does with others is more than that, and they stay as they were.

Source: https://docs.cvat.ai/docs/dataset_management/formats/format-xml/ and ``cvat/apps/dataset_manager``
(``formats/cvat.py``, ``annotation.py``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.files.parsing import Element
from nbannotate.model import Point, Shape, Skeleton
from nbannotate.model.shape_builders import turned_box
from nbannotate.shapes.mask import mask
from nbannotate.shapes.rle import Region, decode
from nbannotate.shapes.rotated_rectangle import box_of
from nbannotate.shapes.skeleton import ABSENT, HIDDEN, VISIBLE, placed, visibility

BOX, ELLIPSE = ("xtl", "ytl", "xbr", "ybr"), ("cx", "cy", "rx", "ry")
MASK = ("left", "top", "width", "height")
#: The attributes of each figure that are its geometry.
OF_GEOMETRY = frozenset({*BOX, *ELLIPSE, *MASK, "points", "rle", "rotation"})
FIGURES = frozenset({"box", "ellipse", "polygon", "polyline", "points", "mask", "skeleton"})
#: What an element of a skeleton says beside its place.
PART = frozenset({"label", "points", "outside", "occluded", "source", "keyframe"})
_DECIMAL = re.compile(r"[\s\d.eE+-]+")


class Figure(Struct):
    """The geometry of an element.

    Parameters
    ----------
    tag
        ``"box"``, ``"ellipse"``, ``"polygon"``, ``"polyline"``, ``"points"``, ``"mask"`` or ``"skeleton"``.
    numbers
        Of a box its left, top, right and bottom side; of an ellipse middle and radii; of a mask left, top, width and
        height, then run lengths; of the others x and y of each point.
    rotation
        In degrees, clockwise, about the middle.
    names, states
        Of a skeleton: which points it has, and how each is to be seen.
    """

    tag: str
    numbers: list[float]
    rotation: float = 0.0
    names: tuple[str, ...] = ()
    states: tuple[int, ...] = ()


def figure(element: Element | Any) -> Figure:
    """Return the figure of an element.

    Raises
    ------
    InvalidInput
        It is none; the message is the end of a sentence about such things.
    """
    tag, its = element.tag, element.attrib
    if tag == "skeleton":
        return _skeleton(element)
    if tag in ("box", "ellipse"):
        numbers = [_number(its, name) for name in (BOX if tag == "box" else ELLIPSE)]
        return Figure(tag, numbers, _number(its, "rotation") if "rotation" in its else 0.0)
    if tag == "mask":
        try:
            counts = [float(int(v)) for v in its.get("rle", "").split(",")]
        except (ValueError, OverflowError):
            raise InvalidInput("their rle is no list of whole numbers") from None
        return Figure(tag, [*(_number(its, name) for name in MASK), *counts])
    return Figure(tag, _points(its.get("points", "")))


def _skeleton(element: Any) -> Figure:
    numbers: list[float] = []
    names, states = [], []
    for one in element:
        if one.tag == "points":
            at = _points(one.get("points", ""))
            if len(at) != 2:
                raise InvalidInput("an element of a skeleton is one point")
            numbers += at
            names.append((one.get("label") or "").strip())
            hidden = HIDDEN if one.get("occluded") == "1" else VISIBLE
            states.append(ABSENT if one.get("outside") == "1" else hidden)
        elif one.tag != "attribute":
            raise InvalidInput("the elements of a skeleton are points")
    if len(set(names)) < len(names):
        raise InvalidInput("a skeleton has each point once")
    return Figure("skeleton", numbers, 0.0, tuple(names), tuple(states))


def _number(its: Mapping[str, str], name: str) -> float:
    text = its.get(name, "")
    try:
        found = float(text) if _DECIMAL.fullmatch(text) else math.nan
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise InvalidInput(f"their {name} is no number" if text else f"they have no {name}")
    return found


def _points(text: str) -> list[float]:
    found = []
    for pair in text.split(";"):
        values = pair.split(",")
        if len(values) != 2:
            raise InvalidInput("their points are not as 'x,y;x,y;…'")
        found += [_number({"points": v}, "points") for v in values]
    return found


def between(one: Figure, other: Figure, part: float) -> Figure | None:
    """Return the figure in a part of the way from one key frame to the next; None where there is none."""
    if one.tag == "mask":
        return None
    same = one.tag == other.tag and len(one.numbers) == len(other.numbers) and one.names == other.names
    if not same or (one.tag == "points" and len(one.numbers) != 2):
        return one
    numbers = [a + (b - a) * part for a, b in zip(one.numbers, other.numbers, strict=True)]
    turn = (other.rotation - one.rotation + 180) % 360 - 180
    return Figure(one.tag, numbers, (one.rotation + turn * part) % 360, one.names, one.states)


def shape_of(
    its: Figure, size: tuple[int, int], fields: Mapping[str, Any], skeleton: Skeleton | None, known: dict[str, Any]
) -> Shape:
    """Return the shape that a figure is.

    Parameters
    ----------
    its
        The figure.
    size
        Width and height of the image in pixels; 0 if they are not known.
    fields
        Of the shape.
    skeleton
        Of its label.
    known
        Takes what does not follow from the shape: the numbers of what is turned, the points of a skeleton.

    Raises
    ------
    InvalidInput
        It is none.
    """
    if its.tag == "mask":
        return _mask(its, size, fields)
    if its.tag == "skeleton":
        made = _of_skeleton(its, fields, skeleton, known)
    else:
        kind, points = _outline(its, known)
        made = Shape(kind=kind, points=points, **fields)
    if not _is_box_inside(made, size) and (
        wrong := shapes.kind(made.kind).problem(made, *(v or math.inf for v in size))
    ):
        raise InvalidInput(wrong)
    return made


def _is_box_inside(shape: Shape, size: tuple[int, int]) -> bool:
    """Return whether a shape is a rectangle or an ellipse of at least a pixel in the image, as nearly all are."""
    if shape.kind not in ("rectangle", "ellipse"):
        return False
    (x0, y0), (x1, y1) = shape.points
    return 0 <= x0 <= x1 - 1 and 0 <= y0 <= y1 - 1 and x1 <= size[0] and y1 <= size[1]


def _outline(its: Figure, known: dict[str, Any]) -> tuple[str, tuple[Point, ...]]:
    """Return kind and points of a figure that is neither a mask nor a skeleton."""
    at = its.numbers
    if its.tag == "box":
        if not its.rotation:
            return "rectangle", ((at[0], at[1]), (at[2], at[3]))
        known["box"] = [*at, its.rotation]
        return "rotated_rectangle", turned(known["box"])
    if its.tag == "ellipse":
        points = around(at)
        if its.rotation % 180 == 0 or at[2] == at[3]:
            if its.rotation or _ellipse(points) != at:
                known["ellipse"] = [*at, its.rotation]
            return "ellipse", points
        known["ellipse"] = [*at, its.rotation]
        return "polygon", turned_ellipse(known["ellipse"])
    pairs = tuple(zip(at[::2], at[1::2], strict=True))
    if its.tag == "points":
        return ("point" if len(pairs) == 1 else "keypoints"), pairs
    return its.tag, pairs


def turned(box: list[float]) -> tuple[Point, ...]:
    """Return the corners of a box that is turned: its four sides, and the angle in degrees."""
    left, top, right, bottom, angle = box
    return turned_box(left, top, right - left, bottom - top, angle)


def around(ellipse: list[float]) -> tuple[Point, Point]:
    """Return the corners of the box around an upright ellipse: its middle and radii."""
    cx, cy, rx, ry = ellipse[:4]
    return (cx - rx, cy - ry), (cx + rx, cy + ry)


def turned_ellipse(ellipse: list[float]) -> tuple[Point, ...]:
    """Return the polygon of 64 sides of an ellipse that is turned by some degrees about its middle."""
    cx, cy, angle = ellipse[0], ellipse[1], math.radians(ellipse[4])
    outline = shapes.kind("ellipse").outline(around(ellipse)) - (cx, cy)
    cos, sin = math.cos(angle), math.sin(angle)
    return tuple((float(cx + x * cos - y * sin), float(cy + x * sin + y * cos)) for x, y in outline)


def _ellipse(points: tuple[Point, ...]) -> list[float]:
    (x0, y0), (x1, y1) = points
    return [(x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2]


def _mask(its: Figure, size: tuple[int, int], fields: Mapping[str, Any]) -> Shape:
    left, top, width, height = map(int, its.numbers[:4])
    if min(size) < 1:
        raise InvalidInput("the size of their image is not known")
    near = abs(left) <= 4 * size[0] and abs(top) <= 4 * size[1]
    if not (near and 0 < width <= 4 * size[0] and 0 < height <= 4 * size[1]):
        raise InvalidInput("their place and size are those of no mask of the image")
    if not all(0 <= n <= width * height for n in its.numbers[4:]) or sum(its.numbers[4:]) != width * height:
        raise InvalidInput("their run lengths do not add up to width times height")
    counts = np.array(its.numbers[4:], dtype=np.int64)
    runs = np.zeros(len(counts), dtype=bool)
    runs[1::2] = True
    return mask(Region(left, top, np.repeat(runs, counts).reshape(height, width)), (size[1], size[0]), **fields)


def _of_skeleton(its: Figure, fields: Mapping[str, Any], skeleton: Skeleton | None, known: dict[str, Any]) -> Shape:
    """Return a skeleton with its points in the order of the label; those that are not there are absent."""
    names = its.names if skeleton is None else skeleton.points
    if skeleton is None:
        known["names"] = list(names)
    if strange := set(its.names) - set(names):
        raise InvalidInput(f"their label has no point {min(strange)!r:.60}")
    at = dict(zip(its.names, zip(its.numbers[::2], its.numbers[1::2], strict=True), strict=True))
    seen = dict(zip(its.names, its.states, strict=True))
    states = tuple(seen.get(name, ABSENT) for name in names)
    points = tuple(at.get(name, (0.0, 0.0)) for name in names)
    made = Shape(
        kind="skeleton", points=placed(points, states), **fields,
        visibility=() if set(states) == {VISIBLE} else states,
    )  # fmt: skip
    if wrong := shapes.kind("skeleton").payload(made):
        raise InvalidInput(wrong)
    if absent := {n: list(at[n]) for n, v in seen.items() if v == ABSENT}:
        known["absent"] = absent
    return made


# ---- writing


def geometry(shape: Shape, known: dict[str, Any]) -> tuple[str, dict[str, str]] | None:
    """Return the tag of a shape that is no skeleton, and what its element says of the geometry; None if there is none.

    Parameters
    ----------
    shape
        What is written.
    known
        What :func:`shape_of` noted; used as far as it still holds, and taken away.
    """
    box, ellipse = known.pop("box", None), known.pop("ellipse", None)
    if shape.kind == "rectangle":
        return "box", _said(BOX, [v for point in shape.points for v in point])
    if shape.kind == "rotated_rectangle":
        if box is None or turned(box) != shape.points:
            x, y, width, height, angle = box_of(shape.points)
            box = [x, y, _end(x, width), _end(y, height), angle]
        return "box", _said((*BOX, "rotation"), box)
    if shape.kind == "ellipse":
        if ellipse is None or around(ellipse) != shape.points:
            ellipse = [*_ellipse(shape.points), 0.0]
        return "ellipse", _said((*ELLIPSE, "rotation") if ellipse[4] else ELLIPSE, ellipse)
    if shape.kind == "polygon" and ellipse is not None and turned_ellipse(ellipse) == shape.points:
        return "ellipse", _said((*ELLIPSE, "rotation"), ellipse)
    if shape.kind == "mask":
        return "mask", _runs(shape)
    if shape.kind in ("polygon", "polyline", "point", "keypoints"):
        tag = shape.kind if shape.kind.startswith("poly") else "points"
        return tag, {"points": ";".join(map(pair, shape.points))}
    return None


def parts(shape: Shape, skeleton: Skeleton | None, known: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Return the points of a skeleton: name, place, and how each is to be seen."""
    names = skeleton.points if skeleton is not None else known.pop("names", None)
    if names is None or len(names) < len(shape.points):
        names = [str(i) for i in range(1, len(shape.points) + 1)]
    absent = known.pop("absent", {})
    known.pop("names", None)
    return [
        (name, pair(absent[name] if state == ABSENT and name in absent else point), state)
        for name, point, state in zip(names, shape.points, visibility(shape), strict=False)
    ]


def pair(point: Any) -> str:
    """Return x and y as text, from which the same floats are read."""
    x, y = point
    return f"{x!r},{y!r}"


def _said(names: tuple[str, ...], numbers: list[float]) -> dict[str, str]:
    return {name: repr(value) for name, value in zip(names, numbers, strict=False)}


def _end(begin: float, length: float) -> float:
    """Return where a length ends, so that the difference is the length again if any float gives it."""
    end = begin + length
    near = (end, math.nextafter(end, math.inf), math.nextafter(end, -math.inf))
    return next((v for v in near if v - begin == length), end)


def _runs(shape: Shape) -> dict[str, str]:
    """Return the run lengths of a mask in the box around it, row by row, the first of what is outside."""
    region = decode(shape.rle) if shape.rle is not None else None
    if region is None:
        raise InvalidInput("The mask has no pixels; delete it.")
    flat = np.concatenate([[False], region.pixels.ravel(), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    counts = np.diff(np.concatenate([[0], edges, [region.pixels.size]]))
    if counts[-1] == 0:
        counts = counts[:-1]
    height, width = region.pixels.shape
    its = {"left": str(region.x), "top": str(region.y), "width": str(width), "height": str(height)}
    return {"rle": ", ".join(map(str, counts.tolist())), **its}
