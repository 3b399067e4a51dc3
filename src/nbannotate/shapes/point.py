"""The point: one place."""

from __future__ import annotations

from typing import ClassVar

from nbannotate.shapes.keypoints import Dots


class OnePoint(Dots):
    """One place, for example the middle of a cell that is counted."""

    name: ClassVar[str] = "point"
    title: ClassVar[str] = "Point"
    key: ClassVar[str] = "o"
    max_points: ClassVar[int | None] = 1


KIND = OnePoint()
