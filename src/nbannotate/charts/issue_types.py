"""A bar per thing that issues are about: raised, and opened again."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import STATE_COLORS, Look, behind, figure, nothing
from nbannotate.stats.issue_types import TYPES
from nbannotate.stats.issue_types import issue_types as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("type", "change")
WHERE = {"image": t("on the image"), "zone": t("on a zone"), "shape": t("on a shape")}


@chart(table, title=t("Issues by type, and reopened ones (issues)"), on=Position("throughput", 80), keys=KEYS)
def issue_types(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return two bars for images, zones and shapes: issues raised, and how often one was opened again."""
    if frame.empty:
        return nothing(t("No issue was raised in this period"))
    sums = frame.groupby("type")[["opened", "reopened"]].sum().reindex(list(TYPES), fill_value=0)
    found = sums.rename_axis("type").reset_index()
    drawn = figure(barmode="group", height=260)
    for change, name in (("opened", t("raised")), ("reopened", t("reopened"))):
        drawn.add_bar(
            name=name,
            orientation="h",
            y=found["type"].map(WHERE),
            x=found[change],
            marker_color=STATE_COLORS[change],
            customdata=behind(found.assign(change=change), KEYS, look),
            hovertemplate="%{y}<br>%{x} %{fullData.name}<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("issues"))
    return drawn.update_layout(showlegend=True)
