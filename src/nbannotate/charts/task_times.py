"""How the times of tasks are spread: a box per step and member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import colors_for, figure, member_colors, nothing, text
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.scope import Scope
from nbannotate.stats.task_times import task_times as table


def draw(frame: pd.DataFrame, colors: Mapping[str, str] | None = None) -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.task_times`."""
    if frame.empty:
        return nothing("No tasks submitted yet")
    colors = colors_for(frame, colors)
    drawn = figure(boxmode="group")
    for member, rows in frame.groupby("member", sort=True):
        drawn.add_box(
            name=text(member),
            x=rows["step_name"].map(text),
            y=rows["worked_s"],
            marker_color=colors[str(member)],
            boxpoints="outliers",
        )
    drawn.update_yaxes(title_text="seconds per task", rangemode="tozero")
    drawn.update_xaxes(type="category")
    drawn.update_layout(showlegend=True)
    return drawn


@chart(draw)
def task_times(scope: Scope, **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return a box per step and member: the spread of the times worked on closed tasks, in seconds."""
    return draw(table(scope, **filters), member_colors(scope))
