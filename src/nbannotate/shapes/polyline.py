"""The polyline: an open line through its vertices."""

from __future__ import annotations

from typing import ClassVar

from nbannotate.shapes.base import Gesture, Kind


class Polyline(Kind):
    """An open line; its points are the vertices, in the order in which they were drawn."""

    name: ClassVar[str] = "polyline"
    title: ClassVar[str] = "Polyline"
    key: ClassVar[str] = "l"
    gesture: ClassVar[Gesture] = "path"
    closed: ClassVar[bool] = False
    min_points: ClassVar[int] = 2


KIND = Polyline()
