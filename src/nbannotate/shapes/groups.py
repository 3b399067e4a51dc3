"""Names of groups: what shapes of one image that belong together have in common (``Shape.group``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nbannotate.model import Shape


def fresh(shapes: Iterable[Shape], *taken: str) -> str:
    """Return a name for a group that none of the shapes has: the smallest number from 1."""
    names = {s.group for s in shapes} | set(taken)
    return next(str(n) for n in range(1, len(names) + 2) if str(n) not in names)


def copied(shapes: Iterable[Shape], there: Iterable[Shape]) -> dict[str | None, str]:
    """Return the groups of copies that are put beside other shapes, by the group of what is copied.

    It is the same one where no shape there has it; else one of their own. A copy of one shape only stands alone then.
    """
    counts, here = Counter(s.group for s in shapes if s.group is not None), list(there)
    taken = {s.group for s in here}
    found: dict[str | None, str] = {name: name for name in counts if name not in taken}
    for name, n in counts.items():
        if name in taken and n > 1:
            found[name] = fresh(here, *counts, *found.values())
    return found
