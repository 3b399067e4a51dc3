"""Review time over time: bars of the total, and a line of the mean per task."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.annotation_time import KEYS, time_of
from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look
from nbannotate.stats.table import Position
from nbannotate.stats.throughput import throughput as table
from nbannotate.texts import t


@chart(table, title=t("Review time per {by+} (hours; mean in seconds)"), on=Position("efficiency", 35), keys=KEYS)
def review_time(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return the total time of the reviews handed in in each period, and a line of the mean per review."""
    return time_of(frame, look, "review", t("No review was handed in in this period"))
