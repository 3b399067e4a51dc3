"""A bar per member: objects by label."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import GRAY, OUTLINE, Look, figure, nothing, others, short, text
from nbannotate.charts.stacked import MOST
from nbannotate.stats.job_labels import job_labels as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("assignee", "label")


@chart(table, title=t("Objects by member and label (objects)"), on=Position("jobs", 20, True), keys=KEYS)
def job_labels(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a stacked bar per member: the objects of each label in what the person said last of each image."""
    found = frame.groupby(["member", "label"], sort=True)["objects"].sum().reset_index()
    found = found[found["objects"] > 0]
    if found.empty:
        return nothing(t("No objects were labelled in this period"))
    colors = look.of_labels(found["label"])
    totals = found.groupby("label")["objects"].sum().sort_values(ascending=False, kind="stable")
    large = list(totals.index) if len(totals) <= MOST + 1 else list(totals.index[:MOST])
    rest = [label for label in totals.index if label not in large]
    members = sorted(set(found["member"]))
    drawn = figure(barmode="stack", height=max(220, 100 + 28 * len(members)))
    groups = [(label or t("no label"), [label], colors[label]) for label in sorted(large)]
    for name, labels, color in [*groups, *([(others(len(rest)), rest, GRAY)] if rest else [])]:
        its = found[found["label"].isin(labels)].groupby("member")["objects"].sum()
        drawn.add_bar(
            name=text(name),
            orientation="h",
            y=[short(member) for member in its.index],
            x=its,
            marker={"color": color, "line": OUTLINE},
            customdata=[[member, labels if len(labels) > 1 else labels[0]] for member in its.index],
            hovertemplate="%{y}<br>%{fullData.name}: %{x} objects<extra></extra>",
        )
    order = [short(member) for member in members]
    drawn.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=order)
    count_axis(drawn, "x", t("objects"))
    return drawn.update_layout(showlegend=len(totals) > 1)
