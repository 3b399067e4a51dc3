"""The polygon: a closed outline through its vertices."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from nbannotate.model import Shape
from nbannotate.shapes import simple
from nbannotate.shapes.base import FloatArray, Gesture, Kind, shoelace
from nbannotate.texts import t


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
        cut = simple.clipped(self.outline(shape.points), width, height)
        parts = simple.rings(cut) if simple.crossings(cut) <= simple.MOST_CROSSINGS else []
        if not parts or shoelace(parts[0]) < simple.MOST_KEPT * sum(map(shoelace, parts)):
            return None
        mended = replace(shape, points=tuple((float(x), float(y)) for x, y in parts[0]))
        return None if self.problem(mended, width, height) or self.flaws(mended, width, height) else mended


def crosses(outline: FloatArray) -> bool:
    """Return whether two edges of a closed outline cross; edges that only touch do not."""
    return simple.crossings(outline, most=0) > 0


KIND = Polygon()
