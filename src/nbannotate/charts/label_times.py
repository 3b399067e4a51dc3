"""A bar per label: mean editing time of a shape."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import OUTLINE, Look, behind, duration, figure, nothing, short
from nbannotate.stats.job_labels import job_labels as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("label",)
#: So many labels have a bar.
MOST = 30


@chart(table, title=t("Editing time by label (seconds per object)"), on=Position("efficiency", 40), keys=KEYS)
def label_times(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a bar per label: the editing time that went to it, divided by its objects."""
    found = frame.groupby("label", sort=True)[["objects", "editing_s"]].sum().reset_index()
    found = found[(found["objects"] > 0) & (found["editing_s"] > 0)]
    if found.empty:
        return nothing(t("No editing time was measured for a label in this period"))
    found = found.assign(mean_s=found["editing_s"] / found["objects"]).nlargest(MOST, "mean_s")
    colors = look.of_labels(found["label"])
    said = [found[c].map(duration) for c in ("mean_s", "editing_s")]
    drawn = figure(height=max(220, 90 + 26 * len(found)))
    drawn.add_bar(
        orientation="h",
        y=found["label"].map(short),
        x=found["mean_s"],
        marker={"color": [colors[label] for label in found["label"]], "line": OUTLINE},
        customdata=behind(found, KEYS, look, *said, found["objects"]),
        hovertemplate="%{y}<br>%{customdata[1]} per object<br>%{customdata[3]} objects, %{customdata[2]} in all"
        "<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    drawn.update_xaxes(title_text=t("seconds per object"), rangemode="tozero")
    return drawn
