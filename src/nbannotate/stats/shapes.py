"""How many shapes there are, by label and kind."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "label": Column("string", "Name of the label; empty for shapes without one."),
        "kind": Column("string", "Kind of shape: rectangle, polygon, mask ….", is_said=True),
        "shapes": Column("int64", "Shapes in what is said of the images now."),
        "assets": Column("int64", "Images that have one."),
        "mean_area": Column("float64", "Mean area, in square pixels; 0 for points and lines."),
    },
    rows=rows.shapes,
    takes=("label",),
)
def shapes(q: Query) -> pd.DataFrame:
    """Return shapes by label and kind, as they are now: of the latest revision of each image.

    Of a campaign those count that were said in it; of a version all that it shows; of a dataset or a workspace one that
    several versions show counts once. The filter on members looks at who made the revision, the period at when.
    """
    assets = "count(*)" if q.place.kind in ("version", "campaign") else "count(distinct asset_id)"
    return q.run(
        f"select label, kind, sum(shapes) as shapes, {assets} as assets, sum(area) / sum(shapes) as mean_area "
        f"from ({rows.label_counts(q)}) n group by label, kind order by label, kind"
    )
