"""Large images under the shapes: what is in sight is read from files, and becomes sharper while they are written."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nbannotate import imaging
from nbannotate.canvas.high_bit_depth import Deep
from nbannotate.canvas.view import Box
from nbannotate.errors import ReadFailed
from nbannotate.imaging import Pyramid, Still, Window, limits, raster, tiff

NOTHING = Image.new("L", (1, 1), 128)  # stands where nothing is decoded yet
WIDEST: Window = (65535.0, 32767.5)  # until it is known which values there are


class Known(Still, frozen=True, eq=False):
    """What is known of the values of an image whose pixels are not here."""

    found: dict[str, Window] = msgspec.field(default_factory=dict)

    def automatic(self) -> Window:
        """Return the window from the 0.5th to the 99.5th percentile."""
        return self.found.get("automatic", WIDEST)

    def full(self) -> Window:
        """Return the window from the least to the greatest value."""
        return self.found.get("full", WIDEST)


class LargeDeep(Deep):
    """The values of a large image of more than eight bits, as far as they are known by now."""

    def __init__(self, pyramid: Pyramid) -> None:
        self._pyramid = pyramid
        self.width, self.height = pyramid.width, pyramid.height
        told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in pyramid.still.items()}
        found: dict[str, Window] = {n: told.pop(n) for n in ("automatic", "full") if n in told}
        self.still: Still = Known(np.zeros((1, 1), np.uint16), **told, found=found)
        self.full = self.still.full()

    @property
    def held(self) -> int:
        """Bytes of pixels that are held in memory."""
        return 0

    def piece(self, box: Box, scale: float) -> tuple[NDArray[Any], Box]:
        """Return stored values of a part of the image, and which part it is; zeros while nothing of it is there."""
        found = self._pyramid.piece(box, scale)
        return found if found is not None else (np.zeros((1, 1), np.uint16), box)


def of_file(source: str | Path) -> Pyramid | None:
    """Return a file as a large image, or None if it is none; whatever is wrong with it, reading it as usual says."""
    one = imaging.frame_of(str(source))
    try:
        facts = imaging.measure(one.path, whole=False)
    except ReadFailed:
        return None
    if one.number is not None and one.number > facts.frames:
        return None
    if not limits.is_large(*facts.size(one.number)):
        return None
    return Pyramid(one.path, (one.number or 1) - 1, *facts.size(one.number), facts.bits > 8)


def of_bytes(body: bytes, image: Image.Image | None) -> Pyramid | None:
    """Return the bytes of a file as a large image, or None if it is none.

    Parameters
    ----------
    body
        The file.
    image
        As Pillow opens it; None if it is a TIFF or DICOM file.
    """
    if image is not None:
        if not limits.is_large(*image.size):
            return None
        return Pyramid(body, 0, *raster.turned(image), raster.deep(image))
    if not imaging.is_tiff(body):
        return None
    page = tiff.frames(body)[0]
    if not limits.is_large(page.width, page.length):
        return None
    return Pyramid(body, 0, *page.size, page.gray and page.bits > 8)


def listen(pyramid: Pyramid, owner: object, method: str) -> None:
    """Let a method of something hear of a pyramid, without keeping it alive."""
    there = weakref.ref(owner)

    def heard() -> None:
        one = there()
        if one is not None:
            call: Callable[[], object] = getattr(one, method)
            call()

    pyramid.hears = heard
