"""Outlines that cross themselves, or leave the image, made simple: what repairing a polygon takes.

Shapely computes it, which is imported where an outline is looked at closely: few are.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from nbannotate.model import Point
from nbannotate.shapes.base import FloatArray, shoelace

#: Of the area of an outline, or the length of a line, this much must stay; else a repair would be a guess.
MOST_KEPT = 0.9
#: An outline that crosses itself more often than this is a scribble: its parts are not looked for.
MOST_CROSSINGS = 5000
#: So many pairs of edges are looked at; an outline whose edges lie side by side in more is taken for a scribble, too.
MOST_PAIRS = 2_000_000
#: So many edges are compared with all the others at once.
AT_ONCE = 32


def crossings(outline: FloatArray, most: int = MOST_CROSSINGS) -> int:
    """Return how often the edges of a closed outline cross, or some number above ``most``; touching is not crossing."""
    import shapely

    ring = np.asarray(outline, dtype=np.float64)
    if len(ring) < 4 or shapely.is_simple(shapely.linearrings(ring)):
        return 0
    edges = np.stack([ring, np.roll(ring, -1, axis=0)], axis=1)
    lines = shapely.linestrings(edges)
    tree = shapely.STRtree(lines)
    found = looked = 0
    for first in range(0, len(edges), AT_ONCE):
        one, two = tree.query(lines[first : first + AT_ONCE])
        later = two > one + first
        a, b = edges[one[later] + first].swapaxes(0, 1)
        c, d = edges[two[later]].swapaxes(0, 1)
        apart = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
        found += int(apart.sum())
        looked += len(apart)
        if found > most or looked > MOST_PAIRS:
            return max(found, most + 1)
    return found


def side(a: FloatArray, b: FloatArray, p: FloatArray) -> FloatArray:
    """Return on which side of the line from ``a`` to ``b`` a place is: -1, 0 or 1."""
    turn = (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
    found: FloatArray = np.sign(turn)
    return found


def rings(outline: FloatArray) -> list[FloatArray]:
    """Return the outlines around all that a closed outline surrounds, the largest first; none touches itself.

    Where the outline crosses itself so that it falls into parts that meet in a place only, each is a ring. What it
    surrounds twice, and holes, belong to the inside. Parts without an area are left out.
    """
    import shapely

    if len(outline) < 3:
        return []
    try:
        pieces = shapely.unary_union(shapely.linearrings(np.asarray(outline, dtype=np.float64)))  # cut where they meet
        cells = shapely.get_parts(shapely.polygonize([pieces]))
        parts = shapely.get_parts(shapely.coverage_union_all(cells)) if len(cells) else cells
        whole = shapely.get_parts(shapely.unary_union(shapely.polygons(shapely.get_exterior_ring(parts))))
    except shapely.GEOSException:
        return []  # of numbers so large, or so small, that a computer cannot tell the places apart
    found = [shapely.get_coordinates(shapely.get_exterior_ring(part))[:-1] for part in whole]
    return sorted((a for a in found if len(a) > 2 and shoelace(a) > 0), key=shoelace, reverse=True)


def clipped(outline: FloatArray, width: float, height: float) -> FloatArray:
    """Return the part of a closed outline that is in the image; parts stay joined by lines along its edge."""
    points = [(float(x), float(y)) for x, y in outline]
    for axis, limit, keep in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        found: list[Point] = []
        for a, b in zip(points, points[1:] + points[:1], strict=True):
            one, two = (a[axis] - limit) * keep >= 0, (b[axis] - limit) * keep >= 0
            if one:
                found.append(a)
            if one != two:
                found.append(_cut(a, b, axis, limit))
        points = found
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def runs(line: FloatArray, width: float, height: float) -> list[FloatArray]:
    """Return the parts of an open line that are in the image, the longest first."""
    found: list[list[Point]] = [[]]
    for a, b in pairwise(line):
        piece = _inside((float(a[0]), float(a[1])), (float(b[0]), float(b[1])), width, height)
        if piece is None:
            continue
        if found[-1] and found[-1][-1] == piece[0]:
            found[-1].append(piece[1])
        else:
            found.append(list(piece))
    return sorted((np.array(v) for v in found if len(v) > 1), key=length, reverse=True)


def length(line: FloatArray) -> float:
    """Return the length of an open line."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _cut(a: Point, b: Point, axis: int, limit: float) -> Point:
    """Return where the line from ``a`` to ``b`` has a coordinate, exactly so in that coordinate."""
    t = (limit - a[axis]) / (b[axis] - a[axis])
    other = a[1 - axis] + t * (b[1 - axis] - a[1 - axis])
    return (limit, other) if axis == 0 else (other, limit)


def _inside(a: Point, b: Point, width: float, height: float) -> tuple[Point, Point] | None:
    """Return the part of a line between two places that is in the image; None if it is a place at most."""
    for axis, limit, keep in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        one, two = (a[axis] - limit) * keep >= 0, (b[axis] - limit) * keep >= 0
        if not one and not two:
            return None
        if one != two:
            cut = _cut(a, b, axis, limit)
            a, b = (a, cut) if one else (cut, b)
    return None if a == b else (a, b)
