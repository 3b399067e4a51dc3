"""Label Studio's geometry: per cent of the image's width and height, and ours: pixels.

A rectangle has its top-left corner and its size; it is turned about that corner, clockwise, in degrees. A polygon has
points, and is open where ``closed`` says so; a key point is one place with a width; an ellipse has its middle and two
radii, and may be turned about its middle; what a brush painted is in :mod:`._brush`. Source: the pages of the tags
RectangleLabels, PolygonLabels, KeyPointLabels, EllipseLabels and BrushLabels of the documentation of Label Studio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.formats import _brush, _json, _parts
from nbannotate.model import Point, Rle
from nbannotate.shapes import mask as masks
from nbannotate.shapes.rings import is_closed
from nbannotate.shapes.rle import decode as region_of

#: The word for a region of each kind, without the ``labels`` at its end.
WORDS = {
    "rectangle": "rectangle",
    "rotated_rectangle": "rectangle",
    "polygon": "polygon",
    "polyline": "polygon",
    "point": "keypoint",
    "ellipse": "ellipse",
    "mask": "brush",
}
#: The kinds that a region with a word can be.
KINDS = {
    word: tuple(k for k, v in WORDS.items() if v == word and k != "polyline") for word in dict.fromkeys(WORDS.values())
}
_SIDES = 64

Values = dict[str, Any]


class Geometry(msgspec.Struct, frozen=True):
    """What a region is in pixels."""

    kind: str
    points: tuple[Point, ...]
    rle: Rle | None = None


class _Box(msgspec.Struct):
    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    rotation: Decimal = Decimal(0)


class _Path(msgspec.Struct):
    points: list[tuple[Decimal, Decimal]]
    closed: bool = True


class _Spot(msgspec.Struct):
    x: Decimal
    y: Decimal


class _Round(msgspec.Struct):
    x: Decimal
    y: Decimal
    radiusX: Decimal
    radiusY: Decimal
    rotation: Decimal = Decimal(0)


class _Painted(msgspec.Struct):
    rle: list[int]
    format: str = "rle"


_STRUCTS = {"rectangle": _Box, "polygon": _Path, "keypoint": _Spot, "ellipse": _Round, "brush": _Painted}


def read(word: str, value: bytes, width: int, height: int) -> Geometry:
    """Return what a region is in pixels.

    Parameters
    ----------
    word
        The type of its result, without ``labels``.
    value
        Its value as JSON, as the file has it: decimals are taken as they are written.
    width, height
        Of the image, in pixels.

    Raises
    ------
    InvalidInput
        It is no such region; the message is the end of a sentence.
    """
    try:
        given: Any = _json.decoded(value, _STRUCTS[word])
    except msgspec.MsgspecError as error:
        raise InvalidInput(f"it is not as a {word} is: {str(error).replace('`', '')}") from None
    size = width, height
    if isinstance(given, _Box):
        return _box(given, size)
    if isinstance(given, _Path):
        if given.closed and is_closed(given.points):
            given.points.pop()
        points = tuple(_at(p, size) for p in given.points)
        return Geometry("polygon" if given.closed else "polyline", points)
    if isinstance(given, _Spot):
        return Geometry("point", (_at((given.x, given.y), size),))
    if isinstance(given, _Round):
        return _ellipse(given, size)
    if given.format != "rle":
        raise InvalidInput(f"its format is {given.format!r:.40}, not 'rle'")
    region = _brush.decode(given.rle, width, height)
    if region is None:
        raise InvalidInput("nothing is painted")
    shape = masks.mask(region, (height, width))
    return Geometry("mask", shape.points, shape.rle)


def written(geometry: Geometry, width: int, height: int) -> Values:
    """Return a region's value, with numbers as JSON, as near to what it is in pixels as Label Studio has words for.

    Parameters
    ----------
    geometry
        Of a kind that :data:`WORDS` has.
    width, height
        Of the image, in pixels.
    """
    size, points = (width, height), geometry.points
    if geometry.kind == "rectangle":
        return _upright(points, size)
    if geometry.kind == "rotated_rectangle":
        return _turned(points, size)
    if geometry.kind in ("polygon", "polyline"):
        closed = geometry.kind == "polygon"
        its = [*points, points[0]] if closed and is_closed(points) else points  # a reader takes one away
        return {"points": [list(map(_raw, _per_cent(p, size))) for p in its], "closed": closed}
    if geometry.kind == "point":
        x, y = map(_raw, _per_cent(points[0], size))
        return {"x": x, "y": y, "width": msgspec.Raw(b"0.5")}
    if geometry.kind == "ellipse":
        return _round(points, size)
    region = region_of(geometry.rle) if geometry.rle is not None else None
    if region is None:
        raise InvalidInput("the mask has no pixels")
    return {"format": "rle", "rle": _brush.encode(region, width, height)}


def same(value: Mapping[str, Any], word: str, geometry: Geometry, width: int, height: int) -> bool:
    """Return whether a value of a file still is what a shape is in pixels."""
    try:
        return read(word, msgspec.json.encode(value), width, height) == geometry
    except InvalidInput:
        return False


def _box(given: _Box, size: tuple[int, int]) -> Geometry:
    turn = _parts.EXACT.remainder(_number(given.rotation, "rotation"), Decimal(360))
    x, y, width, height = (_number(getattr(given, name), name) for name in ("x", "y", "width", "height"))
    if not turn:
        right, bottom = _parts.EXACT.add(x, width), _parts.EXACT.add(y, height)
        return Geometry("rectangle", (_at((x, y), size), _at((right, bottom), size)))
    return Geometry("rotated_rectangle", about_corner(*_at((x, y), size), *_at((width, height), size), float(turn)))


def about_corner(x: float, y: float, width: float, height: float, angle: float) -> tuple[Point, ...]:
    """Return the corners of a box that is turned about its top-left corner, in degrees, clockwise."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along, down = (width * cos, width * sin), (-height * sin, height * cos)
    return (
        (x, y),
        (x + along[0], y + along[1]),
        (x + along[0] + down[0], y + along[1] + down[1]),
        (x + down[0], y + down[1]),
    )


def _ellipse(given: _Round, size: tuple[int, int]) -> Geometry:
    x, y, rx, ry = (_number(getattr(given, name), name) for name in ("x", "y", "radiusX", "radiusY"))
    turn = _parts.EXACT.remainder(_number(given.rotation, "rotation"), Decimal(180))
    if not turn:
        first = _parts.EXACT.subtract(x, rx), _parts.EXACT.subtract(y, ry)
        last = _parts.EXACT.add(x, rx), _parts.EXACT.add(y, ry)
        return Geometry("ellipse", (_at(first, size), _at(last, size)))
    (cx, cy), (a, b) = _at((x, y), size), _at((rx, ry), size)
    cos, sin = math.cos(math.radians(float(turn))), math.sin(math.radians(float(turn)))
    around = [(a * math.cos(math.tau * i / _SIDES), b * math.sin(math.tau * i / _SIDES)) for i in range(_SIDES)]
    return Geometry("polygon", tuple((cx + u * cos - v * sin, cy + u * sin + v * cos) for u, v in around))


def _upright(points: tuple[Point, ...], size: tuple[int, int]) -> Values:
    """Return the four numbers of an upright box; reading them gives its corners again."""
    low, high = _ends(points, size)
    length = [_parts.EXACT.subtract(b, a) for a, b in zip(low, high, strict=True)]
    return dict(zip(("x", "y", "width", "height"), map(_raw, (*low, *length)), strict=True)) | {"rotation": 0}


def _round(points: tuple[Point, ...], size: tuple[int, int]) -> Values:
    """Return the numbers of an ellipse; reading them gives the corners of its box again."""
    low, high = _ends(points, size)
    half = _parts.HALF
    middle = [_parts.EXACT.multiply(_parts.EXACT.add(a, b), half) for a, b in zip(low, high, strict=True)]
    radii = [_parts.EXACT.multiply(_parts.EXACT.subtract(b, a), half) for a, b in zip(low, high, strict=True)]
    return dict(zip(("x", "y", "radiusX", "radiusY"), map(_raw, (*middle, *radii)), strict=True)) | {"rotation": 0}


def _ends(points: tuple[Point, ...], size: tuple[int, int]) -> tuple[list[Decimal], list[Decimal]]:
    """Return the top-left and the bottom-right corner in per cent."""
    (ax, ay), (bx, by) = points
    return _per_cent((min(ax, bx), min(ay, by)), size), _per_cent((max(ax, bx), max(ay, by)), size)


def _turned(points: tuple[Point, ...], size: tuple[int, int]) -> Values:
    """Return the numbers of a turned box, with as few digits as give its corners again, or all that there are."""
    (ax, ay), (bx, by), _, (dx, dy) = points
    width, height = math.hypot(bx - ax, by - ay), math.hypot(dx - ax, dy - ay)
    exact = [width * 100 / size[0], height * 100 / size[1], math.degrees(math.atan2(by - ay, bx - ax)) % 360]
    x, y = map(_raw, _per_cent((ax, ay), size))
    for digits in (6, 10, 12, 13, 14, 17):
        numbers = [float(f"{v:.{digits}g}") for v in exact]
        value = dict(zip(("width", "height", "rotation"), numbers, strict=True)) | {"x": x, "y": y}
        if same(value, "rectangle", Geometry("rotated_rectangle", points), *size):
            break
    return value


def _per_cent(point: Point, size: tuple[int, int]) -> list[Decimal]:
    parts = (Decimal(_parts.part_of(v, most)) for v, most in zip(point, size, strict=True))
    return [_parts.EXACT.scaleb(v, 2) for v in parts]


def _raw(number: Decimal) -> msgspec.Raw:
    return msgspec.Raw(_parts.written(number).encode())


def _at(point: tuple[Decimal, Decimal], size: tuple[int, int]) -> Point:
    """Return a place in pixels."""
    parts = [_parts.EXACT.scaleb(_number(v, name), -2) for v, name in zip(point, "xy", strict=True)]
    return _parts.scaled(parts[0], size[0]), _parts.scaled(parts[1], size[1])


def _number(given: Decimal, name: str) -> Decimal:
    found = _parts.decimal(str(given))
    if found is None:
        raise InvalidInput(f"its {name} is no number that can be taken")
    return found
