"""Many shapes at once, as columns: which of them overlap, in numpy wherever arrays can say what a shape is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.model import Shape
from nbannotate.shapes.base import FloatArray, Kind
from nbannotate.shapes.many import bounds_of, starts_of
from nbannotate.shapes.overlap import covering, ious, of_areas, of_boxes
from nbannotate.shapes.polygon import Polygon
from nbannotate.shapes.rectangle import Rectangle
from nbannotate.shapes.registry import kind

Rows = NDArray[np.intp]

#: So many pairs of boxes are compared at once.
AT_ONCE = 4_000_000


class Columns:
    """Shapes of many answers, those of an answer after each other.

    Parameters
    ----------
    kinds, its_kind
        Names of kinds, and of each shape the number of its kind among them.
    points
        ``(n, 2)`` float64, image pixels: all points of all shapes.
    counts
        Of each shape, how many of the points are its.
    is_more
        Which shapes are more than their points: have rings, or pixels.
    shape
        Returns the shape at a place; asked only for shapes of which the arrays do not say all.

    Attributes
    ----------
    closed
        Which shapes have an inside, and so overlap with others that have one.
    """

    def __init__(
        self, kinds: Sequence[str], its_kind: Rows, points: FloatArray, counts: NDArray[np.int64],
        is_more: NDArray[np.bool_], shape: Callable[[int], Shape],
    ) -> None:  # fmt: skip
        self.points, self.counts, self.shape = points, counts, shape
        self.starts = starts_of(counts)
        found = [kind(name) for name in kinds]

        def which(say: Callable[[Kind], bool]) -> NDArray[np.bool_]:
            return np.array([*map(say, found), False], dtype=bool)[its_kind]

        self.closed = which(lambda one: one.closed) & (counts > 0)
        self.open = which(lambda one: not one.closed) & (counts > 0)
        self.is_box = which(lambda one: one.name == Rectangle.name) & ~is_more & (counts == Rectangle.min_points)
        self.is_outline = which(lambda one: one.name == Polygon.name) & ~is_more & (counts >= Polygon.min_points)
        self.boxes = np.full((len(counts), 4), np.nan)
        if (some := counts > 0).any():
            self.boxes[some] = bounds_of(points, counts[some])
        for n in np.flatnonzero(self.closed & ~self.is_box & ~self.is_outline).tolist():
            its_shape = shape(n)
            self.boxes[n] = kind(its_shape.kind).bounds(its_shape.points)

    def overlaps(self, some: Rows, others: Rows) -> FloatArray:
        """Return the intersection over union of each shape with another one, as :func:`overlap.ious` does.

        Parameters
        ----------
        some, others
            Places of shapes that have an inside, as many each.
        """
        found = np.zeros(len(some))
        both = self.is_box[some] & self.is_box[others]
        found[both] = of_boxes(self.boxes[some[both]], self.boxes[others[both]])
        plain = self.is_box | self.is_outline
        areas = plain[some] & plain[others] & ~both
        if areas.any():
            found[areas] = self._of_areas(some[areas], others[areas])
        rest = np.flatnonzero(~both & ~areas)
        if len(rest):
            found[rest] = ious([self.shape(n) for n in some[rest]], [self.shape(n) for n in others[rest]])
        return found

    def _of_areas(self, some: Rows, others: Rows) -> FloatArray:
        asked = np.zeros(len(self.counts), dtype=bool)
        asked[some] = asked[others] = True
        made, where = self._covering(np.flatnonzero(asked)), np.cumsum(asked) - 1
        return of_areas(made[where[some]], made[where[others]])

    def _covering(self, rows: Rows) -> NDArray[Any]:
        """Return what boxes and outlines cover, as Shapely has it."""
        import shapely

        made = np.empty(len(rows), dtype=object)
        is_box = self.is_box[rows]
        made[is_box] = shapely.box(*self.boxes[rows[is_box]].T)
        outlines = rows[~is_box]
        if len(outlines):
            counts = self.counts[outlines] + 1  # a ring ends where it began
            first, ends = starts_of(counts), np.cumsum(counts)
            within = np.arange(ends[-1]) - np.repeat(first, counts)
            within[ends - 1] = 0
            rings = self.points[np.repeat(self.starts[outlines], counts) + within]
            each = np.arange(len(outlines) + 1)
            its = shapely.from_ragged_array(shapely.GeometryType.POLYGON, rings, (np.append(first, ends[-1]), each))
            made[~is_box] = covering(its)
        return made


def meeting(
    boxes: FloatArray, some: tuple[Rows, NDArray[np.int64]], others: tuple[Rows, NDArray[np.int64]]
) -> Iterator[tuple[Rows, Rows, Rows]]:
    """Yield which shapes of pairs of groups have boxes that meet: the numbers of the pairs, and both places.

    Groups of as many shapes are compared together, so that the work is that of a few large arrays.

    Parameters
    ----------
    boxes
        ``(n, 4)``: x0, y0, x1, y1 of all shapes, in image pixels.
    some, others
        Of each pair, where its groups begin, and how many shapes they have.
    """
    (starts, counts), (other_starts, other_counts) = some, others
    sizes, its = np.unique(np.stack([counts, other_counts], axis=1), axis=0, return_inverse=True)
    by_size = np.split(np.argsort(its, kind="stable"), np.cumsum(np.bincount(its))[:-1]) if len(its) else []
    for (n, m), pairs in zip(sizes.tolist(), by_size, strict=True):
        if not n * m:
            continue
        at_once, rows = max(1, AT_ONCE // (n * m)), max(1, min(n, AT_ONCE // m))
        for begin, first in product(range(0, len(pairs), at_once), range(0, n, rows)):
            these = pairs[begin : begin + at_once]
            mine = starts[these][:, None] + np.arange(first, min(first + rows, n))
            theirs = other_starts[these][:, None] + np.arange(m)
            a, b = boxes[mine][:, :, None], boxes[theirs][:, None]
            met = a[..., 0] < b[..., 2]
            met &= b[..., 0] < a[..., 2]
            met &= a[..., 1] < b[..., 3]
            met &= b[..., 1] < a[..., 3]
            pair, i, j = np.nonzero(met)
            yield these[pair], mine[pair, i], theirs[pair, j]
