"""A bar per state of issues."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import STATE_COLORS, figure, label, nothing
from nbannotate.stats.filters import FilterArguments
from nbannotate.stats.issue_states import issue_states as table
from nbannotate.stats.scope import Scope


def draw(frame: pd.DataFrame) -> go.Figure:
    """Return the figure of a table :func:`nbannotate.stats.issue_states`."""
    if frame["issues"].sum() == 0:
        return nothing("No issues raised yet")
    drawn = figure(height=210)
    drawn.add_bar(
        orientation="h",
        y=frame["state"].map(label),
        x=frame["issues"],
        marker_color=frame["state"].map(STATE_COLORS),
        hovertemplate="%{x} issues %{y}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(title_text="issues", rangemode="tozero")
    return drawn


@chart(draw)
def issue_states(scope: Scope, **filters: Unpack[FilterArguments]) -> go.Figure:
    """Return a bar per state of issues: open, for review, resolved."""
    return draw(table(scope, **filters))
