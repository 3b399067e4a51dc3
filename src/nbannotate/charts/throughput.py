"""Stacked bars over time: tasks handed in, by member; reviews are hatched."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import Look, behind, figure, nothing, per, text
from nbannotate.charts.period import bar_width, on_the_wall, set_axis
from nbannotate.stats.throughput import throughput as table
from nbannotate.texts import t

KEYS = ("start", "end", "member", "kind")


@chart(table, title=t("Tasks submitted per {by+} (tasks)"), keys=KEYS)
def throughput(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return stacked bars over time: tasks handed in per period, by member and kind of step; reviews are hatched."""
    if frame.empty:
        return nothing(t("No tasks submitted yet"))
    colors = look.of_members(frame["member"])
    drawn = figure(barmode="stack")
    for (kind, member), rows in frame.groupby(["kind", "member"], sort=True):
        review = kind == "review"
        drawn.add_bar(
            name=t("{who} (review)", who=text(member)) if review else text(member),
            x=on_the_wall(rows["period"]),
            y=rows["tasks"],
            width=bar_width(look.by),
            marker_color=colors[str(member)],
            marker_pattern_shape="/" if review else "",
            marker_pattern_fillmode="replace",
            marker_pattern_size=6,
            customdata=behind(rows, KEYS, look, rows["worked_s"] / 60),
            hovertemplate="%{x}<br>%{fullData.name}: %{y} tasks, %{customdata[4]:.0f} min<extra></extra>",
        )
    set_axis(drawn, frame["period"], look)
    count_axis(drawn, "y", per(t("tasks submitted per {by+}"), look.by))
    drawn.update_layout(showlegend=True)
    return drawn
