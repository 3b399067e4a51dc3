"""The rectangle: upright, given by two opposite corners."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from msgspec.structs import replace

from nbannotate.model import Point, Shape
from nbannotate.shapes.base import FloatArray, Form, Gesture, Kind, Points, pairs


class Rectangle(Kind):
    """An upright box; its points are the top-left and the bottom-right corner once normalized."""

    name: ClassVar[str] = "rectangle"
    title: ClassVar[str] = "Rectangle"
    key: ClassVar[str] = "r"
    gesture: ClassVar[Gesture] = "corners"
    form: ClassVar[Form] = "box"
    min_points: ClassVar[int] = 2
    max_points: ClassVar[int | None] = 2
    turns_into: ClassVar[str] = "mask"

    def outline(self, points: Points) -> FloatArray:
        """Return the four corners, clockwise on the screen from the first."""
        (x0, y0), (x1, y1) = points
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)

    def normalize(self, points: Points, width: float, height: float) -> tuple[Point, ...]:
        """Return the top-left and the bottom-right corner, moved into the image."""
        (x0, y0), (x1, y1) = super().normalize(pairs(points), width, height)
        return (min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))

    def area(self, points: Points) -> float:
        """Return width times height, in square pixels."""
        (x0, y0), (x1, y1) = pairs(points)
        return abs((x1 - x0) * (y1 - y0))

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the part in the image; None if there is none."""
        cut = replace(shape, points=self.normalize(shape.points, width, height))
        return None if self.problem(cut, width, height) else cut if self.flaws(shape, width, height) else shape


KIND = Rectangle()
