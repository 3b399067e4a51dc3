"""A bar per campaign: done, skipped, remaining."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import STATE_COLORS, figure, label, nothing, short
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.progress import progress as table
from nbannotate.stats.scope import Scope


def draw(frame: pd.DataFrame) -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.progress`."""
    frame = frame[frame["total"] > 0]
    if frame.empty:
        return nothing("No campaign has been launched yet")
    drawn = figure(barmode="stack", height=90 + 44 * len(frame))
    for state in ("done", "skipped", "remaining"):
        drawn.add_bar(
            name=label(state),
            orientation="h",
            y=frame["campaign"].map(short),
            x=frame[state],
            customdata=frame[["share", "total"]],
            marker_color=STATE_COLORS[state],
            hovertemplate="%{y}<br>%{x} of %{customdata[1]} assets %{fullData.name}"
            "<br>%{customdata[0]:.0%} finished<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(title_text="assets", rangemode="tozero")
    return drawn


@chart(draw)
def progress(scope: Scope, **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return a stacked bar per campaign: assets done, skipped, remaining."""
    return draw(table(scope, **filters))
