"""The mask: any set of pixels, painted with a brush, kept as COCO RLE.

``Shape.rle`` holds the pixels; ``Shape.points`` are the corners of the smallest box around them, so that whoever needs
only the place of a shape need not decode anything.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import Point, Rle, Shape
from nbannotate.shapes import rings
from nbannotate.shapes.base import Edges, FloatArray, Form, Gesture, Points
from nbannotate.shapes.rectangle import Rectangle
from nbannotate.shapes.rle import Region, area, box_of, decode, encode
from nbannotate.texts import t

LARGEST_BRUSH = 2000.0  # radius in pixels
TOLERANCE = 1.0  # pixels that a polygon may be off the mask that it is made of


class Mask(Rectangle):
    """A set of pixels; its points are the corners of the box around them."""

    name: ClassVar[str] = "mask"
    title: ClassVar[str] = "Mask"
    key: ClassVar[str] = "m"
    gesture: ClassVar[Gesture] = "stroke"
    form: ClassVar[Form] = "rings"
    opacity: ClassVar[float] = 0.4
    turns_into: ClassVar[str] = "polygon"

    def problem(self, shape: Shape, width: float, height: float) -> str | None:
        """Return why the shape is no mask of an image of that size, or None."""
        if (
            shape.rle is not None
            and width
            and height
            and np.isfinite((width, height)).all()
            and tuple(shape.rle.size) != (height, width)
        ):
            return f"The mask is {shape.rle.size[1]} × {shape.rle.size[0]} pixels, the image {width:g} × {height:g}."
        return self.payload(shape)

    def payload(self, shape: Shape) -> str | None:
        """Return what is wrong with the pixels, or None."""
        if shape.rle is None:
            return "The mask has no pixels: give them in rle."
        if shape.visibility:
            return "A mask has no visibility; that is for skeletons."
        if shape.rings:
            return "A mask has no rings; those are for polygons."
        try:
            found = box_of(shape.rle)
        except InvalidInput as error:
            return str(error)
        if found is None:
            return t("The mask has no pixels; delete it.")
        if tuple(map(tuple, shape.points)) != corners(found):
            return f"The points of the mask must be the corners of the box around its pixels, {corners(found)}."
        return None

    def repaired(self, shape: Shape, width: float, height: float) -> Shape | None:
        """Return the mask: its pixels are those of the image."""
        return shape

    def covered(self, shape: Shape) -> float:
        """Return the number of pixels."""
        return float(area(shape.rle)) if shape.rle is not None else self.area(shape.points)

    def strokes(self, shape: Shape, edges: Edges = ()) -> list[FloatArray]:
        """Return the rings along the edges of the pixels, those of holes too."""
        return list(_rings(shape.rle)) if shape.rle is not None else super().strokes(shape)

    def filled(self, shape: Shape) -> FloatArray | None:
        """Return all rings as one outline."""
        return rings.bridged(self.strokes(shape)) if self.strokes(shape) else None

    def hit(self, shape: Shape, x: float, y: float, reach: float = 0.0, edges: Edges = ()) -> bool:
        """Return whether the pixel at a place is in the mask, or one not farther than ``reach``."""
        found = decode(shape.rle) if shape.rle is not None else None
        if found is None:
            return super().hit(shape, x, y, reach)
        x0, y0, x1, y1 = (int(np.floor(v)) for v in (x - reach, y - reach, x + reach, y + reach))
        box = x0, y0, x1 + 1, y1 + 1
        return bool((found.within(box) & rings.swept([(x, y)], reach, box)).any())

    def put(self, shape: Shape, points: Points, width: float, height: float) -> Shape:
        """Return the mask shifted by whole pixels to where its box was put."""
        (x, y), (x0, y0) = points[0], shape.points[0]
        return self.fitted(self.moved(shape, x - x0, y - y0), width, height)

    def moved(self, shape: Shape, dx: float, dy: float) -> Shape:
        """Return the mask shifted, to the nearest whole pixels; what leaves the image is lost."""
        found = decode(shape.rle) if shape.rle is not None else None
        if shape.rle is None or found is None:
            return super().moved(shape, dx, dy)
        return mask(Region(found.x + round(dx), found.y + round(dy), found.pixels), shape.rle.size, shape)

    def scaled(self, shape: Shape, fx: float, fy: float) -> Shape:
        """Return the mask on an image that was resized, each pixel from the nearest one."""
        found = decode(shape.rle) if shape.rle is not None else None
        if shape.rle is None or found is None:
            return super().scaled(shape, fx, fy)
        height, width = (max(1, round(v * f)) for v, f in zip(shape.rle.size, (fy, fx), strict=True))
        x0, y0, x1, y1 = found.box
        box = int(np.floor(x0 * fx)), int(np.floor(y0 * fy)), int(np.ceil(x1 * fx)), int(np.ceil(y1 * fy))
        row = np.floor((np.arange(box[1], box[3]) + 0.5) / fy).astype(int) - y0
        column = np.floor((np.arange(box[0], box[2]) + 0.5) / fx).astype(int) - x0
        good = np.ix_((row >= 0) & (row < y1 - y0), (column >= 0) & (column < x1 - x0))
        pixels = np.zeros((box[3] - box[1], box[2] - box[0]), dtype=bool)
        at = np.ix_(np.clip(row, 0, y1 - y0 - 1), np.clip(column, 0, x1 - x0 - 1))
        pixels[good] = found.pixels[at][good]
        return mask(Region(box[0], box[1], pixels), (height, width), shape)

    def fitted(self, shape: Shape, width: float, height: float) -> Shape:
        """Return the mask for an image of that size; what is outside is cut off."""
        if shape.rle is None or tuple(shape.rle.size) == (height, width):
            return shape if shape.rle is not None else super().fitted(shape, width, height)
        return mask(decode(shape.rle), (round(height), round(width)), shape)

    def brushed(
        self, shape: Shape | None, path: Points, radius: float, mode: str, width: int, height: int, **fields: Any
    ) -> Shape | None:
        """Return the mask after a stroke; None if no pixel is left."""
        if not path or not 0 < radius <= LARGEST_BRUSH:
            raise InvalidInput(f"A brush has a radius above 0 and up to {LARGEST_BRUSH:g} pixels.")
        before = decode(shape.rle) if shape is not None and shape.rle is not None else None
        base = shape or Shape(kind=self.name, points=(), **fields)
        if mode == "fill":
            return mask(_closed(before, *path[0]), (height, width), base)
        xs, ys, reach = [p[0] for p in path], [p[1] for p in path], radius + 1
        box = (max(0, int(min(xs) - reach)), max(0, int(min(ys) - reach)),
               min(width, int(max(xs) + reach) + 1), min(height, int(max(ys) + reach) + 1))  # fmt: skip
        if box[2] <= box[0] or box[3] <= box[1]:
            raise InvalidInput(t("The stroke is outside of the image."))
        if before is not None:
            b = before.box
            box = min(box[0], b[0]), min(box[1], b[1]), max(box[2], b[2]), max(box[3], b[3])
        brush = rings.swept(path, radius, box)
        now = before.within(box) if before is not None else np.zeros_like(brush)
        after = Region(box[0], box[1], now & ~brush if mode == "erase" else now | brush).trimmed()
        return None if after is None else mask(after, (height, width), base)


def corners(box: tuple[int, int, int, int]) -> tuple[Point, Point]:
    """Return the top-left and the bottom-right corner of a box."""
    x0, y0, x1, y1 = box
    return (float(x0), float(y0)), (float(x1), float(y1))


def mask(region: Region | None, size: tuple[int, int], shape: Shape | None = None, **fields: Any) -> Shape:
    """Return pixels as a shape.

    Parameters
    ----------
    region
        The pixels; what is outside of the image is left out.
    size
        Height and width of the image.
    shape
        Whose id, label and so on it has; None for a new one with ``fields``.

    Raises
    ------
    InvalidInput
        If no pixel is in the image.
    """
    rle = encode(region, *size)
    found = decode(rle)
    if found is None:
        raise InvalidInput(t("The mask has no pixels in the image."))
    whole = shape or Shape(kind=Mask.name, points=(), **fields)
    return replace(whole, kind=Mask.name, points=corners(found.box), rle=rle, visibility=(), rings=())


def from_outline(shape: Shape, outline: FloatArray, width: int, height: int) -> Shape:
    """Return a closed shape as a mask: the pixels whose middles are in it.

    Raises
    ------
    InvalidInput
        If there are none.
    """
    return mask(rings.filled(outline, width, height), (height, width), shape)


def outlines(shape: Shape, tolerance: float = TOLERANCE) -> list[FloatArray]:
    """Return the rings of a mask, those of holes too, as polygons have them: ``(n, 2)`` image pixels each.

    Parameters
    ----------
    shape
        A mask.
    tolerance
        How far they may be off the edges of the pixels, in pixels; 0 for exact, with many vertices.
    """
    found = _rings(shape.rle) if shape.rle is not None else ()
    eased = [rings.simplified(ring, tolerance) if tolerance else ring for ring in found]
    return [new if len(new) > 2 else old for new, old in zip(eased, found, strict=True)]


def _closed(region: Region | None, x: float, y: float) -> Region:
    """Return pixels with the hole at a place filled; InvalidInput if there is none."""
    holes = [r for r in rings.rings(region) if rings.signed(r) < 0] if region is not None else []
    for ring in sorted(holes, key=lambda r: -rings.signed(r)):
        hole = rings.filled(ring, 1 << 30, 1 << 30)
        at = int(np.floor(x)), int(np.floor(y))
        if region is not None and hole is not None and hole.within((at[0], at[1], at[0] + 1, at[1] + 1)).any():
            return Region(region.x, region.y, region.pixels | hole.within(region.box))
    raise InvalidInput(t("There is no hole of the mask here: click into a hole that the mask surrounds."))


@lru_cache(maxsize=4096)
def _rings(rle: Rle) -> tuple[FloatArray, ...]:
    found = decode(rle)
    return tuple(rings.rings(found)) if found is not None else ()


KIND = Mask()
