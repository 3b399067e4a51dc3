"""A bar per asset: those on which raters agree least."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look, behind, figure, nothing, short
from nbannotate.stats.agreement_assets import agreement_assets as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

#: So many assets are shown.
MOST = 20
KEYS = ("version_id", "asset_id")


@chart(table, title=t("Images on which people agree least (F1)"), on=Position("agreement", 30, True), keys=KEYS)
def agreement_assets(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per asset, the worst ones first: F1 of objects that both of a pair have and call the same."""
    if frame.empty:
        return nothing(t("No two people answered the same image yet"))
    worst = frame[frame["f1"].fillna(1.0).lt(1) | frame["other_tags"].gt(0)].head(MOST)
    if worst.empty:
        return nothing(t("All agree on every image"))
    drawn = figure(height=max(220, 100 + 26 * len(worst)))
    more = [worst[name].tolist() for name in ("asset", "matched", "unmatched", "other_label", "other_tags")]
    names = [short(name, 40) for name in more[0]]
    drawn.add_bar(
        orientation="h",
        x=worst["f1"].fillna(1.0).tolist(),
        y=list(range(len(worst))),
        marker_color="#0072b2",
        text=[f"{value:.2f}" if not pd.isna(value) else t("tags") for value in worst["f1"].tolist()],
        textposition="outside",
        customdata=behind(worst, KEYS, look, names, *more[1:]),
        hovertemplate=(
            "%{customdata[2]}<br>F1 %{x:.2f}<br>%{customdata[3]} objects of both, %{customdata[4]} of one only, "
            "%{customdata[5]} with two labels, %{customdata[6]} tags of one only<extra></extra>"
        ),
    )
    drawn.update_yaxes(autorange="reversed", tickvals=list(range(len(worst))), ticktext=names)
    drawn.update_xaxes(title_text="F1", range=[0, 1.08])
    return drawn
