"""The overlay: the browser's half of the canvas, bundled from ``frontend/canvas``.

It owns the gestures, pan and zoom, the keys, and what moves; it tells Python only of what is finished. Its traits hold
no decision and no secret: everything else travels as messages (:mod:`nbannotate.canvas.messages`, which checks them,
and :mod:`nbannotate.canvas.told`).
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets
from ipycanvas import MultiCanvas
from ipywidgets import widget_serialization
from msgspec import to_builtins

from nbannotate import frontend
from nbannotate.canvas.told import Told
from nbannotate.texts import to_json

HERE = Path(__file__).parent


class Overlay(anywidget.AnyWidget):  # type: ignore[misc]
    """Shows the layers of ``target`` on a stage, and everything that moves above them."""

    _esm = frontend.module("canvas")
    _css = (HERE / "overlay.css").read_text("utf-8")
    tools = traitlets.Bool(False).tag(sync=True)  # whether it has its own, beside the stage
    target = traitlets.Instance(MultiCanvas).tag(sync=True, **widget_serialization)

    def tell(self, told: Told, *buffers: bytes) -> None:
        """Send a message to all views."""
        self.send(to_builtins(told, str_keys=True, enc_hook=to_json), list(buffers))
