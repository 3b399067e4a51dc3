"""Outlines of pixels and pixels of outlines: what is between a mask and a polygon.

A ring runs along the edges of pixels, so that it is exact at every zoom. Pixels that touch at a corner only are not
joined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.errors import InvalidInput
from nbannotate.shapes.rle import Pixels, Region
from nbannotate.texts import t

FloatArray = NDArray[np.float64]
MOST_ROWS = 10_000_000  # of all steps of a stroke together
BAND = 16_000_000  # pixels that are painted at once


def is_closed(ring: Sequence[Any]) -> bool:
    """Return whether a ring of three points or more has its first point again at its end, as files close outlines."""
    return len(ring) > 3 and ring[0] == ring[-1]


def rings(region: Region) -> list[FloatArray]:
    """Return the outlines of pixels, ``(n, 2)`` image pixels each.

    Rings around pixels run clockwise on the screen (their signed area is positive), rings around holes the other way.
    """
    p = np.pad(region.pixels, 1)
    nw, ne, sw, se = p[:-1, :-1], p[:-1, 1:], p[1:, :-1], p[1:, 1:]
    odd = nw ^ ne ^ sw ^ se
    falling, rising = nw & se & ~ne & ~sw, ne & sw & ~nw & ~se  # two pixels that touch at this corner only
    ys, xs, copy, column = [], [], [], []
    for places, number, rank in ((odd, 0, 0), (falling, 0, 0), (falling, 1, 1), (rising, 0, 1), (rising, 1, 0)):
        y, x = np.nonzero(places)
        ys.append(y)
        xs.append(x)
        copy.append(np.full(len(y), number))  # the corner that ends the edge on the left comes before the other one
        column.append(np.full(len(y), rank))  # and the one of the edge above before the one below
    y, x = np.concatenate(ys), np.concatenate(xs)
    across = _partners(np.lexsort((np.concatenate(copy), x, y)))
    down = _partners(np.lexsort((np.concatenate(column), y, x)))
    found, used, single = [], bytearray(len(x)), len(ys[0]) == len(y)
    for first in range(len(x)):
        if used[first]:
            continue
        cycle, at = [], first
        while not used[at]:
            beside = across[at]
            used[at] = used[beside] = 1
            cycle += [at, beside]
            at = down[beside]
        corners = np.array(cycle)
        ring = np.stack([x[corners] + region.x, y[corners] + region.y], axis=1).astype(np.float64)
        if single:  # the first corner is the topmost, its edge runs to the right
            found.append(ring if p[y[first] + 1, x[first] + 1] else ring[::-1])
            continue
        top = corners[np.lexsort((x[corners], y[corners]))[0]]
        around = bool(p[y[top] + 1, x[top] + 1])
        found.append(ring if (signed(ring) > 0) == around else ring[::-1])
    return found


def _partners(order: NDArray[np.int64]) -> list[int]:
    """Return, for each corner, the other end of its edge: two and two in this order belong together."""
    found = np.empty(len(order), dtype=np.int64)
    found[order[0::2]], found[order[1::2]] = order[1::2], order[0::2]
    return found.tolist()


def signed(ring: FloatArray) -> float:
    """Return the area of a closed ring, positive if it runs clockwise on the screen."""
    x, y = (ring - ring[0]).T
    return float(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])) / 2  # the last edge ends at the origin


def bridged(found: Sequence[FloatArray]) -> FloatArray:
    """Return rings as one outline, joined by lines that are walked there and back, so that one fill paints all."""
    if len(found) == 1:
        return found[0]
    starts = [ring[:1] for ring in found]
    return np.concatenate([part for ring in found for part in (ring, ring[:1])] + starts[-2::-1])


def filled(outline: FloatArray, width: int, height: int) -> Region | None:
    """Return the pixels of an image whose middles are in an outline (even-odd rule), or None if there are none."""
    low, high = np.floor(outline.min(axis=0)), np.ceil(outline.max(axis=0))
    x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
    x1, y1 = min(width, int(high[0])), min(height, int(high[1]))
    if x1 <= x0 or y1 <= y0:
        return None
    turns = np.zeros((y1 - y0, x1 - x0 + 1), dtype=np.int32)
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if ay == by:
            continue
        top, bottom = min(ay, by), max(ay, by)
        rows = np.arange(max(y0, math.ceil(top - 0.5)), min(y1, math.ceil(bottom - 0.5)))
        at = ax + (rows + 0.5 - ay) * (bx - ax) / (by - ay)
        np.add.at(turns, (rows - y0, np.clip(np.ceil(at - 0.5), x0, x1).astype(np.int64) - x0), 1)
    return Region(x0, y0, np.cumsum(turns[:, :-1], axis=1) % 2 == 1).trimmed()


def swept(path: Sequence[Sequence[float]], radius: float, box: tuple[int, int, int, int]) -> Pixels:
    """Return the pixels of a box whose middles a round brush passes over; the nearest one at least.

    A row of pixels crosses what one step of the brush covers in one span, so that a step costs no more than its rows,
    however large the brush is.

    Raises
    ------
    InvalidInput
        The stroke goes up and down over more rows than are painted at once.
    """
    x0, y0, x1, y1 = box
    found = np.zeros((y1 - y0, x1 - x0), dtype=bool)
    reach = max(radius, math.sqrt(0.5))
    steps = np.array(path, dtype=float)
    steps = np.hstack([steps, np.roll(steps, -1, axis=0)])
    steps[-1, 2:] = steps[-1, :2]
    if len(steps) > 1:
        steps = steps[:-1]
    tops = np.clip(np.floor(np.minimum(steps[:, 1], steps[:, 3]) - reach), y0, y1).astype(np.int64)
    bottoms = np.clip(np.ceil(np.maximum(steps[:, 1], steps[:, 3]) + reach), y0, y1).astype(np.int64)
    count = np.int16 if len(steps) < 1 << 15 else np.int32
    band, done = max(1, BAND // max(1, x1 - x0)), 0
    for first in range(y0, y1, band):
        last = min(y1, first + band)
        turns = np.zeros((last - first, x1 - x0 + 1), dtype=count)
        unfilled = np.ones(last - first, dtype=bool)
        for i in np.flatnonzero((tops < last) & (bottoms > first)):
            low = max(first, tops[i])
            rows = low + np.flatnonzero(unfilled[low - first : min(last, bottoms[i]) - first])
            done += len(rows)
            if done > MOST_ROWS:
                raise InvalidInput(t("The stroke is too long to be painted at once; paint it in several strokes."))
            left, right = _span(steps[i], reach, rows + 0.5)
            begin = np.clip(np.ceil(left - 0.5), x0, x1)
            end = np.clip(np.floor(right - 0.5) + 1, x0, x1)
            good = end > begin
            at = rows[good] - first
            turns[at, begin[good].astype(np.int64) - x0] += 1
            turns[at, end[good].astype(np.int64) - x0] -= 1
            unfilled[rows[(begin <= x0) & (end >= x1)] - first] = False
        np.greater(np.cumsum(turns[:, :-1], axis=1, dtype=count), 0, out=found[first - y0 : last - y0])
    return found


def _span(step: FloatArray, reach: float, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where rows enter and leave what a round brush covers between two places; nowhere if left > right."""
    ax, ay, bx, by = step.tolist()
    left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    with np.errstate(invalid="ignore"):
        for x, at in ((ax, ay), (bx, by)):
            half = np.sqrt(reach * reach - (y - at) ** 2)  # not a number where the row passes by
            left, right = np.fmin(left, x - half), np.fmax(right, x + half)
    length = math.hypot(bx - ax, by - ay)
    if not length:
        return left, right
    nx, ny = (ay - by) / length * reach, (bx - ax) / length * reach
    corners = ((ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny))
    for (px, py), (qx, qy) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if py != qy:
            along = (y - py) / (qy - py)
            x = np.where((along >= 0) & (along <= 1), px + along * (qx - px), np.nan)
            left, right = np.fmin(left, x), np.fmax(right, x)
    return left, right


def simplified(ring: FloatArray, tolerance: float) -> FloatArray:
    """Return a closed ring with fewer vertices, none farther from the old line than the tolerance (Douglas-Peucker)."""
    far = int(np.hypot(*(ring - ring[0]).T).argmax())
    closed = np.concatenate([ring, ring[:1]])
    keep, stack = {0, far}, [(0, far), (far, len(ring))]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        step, rest = closed[b] - closed[a], closed[a + 1 : b] - closed[a]
        length = float(np.hypot(*step))
        off = np.abs(rest[:, 0] * step[1] - rest[:, 1] * step[0]) / length if length else np.hypot(*rest.T)
        worst = int(off.argmax())
        if off[worst] > tolerance:
            keep.add(a + 1 + worst)
            stack += [(a, a + 1 + worst), (a + 1 + worst, b)]
    return ring[sorted(keep)]
