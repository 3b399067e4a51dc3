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

Mask = NDArray[np.bool_]


class Painter:
    """Owns the two layers and what is cached for painting them."""

    def __init__(self) -> None:
        with frame():
            self.layers = MultiCanvas(2, width=16, height=16)
        self.number = 0
        self._outlines: dict[str, tuple[Points, NDArray[np.float64]]] = {}
        self._scene: Scene | None = None

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
        scene = self._scene_of(shapes, colors)
        layer, dpr = self.layers[1], view.dpr
        points, seen = scene.on_stage(view)
        for shape_id in without:
            if shape_id in scene.index:
                seen[scene.index[shape_id]] = False
        with frame():
            layer.reset_transform()
            layer.clear()
            layer.line_dash_offset = 0.0
            layer.line_join = "round"
            for closed in (True, False):
                these = seen & (scene.closed == closed)
                if these.any():
                    self._batch(layer, scene, points, these, closed, dpr)
            layer.line_dash_offset = float(number)

    def _batch(
        self, layer: Any, scene: Scene, points: NDArray[np.float32], these: Mask, closed: bool, dpr: float
    ) -> None:
        def flat(which: Mask) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
            return points[np.repeat(which, scene.counts)], scene.counts[which]

        stroke = layer.stroke_polygons if closed else layer.stroke_line_segments
        styled = layer.stroke_styled_polygons if closed else layer.stroke_styled_line_segments
        known, other = these & scene.known, these & ~scene.known
        if closed and known.any() and np.count_nonzero(these) <= MOST_FILLED:
            at, counts = flat(known)
            layer.fill_styled_polygons(at, scene.rgb[known], alpha=FILL, points_per_polygon=counts)
        layer.set_line_dash([])
        layer.line_width, layer.stroke_style = 4 * dpr, HALO
        stroke(*flat(these))
        layer.line_width = 2 * dpr
        if known.any():
            at, counts = flat(known)
            styled(at, scene.rgb[known], 1, counts)
        if other.any():
            layer.stroke_style = NEUTRAL
            layer.set_line_dash([6 * dpr, 4 * dpr])
            stroke(*flat(other))
            layer.set_line_dash([])

    def _scene_of(self, shapes: Mapping[str, Shape], colors: Mapping[str, str]) -> Scene:
        """Return the scene of these shapes; the same one while neither shapes nor colors change."""
        if self._scene is None or self._scene.shapes is not shapes or self._scene.colors != colors:
            known, fresh = self._outlines, {}
            for i, shape in shapes.items():
                cached = known.get(i)
                if cached is None or cached[0] is not shape.points:
                    cached = shape.points, kind(shape.kind).outline(shape.points)
                fresh[i] = cached
            self._outlines = fresh
            self._scene = Scene(shapes, dict(colors), [outline for _, outline in fresh.values()])
        return self._scene


class Scene:
    """All shapes as arrays, so that painting a frame takes no loop.

    Parameters
    ----------
    shapes
        By id.
    colors
        ``#rrggbb`` by label.
    outlines
        Of the shapes, in their order: ``(n, 2)`` image pixels each.
    """

    def __init__(
        self, shapes: Mapping[str, Shape], colors: dict[str, str], outlines: list[NDArray[np.float64]]
    ) -> None:
        self.shapes, self.colors = shapes, colors
        rows = list(shapes.values())
        closed = {name: kind(name).closed for name in {s.kind for s in rows}}
        rgb = {name: [int(c[i : i + 2], 16) for i in (1, 3, 5)] for name, c in colors.items()}
        self.index = {s.id: i for i, s in enumerate(rows)}
        self.closed = np.array([closed[s.kind] for s in rows], dtype=bool)
        self.known = np.array([s.label in colors for s in rows], dtype=bool)
        self.rgb = np.array([rgb.get(s.label, (255, 255, 255)) for s in rows], dtype=np.uint8).reshape(-1, 3)
        self.counts = np.array([len(o) for o in outlines], dtype=np.int32)
        self.points = np.concatenate(outlines) if outlines else np.zeros((0, 2))

    def on_stage(self, view: View) -> tuple[NDArray[np.float32], Mask]:
        """Return all points in device pixels, and which shapes are in sight."""
        if not len(self.counts):
            return np.zeros((0, 2), np.float32), np.zeros(0, bool)
        points = self.points * (view.k * view.dpr) + (view.x * view.dpr, view.y * view.dpr)
        starts = np.concatenate([[0], np.cumsum(self.counts)[:-1]])
        low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
        pad, (width, height) = 4 * view.dpr, view.pixels
        seen: Mask = np.asarray((high >= -pad).all(axis=1) & (low <= (width + pad, height + pad)).all(axis=1))
        return points.astype(np.float32), seen
