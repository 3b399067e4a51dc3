"""What one person said of one asset: shapes, tags, or *nothing to label*."""

from __future__ import annotations

import secrets
from typing import Any

from msgspec import Struct, field

Point = tuple[float, float]


def new_shape_id() -> str:
    """Return a fresh shape id: 16 hexadecimal digits, unique in practice over all workspaces."""
    return secrets.token_hex(8)


class Rle(Struct, frozen=True):
    """The pixels of a mask as COCO stores them, so that ``msgspec.to_builtins`` gives COCO's own object.

    Parameters
    ----------
    size
        Height and width of the image, in this order.
    counts
        COCO's compressed string: run lengths of pixels outside and inside in turn, column by column.
    """

    size: tuple[int, int]
    counts: str


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
    color
        ``#rrggbb``, where this shape has another color than its label.
    rle
        The pixels of a mask; its points are the corners of the box around them.
    visibility
        Of the points of a skeleton, as in COCO: 0 not in the image, 1 hidden, 2 visible. Empty: all are visible.
    also
        Further labels, where the recipe allows several on one shape; ``label`` is the first and gives the color.
    """

    kind: str
    points: tuple[Point, ...]
    label: str = ""
    id: str = field(default_factory=new_shape_id)
    attributes: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    color: str | None = None
    rle: Rle | None = None
    visibility: tuple[int, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, the first one first; none while the shape is not labelled yet."""
        return (self.label, *self.also) if self.label else self.also


class Annotation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was said of one asset: its shapes and tags, or *nothing to label*.

    ``nothing_to_label`` is an answer of its own, distinct from an annotation that is not finished; it excludes shapes.
    ``tag_attributes`` holds typed values on the tags: tag, then attribute, then value.
    """

    shapes: tuple[Shape, ...] = ()
    tags: tuple[str, ...] = ()
    nothing_to_label: bool = False
    tag_attributes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing was said yet."""
        return not self.shapes and not self.tags and not self.nothing_to_label
