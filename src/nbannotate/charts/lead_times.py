"""The time from the first opening until done: the median, and nine of ten, over time."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import GRAY, STATE_COLORS, Look, behind, duration, figure, nothing
from nbannotate.charts.period import on_the_wall, set_axis
from nbannotate.stats.lead_times import lead_times as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("start", "end")


@chart(table, title=t("Time from first opening to done per {by+} (hours)"), on=Position("efficiency", 45), keys=KEYS)
def lead_times(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return two lines: half of the assets that became done took at most so long, and nine of ten did."""
    if frame.empty:
        return nothing(t("No asset became done in this period"))
    said = [frame[c].map(duration) for c in ("median_s", "mean_s", "p90_s")]
    points = behind(frame, KEYS, look, frame["assets"], *said)
    hover = (
        "%{x}<br>%{customdata[2]} assets done<br>median %{customdata[3]}, mean %{customdata[4]}"
        "<br>nine of ten within %{customdata[5]}<extra></extra>"
    )
    drawn = figure()
    for column, name, line in (
        ("median_s", t("median"), {"color": STATE_COLORS["done"], "width": 2.5}),
        ("p90_s", t("nine of ten within"), {"color": GRAY, "width": 1.5, "dash": "dot"}),
    ):
        drawn.add_scatter(
            name=name, x=on_the_wall(frame["period"]), y=frame[column] / 3600, line=line, customdata=points,
            mode="lines+markers" if len(frame) < 40 else "lines", hovertemplate=hover,
        )  # fmt: skip
    set_axis(drawn, frame["period"], look)
    drawn.update_yaxes(title_text=t("hours"), rangemode="tozero")
    return drawn.update_layout(showlegend=True)
