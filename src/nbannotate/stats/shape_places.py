"""Where on their images shapes lie."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats import rows
from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table

#: So many cells across, and so many down.
CELLS = 32


def placed(q: Query) -> str:
    """Return shapes with the cell that the middle of their bounding box is in."""

    def cell(middle: str, size: str) -> str:
        at = f"cast(floor({middle} * {CELLS} / {size}) as integer)"
        return f"greatest(0, least({CELLS - 1}, {at}))"

    return (
        f"select s.*, {cell('(x + width / 2)', 'image_width')} as x_cell, "
        f"{cell('(y + height / 2)', 'image_height')} as y_cell from ({rows.shapes_on_images(q)}) s"
    )


@table(
    {
        "x_cell": Column("int64", f"Column of the cell, from the left: 0 to {CELLS - 1}."),
        "y_cell": Column("int64", f"Row of the cell, from the top: 0 to {CELLS - 1}."),
        "shapes": Column("int64", "Shapes whose bounding box has its middle there."),
    },
    rows=placed,
    takes=("label",),
)
def shape_places(q: Query) -> pd.DataFrame:
    """Return how many shapes lie in each cell, all images laid over one another; empty cells are not listed."""
    return q.run(f"select x_cell, y_cell, count(*) as shapes from ({placed(q)}) s group by 1, 2 order by 2, 1")
