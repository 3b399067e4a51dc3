"""Shapes with flaws on a page: what is wrong, what becomes of it at submit, and the way to the first one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nbannotate.errors import Incomplete
from nbannotate.model import Recipe, Shape
from nbannotate.rules.flaws import mended

if TYPE_CHECKING:
    from nbannotate.pages.desk import Desk

Flaws = Mapping[str, tuple[str, ...]]


class Judge:
    """Tells which shapes with flaws will be repaired at submit; looks at a shape again only when it is another one."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Shape, Recipe, bool]] = {}

    def mendable(
        self, flaws: Flaws, shapes: tuple[Shape, ...], recipe: Recipe, width: int, height: int
    ) -> frozenset[str]:
        """Return the ids of the shapes with flaws that are repaired when the task is submitted."""
        if recipe.flaws != "repair" or not flaws:
            self._known = {}
            return frozenset()
        found = {}
        for shape in shapes:
            if shape.id in flaws:
                before = self._known.get(shape.id)
                same = before is not None and before[0] is shape and before[1] is recipe
                can = before[2] if before and same else mended(shape, recipe, width, height) is not None
                found[shape.id] = shape, recipe, can
        self._known = found
        return frozenset(i for i, (_, _, can) in found.items() if can)


def show(desk: Desk, what: Incomplete) -> None:
    """Lead the person to what a refusal is about: select the first shape, bring it into sight, open its form."""
    first = next((s for s in desk.canvas.shapes if s.id in what.shapes[:1]), None)
    if first is not None:
        desk.canvas.select([first.id])
        look_at(desk, first)
        desk.draw(selected=desk.canvas.selected)
    desk.tell({"tab": "shapes", "tag": what.tag, "attribute": what.attribute})


def look_at(desk: Desk, shape: Shape) -> None:
    """Bring a shape into sight."""
    xs, ys = [x for x, _ in shape.points], [y for _, y in shape.points]
    desk.canvas.look_at((min(xs), min(ys), max(xs), max(ys)))
