"""The geometry of many shapes at once, as arrays: what the kinds compute of one, to the last bit."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nbannotate.shapes.base import SMALLEST, FloatArray
from nbannotate.shapes.polygon import Polygon, area_of
from nbannotate.shapes.rectangle import Rectangle

#: The kinds whose geometry is computed here, with the least and the most points of each ring.
KINDS = {Rectangle.name: (2, 2), Polygon.name: (3, 1 << 62)}


class _Measures(NamedTuple):
    """The boxes around shapes and their areas, and those of their rings."""

    bounds: FloatArray
    areas: FloatArray
    ring_bounds: FloatArray
    ring_areas: FloatArray


class Many:
    """Rectangles and polygons, their points one after another; what is of another kind is only counted.

    Parameters
    ----------
    kinds
        Of each shape, the name of its kind.
    points
        ``(n, 2)`` float64, image pixels: all points of all shapes.
    counts
        Of each shape, how many of the points are its.
    rings
        Of those with several rings, by their number, how many points each ring has; together as many as the shape.
    """

    def __init__(
        self,
        kinds: Sequence[str],
        points: FloatArray,
        counts: Sequence[int] | NDArray[np.int64],
        rings: Mapping[int, Sequence[int]],
    ) -> None:
        self.kinds, self.points, self.rings = kinds, points, rings
        self.counts = np.asarray(counts, dtype=np.int64)
        self.starts = starts_of(self.counts)
        self.box = np.fromiter(map(Rectangle.name.__eq__, kinds), dtype=bool, count=len(kinds))
        self._of = np.arange(len(kinds))  # of each ring, the number of its shape
        ring_counts = self.counts
        if rings:
            many = np.ones(len(kinds), dtype=np.int64)
            many[list(rings)] = list(map(len, rings.values()))
            self._of, ring_counts = np.repeat(self._of, many), np.repeat(self.counts, many)
            for number, first in zip(rings, starts_of(many)[list(rings)].tolist(), strict=True):
                ring_counts[first : first + len(rings[number])] = rings[number]
        self._ring_counts, self._first = ring_counts, np.searchsorted(self._of, np.arange(len(kinds)))

    @functools.cached_property
    def closed(self) -> NDArray[np.bool_]:
        """``(k,)``: whether a ring of each shape has its first point again at its end, see ``rings.is_closed``."""
        first = starts_of(self._ring_counts)
        longer = np.flatnonzero(self._ring_counts > 3)
        again = (self.points[first[longer]] == self.points[first[longer] + self._ring_counts[longer] - 1]).all(axis=1)
        found = np.zeros(len(self.kinds), dtype=bool)
        found[self._of[longer[again]]] = True
        return found

    @property
    def bounds(self) -> FloatArray:
        """``(k, 4)``: x0, y0, x1, y1 of each shape; not finite where a point is not."""
        return self._measures.bounds

    @property
    def areas(self) -> FloatArray:
        """``(k,)``: in square pixels. Of rings that are near to each other it is computed by :func:`area`."""
        return self._measures.areas

    @functools.cached_property
    def _measures(self) -> _Measures:
        good = self._ring_counts > 0  # reduceat wants no empty ones
        ring_bounds, ring_areas = np.full((len(good), 4), np.nan), np.zeros(len(good))
        if good.any():
            counts = self._ring_counts[good]
            ring_bounds[good] = bounds_of(self.points, counts)
            ring_areas[good] = areas_of(self.points, counts)
        box = self.box[self._of]
        x0, y0, x1, y1 = ring_bounds.T
        ring_areas[box] = ((x1 - x0) * (y1 - y0))[box]
        if len(self._of) == len(self.kinds):
            return _Measures(ring_bounds, ring_areas, ring_bounds, ring_areas)
        low = np.minimum.reduceat(ring_bounds[:, :2], self._first)
        high = np.maximum.reduceat(ring_bounds[:, 2:], self._first)
        bounds, areas = np.concatenate([low, high], axis=1), ring_areas[self._first].copy()
        numbers = np.array(list(self.rings), dtype=np.int64)
        first = self._first[numbers]
        second = np.minimum(first + 1, len(self._of) - 1)
        a, b = ring_bounds[first].T, ring_bounds[second].T
        beside = (a[2] <= b[0]) | (b[2] <= a[0]) | (a[3] <= b[1]) | (b[3] <= a[1])
        beside &= np.fromiter((len(rings) == 2 for rings in self.rings.values()), dtype=bool, count=len(numbers))
        areas[numbers[beside]] = (ring_areas[first] + ring_areas[second])[beside]
        for number in numbers[~beside].tolist():
            areas[number] = self._area_of_rings(number) if np.isfinite(bounds[number]).all() else 0.0
        return _Measures(bounds, areas, ring_bounds, ring_areas)

    def _area_of_rings(self, number: int) -> float:
        """Return the area of a polygon of several rings that are not two beside each other."""
        if min(self.rings[number]) < Polygon.min_points:
            return 0.0
        start = int(self.starts[number])
        ends = np.cumsum(self.rings[number])[:-1]
        return area_of(np.split(self.points[start : start + int(self.counts[number])], ends))

    def fit(self, widths: FloatArray, heights: FloatArray) -> NDArray[np.bool_]:
        """Return which shapes are good beyond doubt on images of these sizes, one a shape.

        They lie in the image, and each ring has as many points as it must, an extent and an area. What is not so must
        be asked of its kind: it may be good all the same.
        """
        known = {kind: KINDS.get(kind, (1, 0)) for kind in set(self.kinds)}
        least, most = np.array([known[kind] for kind in self.kinds], dtype=np.int64).reshape(-1, 2).T
        counts, of, its = self._ring_counts, self._of, self._measures
        x0, y0, x1, y1 = its.ring_bounds.T
        with np.errstate(invalid="ignore"):
            rings = (counts >= least[of]) & (counts <= most[of]) & (its.ring_areas > 0)
            rings &= (x0 >= 0) & (y0 >= 0) & (x1 <= widths[of]) & (y1 <= heights[of])  # no NaN is
            rings &= np.maximum(x1 - x0, y1 - y0) >= SMALLEST
        if len(of) == len(self.kinds):
            return np.asarray(rings)
        return np.logical_and.reduceat(rings, self._first) if len(of) else rings

    def of(self, number: int) -> tuple[tuple[float, float], ...]:
        """Return the points of one shape."""
        start = int(self.starts[number])
        its = self.points[start : start + int(self.counts[number])]
        return tuple((x, y) for x, y in its.tolist())


def geometry_of(
    kinds: Sequence[str], values: FloatArray, counts: NDArray[np.int64], each: NDArray[np.int64]
) -> Many:  # fmt: skip
    """Return the geometry of shapes whose numbers stand one after another, x and y in turn.

    Parameters
    ----------
    kinds
        Of each shape, the name of its kind.
    values
        ``(n,)`` float64, image pixels.
    counts
        Of each ring, how many of the numbers are its: twice its points.
    each
        Of each shape, how many of the rings are its.
    """
    pairs = counts // 2
    starts, ends = starts_of(each), np.cumsum(each)
    sums = np.concatenate([[0], np.cumsum(pairs)])
    several = np.flatnonzero(each > 1)
    rings = {
        n: pairs[start:end].tolist()
        for n, start, end in zip(several.tolist(), starts[several].tolist(), ends[several].tolist(), strict=True)
    }
    return Many(kinds, values.reshape(-1, 2), (sums[ends] - sums[starts]).tolist(), rings)


def starts_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of some parts begins that stand one after another."""
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else counts


def bounds_of(points: FloatArray, counts: NDArray[np.int64]) -> FloatArray:
    """Return x0, y0, x1, y1 of parts of points, ``(k, 4)``; each has at least one point."""
    starts = starts_of(counts)
    return np.concatenate([np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)], axis=1)


def areas_of(points: FloatArray, counts: NDArray[np.int64]) -> FloatArray:
    """Return the areas of closed outlines, ``(k,)``, as :func:`nbannotate.shapes.base.shoelace` does of one."""
    starts = starts_of(counts)
    last = starts + counts - 1
    with np.errstate(invalid="ignore", over="ignore"):
        x, y = (its - np.repeat(its[starts], counts) for its in points.T)
        turned = np.empty(len(x))
        np.multiply(x[:-1], y[1:], out=turned[:-1])
        turned[:-1] -= y[:-1] * x[1:]
        turned[last] = x[last] * 0.0 - y[last] * 0.0  # what follows is the first one, which the others are relative to
        return np.abs(np.add.reduceat(turned, starts)) / 2
