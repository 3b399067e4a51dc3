"""A bar a label: how its shapes changed between two versions; ``diff.figure()`` draws it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import figure, nothing, short
from nbannotate.rules.compare import COLORS, HOWS
from nbannotate.texts import t

#: So many labels have a bar of their own.
MOST = 40
WORDS = {
    "added": t("added"), "removed": t("removed"), "moved": t("moved"), "relabeled": t("named otherwise"),
    "attributes": t("other attributes"),
}  # fmt: skip


def draw(counts: pd.DataFrame) -> go.Figure:
    """Return the figure of counts: a row for each label, a column for each way in which shapes changed."""
    shown = counts.head(MOST)
    if not int(shown.to_numpy().sum()):
        return nothing(t("No shapes differ"))
    axis = [short(label or t("no label")) for label in shown.index]
    drawn = figure(barmode="stack", height=max(220, 110 + 30 * len(axis)))
    for how in HOWS:
        if not shown[how].any():
            continue
        word = WORDS[how]
        drawn.add_bar(
            name=word,
            orientation="h",
            y=axis,
            x=shown[how],
            marker_color=COLORS[how],
            hovertemplate="%{y}<br>%{x} %{fullData.name}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("shapes"))
    drawn.update_layout(showlegend=True)
    return drawn
