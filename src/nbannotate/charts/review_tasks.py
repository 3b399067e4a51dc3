"""Stacked bars over time: reviews handed in, by member."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.annotation_tasks import KEYS, submitted
from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look
from nbannotate.stats.table import Position
from nbannotate.stats.throughput import throughput as table
from nbannotate.texts import t


@chart(table, title=t("Review tasks submitted per {by+} (tasks)"), on=Position("throughput", 50, True), keys=KEYS)
def review_tasks(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return stacked bars over time: reviews handed in, by member; a review that sent the asset back is one."""
    return submitted(frame, look, "review", t("No review was handed in in this period"))
