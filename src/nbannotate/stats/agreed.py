"""The comparison that all tables of agreement count: pairs of raters, their objects, and what those are called."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate.model import Shape
from nbannotate.rules.agreement.pairing import objects, paired
from nbannotate.rules.agreement.reliability import tallied
from nbannotate.stats.answers import pieces, rated
from nbannotate.stats.query import Query

if TYPE_CHECKING:
    import pandas as pd

Raters = tuple[str, str]
#: The labels that both gave; None: only the other one has the object.
Labels = tuple[str | None, str | None]


@dataclass
class Sums:
    """How many objects there are, and the sum of how much alike their two shapes are."""

    count: int = 0
    alike: float = 0.0


@dataclass
class OfPair:
    """What two raters said of the same assets.

    Parameters
    ----------
    assets
        How many both answered.
    objects
        By the labels that both gave.
    tags
        Of all tags and assets, how often each said that it is there.
    """

    assets: int = 0
    objects: dict[Labels, Sums] = field(default_factory=lambda: defaultdict(Sums))
    tags: Counter[tuple[bool, bool]] = field(default_factory=Counter)


@dataclass
class OfAsset:
    """What all pairs of raters of one asset said of it, in sums."""

    version_id: int
    asset_id: int
    asset: str
    raters: int
    matched: int = 0
    alike: float = 0.0
    other_label: int = 0
    unmatched: int = 0
    other_tags: int = 0


@dataclass
class Agreed:
    """All that is counted.

    Parameters
    ----------
    pairs, assets
        By pair of raters, in their order; by asset.
    labels
        Of objects that two raters have at least, how many have what labels.
    tags
        Of each tag, of how many assets it was said to be there, or not, how often.
    """

    pairs: dict[Raters, OfPair] = field(default_factory=lambda: defaultdict(OfPair))
    assets: list[OfAsset] = field(default_factory=list)
    labels: Counter[frozenset[tuple[Hashable, int]]] = field(default_factory=Counter)
    tags: dict[str, Counter[frozenset[tuple[Hashable, int]]]] = field(default_factory=lambda: defaultdict(Counter))


#: The last comparisons, by what was compared: several tables of one page count the same.
_kept: OrderedDict[bytes, Agreed] = OrderedDict()
_MOST_KEPT = 2


def agreed(q: Query) -> Agreed:
    """Return what the raters in a scope said of the same assets.

    Answers never change, so that a comparison of the same answers is the same one.
    """
    answers = q.run(f"select * from ({rated(q)}) r order by version_id, asset, side, rater")
    key = _key(answers, q)
    if key in _kept:
        return _kept[key]
    found = _compared(q, answers)
    _kept[key] = found
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return found


def _key(answers: pd.DataFrame, q: Query) -> bytes:
    import pandas as pd

    rows = pd.util.hash_pandas_object(answers.astype(str), index=False).to_numpy()
    return hashlib.sha256(rows.tobytes() + repr((q.filters.threshold, q.filters.labels)).encode()).digest()


def _compared(q: Query, answers: pd.DataFrame) -> Agreed:
    found = Agreed()
    said = {text: frozenset(msgspec.json.decode(text)) for text in answers["tags"].unique()}
    tags = sorted(set().union(*said.values()))
    for piece, shapes in pieces(q, answers):
        rows = piece[["version_id", "asset", "asset_id", "rater", "annotation_id", "tags"]]
        each = rows.itertuples(index=False, name=None)
        for (version, asset), its in itertools.groupby(each, lambda row: row[:2]):
            mine = list(its)
            place = OfAsset(int(version), int(mine[0][2]), asset, len(mine))
            raters = [row[3] for row in mine]
            _add_shapes(found, place, raters, [shapes.get(row[4], ()) for row in mine], q.filters.threshold)
            _add_tags(found, place, raters, [said[row[5]] for row in mine], tags)
            found.assets.append(place)
    return found


def _add_shapes(
    found: Agreed, place: OfAsset, raters: Sequence[str], shapes: Sequence[Sequence[Shape]], threshold: float
) -> None:
    """Count the objects of one asset."""
    together: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for a, b in itertools.combinations(range(len(raters)), 2):
        of_pair = found.pairs[raters[a], raters[b]]
        of_pair.assets += 1
        its = paired(shapes[a], shapes[b], threshold)
        for pair in its.both:
            labels = shapes[a][pair.a].label, shapes[b][pair.b].label
            sums = of_pair.objects[labels]
            sums.count, sums.alike = sums.count + 1, sums.alike + pair.alike
            place.other_label += labels[0] != labels[1]
            place.alike += pair.alike
            together.append(((a, pair.a), (b, pair.b)))
        for n in its.only_a:
            of_pair.objects[shapes[a][n].label, None].count += 1
        for n in its.only_b:
            of_pair.objects[None, shapes[b][n].label].count += 1
        place.matched += len(its.both)
        place.unmatched += len(its.only_a) + len(its.only_b)
    found.labels += tallied([[shapes[rater][n].label for rater, n in group] for group in objects(together)])


def _add_tags(
    found: Agreed, place: OfAsset, raters: Sequence[str], said: Sequence[frozenset[str]], tags: Sequence[str]
) -> None:
    """Count the tags of one asset."""
    for a, b in itertools.combinations(range(len(raters)), 2):
        its = found.pairs[raters[a], raters[b]].tags
        for tag in tags:
            its[tag in said[a], tag in said[b]] += 1
        place.other_tags += len(said[a] ^ said[b])
    for tag in tags:
        found.tags[tag] += tallied([[tag in its for its in said]])


def totals(of_pair: Mapping[Labels, Sums]) -> dict[str, Any]:
    """Return how many objects both have, only one of them, with one label, and the mean likeness of the shapes."""
    both = {labels: sums for labels, sums in of_pair.items() if None not in labels}
    matched = sum(sums.count for sums in both.values())
    return {
        "matched": matched,
        "same_label": sum(sums.count for (a, b), sums in both.items() if a == b),
        "missed": sum(sums.count for (_, b), sums in of_pair.items() if b is None),
        "extra": sum(sums.count for (a, _), sums in of_pair.items() if a is None),
        "mean_iou": sum(sums.alike for sums in both.values()) / matched if matched else float("nan"),
    }
