"""Shapes as rows of the table in which they come into a version: see :data:`nbannotate.store.blocks.COLUMNS`."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.model.values import encode


def rows_of(asset: str, said: Annotation) -> list[tuple[Any, ...]]:
    """Return the shapes of what is said of an asset as rows of their table.

    Raises
    ------
    InvalidInput
        A value cannot be written as JSON; the message names the asset.
    """
    try:
        return [row(asset, shape) for shape in said.shapes]
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None


def about(asset: str, said: Annotation) -> tuple[Any, ...]:
    """Return what is said of an asset beside its shapes, as a row of the table of annotations.

    Raises
    ------
    InvalidInput
        As :func:`rows_of`.
    """
    try:
        return asset, None, _text(said.tags) or "[]", said.nothing_to_label, _text(said.tag_attributes) or "{}"
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None


def row(asset: str, shape: Shape) -> tuple[Any, ...]:
    """Return one shape as a row."""
    points = np.array(shape.points, dtype="<f8").tobytes()
    return (
        asset, shape.id, shape.label, shape.kind, points, _text(shape.rings), _text(shape.attributes), shape.confidence,
        shape.color, _text(shape.rle), _text(shape.visibility), _text(shape.also), shape.group, shape.track,
        shape.keyframe or None,
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return encode(value).decode() if value else None
