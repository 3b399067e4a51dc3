"""A bubble per size of image: width and height, and how many images have them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import MEASURE, Look, behind, figure, nothing
from nbannotate.stats.asset_sizes import asset_sizes as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("width", "height")
#: So many sizes are shown, the most frequent ones.
MOST = 500


@chart(table, title=t("Sizes of images (pixels)"), on=Position("quality", 55), keys=KEYS)
def asset_sizes(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bubble per size: width and height of the annotated images; larger ones stand for more images."""
    if frame.empty:
        return nothing(t("No annotated image has a known size"))
    found = frame.nlargest(MOST, "assets")
    drawn = figure()
    drawn.add_scatter(
        x=found["width"],
        y=found["height"],
        mode="markers",
        marker={
            "size": 8 + 24 * np.sqrt(found["assets"] / found["assets"].max()),
            "color": MEASURE, "opacity": 0.65, "line": {"width": 0},
        },
        customdata=behind(found, KEYS, look, found["assets"], found["megapixels"], found["ratio"]),
        hovertemplate="%{x} x %{y} px: %{customdata[2]} images"
        "<br>%{customdata[3]:.2f} megapixels, width / height %{customdata[4]:.2f}<extra></extra>",
    )  # fmt: skip
    drawn.update_xaxes(title_text=t("width in pixels"), rangemode="tozero")
    drawn.update_yaxes(title_text=t("height in pixels"), rangemode="tozero")
    return drawn
