"""How large shapes are: areas in square pixels, by label."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.bins import Axis, histogram
from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look
from nbannotate.stats.shape_sizes import shape_sizes as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("area_bin", "label")


@chart(table, title=t("Areas of shapes (square pixels)"), on=Position("quality", 30), keys=KEYS)
def shape_areas(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a histogram: how many shapes of each label have which area; each bar is a doubling."""
    return histogram(frame, look, Axis("area", t("area in square pixels"), lambda v: f"{v:,.0f} px²"))
