"""Stacked bars over time: issues by what they are about."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import TYPE_COLORS, Look, nothing, per
from nbannotate.charts.stacked import over_time
from nbannotate.stats.issue_types import issue_types as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("start", "end", "type", "change")


@chart(table, title=t("Issues raised per {by+} (issues)"), on=Position("throughput", 70), keys=KEYS)
def issues_raised(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return stacked bars over time: issues by creation date, and by what they are about."""
    rows = frame[frame["opened"] > 0]
    if rows.empty:
        return nothing(t("No issue was raised in this period"))
    drawn = over_time(
        rows, look, KEYS, series="type", values=["opened"], colors=TYPE_COLORS, same={"change": "opened"},
        hover="%{y} issues raised",
    )  # fmt: skip
    return count_axis(drawn, "y", per(t("issues per {by+}"), look.by))
