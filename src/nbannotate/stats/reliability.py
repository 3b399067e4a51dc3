"""How far all raters together agree, beyond chance: on the labels of objects, and on each tag."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from nbannotate.rules.agreement.reliability import Units, fleiss_kappa, krippendorff_alpha
from nbannotate.stats import answers
from nbannotate.stats.agreed import agreed
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "what": Column(
            "string", "labels: what objects are called that two raters have at least; or tag.", is_said=True
        ),
        "tag": Column("string", "Name of the tag; missing for labels."),
        "units": Column("int64", "Objects, or assets, of which two raters said something at least."),
        "alpha": Column("float64", "Krippendorff's alpha, nominal; missing if all say the same of everything."),
        "kappa": Column("float64", "Fleiss' kappa, of the units of which as many raters said something as of most."),
    },
    rows=answers.rated,
    takes=("label", "threshold", "against", "source"),
)
def reliability(q: Query) -> pd.DataFrame:
    """Return how far all raters together agree: 1 is perfect, 0 is what chance would do, less is worse than chance.

    An object is what raters drew in one place: shapes that are matched, directly or through those of others.
    """
    rows = [
        (what, tag, sum(units.values()), krippendorff_alpha(units), fleiss_kappa(units))
        for what, tag, units in _each(q)
    ]
    return pd.DataFrame(rows, columns=list(reliability.columns))


def _each(q: Query) -> Iterator[tuple[str, str | None, Units]]:
    found = agreed(q)
    if found.labels:
        yield "labels", None, found.labels
    for tag, units in sorted(found.tags.items()):
        yield "tag", tag, units
