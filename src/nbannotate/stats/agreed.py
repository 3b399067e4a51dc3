"""The comparison that all tables of agreement count: pairs of raters, their objects, and what those are called."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from nbannotate.shapes.columns import Rows
from nbannotate.stats.answers import rated
from nbannotate.stats.compared import Compared, Objects, compared
from nbannotate.stats.query import Query

if TYPE_CHECKING:
    import pandas as pd

#: What is read of answers.
_COLUMNS = "version_id, asset_id, asset, rater, annotation_id, of_version, shapes, tags"

#: The values that something was given, each with how often.
Unit = frozenset[tuple[Hashable, int]]
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
class Agreed:
    """All that is counted.

    Parameters
    ----------
    pairs
        By pair of raters, in their order.
    assets
        One row an asset, in the order of their names: ``version_id``, ``asset_id``, ``asset``, ``raters``, and of all
        pairs of its raters together ``matched``, ``alike`` (the sum), ``other_label``, ``unmatched``, ``other_tags``.
    labels
        Of objects that two raters have at least, how many have what labels.
    tags
        Of each tag, of how many assets it was said to be there, or not, how often.
    """

    pairs: dict[Raters, OfPair]
    assets: pd.DataFrame
    labels: Counter[Unit]
    tags: dict[str, Counter[Unit]]


#: The last ones, by what was counted: several tables of one page count the same.
_kept: list[tuple[pd.DataFrame, Compared, Agreed]] = []
_MOST_KEPT = 2


def agreed(q: Query) -> Agreed:
    """Return what the raters in a scope said of the same assets.

    Answers never change, so that what was compared and counted of the same answers stays true.
    """
    answers = q.run(f"select {_COLUMNS} from ({rated(q)}) r order by version_id, asset, side, rater")
    by = compared(q)
    for before, rule, found in _kept:
        if rule is by and before.equals(answers):
            return found
    found = _counted(q, answers, by)
    _kept.insert(0, (answers, by, found))
    del _kept[_MOST_KEPT:]
    return found


def _counted(q: Query, answers: pd.DataFrame, by: Compared) -> Agreed:
    import pandas as pd

    new = (answers[["version_id", "asset"]] != answers[["version_id", "asset"]].shift()).any(axis=1).to_numpy()
    first = np.flatnonzero(new)
    raters = np.diff([*first, len(answers)])
    asset, a, b = _paired(first, raters)
    objects = by.of(q, answers, a, b)
    names = sorted(answers["rater"].unique().tolist())
    who = pd.Categorical(answers["rater"], names).codes.astype(np.intp)
    of_pair, pair = np.unique(who[a] * len(names) + who[b], return_inverse=True)
    found = {(names[n // len(names)], names[n % len(names)]): OfPair() for n in of_pair.tolist()}
    each = list(found.values())
    for its, count in zip(each, np.bincount(pair).tolist(), strict=True):
        its.assets = count
    _add_objects(each, list(by.labels), pair[objects.pair], objects)
    assets = answers.iloc[first][["version_id", "asset_id", "asset"]].reset_index(drop=True).assign(raters=raters)
    _add_sums(assets, asset[objects.pair], objects)
    tags = _Tags(answers["tags"])
    assets["other_tags"] = np.bincount(asset, tags.apart(a, b), len(assets)).astype(np.int64)
    tags.add(each, pair, a, b)
    return Agreed(found, assets, _units(list(by.labels), objects, asset, a, b, raters), tags.units(first, raters))


def _paired(first: Rows, raters: Rows) -> tuple[Rows, Rows, Rows]:
    """Return all pairs of the answers to each asset: the number of the asset, and the places of both answers."""
    found = [(np.zeros(0, dtype=np.intp),) * 3]
    for n in np.unique(raters).tolist():
        its = np.flatnonzero(raters == n)
        one, other = np.triu_indices(n, 1)
        found.append(
            (np.repeat(its, len(one)), (first[its][:, None] + one).ravel(), (first[its][:, None] + other).ravel())
        )
    asset, a, b = (np.concatenate([each[n] for each in found]) for n in range(3))
    order = np.lexsort((b, a))
    return asset[order], a[order], b[order]


def _add_objects(each: Sequence[OfPair], labels: Sequence[str], pair: Rows, objects: Objects) -> None:
    """Count the objects of each pair of raters by the labels that both gave."""
    import pandas as pd

    n = len(labels) + 1
    its, keys = pd.factorize((pair * n + objects.label_a + 1) * n + objects.label_b + 1, sort=True)
    named = [None, *labels]
    sums = zip(keys.tolist(), np.bincount(its).tolist(), np.bincount(its, objects.alike).tolist(), strict=True)
    for key, count, alike in sums:
        each[key // n // n].objects[named[key // n % n], named[key % n]] = Sums(count, alike)


def _add_sums(assets: pd.DataFrame, asset: Rows, objects: Objects) -> None:
    """Count the objects of each asset."""
    both = (objects.a >= 0) & (objects.b >= 0)
    for name, which in (
        ("matched", both), ("unmatched", ~both), ("other_label", both & (objects.label_a != objects.label_b)),
    ):  # fmt: skip
        assets[name] = np.bincount(asset[which], minlength=len(assets))
    assets["alike"] = np.bincount(asset, objects.alike, len(assets))


def _units(labels: Sequence[str], objects: Objects, asset: Rows, a: Rows, b: Rows, raters: Rows) -> Counter[Unit]:
    """Return how many objects that two raters have at least are called what."""
    both = np.flatnonzero((objects.a >= 0) & (objects.b >= 0))
    pair = objects.pair[both]
    of_two = raters[asset[pair]] == 2
    its = both[of_two]
    found = [np.stack([objects.label_a[its], objects.label_b[its]], axis=1)]
    rest = both[~of_two]
    if len(rest):
        found += _joined(objects, rest, a[pair[~of_two]], b[pair[~of_two]])
    units: Counter[Unit] = Counter()
    for values in found:
        rows, counts = _counted_rows(np.sort(values, axis=1), len(labels))
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
            units[frozenset(Counter(labels[label] for label in row).items())] += count
    return units


def _counted_rows(values: Rows, below: int) -> tuple[Rows, Rows]:
    """Return the different rows of numbers below one, and how often each is there."""
    import pandas as pd

    if below ** values.shape[1] > np.iinfo(np.int64).max:
        rows, counts = np.unique(values, axis=0, return_counts=True)
        return rows, counts
    place, keys = pd.factorize(values @ below ** np.arange(values.shape[1])[::-1], sort=True)
    first = np.empty(len(keys), dtype=np.intp)
    first[place] = np.arange(len(values))
    return values[first], np.bincount(place, minlength=len(keys))


def _joined(objects: Objects, rows: Rows, a: Rows, b: Rows) -> list[Rows]:
    """Return the labels of shapes that are joined by pairs, directly or through others: by how many they are.

    Parameters
    ----------
    objects, rows
        The pairs.
    a, b
        The answers that they are in.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    wide = int(max(objects.a[rows].max(), objects.b[rows].max())) + 1
    nodes, where = np.unique(
        np.concatenate([a * wide + objects.a[rows], b * wide + objects.b[rows]]), return_inverse=True
    )
    labels = np.empty(len(nodes), dtype=np.intp)
    labels[where] = np.concatenate([objects.label_a[rows], objects.label_b[rows]])
    edges = coo_array((np.ones(len(rows)), (where[: len(rows)], where[len(rows) :])), shape=(len(nodes), len(nodes)))
    group = connected_components(edges, directed=False)[1]
    size = np.bincount(group)[group]
    order = np.argsort(group, kind="stable")
    return [labels[order][size[order] == n].reshape(-1, n) for n in np.unique(size).tolist()]


class _Tags:
    """The tags of answers: each set of them once.

    Parameters
    ----------
    texts
        Of each answer, its tags as JSON.
    """

    def __init__(self, texts: pd.Series[str]) -> None:
        import pandas as pd

        self._set, sets = pd.factorize(texts)
        said = [frozenset(msgspec.json.decode(text)) for text in sets]
        self.tags = sorted(set().union(*said))
        #: Whether a tag is in a set, by set and tag.
        self._there = np.array([[tag in its for tag in self.tags] for its in said], dtype=bool)

    def apart(self, a: Rows, b: Rows) -> Rows:
        """Return how many tags only one of two answers has."""
        if not self.tags:
            return np.zeros(len(a), dtype=np.intp)
        return np.asarray((self._there[self._set[a]] != self._there[self._set[b]]).sum(axis=1))

    def add(self, each: Sequence[OfPair], pair: Rows, a: Rows, b: Rows) -> None:
        """Count for each pair of raters how often which of them says that a tag is there."""
        n = len(self._there)
        keys, counts = np.unique((pair * n + self._set[a]) * n + self._set[b], return_counts=True)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            one, other = self._there[key // n % n].tolist(), self._there[key % n].tolist()
            for both in zip(one, other, strict=True):
                each[key // n // n].tags[both] += count

    def units(self, first: Rows, raters: Rows) -> dict[str, Counter[Unit]]:
        """Return of each tag of how many assets it was said to be there, and not to be, how often."""
        found: dict[str, Counter[Unit]] = {tag: Counter() for tag in self.tags}
        for n, tag in enumerate(self.tags):
            times = np.add.reduceat(self._there[self._set, n], first, dtype=np.intp)
            rows, counts = np.unique(np.stack([times, raters - times], axis=1), axis=0, return_counts=True)
            for (yes, no), count in zip(rows.tolist(), counts.tolist(), strict=True):
                unit = frozenset((said, often) for said, often in ((True, yes), (False, no)) if often)
                found[tag][unit] += count
        return found


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
