"""A bar per step: by how many days one person more there brings the end forward."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.foretold import why
from nbannotate.charts.look import KINDS, Look, behind, campaign_step, figure, nothing
from nbannotate.stats.forecast import forecast as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("campaign_id", "step_name")


@chart(table, title=t("What one person more changes (days sooner)"), on=Position("forecast", 30, True), keys=KEYS)
def forecast_relief(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per step: how many days sooner the campaign ends with one person more there."""
    known = frame[frame["step_name"].notna() & frame["sooner"].notna()]
    if known.empty:
        return nothing(why(frame))
    drawn = figure(height=70 + 40 * len(known))
    drawn.add_bar(
        orientation="h", y=campaign_step(known), x=known["sooner"], text=known["sooner"].map("{:.1f}".format),
        textposition="outside", cliponaxis=False, marker_color=[KINDS[kind] for kind in known["kind"]],
        customdata=behind(known, KEYS, look, known["people"], known["per_day"]),
        hovertemplate="%{y}<br>%{customdata[2]} people, %{customdata[3]:,.3g} tasks a day"
        "<br>one more: %{x:.1f} days sooner<extra></extra>",
    )  # fmt: skip
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(title_text=t("days"), rangemode="tozero")
    return drawn
