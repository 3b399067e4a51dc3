"""What is set, read and told of the levels of a canvas: window, brightness and contrast, presets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace

from nbannotate.canvas.effects import Notified, ValuesWanted
from nbannotate.canvas.levels import automatic, window_of
from nbannotate.canvas.messages import AskValues, SetLevels
from nbannotate.canvas.model import CanvasModel
from nbannotate.canvas.picture import NEUTRAL, Picture
from nbannotate.canvas.told import DeepLevels, Levels, Preset
from nbannotate.errors import InvalidInput
from nbannotate.imaging import PRESETS, Window


def deep(canvas: CanvasModel) -> Picture | None:
    """Return the picture of a canvas if it has more than eight bits."""
    picture = canvas.picture
    return picture if picture is not None and picture.deep is not None else None


def window(canvas: CanvasModel) -> Window | None:
    """Return width and level of the window, in values; None for an image of eight bits."""
    return canvas.levels.window if deep(canvas) is not None else None


def presets(canvas: CanvasModel) -> dict[str, Window]:
    """Return windows by name: those that were set, or else those of CT where values are Hounsfield units."""
    if canvas.presets is not None:
        return dict(canvas.presets)
    picture = deep(canvas)
    return dict(PRESETS) if picture is not None and picture.deep and picture.deep.still.unit == "HU" else {}


def put_presets(canvas: CanvasModel, presets: Mapping[str, Window] | None) -> None:
    """Set windows by name; None for those of the image."""
    canvas.presets = None if presets is None else {str(name): window_of(v) for name, v in presets.items()}


def told(canvas: CanvasModel) -> Levels | None:
    """Return what the overlay must know of the levels; None without an image."""
    picture = canvas.picture
    if picture is None:
        return None
    if picture.deep is None:
        return Levels(canvas.levels.adjust, None)
    its = picture.deep.still
    width, middle = picture.deep.full
    of_values = DeepLevels(
        window=picture.window, range=(middle - width / 2, middle + width / 2),
        presets=[Preset(name, *window) for name, window in presets(canvas).items()], unit=its.unit,
        file=its.window is not None, slope=its.slope, offset=its.offset, inverted=its.inverted, exact=its.exact,
    )  # fmt: skip
    return Levels(canvas.levels.adjust, of_values)


def put_window(canvas: CanvasModel, window: object) -> None:
    """Show a window; None is the image's own."""
    picture = deep(canvas)
    if picture is None or picture.deep is None:
        raise InvalidInput("This image has eight bits: it has a brightness and a contrast (adjust), but no window.")
    given = picture.deep.still.default() if window is None else window_of(window)
    canvas.use_levels(replace(canvas.levels, window=given, chosen=window is not None))


def put_adjust(canvas: CanvasModel, adjust: object) -> None:
    """Set brightness and contrast."""
    good = isinstance(adjust, tuple | list) and len(adjust) == 2 and all(isinstance(v, int | float) for v in adjust)
    brightness, contrast = cast("tuple[float, float]", adjust) if good else (math.nan, math.nan)
    if not (-1 <= brightness <= 1 and 0.05 <= contrast <= 20):
        raise InvalidInput(
            f"adjust is (brightness, contrast): -1 to 1, and 0.05 to 20, for example (0, 1), not {adjust!r}."
        )
    canvas.use_levels(replace(canvas.levels, adjust=(float(brightness), float(contrast))))


# ---- messages of the overlay


def levels(canvas: CanvasModel, message: SetLevels) -> None:
    """Take over what someone has dragged or picked."""
    picture = deep(canvas)
    if message.how == "auto" and picture is not None and picture.deep is not None:
        put_window(canvas, picture.deep.still.automatic())
    elif message.how == "full" and picture is not None and picture.deep is not None:
        put_window(canvas, picture.deep.full)
    elif message.how == "auto" and canvas.picture is not None:
        put_adjust(canvas, automatic(canvas.picture))
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
    canvas.queue(Notified("levels", (window(canvas), canvas.levels.adjust)))


def values(canvas: CanvasModel, _: AskValues) -> None:
    """Send the values, of this image now and of the next ones ahead."""
    canvas.sends_values = True
    canvas.queue(ValuesWanted())
