"""A bar per member: tasks in hand and handed in, by outcome."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import STATE_COLORS, figure, label, nothing, short
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.members import members as table
from nbannotate.stats.scope import Scope

OUTCOMES = ("annotated", "accepted", "reworked", "skipped", "in_progress", "to_rework")


def draw(frame: pd.DataFrame) -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.members`."""
    if frame.empty:
        return nothing("Nobody has a task yet")
    drawn = figure(barmode="stack", height=max(220, 100 + 34 * len(frame)))
    for outcome in OUTCOMES:
        drawn.add_bar(
            name=label(outcome),
            orientation="h",
            y=frame["member"].map(short),
            x=frame[outcome],
            marker_color=STATE_COLORS[outcome],
            marker_pattern_shape="/" if outcome == "to_rework" else "",
            hovertemplate="%{y}<br>%{x} tasks %{fullData.name}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(title_text="tasks", rangemode="tozero")
    return drawn


@chart(draw)
def members(scope: Scope, **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return a stacked bar per member: tasks annotated, accepted, sent back, skipped, and in hand."""
    return draw(table(scope, **filters))
