"""A bar per job: time worked, of which editing."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import KINDS, Look, behind, campaign_step, duration, figure, nothing, short
from nbannotate.stats.jobs import jobs as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("campaign_id", "step_name", "member")
#: So many jobs have a bar, those with the most work.
MOST = 40


@chart(table, title=t("Time of jobs (hours)"), on=Position("jobs", 10, True), keys=KEYS)
def jobs(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per job: the time of gestures and forms, and the rest of the time worked."""
    worked = frame[frame["worked_s"] > 0].nlargest(MOST, "worked_s").sort_values(["campaign_id", "step", "member"])
    if worked.empty:
        return nothing(t("No time was worked in this period"))
    y = [campaign_step(worked), "\u2003" + worked["member"].map(short)]  # a space between the two levels
    said = [worked[c].map(duration) for c in ("worked_s", "editing_s", "shown_s", "duration_s")]
    points = behind(worked, KEYS, look, *said, *(worked[c] for c in ("labelled", "assets", "objects")))
    hover = (
        "%{y}<br>%{customdata[3]} worked, of which %{customdata[4]} editing; %{customdata[5]} shown"
        "<br>%{customdata[6]} from the first opening to the last closing"
        "<br>%{customdata[7]} of %{customdata[8]} images, %{customdata[9]} objects<extra></extra>"
    )
    drawn = figure(barmode="stack", height=max(220, 100 + 26 * len(worked)))
    editing = worked[["editing_s", "worked_s"]].min(axis=1)
    colors = [KINDS[kind] for kind in worked["kind"]]
    for name, seconds, hatch in ((t("editing"), editing, ""), (t("other work"), worked["worked_s"] - editing, "/")):
        drawn.add_bar(
            name=name,
            orientation="h",
            y=y,
            x=seconds / 3600,
            marker={"color": colors, "pattern": {"shape": hatch, "fillmode": "replace", "size": 6}},
            customdata=points,
            hovertemplate=hover,
        )
    drawn.update_yaxes(autorange="reversed", dividercolor="rgba(0,0,0,0)")
    drawn.update_xaxes(title_text=t("hours"), rangemode="tozero")
    return drawn.update_layout(showlegend=True)
