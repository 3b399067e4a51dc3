"""Outlines that cross themselves, or leave the image, made simple: what repairing a polygon takes.

Crossings are computed with exact fractions, so that edges that touch, overlap or meet in one place are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise

import numpy as np

from nbannotate.model import Point
from nbannotate.shapes.base import FloatArray, shoelace

#: Of the area of an outline, or the length of a line, this much must stay; else a repair would be a guess.
MOST_KEPT = 0.9

Node = tuple[Fraction, Fraction]


def rings(outline: FloatArray) -> list[FloatArray]:
    """Return the outlines around all that a closed outline surrounds, the largest first; none touches itself.

    Where the outline crosses itself so that it falls into parts that meet in a place only, each is a ring. What it
    surrounds twice, and holes, belong to the inside. Parts without an area are left out.
    """
    graph = _graph(outline)
    if not graph:
        return []
    found = [_straight(ring, graph) for ring in _loops(_around(graph))]
    arrays = [_floats(ring) for ring in found]
    return sorted((a for a in arrays if len(a) > 2 and shoelace(a) > 0), key=shoelace, reverse=True)


def _floats(ring: Sequence[Node]) -> FloatArray:
    """Return a loop as an array; places that are the same number now are one."""
    found = np.array([(float(x), float(y)) for x, y in ring], dtype=np.float64).reshape(-1, 2)
    kept: FloatArray = found[(found != np.roll(found, 1, axis=0)).any(axis=1)]
    return kept


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


def _graph(outline: FloatArray) -> dict[Node, set[Node]]:
    """Return which places of an outline, its crossings among them, are joined by a piece of an edge."""
    nodes = [(Fraction(float(x)), Fraction(float(y))) for x, y in outline]
    edges = [(a, b) for a, b in zip(nodes, nodes[1:] + nodes[:1], strict=True) if a != b]
    if len(edges) < 3:
        return {}
    low = np.array([[float(min(a[0], b[0])), float(min(a[1], b[1]))] for a, b in edges])
    high = np.array([[float(max(a[0], b[0])), float(max(a[1], b[1]))] for a, b in edges])
    on: list[set[Node]] = [{a, b} for a, b in edges]
    for i in range(len(edges)):
        near = ((low[i] <= high[i + 1 :]) & (high[i] >= low[i + 1 :])).all(axis=1)
        for j in (np.flatnonzero(near) + i + 1).tolist():
            for place in _meeting(edges[i], edges[j]):
                on[i].add(place)
                on[j].add(place)
    graph: dict[Node, set[Node]] = {}
    for places in on:
        row = sorted(places)  # along the edge: in the order of x, then of y
        for a, b in pairwise(row):
            graph.setdefault(a, set()).add(b)
            graph.setdefault(b, set()).add(a)
    return graph


def _meeting(one: tuple[Node, Node], two: tuple[Node, Node]) -> Iterable[Node]:
    """Return the places that two edges share; of a common piece, its ends."""
    (a, b), (c, d) = one, two
    ta, tb, tc, td = _turn(c, d, a), _turn(c, d, b), _turn(a, b, c), _turn(a, b, d)
    if ta * tb < 0 and tc * td < 0:
        t = tc / (tc - td)
        return ((c[0] + (d[0] - c[0]) * t, c[1] + (d[1] - c[1]) * t),)
    ends = [p for p, turn in ((a, ta), (b, tb)) if turn == 0 and _between(c, d, p)]
    return ends + [p for p, turn in ((c, tc), (d, td)) if turn == 0 and _between(a, b, p)]


def _turn(a: Node, b: Node, p: Node) -> Fraction:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _between(a: Node, b: Node, p: Node) -> bool:
    """Return whether a place on the line through an edge is on the edge."""
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def _around(graph: dict[Node, set[Node]]) -> list[Node]:
    """Return the places that one passes when walking around all edges on the outside."""
    first = min(graph)
    before: Node = (first[0] - 1, first[1])  # as if one came from the left, where nothing is
    walk, at = [first], first
    start: tuple[Node, Node] | None = None
    while True:
        after = _next(graph[at], at, before)
        if start is None:
            start = (at, after)
        elif start == (at, after):
            return walk[:-1]
        before, at = at, after
        walk.append(at)


def _next(neighbours: set[Node], at: Node, before: Node) -> Node:
    """Return the neighbour that comes first when one turns around from where one came, always the same way."""
    if len(neighbours) == 1:
        return next(iter(neighbours))
    back = (before[0] - at[0], before[1] - at[1])

    def half(p: Node) -> tuple[int, Node]:
        d = (p[0] - at[0], p[1] - at[1])
        cross, dot = back[0] * d[1] - back[1] * d[0], back[0] * d[0] + back[1] * d[1]
        return (0 if cross > 0 or (cross == 0 and dot < 0) else 1 if cross < 0 else 2), d  # 2: back where one came from

    def compare(p: Node, q: Node) -> int:
        (one, d), (two, e) = half(p), half(q)
        if one != two:
            return one - two
        cross = d[0] * e[1] - d[1] * e[0]
        return -1 if cross > 0 else 1 if cross < 0 else 0

    return min(neighbours, key=cmp_to_key(compare))


def _loops(walk: Sequence[Node]) -> list[list[Node]]:
    """Return a closed walk as loops in which no place stands twice."""
    loops: list[list[Node]] = []
    path: list[Node] = []
    at: dict[Node, int] = {}
    for node in walk:
        if node in at:
            loop = path[at[node] :]
            loops.append(loop)
            for gone in loop:
                del at[gone]
            del path[len(path) - len(loop) :]
        at[node] = len(path)
        path.append(node)
    return [*loops, path]


def _straight(ring: list[Node], graph: dict[Node, set[Node]]) -> list[Node]:
    """Return a loop without the places in the middle of an edge that were only found because another edge is there."""
    n = len(ring)
    return [p for i, p in enumerate(ring) if len(graph[p]) < 3 or _turn(ring[i - 1], p, ring[(i + 1) % n]) != 0]
