"""The polygon: a closed outline through its vertices."""

from __future__ import annotations

from typing import ClassVar

from nbannotate.shapes.base import Gesture, Kind


class Polygon(Kind):
    """A closed outline; its points are the vertices, the first not repeated at the end."""

    name: ClassVar[str] = "polygon"
    title: ClassVar[str] = "Polygon"
    key: ClassVar[str] = "p"
    gesture: ClassVar[Gesture] = "path"
    min_points: ClassVar[int] = 3


KIND = Polygon()
