"""Stacked bars over time: tasks handed in, by member; reviews are hatched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import colors_for, figure, member_colors, nothing, text
from nbannotate.charts.period import bar_width, set_axis
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.scope import Scope
from nbannotate.stats.throughput import By
from nbannotate.stats.throughput import throughput as table


def draw(frame: pd.DataFrame, by: By = "day", colors: Mapping[str, str] | None = None) -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.throughput`."""
    if frame.empty:
        return nothing("No tasks submitted yet")
    colors = colors_for(frame, colors)
    drawn = figure(barmode="stack")
    for (kind, member), rows in frame.groupby(["kind", "member"], sort=True):
        review = kind == "review"
        drawn.add_bar(
            name=text(f"{member} (review)" if review else member),
            x=rows["period"],
            y=rows["tasks"],
            width=bar_width(by),
            marker_color=colors[str(member)],
            marker_pattern_shape="/" if review else "",
            marker_pattern_fillmode="replace",
            marker_pattern_size=6,
            customdata=rows["worked_s"] / 60,
            hovertemplate="%{x}<br>%{fullData.name}: %{y} tasks, %{customdata:.0f} min<extra></extra>",
        )
    set_axis(drawn, frame["period"], by)
    drawn.update_yaxes(title_text=f"tasks submitted per {by}", rangemode="tozero")
    drawn.update_layout(showlegend=True)
    return drawn


@chart(draw)
def throughput(scope: Scope, by: By = "day", **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return stacked bars over time: tasks handed in per hour, day or week, by member and kind of step."""
    return draw(table(scope, by, **filters), by, member_colors(scope))
