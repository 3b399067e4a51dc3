"""Undo and redo without bound: each step keeps only what differs, so a long session stays small."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from nbannotate.model import Shape


class Step(Struct, frozen=True):
    """How to go from one state of the shapes to another.

    Parameters
    ----------
    shapes
        Those that differ: as they are to be, or None for one that is not to be there.
    order
        All ids, where their order does not follow from taking away and adding at the end.
    """

    shapes: dict[str, Shape | None]
    order: tuple[str, ...] | None

    @classmethod
    def between(cls, here: Mapping[str, Shape], there: Mapping[str, Shape]) -> Step:
        """Return the step from one state to another."""
        differ = {i: there.get(i) for i in here if there.get(i) is not here[i]}
        differ |= {i: s for i, s in there.items() if i not in here}
        order = [i for i in here if i in there] + [i for i in there if i not in here]
        return cls(differ, None if order == list(there) else tuple(there))

    def taken(self, here: Mapping[str, Shape]) -> dict[str, Shape]:
        """Return the state where the step leads to."""
        there = dict(here)
        for i, shape in self.shapes.items():
            if shape is None:
                there.pop(i, None)
            else:
                there[i] = shape
        return there if self.order is None else {i: there[i] for i in self.order}


class History:
    """What can be taken back and done again."""

    def __init__(self) -> None:
        self.back: list[Step] = []
        self.forth: list[Step] = []
        self._merge: object = None
        self._base: Mapping[str, Shape] = {}

    def note(self, before: Mapping[str, Shape], after: Mapping[str, Shape], merge: object) -> None:
        """Remember a change; changes in a row with the same ``merge``, not None, are taken back together."""
        if merge is not None and merge == self._merge and self.back:
            self.back[-1] = Step.between(after, self._base)
        else:
            self.back.append(Step.between(after, before))
            self._base = before if merge is not None else {}
        self.forth, self._merge = [], merge

    def forget(self) -> None:
        """Start afresh."""
        self.back, self.forth, self._merge, self._base = [], [], None, {}

    def undo(self, now: Mapping[str, Shape]) -> dict[str, Shape] | None:
        """Return the state before the last change, or None if there is nothing to take back."""
        return self._go(now, self.back, self.forth)

    def redo(self, now: Mapping[str, Shape]) -> dict[str, Shape] | None:
        """Return the state after what was taken back last, or None."""
        return self._go(now, self.forth, self.back)

    def _go(self, now: Mapping[str, Shape], source: list[Step], target: list[Step]) -> dict[str, Shape] | None:
        if not source:
            return None
        there = source.pop().taken(now)
        target.append(Step.between(there, now))
        self._merge, self._base = None, {}
        return there
