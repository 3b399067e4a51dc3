"""Which objects of two answers are the same ones, and which only one of them has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from nbannotate.model import Shape
from nbannotate.rules.agreement.likeness import OfDots, likeness
from nbannotate.rules.matching import LABEL_COUNTS, assigned

#: Where all else is the same, more pairs are better than fewer.
EACH = 1e-9


class Pair(Struct, frozen=True):
    """An object that both have: its places in both answers, and how alike both shapes are, from 0 to 1."""

    a: int
    b: int
    alike: float


class Paired(Struct, frozen=True):
    """Which objects two answers have both, and the places of those that only one has: the first, or the other one."""

    both: tuple[Pair, ...]
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]


def paired(a: Sequence[Shape], b: Sequence[Shape], threshold: float = 0.5, of_dots: OfDots | None = None) -> Paired:
    """Return which objects two answers have both: so that all pairs together are most alike (Hungarian method).

    Ids and labels say nothing; of pairs that are as much alike, those with one label are taken. The order of the
    shapes does not count.

    Parameters
    ----------
    a, b
        The shapes of both answers.
    threshold
        The least likeness of two shapes that are one object, above 0 and up to 1.
    of_dots
        As :func:`likeness` takes it.
    """
    mine, theirs = _ordered(a), _ordered(b)
    i, j, alike = likeness([a[n] for n in mine], [b[n] for n in theirs], of_dots)
    enough = alike >= threshold
    near = {
        (mine[p], theirs[q]): v
        for p, q, v in zip(i[enough].tolist(), j[enough].tolist(), alike[enough].tolist(), strict=True)
    }
    worth = {(p, q): v + EACH + LABEL_COUNTS * (a[p].label == b[q].label) for (p, q), v in near.items()}
    both = tuple(Pair(p, q, min(near[p, q], 1.0)) for p, q in sorted(assigned(worth)))
    return Paired(both, _others(len(a), (p.a for p in both)), _others(len(b), (p.b for p in both)))


def _ordered(shapes: Sequence[Shape]) -> list[int]:
    """Return the places of shapes in an order that depends on nothing but where they are and what they are called."""
    return sorted(range(len(shapes)), key=lambda n: (shapes[n].kind, shapes[n].points, shapes[n].label))


def _others(n: int, taken: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(range(n)) - set(taken)))
