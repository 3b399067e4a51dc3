"""Lines of YOLO label files and the shapes that they are; one line is one object.

All coordinates are parts of the image's width and height, after the number of the class:

- *detect*: ``cx cy width height``, the middle and the size of a box;
- *segment*: ``x y x y x y …``, the outline; its last point may repeat the first one;
- *obb*: ``x y`` of the four corners of a rotated box;
- *pose*: a box as above, then ``x y`` or ``x y visibility`` of every key point.

A last number more is the confidence, as Ultralytics writes it for what a model found. From
https://docs.ultralytics.com/datasets (detect, segment, pose, obb).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nbannotate import shapes
from nbannotate.formats import _parts
from nbannotate.formats._contract import Foreign
from nbannotate.model import Point, Shape
from nbannotate.shapes import skeleton
from nbannotate.shapes.mask import outlines
from nbannotate.shapes.rings import is_closed, signed

Task = Literal["detect", "segment", "pose", "obb"]
Size = tuple[int, int]
Numbers = Sequence[Decimal]

#: What stands beside a shape: the outline's last point repeated the first; the corners ran the other way round; the box
#: of key points, in pixels, which need not be that around them.
CLOSED, BACKWARDS, BOX = "closed", "counterclockwise", "box"


class Said(Struct, frozen=True):
    """What a line says: a shape, or why it is none, as ``(plural noun, reason)``."""

    shape: Shape | None
    foreign: Foreign = Foreign()
    wrong: tuple[str, str] = ("", "")


class Keypoints(Struct, frozen=True):
    """The key points of a line.

    Parameters
    ----------
    count
        How many every line has.
    numbers
        How many numbers are one: 2, or 3 with the visibility.
    own
        How many a class has; the others only fill up the line. 0: all.
    """

    count: int
    numbers: int = 3
    own: int = 0


def numbers_of(line: str) -> tuple[int, list[Decimal]] | None:
    """Return the number of the class and what follows it, or None if a line is not that."""
    found = [_parts.decimal(word) for word in line.split()]
    if len(found) < 2 or None in found or found[0] is None or not 0 <= found[0] < 1 << 31 or found[0] % 1:
        return None
    return int(found[0]), found[1:]  # type: ignore[return-value]  # none of them is None


def task_of(counts: set[int]) -> Task:
    """Return the task of lines with these counts of numbers, where nothing else tells it."""
    if counts and counts <= {8, 9}:
        return "obb"
    return "segment" if any(n > 5 for n in counts) else "detect"


def read(numbers: Numbers, task: Task, keypoints: Keypoints | None, size: Size, label: str) -> Said:
    """Return the shape of a line."""
    n = len(numbers)
    if task == "pose" and keypoints is not None:
        usual = 4 + keypoints.count * keypoints.numbers
        if n not in (usual, usual + 1, 4, 5):
            return _wrong("lines", f"they have neither 4 numbers nor {usual}, for {keypoints.count} key points")
        sure = numbers[-1] if n in (usual + 1, 5) else None
    elif n in (4, 5) or task == "detect":
        if n not in (4, 5):
            return _wrong("lines", "they have not four numbers: the middle and the size of a box")
        sure = numbers[4] if n == 5 else None
    elif task == "obb":
        if n not in (8, 9):
            return _wrong("lines", "they have not eight numbers: four corners")
        sure = numbers[8] if n == 9 else None
    else:
        if n < 6:
            return _wrong("lines", "they have fewer than three points")
        sure = numbers[-1] if n % 2 else None
    if sure is not None and not 0 <= sure <= 1:
        return _wrong("lines", "their last number, the confidence, is not from 0 to 1")
    its = numbers[:-1] if sure is not None else numbers
    said = (
        _pose(its, keypoints, size)
        if task == "pose" and keypoints is not None and len(its) > 4
        else _box(its, size)
        if len(its) == 4
        else _outline(its, task, size)
    )
    if said.shape is None:
        return said
    shape = _labelled(said.shape, label, None if sure is None else float(sure))
    if problem := shapes.kind(shape.kind).problem(shape, *size):
        return _wrong(f"{shape.kind.replace('_', ' ')}s", problem.rstrip("."))
    return Said(shape, said.foreign)


def _wrong(what: str, reason: str) -> Said:
    return Said(None, wrong=(what, reason))


def _labelled(shape: Shape, label: str, confidence: float | None) -> Shape:
    return replace(shape, label=label, confidence=confidence)


def _box(numbers: Numbers, size: Size) -> Said:
    if numbers[2] <= 0 or numbers[3] <= 0:
        return _wrong("boxes", "their width or height is not positive")
    points = _corners(numbers, size)
    return Said(Shape(kind="rectangle", points=points))


def _corners(numbers: Numbers, size: Size) -> tuple[Point, Point]:
    (x0, x1), (y0, y1) = (_parts.span(numbers[i], numbers[i + 2], size[i]) for i in (0, 1))
    return (x0, y0), (x1, y1)


def _places(numbers: Numbers, size: Size) -> list[Point]:
    width, height = size
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [(_parts.scaled(x, width), _parts.scaled(y, height)) for x, y in pairs]


def _outline(numbers: Numbers, task: Task, size: Size) -> Said:
    points = _places(numbers, size)
    if task == "obb":
        corners, backwards = (points, False) if _clockwise(points) else (points[::-1], True)
        turned = Shape(kind="rotated_rectangle", points=corners)
        if shapes.kind("rotated_rectangle").payload(turned) is None:
            return Said(turned, Foreign(extra={BACKWARDS: True}) if backwards else Foreign())
        return Said(Shape(kind="polygon", points=points))
    closed = is_closed(points)
    shape = Shape(kind="polygon", points=points[:-1] if closed else points)
    return Said(shape, Foreign(extra={CLOSED: True}) if closed else Foreign())


def _clockwise(points: Sequence[Point]) -> bool:
    """Return whether corners run clockwise as they are seen."""
    x, y = np.array(points).T
    return bool(np.dot(x, np.roll(y, -1)) >= np.dot(y, np.roll(x, -1)))


def _pose(numbers: Numbers, keypoints: Keypoints, size: Size) -> Said:
    box, step = _corners(numbers, size), keypoints.numbers
    each = [numbers[i : i + step] for i in range(4, len(numbers), step)]
    if step == 3 and any(v[2] not in (0, 1, 2) for v in each):
        return _wrong("lines", "the visibility of a key point is not 0, 1 or 2")
    seen = [int(v[2]) if step == 3 else 0 if v[0] < 0 or v[1] < 0 else 2 for v in each]
    if 0 < keypoints.own < len(each) and not any(seen[keypoints.own :]):
        each, seen = each[: keypoints.own], seen[: keypoints.own]
    if not any(seen):
        return _box(numbers[:4], size)
    places = _places([v for x, y, *_ in each for v in (x, y)], size)
    points = skeleton.placed(places, seen)
    shape = Shape(kind="skeleton", points=points, visibility=() if set(seen) == {2} else seen)
    around = [*box[0], *box[1]]
    return Said(shape, Foreign(extra={BOX: around}) if around != _around(shape) else Foreign())


def _around(shape: Shape) -> list[float]:
    """Return the box around the points of a skeleton that are in the image."""
    at = np.array([p for p, v in zip(shape.points, skeleton.visibility(shape), strict=True) if v])
    return [*at.min(axis=0).tolist(), *at.max(axis=0).tolist()]


def written(shape: Shape, task: Task, keypoints: Keypoints | None, size: Size, foreign: Foreign) -> list[str]:
    """Return a shape as the numbers of its lines, without the class; what a task has no line for, as what is nearest.

    A mask of several parts is a line each, other outlines of several rings are one, joined by lines there and back.
    """
    sure = "" if shape.confidence is None else f" {_parts.written(Decimal(repr(shape.confidence)))}"
    return [text + sure for text in _WRITTEN[task](shape, keypoints, size, foreign)]


def _write_box(shape: Shape, keypoints: Keypoints | None, size: Size, foreign: Foreign) -> list[str]:
    return [_box_text(list(shapes.kind(shape.kind).bounds(shape.points)), size)]


def _box_text(box: Sequence[float], size: Size) -> str:
    (cx, width), (cy, height) = (_parts.span_of(box[i], box[i + 2], size[i]) for i in (0, 1))
    return f"{cx} {cy} {width} {height}"


def _write_outline(shape: Shape, keypoints: Keypoints | None, size: Size, foreign: Foreign) -> list[str]:
    if shape.kind == "mask":
        return [_text(ring.tolist(), size) for ring in outlines(shape, tolerance=0) if signed(ring) > 0]
    filled = shapes.kind(shape.kind).filled(shape) if shape.kind != "polygon" or shape.rings else None
    points = shape.points if filled is None else [(float(x), float(y)) for x, y in filled]
    closed = foreign.extra.get(CLOSED) is True and shape.kind == "polygon"
    closed |= filled is None and is_closed(points)  # a reader takes one away
    return [_text([*points, points[0]] if closed else points, size)] if len(points) > 2 else []


def _write_corners(shape: Shape, keypoints: Keypoints | None, size: Size, foreign: Foreign) -> list[str]:
    if shape.kind == "rotated_rectangle" and foreign.extra.get(BACKWARDS) is True:
        return [_text(shape.points[::-1], size)]
    if len(shape.points) == 4 and shape.kind in ("rotated_rectangle", "polygon"):
        return [_text(shape.points, size)]
    x0, y0, x1, y1 = shapes.kind(shape.kind).bounds(shape.points)
    return [_text([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], size)]


def _write_pose(shape: Shape, keypoints: Keypoints | None, size: Size, foreign: Foreign) -> list[str]:
    if keypoints is None or shape.kind != "skeleton":
        none = " 0 0 0" * (keypoints.count if keypoints is not None else 0)
        return [text + none for text in _write_box(shape, None, size, foreign)]
    seen = skeleton.visibility(shape)
    places = [
        f"{_parts.part_of(x, size[0])} {_parts.part_of(y, size[1])} {v}" if v else "0 0 0"
        for (x, y), v in zip(shape.points, seen, strict=True)
    ]
    places += ["0 0 0"] * (keypoints.count - len(places))
    return [" ".join([_box_text(_box_of(shape, foreign), size), *places[: keypoints.count]])]


def _box_of(shape: Shape, foreign: Foreign) -> list[float]:
    """Return the box of key points: the one that was read, as long as they are in it; else the one around them."""
    around, given = _around(shape), foreign.extra.get(BOX)
    if not isinstance(given, list) or len(given) != 4 or not all(isinstance(v, int | float) for v in given):
        return around
    holds = given[0] <= around[0] and given[1] <= around[1] and given[2] >= around[2] and given[3] >= around[3]
    return [float(v) for v in given] if holds else around


def _text(points: Sequence[Point], size: Size) -> str:
    width, height = size
    return " ".join(f"{_parts.part_of(x, width)} {_parts.part_of(y, height)}" for x, y in points)


_WRITTEN: dict[Task, Callable[[Shape, Keypoints | None, Size, Foreign], list[str]]] = {
    "detect": _write_box, "segment": _write_outline, "obb": _write_corners, "pose": _write_pose,
}  # fmt: skip
