"""Shapes made in one line of numbers, points or pixels, and checked when they are made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeGuard, TypeVar, Unpack

from nbannotate.errors import InvalidInput
from nbannotate.model.geometry import of_pixels, refusal
from nbannotate.model.suggestions import meant, named
from nbannotate.model.values import plain, shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from nbannotate.model.shape import Rle

T = TypeVar("T")


class Fields(TypedDict, total=False):
    """What every shape may have besides its geometry and its label; see :class:`Shape`."""

    id: str
    attributes: Mapping[str, Any]
    confidence: float | None
    color: str | None
    also: Iterable[str]
    group: str | None
    track: str | None
    keyframe: bool


class Making:
    """The ways to make a shape.

    ``**fields`` are ``attributes``, ``confidence``, ``color``, ``also``, ``group``, ``track``, ``keyframe`` and ``id``.
    """

    __slots__ = ()

    @classmethod
    def rectangle(
        cls, x: float, y: float, width: float, height: float, label: str = "", **fields: Unpack[Fields]
    ) -> Self:
        """Return a rectangle of its top-left corner and its size, in pixels; see :meth:`box` for two corners.

        Raises
        ------
        InvalidInput
            An argument is no finite number, or the width or the height is not above 0.
        """
        x, y = _number("Shape.rectangle", "x", x), _number("Shape.rectangle", "y", y)
        width, height = _size("Shape.rectangle", "width", width), _size("Shape.rectangle", "height", height)
        return _made(cls, "rectangle", "rectangle", ((x, y), (x + width, y + height)), label, fields)

    @classmethod
    def box(cls, x0: float, y0: float, x1: float, y1: float, label: str = "", **fields: Unpack[Fields]) -> Self:
        """Return a rectangle of its top-left and its bottom-right corner, in pixels, as detectors give it (``xyxy``).

        Raises
        ------
        InvalidInput
            An argument is no finite number, or the second corner is not below and to the right of the first.
        """
        at = {name: _number("Shape.box", name, v) for name, v in (("x0", x0), ("y0", y0), ("x1", x1), ("y1", y1))}
        for axis, way in (("x", "to the right of"), ("y", "below")):
            if at[f"{axis}1"] <= at[f"{axis}0"]:
                raise InvalidInput(
                    f"Shape.box: {axis}1 ({at[f'{axis}1']:g}) is not {way} {axis}0 ({at[f'{axis}0']:g}); "
                    "for a width and a height, write Shape.rectangle(x, y, width, height)."
                )
        return _made(cls, "box", "rectangle", ((at["x0"], at["y0"]), (at["x1"], at["y1"])), label, fields)

    @classmethod
    def rotated_rectangle(
        cls, x: float, y: float, width: float, height: float, angle: float, label: str = "", **fields: Unpack[Fields]
    ) -> Self:
        """Return a rectangle that is turned about its middle.

        Parameters
        ----------
        x, y
            The top-left corner before it is turned, in pixels.
        width, height
            Its size, in pixels.
        angle
            In degrees, clockwise as it is seen.
        label
            The name of a label.
        **fields
            As of every shape.

        Raises
        ------
        InvalidInput
            An argument is no finite number, or the width or the height is not above 0.
        """
        where = "Shape.rotated_rectangle"
        x, y, angle = (_number(where, name, v) for name, v in (("x", x), ("y", y), ("angle", angle)))
        width, height = _size(where, "width", width), _size(where, "height", height)
        points = turned_box(x, y, width, height, angle)
        return _made(cls, "rotated_rectangle", "rotated_rectangle", points, label, fields)

    @classmethod
    def polygon(
        cls, points: ArrayLike | Iterable[Sequence[float]] | Iterable[Any], label: str = "", **fields: Unpack[Fields]
    ) -> Self:
        """Return a polygon through its vertices.

        Parameters
        ----------
        points
            ``(n, 2)`` image pixels, at least three. Or a list of such rings, for a polygon of several parts or with
            holes: inside is what an odd number of rings surrounds. A last point of a ring that repeats the first one is
            left out.
        label
            The name of a label.
        **fields
            As of every shape.

        Raises
        ------
        InvalidInput
            A ring has fewer than three points, or they are none.
        """
        several: list[Any] = [*points] if _is_rings(points) else [points]
        rings = [_open(_points("polygon", ring)) for ring in several]
        more: Any = {**fields, "rings": tuple(len(ring) for ring in rings)} if len(rings) > 1 else fields
        flat = [point for ring in rings for point in ring]
        return _made(cls, "polygon", "polygon", flat, label, more, also=("rings",) if len(rings) > 1 else ())

    @classmethod
    def polyline(cls, points: ArrayLike | Iterable[Sequence[float]], label: str = "", **fields: Unpack[Fields]) -> Self:
        """Return an open line through its vertices: ``(n, 2)`` image pixels, at least two."""
        return _made(cls, "polyline", "polyline", _points("polyline", points), label, fields)

    @classmethod
    def ellipse(cls, cx: float, cy: float, rx: float, ry: float, label: str = "", **fields: Unpack[Fields]) -> Self:
        """Return an upright ellipse of its middle and its radii to the right and down, in pixels.

        Raises
        ------
        InvalidInput
            An argument is no finite number, or a radius is not above 0.
        """
        x, y = _number("Shape.ellipse", "cx", cx), _number("Shape.ellipse", "cy", cy)
        rx, ry = _size("Shape.ellipse", "rx", rx), _size("Shape.ellipse", "ry", ry)
        return _made(cls, "ellipse", "ellipse", ((x - rx, y - ry), (x + rx, y + ry)), label, fields)

    @classmethod
    def point(cls, x: float, y: float, label: str = "", **fields: Unpack[Fields]) -> Self:
        """Return one place, in pixels."""
        at = _number("Shape.point", "x", x), _number("Shape.point", "y", y)
        return _made(cls, "point", "point", (at,), label, fields)

    @classmethod
    def keypoints(
        cls, points: ArrayLike | Iterable[Sequence[float]], label: str = "", **fields: Unpack[Fields]
    ) -> Self:
        """Return places that belong together, in their order: ``(n, 2)`` image pixels."""
        return _made(cls, "keypoints", "keypoints", _points("keypoints", points), label, fields)

    @classmethod
    def skeleton(
        cls,
        points: ArrayLike | Iterable[Sequence[float]],
        visibility: ArrayLike | Iterable[int] = (),
        label: str = "",
        **fields: Unpack[Fields],
    ) -> Self:
        """Return the points of a label's skeleton, in its order.

        Parameters
        ----------
        points
            ``(n, 2)`` image pixels.
        visibility
            Of each point, as in COCO: 0 not in the image, 1 hidden, 2 visible. Empty: all are visible.
        label
            A label that has a skeleton.
        **fields
            As of every shape.
        """
        more: Any = {**fields, "visibility": visibility}
        return _made(cls, "skeleton", "skeleton", _points("skeleton", points), label, more, also=("visibility",))

    @classmethod
    def mask(cls, pixels: ArrayLike | Rle | Mapping[str, Any], label: str = "", **fields: Unpack[Fields]) -> Self:
        """Return a mask of its pixels.

        Parameters
        ----------
        pixels
            ``(height, width)`` bool, of the size of the image; whole numbers are taken, too: what is not 0 is in it.
            Or run lengths as COCO has them: ``{"size": (height, width), "counts": …}``.
        label
            The name of a label.
        **fields
            As of every shape.

        Raises
        ------
        InvalidInput
            It is no such array, or has no pixel.
        """
        points, rle = of_pixels("Shape.mask", pixels)
        more: Any = {**fields, "rle": rle}
        return _made(cls, "mask", "mask", points, label, more, also=("rle",))


#: Cosine and sine of quarter turns, which floats would miss.
_QUARTERS: dict[float, tuple[float, float]] = {90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}


def turned_box(x: float, y: float, width: float, height: float, angle: float) -> tuple[tuple[float, float], ...]:
    """Return the four corners of a box that is turned about its middle, clockwise from what was its top-left corner.

    Parameters
    ----------
    x, y, width, height
        The box before it is turned, in pixels.
    angle
        In degrees, clockwise as it is seen (y runs down).
    """
    if not angle:
        return (x, y), (x + width, y), (x + width, y + height), (x, y + height)
    cx, cy, turn = x + width / 2, y + height / 2, math.radians(angle)
    cos, sin = _QUARTERS.get(angle % 360, (math.cos(turn), math.sin(turn)))
    halves = ((-width / 2, -height / 2), (width / 2, -height / 2), (width / 2, height / 2), (-width / 2, height / 2))
    return tuple((cx + dx * cos - dy * sin, cy + dx * sin + dy * cos) for dx, dy in halves)


def _is_rings(points: Any) -> TypeGuard[Iterable[Any]]:
    """Return whether something is a list of rings, and not one."""
    if not isinstance(points, list | tuple) or not points:
        return False
    first = plain(points[0])
    return isinstance(first, list | tuple) and bool(first) and isinstance(first[0], list | tuple)


def _open(ring: Any) -> Any:
    return ring[:-1] if len(ring) > 3 and tuple(ring[0]) == tuple(ring[-1]) else ring


def _made(cls: type[T], name: str, kind: str, points: Any, label: str, fields: Any, also: tuple[str, ...] = ()) -> T:
    known = (*Fields.__annotations__, *also)
    for field in fields:
        if field not in known:
            raise InvalidInput(
                f"Shape.{name} has no argument {field!r}{meant(field, ('label', *known))}; besides the geometry and "
                f"the label it has {named(known)}."
            )
    make: Any = cls
    made: T = make(kind=kind, points=points, label=label, **fields)
    if problem := refusal(made):
        raise InvalidInput(f"Shape.{name}: {problem}")
    return made


def _points(name: str, points: Any) -> Any:
    """Return points as a list of rows, or raise InvalidInput that names the argument."""
    given = plain(points)
    if hasattr(given, "__next__"):
        given = plain(list(given))
    if not isinstance(given, list | tuple) or not all(isinstance(p, list | tuple) and len(p) == 2 for p in given):
        shape = getattr(points, "shape", None)
        what = f"an array of the shape {tuple(shape)}" if shape is not None else shown(given)
        raise InvalidInput(f"Shape.{name}: points is an (n, 2) array of x and y, or pairs of numbers, not {what}.")
    for number, point in enumerate(given, 1):
        if not all(_is_number(v) for v in point):
            raise InvalidInput(f"Shape.{name}: points has, in place {number}, {tuple(point)!r}, no pair of numbers.")
    return given


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(where: str, name: str, value: Any) -> float:
    given = plain(value)
    if not _is_number(given):
        raise InvalidInput(f"{where}: {name} is a number of pixels, not {shown(given)}.")
    return float(given)


def _size(where: str, name: str, value: Any) -> float:
    number = _number(where, name, value)
    if number <= 0:
        raise InvalidInput(f"{where}: {name} is a number of pixels above 0, not {number:g}.")
    return number
