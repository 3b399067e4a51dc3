"""How large an image may be, and from which size on it is read in parts."""

from __future__ import annotations

import os

from nbannotate.errors import InvalidInput, ReadFailed

#: An image file of more pixels is not decoded in the process that shows it; what is looked at is read in parts.
LARGE = 32_000_000
#: An image file of more pixels is refused, unless it can be read in parts as it is (a tiled TIFF).
MOST = 500_000_000
#: And one with more pixels along a side.
LONGEST = 300_000
SETTING = "NBANNOTATE_MOST_PIXELS"


def most() -> int:
    """Return how many pixels an image may have: ``NBANNOTATE_MOST_PIXELS``, or 500 million.

    Raises
    ------
    InvalidInput
        The setting is not a number.
    """
    said = os.environ.get(SETTING, "")
    if not said:
        return MOST
    try:
        return max(1, int(float(said)))
    except (ValueError, OverflowError):
        raise InvalidInput(f"{SETTING} must be a number of pixels, for example 500000000, not {said!r}.") from None


def is_large(width: int, height: int) -> bool:
    """Return whether an image is shown in parts."""
    return width * height > LARGE


def check(width: int, height: int) -> None:
    """Raise ReadFailed if an image has more pixels than are decoded."""
    if max(width, height) > LONGEST:
        raise ReadFailed(
            f"The image cannot be read: it has {width:,} x {height:,} pixels, and a side may have {LONGEST:,}."
        )
    if width * height > most():
        raise ReadFailed(
            f"The image cannot be read: it has {width:,} x {height:,} pixels, more than the "
            f"{most() / 1e6:,.0f} million that are decoded, so that a forged file fills neither memory nor disk. "
            f"If it is a good one, raise {SETTING}, or store it as a tiled TIFF, which has no such limit."
        )
