"""Windows: which values are shown between black and white.

A window is ``(width, level)`` in values (after slope and offset): what is below ``level - width / 2`` is black, what is
above ``level + width / 2`` is white.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Window = tuple[float, float]

#: Windows for CT, in Hounsfield units, by name.
PRESETS: dict[str, Window] = {
    "Brain": (80.0, 40.0),
    "Lung": (1500.0, -600.0),
    "Bone": (2000.0, 400.0),
    "Abdomen": (400.0, 50.0),
    "Mediastinum": (350.0, 40.0),
    "Liver": (150.0, 60.0),
}
TAIL = 0.005  # of the pixels, at each end, that the automatic window leaves out


def limits(window: Window, exact: bool = True) -> tuple[float, float]:
    """Return the values that are shown black and white."""
    width, level = window
    if exact:
        return level - width / 2, level + width / 2
    half = max(width - 1, 1e-6) / 2
    return level - 0.5 - half, level - 0.5 + half


def gray(
    pixels: NDArray[Any], slope: float, offset: float, window: Window, *, inverted: bool = False, exact: bool = True
) -> NDArray[np.uint8]:
    """Return stored values as the gray of a screen.

    Parameters
    ----------
    pixels
        Stored values of any number type.
    slope, offset
        A value is ``pixels * slope + offset``.
    window
        Width and level, in values.
    inverted
        Whether the least value is white.
    exact
        As in :class:`~nbannotate.imaging.Still`.
    """
    low, high = limits(window, exact)
    steep = 255 / max(high - low, 1e-12)
    shown = pixels * np.float32(slope * steep)
    shown += np.float32((offset - low) * steep)
    np.clip(shown, 0, 255, out=shown)
    np.rint(shown, out=shown)
    result = shown.astype(np.uint8)
    return 255 - result if inverted else result


def _histogram(pixels: NDArray[np.uint16], padding: int | None) -> NDArray[np.int64]:
    counts = np.bincount(pixels.ravel(), minlength=65536)
    if padding is not None and 0 <= padding < len(counts) and counts[padding] < pixels.size:
        counts[padding] = 0
    return counts


def _between(low: int, high: int, slope: float, offset: float) -> Window:
    ends = sorted((low * slope + offset, high * slope + offset))
    width = ends[1] - ends[0]
    return (width, (ends[0] + ends[1]) / 2) if width > 0 else (max(abs(slope), 1e-9), ends[0])


def automatic_of(counts: NDArray[np.int64], slope: float, offset: float) -> Window:
    """Return the window from the 0.5th to the 99.5th percentile, from how often each stored value occurs."""
    reached = np.cumsum(counts)
    low = int(np.searchsorted(reached, reached[-1] * TAIL, side="right"))
    high = int(np.searchsorted(reached, reached[-1] * (1 - TAIL), side="left"))
    return _between(low, high, slope, offset) if high > low else full_of(counts, slope, offset)


def full_of(counts: NDArray[np.int64], slope: float, offset: float) -> Window:
    """Return the window from the least to the greatest value, from how often each stored value occurs."""
    there = np.flatnonzero(counts)
    return _between(int(there[0]), int(there[-1]), slope, offset)


def automatic(pixels: NDArray[np.uint16], slope: float, offset: float, padding: int | None = None) -> Window:
    """Return the window from the 0.5th to the 99.5th percentile."""
    return automatic_of(_histogram(pixels, padding), slope, offset)


def full(pixels: NDArray[np.uint16], slope: float, offset: float, padding: int | None = None) -> Window:
    """Return the window from the least to the greatest value."""
    return full_of(_histogram(pixels, padding), slope, offset)
