"""What a person should look at in the shapes of an image: out of the image, crossing itself, too small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from nbannotate.model import Shape
from nbannotate.shapes.base import SMALLEST, Kind
from nbannotate.shapes.polygon import Polygon
from nbannotate.shapes.registry import kind
from nbannotate.texts import Message, t

#: What is wrong with a shape, in sentences.
Sentences = tuple[Message, ...]
#: How far a size may be below the least one: pages round to a hundredth of a pixel.
ROUNDING = 0.011


def of(shape: Shape, width: float, height: float, min_size: float | None = None) -> Sentences:
    """Return what is wrong with a shape, whole sentences; nothing for most.

    Parameters
    ----------
    shape
        Any shape.
    width, height
        Of the image, in pixels.
    min_size
        As ``Recipe.min_size``.
    """
    its = kind(shape.kind)
    return (*map(Message, its.flaws(shape, width, height)), *small(shape, min_size))


def small(shape: Shape, min_size: float | None) -> Sentences:
    """Return whether a shape is smaller than the recipe wants, as :func:`of` does."""
    if min_size is None:
        return ()
    its = kind(shape.kind)
    size = its.size(shape)
    if size is None or size > min_size - ROUNDING:
        return ()
    text = t(
        "The {shape+} is too small: {size} pixels, at least {least} are wanted.",
        shape=its.title.lower(), size=f"{size:.3g}", least=f"{min_size:g}",
    )  # fmt: skip
    return (text,)


class Finder:
    """Finds the flaws of all shapes of an image, again and again while they change: only new shapes are looked at."""

    def __init__(self) -> None:
        self._of: tuple[float, ...] = ()
        self._known: dict[str, tuple[Shape, Sentences]] = {}

    def find(
        self, shapes: Iterable[Shape], width: float, height: float, min_size: float | None = None
    ) -> dict[str, Sentences]:
        """Return the sentences of those shapes that have flaws, by id."""
        given = (width, height, min_size or 0.0)
        known = self._known if self._of == given else {}
        rows = list(shapes)
        fresh = [s for s in rows if s.id not in known or known[s.id][0] is not s]
        harmless = _harmless(fresh, width, height, min_size)
        found = {s.id: (s, () if ok else of(s, width, height, min_size)) for s, ok in zip(fresh, harmless, strict=True)}
        self._of = given
        self._known = {s.id: found.get(s.id) or known[s.id] for s in rows}
        return {i: sentences for i, (_, sentences) in self._known.items() if sentences}


def _harmless(shapes: Sequence[Shape], width: float, height: float, min_size: float | None) -> list[bool]:
    """Return of which shapes it is clear at a glance that nothing is wrong, all at once.

    A polygon whose vertices turn around its middle does not cross itself; most that people draw are so.
    """
    if not shapes:
        return []
    counts = np.array([len(s.points) for s in shapes])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    points = np.array([p for s in shapes for p in s.points], dtype=np.float64).reshape(-1, 2)
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    good = ((low >= 0) & (high <= (width, height))).all(axis=1)
    least = max(min_size or 0.0, SMALLEST)
    boxed = {name: type(kind(name)).size is Kind.size for name in {s.kind for s in shapes}}  # by the box around it
    sides = (high - low >= least).all(axis=1) & np.array([boxed[s.kind] for s in shapes])
    good &= sides | (min_size is None)
    owner = np.repeat(np.arange(len(shapes)), counts)
    after = np.arange(len(points)) + 1
    after[starts + counts - 1] = starts
    spoke = points - (np.add.reduceat(points, starts) / counts[:, None])[owner]
    there = spoke[after]
    turn = spoke[:, 0] * there[:, 1] - spoke[:, 1] * there[:, 0]
    angle = np.arctan2(turn, (spoke * there).sum(axis=1))
    same = np.minimum.reduceat(angle, starts) * np.maximum.reduceat(angle, starts) > 0
    around = same & (np.abs(np.add.reduceat(angle, starts)) < 7)
    paths = {name: isinstance(kind(name), Polygon) for name in {s.kind for s in shapes}}
    built_in = {name: type(kind(name)).__module__.startswith("nbannotate.shapes.") for name in paths}
    turning = np.array([paths[s.kind] for s in shapes])
    known = np.array([built_in[s.kind] for s in shapes])
    single = np.array([not s.rings for s in shapes])
    harmless: list[bool] = (known & good & (around & single | ~turning)).tolist()
    return harmless
