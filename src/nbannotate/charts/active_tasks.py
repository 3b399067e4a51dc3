"""A ring of the tasks that are open now, by step."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import KINDS, Look, behind, campaign_step, figure, nothing
from nbannotate.stats.table import Position
from nbannotate.stats.tasks import tasks as table
from nbannotate.texts import t, tn

KEYS = ("campaign_id", "step_name", "state")
ACTIVE = ["waiting", "in_progress", "to_rework"]
#: More slices cannot be told apart.
MOST = 10


@chart(table, title=t("Active tasks by step (tasks)"), on=Position("throughput", 30), keys=KEYS)
def active_tasks(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a ring: the tasks that wait, are in progress or came back to rework, by step."""
    rows = frame[frame["state"].isin(ACTIVE)]
    by = ["campaign_id", "campaign", "step", "step_name", "kind"]
    found = rows.groupby(by, sort=True)["tasks"].sum().reset_index()
    found = found[found["tasks"] > 0].nlargest(MOST, "tasks").sort_values(["campaign_id", "step"])
    if found.empty:
        return nothing(t("No task is open"))
    states = pd.Series([ACTIVE] * len(found), index=found.index, dtype=object)
    drawn = figure()
    drawn.add_pie(
        labels=campaign_step(found),
        values=found["tasks"],
        customdata=behind(found.assign(state=states), KEYS, look),
        marker={"colors": shades(found["kind"]), "line": {"color": "rgba(128,134,142,0.5)", "width": 1}},
        hole=0.55,
        sort=False,
        direction="clockwise",
        texttemplate="%{label}<br>%{value}",
        textposition="outside",
        hovertemplate="%{label}<br>%{value} open tasks (%{percent})<extra></extra>",
        showlegend=False,
    )
    text = tn(int(found["tasks"].sum()), "{n} task<br>open", "{n} tasks<br>open")
    drawn.add_annotation(text=text, showarrow=False, font={"size": 16})
    return drawn.update_layout(margin={"t": 24, "b": 24, "l": 24, "r": 24})


def shades(kinds: pd.Series[str]) -> list[str]:
    """Return a color for each step: of its kind, paler the later it comes."""
    seen: dict[str, int] = {}
    found = []
    for kind in kinds:
        seen[kind] = seen.get(kind, -1) + 1
        red, green, blue = bytes.fromhex(KINDS[kind][1:])
        found.append(f"rgba({red},{green},{blue},{max(0.4, 1 - 0.2 * seen[kind]):.2f})")
    return found
