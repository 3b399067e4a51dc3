"""What one person said of one asset: shapes, tags, or *nothing to label*."""

from __future__ import annotations

import secrets
from typing import Any

from msgspec import Struct, field

Point = tuple[float, float]


def new_shape_id() -> str:
    """Return a fresh shape id: 16 hexadecimal digits, unique in practice over all workspaces."""
    return secrets.token_hex(8)


class Shape(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One geometry with a label.

    Parameters
    ----------
    kind
        The name of a shape kind, for example ``"rectangle"`` or ``"polygon"``.
    points
        The geometry, ``(n, 2)`` floats in image pixels, origin top-left, x to the right, y down. What the points
        mean is the kind's matter: a rectangle has two opposite corners, a polygon its vertices, not closed.
    label
        The name of a label of the recipe; empty while the shape is not labelled yet.
    id
        Stays the same over all revisions of the annotation.
    attributes
        Typed values on the shape.
    confidence
        How sure a model was, in [0, 1]; None for what a person drew.
    """

    kind: str
    points: tuple[Point, ...]
    label: str = ""
    id: str = field(default_factory=new_shape_id)
    attributes: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None


class Annotation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was said of one asset: its shapes and tags, or *nothing to label*.

    ``nothing_to_label`` is an answer of its own, distinct from an annotation that is not finished; it excludes shapes.
    """

    shapes: tuple[Shape, ...] = ()
    tags: tuple[str, ...] = ()
    nothing_to_label: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was said yet."""
        return not self.shapes and not self.tags and not self.nothing_to_label
