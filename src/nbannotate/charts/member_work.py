"""Small charts side by side: what each member did in the period."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from nbannotate.charts.chart import chart
from nbannotate.charts.look import FONT, Look, behind, duration, figure, nothing, short
from nbannotate.stats.member_work import member_work as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("member",)
PANELS = ((t("hours worked"), "hours"), (t("images labelled"), "labelled"), (t("objects"), "objects"),
          (t("images reviewed"), "reviewed"), (t("% accepted"), "percent"))  # fmt: skip
#: Those of them that are whole numbers.
COUNTED = ("labelled", "objects", "reviewed")


@chart(table, title=t("Work of members (hours, images, objects, %)"), on=Position("members", 20, True), keys=KEYS)
def member_work(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return small bar charts side by side, a row per member: hours, images, objects, reviews, share accepted."""
    if frame.empty:
        return nothing(t("Nobody worked in this period"))
    colors = look.of_members(frame["member"])
    found = frame.assign(hours=(frame["labelling_s"] + frame["reviewing_s"]) / 3600, percent=frame["acceptance"] * 100)
    said = [found[c].map(duration) for c in ("labelling_s", "reviewing_s")]
    points = behind(found, KEYS, look, *said, *(found[c] for c in ("completed", "jobs", "accepted", "judged")))
    hover = (
        "%{y}<br>%{x:.3~g} %{fullData.name}<br>%{customdata[1]} labelling, %{customdata[2]} reviewing"
        "<br>%{customdata[3]} of %{customdata[4]} jobs completed"
        "<br>%{customdata[5]} of %{customdata[6]} reviews accepted<extra></extra>"
    )
    drawn = make_subplots(
        rows=1, cols=len(PANELS), shared_yaxes=True, horizontal_spacing=0.02, subplot_titles=[p[0] for p in PANELS]
    )
    for place, (name, column) in enumerate(PANELS, 1):
        bars = go.Bar(
            name=name, orientation="h", y=found["member"].map(short), x=found[column], customdata=points,
            marker_color=[colors[member] for member in found["member"]], hovertemplate=hover, showlegend=False,
        )  # fmt: skip
        drawn.add_trace(bars, row=1, col=place)
    drawn.update_layout(template=figure().layout.template, height=max(220, 90 + 28 * len(found)))
    drawn.update_annotations(font={"size": 12, "family": FONT})
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(rangemode="tozero", nticks=4)
    for place, (_, column) in enumerate(PANELS, 1):
        if column in COUNTED and found[column].max() <= 4:
            drawn.update_xaxes(dtick=1, col=place)
    return drawn.update_xaxes(range=[0, 100], col=len(PANELS))
