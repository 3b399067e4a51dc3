"""How the stage follows an image that is still being decoded: a preview, then sharper, or a sentence why not."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from nbannotate.canvas.large import WIDEST
from nbannotate.canvas.levels import of_picture
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.turns import Turns

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas


class Refining(Turns):
    """The part of the canvas that shows large images."""

    def on_lost(self, callback: Callable[[str], object]) -> None:
        """Call with a sentence when an image turns out to be damaged while it is decoded; it is not shown any more."""
        self._heard.setdefault("lost", []).append(callback)

    def _follow(self, picture: Picture | None) -> None:
        """Hear of what becomes of a picture."""
        if picture is None:
            return
        canvas, shown = weakref.ref(self), weakref.ref(picture)

        def hears() -> None:
            its, one = canvas(), shown()
            if its is not None and one is not None:
                its._refine(one)

        picture.listen(hears)

    def _refine(self, picture: Picture) -> None:
        """Show a picture as sharp as it can be by now."""
        canvas = cast("Canvas", self)
        with self._turn(quiet=True):
            if canvas._picture is not picture:
                return
            if picture.failure:
                self._lose(picture.failure)
                return
            if picture.deep is not None and canvas._levels.window in (None, WIDEST):
                canvas._level(of_picture(picture, replace(canvas._levels, series=None)))
            if picture.sharper():
                canvas._outbox.refine()
                if canvas._wants_values:
                    canvas._send_values()

    def _lose(self, sentence: str) -> None:
        """Take a damaged image from the stage; the shapes are kept, but cannot be changed without it."""
        canvas = cast("Canvas", self)
        canvas._picture, canvas._instead, canvas._editable, canvas._tool = None, sentence, False, "select"
        canvas._generation += 1
        self._later.append((self._heard.get("lost", []), (sentence,)))
