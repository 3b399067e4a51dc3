"""One shape, as people have it: a shape, four numbers, a mapping or a row, a geometry of Shapely or of GeoJSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Shape, row_shapes
from nbannotate.model.values import as_mapping, is_series, plain, shown
from nbannotate.workspace.intake import geojson
from nbannotate.workspace.intake.naming import Naming


def shapes(value: Any, naming: Naming) -> list[Shape]:
    """Return the shapes that one thing is; a geometry of several parts is several.

    Raises
    ------
    InvalidInput
        It is none; the message is the end of a sentence.
    """
    if isinstance(value, Shape):
        return [renamed(value, naming)]
    if geojson.is_one(value):
        return [of_fields(its, naming) for its in geojson.fields(value)]
    if isinstance(value, Mapping):
        return [of_fields(value, naming)]
    if is_series(value) and not isinstance(plain(value.index)[0], int):  # a row of a table
        return [of_fields(as_mapping("a shape", value), naming)]
    given = plain(value)
    if isinstance(given, list | tuple) and len(given) == 4 and all(_is_number(v) for v in given):
        return [Shape(kind="rectangle", points=row_shapes.corners(("x0", "y0", "x1", "y1"), given, sized=False))]
    raise InvalidInput(f"give an nb.Shape, or (x0, y0, x1, y1) for a rectangle, in place of {shown(given)}.")


def renamed(shape: Shape, naming: Naming) -> Shape:
    """Return a shape with the name that its label has in a mapping."""
    from msgspec.structs import replace

    label = naming.mapping.get(shape.label, shape.label)
    return shape if label == shape.label else replace(shape, label=label)


def of_fields(given: Mapping[Any, Any], naming: Naming) -> Shape:
    """Return the shape of a mapping of its fields, or of the columns of a table.

    Raises
    ------
    InvalidInput
        Its fields are those of no shape.
    """
    return row_shapes.of_fields(given, naming.of)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
