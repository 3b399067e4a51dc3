"""How alike two shapes are, from 0 (apart) to 1 (the same), whatever has to do with their labels left aside.

What has an inside: intersection over union (:mod:`nbannotate.shapes.overlap`), also of two kinds. Key points and
skeletons: object keypoint similarity, as COCO defines it (https://cocodataset.org/#keypoints-eval). Points and lines:
by how far they are apart, see :data:`NEAR`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nbannotate.model import Shape
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.overlap import overlaps
from nbannotate.shapes.registry import kind
from nbannotate.shapes.skeleton import visibility

#: Points, or lines, that are so many pixels apart are alike by one half; at twice as many by nothing.
NEAR = 10.0
#: How far people are apart at a key point, as a part of the size of the object, where nothing better is known.
SIGMA = 0.05
#: The same for the 17 key points of a person, in COCO's order (https://cocodataset.org/#keypoints-eval).
PERSON = tuple(
    v / 1000 for v in (26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89)
)  # fmt: skip
#: So many places of a line are looked at.
PLACES = 65

Places = NDArray[np.intp]
OfDots = Callable[[Shape, Shape], float]


def likeness(some: Sequence[Shape], others: Sequence[Shape], of_dots: OfDots | None = None) -> tuple[
    Places, Places, FloatArray
]:  # fmt: skip
    """Return which shapes are like which other ones, and how much.

    Parameters
    ----------
    some, others
        The shapes of both sides.
    of_dots
        How alike two key points or skeletons of as many points are; :func:`oks` if not given.

    Returns
    -------
    tuple
        Places in ``some``, places in ``others``, and the likeness of each pair, larger than 0; all other pairs have
        none.
    """
    ways = {"area": _overlapping, "points": _points, "line": _lines, "dots": _dots(of_dots or oks)}
    mine, theirs = _sorted(some), _sorted(others)
    i, j, values = [_NONE], [_NONE], [np.zeros(0)]
    for way in sorted(mine.keys() & theirs.keys()):
        a, b = mine[way], theirs[way]
        p, q, much = ways[way]([some[n] for n in a], [others[n] for n in b])
        i.append(np.asarray(a, dtype=np.intp)[p])
        j.append(np.asarray(b, dtype=np.intp)[q])
        values.append(much)
    return np.concatenate(i), np.concatenate(j), np.concatenate(values)


def oks(a: Shape, b: Shape, sigmas: Sequence[float] | None = None) -> float:
    """Return the object keypoint similarity of two answers, neither of which is the truth.

    By COCO's formula, the mean over points of ``exp(-d² / (2 s² (2 sigma)²))``. Those count that are in the image for
    one of both; one that only one of both has counts as 0. As the area of the object, ``s²``, the mean of both boxes.

    Parameters
    ----------
    a, b
        Key points or skeletons of as many points.
    sigmas
        How far people are apart at each point, as a part of the object's size; those of COCO for 17 points,
        :data:`SIGMA` for others.
    """
    one, other = _seen(a), _seen(b)
    either, both = one | other, one & other
    if not either.any():
        return 0.0
    return float((_similar(a, b, (_boxed(a, one) + _boxed(b, other)) / 2, sigmas) * both)[either].mean())


def oks_of_truth(predicted: Shape, truth: Shape, sigmas: Sequence[float] | None = None) -> float:
    """Return the object keypoint similarity of a prediction, as COCO: the points that the truth has count.

    As the area of the object, for want of its outline, the box around those points.

    Parameters
    ----------
    predicted, truth
        Key points or skeletons of as many points.
    sigmas
        As in :func:`oks`.
    """
    seen = _seen(truth)
    return float(_similar(predicted, truth, _boxed(truth, seen), sigmas)[seen].mean()) if seen.any() else 0.0


_NONE = np.zeros(0, dtype=np.intp)


def _sorted(shapes: Sequence[Shape]) -> dict[str, list[int]]:
    """Return the places of shapes by how they are compared."""
    found: dict[str, list[int]] = {}
    for place, shape in enumerate(shapes):
        its = kind(shape.kind)
        if its.closed:
            way = "area"
        elif its.form == "dots":
            way = "points" if its.max_points == 1 else "dots"
        else:
            way = "line"
        if shape.points:
            found.setdefault(way, []).append(place)
    return found


def _overlapping(a: Sequence[Shape], b: Sequence[Shape]) -> tuple[Places, Places, FloatArray]:
    return overlaps(a, b)


def _points(a: Sequence[Shape], b: Sequence[Shape]) -> tuple[Places, Places, FloatArray]:
    at, to = (np.array([s.points[0] for s in shapes]) for shapes in (a, b))
    return _of_distances(np.hypot(*np.moveaxis(at[:, None] - to[None], -1, 0)))


def _lines(a: Sequence[Shape], b: Sequence[Shape]) -> tuple[Places, Places, FloatArray]:
    """Return how alike lines are, by how far each is from the other on the average, both ways."""
    import shapely

    one, other = (np.array([shapely.LineString(s.points) for s in its], dtype=object) for its in (a, b))
    along = np.linspace(0, 1, PLACES)
    places = [shapely.line_interpolate_point(lines[:, None], along, normalized=True) for lines in (one, other)]
    there = shapely.distance(places[0][:, None], other[None, :, None]).mean(axis=-1)
    back = shapely.distance(places[1][None], one[:, None, None]).mean(axis=-1)
    return _of_distances((there + back) / 2)


def _of_distances(apart: FloatArray) -> tuple[Places, Places, FloatArray]:
    much = 1 - apart / (2 * NEAR)
    i, j = np.nonzero(much > 0)
    return i, j, much[i, j]


def _dots(of_dots: OfDots) -> Callable[[Sequence[Shape], Sequence[Shape]], tuple[Places, Places, FloatArray]]:
    def similar(a: Sequence[Shape], b: Sequence[Shape]) -> tuple[Places, Places, FloatArray]:
        much = np.zeros((len(a), len(b)))
        for i, one in enumerate(a):
            for j, other in enumerate(b):
                if one.kind == other.kind and len(one.points) == len(other.points):
                    much[i, j] = of_dots(one, other)
        i_, j_ = np.nonzero(much > 0)
        return i_, j_, much[i_, j_]

    return similar


def _seen(shape: Shape) -> NDArray[np.bool_]:
    """Return which points are in the image."""
    if shape.kind == "skeleton":
        return np.array(visibility(shape)) > 0
    return np.ones(len(shape.points), dtype=bool)


def _boxed(shape: Shape, seen: NDArray[np.bool_]) -> float:
    """Return the area of the box around the points that are in the image; a pixel at least."""
    at = np.array(shape.points)[seen]
    return max(float(np.ptp(at, axis=0).prod()), 1.0) if len(at) else 1.0


def _similar(a: Shape, b: Shape, area: float, sigmas: Sequence[float] | None) -> FloatArray:
    n = len(a.points)
    spread = np.array(sigmas if sigmas is not None else PERSON if n == len(PERSON) else (SIGMA,) * n)
    squares = ((np.array(a.points) - np.array(b.points)) ** 2).sum(axis=1)
    return np.asarray(np.exp(-squares / (2 * area * (2 * spread) ** 2)))
