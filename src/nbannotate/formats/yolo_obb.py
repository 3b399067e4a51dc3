"""YOLO with rotated boxes; see :mod:`nbannotate.formats.yolo`."""

from __future__ import annotations

from nbannotate.formats.yolo import Yolo

FORMAT = Yolo("yolo-obb", "obb")
