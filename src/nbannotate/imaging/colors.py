"""Colors of more than eight bits, as a screen shows them: in eight."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nbannotate.imaging.decoded_frame import stored

DEPTHS = (8, 10, 12, 14, 16)  # bits that cameras and microscopes store in sixteen
#: The order of bytes by which Pillow finds the low byte of a value where the other one finds the high byte.
SWAPPED = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}


def eight(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return numbers of any kind as eight bits: whole ones by their depth, fractions of 1, or from least to most."""
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    if values.dtype == np.uint16:
        bits = int(values.max(initial=0)).bit_length()
        return (values >> (next(d for d in DEPTHS if d >= bits) - 8)).astype(np.uint8)
    if values.dtype.kind == "f" and values.size:
        low, high = float(values.min()), float(values.max())
        if low >= 0 and high <= 1:
            return np.rint(values.astype(np.float32) * 255).astype(np.uint8)
    pixels, _, _ = stored(values)
    return (pixels >> 8).astype(np.uint8)


def on_white(colors: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return colors with what is transparent in white."""
    image = Image.fromarray(np.dstack([colors, alpha]), "RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))


def raw(image: Image.Image) -> str:
    """Return how Pillow calls the bytes of an image that is not decoded yet, or an empty text."""
    for tile in getattr(image, "tile", ()):
        args = tile[3]
        found = args if isinstance(args, str) else args[0] if isinstance(args, tuple) and args else ""
        return found if isinstance(found, str) else ""
    return ""


def is_sixteen(image: Image.Image) -> bool:
    """Return whether an image that is not decoded yet has colors of sixteen bits, of which Pillow keeps eight."""
    return raw(image) in {f"{mode};16{order}" for mode in ("RGB", "RGBA", "RGBX") for order in SWAPPED}


def swap(image: Image.Image) -> None:
    """Let Pillow take the other byte of each value when it decodes an image."""
    tiles: list[Any] = []
    for tile in image.tile:  # type: ignore[attr-defined]
        args = tile[3]
        name = args if isinstance(args, str) else args[0]
        other = name[:-1] + SWAPPED[name[-1]]
        tiles.append(tile._replace(args=other if isinstance(args, str) else (other, *args[1:])))
    image.tile = tiles  # type: ignore[attr-defined]


def sixteen(opened: Callable[[], Image.Image]) -> NDArray[np.uint8]:
    """Return colors of sixteen bits as eight, by the bits that are used: Pillow decodes each byte by itself.

    Parameters
    ----------
    opened
        Opens the image again, its pixels not yet read.
    """
    with opened() as image:
        high = np.asarray(_loaded(image))
        clear = image.mode == "RGBA"
    values = high.astype(np.uint16) << 8
    if int(high.max(initial=0)) < 64:  # fewer than fifteen bits are used: the low bytes count, too
        with opened() as image:
            swap(image)
            values |= np.asarray(_loaded(image))
    colors = eight(values[..., :3])
    return on_white(colors, eight(values[..., 3])) if clear else colors


def _loaded(image: Image.Image) -> Image.Image:
    image.load()
    return image
