"""Shapes as rows of the table in which they come into a version: see :data:`nbannotate.store.blocks.COLUMNS`."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.formats import Foreign
from nbannotate.model import Annotation, Shape
from nbannotate.model.values import encode
from nbannotate.workspace import foreign_names


def rows_of(asset: str, said: Annotation, called: Mapping[str, Foreign]) -> list[tuple[Any, ...]]:
    """Return the shapes of what is said of an asset as rows of their table, with what a file calls them by their ids.

    Raises
    ------
    InvalidInput
        A value cannot be written as JSON; the message names the asset.
    """
    try:
        return [(*row(asset, s), *foreign_names.columns(called.get(s.id, Foreign()))) for s in said.shapes]
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
    """Return one shape as a row, without what a file calls it."""
    return (
        asset, shape.id, shape.label, shape.kind, points_of(shape), _text(shape.rings), _text(shape.attributes),
        shape.confidence, shape.color, _text(shape.rle), _text(shape.visibility), _text(shape.also), shape.group,
        shape.track, shape.keyframe or None,
    )  # fmt: skip


def points_of(shape: Shape) -> bytes:
    """Return the points as they come in: x and y in turn."""
    return struct.pack(f"<{2 * len(shape.points)}d", *itertools.chain.from_iterable(shape.points))


def _text(value: Any) -> str | None:
    return encode(value).decode() if value else None
