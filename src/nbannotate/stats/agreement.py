"""How far two raters agree: what is there, where it is, and what it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from nbannotate.rules.agreement.reliability import Units, cohen_kappa, f1, krippendorff_alpha
from nbannotate.stats import answers
from nbannotate.stats.agreed import OfPair, agreed, totals
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "a": Column("string", "The one rater: a login, or a version."),
        "b": Column("string", "The other rater: a login, a version, or a source of imports."),
        "assets": Column("int64", "Assets that both answered."),
        "matched": Column("int64", "Objects that both have, whatever they call them."),
        "missed": Column("int64", "Objects that only a has."),
        "extra": Column("int64", "Objects that only b has."),
        "f1": Column("float64", "2 matched / (2 matched + missed + extra); missing where neither has an object."),
        "mean_iou": Column("float64", "Mean likeness of both shapes of what both have: IoU, OKS or nearness, 0 to 1."),
        "same_label": Column("int64", "Objects that both have and call the same."),
        "alpha": Column("float64", "Krippendorff's alpha of the labels of what both have; missing if all have one."),
        "kappa": Column("float64", "Cohen's kappa of the same."),
        "tag_alpha": Column("float64", "Krippendorff's alpha of whether each tag is there; missing without tags."),
    },
    rows=answers.rated,
    takes=("label", "threshold", "against", "source"),
)
def agreement(q: Query) -> pd.DataFrame:
    """Return how far each two raters agree on the assets that both answered.

    Raters are the members, each with the last answer to an asset that was handed in; with ``source`` an import of
    that name, too; with ``against`` two versions as they are. Shapes are matched so that all together are most alike.
    """
    found = agreed(q)
    rows = [
        {"a": a, "b": b, "assets": its.assets, **totals(its.objects), **_reliable(its)}
        for (a, b), its in sorted(found.pairs.items())
    ]
    names = [name for name in agreement.columns if name != "f1"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(f1=f1(*(frame[name].to_numpy(dtype=float) for name in ("matched", "missed", "extra"))))


def _reliable(its: OfPair) -> dict[str, float]:
    labels = {(a, b): sums.count for (a, b), sums in its.objects.items() if a is not None and b is not None}
    return {
        "alpha": krippendorff_alpha(_units(labels)),
        "kappa": cohen_kappa(labels),
        "tag_alpha": krippendorff_alpha(_units(its.tags)),
    }


def _units(counts: Mapping[tuple[Any, Any], int]) -> Units:
    """Return pairs of values as units of two values each."""
    units: Counter[frozenset[tuple[Hashable, int]]] = Counter()
    for (a, b), count in counts.items():
        units[frozenset({(a, 2)}) if a == b else frozenset({(a, 1), (b, 1)})] += count
    return units
