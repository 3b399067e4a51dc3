"""Annotation time over time: bars of the total, and a line of the mean per task."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import GRAY, KINDS, Look, behind, duration, figure, nothing
from nbannotate.charts.period import bar_width, on_the_wall, set_axis
from nbannotate.stats.table import Position
from nbannotate.stats.throughput import throughput as table
from nbannotate.texts import Message, t

KEYS = ("start", "end", "kind")


def time_of(frame: pd.DataFrame, look: Look, kind: str, empty: Message) -> go.Figure:
    """Return the total and the mean time of one kind of step."""
    rows = frame[frame["kind"] == kind].groupby("period", sort=True)[["tasks", "worked_s"]].sum().reset_index()
    if rows.empty:
        return nothing(empty)
    rows = rows.assign(kind=kind, mean_s=rows["worked_s"] / rows["tasks"])
    said = [rows[c].map(duration) for c in ("worked_s", "mean_s")]
    points = behind(rows, KEYS, look, *said, rows["tasks"])
    hover = "%{x}<br>%{customdata[3]} in all, %{customdata[5]} tasks<br>mean %{customdata[4]} per task<extra></extra>"
    drawn = figure()
    drawn.add_bar(
        name=t("total, hours"),
        x=on_the_wall(rows["period"]),
        y=rows["worked_s"] / 3600,
        width=bar_width(look.by),
        marker_color=KINDS[kind],
        customdata=points,
        hovertemplate=hover,
    )
    drawn.add_scatter(
        name=t("mean per task, seconds (right)"),
        x=on_the_wall(rows["period"]),
        y=rows["mean_s"],
        mode="lines+markers" if len(rows) < 40 else "lines",
        line={"color": GRAY, "width": 2},
        yaxis="y2",
        customdata=points,
        hovertemplate=hover,
    )
    set_axis(drawn, rows["period"], look)
    drawn.update_layout(
        showlegend=True,
        yaxis={"title": {"text": t("hours")}, "rangemode": "tozero"},
        yaxis2={"title": {"text": "seconds per task"}, "overlaying": "y", "side": "right", "rangemode": "tozero",
                "tickmode": "auto", "showgrid": False},
    )  # fmt: skip
    return drawn


@chart(table, title=t("Annotation time per {by+} (hours; mean in seconds)"), on=Position("efficiency", 30), keys=KEYS)
def annotation_time(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return the total time of the annotation tasks submitted in each period, and a line of the mean per task."""
    return time_of(frame, look, "annotation", t("No annotation was submitted in this period"))
