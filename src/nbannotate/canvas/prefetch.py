"""The image that is shown next, made ready while another one is looked at."""

from __future__ import annotations

from typing import Any

from nbannotate.canvas.picture import Part, Picture
from nbannotate.canvas.view import Box, View


class Ready:
    """Remembers one part of one picture, encoded before it is asked for."""

    def __init__(self) -> None:
        self._made: tuple[Any, Part] | None = None

    def make(self, picture: Picture, view: View) -> None:
        """Encode the part of a picture that a view shows; callable in any thread."""
        box = picture.visible(view)
        if box is not None:
            scale = view.k * view.dpr
            self._made = _key(picture, box, scale), picture.part(box, scale)

    def part(self, picture: Picture, box: Box, scale: float) -> Part:
        """Return a part of a picture: the one that was made, if it is the same, or else a fresh one."""
        made, self._made = self._made, None
        return made[1] if made is not None and made[0] == _key(picture, box, scale) else picture.part(box, scale)


def _key(picture: Picture, box: Box, scale: float) -> tuple[Any, ...]:
    return id(picture), box, scale, picture.window, picture.adjust, picture.sharper()
