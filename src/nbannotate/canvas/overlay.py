"""The overlay: the browser's half of the canvas, bundled from ``frontend/canvas``.

It owns the gestures, pan and zoom, the keys, and what moves; it tells Python only of what is finished. Its traits hold
no decision and no secret: everything else travels as messages, which :mod:`nbannotate.canvas.wire` checks.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets
from ipycanvas import MultiCanvas
from ipywidgets import widget_serialization

from nbannotate import frontend

HERE = Path(__file__).parent


class Overlay(anywidget.AnyWidget):  # type: ignore[misc]
    """Shows the layers of ``target`` on a stage, and everything that moves above them."""

    _esm = frontend.module("canvas")
    _css = (HERE / "overlay.css").read_text("utf-8")
    tools = traitlets.Bool(False).tag(sync=True)  # whether it has its own, beside the stage
    target = traitlets.Instance(MultiCanvas).tag(sync=True, **widget_serialization)
