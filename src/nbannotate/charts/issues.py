"""Issues over time: bars opened, reopened and closed, and a line of those that are open."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import GRAY, STATE_COLORS, Look, behind, figure, label, nothing
from nbannotate.charts.period import bar_width, on_the_wall, set_axis
from nbannotate.stats.issues import CHANGES
from nbannotate.stats.issues import issues as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("start", "end", "change")


@chart(table, title=t("Issues opened and closed per {by+} (issues)"), on=Position("efficiency", 50, True), keys=KEYS)
def issues(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return issues opened, reopened and closed per period, and a line of those that are not resolved."""
    if frame.empty:
        return nothing(t("No issues raised yet"))
    drawn = figure(barmode="group")
    changes = [c for c in CHANGES if c != "reopened" or frame[c].any()]
    width = bar_width(look.by) / len(changes)
    for place, change in enumerate(changes):
        drawn.add_bar(
            name=label(change),
            x=on_the_wall(frame["period"]),
            y=frame[change],
            width=width,
            offset=(place - len(changes) / 2) * width,
            marker_color=STATE_COLORS[change],
            customdata=behind(frame.assign(change=change), KEYS, look),
            hovertemplate="%{x}<br>%{y} %{fullData.name}<extra></extra>",
        )
    drawn.add_scatter(
        name=t("not resolved"),
        x=on_the_wall(frame["period"]),
        y=frame["open"],
        mode="lines+markers" if len(frame) < 40 else "lines",
        line={"color": GRAY, "width": 2},
        hovertemplate="%{x}<br>%{y} not resolved at the end<extra></extra>",
    )
    set_axis(drawn, frame["period"], look)
    count_axis(drawn, "y", t("issues"))
    return drawn
