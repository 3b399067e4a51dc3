"""What two raters call the same objects, and which objects only one of them has."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import answers
from nbannotate.stats.agreed import agreed
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "a": Column("string", "The one rater: a login, or a version."),
        "b": Column("string", "The other rater: a login, a version, or a source of imports."),
        "label_a": Column("string", "What a calls them; missing where only b has them: they are extra."),
        "label_b": Column("string", "What b calls them; missing where only a has them: they are missed."),
        "objects": Column("int64", "How many objects."),
    },
    rows=answers.rated,
    takes=("label", "threshold", "against", "source"),
)
def confusion(q: Query) -> pd.DataFrame:
    """Return how many objects each two raters call what, *missed* and *extra* ones among them."""
    rows = [
        (a, b, label_a, label_b, sums.count)
        for (a, b), its in agreed(q).pairs.items()
        for (label_a, label_b), sums in its.objects.items()
    ]
    frame = pd.DataFrame(rows, columns=list(confusion.columns))
    return frame.sort_values(list(confusion.columns)[:4], ignore_index=True, na_position="last")
