"""A bar per step and member: mean time of a task, with a mark at the median."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import GRAY, Look, behind, campaign_step, duration, figure, nothing, short
from nbannotate.stats.table import Position
from nbannotate.stats.time_per_task import time_per_task as table
from nbannotate.texts import t

KEYS = ("campaign_id", "step_name", "member")
SPOKEN = ["total_s", "mean_s", "median_s", "min_s", "max_s"]


@chart(table, title=t("Time per task by step and member (seconds)"), on=Position("efficiency", 10), keys=KEYS)
def time_per_task(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per step and member: mean time of a closed task in seconds, with a mark at the median."""
    if frame.empty:
        return nothing(t("No tasks submitted yet"))
    colors = look.of_members(frame["member"])
    y = [campaign_step(frame), "\u2003" + frame["member"].map(short)]  # a space between the two levels
    spoken = frame[SPOKEN].map(duration)
    points = behind(frame, KEYS, look, *(spoken[c] for c in SPOKEN), frame["tasks"])
    hover = (
        "%{y}<br>mean %{customdata[4]}, median %{customdata[5]}<br>from %{customdata[6]} to %{customdata[7]}"
        "<br>%{customdata[8]} tasks, %{customdata[3]} in all<extra></extra>"
    )
    drawn = figure(height=max(220, 100 + 28 * len(frame)))
    drawn.add_bar(
        name=t("mean"),
        orientation="h",
        y=y,
        x=frame["mean_s"],
        marker_color=[colors[member] for member in frame["member"]],
        customdata=points,
        hovertemplate=hover,
        showlegend=False,
    )
    drawn.add_scatter(
        name=t("median"),
        mode="markers",
        y=y,
        x=frame["median_s"],
        marker={"symbol": "line-ns-open", "size": 14, "line": {"width": 2.5}, "color": GRAY},
        customdata=points,
        hovertemplate=hover,
    )
    drawn.update_yaxes(autorange="reversed", dividercolor="rgba(0,0,0,0)")
    drawn.update_xaxes(title_text=t("mean seconds per task"), rangemode="tozero")
    drawn.update_layout(showlegend=True)
    return drawn
