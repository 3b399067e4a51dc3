"""Lines over time: how often there was nothing to label, and how often reviews accepted and sent back."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import STATE_COLORS, Look, behind, figure, nothing
from nbannotate.charts.period import on_the_wall, set_axis
from nbannotate.stats.rates import rates as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("start", "end", "kind")
LINES = (
    ("accept_rate", t("accepted"), "review", "accepted", "reviewed", "solid"),
    ("rework_rate", t("sent back"), "review", "reworked", "reviewed", "dash"),
    ("nothing_rate", t("nothing to label"), "annotation", "nothing", "annotated", "dot"),
)
COLORS = {"accept_rate": STATE_COLORS["accepted"], "rework_rate": STATE_COLORS["reworked"], "nothing_rate": "#0072b2"}


@chart(
    table, title=t("Acceptance, rework, nothing to label per {by+} (%)"), on=Position("quality", 60, True), keys=KEYS
)
def rates(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return three lines: shares of reviews that accepted and sent back, and of annotations with nothing to label."""
    drawn = figure()
    for rate, name, kind, part, whole, dash in LINES:
        rows = frame[frame[whole] > 0]
        if rows.empty:
            continue
        drawn.add_scatter(
            name=name,
            x=on_the_wall(rows["period"]),
            y=rows[rate] * 100,
            mode="lines+markers" if len(rows) < 40 else "lines",
            line={"color": COLORS[rate], "width": 2.5, "dash": dash},
            customdata=behind(rows.assign(kind=kind), KEYS, look, rows[part], rows[whole]),
            hovertemplate="%{x}<br>%{y:.0f} % %{fullData.name}<br>%{customdata[3]} of %{customdata[4]} tasks"
            "<extra></extra>",
        )
    if not drawn.data:
        return nothing(t("Nothing was submitted or reviewed in this period"))
    set_axis(drawn, frame["period"], look)
    drawn.update_yaxes(title_text="%", range=[-2, 102])
    return drawn.update_layout(showlegend=True)
