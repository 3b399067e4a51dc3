"""A bar per reviewer: shapes added, removed, moved and relabeled for each review."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look, behind, figure, nothing, short
from nbannotate.rules.compare import COLORS
from nbannotate.stats.reviewer_edits import CHANGES
from nbannotate.stats.reviewer_edits import reviewer_edits as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("member", "change")
WORDS = {"added": t("added"), "removed": t("removed"), "moved": t("moved"), "relabeled": t("named otherwise")}


@chart(table, title=t("Edits of reviewers (shapes per review)"), on=Position("quality", 70), keys=KEYS)
def reviewer_edits(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a stacked bar per reviewer: shapes added, removed, moved and named otherwise, for each review."""
    sums = frame.groupby("member", sort=True)[["reviews", "edited", *CHANGES]].sum().reset_index()
    if sums.empty:
        return nothing(t("No review was handed in in this period"))
    drawn = figure(barmode="stack", height=max(220, 100 + 30 * len(sums)))
    for change in CHANGES:
        word = WORDS[change]
        drawn.add_bar(
            name=word,
            orientation="h",
            y=sums["member"].map(short),
            x=sums[change] / sums["reviews"],
            marker_color=COLORS[change],
            customdata=behind(sums.assign(change=change), KEYS, look, sums[change], sums["edited"], sums["reviews"]),
            hovertemplate="%{y}<br>%{customdata[2]} shapes %{fullData.name}, %{x:.2f} per review"
            "<br>%{customdata[3]} of %{customdata[4]} reviews changed something<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(title_text=t("shapes per review"), rangemode="tozero")
    return drawn.update_layout(showlegend=True)
