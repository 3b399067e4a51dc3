"""Histograms whose bins are even in powers of 2, stacked by label."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import GRAY, OUTLINE, Look, figure, nothing, others, text
from nbannotate.charts.stacked import MOST
from nbannotate.texts import Message, t


class Axis(NamedTuple):
    """What is measured.

    Parameters
    ----------
    measure
        As it stands in the table.
    title
        Of the axis, with the unit.
    said
        Writes a value for people.
    """

    measure: str
    title: Message
    said: Callable[[float], str]


#: So many marks on the axis.
_MARKS = 8


def histogram(frame: pd.DataFrame, look: Look, axis: Axis) -> go.Figure:
    """Return bars of one measure of a table :func:`nbannotate.stats.shape_sizes`, stacked by label."""
    rows = frame[frame["measure"] == axis.measure]
    if rows.empty:
        return nothing(t("No shape with an area is there"))
    colors = look.of_labels(rows["label"])
    totals = rows.groupby("label")["shapes"].sum().sort_values(ascending=False, kind="stable")
    large = list(totals.index) if len(totals) <= MOST + 1 else list(totals.index[:MOST])
    rest = [label for label in totals.index if label not in large]
    drawn = figure(barmode="stack", bargap=0.06)
    groups = [(label or t("no label"), [label], colors[label]) for label in sorted(large)]
    for name, labels, color in [*groups, *([(others(len(rest)), rest, GRAY)] if rest else [])]:
        its = rows[rows["label"].isin(labels)].groupby(["bin", "low", "high"])["shapes"].sum().reset_index()
        drawn.add_bar(
            name=text(name),
            x=its["bin"],
            y=its["shapes"],
            marker={"color": color, "line": OUTLINE},
            customdata=[
                [number, labels if len(labels) > 1 else labels[0], f"{axis.said(low)} to {axis.said(high)}"]
                for number, low, high in zip(its["bin"].tolist(), its["low"], its["high"], strict=True)
            ],
            hovertemplate="%{customdata[2]}<br>%{fullData.name}: %{y} shapes<extra></extra>",
        )
    edges = rows.drop_duplicates("bin").sort_values("bin")
    marks = edges.iloc[:: max(1, -(-len(edges) // _MARKS))]
    drawn.update_xaxes(
        title_text=axis.title,
        tickvals=marks["bin"] - 0.5,
        ticktext=[axis.said(v).removesuffix(" px²") for v in marks["low"]],
        showgrid=False,
        range=[edges["bin"].min() - 0.6, edges["bin"].max() + 0.6],  # the marks at both ends are on it
    )
    count_axis(drawn, "y", t("shapes"))
    return drawn.update_layout(showlegend=len(totals) > 1)
