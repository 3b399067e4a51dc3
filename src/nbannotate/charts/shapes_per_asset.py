"""A bar per number of shapes: how many images have as many."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import FEW, count_axis
from nbannotate.charts.look import GRAY, MEASURE, Look, figure, nothing
from nbannotate.stats.shapes_per_asset import shapes_per_asset as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("shapes",)
#: So many bars at most: of more numbers, several share one.
MOST = 40


@chart(table, title=t("Shapes per image (images)"), on=Position("quality", 20), keys=KEYS)
def shapes_per_asset(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a histogram: how many annotated images have how many shapes."""
    if frame.empty:
        return nothing(t("Nothing is annotated yet"))
    width = 1 + int(frame["shapes"].max()) // MOST
    low = frame["shapes"] // width * width
    bars = frame.assign(low=low).groupby("low")["assets"].sum()
    numbers = frame.assign(low=low).groupby("low")["shapes"].agg(list)
    said = [str(n) if width == 1 else f"{n} to {n + width - 1}" for n in bars.index]
    mean = float((frame["shapes"] * frame["assets"]).sum() / frame["assets"].sum())
    drawn = figure(bargap=0.08)
    drawn.add_bar(
        x=bars.index + (width - 1) / 2,
        y=bars,
        marker_color=MEASURE,
        customdata=[[n, text] for n, text in zip(numbers, said, strict=True)],
        hovertemplate="%{y} images have %{customdata[1]} shapes<extra></extra>",
    )
    line = {"width": 1.5, "dash": "dot", "color": GRAY}
    drawn.add_vline(x=mean, line=line, annotation_text=t("mean {n}", n=f"{mean:.1f}"), annotation_position="top")
    few = {"dtick": 1} if frame["shapes"].max() <= FEW else {}
    drawn.update_xaxes(title_text=t("shapes in an image"), **few)
    count_axis(drawn, "y", t("images"))
    return drawn
