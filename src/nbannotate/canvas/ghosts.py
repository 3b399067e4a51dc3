"""Shapes that are shown but are not there: what was before, for example. They cannot be hit, selected or stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from nbannotate.canvas.document import checked
from nbannotate.canvas.scene import Style, drawing
from nbannotate.canvas.told import Pale, PaleRow
from nbannotate.errors import InvalidInput
from nbannotate.model import Shape

Line = Literal["dashed", "dotted", "glow"]
LINES: tuple[Line, ...] = ("dashed", "dotted", "glow")


class Ghost(Struct, frozen=True):
    """A shape that is shown in one color of its own, above the image and below what is selected.

    Parameters
    ----------
    shape
        Its geometry; the label matters for the edges of skeletons only.
    color
        ``#rrggbb``.
    line
        ``"dashed"``, ``"dotted"``, or ``"glow"``: a wide, soft line around a shape that is there.
    """

    shape: Shape
    color: str = "#ff5a4f"
    line: Line = "dashed"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.color):
            raise InvalidInput(f"Ghost.color must look like '#ff5a4f', not {self.color!r}.")
        if self.line not in LINES:
            raise InvalidInput(f"Ghost.line must be one of {', '.join(LINES)}, not {self.line!r}.")


def given(ghosts: Iterable[Ghost | Shape]) -> tuple[Ghost, ...]:
    """Return ghosts; plain shapes become dashed ones. InvalidInput if one cannot be painted."""
    made = tuple(Ghost(g) if isinstance(g, Shape) else g for g in ghosts)
    for ghost in made:
        if not isinstance(ghost, Ghost):
            raise InvalidInput(f"ghosts takes nbannotate.canvas.Ghost or Shape values, not {ghost!r}.")
        checked((ghost.shape,))
    return made


def message(ghosts: Sequence[Ghost], style: Style, generation: int) -> Pale:
    """Return what the overlay is told."""
    return Pale(g=generation, rows=[_row(g, style) for g in ghosts])


def _row(ghost: Ghost, style: Style) -> PaleRow:
    its = drawing(ghost.shape, style)
    dots = [p for part in (its.dots, its.hollow) if part is not None for p in part.tolist()]
    return PaleRow(ghost.color, ghost.line, its.closed, [line.tolist() for line in its.lines], dots)
