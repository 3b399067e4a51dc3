"""The polygon: a closed outline through its vertices, or several of them: parts, and holes in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from msgspec.structs import replace

from nbannotate.model import Shape
from nbannotate.shapes import rings, simple
from nbannotate.shapes.base import Edges, FloatArray, Gesture, Kind, distance, even_odd, following, shoelace
from nbannotate.texts import t

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


class Polygon(Kind):
    """A closed outline; its points are the vertices, the first not repeated at the end.

    ``Shape.rings`` says how many of the points are those of each ring, where there are several: inside is what an odd
    number of rings surrounds, so that a ring in another one is a hole.
    """

    name: ClassVar[str] = "polygon"
    title: ClassVar[str] = "Polygon"
    key: ClassVar[str] = "p"
    gesture: ClassVar[Gesture] = "path"
    ringed: ClassVar[bool] = True
    min_points: ClassVar[int] = 3
    turns_into: ClassVar[str] = "mask"

    def problem(self, shape: Shape, width: float, height: float) -> str | None:
        """Return a sentence that says why a shape cannot be taken, or None."""
        if not shape.rings:
            return super().problem(shape, width, height)
        if wrong := self.payload(shape):
            return wrong
        found = [self.check(ring.tolist(), width, height) for ring in ring_arrays(shape)]
        return next(filter(None, found), None) if all(found) else None  # a part outside is a flaw, not all of it

    def payload(self, shape: Shape) -> str | None:
        """Return what is wrong with the rings, or None."""
        if shape.rings and (sum(shape.rings) != len(shape.points) or min(shape.rings) < self.min_points):
            return (
                f"The rings of the polygon must have at least {self.min_points} points each, and all of its "
                f"{len(shape.points)} together, not {', '.join(map(str, shape.rings))}."
            )
        return super().payload(shape)

    def covered(self, shape: Shape) -> float:
        """Return the area of what an odd number of rings surrounds, in square pixels."""
        return area_of(ring_arrays(shape)) if shape.rings else self.area(shape.points)

    def strokes(self, shape: Shape, edges: Edges = ()) -> list[FloatArray]:
        """Return the rings."""
        return ring_arrays(shape)

    def filled(self, shape: Shape) -> FloatArray | None:
        """Return all rings as one outline, joined by lines that are walked there and back; holes run the other way."""
        around = ring_arrays(shape)
        if len(around) > 1:
            parts = [len(outer) % 2 == 0 for outer in surrounding(around)]
            around = [r if (rings.signed(r) > 0) == part else r[::-1] for r, part in zip(around, parts, strict=True)]
        return rings.bridged(around)

    def hit(self, shape: Shape, x: float, y: float, reach: float = 0.0, edges: Edges = ()) -> bool:
        """Return whether a place is in the polygon, and in no hole, or near to one of its rings."""
        if not shape.rings:
            return super().hit(shape, x, y, reach, edges)
        around = ring_arrays(shape)
        inside = sum(even_odd(ring, x, y) for ring in around) % 2 == 1
        return inside or min(distance(ring, True, x, y) for ring in around) <= reach

    def flaws(self, shape: Shape, width: float, height: float) -> tuple[str, ...]:
        """Return what a person should look at: a part outside of the image, an outline that crosses itself."""
        crossed = any(crosses(ring) for ring in ring_arrays(shape))
        told = (t("The outline of the polygon crosses itself."),) if crossed else ()
        return super().flaws(shape, width, height) + told

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the polygon cut at the image, with the outline around what it surrounds.

        Where the outline falls into parts, the largest is kept if it is nearly all; if it is not, the answer is None:
        whether that is one thing or several, a person knows. Of several rings each is mended; one that is outside of
        the image goes.
        """
        if not self.flaws(shape, width, height):
            return shape
        mended = []
        for ring in ring_arrays(shape):
            cut = simple.clipped(ring, width, height)
            parts = simple.rings(cut) if simple.crossings(cut) <= simple.MOST_CROSSINGS else []
            if not parts and shape.rings and outside(ring, width, height):
                continue
            if not parts or shoelace(parts[0]) < simple.MOST_KEPT * sum(map(shoelace, parts)):
                return None
            mended.append(parts[0])
        if not mended:
            return None
        made = of_rings(shape, mended)
        return None if self.problem(made, width, height) or self.flaws(made, width, height) else made


def ring_arrays(shape: Shape) -> list[FloatArray]:
    """Return the points of a polygon ring by ring, ``(n, 2)`` image pixels each."""
    every = np.asarray(shape.points, dtype=np.float64).reshape(-1, 2)
    if not shape.rings:
        return [every]
    ends = [0, *accumulate(shape.rings)]
    return [every[a:b] for a, b in pairwise(ends)]


def surrounding(around: Sequence[FloatArray]) -> list[list[int]]:
    """Return of each ring which others surround it: an odd number of them around a hole, an even one around a part."""
    starts = [0, *accumulate(map(len, around))][:-1]
    every = np.concatenate(around)
    low, high = np.minimum.reduceat(every, starts), np.maximum.reduceat(every, starts)
    left, right = low[None] <= low[:, None], high[None] >= high[:, None]
    outer = np.logical_and(left, right).min(axis=2)  # [i, j]: whether the box of j is around that of i
    np.fill_diagonal(outer, False)
    found: list[list[int]] = []
    for i, near in enumerate(outer):
        some = np.flatnonzero(near).tolist()
        place = within(around[i]) if some else (0.0, 0.0)
        size = (shoelace(around[i]), -i) if some else (0.0, 0)
        found.append([j for j in some if (shoelace(around[j]), -j) > size and even_odd(around[j], *place)])
    return found


def within(ring: FloatArray) -> tuple[float, float]:
    """Return a place inside of a closed ring, far from its vertices; one of them, if it has no inside."""
    heights = np.unique(ring[:, 1])
    if len(heights) < 2:
        return float(ring[0, 0]), float(ring[0, 1])
    gap = int(np.diff(heights).argmax())
    y = float(heights[gap : gap + 2].mean())
    (ax, ay), (bx, by) = ring.T, following(ring).T
    cut = (ay > y) != (by > y)
    at = np.sort((ax + (y - ay) * (bx - ax) / np.where(cut, by - ay, 1))[cut])
    wide = int((at[1::2] - at[::2]).argmax())
    return float(at[2 * wide : 2 * wide + 2].mean()), y


def of_rings(shape: Shape, found: list[FloatArray]) -> Shape:
    """Return a polygon with other rings."""
    points = tuple((float(x), float(y)) for ring in found for x, y in ring)
    return replace(shape, points=points, rings=tuple(map(len, found)) if len(found) > 1 else ())


def area_of(around: list[FloatArray]) -> float:
    """Return the area of what an odd number of rings surrounds, in square pixels.

    Of rings whose boxes are apart it is the sum of theirs, exactly; else Shapely computes it.
    """
    boxes = np.array([(*ring.min(axis=0), *ring.max(axis=0)) for ring in around])
    a, b = boxes[:, None], boxes[None]
    apart = (a[..., 2] <= b[..., 0]) | (b[..., 2] <= a[..., 0]) | (a[..., 3] <= b[..., 1]) | (b[..., 3] <= a[..., 1])
    np.fill_diagonal(apart, True)
    if apart.all():
        return float(sum(map(shoelace, around)))
    return float(to_shapely(around).area)


def to_shapely(around: list[FloatArray]) -> BaseGeometry:
    """Return what an odd number of rings surrounds, as Shapely has it."""
    import shapely

    made: BaseGeometry = shapely.make_valid(shapely.polygons(around[0]))
    for ring in around[1:]:
        made = shapely.symmetric_difference(made, shapely.make_valid(shapely.polygons(ring)))
    return made


def outside(ring: FloatArray, width: float, height: float) -> bool:
    """Return whether a ring lies outside of the image, whole."""
    (x0, y0), (x1, y1) = ring.min(axis=0), ring.max(axis=0)
    return bool(x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height)


def crosses(outline: FloatArray) -> bool:
    """Return whether two edges of a closed outline cross; edges that only touch do not."""
    return simple.crossings(outline, most=0) > 0


KIND = Polygon()
