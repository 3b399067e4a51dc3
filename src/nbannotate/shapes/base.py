"""What a shape kind declares: its names, how it is drawn with the pointer, and its geometry as pure functions.

A kind is one file in this folder (or in another package, through the entry-point group ``nbannotate.shapes``). The
canvas asks a kind for two words of a fixed vocabulary that ``canvas/js`` knows, so that a new kind needs no JavaScript.
Its *gesture* says how it is drawn and edited:

- ``"corners"``: press, drag, release (or click, click); edited by eight handles. Points: two opposite corners.
- ``"path"``: click to add vertices; edited by its vertices, with insert and delete. Points: the vertices.
- ``"points"``: click to add places that stand for themselves; each is moved and deleted on its own.
- ``"edge"``: draw an edge, then move to the other side and click; edited by eight handles along its sides and one that
  turns it. Points: the four corners, clockwise on the screen, the first two those of the edge.
- ``"stroke"``: paint with a brush; edited by painting more. Points: the corners of the box around it.

Its *form* says what is seen: the ``"path"`` through the points, the ``"box"`` or the ``"ellipse"`` between two corners,
``"dots"`` at the points (joined by the edges of the label's skeleton, if it has one), or the ``"rings"`` around pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from nbannotate.errors import InvalidInput
from nbannotate.model import Point, Shape
from nbannotate.texts import t

Gesture = Literal["corners", "path", "points", "edge", "stroke"]
GESTURES: tuple[Gesture, ...] = ("corners", "path", "points", "edge", "stroke")
Form = Literal["path", "box", "ellipse", "dots", "rings"]
FORMS: tuple[Form, ...] = ("path", "box", "ellipse", "dots", "rings")
Edges = Sequence[tuple[int, int]]
Points = Sequence[Sequence[float]]
Bounds = tuple[float, float, float, float]
FloatArray = NDArray[np.float64]

#: A shape must extend at least this far in the image, in pixels, in x or in y.
SMALLEST = 1.0


class Kind:
    """The base of all shape kinds; a subclass sets the names and overrides what differs.

    All points are image pixels, origin top-left, x to the right, y down.

    Attributes
    ----------
    name
        As stored in ``Shape.kind``.
    title
        As shown to people.
    key
        One lower-case letter that picks the tool, or one with ``alt+`` before it; empty for none.
    gesture
        How it is drawn: ``"corners"``, ``"path"``, ``"points"``, ``"edge"`` or ``"stroke"``.
    form
        What is seen: ``"path"``, ``"box"``, ``"ellipse"``, ``"dots"`` or ``"rings"``.
    closed
        Whether the outline returns to its first vertex and has an inside.
    opacity
        Of the inside, from 0 to 1.
    figured
        Whether its points are those of the skeleton of its label; without one it cannot be drawn.
    ringed
        Whether a shape may have several rings (``Shape.rings``): parts, and holes in them.
    min_points, max_points
        How many points a shape of this kind has; ``max_points`` None for no limit.
    turns_into
        The kind that a shape of this one can be made into (:mod:`nbannotate.shapes.turning`); empty for none.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    key: ClassVar[str] = ""
    gesture: ClassVar[Gesture] = "path"
    form: ClassVar[Form] = "path"
    closed: ClassVar[bool] = True
    opacity: ClassVar[float] = 0.1
    figured: ClassVar[bool] = False
    ringed: ClassVar[bool] = False
    min_points: ClassVar[int] = 2
    max_points: ClassVar[int | None] = None
    turns_into: ClassVar[str] = ""

    def outline(self, points: Points) -> FloatArray:
        """Return what is painted, and what bounds, area and contains are computed from.

        Returns
        -------
        numpy.ndarray
            ``(n, 2)`` vertices in image pixels; the first is not repeated at the end.
        """
        return np.asarray(points, dtype=np.float64).reshape(-1, 2)

    def normalize(self, points: Points, width: float, height: float) -> tuple[Point, ...]:
        """Return the points moved into the image, in the canonical order of the kind; doing it twice changes nothing.

        Parameters
        ----------
        points
            ``(n, 2)``, finite.
        width, height
            Of the image, in pixels.
        """
        return tuple((clip(x, width), clip(y, height)) for x, y in pairs(points))

    def check(self, points: Points, width: float, height: float) -> str | None:
        """Return a sentence that says what is wrong with the points, or None if they are a good shape.

        The part in the image counts: a shape that lies outside, or has no area there, is refused.
        """
        what = self.title.lower()
        try:
            given = pairs(points)
        except (TypeError, ValueError):
            return f"The {what} must be given as pairs of numbers."
        if not all(math.isfinite(v) for point in given for v in point):
            return f"The {what} has a coordinate that is not a finite number."
        if sentence := self.count(len(given)):
            return sentence
        x0, y0, x1, y1 = self.bounds(given)
        if x1 < 0 or y1 < 0 or x0 > width or y0 > height:
            size = f" ({width:g} x {height:g})" if math.isfinite(width + height) else ""
            return t("The {what+} lies outside of the image{size}.", what=what, size=size)
        inside = self.normalize(given, width, height)
        x0, y0, x1, y1 = self.bounds(inside)
        if max(x1 - x0, y1 - y0) < SMALLEST:
            return t("The {what+} is too small: it must cover at least one pixel of the image.", what=what)
        if self.closed and self.area(inside) <= 0:
            return t("The {what+} has no area in the image.", what=what)
        return None

    def count(self, n: int) -> str | None:
        """Return what is wrong with a number of points, or None."""
        what = self.title.lower()
        if n < self.min_points:
            least = f"{self.min_points} point" + ("" if self.min_points == 1 else "s")
            return f"The {what} needs at least {least}; it has {n}."
        if self.max_points is not None and n > self.max_points:
            return f"The {what} has {n} points; it takes {self.max_points}."
        return None

    def bounds(self, points: Points) -> Bounds:
        """Return the smallest upright box around the shape: ``(x0, y0, x1, y1)`` in image pixels."""
        outline = self.outline(points)
        (x0, y0), (x1, y1) = outline.min(axis=0), outline.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)

    def area(self, points: Points) -> float:
        """Return the area in square pixels, by the shoelace formula as COCO does; 0 for what is not closed.

        For an outline that crosses itself, parts with opposite turn cancel out.
        """
        return shoelace(self.outline(points)) if self.closed else 0.0

    def contains(self, points: Points, x: float, y: float) -> bool:
        """Return whether a place is inside the shape (even-odd rule); always False for what is not closed."""
        return self.closed and even_odd(self.outline(points), x, y)

    # ---- of a whole shape, which may hold more than points

    def problem(self, shape: Shape, width: float, height: float) -> str | None:
        """Return a sentence that says why a shape cannot be taken, or None; see :meth:`check` and :meth:`payload`."""
        return self.check(shape.points, width, height) or self.payload(shape)

    def payload(self, shape: Shape) -> str | None:
        """Return what is wrong with what a shape holds besides its points, whatever the image; or None."""
        what = self.title.lower()
        if shape.rle is not None:
            return f"A {what} has no rle; that is for masks."
        if shape.visibility:
            return f"A {what} has no visibility; that is for skeletons."
        if shape.rings and not self.ringed:
            return f"A {what} has no rings; those are for polygons."
        return None

    def flaws(self, shape: Shape, width: float, height: float) -> tuple[str, ...]:
        """Return sentences about what a person should look at, though it can be taken: for example out of the image."""
        x0, y0, x1, y1 = self.bounds(shape.points)
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            return (t("A part of the {shape+} is outside of the image.", shape=self.title.lower()),)
        return ()

    def size(self, shape: Shape) -> float | None:
        """Return how large a shape is, in pixels, for ``Recipe.min_size``.

        Of what has an inside the shorter side of the box around it, of lines the longer one; None for places.
        """
        x0, y0, x1, y1 = self.bounds(shape.points)
        return min(x1 - x0, y1 - y0) if self.closed else max(x1 - x0, y1 - y0)

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the shape without the flaws that :meth:`flaws` finds, for an image of that size.

        The shape itself if it has none; None if a repair would be a guess: then a person has to look.
        """
        return None if self.flaws(shape, width, height) else shape

    def covered(self, shape: Shape) -> float:
        """Return the area of a shape in square pixels."""
        return self.area(shape.points)

    def strokes(self, shape: Shape, edges: Edges = ()) -> list[FloatArray]:
        """Return the lines to paint, ``(n, 2)`` each; they are closed if the kind is.

        Parameters
        ----------
        shape
            Of this kind.
        edges
            Of the skeleton of the shape's label: pairs of places in the points.
        """
        return [self.outline(shape.points)]

    def filled(self, shape: Shape) -> FloatArray | None:
        """Return one outline that is filled with the color, or None for what has no inside."""
        return self.outline(shape.points) if self.closed else None

    def dots(self, shape: Shape) -> FloatArray | None:
        """Return the places that are painted as dots, ``(n, 2)``, or None."""
        return None

    def hollow(self, shape: Shape) -> FloatArray | None:
        """Return the places that are painted as rings, ``(n, 2)``, or None."""
        return None

    def hit(self, shape: Shape, x: float, y: float, reach: float = 0.0, edges: Edges = ()) -> bool:
        """Return whether a place is in the shape, or not farther than ``reach`` pixels from its lines and dots."""
        if self.contains(shape.points, x, y):
            return True
        dots = self.dots(shape)
        near = [] if dots is None else [float(np.hypot(*(dots - (x, y)).T).min())]
        near += [distance(line, self.closed, x, y) for line in self.strokes(shape, edges) if len(line)]
        return min(near, default=math.inf) <= reach

    def put(self, shape: Shape, points: Points, width: float, height: float) -> Shape:
        """Return the shape as it is after a person moved it to these points, in the image."""
        return replace(shape, points=self.normalize(points, width, height))

    def moved(self, shape: Shape, dx: float, dy: float) -> Shape:
        """Return the shape shifted by a number of pixels."""
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))

    def scaled(self, shape: Shape, fx: float, fy: float) -> Shape:
        """Return the shape as it is on an image that was resized by these factors."""
        return replace(shape, points=tuple((x * fx, y * fy) for x, y in shape.points))

    def brushed(
        self, shape: Shape | None, path: Points, radius: float, mode: str, width: int, height: int, **fields: Any
    ) -> Shape | None:
        """Return the shape after a stroke of the brush, for kinds with the gesture ``"stroke"``.

        Parameters
        ----------
        shape
            What is painted on, or None for a new shape with ``fields``.
        path
            The middle of the brush, ``(n, 2)`` image pixels.
        radius
            Of the brush, in pixels.
        mode
            ``"add"``, ``"erase"``, or ``"fill"`` for the hole at the first place of the path.
        width, height
            Of the image.
        fields
            Of a new shape: id and label.

        Returns
        -------
        Shape or None
            None if nothing is left of it.

        Raises
        ------
        InvalidInput
            If the stroke cannot be; the message is for the person who painted.
        """
        raise InvalidInput(f"A {self.title.lower()} is not painted with a brush.")

    def fitted(self, shape: Shape, width: float, height: float) -> Shape:
        """Return the shape for an image of that size: what is outside is cut off or moved in."""
        return replace(shape, points=self.normalize(shape.points, width, height))


def pairs(points: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    """Return points as pairs of Python floats.

    Raises
    ------
    ValueError, TypeError
        If something is not a pair of numbers.
    """
    return [(float(x), float(y)) for x, y in points]


def clip(value: float, limit: float) -> float:
    """Return the value moved into ``[0, limit]``."""
    return min(max(float(value), 0.0), float(limit))


def shoelace(outline: FloatArray) -> float:
    """Return the area of a closed outline, ``(n, 2)``, in square pixels.

    Coordinates are taken relative to the first vertex, which keeps small shapes far from the origin exact.
    """
    at = outline - outline[0]
    (x, y), (x1, y1) = at.T, following(at).T
    return float(abs(np.add.reduceat(x * y1 - y * x1, [0])[0]) / 2)  # as of many at once, to the last bit


def following(outline: FloatArray) -> FloatArray:
    """Return of each vertex of a closed outline the next one (as ``numpy.roll``, which takes ten times as long)."""
    return np.concatenate([outline[1:], outline[:1]])


def even_odd(outline: FloatArray, x: float, y: float) -> bool:
    """Return whether a ray from ``(x, y)`` to the right crosses the closed outline an odd number of times."""
    x0, y0 = outline.T
    x1, y1 = following(outline).T
    crosses = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return bool(np.count_nonzero(crosses & (x < at)) % 2)


def distance(line: FloatArray, closed: bool, x: float, y: float) -> float:
    """Return how far a place is from a line through points, in pixels."""
    start = line if closed else line[:-1]
    if not len(start):
        return float(np.hypot(*(line[0] - (x, y))))
    step = (np.roll(line, -1, axis=0) if closed else line[1:])[: len(start)] - start
    length = (step**2).sum(axis=1)
    along = ((np.array((x, y)) - start) * step).sum(axis=1) / np.where(length > 0, length, 1)
    nearest = start + np.clip(along, 0, 1)[:, None] * step
    return float(np.hypot(*(nearest - (x, y)).T).min())
