"""How much two shapes are in the same place: intersection over union, from 0 (apart) to 1, whatever their kinds.

Of two upright boxes it is computed in numpy, of two masks by their pixels, of everything else by Shapely. What has no
inside stands for what is near to it: a line for the band of :data:`REACH` pixels to each of its sides, a point for the
disc of that radius, so that two points overlap while they are less than twice as far apart. What has an inside
overlaps with others that have one, lines and points with their own kind only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.model import Shape
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.registry import kind
from nbannotate.shapes.rle import decode

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: How far a line or a point reaches, in image pixels.
REACH = 5.0

Places = NDArray[np.intp]


def overlaps(some: Sequence[Shape], others: Sequence[Shape]) -> tuple[Places, Places, FloatArray]:
    """Return which shapes overlap with which other ones, and how much.

    Only shapes whose boxes meet are looked at, so that the time does not grow with the product of their numbers.

    Returns
    -------
    tuple
        Places in ``some``, places in ``others``, and the intersection over union of each pair, larger than 0.
    """
    import shapely

    if not some or not others:
        none = np.zeros(0, dtype=np.intp)
        return none, none, np.zeros(0)
    tree = shapely.STRtree(shapely.box(*_boxes(others).T))
    mine, theirs = tree.query(shapely.box(*_boxes(some).T), predicate="intersects")
    found = ious([some[i] for i in mine], [others[j] for j in theirs])
    met = found > 0
    return mine[met], theirs[met], found[met]


def ious(some: Sequence[Shape], others: Sequence[Shape]) -> FloatArray:
    """Return the intersection over union of each shape with the one at the same place of the other list."""
    found = np.zeros(len(some))
    ways = [_way(a, b) for a, b in zip(some, others, strict=True)]
    boxes = [i for i, way in enumerate(ways) if way == "box"]
    if boxes:
        found[boxes] = of_boxes(_bounds([some[i] for i in boxes]), _bounds([others[i] for i in boxes]))
    for i, way in enumerate(ways):
        if way == "pixels":
            found[i] = _of_pixels(some[i], others[i])
    areas = [i for i, way in enumerate(ways) if way == "area"]
    if areas:
        found[areas] = _of_areas([some[i] for i in areas], [others[i] for i in areas])
    return found


def _way(a: Shape, b: Shape) -> str:
    """Return how two shapes are compared; empty where they have nothing in common."""
    one, other = kind(a.kind), kind(b.kind)
    if not a.points or not b.points or (one is not other and not (one.closed and other.closed)):
        return ""
    forms = {one.form, other.form}
    if forms == {"box"}:
        return "box"
    return "pixels" if forms == {"rings"} and a.rle is not None and b.rle is not None else "area"


def _bounds(shapes: Sequence[Shape]) -> FloatArray:
    """Return the upright boxes around shapes: ``(n, 4)``, x0, y0, x1, y1 in image pixels."""
    empty = (np.nan,) * 4
    return np.array([kind(s.kind).bounds(s.points) if s.points else empty for s in shapes], dtype=np.float64)


def _boxes(shapes: Sequence[Shape]) -> FloatArray:
    """Return the boxes around all that shapes stand for."""
    reach = np.array([0.0 if kind(s.kind).closed else REACH for s in shapes])[:, None]
    return np.asarray(_bounds(shapes) + reach * np.array((-1.0, -1.0, 1.0, 1.0)))


def of_boxes(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the intersection over union of upright boxes, ``(n, 4)`` each: x0, y0, x1, y1."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    both = np.clip(sides, 0, None).prod(axis=1)
    either = (a[:, 2:] - a[:, :2]).prod(axis=1) + (b[:, 2:] - b[:, :2]).prod(axis=1) - both
    return _share(both, either)


def _share(both: FloatArray, either: FloatArray) -> FloatArray:
    return np.asarray(np.divide(both, either, out=np.zeros(len(both)), where=either > 0))


def _of_pixels(a: Shape, b: Shape) -> float:
    one = decode(a.rle) if a.rle is not None else None
    other = decode(b.rle) if b.rle is not None else None
    if one is None or other is None:
        return 0.0
    x0, y0 = max(one.box[0], other.box[0]), max(one.box[1], other.box[1])
    x1, y1 = min(one.box[2], other.box[2]), min(one.box[3], other.box[3])
    box = x0, y0, max(x0, x1), max(y0, y1)
    both = int((one.within(box) & other.within(box)).sum())
    return both / (int(one.pixels.sum()) + int(other.pixels.sum()) - both)


def _of_areas(some: Sequence[Shape], others: Sequence[Shape]) -> FloatArray:
    return of_areas(*(np.array([_area(s) for s in its], dtype=object) for its in (some, others)))


def of_areas(a: NDArray[Any], b: NDArray[Any]) -> FloatArray:
    """Return the intersection over union of what shapes cover, as :func:`covering` gives it."""
    import shapely

    both = shapely.area(shapely.intersection(a, b))
    either = shapely.area(a) + shapely.area(b) - both
    return _share(both, either)


def covering(made: NDArray[Any]) -> NDArray[Any]:
    """Return what shapes cover, by the even-odd rule where an outline crosses itself.

    Parameters
    ----------
    made
        Shapes as Shapely has them.
    """
    import shapely

    wrong = ~shapely.is_valid(made)
    made[wrong] = shapely.make_valid(made[wrong])
    return made


def _area(shape: Shape) -> BaseGeometry:
    import shapely

    made = shape.to_shapely()
    if not kind(shape.kind).closed:
        made = shapely.buffer(made, REACH)
    area: BaseGeometry = covering(np.array([made], dtype=object))[0]
    return area
