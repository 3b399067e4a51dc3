"""Which shapes of two annotations of one asset are the same ones: by id, by place, and by how much they overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from nbannotate.model import Shape
from nbannotate.shapes.overlap import overlaps

#: Of two shapes that overlap as much, the one with the same label is the same one.
LABEL_COUNTS = 1e-6


class Matched(Struct, frozen=True):
    """Which shapes are the same ones, then and now; the others are removed, or added, in their order."""

    pairs: tuple[tuple[Shape, Shape], ...]
    removed: tuple[Shape, ...]
    added: tuple[Shape, ...]


def matched(before: Sequence[Shape], after: Sequence[Shape], threshold: float | None = None) -> Matched:
    """Return which shapes are the same ones.

    Those with the same id are. Of the others, two of the same kind in the same place are, those with the same label
    first: a shape that was copied, or imported again, has another id. With a threshold, of those that are left then
    those are that overlap by at least as much, so that all together overlap most.

    Parameters
    ----------
    before, after
        Then and now.
    threshold
        The least intersection over union, above 0 and up to 1 (:mod:`nbannotate.shapes.overlap`). None asks for
        the same place.
    """
    by_id = {s.id: s for s in before}
    pairs = [(by_id[s.id], s) for s in after if s.id in by_id]
    old_ids, new_ids = {was.id for was, _ in pairs}, {now.id for _, now in pairs}
    lost = [s for s in before if s.id not in old_ids]
    found = [s for s in after if s.id not in new_ids]
    for with_label in (True, False):
        new = _in_place(lost, found, with_label)
        lost, found = _without(lost, new), _without(found, new)
        pairs += new
    if threshold is not None and lost and found:
        new = _overlapping(lost, found, threshold)
        lost, found = _without(lost, new), _without(found, new)
        pairs += new
    return Matched(tuple(pairs), tuple(lost), tuple(found))


def _without(shapes: Iterable[Shape], pairs: Iterable[tuple[Shape, Shape]]) -> list[Shape]:
    gone = {id(shape) for pair in pairs for shape in pair}
    return [s for s in shapes if id(s) not in gone]


def _in_place(lost: list[Shape], found: list[Shape], with_label: bool) -> list[tuple[Shape, Shape]]:
    places: dict[object, list[Shape]] = {}
    for was in lost:
        places.setdefault(_place(was, with_label), []).append(was)
    return [(same.pop(0), now) for now in found if (same := places.get(_place(now, with_label)))]


def _place(shape: Shape, with_label: bool) -> object:
    points = tuple((round(x, 1), round(y, 1)) for x, y in shape.points)
    return shape.kind, points, shape.rings, shape.rle, shape.label if with_label else None


def _overlapping(lost: list[Shape], found: list[Shape], threshold: float) -> list[tuple[Shape, Shape]]:
    """Return the pairs that overlap most, all together, among those that overlap by a threshold at least."""
    i, j, much = overlaps(lost, found)
    enough = much >= threshold
    near = {(int(a), int(b)): float(v) for a, b, v in zip(i[enough], j[enough], much[enough], strict=True)}
    for a, b in near:
        near[a, b] += LABEL_COUNTS * (lost[a].label == found[b].label)
    return [(lost[a], found[b]) for a, b in sorted(assigned(near), key=lambda pair: pair[1])]


def assigned(near: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Return those pairs that are worth most together, each side in one of them at most: an assignment problem.

    Parameters
    ----------
    near
        What each pair that may be is worth, above 0: the place on one side, and on the other.
    """
    pairs: list[tuple[int, int]] = []
    for its in _groups(near):
        pairs += its if len(its) == 1 else _best(its, near)
    return pairs


def _groups(near: Iterable[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return pairs in groups that have no shape in common."""
    groups: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for a, b in near:
        one = groups.setdefault(("was", a), [])
        other = groups.setdefault(("now", b), one)
        one.append((a, b))
        if other is not one:
            small, large = sorted((one, other), key=len)
            large += small
            for c, d in small:
                groups["was", c] = groups["now", d] = large
    return list({id(its): its for its in groups.values()}.values())


def _best(pairs: list[tuple[int, int]], near: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Return those of some pairs that compete which are worth most together, by the Hungarian method."""
    from scipy.optimize import linear_sum_assignment

    rows, row_of = np.unique([a for a, _ in pairs], return_inverse=True)
    columns, column_of = np.unique([b for _, b in pairs], return_inverse=True)
    worth = np.zeros((len(rows), len(columns)))
    worth[row_of, column_of] = [near[pair] for pair in pairs]
    r, c = linear_sum_assignment(worth, maximize=True)
    chosen = zip(rows[r].tolist(), columns[c].tolist(), strict=True)
    return [pair for pair in chosen if pair in near]
