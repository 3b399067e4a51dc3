"""Stacked bars over time: annotation tasks submitted, by member."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import Look, nothing, per
from nbannotate.charts.stacked import over_time
from nbannotate.stats.table import Position
from nbannotate.stats.throughput import throughput as table
from nbannotate.texts import Message, t

KEYS = ("start", "end", "member", "kind")


def submitted(frame: pd.DataFrame, look: Look, kind: str, empty: Message) -> go.Figure:
    """Return the bars of one kind of step."""
    rows = frame[frame["kind"] == kind]
    if rows.empty:
        return nothing(empty)
    drawn = over_time(
        rows.assign(minutes=rows["worked_s"] / 60), look, KEYS, series="member", values=["tasks", "minutes"],
        colors=look.of_members(rows["member"]), same={"kind": kind}, hover="%{y} tasks, %{customdata[4]:.0f} min",
    )  # fmt: skip
    return count_axis(drawn, "y", per(t("tasks per {by+}"), look.by))


@chart(table, title=t("Annotation tasks submitted per {by+} (tasks)"), on=Position("throughput", 40, True), keys=KEYS)
def annotation_tasks(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return stacked bars over time: annotation tasks submitted, by member."""
    return submitted(frame, look, "annotation", t("No annotation was submitted in this period"))
