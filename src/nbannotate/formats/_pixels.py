"""PNG files whose pixels are numbers: of labels, of objects, or colors that stand for them.

The color of number n in Pascal VOC has the bits of n in its highest bits, red, green and blue in turn, three at a time
from the lowest (the function ``VOClabelcolormap`` of the devkit).
"""

from __future__ import annotations

import io
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.imaging import limits
from nbannotate.model import Shape
from nbannotate.shapes import rings
from nbannotate.shapes.mask import mask
from nbannotate.shapes.registry import kind
from nbannotate.shapes.rle import Region, decode

Numbers = NDArray[Any]  # whole numbers of any size
Rgb = tuple[int, int, int]
#: What belongs to nothing, and what nobody decides about: the border around objects.
NOTHING, VOID = 0, 255


class Pixels(Struct, frozen=True, eq=False):
    """The numbers of an image, ``(height, width)``; of one in color ``red + 256 * green + 65536 * blue``.

    ``palette`` has the colors of the numbers, where the file has a palette; ``colored`` says that numbers are colors.
    """

    numbers: Numbers
    palette: tuple[Rgb, ...] = ()
    colored: bool = False


def read(source: Source, member: str) -> Pixels:
    """Return the numbers of a PNG, or of another image that loses nothing.

    Raises
    ------
    ReadFailed
        It is no image, is too large, or has decimal numbers.
    """
    from PIL import Image

    width, height = source.size_of_image(member)
    limits.check(width, height)
    try:
        with source.open(member) as file, Image.open(file) as image:
            mode = image.mode
            plain: Image.Image = image.convert(mode[:-1]) if mode in ("RGBA", "LA", "PA") else image
            found = np.asarray(plain)
            flat = plain.getpalette() or [] if plain.mode == "P" else []
    except (ReadFailed, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  Pillow raises anything for what is damaged
        raise ReadFailed(f"{source.said(member)} cannot be read as an image: {error}.") from None
    if found.ndim == 3 and found.shape[2] == 3:
        red, green, blue = np.moveaxis(found.astype(np.int32), 2, 0)
        return Pixels(red + 256 * green + 65536 * blue, colored=True)
    if found.ndim != 2 or found.dtype.kind not in "uib":
        raise ReadFailed(f"{source.said(member)} has pixels that are no whole numbers or colors ({mode}).")
    palette = tuple(zip(flat[0::3], flat[1::3], flat[2::3], strict=False))
    return Pixels(found.astype(np.uint8) if found.dtype == bool else found, palette)


def written(numbers: Numbers, palette: Sequence[Rgb] = ()) -> bytes:
    """Return a PNG: with a palette if there is one, else of 8 or 16 bits, or, for larger numbers, in color."""
    from PIL import Image

    most = int(numbers.max(initial=0))
    if most > 65535:
        parts = [numbers & 255, numbers >> 8 & 255, numbers >> 16]
        image = Image.fromarray(np.stack(parts, axis=2).astype(np.uint8))
    else:
        image = Image.fromarray(numbers.astype(np.uint8 if most < 256 else np.uint16))
    if palette and most < 256:
        image.putpalette([v for color in palette for v in color])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@cache
def colormap() -> tuple[Rgb, ...]:
    """Return the 256 colors of Pascal VOC."""
    found = []
    for number in range(256):
        color = [0, 0, 0]
        for place in range(8):
            for channel in range(3):
                color[channel] |= (number >> (3 * place + channel) & 1) << (7 - place)
        found.append((color[0], color[1], color[2]))
    return tuple(found)


def number_of(color: Rgb) -> int:
    """Return the number that a color is in an image in color."""
    return color[0] + 256 * color[1] + 65536 * color[2]


def shape_of(chosen: NDArray[np.bool_], label: str) -> Shape | None:
    """Return pixels of a whole image, ``(height, width)``, as a mask; None if there are none."""
    region = Region(0, 0, chosen).trimmed()
    return None if region is None else mask(region, (chosen.shape[0], chosen.shape[1]), label=label)


def region_of(shape: Shape, width: int, height: int) -> Region | None:
    """Return the pixels of a shape: those of a mask, and for others those whose middles are in their outline."""
    if shape.rle is not None:
        return decode(shape.rle) if tuple(shape.rle.size) == (height, width) else None
    outline = kind(shape.kind).filled(shape)
    return None if outline is None else rings.filled(outline, width, height)


def put(numbers: Numbers, region: Region, number: int) -> None:
    """Write a number to the pixels of a region."""
    x0, y0, x1, y1 = region.box
    numbers[y0:y1, x0:x1][region.pixels] = number


def looked_up(pixels: Pixels, colors: Mapping[Rgb, int], kept: Container[int] = ()) -> Numbers:
    """Return numbers for colors: of an image in color, or of one whose palette has other numbers for them.

    A color that is not known keeps its number in a palette, and so do the numbers ``kept``; in an image in color it
    becomes -1.
    """
    if not colors:
        return pixels.numbers
    if pixels.colored:
        known = {number_of(color): number for color, number in colors.items()}
        found, where = np.unique(pixels.numbers, return_inverse=True)
        return np.array([known.get(int(v), -1) for v in found], dtype=np.int32)[where].reshape(pixels.numbers.shape)
    if not pixels.palette:
        return pixels.numbers
    table = np.arange(max(256, int(pixels.numbers.max(initial=0)) + 1), dtype=np.int32)
    for number, color in enumerate(pixels.palette):
        table[number] = number if number in kept else colors.get(color, number)
    return table[pixels.numbers]


def losses(its: Sequence[Shape], width: int, height: int, most: int) -> Iterator[tuple[str, str]]:
    """Return what is lost where every pixel has one number: what others cover, and objects beyond the largest number.

    Parameters
    ----------
    its
        The shapes, the one on top last.
    width, height
        Of the image, in pixels.
    most
        How many shapes there may be.
    """
    covered: NDArray[np.bool_] | None = None
    for number, shape in enumerate(reversed(its), 1):
        if number > most:
            yield "shapes", f"there are more than {most} of them in an image"
            continue
        region = region_of(shape, width, height)
        if region is None or not width * height:
            yield "shapes", "they have no pixels in the image"
            continue
        x0, y0, x1, y1 = region.box
        if covered is None:
            covered = np.zeros((height, width), dtype=bool)
        part = covered[y0:y1, x0:x1]
        if bool((part & region.pixels).any()):
            yield "shapes", "others cover a part of them; a pixel has one number"
        part |= region.pixels
