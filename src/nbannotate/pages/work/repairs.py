"""Which shapes with flaws are repaired when a task is submitted."""

from __future__ import annotations

from collections.abc import Mapping

from nbannotate.model import Recipe, Shape
from nbannotate.rules.flaws import mended

Flaws = Mapping[str, tuple[str, ...]]


class Repairs:
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
