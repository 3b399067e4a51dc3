"""What a recipe asks of each shape: its size, how many labels it may have; and which shapes have flaws."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from nbannotate.canvas.limits import Limited
from nbannotate.errors import InvalidInput
from nbannotate.model.values import plain
from nbannotate.shapes import flaws

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas


class Judged(Limited):
    """The base of the canvas for flaws and further labels."""

    _min_size: float | None = None
    _several: bool = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._finder = flaws.Finder()
        self._flaws: dict[str, flaws.Sentences] = {}
        self._flaws_of: tuple[object, ...] = ()
        super().__init__(*args, **kwargs)

    @property
    def flaws(self) -> dict[str, tuple[str, ...]]:
        """What is wrong with shapes, in sentences, by id; they are marked on the stage, whatever becomes of them."""
        shapes, (width, height) = self._document.shapes, cast("Canvas", self).image_size
        judged = shapes, width, height, self._min_size
        if self._flaws_of[:1] == () or self._flaws_of[0] is not shapes or self._flaws_of[1:] != judged[1:]:
            self._flaws = self._finder.find(shapes.values(), width, height, self._min_size) if width else {}
            self._flaws_of = judged
        return self._flaws

    @property
    def min_size(self) -> float | None:
        """How many pixels a shape should measure, as ``Recipe.min_size``; None for any."""
        return self._min_size

    @min_size.setter
    def min_size(self, value: float | None) -> None:
        least = checked_size(value)
        with self._turn():
            self._min_size = least

    @property
    def several_labels(self) -> bool:
        """Whether a shape may have several labels: a digit adds one, or takes it away, where shapes are selected."""
        return self._several

    @several_labels.setter
    def several_labels(self, value: bool) -> None:
        with self._turn():
            self._several = bool(value)

    def toggle_label(self, name: str, ids: Iterable[str] | None = None) -> None:
        """Add a label to shapes, by default those selected; if all of them have it, take it away from them.

        The first label of a shape gives its color; if that goes, the next one is the first.
        """
        canvas = cast("Canvas", self)
        with self._turn():
            sentence = self._document.toggle(canvas._known_label(name), canvas._free(ids))[1]
            if sentence is not None:
                self._complain(sentence)


def checked_size(value: float | None) -> float | None:
    """Return a number of pixels above 0, or None; InvalidInput for anything else."""
    value = plain(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
        raise InvalidInput(f"min_size must be a number of pixels above 0, or None, not {value!r}.")
    return value
