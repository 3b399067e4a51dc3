"""Brightness and contrast, window width and level: what of an image is shown black and what white.

Images of eight bits have a brightness and a contrast, images of more have a window. While someone drags, the overlay
shows other levels by itself (``frontend/canvas``); when the gesture ends it tells Python, which paints them sharp.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.canvas.picture import NEUTRAL, Picture
from nbannotate.errors import InvalidInput
from nbannotate.imaging import Window

TAIL = 0.5  # percent of the pixels, at each end, that automatic contrast leaves out


class Levels(Struct, frozen=True):
    """What is shown black and white.

    Parameters
    ----------
    window
        Width and level of images of more than eight bits; None before there was one.
    adjust
        Brightness (-1 to 1, added) and contrast (a factor) of images of eight bits.
    series
        The DICOM series for which the window was found.
    kin
        Which images may take over a window that someone has chosen: those with the same kind of values.
    chosen
        Whether someone has chosen the window.
    """

    window: Window | None = None
    adjust: tuple[float, float] = NEUTRAL
    series: str | None = None
    kin: str = ""
    chosen: bool = False


def of_picture(picture: Picture | None, before: Levels) -> Levels:
    """Return the levels with which an image is shown after others.

    Brightness and contrast stay. A window stays within a series, and where someone has chosen it also from an image to
    another one with the same kind of values; otherwise the image has its own.
    """
    if picture is None or picture.deep is None:
        return before
    its = picture.deep.still
    kin = f"{its.modality}/{its.unit}" if its.modality else "values"
    same = its.series is not None and its.series == before.series
    if before.window is not None and (same or (before.chosen and kin == before.kin)):
        return replace(before, series=its.series, kin=kin)
    return replace(before, window=its.default(), series=its.series, kin=kin, chosen=False)


def put_on(picture: Picture, levels: Levels) -> None:
    """Let a picture be painted with levels."""
    picture.adjust = levels.adjust
    if picture.deep is not None and levels.window is not None:
        picture.window = levels.window


def automatic(picture: Picture) -> tuple[float, float]:
    """Return the brightness and contrast that bring an image of eight bits from black to white."""
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    scale = min(1.0, 1024 / max(picture.width, picture.height))
    values = np.asarray(picture._piece(whole, scale)[0].convert("L"))
    low, high = np.percentile(values, (TAIL, 100 - TAIL))
    if high <= low:
        return NEUTRAL
    contrast = min(20.0, 255 / (high - low))
    brightness = -((low + high) / 2 - 127.5) * contrast / 255
    return round(max(-1.0, min(1.0, brightness)), 4), round(contrast, 4)


def window_of(value: object) -> Window:
    """Return a window, or raise InvalidInput."""
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(v, int | float) for v in value):
        width, level = float(value[0]), float(value[1])
        if math.isfinite(width) and math.isfinite(level) and 0 < width < 1e12 and abs(level) < 1e12:
            return width, level
    raise InvalidInput(f"A window is (width, level), two numbers, the width above 0, not {value!r}.")
