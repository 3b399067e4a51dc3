"""All shapes of an image as arrays, so that painting a frame takes no loop over shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.canvas.view import View
from nbannotate.model import Label, Shape
from nbannotate.shapes import kind

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


class Style(Struct, frozen=True):
    """What the labels say of how shapes look.

    Parameters
    ----------
    colors
        ``#rrggbb`` by label.
    edges
        Of the skeletons, by label: pairs of places in the points.
    """

    colors: dict[str, str]
    edges: dict[str, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, labels: Iterable[Label]) -> Style:
        """Return the style of some labels."""
        rows = list(labels)
        return cls(
            {v.name: v.color or "#ffffff" for v in rows}, {v.name: v.skeleton.pairs() for v in rows if v.skeleton}
        )


class Drawing(Struct, frozen=True):
    """What is painted of one shape: lines, perhaps an inside, perhaps dots; ``(n, 2)`` image pixels each."""

    closed: bool
    lines: list[Points]
    fill: Points | None
    dots: Points | None
    hollow: Points | None


def drawing(shape: Shape, style: Style) -> Drawing:
    """Return what is painted of a shape."""
    its = kind(shape.kind)
    lines = its.strokes(shape, style.edges.get(shape.label, ()))
    return Drawing(its.closed, lines, its.filled(shape), its.dots(shape), its.hollow(shape))


class Part:
    """Point lists in a row, with the place of the shape that each belongs to."""

    def __init__(self, rows: Sequence[tuple[int, Points]]) -> None:
        self.owner = np.array([owner for owner, _ in rows], dtype=np.int64)
        self.counts = np.array([len(points) for _, points in rows], dtype=np.int32)
        self.points = np.concatenate([points for _, points in rows]) if rows else np.zeros((0, 2))

    def on_stage(self, these: Mask, view: View) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return some of the lists in device pixels, one after the other, and how long each is."""
        scale = view.k * view.dpr
        chosen = self.points if these.all() else self.points[np.repeat(these, self.counts)]
        points = chosen * scale + (view.x * view.dpr, view.y * view.dpr)
        return points.astype(np.float32), self.counts[these]


class Scene:
    """Shapes as arrays.

    Parameters
    ----------
    shapes
        By id.
    style
        Colors and edges by label.
    drawings
        Of the shapes, in their order.
    """

    def __init__(self, shapes: Mapping[str, Shape], style: Style, drawings: Sequence[Drawing]) -> None:
        self.shapes, self.style = shapes, style
        rows = list(shapes.values())
        colors = [s.color or style.colors.get(s.label) for s in rows]
        rgb = {c: [int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in set(colors) if c}
        self.index = {s.id: i for i, s in enumerate(rows)}
        self.known = np.array([c is not None for c in colors], dtype=bool)
        self.rgb = np.array([rgb[c] if c else (255, 255, 255) for c in colors], dtype=np.uint8).reshape(-1, 3)
        opacity = {name: kind(name).opacity for name in {s.kind for s in rows}}
        self.opacity = np.array([opacity[s.kind] for s in rows], dtype=np.float32)
        self.closed = Part([(i, line) for i, d in enumerate(drawings) if d.closed for line in d.lines])
        self.open = Part([(i, line) for i, d in enumerate(drawings) if not d.closed for line in d.lines])
        self.fills = Part([(i, d.fill) for i, d in enumerate(drawings) if d.fill is not None])
        self.dots = Part([(i, d.dots) for i, d in enumerate(drawings) if d.dots is not None])
        self.hollow = Part([(i, d.hollow) for i, d in enumerate(drawings) if d.hollow is not None])
        corners = np.array([p for s in rows for p in s.points], dtype=np.float64).reshape(-1, 2)
        counts = np.array([len(s.points) for s in rows], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if rows else np.zeros(0, np.int64)
        self.low = np.minimum.reduceat(corners, starts) if rows else corners
        self.high = np.maximum.reduceat(corners, starts) if rows else corners

    def in_sight(self, view: View) -> Mask:
        """Return which shapes are on the stage, judged by the box around their points."""
        scale, shift = view.k * view.dpr, np.array((view.x * view.dpr, view.y * view.dpr))
        pad, stage = 6 * view.dpr, np.array(view.pixels)
        seen: Mask = (self.high * scale + shift >= -pad).all(axis=1) & (self.low * scale + shift <= stage + pad).all(
            axis=1
        )
        return seen
