"""The ellipse: upright, given by two opposite corners of the box around it."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from nbannotate.model import Shape
from nbannotate.shapes.base import FloatArray, Form, Gesture, Points, pairs
from nbannotate.shapes.rectangle import Rectangle

SIDES = 64  # of the polygon that is painted; half a pixel off the curve at 500 pixels radius
TURN = np.linspace(0, math.tau, SIDES, endpoint=False)
UNIT = np.round((np.stack([np.cos(TURN), np.sin(TURN)], axis=1) + 1) / 2, 15)  # in the box from (0, 0) to (1, 1)


class Ellipse(Rectangle):
    """An upright ellipse; its points are the top-left and the bottom-right corner of its box once normalized."""

    name: ClassVar[str] = "ellipse"
    title: ClassVar[str] = "Ellipse"
    key: ClassVar[str] = "e"
    gesture: ClassVar[Gesture] = "corners"
    form: ClassVar[Form] = "ellipse"

    def outline(self, points: Points) -> FloatArray:
        """Return a polygon of 64 sides whose bounds are exactly those of the ellipse."""
        first, last = self._corners(points)
        return np.where(UNIT == 1, last, np.clip(first + (last - first) * UNIT, first, last))

    def area(self, points: Points) -> float:
        """Return a quarter of pi times width times height, in square pixels."""
        return super().area(points) * math.pi / 4

    def contains(self, points: Points, x: float, y: float) -> bool:
        """Return whether a place is inside the ellipse."""
        first, last = self._corners(points)
        if not (last > first).all():
            return False
        return bool((((np.array((x, y)) - first) / (last - first) * 2 - 1) ** 2).sum() < 1)

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the shape if it is in the image, or else None: a part of an ellipse is none."""
        return None if self.flaws(shape, width, height) else shape

    def _corners(self, points: Points) -> tuple[FloatArray, FloatArray]:
        given = np.asarray(pairs(points), dtype=np.float64)
        return given.min(axis=0), given.max(axis=0)


KIND = Ellipse()
