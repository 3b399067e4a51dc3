"""A bar per label: how good predictions are."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look, figure, nothing, short
from nbannotate.stats.evaluation import evaluation as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

#: So many labels have bars of their own, those of most objects.
MOST = 30
MEASURES = {"precision": "#0072b2", "recall": "#e69f00", "ap": "#009e73"}
WORDS = {"precision": t("precision"), "recall": t("recall"), "ap": t("average precision")}


@chart(table, title=t("Predictions of a model by label (0 to 1)"), on=Position("agreement", 40, True))
def evaluation(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return three bars per label: precision, recall and average precision, of objects of all sizes."""
    its = frame[frame["size"] == "all"].nlargest(MOST, "objects")
    if its.empty:
        return nothing(t("No image has both predictions and an answer of a person yet"))
    drawn = figure(barmode="group", height=max(240, 110 + 46 * len(its)))
    axis = [short(name or t("no label")) for name in its["label"]]
    for measure, color in MEASURES.items():
        word = WORDS[measure]
        drawn.add_bar(
            name=word,
            orientation="h",
            x=its[measure].tolist(),
            y=axis,
            marker_color=color,
            customdata=its[["objects", "right", "wrong", "missed"]].to_numpy().tolist(),
            hovertemplate=(
                "%{y}<br>%{fullData.name} %{x:.3f}<br>%{customdata[0]} objects, %{customdata[1]} found, "
                "%{customdata[3]} missed, %{customdata[2]} false positives<extra></extra>"
            ),
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(range=[0, 1])
    return drawn
