"""What several people agree about: their answers on one asset matched, voted on and merged; a pure function.

Two shapes are the same one if they are alike enough, by the rule of all agreement
(:mod:`nbannotate.rules.agreement.likeness`). Shapes of different people that are, form a
group, greedily from the nearest pair on, at most one shape of each person, while they are near enough on average. A
group of which a quorum gave the same label is agreed: it becomes the answer of that person whose shape is nearest to
those of the others, so that no outline is invented, with the attributes that more than half of them gave.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.model import Annotation, Dispute, Shape
from nbannotate.rules.agreement.likeness import likeness

Place = tuple[int, int]


class Agreement(Struct, frozen=True):
    """What people agree about, and what they do not."""

    agreed: Annotation
    disputes: tuple[Dispute, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is left to decide."""
        return not self.disputes


def agreement(answers: Sequence[Annotation], quorum: int, iou: float) -> Agreement:
    """Return what people agree about on one asset.

    Parameters
    ----------
    answers
        What each person submitted.
    quorum
        How many have to say the same.
    iou
        The least likeness of two shapes that are the same one, above 0 and up to 1.
    """
    near = _near([a.shapes for a in answers])
    shapes: list[tuple[Place, Shape]] = []
    disputes: list[Dispute] = []
    for group in _groups([a.shapes for a in answers], near, iou):
        merged = _merged(answers, group, near, quorum)
        if merged is None:
            disputes.append(_dispute(answers, group))
        else:
            shapes.append(merged)
    tags, attributes, open_tags = _tags(answers, quorum)
    empty = [i for i, a in enumerate(answers) if a.nothing_to_label]
    nothing = len(empty) >= quorum and not shapes
    if empty and not nothing and not shapes:
        disputes.append(Dispute("nothing", "", tuple(empty)))
    agreed = Annotation(
        shapes=_apart(shapes), tags=tuple(tags), nothing_to_label=nothing, tag_attributes=attributes,
    )  # fmt: skip
    return Agreement(agreed, (*disputes, *open_tags))


def _near(answers: Sequence[Sequence[Shape]]) -> dict[tuple[Place, Place], float]:
    """Return how near shapes of different people are: pairs of (person, place), both ways, above 0."""
    found: dict[tuple[Place, Place], float] = {}
    for p, q in combinations(range(len(answers)), 2):
        for i, j, much in zip(*(values.tolist() for values in likeness(answers[p], answers[q])), strict=True):
            found[(p, i), (q, j)] = much
    return found | {(b, a): value for (a, b), value in found.items()}


def _groups(
    answers: Sequence[Sequence[Shape]], near: dict[tuple[Place, Place], float], iou: float
) -> list[list[Place]]:
    """Return the shapes in groups, each person once at most; those alone are groups of one."""
    groups: dict[Place, list[Place]] = {}
    for person, shapes in enumerate(answers):
        for i in range(len(shapes)):
            groups[person, i] = [(person, i)]

    def rank(pair: tuple[Place, Place]) -> tuple[float, bool, tuple[Place, Place]]:
        (p, i), (q, j) = pair
        return -near[pair], answers[p][i].label != answers[q][j].label, pair

    for a, b in sorted((pair for pair in near if pair[0] < pair[1] and near[pair] >= iou), key=rank):
        one, other = groups[a], groups[b]
        if one is other or {p for p, _ in one} & {p for p, _ in other}:
            continue
        if sum(near.get((c, d), 0.0) for c in one for d in other) / (len(one) * len(other)) >= iou:
            one += other
            for c in other:
                groups[c] = one
    apart = {id(group): sorted(group) for group in groups.values()}
    return sorted(apart.values(), key=lambda group: min((i, p) for p, i in group))


def _merged(
    answers: Sequence[Annotation], group: list[Place], near: dict[tuple[Place, Place], float], quorum: int
) -> tuple[Place, Shape] | None:
    """Return the shape that a group is, and where it comes from; None if its people do not agree."""
    votes = Counter(answers[p].shapes[i].label for p, i in group)
    named = [label for label, n in votes.items() if n >= quorum]
    if len(named) != 1:
        return None
    its = [(p, i) for p, i in group if answers[p].shapes[i].label == named[0]]
    shapes = [answers[p].shapes[i] for p, i in its]
    attributes = _by_name(s.attributes for s in shapes)
    also = _most(tuple(sorted(s.also)) for s in shapes)
    if attributes is None or also is None:
        return None
    middle = max(its, key=lambda a: (sum(near.get((a, b), 0.0) for b in its if b != a), [-x for x in a]))
    shape = answers[middle[0]].shapes[middle[1]]
    track = _most(s.track for s in shapes)
    same = next(s.also for s in shapes if tuple(sorted(s.also)) == also[0])
    return middle, replace(shape, attributes=attributes, also=same, track=track[0] if track else shape.track)


def _most(values: Iterable[Hashable]) -> tuple[Any] | None:
    """Return the value that more than half of people gave, in a tuple; None if none is."""
    votes = Counter(values)
    value, n = votes.most_common(1)[0]
    return (value,) if 2 * n > votes.total() else None


def _by_name(given: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the values that more than half of people gave for each attribute; None if there is no such value."""
    rows = list(given)
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        texts = [msgspec.json.encode(row[name], order="deterministic") if name in row else b"" for row in rows]
        most = _most(texts)
        if most is None:
            return None
        if most[0]:
            found[name] = rows[texts.index(most[0])][name]
    return found


def _dispute(answers: Sequence[Annotation], group: list[Place]) -> Dispute:
    shapes = tuple(answers[p].shapes[i] for p, i in group)
    labels = " / ".join(dict.fromkeys(s.label or "" for s in shapes))
    return Dispute("shape", labels, tuple(p for p, _ in group), shapes)


def _tags(answers: Sequence[Annotation], quorum: int) -> tuple[list[str], dict[str, dict[str, Any]], list[Dispute]]:
    """Return the tags that are agreed, their attributes, and what is not agreed."""
    agreed: list[str] = []
    attributes: dict[str, dict[str, Any]] = {}
    disputes: list[Dispute] = []
    for tag in dict.fromkeys(tag for a in answers for tag in a.tags):
        people = [i for i, a in enumerate(answers) if tag in a.tags]
        values = _by_name(answers[i].tag_attributes.get(tag, {}) for i in people)
        if len(people) < quorum or values is None:
            disputes.append(Dispute("tag", tag, tuple(people)))
            continue
        agreed.append(tag)
        if values:
            attributes[tag] = values
    return agreed, attributes, disputes


def _apart(shapes: Sequence[tuple[Place, Shape]]) -> tuple[Shape, ...]:
    """Return shapes of several people with an id of its own each, and with groups that are of one person each."""
    of = Counter((place[0], shape.group) for place, shape in shapes if shape.group is not None)
    names: dict[tuple[int, str], str] = {}
    for (person, group), n in of.items():
        if n > 1 and group is not None:
            taken = set(names.values())
            names[person, group] = group if group not in taken else f"{group} ({person + 1})"
    ids: set[str] = set()
    found = []
    for (person, i), shape in shapes:
        named = None if shape.group is None else names.get((person, shape.group))
        its = shape.id
        while its in ids:
            its = hashlib.sha256(f"{its} {person} {i}".encode()).hexdigest()[:16]
        ids.add(its)
        found.append(replace(shape, id=its, group=named))
    return tuple(found)


__all__ = ["Agreement", "agreement"]
