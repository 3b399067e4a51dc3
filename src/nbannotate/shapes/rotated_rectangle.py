"""The rotated rectangle: turned by any angle, given by its four corners.

The corners run clockwise on the screen from the one that is top-left when the angle is 0; the angle is that of the
first edge, in degrees, clockwise (y runs down), about the middle. So whatever moves, scales or paints points needs to
know nothing of it.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from msgspec.structs import replace

from nbannotate.model import Point, Shape
from nbannotate.model.shape_builders import turned_box
from nbannotate.shapes.base import FloatArray, Form, Gesture, Kind, Points, pairs
from nbannotate.texts import t, word

#: A corner may be so far from where that of a true rectangle would be: a part of the longer side, or so many pixels.
SLACK, SLACK_PX = 0.01, 0.5


class RotatedRectangle(Kind):
    """A rectangle that may be turned; its points are its corners, clockwise on the screen."""

    name: ClassVar[str] = "rotated_rectangle"
    title: ClassVar[str] = word("Rotated rectangle")
    key: ClassVar[str] = "alt+r"
    gesture: ClassVar[Gesture] = "edge"
    form: ClassVar[Form] = "path"
    min_points: ClassVar[int] = 4
    max_points: ClassVar[int | None] = 4
    turns_into: ClassVar[str] = "polygon"

    def normalize(self, points: Points, width: float, height: float) -> tuple[Point, ...]:
        """Return a rectangle moved into the image; one that is larger than the image is made smaller about its middle.

        Of corners that are those of no rectangle the first edge stays, and the others are put at a right angle to it.
        """
        at = squared(np.asarray(pairs(points), dtype=np.float64))
        size = np.ptp(at, axis=0)
        most = np.array([width, height], dtype=np.float64)
        if (size > most).any():
            middle = at.mean(axis=0)
            at = middle + (at - middle) * float(np.min(most / np.maximum(size, 1e-12)))
        low, high = at.min(axis=0), at.max(axis=0)
        at = at + np.maximum(0, -low) - np.maximum(0, high - most)
        return tuple((float(x), float(y)) for x, y in np.clip(at, 0, most))

    def check(self, points: Points, width: float, height: float) -> str | None:
        """Return a sentence that says what is wrong with the points, or None if they are a good shape."""
        return super().check(points, width, height) or not_square(points)

    def payload(self, shape: Shape) -> str | None:
        """Return what is wrong with what a shape is, whatever the image; or None."""
        return super().payload(shape) or self.count(len(shape.points)) or not_square(shape.points)

    def flaws(self, shape: Shape, width: float, height: float) -> tuple[str, ...]:
        """Return nothing: corners of what is turned may be outside of the image, as what it surrounds may be."""
        return ()

    def put(self, shape: Shape, points: Points, width: float, height: float) -> Shape:
        """Return the shape as it is after a person moved it to these points; its middle stays in the image."""
        at = squared(np.asarray(pairs(points), dtype=np.float64))
        middle = at.mean(axis=0)
        kept = np.clip(middle, 0, (width, height))
        at = at if (kept == middle).all() else at + (kept - middle)  # or each move would cost the last digits
        return replace(shape, points=tuple((float(x), float(y)) for x, y in at))

    def scaled(self, shape: Shape, fx: float, fy: float) -> Shape:
        """Return the shape as it is on an image that was resized by these factors: a rectangle again."""
        at = squared(self.outline(shape.points) * (fx, fy))
        return replace(shape, points=tuple((float(x), float(y)) for x, y in at))

    def size(self, shape: Shape) -> float | None:
        """Return the shorter of its sides, in pixels."""
        _, _, width, height, _ = box_of(shape.points)
        return min(width, height)


def angle_of(points: Points) -> float:
    """Return how far a rotated rectangle is turned, in degrees, clockwise, from -180 to 180."""
    (ax, ay), (bx, by) = points[0], points[1]
    return math.degrees(math.atan2(by - ay, bx - ax))


def turned_to(points: Points, angle: float) -> tuple[Point, ...]:
    """Return the corners of a rotated rectangle that is turned about its middle to an angle, in degrees, clockwise."""
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    (cx, cy), (width, height) = at.mean(axis=0).tolist(), (float(np.hypot(*(at[i] - at[0]))) for i in (1, 3))
    return turned_box(cx - width / 2, cy - height / 2, width, height, angle)


def box_of(points: Points) -> tuple[float, float, float, float, float]:
    """Return what a rotated rectangle is before it is turned about its middle, and the angle.

    Returns
    -------
    tuple
        ``(x, y, width, height, angle)``: the top-left corner and the size in pixels, and degrees, clockwise. They are
        the shortest decimals that give the same corners again, bit for bit, if there are such; so what was read from a
        file as ``10.5, 20, 30.25, 40`` and ``33.3`` comes out so.
    """
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    middle = at.mean(axis=0)
    width, height = (float(np.hypot(*(at[i] - at[j]))) for i, j in ((1, 0), (3, 0)))
    exact = (float(middle[0]) - width / 2, float(middle[1]) - height / 2, width, height, angle_of(points))
    given = tuple((float(x), float(y)) for x, y in at)
    for digits in range(13):
        short = tuple(round(v, digits) for v in exact)
        x, y, w, h, angle = short
        for turn in (angle, round(angle % 360, digits)):
            if turned_box(x, y, w, h, turn) == given:
                return x, y, w, h, turn
    return exact


def squared(at: FloatArray) -> FloatArray:
    """Return four corners as those of a rectangle; what is one already stays as it is, bit for bit."""
    if not_square(at) is None:
        return at
    a, b = at[0], at[1]
    edge = b - a
    length = float(np.hypot(*edge))
    if not length:
        return at
    across = np.array([-edge[1], edge[0]]) / length
    reach = float(((at[2:] - a) @ across).mean())
    return np.array([a, b, b + across * reach, a + across * reach])


def not_square(points: Points | FloatArray) -> str | None:
    """Return a sentence if four corners are those of no rectangle; or None."""
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(at) != 4:
        return f"The rotated rectangle needs four corners; it has {len(at)}."
    edge, side = at[1] - at[0], at[3] - at[0]
    length, width = float(np.hypot(*edge)), float(np.hypot(*side))
    slack = max(SLACK_PX, SLACK * max(length, width))
    shifted = float(np.hypot(*(at[0] + at[2] - at[1] - at[3])))
    with np.errstate(over="ignore", invalid="ignore"):  # a file may have any numbers
        leaning = abs(float(edge @ side)) / max(length, width, 1e-12)
    if shifted > slack or leaning > slack:
        return t("The four corners are those of no rectangle; a polygon can have them.")
    return None


KIND = RotatedRectangle()
