"""A bar per label: shapes, by kind."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import OUTLINE, Look, behind, figure, label, nothing, short
from nbannotate.stats.shapes import shapes as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("label", "kind")
#: So many labels have a bar, the most frequent ones.
MOST = 40
HATCHES = ("", "/", "x", ".", "\\", "+", "-", "|")


@chart(table, title=t("Shapes by label and kind (shapes)"), on=Position("quality", 10), keys=KEYS)
def shapes(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per label in its color; kinds of shapes are told apart by hatches."""
    if frame.empty:
        return nothing(t("Nothing is labelled yet"))
    totals = frame.groupby("label")["shapes"].sum().sort_values(ascending=False, kind="stable").head(MOST)
    colors = look.of_labels(totals.index)
    drawn = figure(barmode="stack", height=max(220, 100 + 26 * len(totals)))
    kinds = frame.groupby("kind")["shapes"].sum().sort_values(ascending=False, kind="stable").index
    for place, kind in enumerate(kinds):
        rows = frame[(frame["kind"] == kind) & frame["label"].isin(totals.index)]
        rows = rows.set_index("label").reindex([n for n in totals.index if n in set(rows["label"])]).reset_index()
        drawn.add_bar(
            name=label(kind),
            orientation="h",
            y=rows["label"].map(lambda name: short(name or t("no label"))),
            x=rows["shapes"],
            marker={
                "color": [colors[name] for name in rows["label"]],
                "line": OUTLINE,
                "pattern": {"shape": HATCHES[place % len(HATCHES)], "fillmode": "replace", "size": 6},
            },
            customdata=behind(rows, KEYS, look, rows["assets"], rows["mean_area"]),
            hovertemplate="%{y}<br>%{x} %{fullData.name} shapes on %{customdata[2]} images"
            "<br>mean area %{customdata[3]:,.0f} px²<extra></extra>",
        )
    order = [short(name or t("no label")) for name in totals.index]
    drawn.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=order)
    count_axis(drawn, "x", t("shapes"))
    return drawn.update_layout(showlegend=len(kinds) > 1)
