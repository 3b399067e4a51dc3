"""Key points: a set of places that belong together."""

from __future__ import annotations

import math
from typing import ClassVar

from nbannotate.model import Shape
from nbannotate.shapes.base import Edges, FloatArray, Form, Gesture, Kind, Points, pairs
from nbannotate.texts import t, word


class Dots(Kind):
    """The base of kinds whose points stand for themselves; they have no area, and no least size."""

    gesture: ClassVar[Gesture] = "points"
    form: ClassVar[Form] = "dots"
    closed: ClassVar[bool] = False
    min_points: ClassVar[int] = 1

    def check(self, points: Points, width: float, height: float) -> str | None:
        """Return what is wrong with the points, or None; one of them at least must be in the image."""
        what = self.title.lower()
        try:
            given = pairs(points)
        except (TypeError, ValueError):
            return f"The {what} must be given as pairs of numbers."
        if sentence := self.count(len(given)):
            return sentence
        if not all(math.isfinite(v) for point in given for v in point):
            return f"The {what} has a coordinate that is not a finite number."
        if not any(0 <= x <= width and 0 <= y <= height for x, y in given):
            return t("The {what+} must be in the image.", what=what)
        return None

    def size(self, shape: Shape) -> float | None:
        """Return None: places have no size."""
        return None

    def strokes(self, shape: Shape, edges: Edges = ()) -> list[FloatArray]:
        """Return one line for each edge."""
        return []

    def dots(self, shape: Shape) -> FloatArray | None:
        """Return all points."""
        return self.outline(shape.points)


class KeyPoints(Dots):
    """A set of places that belong together, for example the ends of one fiber; their order is kept."""

    name: ClassVar[str] = "keypoints"
    title: ClassVar[str] = word("Key points")
    key: ClassVar[str] = "y"


KIND = KeyPoints()
