"""Paints the image and the committed shapes on the ipycanvas layers, in batches.

Layer 0 holds the visible part of the image at screen resolution, layer 1 the shapes. Each frame ends by setting the
layer's line dash offset to the frame's number, which draws nothing: from it the overlay knows exactly which view a
bitmap was painted for, and which of its ghosts ipycanvas has taken over, however long a part took to decode.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from ipycanvas import MultiCanvas
from ipycanvas.canvas import COMMANDS

from nbannotate.canvas.frame import frame
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.scene import Drawing, Mask, Part, Scene, Style, drawing
from nbannotate.canvas.view import View
from nbannotate.model import Shape

HALO = "rgba(0, 0, 0, 0.55)"  # as in js/20_paint.js
NEUTRAL = "#ffffff"
DOT = 4  # CSS pixels, as in js/20_paint.js
MOST_FILLED = 2000  # shapes in sight; above, only outlines are painted
Stroke = Callable[..., None]
CRISP = 4  # device pixels per image pixel from which pixels are shown as squares


class Painter:
    """Owns the two layers and what is cached for painting them."""

    def __init__(self) -> None:
        with frame():
            self.layers = MultiCanvas(2, width=16, height=16)
        self.number = 0
        self._drawings: dict[str, tuple[Shape, Drawing]] = {}
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
        self, shapes: Mapping[str, Shape], without: Collection[str], style: Style, view: View, number: int
    ) -> None:
        """Paint shapes on layer 1.

        Parameters
        ----------
        shapes
            All shapes by id.
        without
            Ids of those that are not painted here: the overlay paints them because they are selected, or nobody does.
        style
            Colors and edges by label; shapes without a color are painted neutral and dashed.
        view, number
            For which view, and the number of the frame.
        """
        scene = self._scene_of(shapes, style)
        layer = self.layers[1]
        seen = scene.in_sight(view)
        for shape_id in without:
            if shape_id in scene.index:
                seen[scene.index[shape_id]] = False
        with frame():
            layer.reset_transform()
            layer.clear()
            layer.line_dash_offset = 0.0
            layer.line_join = "round"
            if seen.any():
                self._fill(layer, scene, seen, view)
                self._stroke(
                    layer, scene, scene.closed, seen, view, layer.stroke_polygons, layer.stroke_styled_polygons
                )
                self._stroke(
                    layer, scene, scene.open, seen, view, layer.stroke_line_segments, layer.stroke_styled_line_segments
                )
                self._dot(layer, scene, scene.dots, seen, view, layer.fill_circles, layer.fill_styled_circles)
                self._dot(layer, scene, scene.hollow, seen, view, layer.stroke_circles, layer.stroke_styled_circles)
            layer.line_dash_offset = float(number)

    def _fill(self, layer: Any, scene: Scene, seen: Mask, view: View) -> None:
        part = scene.fills
        these = seen[part.owner]
        if these.any() and np.count_nonzero(seen) <= MOST_FILLED:
            at, counts = part.on_stage(these, view)
            owner = part.owner[these]
            layer.fill_styled_polygons(at, scene.rgb[owner], alpha=scene.opacity[owner], points_per_polygon=counts)

    def _stroke(
        self, layer: Any, scene: Scene, part: Part, seen: Mask, view: View, stroke: Stroke, styled: Stroke
    ) -> None:
        these, dpr = seen[part.owner], view.dpr
        if not these.any():
            return
        known = scene.known[part.owner]
        layer.set_line_dash([])
        layer.line_width, layer.stroke_style = 4 * dpr, HALO
        stroke(*part.on_stage(these, view))
        layer.line_width = 2 * dpr
        if (these & known).any():
            at, counts = part.on_stage(these & known, view)
            styled(at, scene.rgb[part.owner[these & known]], 1, counts)
        if (these & ~known).any():
            layer.stroke_style = NEUTRAL
            layer.set_line_dash([6 * dpr, 4 * dpr])
            stroke(*part.on_stage(these & ~known, view))
            layer.set_line_dash([])

    def _dot(self, layer: Any, scene: Scene, part: Part, seen: Mask, view: View, dot: Stroke, styled: Stroke) -> None:
        these = seen[part.owner]
        if these.any():
            at, counts = part.on_stage(these, view)
            x, y = np.ascontiguousarray(at.T)
            layer.fill_style = layer.stroke_style = HALO
            layer.line_width = 4 * view.dpr
            dot(x, y, (DOT + (part is scene.dots)) * view.dpr)
            layer.line_width, layer.fill_style = 2 * view.dpr, NEUTRAL
            if part is scene.hollow:
                layer.fill_circles(x, y, DOT * view.dpr)
            rgb = np.repeat(scene.rgb[part.owner[these]], counts, axis=0)
            styled(x, y, DOT * view.dpr, rgb)

    def _scene_of(self, shapes: Mapping[str, Shape], style: Style) -> Scene:
        """Return the scene of these shapes; the same one while neither shapes nor colors change."""
        if self._scene is None or self._scene.shapes is not shapes or self._scene.style != style:
            known = self._drawings if self._scene is not None and self._scene.style == style else {}
            fresh = {}
            for i, shape in shapes.items():
                cached = known.get(i)
                if cached is None or cached[0] is not shape:
                    cached = shape, drawing(shape, style)
                fresh[i] = cached
            self._drawings = fresh
            self._scene = Scene(shapes, style, [its for _, its in fresh.values()])
        return self._scene
