"""How many shapes an image has."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


def counted(q: Query) -> str:
    """Return the annotated images with the number of their shapes, of the labels that are asked for."""
    if q.filters.labels is None:
        return rows.revisions(q, ", shapes")
    return (
        f"select n.*, coalesce(s.shapes, 0) as shapes from ({rows.revisions(q)}) n left join "
        f"(select annotation_id, version_id, sum(shapes) as shapes from ({rows.label_counts(q)}) s group by 1, 2) s "
        "on s.annotation_id = n.annotation_id and s.version_id = n.version_id"
    )


@table(
    {
        "shapes": Column("int64", "So many shapes."),
        "assets": Column("int64", "Annotated images that have as many; those without any are listed with 0."),
    },
    rows=counted,
    takes=("label",),
)
def shapes_per_asset(q: Query) -> pd.DataFrame:
    """Return how many annotated images have 0, 1, 2 … shapes, of the labels that are asked for."""
    return q.run(f"select shapes, count(*) as assets from ({counted(q)}) n group by 1 order by 1")
