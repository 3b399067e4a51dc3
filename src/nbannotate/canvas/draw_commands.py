"""Which draw commands paint shapes on an ipycanvas layer: a handful of batches, however many shapes there are.

Insides first, then lines with a dark halo around them, then dots. Where shapes crowd, all are thin lines: insides and
halos would only cover the others, and painting them takes a browser several frames.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.canvas.scene import NEUTRAL, Mask, Part, Scene
from nbannotate.canvas.view import View

HALO = "rgba(0, 0, 0, 0.55)"  # as in frontend/canvas/ink
DOT = 4  # CSS pixels, as in frontend/canvas/ink
CROWD = 2000  # shapes in sight; above, only thin lines are painted
MANY, MANY_POINTS = 500, 20_000  # or so many shapes with so many points
REACH = 8  # CSS pixels that lines, halos and dots reach beyond the points of a shape
Draw = Callable[..., None]


def crowded(scene: Scene, seen: Mask) -> bool:
    """Return whether so much is in sight that only thin lines are painted."""
    shapes = int(np.count_nonzero(seen))
    return shapes > CROWD or (shapes > MANY and scene.points_of(seen) > MANY_POINTS)


def paint(layer: Any, scene: Scene, seen: Mask, view: View, *, crowd: bool) -> None:
    """Paint shapes.

    Parameters
    ----------
    layer
        Of ipycanvas; in device pixels, without a transform.
    scene, seen
        All shapes, and which of them are painted.
    view
        Where the image stands.
    crowd
        Whether only thin lines are painted.
    """
    if not seen.any():
        return
    if not crowd:
        _fill(layer, scene, seen, view)
    layer.line_join = "miter"  # a browser strokes upright boxes several times faster than paths
    _outline(layer, scene, scene.boxes, seen, view, boxes(layer.stroke_rects), boxes(layer.stroke_styled_rects), crowd)
    layer.line_join = "miter" if crowd else "round"
    _outline(layer, scene, scene.closed, seen, view, layer.stroke_polygons, layer.stroke_styled_polygons, crowd)
    _outline(layer, scene, scene.open, seen, view, layer.stroke_line_segments, layer.stroke_styled_line_segments, crowd)
    _dot(layer, scene, scene.dots, seen, view, layer.fill_circles, layer.fill_styled_circles)
    _dot(layer, scene, scene.hollow, seen, view, layer.stroke_circles, layer.stroke_styled_circles)


def boxes(draw: Draw) -> Draw:
    """Return a function that draws outlines of four corners as the rectangles that they are."""

    def rectangles(at: NDArray[np.float32], *style: Any) -> None:
        corners = at.reshape(-1, 4, 2)
        first, size = corners[:, 0], corners[:, 2] - corners[:, 0]
        draw(*(np.ascontiguousarray(v) for v in (*first.T, *size.T)), *style[:-1])  # without how many points each has

    return rectangles


def _fill(layer: Any, scene: Scene, seen: Mask, view: View) -> None:
    part = scene.fills
    these = seen[part.owner]
    if these.any():
        at, counts = part.on_stage(these, view)
        owner = part.owner[these]
        layer.fill_styled_polygons(at, scene.rgb[owner], alpha=scene.opacity[owner], points_per_polygon=counts)


def _outline(
    layer: Any, scene: Scene, part: Part, seen: Mask, view: View, stroke: Draw, styled: Draw, crowd: bool
) -> None:
    these, dpr = seen[part.owner], view.dpr
    if not these.any():
        return
    known = scene.known[part.owner]
    layer.set_line_dash([])
    if not crowd:
        layer.line_width, layer.stroke_style = 4 * dpr, HALO
        stroke(*part.on_stage(these, view))
    layer.line_width = (1 if crowd else 2) * dpr
    if (these & known).any():
        at, counts = part.on_stage(these & known, view)
        styled(at, scene.rgb[part.owner[these & known]], 1, counts)
    if (these & ~known).any():
        layer.stroke_style = NEUTRAL
        layer.set_line_dash([] if crowd else [6 * dpr, 4 * dpr])
        stroke(*part.on_stage(these & ~known, view))
        layer.set_line_dash([])


def _dot(layer: Any, scene: Scene, part: Part, seen: Mask, view: View, dot: Draw, styled: Draw) -> None:
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
