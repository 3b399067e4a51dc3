"""A heat map of raters: how far each two of them agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look, nothing, short, text
from nbannotate.charts.squares import squares
from nbannotate.stats.agreement import agreement as table
from nbannotate.stats.table import Position
from nbannotate.texts import t


@chart(table, title=t("Agreement on objects, by pair (F1)"), on=Position("agreement", 10), keys=("rater",))
def agreement(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a square per pair of raters: F1 of the objects that both have, from 0 to 1."""
    if frame.empty:
        return nothing(t("No two people answered the same image yet"))
    names = sorted({*frame["a"], *frame["b"]})
    place = {name: n for n, name in enumerate(names)}
    values: list[list[float | None]] = [[None] * len(names) for _ in names]
    hover = [["" for _ in names] for _ in names]
    behind: list[list[list[list[str]]]] = [[[[a, b]] for b in names] for a in names]
    for row in frame.to_dict("records"):
        a, b = row["a"], row["b"]
        for one, other in ((a, b), (b, a)):
            values[place[one]][place[other]] = None if pd.isna(row["f1"]) else float(row["f1"])
            hover[place[one]][place[other]] = _told(row)
    axis = [short(name, 20) for name in names]
    return squares(axis, axis, values, hover, behind, of="F1", most=1.0, digits=2)


def _told(row: Mapping[Any, Any]) -> str:
    """Return what a pair's square tells."""
    a, b = text(row["a"]), text(row["b"])
    numbers = {name: "–" if pd.isna(value) else f"{value:.2f}" for name, value in row.items() if name not in ("a", "b")}
    return (
        f"{a} and {b}<br>F1 {numbers['f1']}, mean IoU {numbers['mean_iou']}<br>"
        f"{row['matched']} objects of both, {row['missed']} of {a} only, {row['extra']} of {b} only<br>"
        f"Krippendorff's alpha of labels {numbers['alpha']}, of tags {numbers['tag_alpha']}<br>{row['assets']} images"
    )
