"""What a page sets and reads of the levels: window, brightness and contrast, presets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from nbannotate.canvas.levels import Levels, deep, of_picture, put_adjust, put_on, put_window, window_of
from nbannotate.canvas.refining import Refining
from nbannotate.imaging import PRESETS, Window

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas
    from nbannotate.canvas.picture import Picture


class Leveled(Refining):
    """The part of the canvas that knows levels."""

    _levels = Levels()
    _presets: dict[str, Window] | None = None
    _wants_values = False  # somebody has dragged a window: the values of the next image are sent ahead

    @property
    def window(self) -> Window | None:
        """Width and level of the window, in values (Hounsfield units for CT); None for an image of eight bits.

        It can be set; None is the window of the image itself: the header's, or one by percentiles.
        """
        return self._levels.window if deep(cast("Canvas", self)) is not None else None

    @window.setter
    def window(self, window: Window | None) -> None:
        with self._turn():
            put_window(cast("Canvas", self), window)

    @property
    def adjust(self) -> tuple[float, float]:
        """Brightness (-1 to 1, added) and contrast (a factor, 1 for none) of images of eight bits; it can be set."""
        return self._levels.adjust

    @adjust.setter
    def adjust(self, adjust: tuple[float, float]) -> None:
        with self._turn():
            put_adjust(cast("Canvas", self), adjust)

    @property
    def window_presets(self) -> dict[str, Window]:
        """Windows by name, as the canvas offers them: of CT, unless others are set."""
        if self._presets is not None:
            return dict(self._presets)
        picture = deep(cast("Canvas", self))
        return dict(PRESETS) if picture is not None and picture.deep and picture.deep.still.unit == "HU" else {}

    @window_presets.setter
    def window_presets(self, presets: Mapping[str, Window] | None) -> None:
        checked = None if presets is None else {str(name): window_of(v) for name, v in presets.items()}
        with self._turn():
            self._presets = checked

    def on_levels(self, callback: Callable[[Window | None, tuple[float, float]], object]) -> None:
        """Call with the window and with brightness and contrast when someone has changed them."""
        self._heard.setdefault("levels", []).append(callback)

    def level(self, picture: Picture) -> None:
        """Give a picture the levels with which it would be shown now; what is shown stays as it is."""
        put_on(picture, of_picture(picture, self._levels))

    def _level(self, levels: Levels) -> None:
        """Show an image with other levels; within a turn."""
        picture = cast("Canvas", self)._picture
        if levels != self._levels:
            self._levels = levels
        if picture is not None:
            put_on(picture, levels)

    def _hear_levels(self) -> None:
        self._later.append((self._heard.get("levels", []), (self.window, self.adjust)))

    def _levels_told(self) -> dict[str, Any] | None:
        """Return what the overlay must know of the levels; None without an image."""
        picture = cast("Canvas", self)._picture
        if picture is None:
            return None
        told: dict[str, Any] = {"adjust": list(self._levels.adjust), "deep": picture.deep is not None}
        if picture.deep is not None:
            its = picture.deep.still
            width, middle = picture.deep.full
            told |= {
                "window": list(picture.window), "slope": its.slope, "offset": its.offset, "inverted": its.inverted,
                "exact": its.exact, "unit": its.unit, "file": list(its.window) if its.window else None,
                "range": [middle - width / 2, middle + width / 2],
                "presets": [[name, *window] for name, window in self.window_presets.items()],
            }  # fmt: skip
        return told

    def _send_values(self) -> None:
        """Send the overlay what it needs to show other levels by itself; within a turn."""
        canvas = cast("Canvas", self)
        if canvas._picture is None or canvas._view is None:
            return
        part = canvas._picture.values(canvas._view)
        if part is not None:
            whole = part.box == (0.0, 0.0, *map(float, canvas.image_size))
            head = {"type": "values", "g": canvas._generation, "mime": part.mime, "box": list(part.box)}
            self._outbox.send({**head, "size": list(part.size), "whole": whole}, part.data)
