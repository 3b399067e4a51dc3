"""How large shapes are and how they are proportioned: areas in pixels, shares of the image, aspect ratios."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

#: What is measured, and how many bins there are for a doubling.
MEASURES = {"area": 1, "share": 1, "ratio": 2}


def binned(value: str, bins: int) -> str:
    """Return the number of the bin that a positive value is in: bin n begins at 2 to the power of n / bins."""
    # A value at the edge of a bin is in it, though its logarithm is not exact.
    return f"cast(floor(ln({value}) / ln(2.0) * {bins} + 1e-9) as integer)"


def measured(q: Query) -> str:
    """Return shapes with an extent, and the bins that they are in."""
    return (
        f"select s.*, {binned('area', 1)} as area_bin, "
        f"{binned('area / (cast(image_width as double precision) * image_height)', 1)} as share_bin, "
        f"{binned('width / height', 2)} as ratio_bin "
        f"from ({rows.shapes_on_images(q)}) s where area > 0 and width > 0 and height > 0"
    )


@table(
    {
        "measure": Column(
            "string", "area (square pixels), share (of the image, 0 to 1) or ratio (width / height).", is_said=True
        ),
        "label": Column("string", "Name of the label."),
        "bin": Column("int64", "Number of the bin: 0 begins at 1."),
        "low": Column("float64", "Where the bin begins; it is part of it."),
        "high": Column("float64", "Where it ends."),
        "shapes": Column("int64", "Shapes in the bin."),
    },
    rows=measured,
    takes=("label",),
)
def shape_sizes(q: Query) -> pd.DataFrame:
    """Return how many shapes of each label have which area, which share of their image, and which aspect ratio.

    Bins are even in powers of 2: one for a doubling of the area, two for a doubling of the ratio. Ratios are those of
    the bounding box. Points and lines have no area and are left out.
    """
    parts = " union all ".join(
        f"select '{measure}' as measure, label, {measure}_bin as bin, sum(shapes) as shapes from g group by 2, 3"
        for measure in MEASURES
    )
    frame = q.run(f"""
        with g as (
            select label, area_bin, share_bin, ratio_bin, count(*) as shapes from ({measured(q)}) s group by 1, 2, 3, 4
        )
        select * from ({parts}) b order by measure, label, bin
    """)
    bins = frame["measure"].map(MEASURES).astype("float64")
    frame["low"] = 2.0 ** (frame["bin"] / bins)
    frame["high"] = 2.0 ** ((frame["bin"] + 1) / bins)
    return frame
