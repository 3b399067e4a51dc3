"""Pairs of revisions that were compared, shape by shape: each once, and kept, as revisions never change."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nbannotate.rules.agreement.many import Counts, Groups, Matches, matched
from nbannotate.shapes.base import FloatArray
from nbannotate.shapes.columns import Columns, Rows
from nbannotate.shapes.many import starts_of
from nbannotate.shapes.rectangle import Rectangle
from nbannotate.stats.query import Query

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.model import Shape

#: The shapes of so many answers are in memory at once, or so many shapes.
MOST_ANSWERS, MOST_SHAPES = 40_000, 400_000
#: So many objects are kept by one rule; what was not asked for last is forgotten above it.
MOST_KEPT = 5_000_000
#: Comparisons by so many rules are kept in a workspace.
MOST_RULES = 3

#: What two shapes are one object by: the least likeness, and the labels that are looked at.
Rule = tuple[float, tuple[str, ...] | None]


@dataclass(frozen=True)
class Objects:
    """The objects of pairs of answers, those of a pair after each other.

    Parameters
    ----------
    pair
        The number of the pair.
    a, b
        Places of the shapes in their answers; -1: only the other one has it.
    label_a, label_b
        Numbers of their labels; -1: only the other one has it.
    alike
        How alike both shapes are, from 0 to 1; 0 where there is one only.
    """

    pair: Rows
    a: Rows
    b: Rows
    label_a: Rows
    label_b: Rows
    alike: FloatArray

    def take(self, rows: Rows, pair: Rows) -> Objects:
        """Return some of them, as those of other pairs."""
        return Objects(
            pair, self.a[rows], self.b[rows], self.label_a[rows], self.label_b[rows], self.alike[rows]
        )  # fmt: skip


def _nothing() -> Objects:
    none = np.zeros(0, dtype=np.intp)
    return Objects(none, none, none, none, none, np.zeros(0))


@dataclass
class Compared:
    """What was compared by one rule.

    Attributes
    ----------
    labels
        The numbers of labels.
    pairs
        The revisions of each pair, ``(n, 2)``.
    counts
        How many objects each pair has.
    objects
        Those of the pairs, in their order.
    """

    labels: dict[str, int] = field(default_factory=dict)
    pairs: Rows = field(default_factory=lambda: np.zeros((0, 2), dtype=np.intp))
    counts: Counts = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    objects: Objects = field(default_factory=_nothing)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, q: Query, answers: pd.DataFrame, a: Rows, b: Rows) -> Objects:
        """Return the objects of pairs of answers; those that are not known are compared now.

        Parameters
        ----------
        q
            Whose filters have the rule.
        answers
            Rows of :func:`answers.rated`.
        a, b
            Of each pair, the places of its answers, in the order of the assets.
        """
        ids = answers["annotation_id"].to_numpy(dtype=np.intp)
        wanted = np.stack([ids[a], ids[b]], axis=1)
        with self._lock:
            places = self._places(wanted)
            missing = np.flatnonzero(places < 0)
            if len(missing):
                if len(self.objects.pair) > MOST_KEPT:
                    self._keep(places)
                for these, counts, objects in self._compare(q, answers, a, b, missing):
                    self._add(wanted[these], counts, objects)
                places = self._places(wanted)
            counts = self.counts[places]
            rows = _ranges(starts_of(self.counts)[places], counts)
            return self.objects.take(rows, np.repeat(np.arange(len(wanted)), counts))

    def _places(self, wanted: Rows) -> Rows:
        """Return where pairs of revisions stand; -1 where they were not compared."""
        import pandas as pd

        known, asked = (pd.MultiIndex.from_arrays([pairs[:, 0], pairs[:, 1]]) for pairs in (self.pairs, wanted))
        return known.get_indexer(asked)

    def _keep(self, places: Rows) -> None:
        """Forget all pairs but some."""
        keep = np.unique(places[places >= 0])
        rows = _ranges(starts_of(self.counts)[keep], self.counts[keep])
        self.pairs, self.counts = self.pairs[keep], self.counts[keep]
        self.objects = self.objects.take(rows, np.repeat(np.arange(len(keep)), self.counts))

    def _add(self, pairs: Rows, counts: Counts, objects: Objects) -> None:
        self.pairs = np.concatenate([self.pairs, pairs])
        self.counts = np.concatenate([self.counts, counts])
        columns = (
            np.concatenate([getattr(one, name) for one in (self.objects, objects)])
            for name in ("a", "b", "label_a", "label_b", "alike")
        )
        self.objects = Objects(np.repeat(np.arange(len(self.counts)), self.counts), *columns)

    def _compare(
        self, q: Query, answers: pd.DataFrame, a: Rows, b: Rows, missing: Rows
    ) -> Iterator[tuple[Rows, Counts, Objects]]:
        """Compare pairs in pieces; yield which they are, how many objects each has, and those."""
        shapes = answers["shapes"].to_numpy(dtype=np.int64)
        size = np.maximum(np.cumsum(shapes[a[missing]] + shapes[b[missing]]) // MOST_SHAPES,
                          np.arange(len(missing)) * 2 // MOST_ANSWERS)  # fmt: skip
        done = 0
        for these in np.split(missing, np.flatnonzero(np.diff(size)) + 1):
            q.progress(done, len(missing))
            done += len(these)
            its, where = np.unique(np.concatenate([a[these], b[these]]), return_inverse=True)
            columns, labels, groups = self._read(q, answers.iloc[its])
            mine, theirs = where[: len(these)], where[len(these) :]
            found = matched(columns, labels, groups, mine, theirs, q.filters.threshold)
            yield these, *_as_objects(found, labels, groups, mine, theirs)

    def _read(self, q: Query, answers: pd.DataFrame) -> tuple[Columns, Rows, Groups]:
        """Return the shapes of answers, the numbers of their labels, and which answer has which of them."""
        import pandas as pd

        ids = answers["annotation_id"].to_numpy(dtype=np.intp)
        frames = list(_asked(q, answers.drop_duplicates("annotation_id")))
        frame = frames[0] if len(frames) == 1 else pd.concat(frames).sort_values("annotation_id", kind="stable")
        codes, names = pd.factorize(frame["label"])
        number = np.array([self.labels.setdefault(name, len(self.labels)) for name in names], dtype=np.intp)
        labels = number[codes] if len(codes) else np.zeros(0, dtype=np.intp)
        of = frame["annotation_id"].to_numpy(dtype=np.intp)
        starts = np.searchsorted(of, ids)
        counts = np.searchsorted(of, ids, side="right") - starts
        return columns_of(frame), labels, Groups(starts, counts)


def _ranges(starts: Rows, counts: Counts) -> Rows:
    """Return the numbers from each start on, as many as there are of each."""
    return np.repeat(starts - starts_of(counts), counts) + np.arange(int(counts.sum()))


def _as_objects(found: Matches, labels: Rows, groups: Groups, a: Rows, b: Rows) -> tuple[Counts, Objects]:
    there_a, there_b = found.a >= 0, found.b >= 0
    some = np.concatenate([labels, [-1]])  # of place -1, the last one
    objects = Objects(
        found.pair,
        np.where(there_a, found.a - groups.starts[a][found.pair], -1),
        np.where(there_b, found.b - groups.starts[b][found.pair], -1),
        some[found.a], some[found.b], found.alike,
    )  # fmt: skip
    return np.bincount(found.pair, minlength=len(a)), objects


# Shapes as they are read ---------------------------------------------------------------------------------------------


#: Shapes of which the corners say all; their points are not read.
_IS_BOX = f"kind = '{Rectangle.name}' and width > 0 and rle is null and rings is null"


def _asked(q: Query, answers: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the shapes of answers, version by version."""
    for version, its in answers.groupby("of_version"):
        ask = Query(q.place.workspace)
        ids = ask.bind(its["annotation_id"].tolist())
        yield ask.run(
            f"select annotation_id, kind, label, case when {_IS_BOX} then null else points end as points, rle, "
            "visibility, rings, x, y, width, height from shape_history "
            f"where version_id = {ask.bind(version)} and annotation_id in (select unnest({ids})) "
            f"and {ask.one_of('label', q.filters.labels)} order by annotation_id, position"
        )


def columns_of(rows: pd.DataFrame) -> Columns:
    """Return rows of the view ``shapes`` as columns of numbers.

    Parameters
    ----------
    rows
        With ``kind``, ``label``, ``points``, ``rle``, ``visibility``, ``rings``, ``x``, ``y``, ``width`` and
        ``height``; rectangles may come without points.
    """
    import pandas as pd

    is_box = rows["points"].isna().to_numpy(dtype=bool)
    texts = rows["points"].to_numpy(dtype=object)[~is_box].tolist()
    counts = np.full(len(rows), 2, dtype=np.int64)
    counts[~is_box] = of_texts = np.array([text.count("[") - 1 for text in texts], dtype=np.int64)
    joined = ",".join(texts if of_texts.all() else [text for text in texts if text != "[]"])
    points = np.empty((int(counts.sum()), 2))
    points[np.repeat(~is_box, counts)] = np.fromstring(joined.encode().translate(None, b"[] "), sep=",").reshape(-1, 2)
    low, size = (rows[list(names)].to_numpy(dtype=float)[is_box] for names in (("x", "y"), ("width", "height")))
    first = starts_of(counts)[is_box]
    points[first], points[first + 1] = low, low + size
    is_more = (rows["rle"].notna() | rows["rings"].notna()).to_numpy(dtype=bool)
    its_kind, kinds = pd.factorize(rows["kind"])
    return Columns(list(kinds), its_kind, points, counts, is_more, _Shapes(rows))


class _Shapes:
    """The shapes of rows, made when they are asked for."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows
        self._made: dict[int, Shape] = {}

    def __call__(self, place: int) -> Shape:
        if place not in self._made:
            import pandas as pd

            from nbannotate.workspace import native_values

            row = self._rows.iloc[place]
            its = {name: row[name] for name in ("kind", "points", "label", "rle", "visibility", "rings")}
            if pd.isna(its["points"]):
                x, y, width, height = (float(row[name]) for name in ("x", "y", "width", "height"))
                its["points"] = f"[[{x},{y}],[{x + width},{y + height}]]"
            self._made[place] = native_values.as_shape(**its)
        return self._made[place]


# What is kept --------------------------------------------------------------------------------------------------------

#: By the id of whom is asked, as long as that is there: numbers of revisions mean something in one workspace.
_kept: dict[int, dict[Rule, Compared]] = {}


def compared(q: Query) -> Compared:
    """Return what was compared in a workspace by the rule of a question."""
    asked = getattr(q.place.workspace, "client", q.place.workspace)
    if id(asked) not in _kept:
        weakref.finalize(asked, _kept.pop, id(asked), None)
    rules = _kept.setdefault(id(asked), {})
    rule = (q.filters.threshold, q.filters.labels and tuple(sorted(q.filters.labels)))
    found = rules.pop(rule, None) or Compared()
    rules[rule] = found
    while len(rules) > MOST_RULES:
        rules.pop(next(iter(rules)))
    return found
