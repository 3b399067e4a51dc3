"""Issues over time: bars opened and closed, and a line of those that are open."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import GRAY, STATE_COLORS, figure, nothing
from nbannotate.charts.period import bar_width, set_axis
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.issues import issues as table
from nbannotate.stats.scope import Scope
from nbannotate.stats.throughput import By


def draw(frame: pd.DataFrame, by: By = "day") -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.issues`."""
    if frame.empty:
        return nothing("No issues raised yet")
    drawn = figure(barmode="group")
    for column in ("opened", "closed"):
        drawn.add_bar(
            name=column,
            x=frame["period"],
            y=frame[column],
            width=bar_width(by) / 2,
            offset=-bar_width(by) / 2 if column == "opened" else 0,
            marker_color=STATE_COLORS[column],
            hovertemplate="%{x}<br>%{y} %{fullData.name}<extra></extra>",
        )
    drawn.add_scatter(
        name="not resolved",
        x=frame["period"],
        y=frame["open"],
        mode="lines+markers" if len(frame) < 40 else "lines",
        line={"color": GRAY, "width": 2},
        hovertemplate="%{x}<br>%{y} not resolved at the end<extra></extra>",
    )
    set_axis(drawn, frame["period"], by)
    drawn.update_yaxes(title_text="issues", rangemode="tozero")
    return drawn


@chart(draw)
def issues(scope: Scope, by: By = "day", **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return issues opened and closed per hour, day or week, and a line of those that are not resolved."""
    return draw(table(scope, by, **filters), by)
