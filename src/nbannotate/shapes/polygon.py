"""The polygon: a closed outline through its vertices."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from msgspec.structs import replace

from nbannotate.model import Shape
from nbannotate.shapes import simple
from nbannotate.shapes.base import FloatArray, Gesture, Kind, shoelace
from nbannotate.texts import t

MOST_COMPARED = 3000  # vertices up to which an outline is searched for crossings


class Polygon(Kind):
    """A closed outline; its points are the vertices, the first not repeated at the end."""

    name: ClassVar[str] = "polygon"
    title: ClassVar[str] = "Polygon"
    key: ClassVar[str] = "p"
    gesture: ClassVar[Gesture] = "path"
    min_points: ClassVar[int] = 3
    turns_into: ClassVar[str] = "mask"

    def flaws(self, shape: Shape, width: float, height: float) -> tuple[str, ...]:
        """Return what a person should look at: a part outside of the image, an outline that crosses itself."""
        crossed = (t("The outline of the polygon crosses itself."),) if crosses(self.outline(shape.points)) else ()
        return super().flaws(shape, width, height) + crossed

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the polygon cut at the image, with the outline around what it surrounds.

        Where the outline falls into parts, the largest is kept if it is nearly all; if it is not, the answer is None:
        whether that is one thing or several, a person knows.
        """
        if not self.flaws(shape, width, height):
            return shape
        parts = simple.rings(simple.clipped(self.outline(shape.points), width, height))
        if not parts or shoelace(parts[0]) < simple.MOST_KEPT * sum(map(shoelace, parts)):
            return None
        mended = replace(shape, points=tuple((float(x), float(y)) for x, y in parts[0]))
        return None if self.problem(mended, width, height) or self.flaws(mended, width, height) else mended


def crosses(outline: FloatArray) -> bool:
    """Return whether two edges of a closed outline cross; edges that only touch do not."""
    n = len(outline)
    if n < 4 or n > MOST_COMPARED:
        return False
    a, b = outline, np.roll(outline, -1, axis=0)
    side_a = side(a[:, None], b[:, None], a[None])
    apart = side_a * side(a[:, None], b[:, None], b[None]) < 0  # the ends of edge j on two sides of edge i
    return bool((apart & apart.T).any())


def side(a: FloatArray, b: FloatArray, p: FloatArray) -> FloatArray:
    """Return on which side of the line from ``a`` to ``b`` a place is: -1, 0 or 1."""
    turn = (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
    found: FloatArray = np.sign(turn)
    return found


KIND = Polygon()
