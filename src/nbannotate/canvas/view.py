"""Where the image stands on the stage, as the browser reports it: checked, and turned into what has to be painted."""

from __future__ import annotations

import math

from msgspec import Struct
from msgspec.structs import replace

MARGIN = 16  # CSS pixels around a fitted image; the same as in frontend/canvas/view
MOST = 64.0  # the largest zoom
LARGEST_STAGE = 8192  # device pixels, each way
Box = tuple[float, float, float, float]


class View(Struct, frozen=True):
    """A view of an image: ``screen = image * k + (x, y)``, in CSS pixels from the stage's top-left corner.

    Parameters
    ----------
    k
        CSS pixels per image pixel.
    x, y
        Where the image's top-left corner is on the stage.
    w, h
        Of the stage, in CSS pixels.
    dpr
        Device pixels per CSS pixel.
    fit
        Whether the whole image is fitted into the stage, and stays so when the stage changes its size.
    """

    k: float
    x: float
    y: float
    w: float
    h: float
    dpr: float = 1.0
    fit: bool = True

    def sane(self) -> bool:
        """Return whether a browser may ask for this: finite, and of a size that can be painted."""
        numbers = (self.k, self.x, self.y, self.w, self.h, self.dpr)
        return (
            all(math.isfinite(v) for v in numbers)
            and 1e-4 <= self.k <= MOST * 1.01
            and 0.25 <= self.dpr <= 8
            and max(abs(self.x), abs(self.y)) < 1e7
            and 1 <= self.w * self.dpr <= LARGEST_STAGE
            and 1 <= self.h * self.dpr <= LARGEST_STAGE
        )

    @property
    def pixels(self) -> tuple[int, int]:
        """The size of the stage in device pixels."""
        return max(1, round(self.w * self.dpr)), max(1, round(self.h * self.dpr))

    def fitted(self, width: float, height: float) -> View:
        """Return the view of the same stage that shows a whole image of that size."""
        k = min(max(1.0, self.w - 2 * MARGIN) / width, max(1.0, self.h - 2 * MARGIN) / height, MOST)
        return replace(self, k=k, x=(self.w - width * k) / 2, y=(self.h - height * k) / 2, fit=True)

    def on_stage(self, other: View, width: float, height: float) -> View:
        """Return this view on another's stage: fitted if it is fitted, else with the same zoom and middle."""
        moved = replace(
            other, k=self.k, x=self.x + (other.w - self.w) / 2, y=self.y + (other.h - self.h) / 2, fit=False
        )
        return moved.fitted(width, height) if self.fit else moved

    def visible(self, width: float, height: float) -> Box | None:
        """Return the part of an image of that size that is in sight, in image pixels; None if none is."""
        x0, y0 = max(0.0, -self.x / self.k), max(0.0, -self.y / self.k)
        x1, y1 = min(float(width), (self.w - self.x) / self.k), min(float(height), (self.h - self.y) / self.k)
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
