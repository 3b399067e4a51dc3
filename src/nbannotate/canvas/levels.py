"""Brightness and contrast, window width and level: what of an image is shown black and what white.

Images of eight bits have a brightness and a contrast, images of more have a window. While someone drags, the overlay
shows other levels by itself (``frontend/canvas``); when the gesture ends it tells Python, which paints them sharp.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.canvas.picture import NEUTRAL, Picture
from nbannotate.canvas.wire import Message
from nbannotate.errors import InvalidInput
from nbannotate.imaging import Window

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas

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


def deep(canvas: Canvas) -> Picture | None:
    """Return the picture of a canvas if it has more than eight bits."""
    picture = canvas._picture
    return picture if picture is not None and picture.deep is not None else None


def window_of(value: object) -> Window:
    """Return a window, or raise InvalidInput."""
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(v, int | float) for v in value):
        width, level = float(value[0]), float(value[1])
        if math.isfinite(width) and math.isfinite(level) and 0 < width < 1e12 and abs(level) < 1e12:
            return width, level
    raise InvalidInput(f"A window is (width, level), two numbers, the width above 0, not {value!r}.")


def put_window(canvas: Canvas, window: object) -> None:
    """Show a window; None is the image's own."""
    picture = deep(canvas)
    if picture is None or picture.deep is None:
        raise InvalidInput("This image has eight bits: it has a brightness and a contrast (adjust), but no window.")
    given = picture.deep.still.default() if window is None else window_of(window)
    canvas._level(replace(canvas._levels, window=given, chosen=window is not None))


def put_adjust(canvas: Canvas, adjust: object) -> None:
    """Set brightness and contrast."""
    good = isinstance(adjust, tuple | list) and len(adjust) == 2 and all(isinstance(v, int | float) for v in adjust)
    brightness, contrast = cast("tuple[float, float]", adjust) if good else (math.nan, math.nan)
    if not (-1 <= brightness <= 1 and 0.05 <= contrast <= 20):
        raise InvalidInput(
            f"adjust is (brightness, contrast): -1 to 1, and 0.05 to 20, for example (0, 1), not {adjust!r}."
        )
    canvas._level(replace(canvas._levels, adjust=(float(brightness), float(contrast))))


# ---- messages of the overlay


def levels(canvas: Canvas, message: Message) -> None:
    """Take over what someone has dragged or picked."""
    picture = deep(canvas)
    if message.how == "auto" and picture is not None and picture.deep is not None:
        put_window(canvas, picture.deep.still.automatic())
    elif message.how == "full" and picture is not None and picture.deep is not None:
        put_window(canvas, picture.deep.full)
    elif message.how == "auto" and canvas._picture is not None:
        put_adjust(canvas, automatic(canvas._picture))
    elif message.how == "reset" and picture is not None:
        put_window(canvas, None)
    elif message.how == "reset":
        put_adjust(canvas, NEUTRAL)
    elif message.window is not None:
        put_window(canvas, message.window)
    elif message.adjust is not None:
        put_adjust(canvas, message.adjust)
    else:
        raise InvalidInput("The canvas sent levels that are not understood.")
    canvas._hear_levels()


def values(canvas: Canvas, _: Message) -> None:
    """Send the values, of this image now and of the next ones ahead."""
    canvas._wants_values = True
    canvas._send_values()


HANDLERS: dict[str, Callable[[Canvas, Message], None]] = {"levels": levels, "values": values}
