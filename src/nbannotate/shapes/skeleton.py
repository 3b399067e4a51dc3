"""The skeleton: named points of one thing, joined by edges, each visible, hidden or not in the image.

Names and edges are those of the label (``Label.skeleton``); ``Shape.visibility`` says how each point is to be seen. A
point that is not in the image (0) has the place of another point, so that it does not widen the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from msgspec.structs import replace

from nbannotate.model import Point, Shape
from nbannotate.shapes.base import Edges, FloatArray
from nbannotate.shapes.keypoints import Dots
from nbannotate.texts import t

ABSENT, HIDDEN, VISIBLE = 0, 1, 2


class SkeletonKind(Dots):
    """The points of a label's skeleton, in its order; the label says their names and which are joined."""

    name: ClassVar[str] = "skeleton"
    title: ClassVar[str] = "Skeleton"
    key: ClassVar[str] = "h"
    figured: ClassVar[bool] = True

    def payload(self, shape: Shape) -> str | None:
        """Return what is wrong with the visibility, or None."""
        if shape.rle is not None:
            return "A skeleton has no rle; that is for masks."
        if shape.visibility and len(shape.visibility) != len(shape.points):
            return f"The skeleton has {len(shape.points)} points, but visibility of {len(shape.visibility)}."
        if any(v not in (ABSENT, HIDDEN, VISIBLE) for v in shape.visibility):
            return "The visibility of a point must be 0 (not in the image), 1 (hidden) or 2 (visible)."
        if shape.visibility and not any(shape.visibility):
            return t("The skeleton has no point in the image; delete it.")
        return None

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the skeleton with the points outside of the image as *not in the image*."""
        if not self.flaws(shape, width, height):
            return shape
        states = [
            seen if 0 <= x <= width and 0 <= y <= height else ABSENT
            for (x, y), seen in zip(shape.points, visibility(shape), strict=True)
        ]
        if not any(states):
            return None
        return replace(shape, points=placed(shape.points, states), visibility=tuple(states))

    def strokes(self, shape: Shape, edges: Edges = ()) -> list[FloatArray]:
        """Return one line for each edge whose ends are both in the image."""
        at, seen = self.outline(shape.points), visibility(shape)
        return [at[[a, b]] for a, b in edges if max(a, b) < len(at) and seen[a] and seen[b]]

    def dots(self, shape: Shape) -> FloatArray | None:
        """Return the visible points."""
        return self._where(shape, VISIBLE)

    def hollow(self, shape: Shape) -> FloatArray | None:
        """Return the hidden points."""
        return self._where(shape, HIDDEN)

    def _where(self, shape: Shape, state: int) -> FloatArray | None:
        found = self.outline(shape.points)[np.array(visibility(shape)) == state]
        return found if len(found) else None


def visibility(shape: Shape) -> tuple[int, ...]:
    """Return the visibility of each point; all are visible if the shape does not say."""
    return shape.visibility or (VISIBLE,) * len(shape.points)


def placed(points: Sequence[Point], states: Sequence[int]) -> tuple[Point, ...]:
    """Return points with those that are not in the image at the place of the one before, or of the first that is."""
    last = next((p for p, v in zip(points, states, strict=True) if v), (0.0, 0.0))
    found = []
    for point, state in zip(points, states, strict=True):
        last = point if state else last
        found.append((float(last[0]), float(last[1])))
    return tuple(found)


KIND = SkeletonKind()
