"""All shapes of an image as arrays, so that painting a frame takes no loop over shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.canvas.view import Box, View
from nbannotate.model import Label, Shape
from nbannotate.shapes import Kind, kind

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Points = NDArray[np.float64]
NEUTRAL = "#ffffff"


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


def plain(its: Kind, form: str) -> bool:
    """Return whether a kind is painted as its form says, and as nothing else: then all its shapes are one array.

    Of a kind that may have several rings, this is so of the shapes that have one.
    """
    names = ("dots", "hollow") if its.ringed else ("strokes", "filled", "dots", "hollow")
    own = [name for name in names if getattr(type(its), name) is not getattr(Kind, name)]
    return its.form == form and not own and (form == "box" or type(its).outline is Kind.outline)


class Part:
    """Point lists in a row, with the place of the shape that each belongs to.

    Parameters
    ----------
    owner, counts, points
        Of each list the place of its shape, and how long it is; all points, ``(n, 2)`` image pixels.
    """

    def __init__(self, owner: Ints, counts: Ints, points: Points) -> None:
        self.owner, self.counts, self.points = owner, counts, points

    @classmethod
    def of(cls, rows: Sequence[tuple[int, Points]]) -> Part:
        """Return lists that are given one by one."""
        owner = np.array([owner for owner, _ in rows], dtype=np.int64)
        counts = np.array([len(points) for _, points in rows], dtype=np.int64)
        return cls(owner, counts, np.concatenate([points for _, points in rows]) if rows else np.zeros((0, 2)))

    @classmethod
    def together(cls, *parts: Part) -> Part:
        """Return the lists of several, in the order of their shapes."""
        owner, counts, points = (np.concatenate([getattr(p, v) for p in parts]) for v in ("owner", "counts", "points"))
        if not len(owner) or (np.diff(owner) >= 0).all():
            return cls(owner, counts, points)
        order = np.argsort(owner, kind="stable")
        starts, sizes = (np.cumsum(counts) - counts)[order], counts[order]
        first = np.cumsum(sizes) - sizes
        return cls(owner[order], sizes, points[np.arange(sizes.sum()) + np.repeat(starts - first, sizes)])

    def on_stage(self, these: Mask, view: View) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return some of the lists in device pixels, one after the other, and how long each is."""
        scale = view.k * view.dpr
        chosen = self.points if these.all() else self.points[np.repeat(these, self.counts)]
        points = chosen * scale + (view.x * view.dpr, view.y * view.dpr)
        return points.astype(np.float32), self.counts[these].astype(np.int32)


class Scene:
    """Shapes as arrays.

    Parameters
    ----------
    shapes
        By id.
    style
        Colors and edges by label.
    draw
        Returns what is painted of a shape that is not as its form says.
    """

    def __init__(self, shapes: Mapping[str, Shape], style: Style, draw: Callable[[Shape], Drawing]) -> None:
        self.shapes, self.style = shapes, style
        rows = list(shapes.values())
        self.index = {i: n for n, i in enumerate(shapes)}
        names = {name: i for i, name in enumerate(dict.fromkeys([s.kind for s in rows]))}
        its = [kind(name) for name in names]
        which = np.array([names[s.kind] for s in rows], dtype=np.int64)
        colors = [s.color or style.colors.get(s.label, "") for s in rows]
        palette = {color: i for i, color in enumerate(dict.fromkeys(colors))}
        rgb = [[int((c or NEUTRAL)[i : i + 2], 16) for i in (1, 3, 5)] for c in palette]
        place = np.array([palette[c] for c in colors], dtype=np.int64)
        self.known = np.array([bool(c) for c in palette], dtype=bool)[place]
        self.rgb = np.array(rgb, dtype=np.uint8).reshape(-1, 3)[place]
        self.opacity = np.array([k.opacity for k in its], dtype=np.float32)[which]

        counts = np.array([len(s.points) for s in rows], dtype=np.int64)
        flat = chain.from_iterable(chain.from_iterable(s.points for s in rows))
        points = np.fromiter(flat, np.float64, 2 * int(counts.sum())).reshape(-1, 2)
        starts = np.cumsum(counts) - counts
        self.low = np.minimum.reduceat(points, starts) if rows else points
        self.high = np.maximum.reduceat(points, starts) if rows else points

        box, path = (np.array([plain(k, form) for k in its], dtype=bool)[which] for form in ("box", "path"))
        path &= np.array([not s.rings for s in rows], dtype=bool)
        closed = np.array([k.closed for k in its], dtype=bool)[which]
        corners = np.stack([points[starts[box]], points[starts[box] + 1]], axis=1)
        self.boxes = Part(
            np.flatnonzero(box), np.full(len(corners), 4),
            np.stack([corners[:, (0, 1, 1, 0), 0], corners[:, (0, 0, 1, 1), 1]], axis=-1).reshape(-1, 2),
        )  # fmt: skip
        paths = [
            Part(np.flatnonzero(mine), counts[mine], points[np.repeat(mine, counts)])
            for mine in (path & closed, path & ~closed)
        ]
        rest = [(i, draw(rows[i])) for i in np.flatnonzero(~(box | path)).tolist()]
        rings = Part.of([(i, line) for i, d in rest if d.closed for line in d.lines])
        insides = Part.of([(i, d.fill) for i, d in rest if d.fill is not None])
        self.closed = Part.together(paths[0], rings)
        self.open = Part.together(paths[1], Part.of([(i, line) for i, d in rest if not d.closed for line in d.lines]))
        self.fills = Part.together(self.boxes, paths[0], insides)
        self.dots = Part.of([(i, d.dots) for i, d in rest if d.dots is not None])
        self.hollow = Part.of([(i, d.hollow) for i, d in rest if d.hollow is not None])

    def points_of(self, these: Mask) -> int:
        """Return how many points the outlines of some shapes have."""
        return sum(int(part.counts[these[part.owner]].sum()) for part in (self.boxes, self.closed, self.open))

    def in_sight(self, view: View, box: Box | None = None, reach: float = 6) -> Mask:
        """Return which shapes are on the stage, judged by the box around their points.

        Parameters
        ----------
        view
            Where the image stands.
        box
            A part of the stage, in device pixels; by default all of it.
        reach
            How far outside of it they may be, in CSS pixels.
        """
        scale, shift, pad = view.k * view.dpr, (view.x * view.dpr, view.y * view.dpr), reach * view.dpr
        x0, y0, x1, y1 = box or (0, 0, *view.pixels)
        low = (np.array((x0, y0)) - pad - shift) / scale
        high = (np.array((x1, y1)) + pad - shift) / scale
        inside = (self.high >= low) & (self.low <= high)
        seen: Mask = inside[:, 0] & inside[:, 1]
        return seen
