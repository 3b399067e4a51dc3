"""A bar per campaign: done, skipped, remaining."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.counted import count_axis
from nbannotate.charts.look import STATE_COLORS, Look, behind, figure, label, nothing, short
from nbannotate.stats.progress import progress as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("campaign_id", "state")
STATES = {"done": "done", "skipped": "skipped", "remaining": ["waiting", "in_progress", "to_rework"]}


@chart(table, title=t("Progress of campaigns (assets)"), on=Position("throughput", 10), keys=KEYS)
def progress(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a stacked bar per campaign: assets done, skipped, remaining; a hover tells the tasks submitted."""
    frame = frame[frame["total"] > 0]
    if frame.empty:
        return nothing(t("No campaign has been launched yet"))
    drawn = figure(barmode="stack", height=90 + 44 * len(frame))
    for fate, states in STATES.items():
        rows = frame.assign(state=pd.Series([states] * len(frame), index=frame.index, dtype=object))
        drawn.add_bar(
            name=label(fate),
            orientation="h",
            y=frame["campaign"].map(short),
            x=frame[fate],
            customdata=behind(rows, KEYS, look, *(frame[c] for c in ("share", "total", "submitted", "to_submit"))),
            marker_color=STATE_COLORS[fate],
            hovertemplate="%{y}<br>%{x} of %{customdata[3]} assets %{fullData.name}"
            "<br>%{customdata[2]:.0%} finished"
            "<br>%{customdata[4]} of %{customdata[5]} tasks submitted<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category")
    count_axis(drawn, "x", t("assets"))
    return drawn
