"""What of a painted frame has to be painted again: all of it, or the places of the few shapes that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from nbannotate.canvas.draw_commands import REACH
from nbannotate.canvas.scene import Style
from nbannotate.canvas.view import View
from nbannotate.model import Shape

FEW = 40  # shapes that changed; above, all is painted
Place = tuple[int, int, int, int]


class Painted(Struct, frozen=True):
    """What a frame of shapes was painted from."""

    shapes: Mapping[str, Shape]
    without: frozenset[str]
    style: Style
    view: View
    crowd: bool


def changed(before: Painted | None, now: Painted) -> list[Place] | None:
    """Return the parts of the stage that differ, ``(x0, y0, x1, y1)`` in device pixels; None for all of it."""
    if before is None or (before.view, before.crowd) != (now.view, now.crowd) or before.style != now.style:
        return None
    ids = set(before.without ^ now.without)
    if before.shapes is not now.shapes:
        kept = [i for i in before.shapes if i in now.shapes]
        if kept != [i for i in now.shapes if i in before.shapes]:
            return None  # the order is another one
        ids |= {i for i in kept if before.shapes[i] is not now.shapes[i]}
        ids |= before.shapes.keys() ^ now.shapes.keys()
    if len(ids) > FEW:
        return None
    return [place for i in sorted(ids) for frame in (before, now) for place in _place(frame, i)]


def _place(frame: Painted, shape_id: str) -> Iterator[Place]:
    """Give the place of a shape in a frame, if it was painted there."""
    shape = frame.shapes.get(shape_id)
    if shape is None or shape_id in frame.without:
        return
    view = frame.view
    at = np.array(shape.points) * (view.k * view.dpr) + (view.x * view.dpr, view.y * view.dpr)
    x0, y0 = np.maximum(np.floor(at.min(axis=0) - REACH * view.dpr), 0).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(at.max(axis=0) + REACH * view.dpr), view.pixels).astype(int).tolist()
    if x1 > x0 and y1 > y0:
        yield x0, y0, x1, y1
