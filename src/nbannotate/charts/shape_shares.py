"""How large shapes are: shares of their images, by label."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.bins import Axis, histogram
from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look
from nbannotate.stats.shape_sizes import shape_sizes as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("share_bin", "label")


@chart(table, title=t("Areas of shapes relative to their image (%)"), on=Position("quality", 35), keys=KEYS)
def shape_shares(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a histogram: how many shapes of each label take which share of their image; each bar is a doubling."""
    return histogram(frame, look, Axis("share", t("share of the image"), lambda v: f"{100 * v:.2g} %"))
