"""A heat map: where on their images shapes lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import HEAT, Look, figure, nothing
from nbannotate.stats.shape_places import CELLS
from nbannotate.stats.shape_places import shape_places as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("x_cell", "y_cell")


@chart(table, title=t("Where on the images shapes lie (shapes per cell)"), on=Position("quality", 50), keys=KEYS)
def shape_places(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a heat map: how many shapes have the middle of their bounding box in each cell of the image."""
    if frame.empty:
        return nothing(t("No shape lies on an image of known size"))
    counts = np.zeros((CELLS, CELLS))
    counts[frame["y_cell"].to_numpy(int), frame["x_cell"].to_numpy(int)] = frame["shapes"].to_numpy(float)
    middles = (np.arange(CELLS) + 0.5) / CELLS * 100
    drawn = figure(height=380)
    drawn.add_heatmap(
        z=np.where(counts > 0, counts, np.nan),
        x=middles,
        y=middles,
        customdata=[[[x, y] for x in range(CELLS)] for y in range(CELLS)],
        colorscale=HEAT,
        zmin=0,
        colorbar={"title": {"text": t("shapes")}, "thickness": 12, "outlinewidth": 0},
        hovertemplate="%{z} shapes at %{x:.0f} %, %{y:.0f} %<extra></extra>",
    )
    drawn.update_xaxes(title_text=t("% of the width"), range=[0, 100], showgrid=False, constrain="domain")
    drawn.update_yaxes(title_text=t("% of the height"), range=[100, 0], showgrid=False)
    return drawn
