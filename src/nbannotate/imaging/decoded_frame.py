"""What is known of an image file without its pixels, and one decoded frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.imaging.window import Window, automatic, full

LEVELS = 65535


class Facts(Struct, frozen=True):
    """What an image file says of itself.

    Parameters
    ----------
    format
        For example ``"JPEG"`` or ``"DICOM"``.
    width, height
        In pixels, as people see it (EXIF orientation applied).
    frames
        How many images it holds; an animation counts as one.
    bits
        Of a value, for example 12 for many CT images.
    series
        What belongs together: the SeriesInstanceUID of a DICOM file.
    place
        Position along the normal of the slice, in mm, of each frame, or when it is shown, in seconds; empty if it is
        not known.
    order
        Numbers by which frames at the same place are told apart: orientation, acquisition, instance.
    metadata
        Fields of the header that say nothing about the patient.
    sizes
        Width and height of each frame, where they differ.
    """

    format: str
    width: int
    height: int
    frames: int = 1
    bits: int = 8
    series: str | None = None
    place: tuple[float, ...] = ()
    order: tuple[float, ...] = ()
    metadata: dict[str, Any] = {}
    sizes: tuple[tuple[int, int], ...] = ()

    def size(self, frame: int | None = None) -> tuple[int, int]:
        """Return width and height of a frame, counted from 1."""
        return self.sizes[(frame or 1) - 1] if self.sizes else (self.width, self.height)


class Still(Struct, frozen=True, eq=False):
    """One decoded frame.

    Parameters
    ----------
    pixels
        ``(h, w, 3)`` or ``(h, w)`` of uint8, or ``(h, w)`` of uint16 if it has more than 8 bits or is DICOM in gray.
    slope, offset
        A value is ``pixels * slope + offset``: Hounsfield units for CT.
    window
        Width and level from the header, in values, or None.
    inverted
        Whether the least value is shown white (MONOCHROME1).
    exact
        Whether a window reaches exactly from ``level - width / 2`` to ``level + width / 2``. The linear function of
        DICOM (PS3.3 C.11.2.1.2) reaches from ``level - width / 2`` to ``level + width / 2 - 1``.
    unit
        Of the values: ``"HU"`` for CT, otherwise empty.
    modality
        For example ``"CT"``; empty if it is not DICOM.
    series
        The SeriesInstanceUID, or None.
    spacing
        Height and width of a pixel in mm, or None.
    padding
        The stored value of pixels outside of what was measured, or None.
    """

    pixels: NDArray[Any]
    slope: float = 1.0
    offset: float = 0.0
    window: Window | None = None
    inverted: bool = False
    exact: bool = True
    unit: str = ""
    modality: str = ""
    series: str | None = None
    spacing: tuple[float, float] | None = None
    padding: int | None = None

    @property
    def deep(self) -> bool:
        """Whether it needs a window: its values are more than a screen shows."""
        return self.pixels.dtype == np.uint16

    @property
    def values(self) -> NDArray[np.float32]:
        """The values, after slope and offset."""
        return (self.pixels * np.float64(self.slope) + self.offset).astype(np.float32)

    def default(self) -> Window:
        """Return the window to begin with: the header's, or else one that leaves out the extremes."""
        return self.window if self.window is not None else self.automatic()

    def automatic(self) -> Window:
        """Return the window from the 0.5th to the 99.5th percentile."""
        return automatic(self.pixels, self.slope, self.offset, self.padding)

    def full(self) -> Window:
        """Return the window from the least to the greatest value."""
        return full(self.pixels, self.slope, self.offset, self.padding)


def stored(values: NDArray[Any]) -> tuple[NDArray[np.uint16], float, float]:
    """Return values of any type as ``(uint16, slope, offset)``.

    Whole numbers within a range of 65,536 keep every digit; others are rounded to 65,536 steps between the least and
    the greatest. What is not finite becomes the least value.
    """
    if values.dtype == np.uint16:
        return np.ascontiguousarray(values), 1.0, 0.0
    if values.dtype.kind in "iub":
        low = int(values.min())
        if int(values.max()) - low <= LEVELS:
            return (values.astype(np.int64) - low).astype(np.uint16), 1.0, float(low)
    numbers = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(numbers)
    if not finite.any():
        return np.zeros(numbers.shape, np.uint16), 1.0, 0.0
    least, most = float(numbers[finite].min()), float(numbers[finite].max())
    slope = (most - least) / LEVELS or 1.0
    steps = np.rint((np.where(finite, numbers, least) - least) / slope)
    return np.clip(steps, 0, LEVELS).astype(np.uint16), slope, least
