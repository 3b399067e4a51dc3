"""Pixels of more than eight bits under the shapes: reduced, cut, and turned into gray by a window."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nbannotate.canvas.view import Box
from nbannotate.imaging import Still, Window, gray


class Deep:
    """The values of one image, with reduced copies that are made when they are needed.

    Parameters
    ----------
    still
        A decoded frame; its pixels are uint16.
    """

    def __init__(self, still: Still) -> None:
        self.still = still
        self.height, self.width = still.pixels.shape
        self.full = still.full()  # the window from the least to the greatest value
        self._reduced: dict[int, NDArray[np.uint16]] = {0: still.pixels}

    @property
    def held(self) -> int:
        """Bytes of pixels that are held in memory."""
        return sum(pixels.nbytes for pixels in self._reduced.values())

    def _level(self, level: int) -> NDArray[np.uint16]:
        """Return the pixels reduced by ``2 ** level``, each way, by means of four."""
        if level not in self._reduced:
            fine = self._level(level - 1)
            h, w = fine.shape
            fine = np.pad(fine, ((0, h % 2), (0, w % 2)), mode="edge")
            total = fine[::2, ::2].astype(np.uint32) + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2]
            self._reduced[level] = ((total + 2) >> 2).astype(np.uint16)
        return self._reduced[level]

    def piece(self, box: Box, scale: float) -> tuple[NDArray[Any], Box]:
        """Return stored values of a part of the image, and which part it is.

        Parameters
        ----------
        box
            ``(x0, y0, x1, y1)`` in image pixels, inside the image.
        scale
            Pixels of the result per image pixel. From 1 on they come as they are, widened to whole pixels.
        """
        x0, y0, x1, y1 = box
        if scale >= 1:
            left, top = math.floor(x0), math.floor(y0)
            right, bottom = min(self.width, math.ceil(x1)), min(self.height, math.ceil(y1))
            exact = (float(left), float(top), float(right), float(bottom))
            return self.still.pixels[top:bottom, left:right], exact
        level = max(0, math.floor(math.log2(1 / scale)))
        while level and min(self.width, self.height) >> level < 1:
            level -= 1
        pixels = self._level(level)
        h, w = pixels.shape
        f = 1 / 2**level
        inside = (x0 * f, y0 * f, min(x1 * f, w), min(y1 * f, h))
        left, top = math.floor(inside[0]), math.floor(inside[1])
        cut = pixels[top : math.ceil(inside[3]), left : math.ceil(inside[2])]
        size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
        area = (inside[0] - left, inside[1] - top, inside[2] - left, inside[3] - top)
        image = Image.fromarray(cut.astype(np.float32)).resize(size, Image.Resampling.BILINEAR, box=area)
        return np.asarray(image), box

    def shown(self, pixels: NDArray[Any], window: Window) -> Image.Image:
        """Return stored values as the gray of a screen."""
        its = self.still
        return Image.fromarray(gray(pixels, its.slope, its.offset, window, inverted=its.inverted, exact=its.exact))
