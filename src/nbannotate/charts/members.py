"""A bar per member: tasks in hand and handed in, by outcome."""

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
FATES = ("annotated", "accepted", "reworked", "skipped", "in_progress", "to_rework")


@chart(table, title=t("Tasks by member (tasks)"), on=Position("members", 10, True), keys=KEYS)
def members(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a stacked bar per member: tasks annotated, accepted, sent back, skipped, and in hand."""
    if frame.empty:
        return nothing(t("Nobody has a task yet"))
    drawn = figure(barmode="stack", height=max(220, 100 + 34 * len(frame)))
    for fate in FATES:
        drawn.add_bar(
            name=label(fate),
            orientation="h",
            y=frame["member"].map(short),
            x=frame[fate],
            marker_color=STATE_COLORS[fate],
            marker_pattern_shape="/" if fate == "to_rework" else "",
            customdata=behind(frame.assign(fate=fate), KEYS, look),
            hovertemplate="%{y}<br>%{x} tasks %{fullData.name}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("tasks"))
    return drawn
