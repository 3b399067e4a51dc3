"""What can be computed of a shape. How, each kind knows, above this layer: :mod:`nbannotate.shapes` tells it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from nbannotate.model.shape import Points, Rle, Shape


class Geometry(Protocol):
    """The geometry of shapes of all kinds, as functions."""

    def problem(self, shape: Shape) -> str | None:
        """Return a sentence that says what no shape of its kind has, on whatever image; or None."""

    def area(self, shape: Shape) -> float:
        """Return the area in square pixels."""

    def bounds(self, shape: Shape) -> tuple[float, float, float, float]:
        """Return the box around it."""

    def angle(self, shape: Shape) -> float:
        """Return how far it is turned, in degrees."""

    def to_shapely(self, shape: Shape) -> BaseGeometry:
        """Return it as Shapely has it."""

    def to_mask(self, shape: Shape, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Return its pixels."""

    def of_pixels(self, where: str, given: Any) -> tuple[Points, Rle]:
        """Return the points and the run lengths of a mask."""


_told: Geometry | None = None


def tell_geometry(geometry: Geometry) -> None:
    """Say how the geometry of shapes is computed."""
    global _told
    _told = geometry


def _geometry() -> Geometry:
    if _told is None:
        raise RuntimeError("The geometry of shapes is in nbannotate.shapes; import it, or nbannotate.")
    return _told


def refusal(shape: Any) -> str | None:
    """Return a sentence that says what no shape of its kind has, on whatever image; or None."""
    return _geometry().problem(shape)


def of_pixels(where: str, given: Any) -> tuple[Points, Rle]:
    """Return the points and the run lengths of a mask that is given as an array, or as COCO gives it."""
    return _geometry().of_pixels(where, given)


class Measured:
    """What a shape can be asked about its geometry, and what it can be made into."""

    __slots__ = ()

    @property
    def array(self) -> NDArray[np.float64]:
        """The points as an ``(n, 2)`` array of float64, in image pixels."""
        import numpy as np

        shape: Any = self
        return np.array(shape.points, dtype=np.float64).reshape(-1, 2)

    @property
    def area(self) -> float:
        """The area in square pixels: of a mask the number of its pixels, of lines and points 0."""
        shape: Any = self
        return _geometry().area(shape)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The smallest upright box around it: ``(x0, y0, x1, y1)`` in image pixels, as Shapely's ``bounds``."""
        shape: Any = self
        return _geometry().bounds(shape)

    @property
    def ring_arrays(self) -> list[NDArray[np.float64]]:
        """The points ring by ring: ``(n, 2)`` arrays of float64 each, in image pixels; one for what has one ring."""
        import numpy as np

        shape: Any = self
        return np.split(self.array, np.cumsum(shape.rings)[:-1]) if shape.rings else [self.array]

    @property
    def angle(self) -> float:
        """How far a rotated rectangle is turned about its middle, in degrees, clockwise, from -180 to 180; else 0."""
        shape: Any = self
        return _geometry().angle(shape)

    def to_shapely(self) -> BaseGeometry:
        """Return it as a geometry of Shapely, in image pixels.

        A rectangle, a polygon of one ring and an ellipse (of 64 sides) are a ``Polygon``, a polygon of several rings a
        ``MultiPolygon``, or a ``Polygon`` with holes, a polyline a ``LineString``, a point a
        ``Point``, key points and a skeleton a ``MultiPoint``; a mask is a ``Polygon`` or ``MultiPolygon`` along the
        edges of its pixels, with its holes.
        """
        shape: Any = self
        return _geometry().to_shapely(shape)

    def to_mask(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Return its pixels: those whose middles are in it.

        Parameters
        ----------
        size
            Width and height of the image, in this order, as ``PIL.Image.size``.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` bool.

        Raises
        ------
        InvalidInput
            It has no inside (lines, points), or is a mask of an image of another size.
        """
        shape: Any = self
        return _geometry().to_mask(shape, size)
