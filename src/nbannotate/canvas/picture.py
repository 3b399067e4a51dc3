"""The image under the shapes: decoded and checked once, and cut into what a view shows.

The EXIF orientation is applied, so width, height and all coordinates are those of the image as people see it. Large
JPEGs are first decoded at a half, a quarter or an eighth of their size (Pillow's ``draft``); full size only when
someone zooms in.
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from PIL import Image, ImageOps, UnidentifiedImageError

from nbannotate.canvas.view import Box, View
from nbannotate.errors import InvalidInput, ReadFailed

PREVIEW = 1024  # the longer side of the preview, in pixels
ORIENTATION = 0x0112
LOSSLESS = 128 * 1024  # parts of fewer pixels travel as PNG


class Part(Struct, frozen=True):
    """A piece of the image, encoded.

    Parameters
    ----------
    data, mime
        JPEG or PNG bytes.
    box
        Which part of the image it is, ``(x0, y0, x1, y1)`` in image pixels.
    size
        Width and height of the encoded piece.
    """

    data: bytes
    mime: str
    box: Box
    size: tuple[int, int]


class Picture:
    """An image that is ready to be shown.

    Parameters
    ----------
    source
        The bytes of an image file, a path, a PIL image, or a uint8 array: ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)``.

    Raises
    ------
    ReadFailed
        If the file cannot be read or is not an image.
    InvalidInput
        If it is something else, or an array of another shape or type.
    """

    def __init__(self, source: object) -> None:
        self._levels: dict[int, Image.Image] = {}
        self._bytes: bytes | None = None
        self._preview: bytes | None = None
        if isinstance(source, str | Path):
            try:
                source = Path(source).read_bytes()
            except OSError as error:
                raise ReadFailed(f"The image {str(source)!r} cannot be read: {error.strerror or error}.") from error
        if isinstance(source, bytes | bytearray | memoryview):
            self._bytes = bytes(source)
            image = self._open()
            self.width, self.height = turned(image)
            if image.format != "JPEG" or image.width * image.height < 4_000_000:
                self._levels[0] = decoded(image)
            else:
                self._level(1)  # finds out now if the file is broken
        else:
            image = source if isinstance(source, Image.Image) else from_array(source)
            self._levels[0] = decoded(image)
            self.width, self.height = self._levels[0].size

    def _open(self) -> Image.Image:
        assert self._bytes is not None
        try:
            return Image.open(io.BytesIO(self._bytes))
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
            raise ReadFailed(f"The image cannot be read: {plain(error)}.") from error

    def _level(self, level: int) -> Image.Image:
        """Return the image reduced by ``2 ** level``, each way."""
        if level not in self._levels:
            known = [i for i in self._levels if i < level]
            if known:
                best = max(known)
                self._levels[level] = self._levels[best].reduce(2 ** (level - best))
            else:
                image = self._open()
                image.draft(None, (math.ceil(image.width / 2**level), math.ceil(image.height / 2**level)))
                image = decoded(image)
                factor = max(1, round(self.width / image.width))
                self._levels[level] = image.reduce(2**level // factor) if factor < 2**level else image
        return self._levels[level]

    def part(self, box: Box, scale: float) -> Part:
        """Return a part of the image for a screen.

        Parameters
        ----------
        box
            ``(x0, y0, x1, y1)`` in image pixels, inside the image.
        scale
            Device pixels per image pixel. Below 1 the part comes at exactly that size; from 1 on it comes pixel by
            pixel, widened to whole pixels, and the canvas enlarges it.
        """
        x0, y0, x1, y1 = box
        if scale < 1:
            level = max(0, math.floor(math.log2(1 / scale)))
            while level and min(self.width, self.height) >> level < 1:
                level -= 1
            image = self._level(level)
            fx, fy = image.width / self.width, image.height / self.height
            size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
            inside = (x0 * fx, y0 * fy, min(x1 * fx, image.width), min(y1 * fy, image.height))
            piece = image.resize(size, Image.Resampling.BILINEAR, box=inside)
            return Part(*encoded(piece, 88), box=box, size=size)
        whole = (math.floor(x0), math.floor(y0), min(self.width, math.ceil(x1)), min(self.height, math.ceil(y1)))
        piece = self._level(0).crop(whole)
        exact = (float(whole[0]), float(whole[1]), float(whole[2]), float(whole[3]))
        return Part(*encoded(piece, 93), box=exact, size=piece.size)

    def visible(self, view: View) -> Box | None:
        """Return the part of the image that a view has in sight, in image pixels."""
        return view.visible(self.width, self.height)

    def preview(self) -> bytes:
        """Return the whole image as a small JPEG; it fills the stage until the sharp part is there."""
        if self._preview is None:
            level = max(0, math.floor(math.log2(max(1.0, max(self.width, self.height) / PREVIEW))))
            image = self._level(level).copy()
            image.thumbnail((PREVIEW, PREVIEW))
            self._preview = encoded(image, 75, lossless=0)[0]
        return self._preview


def plain(error: BaseException) -> str:
    """Return the reason of an error of Pillow, without the buffers that its messages show."""
    if isinstance(error, UnidentifiedImageError):
        return "it is not an image of a known format"
    if isinstance(error, Image.DecompressionBombError):
        return "it has too many pixels"
    return str(error) or type(error).__name__


def turned(image: Image.Image) -> tuple[int, int]:
    """Return width and height after the EXIF orientation is applied."""
    if image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8):
        return image.height, image.width
    return image.width, image.height


def decoded(image: Image.Image) -> Image.Image:
    """Return the image upright and as RGB or L, in memory.

    16-bit and float images are stretched from their least to their greatest value; what is transparent becomes white.

    Raises
    ------
    ReadFailed
        If the file is cut off or damaged.
    """
    try:
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode in ("RGB", "L"):
            return image
        if image.mode == "1":
            return image.convert("L")
        if image.mode in ("I", "F") or image.mode.startswith("I;"):
            return stretched(np.asarray(image))
        if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
            image = image.convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            return Image.alpha_composite(white, image).convert("RGB")
        return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ReadFailed(f"The image cannot be decoded: {plain(error)}.") from error


def stretched(values: np.ndarray[Any, Any]) -> Image.Image:
    """Return a gray image from values of any range, ``(h, w)``; what is not finite becomes black."""
    numbers = np.asarray(values, dtype=np.float32)
    finite = np.isfinite(numbers)
    if not finite.any():
        return Image.new("L", (numbers.shape[1], numbers.shape[0]))
    low, high = float(numbers[finite].min()), float(numbers[finite].max())
    gray = np.where(finite, (numbers - low) * (255 / ((high - low) or 1)), 0)
    return Image.fromarray(np.clip(gray, 0, 255).astype(np.uint8))


def from_array(source: object) -> Image.Image:
    """Return an array as an image, or raise InvalidInput."""
    if not isinstance(source, np.ndarray):
        raise InvalidInput(f"image must be bytes, a path, a PIL image or an array, not {type(source).__name__}.")
    if source.dtype != np.uint8 or source.ndim not in (2, 3) or (source.ndim == 3 and source.shape[2] not in (1, 3, 4)):
        raise InvalidInput(
            f"image must be (h, w), (h, w, 3) or (h, w, 4) of uint8, not {source.shape} of {source.dtype}; "
            "scale it to 0…255 and convert it first."
        )
    if not source.size:
        raise InvalidInput(f"image has no pixels: its shape is {source.shape}.")
    return Image.fromarray(np.ascontiguousarray(source[..., 0] if source.shape[2:] == (1,) else source))


def encoded(image: Image.Image, quality: int, lossless: int = LOSSLESS) -> tuple[bytes, str]:
    """Return an image as ``(bytes, mime)``: small ones as PNG without loss, others as JPEG."""
    out = io.BytesIO()
    if image.width * image.height < lossless:
        image.save(out, "PNG", compress_level=1)
        return out.getvalue(), "image/png"
    image.save(out, "JPEG", quality=quality, subsampling=0 if quality > 90 else 1)
    return out.getvalue(), "image/jpeg"
