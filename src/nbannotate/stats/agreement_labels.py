"""How far two raters agree on the objects of each label."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from nbannotate.rules.agreement.reliability import f1
from nbannotate.stats import answers
from nbannotate.stats.agreed import Labels, Sums, agreed
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "a": Column("string", "The one rater: a login, or a version."),
        "b": Column("string", "The other rater: a login, a version, or a source of imports."),
        "label": Column("string", "Name of the label; empty for shapes without one."),
        "matched": Column("int64", "Objects that both have and call so."),
        "missed": Column("int64", "Objects that a calls so, and b does not have or calls otherwise."),
        "extra": Column("int64", "Objects that b calls so, and a does not have or calls otherwise."),
        "f1": Column("float64", "2 matched / (2 matched + missed + extra)."),
        "mean_iou": Column("float64", "Mean likeness of both shapes of what both call so: IoU, OKS or nearness."),
    },
    rows=answers.rated,
    takes=("label", "threshold", "against", "source"),
)
def agreement_labels(q: Query) -> pd.DataFrame:
    """Return how far each two raters agree on the objects of each label; see ``agreement`` for who is a rater.

    Objects are matched whatever they are called, so that one that both have under two names is missed for the one
    label and extra for the other one; with ``label`` only shapes of those labels are looked at.
    """
    rows = []
    for (a, b), its in sorted(agreed(q).pairs.items()):
        for label, (both, missed, extra) in sorted(_by_label(its.objects).items()):
            mean = both.alike / both.count if both.count else float("nan")
            rows.append((a, b, label, both.count, missed.count, extra.count, mean))
    frame = pd.DataFrame(rows, columns=[name for name in agreement_labels.columns if name != "f1"])
    return frame.assign(f1=f1(*(frame[name].to_numpy(dtype=float) for name in ("matched", "missed", "extra"))))


def _by_label(objects: dict[Labels, Sums]) -> dict[str, tuple[Sums, Sums, Sums]]:
    """Return of each label what both call so, what only the one does, and what only the other one does."""
    found: dict[str, tuple[Sums, Sums, Sums]] = defaultdict(lambda: (Sums(), Sums(), Sums()))
    for (a, b), sums in objects.items():
        for label, which in ((a, 0),) if a == b else ((a, 1), (b, 2)):
            if label is not None:
                its = found[label][which]
                its.count, its.alike = its.count + sums.count, its.alike + sums.alike
    return found
