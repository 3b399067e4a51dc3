"""YOLO with outlines; see :mod:`nbannotate.formats.yolo`."""

from __future__ import annotations

from nbannotate.formats.yolo import Yolo

FORMAT = Yolo("yolo-segment", "segment")
