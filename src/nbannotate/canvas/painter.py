"""Paints the image and the committed shapes on the ipycanvas layers, in batches.

Layer 0 holds the visible part of the image at screen resolution, layer 1 the shapes. Each frame ends by setting the
layer's line dash offset to the frame's number, which draws nothing: from it the overlay knows exactly which view a
bitmap was painted for, and which of its ghosts ipycanvas has taken over, however long a part took to decode.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from ipycanvas import MultiCanvas
from ipycanvas.canvas import COMMANDS

from nbannotate.canvas import draw_commands
from nbannotate.canvas.command_batch import frame
from nbannotate.canvas.damage import Painted, changed
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.prefetch import Ready
from nbannotate.canvas.scene import Drawing, Scene, Style, drawing
from nbannotate.canvas.view import View
from nbannotate.model import Shape

CRISP = 4  # device pixels per image pixel from which pixels are shown as squares


class Painter:
    """Owns the two layers and what is cached for painting them."""

    def __init__(self) -> None:
        with frame():
            self.layers = MultiCanvas(2, width=16, height=16)
        self.number = 0
        self.ready = Ready()
        self._drawings: dict[str, tuple[Shape, Drawing]] = {}
        self._scene: Scene | None = None
        self._painted: Painted | None = None

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
        part = self.ready.part(picture, box, scale) if picture is not None and box is not None else None
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

    def forget(self) -> None:
        """Paint all shapes in the next frame: a browser may have come that has none of them."""
        self._painted = None

    def shapes(
        self, shapes: Mapping[str, Shape], without: Collection[str], style: Style, view: View, number: int
    ) -> None:
        """Paint shapes on layer 1; where only few changed since the last frame, only what is around them.

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
        crowd = draw_commands.crowded(scene, seen)
        seen[[scene.index[i] for i in without if i in scene.index]] = False
        now = Painted(shapes, frozenset(without), style, view, crowd)
        parts, self._painted = changed(self._painted, now), now
        with frame():
            layer.reset_transform()
            layer.line_dash_offset = 0.0
            if parts is None:
                layer.clear()
                draw_commands.paint(layer, scene, seen, view, crowd=crowd)
            elif parts:
                around = np.zeros_like(seen)
                layer.save()
                layer.begin_path()
                for x0, y0, x1, y1 in parts:
                    around |= scene.in_sight(view, (x0, y0, x1, y1), draw_commands.REACH)
                    layer.rect(x0, y0, x1 - x0, y1 - y0)
                layer.clip()
                layer.clear()
                draw_commands.paint(layer, scene, seen & around, view, crowd=crowd)
                layer.restore()
            layer.line_dash_offset = float(number)

    def _scene_of(self, shapes: Mapping[str, Shape], style: Style) -> Scene:
        """Return the scene of these shapes; the same one while neither shapes nor colors change."""
        if self._scene is None or self._scene.shapes is not shapes or self._scene.style != style:
            known = self._drawings if self._scene is not None and self._scene.style == style else {}
            self._drawings = fresh = {}

            def draw(shape: Shape) -> Drawing:
                cached = known.get(shape.id)
                fresh[shape.id] = (
                    cached if cached is not None and cached[0] is shape else (shape, drawing(shape, style))
                )
                return fresh[shape.id][1]

            self._scene = Scene(shapes, style, draw)
        return self._scene
