"""A bar per member: how their gold answers agree with what is known."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import OUTLINE, Look, behind, figure, nothing, short
from nbannotate.stats.gold import gold as table
from nbannotate.stats.table import Position
from nbannotate.texts import t, tn

KEYS = ("member", "campaign")
#: A bar from this score on has room for its text; beside a shorter one there is some.
ROOM = 0.2


@chart(table, title=t("Gold answers: agreement with what is known (%)"), on=Position("members", 60, True), keys=KEYS)
def gold(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per member, of each campaign if there are several: the mean score of their gold answers."""
    if frame.empty:
        return nothing(t("No image whose answer is known was answered in this period"))
    colors = look.of_members(frame["member"])
    names = frame["member"].map(short)
    if frame["campaign"].nunique() > 1:
        names = frame["campaign"].map(lambda name: short(name, 20)) + " · " + names
    counts = (frame[c] for c in ("answers", "matched", "other_label", "missed", "extra"))
    drawn = figure(height=max(220, 100 + 34 * len(frame)))
    drawn.add_bar(
        orientation="h",
        y=names,
        x=frame["score"] * 100,
        marker_color=[colors[member] for member in frame["member"]],
        marker_line=OUTLINE,
        text=[tn(n, "{n} answer", "{n} answers") for n in frame["answers"].tolist()],
        textposition=["inside" if score > ROOM else "outside" for score in frame["score"]],
        customdata=behind(frame, KEYS, look, *counts),
        hovertemplate="%{y}<br>%{x:.0f} % of %{customdata[2]} answers<br>%{customdata[3]} shapes right, "
        "%{customdata[4]} with another label<br>%{customdata[5]} missed, %{customdata[6]} extra<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    return drawn.update_xaxes(title_text="%", range=[0, 102])
