"""Masks as small pictures: a PNG of the part of an image in which a mask has pixels, as text in JSON.

What is opaque is in the mask; of a picture without transparency, what is not black.
"""

from __future__ import annotations

import base64
import binascii
import io
import zlib

import numpy as np

from nbannotate.errors import InvalidInput
from nbannotate.model import Rle
from nbannotate.shapes.rle import Pixels, Region, decode

#: A picture of more pixels is refused, whatever its bytes.
MOST_PIXELS = 1 << 28
#: Where the first pixel may be at most, outside of every image.
FARTHEST = 1 << 30
PNG = b"\x89PNG\r\n\x1a\n"


def from_text(text: object, packed: bool = False) -> Pixels:
    """Return the pixels of a picture that is text: base64 of a PNG.

    Parameters
    ----------
    text
        As the file has it.
    packed
        Whether it may be compressed by zlib besides, as Supervisely does.

    Returns
    -------
    numpy.ndarray
        ``(height, width)`` bool.

    Raises
    ------
    InvalidInput
        It is none; the message is the end of a sentence about such texts.
    """
    if not isinstance(text, str):
        raise InvalidInput("they are no text")
    try:
        data = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        raise InvalidInput("they are not base64") from None
    if packed and not data.startswith(PNG):
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(data, MOST_PIXELS)
        except zlib.error:
            raise InvalidInput("they are not packed by zlib") from None
    return _pixels(data)


def to_text(pixels: Pixels, packed: bool = False) -> str:
    """Return pixels as base64 of a PNG, white on black; ``packed`` by zlib besides, and white on nothing."""
    from PIL import Image

    out = io.BytesIO()
    if not packed:
        Image.fromarray(pixels).save(out, "PNG")
        return base64.b64encode(out.getvalue()).decode("ascii")
    image = Image.fromarray(pixels.astype(np.uint8))
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.save(out, "PNG", transparency=0)
    return base64.b64encode(zlib.compress(out.getvalue())).decode("ascii")


def placed(pixels: Pixels, x: int, y: int) -> Region:
    """Return pixels as those of an image, of which the first is at ``(x, y)``; InvalidInput if there are none."""
    if max(abs(x), abs(y)) > FARTHEST:
        raise InvalidInput("they are far outside of the image")
    found = Region(x, y, pixels).trimmed()
    if found is None:
        raise InvalidInput("they have no pixel")
    return found


def part(rle: Rle | None) -> Region:
    """Return the pixels of a mask in the smallest box around them; InvalidInput if there are none."""
    found = decode(rle) if rle is not None else None
    if found is None:
        raise InvalidInput("it has no pixel")
    return found


def _pixels(data: bytes) -> Pixels:
    from PIL import Image

    if not data.startswith(PNG):
        raise InvalidInput("they are no PNG")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise InvalidInput(f"they have {image.width} x {image.height} pixels, which no mask has")
            bands, array = image.getbands(), np.asarray(image)
    except InvalidInput:
        raise
    except Exception as error:
        raise InvalidInput("they are a damaged PNG") from error
    if array.ndim == 2:
        return np.asarray(array != 0)
    if bands[-1] == "A":
        return np.asarray(array[..., -1] != 0)
    return np.asarray((array != 0).any(axis=-1))
