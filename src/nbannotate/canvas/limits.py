"""How many shapes there may be: the next one is refused at once, drawn or pasted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from nbannotate.canvas.turns import Turns
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Shape
from nbannotate.model.values import plain

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas


class Limited(Turns):
    """The base of the canvas for the number of shapes."""

    _max_shapes: int | None = None

    @property
    def max_shapes(self) -> int | None:
        """How many shapes there may be; None for any number. Those that are there already stay."""
        return self._max_shapes

    @max_shapes.setter
    def max_shapes(self, value: int | None) -> None:
        limit = checked_limit(value)
        with self._turn():
            self._max_shapes = limit

    def _check_room(self, more: Iterable[Shape] | None = None) -> None:
        """Raise Refused if shapes, by default one that is drawn, would be too many: none of them is added then."""
        if self._max_shapes is None:
            return
        here = self._counted(self._document.shapes.values())
        new = 1 if more is None else self._counted(more)
        if new and here + new > self._max_shapes:
            raise Refused(beyond(self._max_shapes, here, new))

    def _counted(self, shapes: Iterable[Shape]) -> int:
        """Count shapes, in contrast to those whose label is not known here: something else left them."""
        labels = cast("Canvas", self)._labels
        return sum(not s.label or s.label in labels for s in shapes)


def checked_limit(value: int | None) -> int | None:
    """Return a number of shapes above 0, or None; InvalidInput for anything else."""
    value = plain(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise InvalidInput(f"max_shapes must be a whole number above 0, or None, not {value!r}.")
    return value


def beyond(most: int, here: int, more: int) -> str:
    """Say that there is no room for more shapes."""
    if more == 1:
        return (
            f"This image may have {most:,} shape{'' if most == 1 else 's'} at most; there is no room for another one."
        )
    return (
        f"This image may have {most:,} shape{'' if most == 1 else 's'} at most and has {here:,}: "
        f"{more:,} more do not fit, so none was added."
    )
