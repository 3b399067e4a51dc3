"""The polyline: an open line through its vertices."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from nbannotate.model import Shape
from nbannotate.shapes import simple
from nbannotate.shapes.base import Gesture, Kind


class Polyline(Kind):
    """An open line; its points are the vertices, in the order in which they were drawn."""

    name: ClassVar[str] = "polyline"
    title: ClassVar[str] = "Polyline"
    key: ClassVar[str] = "l"
    gesture: ClassVar[Gesture] = "path"
    closed: ClassVar[bool] = False
    min_points: ClassVar[int] = 2

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the part in the image; None if there are several, and none is nearly all of it."""
        if not self.flaws(shape, width, height):
            return shape
        parts = simple.runs(self.outline(shape.points), width, height)
        if not parts or simple.length(parts[0]) < simple.MOST_KEPT * sum(map(simple.length, parts)):
            return None
        cut = replace(shape, points=tuple((float(x), float(y)) for x, y in parts[0]))
        return None if self.problem(cut, width, height) else cut


KIND = Polyline()
