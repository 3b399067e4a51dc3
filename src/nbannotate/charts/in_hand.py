"""A bar per member: tasks in hand now."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import STATE_COLORS, Look, behind, figure, label, nothing, short
from nbannotate.stats.members import members as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("member", "fate")


@chart(table, title=t("Tasks in hand by member, now (tasks)"), on=Position("throughput", 60), keys=KEYS)
def in_hand(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a stacked bar per member: tasks in progress, and those that came back to rework."""
    held = frame[(frame["in_progress"] + frame["to_rework"]) > 0]
    if held.empty:
        return nothing(t("Nobody has an open task"))
    held = held.assign(sum=held["in_progress"] + held["to_rework"]).sort_values("sum", ascending=False)
    drawn = figure(barmode="stack", height=max(220, 100 + 26 * len(held)))
    for fate in ("in_progress", "to_rework"):
        drawn.add_bar(
            name=label(fate),
            orientation="h",
            y=held["member"].map(short),
            x=held[fate],
            marker_color=STATE_COLORS[fate],
            customdata=behind(held.assign(fate=fate), KEYS, look),
            hovertemplate="%{y}<br>%{x} tasks %{fullData.name}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("tasks"))
    return drawn
