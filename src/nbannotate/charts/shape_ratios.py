"""How shapes are proportioned: width divided by height, by label."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.bins import Axis, histogram
from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look
from nbannotate.stats.shape_sizes import shape_sizes as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("ratio_bin", "label")


@chart(table, title=t("Aspect ratios of shapes (width / height)"), on=Position("quality", 40), keys=KEYS)
def shape_ratios(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a histogram: how many shapes of each label are how wide; at 1 they are square."""
    return histogram(frame, look, Axis("ratio", t("width / height of the bounding box"), lambda v: f"{v:.2g}"))
