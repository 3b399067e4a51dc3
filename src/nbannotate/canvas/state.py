"""What a page sees of a canvas besides its shapes, and the marks that it may put on it."""

from __future__ import annotations

import math
import re

from msgspec import Struct

from nbannotate.errors import InvalidInput

Zone = tuple[float, float, float, float]


class CanvasState(Struct, frozen=True):
    """What a toolbar shows.

    Parameters
    ----------
    tool
        ``"select"``, ``"zone"``, or the name of a shape kind.
    label
        The label of the next shape; empty for none.
    can_undo, can_redo
        Whether there is something to take back, or to do again.
    zoom
        CSS pixels per image pixel, as painted last; 1 is 1:1.
    editable
        Whether shapes can be changed.
    locked, hidden
        How many shapes of this image are.
    copied
        How many shapes can be pasted.
    drawn
        Id of the shape that was drawn last, while it is selected without anybody having chosen it; else empty.
    ready
        Whether it had its label at once, so that a label that is picked now is for what comes next.
    """

    tool: str
    label: str
    can_undo: bool
    can_redo: bool
    zoom: float
    editable: bool
    locked: int = 0
    hidden: int = 0
    copied: int = 0
    drawn: str = ""
    ready: bool = False


class Mark(Struct, frozen=True):
    """A flag on a zone or on a shape, for an issue.

    Parameters
    ----------
    id
        The caller's name for it.
    color
        ``#rrggbb``.
    zone
        ``(x0, y0, x1, y1)`` in image pixels, or None.
    shape_id
        The shape that it stands on, or None. A mark with neither is not painted.
    text
        Shown while the pointer is on it.
    """

    id: str
    color: str = "#ffb000"
    zone: Zone | None = None
    shape_id: str | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.color):
            raise InvalidInput(f"Mark.color must look like '#ffb000', not {self.color!r}.")
        if self.zone is not None and (len(self.zone) != 4 or not all(map(math.isfinite, self.zone))):
            raise InvalidInput(f"Mark.zone must be four finite numbers (x0, y0, x1, y1), not {self.zone!r}.")
