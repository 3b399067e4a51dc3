"""Paints the image and the committed shapes on the ipycanvas layers, in batches.

Layer 0 holds the visible part of the image at screen resolution, layer 1 the shapes. Each frame ends by setting the
layer's line dash offset to the frame's number, which draws nothing: from it the overlay knows exactly which view a
bitmap was painted for, and which of its ghosts ipycanvas has taken over, however long a part took to decode.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from ipycanvas import MultiCanvas
from ipycanvas.canvas import COMMANDS
from numpy.typing import NDArray

from nbannotate.canvas.frame import frame
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.view import View
from nbannotate.model import Shape
from nbannotate.shapes import Points, kind

HALO = "rgba(0, 0, 0, 0.55)"  # as in js/20_paint.js
NEUTRAL = "#ffffff"
FILL = 0.1
MOST_FILLED = 2000  # shapes in sight; above, only outlines are painted
CRISP = 4  # device pixels per image pixel from which pixels are shown as squares

Outline = NDArray[np.float32]


class Painter:
    """Owns the two layers and what is cached for painting them."""

    def __init__(self) -> None:
        with frame():
            self.layers = MultiCanvas(2, width=16, height=16)
        self.number = 0
        self._outlines: dict[str, tuple[Points, NDArray[np.float64]]] = {}

    def close(self) -> None:
        """Close the layers."""
        for layer in (self.layers[0], self.layers[1]):
            layer.close()
        self.layers.close()

    def resize(self, view: View) -> None:
        """Give the layers the size of the stage, in device pixels; this clears them."""
        width, height = view.pixels
        if (self.layers.width, self.layers.height) != (width, height):
            self.layers.width, self.layers.height = width, height

    def next_frame(self) -> int:
        """Return the number of the frame that is painted next."""
        self.number += 1
        return self.number

    def image(self, picture: Picture | None, view: View, number: int) -> None:
        """Paint the visible part of the image on layer 0."""
        layer = self.layers[0]
        box = picture.visible(view) if picture is not None else None
        scale = view.k * view.dpr
        part = picture.part(box, scale) if picture is not None and box is not None else None
        with frame():
            layer.reset_transform()
            layer.clear()
            if part is not None:
                x0, y0, x1, y1 = part.box
                layer.image_smoothing_enabled = scale < CRISP
                layer.set_transform(
                    (x1 - x0) * scale / part.size[0], 0, 0, (y1 - y0) * scale / part.size[1],
                    x0 * scale + view.x * view.dpr, y0 * scale + view.y * view.dpr,
                )  # fmt: skip
                layer._canvas_manager.send_draw_command(layer, COMMANDS["putImageData"], [0, 0], [part.data])
                layer.reset_transform()
            layer.line_dash_offset = float(number)

    def shapes(
        self, shapes: Mapping[str, Shape], without: Collection[str], colors: Mapping[str, str], view: View, number: int
    ) -> None:
        """Paint shapes on layer 1.

        Parameters
        ----------
        shapes
            All shapes by id.
        without
            Ids of those that the overlay paints, because they are selected.
        colors
            ``#rrggbb`` by label; shapes with other labels are painted neutral and dashed.
        view, number
            For which view, and the number of the frame.
        """
        rows = [s for i, s in shapes.items() if i not in without]
        outlines = self._visible(rows, view)
        layer, dpr = self.layers[1], view.dpr
        with frame():
            layer.reset_transform()
            layer.clear()
            layer.line_dash_offset = 0.0
            layer.line_join = "round"
            for closed in (True, False):
                known = [
                    (o, colors[s.label]) for s, o in outlines if s.label in colors and kind(s.kind).closed == closed
                ]
                other = [o for s, o in outlines if s.label not in colors and kind(s.kind).closed == closed]
                if known or other:
                    self._batch(layer, [o for o, _ in known], [c for _, c in known], other, closed, dpr)
            layer.line_dash_offset = float(number)

    def _batch(
        self, layer: Any, known: list[Outline], colors: list[str], other: list[Outline], closed: bool, dpr: float
    ) -> None:
        stroke = layer.stroke_polygons if closed else layer.stroke_line_segments
        styled = layer.stroke_styled_polygons if closed else layer.stroke_styled_line_segments
        rgb = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colors], dtype=np.uint8).reshape(-1, 3)
        points, counts = flat(known)
        if closed and known and len(known) + len(other) <= MOST_FILLED:
            layer.fill_styled_polygons(points, rgb, alpha=FILL, points_per_polygon=counts)
        layer.set_line_dash([])
        layer.line_width, layer.stroke_style = 4 * dpr, HALO
        stroke(*flat(known + other))
        layer.line_width = 2 * dpr
        if known:
            styled(points, rgb, 1, counts)
        if other:
            layer.stroke_style = NEUTRAL
            layer.set_line_dash([6 * dpr, 4 * dpr])
            stroke(*flat(other))
            layer.set_line_dash([])

    def _visible(self, rows: list[Shape], view: View) -> list[tuple[Shape, Outline]]:
        """Return the shapes that are in sight with their outlines in device pixels."""
        if not rows:
            self._outlines.clear()
            return []
        known, fresh = self._outlines, {}
        for shape in rows:
            cached = known.get(shape.id)
            if cached is None or cached[0] is not shape.points:
                cached = shape.points, kind(shape.kind).outline(shape.points)
            fresh[shape.id] = cached
        self._outlines = fresh
        outlines = [fresh[s.id][1] for s in rows]
        counts = np.array([len(o) for o in outlines])
        scale = view.k * view.dpr
        points = np.concatenate(outlines) * scale + (view.x * view.dpr, view.y * view.dpr)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
        pad, (width, height) = 4 * view.dpr, view.pixels
        seen = (high >= -pad).all(axis=1) & (low <= (width + pad, height + pad)).all(axis=1)
        pieces = np.split(points.astype(np.float32), starts[1:])
        return [(rows[i], pieces[i]) for i in np.flatnonzero(seen)]


def flat(outlines: list[Outline]) -> tuple[Outline, NDArray[np.int32]]:
    """Return outlines as one ``(n, 2)`` array and the number of points of each."""
    counts = np.array([len(o) for o in outlines], dtype=np.int32)
    return (np.concatenate(outlines) if outlines else np.zeros((0, 2), np.float32)), counts
