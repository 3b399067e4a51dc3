"""How large the annotated images are and how they are proportioned."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


@table(
    {
        "width": Column("int64", "Width in pixels."),
        "height": Column("int64", "Height in pixels."),
        "assets": Column("int64", "Annotated images of this size."),
        "megapixels": Column("float64", "Their area, in millions of pixels."),
        "ratio": Column("float64", "Width / height."),
    },
    rows=rows.images,
)
def asset_sizes(q: Query) -> pd.DataFrame:
    """Return the sizes of the annotated images, and how many have each; files that cannot be opened are left out."""
    frame = q.run(f"select width, height, count(*) as assets from ({rows.images(q)}) i group by 1, 2 order by 1, 2")
    frame["megapixels"] = frame["width"] * frame["height"] / 1e6
    frame["ratio"] = frame["width"] / frame["height"]
    return frame
