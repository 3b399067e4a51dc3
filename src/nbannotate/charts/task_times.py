"""How the times of tasks are spread: a box per step and member."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look, behind, campaign_step, figure, nothing, text
from nbannotate.stats.table import Position
from nbannotate.stats.time_per_task import time_per_task as table
from nbannotate.texts import t

KEYS = ("campaign_id", "step_name", "member")


@chart(table, title=t("Spread of the time per task (seconds)"), on=Position("efficiency", 20), keys=KEYS)
def task_times(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a box per step and member: half of the tasks lie in the box, nine of ten between the whiskers."""
    if frame.empty:
        return nothing(t("No tasks submitted yet"))
    colors = look.of_members(frame["member"])
    drawn = figure(boxmode="group")
    axis = campaign_step(frame)
    for member, rows in frame.groupby("member", sort=True):
        drawn.add_box(
            name=text(member),
            x=axis[rows.index],
            lowerfence=rows["p5_s"],
            q1=rows["q1_s"],
            median=rows["median_s"],
            mean=rows["mean_s"],
            q3=rows["q3_s"],
            upperfence=rows["p95_s"],
            marker_color=colors[str(member)],
            customdata=behind(rows, KEYS, look),
        )
    drawn.update_yaxes(title_text=t("seconds per task"), rangemode="tozero")
    drawn.update_xaxes(type="category")
    drawn.update_layout(showlegend=True)
    return drawn
