"""The image under the shapes: decoded and checked once, and cut into what a view shows.

The EXIF orientation is applied, so width, height and all coordinates are those of the image as people see it. Large
JPEGs are first decoded at a half, a quarter or an eighth of their size (Pillow's ``draft``); full size only when
someone zooms in. Images of more than 32 million pixels are decoded by another process, into files of which parts are
read (:mod:`nbannotate.canvas.large_images`). Images of more than eight bits keep their values;
:mod:`nbannotate.canvas.levels` says which of them are black and white.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from PIL import Image

from nbannotate import imaging
from nbannotate.canvas import large_images
from nbannotate.canvas.high_bit_depth import Deep
from nbannotate.canvas.view import Box, View
from nbannotate.errors import InvalidInput, NbannotateError, ReadFailed
from nbannotate.imaging import raster

PREVIEW = 1024  # the longer side of the preview, in pixels
LOSSLESS = 128 * 1024  # parts of fewer pixels travel as PNG
MOST_VALUES = 1 << 20  # so many values at most are sent to a browser, which shows them while a window is dragged
NEUTRAL = (0.0, 1.0)


class Part(Struct, frozen=True):
    """A piece of the image, encoded.

    Parameters
    ----------
    data, mime
        JPEG or PNG bytes; or uint16, row by row, with the mime type ``"values"``.
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
        The bytes of an image file, a path, a PIL image, a uint8 array: ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)``, a
        uint16 or int16 array: ``(h, w)``, or an :class:`nbannotate.imaging.Still`.

    Raises
    ------
    ReadFailed
        If the file cannot be read or is not an image.
    InvalidInput
        If it is something else, or an array of another shape or type.
    """

    deep: Deep | None = None

    def __init__(self, source: object) -> None:
        self.width = self.height = 0
        self.window: imaging.Window = (255.0, 127.5)  # of an image of more than eight bits
        self.adjust = NEUTRAL  # brightness and contrast of any other
        self._levels: dict[int, Image.Image] = {}
        self._bytes: bytes | None = None
        self._preview: tuple[Any, bytes] | None = None
        self._pyramid: imaging.Pyramid | None = None
        self._asked: tuple[Box, float, float] | None = None  # the part that was made last, and how sharp it is
        self._hears: Callable[[], object] = lambda: None
        if isinstance(source, str | Path):
            self._pyramid = large_images.of_file(source)
            source = file_bytes(source) if self._pyramid is None else None
        if isinstance(source, bytes | bytearray | memoryview):
            self._decode(bytes(source))
        elif isinstance(source, imaging.Still):
            self._take(source)
        elif self._pyramid is None:
            image = source if isinstance(source, Image.Image) else from_array(source)
            if raster.deep(image):
                self._take(raster.still(image))
            else:
                self._levels[0] = raster.decoded(image)
        if self._pyramid is not None:
            self.width, self.height = self._pyramid.width, self._pyramid.height
            large_images.listen(self._pyramid, self, "_heard")
            self._heard()
        elif self.deep is not None:
            self.width, self.height = self.deep.width, self.deep.height
            self.window = self.deep.still.default()
        elif 0 in self._levels:
            self.width, self.height = self._levels[0].size

    def _decode(self, body: bytes) -> None:
        """Take the bytes of a file."""
        image = None
        if body and not imaging.is_dicom(body) and not imaging.is_tiff(body):
            image = raster.opened(body)
        if (pyramid := large_images.of_bytes(body, image)) is not None:
            self._pyramid = pyramid
        elif image is None or image.format != "JPEG" or image.width * image.height < 4_000_000:
            self._take(imaging.read(body))
        else:
            self._bytes = body
            self.width, self.height = raster.turned(image)
            self._level(1)  # finds out now if the file is broken

    def _take(self, still: imaging.Still) -> None:
        if still.deep:
            self.deep = Deep(still)
        else:
            self._levels[0] = Image.fromarray(still.pixels)

    def _level(self, level: int) -> Image.Image:
        """Return the image reduced by ``2 ** level``, each way."""
        if level not in self._levels:
            known = [i for i in self._levels if i < level]
            if known:
                best = max(known)
                self._levels[level] = self._levels[best].reduce(2 ** (level - best))
            else:
                assert self._bytes is not None
                image = raster.opened(self._bytes)
                image.draft(None, (math.ceil(image.width / 2**level), math.ceil(image.height / 2**level)))
                image = raster.decoded(image)
                factor = max(1, round(self.width / image.width))
                self._levels[level] = image.reduce(2**level // factor) if factor < 2**level else image
        return self._levels[level]

    def _piece(self, box: Box, scale: float) -> tuple[Image.Image, Box]:
        """Return a part of an image of eight bits, neither brighter nor darker than it is, and which part it is."""
        if self._pyramid is not None:
            found = self._pyramid.piece(box, scale)
            return (Image.fromarray(found[0]), found[1]) if found is not None else (large_images.NOTHING, box)
        x0, y0, x1, y1 = box
        if scale < 1:
            level = max(0, math.floor(math.log2(1 / scale)))
            while level and min(self.width, self.height) >> level < 1:
                level -= 1
            image = self._level(level)
            fx, fy = image.width / self.width, image.height / self.height
            size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
            inside = (x0 * fx, y0 * fy, min(x1 * fx, image.width), min(y1 * fy, image.height))
            return image.resize(size, Image.Resampling.BILINEAR, box=inside), box
        whole = (math.floor(x0), math.floor(y0), min(self.width, math.ceil(x1)), min(self.height, math.ceil(y1)))
        exact = (float(whole[0]), float(whole[1]), float(whole[2]), float(whole[3]))
        return self._level(0).crop(whole), exact

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
        if self._pyramid is not None:
            self._asked = box, scale, self._pyramid.grade(box, scale)
        if self.deep is not None:
            pixels, exact = self.deep.piece(box, scale)
            image = self.deep.shown(pixels, self.window)
        else:
            image, exact = self._piece(box, scale)
            image = self._adjusted(image)
        return Part(*encoded(image, 88 if scale < 1 else 93), box=exact, size=image.size)

    def values(self, view: View) -> Part | None:
        """Return what a browser needs to show other levels by itself, or None if nothing is in sight.

        All of a small image; of others the visible part, with :data:`MOST_VALUES` values at most.
        """
        whole = (0.0, 0.0, float(self.width), float(self.height))
        box: Box | None = whole if self.width * self.height <= MOST_VALUES else self.visible(view)
        if box is None:
            return None
        area = (box[2] - box[0]) * (box[3] - box[1])
        scale = 1.0 if box == whole and area <= MOST_VALUES else min(view.k * view.dpr, math.sqrt(MOST_VALUES / area))
        if scale >= 1 and (box[2] - box[0] + 2) * (box[3] - box[1] + 2) > MOST_VALUES and box != whole:
            scale = 0.999 * math.sqrt(MOST_VALUES / area)
        if self.deep is not None:
            pixels, exact = self.deep.piece(box, scale)
            data = np.ascontiguousarray(np.rint(pixels), dtype="<u2").tobytes()
            return Part(data, "values", exact, (pixels.shape[1], pixels.shape[0]))
        image, exact = self._piece(box, scale)
        return Part(*encoded(image, 93), box=exact, size=image.size)

    def _adjusted(self, image: Image.Image) -> Image.Image:
        """Return an image of eight bits with the brightness and the contrast that are set."""
        if self.adjust == NEUTRAL:
            return image
        brightness, contrast = self.adjust
        table = [max(0, min(255, round((v - 127.5) * contrast + 127.5 + 255 * brightness))) for v in range(256)]
        return image.point(table * len(image.getbands()))

    def visible(self, view: View) -> Box | None:
        """Return the part of the image that a view has in sight, in image pixels."""
        return view.visible(self.width, self.height)

    def preview(self) -> bytes:
        """Return the whole image as a small JPEG; it fills the stage until the sharp part is there."""
        levels = (self.window, self.adjust, self._pyramid.state if self._pyramid is not None else None)
        if self._preview is None or self._preview[0] != levels:
            scale = min(1.0, PREVIEW / max(self.width, self.height))
            whole = (0.0, 0.0, float(self.width), float(self.height))
            if self.deep is not None:
                image = self.deep.shown(self.deep.piece(whole, scale)[0], self.window)
            elif self._pyramid is not None:
                image = self._adjusted(self._piece(whole, scale)[0])
            else:
                level = max(0, math.floor(math.log2(1 / scale)))
                image = self._level(level).copy()
                image.thumbnail((PREVIEW, PREVIEW))
                image = self._adjusted(image)
            self._preview = levels, encoded(image, 75, lossless=0)[0]
        return self._preview[1]

    # ---- large images

    @property
    def stage(self) -> object:
        """Something that differs when the preview can be better than before."""
        return self._pyramid.state if self._pyramid is not None else None

    @property
    def refining(self) -> bool:
        """Whether the part that was made last will become sharper."""
        its = self._pyramid
        return its is not None and not (its.done or its.failure) and (self._asked is None or self._asked[2] < 1)

    @property
    def failure(self) -> str:
        """Why the image cannot be shown after all, as a sentence, or empty."""
        return self._pyramid.failure if self._pyramid is not None else ""

    @property
    def held(self) -> int:
        """Bytes of decoded pixels that are held in memory."""
        images = sum(im.width * im.height * len(im.getbands()) for im in self._levels.values())
        own = self._pyramid.held if self._pyramid is not None else 0
        return images + own + (self.deep.held if self.deep is not None else 0)

    def sharper(self) -> bool:
        """Return whether the part that was made last could be made sharper now."""
        if self._pyramid is None or self._asked is None:
            return False
        box, scale, grade = self._asked
        return self._pyramid.grade(box, scale) > grade

    def wait(self, timeout: float, whole: bool = False) -> bool:
        """Wait until something can be shown, or the whole image is decoded; return whether it came true in time."""
        if self._pyramid is None:
            return True
        return self._pyramid.wait(timeout, (lambda its: its.done) if whole else imaging.Pyramid.ready)

    def close(self) -> None:
        """Remove what a large image has on disk; it cannot be shown any more."""
        if self._pyramid is not None:
            self._pyramid.close()

    def listen(self, hears: Callable[[], object]) -> None:
        """Call, in some thread, whenever there is more of a large image, or it turns out that it cannot be shown."""
        self._hears = hears
        if self._pyramid is not None:
            hears()

    def _heard(self) -> None:
        """Take over what is known of the pixels by now."""
        assert self._pyramid is not None
        if self._pyramid.deep:
            before = self.deep.still.default() if self.deep is not None else self.window
            self.deep = large_images.LargeDeep(self._pyramid)
            if self.window == before:  # nobody has chosen another one
                self.window = self.deep.still.default()
        else:
            self.deep = None
        self._hears()


def file_bytes(path: str | Path) -> bytes:
    """Return the bytes of a file, or of the frame of it that a path names."""
    try:
        return imaging.extracted(imaging.frame_of(str(path)))
    except NbannotateError:
        raise
    except FileNotFoundError:
        raise imaging.missing(path) from None
    except OSError as error:
        raise ReadFailed(f"The image {str(path)!r} cannot be read: {error.strerror or error}.") from error


def from_array(source: object) -> Image.Image:
    """Return an array as an image, or raise InvalidInput."""
    if not isinstance(source, np.ndarray):
        raise InvalidInput(f"image must be bytes, a path, a PIL image or an array, not {type(source).__name__}.")
    if source.size and source.ndim == 2 and source.dtype in (np.uint16, np.int16):
        return Image.fromarray(np.ascontiguousarray(source, dtype=np.uint16 if source.dtype == np.uint16 else np.int32))
    if source.dtype != np.uint8 or source.ndim not in (2, 3) or (source.ndim == 3 and source.shape[2] not in (1, 3, 4)):
        raise InvalidInput(
            f"image must be (h, w), (h, w, 3) or (h, w, 4) of uint8, or (h, w) of uint16 or int16, not {source.shape} "
            f"of {source.dtype}; scale it to 0…255 and convert it first."
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
