"""A bar per step and member: mean time of a task, with a mark at the median."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import GRAY, campaign_step, colors_for, duration, figure, member_colors, nothing, short
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.scope import Scope
from nbannotate.stats.time_per_task import time_per_task as table


def draw(frame: pd.DataFrame, colors: Mapping[str, str] | None = None) -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.time_per_task`."""
    if frame.empty:
        return nothing("No tasks submitted yet")
    colors = colors_for(frame, colors)
    y = [campaign_step(frame), "\u2003" + frame["member"].map(short)]  # a space between the two levels
    spoken = frame[["mean_s", "median_s", "min_s", "max_s"]].map(duration).assign(tasks=frame["tasks"])
    hover = (
        "%{y}<br>mean %{customdata[0]}, median %{customdata[1]}"
        "<br>from %{customdata[2]} to %{customdata[3]}, %{customdata[4]} tasks<extra></extra>"
    )
    drawn = figure(height=max(220, 100 + 28 * len(frame)))
    drawn.add_bar(
        name="mean",
        orientation="h",
        y=y,
        x=frame["mean_s"],
        marker_color=[colors[member] for member in frame["member"]],
        customdata=spoken,
        hovertemplate=hover,
        showlegend=False,
    )
    drawn.add_scatter(
        name="median",
        mode="markers",
        y=y,
        x=frame["median_s"],
        marker={"symbol": "line-ns-open", "size": 14, "line": {"width": 2.5}, "color": GRAY},
        customdata=spoken,
        hovertemplate=hover,
    )
    drawn.update_yaxes(autorange="reversed", dividercolor="rgba(0,0,0,0)")
    drawn.update_xaxes(title_text="mean seconds per task", rangemode="tozero")
    drawn.update_layout(showlegend=True)
    return drawn


@chart(draw)
def time_per_task(scope: Scope, **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return a bar per step and member: mean time of a closed task in seconds, with a mark at the median."""
    return draw(table(scope, **filters), member_colors(scope))
