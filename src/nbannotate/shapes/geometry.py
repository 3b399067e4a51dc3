"""The geometry of a whole shape, whatever its kind: what ``shape.area``, ``.bounds``, ``.to_shapely()`` … compute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.errors import InvalidInput
from nbannotate.model import Point, Rle, Shape
from nbannotate.model.values import plain, shown
from nbannotate.shapes import polygon, rings
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.mask import corners
from nbannotate.shapes.registry import kind
from nbannotate.shapes.rle import Region, box_of, compress, decode, encode
from nbannotate.shapes.rotated_rectangle import RotatedRectangle, angle_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def problem(shape: Shape) -> str | None:
    """Return a sentence that says what no shape of its kind has, on whatever image; or None."""
    its = kind(shape.kind)
    return its.count(len(shape.points)) or its.payload(shape)


def area(shape: Shape) -> float:
    """Return the area in square pixels."""
    return kind(shape.kind).covered(shape) if shape.points else 0.0


def angle(shape: Shape) -> float:
    """Return how far a rotated rectangle is turned, in degrees; 0 for other kinds."""
    return angle_of(shape.points) if shape.kind == RotatedRectangle.name and len(shape.points) > 1 else 0.0


def bounds(shape: Shape) -> tuple[float, float, float, float]:
    """Return the smallest upright box around a shape."""
    return kind(shape.kind).bounds(shape.points)


def to_shapely(shape: Shape) -> BaseGeometry:
    """Return a shape as Shapely has it."""
    import shapely

    its = kind(shape.kind)
    made: BaseGeometry
    if its.form == "rings":
        made = _around(shape, its.strokes(shape))
    elif shape.rings:
        made = polygon.to_shapely(shape.ring_arrays)
    elif its.closed:
        made = shapely.polygons(its.outline(shape.points))
    elif its.gesture == "points":
        places = its.outline(shape.points)
        made = shapely.points(places[0]) if its.max_points == 1 else shapely.multipoints(places)
    else:
        made = shapely.linestrings(its.outline(shape.points))
    return made


def _around(shape: Shape, edges: list[FloatArray]) -> BaseGeometry:
    """Return what the rings around pixels surround: the cells between them whose pixels are in the mask."""
    import shapely

    cells = shapely.get_parts(shapely.polygonize([shapely.unary_union([shapely.linearrings(r) for r in edges])]))
    inside = np.floor(shapely.get_coordinates(shapely.point_on_surface(cells))).astype(int)
    region = decode(shape.rle) if shape.rle is not None else None
    kept = [] if region is None else cells[region.pixels[inside[:, 1] - region.y, inside[:, 0] - region.x]]
    made: BaseGeometry = kept[0] if len(kept) == 1 else shapely.multipolygons(kept)
    return made


def to_mask(shape: Shape, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the pixels of a shape on an image of that width and height: ``(height, width)`` bool."""
    given = plain(size)
    if not isinstance(given, list | tuple) or len(given) != 2 or not all(type(v) is int and v > 0 for v in given):
        raise InvalidInput(f"size is the width and the height of the image, such as (640, 480), not {size!r}.")
    width, height = given
    its = kind(shape.kind)
    if its.form == "rings" and shape.rle is not None:
        if tuple(shape.rle.size) != (height, width):
            there = f"{shape.rle.size[1]} x {shape.rle.size[0]}"
            raise InvalidInput(f"The mask is of an image of {there} pixels (width x height), not {width} x {height}.")
        found = decode(shape.rle)
    elif its.closed:
        around = its.filled(shape)
        found = None if around is None else rings.filled(around, width, height)
    else:
        raise InvalidInput(f"A {its.title.lower()} has no inside, and so no pixels.")
    empty = np.zeros((height, width), dtype=bool)
    return empty if found is None else found.within((0, 0, width, height))


def of_pixels(where: str, given: Any) -> tuple[tuple[Point, ...], Rle]:
    """Return the points and the run lengths of a mask that is given as an array, or as COCO gives it."""
    rle = _of_runs(where, given) if isinstance(given, Rle | Mapping) else _of_array(where, given)
    try:
        found = box_of(rle)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None
    if found is None:
        raise InvalidInput(f"{where}: the mask has no pixels.")
    return corners(found), rle


def _of_runs(where: str, given: Rle | Mapping[str, Any]) -> Rle:
    if isinstance(given, Rle):
        return given
    size, counts = plain(given.get("size")), plain(given.get("counts"))
    whole = isinstance(size, list | tuple) and len(size) == 2 and all(type(v) is int for v in size)
    if whole and isinstance(counts, list) and {int}.issuperset(map(type, counts)) and min(counts, default=0) >= 0:
        counts = compress(counts)
    if not whole or not isinstance(counts, str | bytes):
        raise InvalidInput(
            f"{where}: run lengths look like {{'size': (height, width), 'counts': …}}, as COCO has them, "
            f"not {shown(dict(given))}."
        )
    return Rle(size=tuple(size), counts=counts)  # bytes, too


def _of_array(where: str, given: Any) -> Rle:
    try:
        array = np.asarray(given)
    except (TypeError, ValueError):  # rows of different lengths, a tensor elsewhere
        array = np.asarray(None)
    if array.ndim != 2 or array.dtype.kind not in "biu":
        floats = array.ndim == 2 and array.dtype.kind == "f"
        more = "; of probabilities, write array > 0.5" if floats else ""
        what = f"an array of the shape {array.shape} and the type {array.dtype}" if array.ndim else shown(given)
        raise InvalidInput(
            f"{where}: pixels is an array (height, width) of bool, as large as the image, not {what}{more}."
        )
    return encode(Region(0, 0, array.astype(bool)), *array.shape)
