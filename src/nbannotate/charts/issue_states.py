"""A bar per state of issues."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import STATE_COLORS, Look, behind, figure, label, nothing
from nbannotate.stats.issue_states import issue_states as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("state",)


@chart(table, title=t("Issues by state (issues)"), on=Position("efficiency", 60), keys=KEYS)
def issue_states(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per state of issues: open, for review, resolved."""
    if frame["issues"].sum() == 0:
        return nothing(t("No issues raised yet"))
    drawn = figure(height=210)
    drawn.add_bar(
        orientation="h",
        y=frame["state"].map(label),
        x=frame["issues"],
        marker_color=frame["state"].map(STATE_COLORS),
        customdata=behind(frame, KEYS, look),
        hovertemplate="%{x} issues %{y}<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("issues"))
    return drawn
