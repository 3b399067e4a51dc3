"""A bar per step: current tasks by state."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import STATE_COLORS, Look, behind, campaign_step, figure, label, nothing
from nbannotate.stats.table import Position
from nbannotate.stats.tasks import STATES
from nbannotate.stats.tasks import tasks as table
from nbannotate.texts import t

KEYS = ("campaign_id", "step_name", "state")


@chart(table, title=t("Tasks by step and state (tasks)"), on=Position("throughput", 20), keys=KEYS)
def tasks(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a stacked bar per step: current tasks waiting, in progress, to rework, done, skipped."""
    if frame["tasks"].sum() == 0:
        return nothing(t("No tasks here"))
    axis = campaign_step(frame)
    drawn = figure(barmode="stack", height=max(220, 100 + 40 * axis.nunique()))
    for state in STATES:
        rows = frame["state"] == state
        drawn.add_bar(
            name=label(state),
            orientation="h",
            y=axis[rows],
            x=frame.loc[rows, "tasks"],
            marker_color=STATE_COLORS[state],
            customdata=behind(frame[rows], KEYS, look),
            hovertemplate="%{y}<br>%{x} tasks %{fullData.name}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("tasks"))
    return drawn
