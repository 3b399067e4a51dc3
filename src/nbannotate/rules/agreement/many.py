"""Which objects answers have both, of many answers at once: what :func:`pairing.paired` finds of two."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nbannotate.rules.agreement.likeness import likeness
from nbannotate.rules.agreement.pairing import EACH
from nbannotate.rules.matching import LABEL_COUNTS, assigned
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.columns import Columns, Rows, meeting
from nbannotate.shapes.many import starts_of

Counts = NDArray[np.int64]


class Groups(Struct, frozen=True):
    """The answers: where the shapes of each begin, and how many it has."""

    starts: Rows
    counts: Counts


class Matches(Struct, frozen=True):
    """The objects of pairs of answers, in the order of the pairs; those that both have first.

    Parameters
    ----------
    pair
        The number of the pair.
    a, b
        Places of the shapes among all; -1: only the other answer has it.
    alike
        How alike both shapes are, from 0 to 1; 0 where there is one only.
    """

    pair: Rows
    a: Rows
    b: Rows
    alike: FloatArray


def matched(
    shapes: Columns, labels: NDArray[np.int64], answers: Groups, a: Rows, b: Rows, threshold: float = 0.5
) -> Matches:
    """Return which objects the answers of each pair have both, and which only one of them has.

    Parameters
    ----------
    shapes
        The shapes of all answers.
    labels
        Of each shape, a number for its label.
    answers
        The answers.
    a, b
        Of each pair, the numbers of its answers.
    threshold
        As :func:`pairing.paired` takes it.
    """
    found = [_inside(shapes, answers, a, b), _open(shapes, answers, a, b)]
    pair, i, j, alike = (np.concatenate([one[n] for one in found]) for n in range(4))
    enough = alike >= threshold
    pair, i, j, alike = (column[enough] for column in (pair, i, j, alike))
    mine, theirs = _Sides.of(answers, a), _Sides.of(answers, b)
    at, to = mine.at(pair, i), theirs.at(pair, j)
    taken = _assigned(labels, pair, i, j, alike, (at, to))
    order = np.flatnonzero(taken)[np.argsort(at[taken])]
    pair, i, j = pair[order], i[order], j[order]
    alone_a, only_a = mine.without(at[order])
    alone_b, only_b = theirs.without(to[order])
    nobody_a, nobody_b = np.full(len(alone_a), -1, dtype=np.intp), np.full(len(alone_b), -1, dtype=np.intp)
    pairs = np.concatenate([pair, alone_a, alone_b])
    by_pair = np.argsort(pairs, kind="stable")
    return Matches(
        pairs[by_pair],
        np.concatenate([i, only_a, nobody_b])[by_pair],
        np.concatenate([j, nobody_a, only_b])[by_pair],
        np.concatenate([np.minimum(alike[order], 1.0), np.zeros(len(alone_a) + len(alone_b))])[by_pair],
    )


def _inside(shapes: Columns, answers: Groups, a: Rows, b: Rows) -> tuple[Rows, Rows, Rows, FloatArray]:
    """Return the pairs of shapes that have an inside and overlap: number of the pair, both places, how much."""
    rows, of = _of(shapes.closed, answers)
    some, others = ((of.starts[which], of.counts[which]) for which in (a, b))
    met = [(np.zeros(0, dtype=np.intp),) * 3, *meeting(shapes.boxes[rows], some, others)]
    pair, i, j = (np.concatenate([one[n] for one in met]) for n in range(3))
    much = shapes.overlaps(rows[i], rows[j])
    there = much > 0
    return pair[there], rows[i][there], rows[j][there], much[there]


def _open(shapes: Columns, answers: Groups, a: Rows, b: Rows) -> tuple[Rows, Rows, Rows, FloatArray]:
    """Return the same of points, key points and lines, pair by pair."""
    rows, of = _of(shapes.open, answers)
    found = [(np.zeros(0, dtype=np.intp),) * 3 + (np.zeros(0),)]
    for n in np.flatnonzero((of.counts[a] > 0) & (of.counts[b] > 0)).tolist():
        mine, theirs = (rows[of.starts[its] : of.starts[its] + of.counts[its]] for its in (a[n], b[n]))
        i, j, much = likeness([shapes.shape(k) for k in mine], [shapes.shape(k) for k in theirs])
        found.append((np.full(len(i), n, dtype=np.intp), mine[i], theirs[j], much))
    pair, i, j, much = (np.concatenate([one[n] for one in found]) for n in range(4))
    return pair, i, j, much


def _of(which: NDArray[np.bool_], answers: Groups) -> tuple[Rows, Groups]:
    """Return the places of some shapes, and the answers of them alone."""
    before = np.concatenate([[0], np.cumsum(which)])
    counts = before[answers.starts + answers.counts] - before[answers.starts]
    return np.flatnonzero(which), Groups(before[answers.starts].astype(np.intp), counts)


def _assigned(
    labels: NDArray[np.int64], pair: Rows, i: Rows, j: Rows, alike: FloatArray, at: tuple[Rows, Rows]
) -> NDArray[np.bool_]:
    """Return which of the pairs of shapes that may be one object are one: so that all together are most alike."""
    alone = np.ones(len(pair), dtype=bool)
    for place in at:
        alone &= np.bincount(place)[place] == 1
    compete = np.flatnonzero(~alone)
    compete = compete[np.argsort(pair[compete], kind="stable")]
    for its in np.split(compete, np.flatnonzero(np.diff(pair[compete])) + 1) if len(compete) else ():
        worth = alike[its] + EACH + LABEL_COUNTS * (labels[i[its]] == labels[j[its]])
        both = list(zip(i[its].tolist(), j[its].tolist(), strict=True))
        chosen = set(assigned(dict(zip(both, worth.tolist(), strict=True))))
        alone[its] = [one in chosen for one in both]
    return alone


class _Sides(Struct, frozen=True):
    """The shapes on one side of all pairs, after each other: an answer stands there once for each of its pairs.

    Parameters
    ----------
    first
        Where the shapes of each pair begin there.
    begin, counts
        Where they begin among all shapes, and how many they are.
    """

    first: Rows
    begin: Rows
    counts: Counts

    @classmethod
    def of(cls, answers: Groups, side: Rows) -> _Sides:
        counts = answers.counts[side]
        return cls(starts_of(counts), answers.starts[side], counts)

    def at(self, pair: Rows, row: Rows) -> Rows:
        """Return where shapes of pairs stand there."""
        return self.first[pair] + row - self.begin[pair]

    def without(self, taken: Rows) -> tuple[Rows, Rows]:
        """Return all shapes but some: the number of the pair, and the place among all shapes."""
        pair = np.repeat(np.arange(len(self.counts)), self.counts)
        left = np.ones(len(pair), dtype=bool)
        left[taken] = False
        rows = np.flatnonzero(left)
        return pair[left], rows - self.first[pair[left]] + self.begin[pair[left]]
