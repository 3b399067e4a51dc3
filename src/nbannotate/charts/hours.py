"""A heat map: hours worked, by member and period."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import HEAT, Look, duration, figure, nothing, short
from nbannotate.charts.period import HOVER, on_the_wall, set_axis
from nbannotate.stats.hours import hours as table
from nbannotate.stats.periods import after, grid
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("start", "end", "member")


@chart(table, title=t("Hours worked per {by+} and member (hours)"), on=Position("members", 30, True), keys=KEYS)
def hours(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a heat map: a row per member, a column per period, darker where more was worked."""
    worked = frame[frame["worked_s"] > 0]
    if worked.empty:
        return nothing(t("No time was worked in this period"))
    walls = on_the_wall(worked["period"])
    periods = grid(walls.min(), walls.max(), look.by)
    totals = worked.groupby("member")["worked_s"].sum().sort_values(ascending=False, kind="stable")
    cells = worked.assign(wall=walls).pivot_table(index="member", columns="wall", values="worked_s", aggfunc="sum")
    cells = cells.reindex(index=totals.index, columns=periods)
    ends = [after(p, look.by).isoformat() for p in periods]
    tells = HOVER[look.by].replace("%-d", "%d")
    drawn = figure(height=max(200, 110 + 26 * len(totals)))
    drawn.add_heatmap(
        x=periods,
        y=[short(member) for member in totals.index],
        z=cells.to_numpy() / 3600,
        customdata=[
            [
                [start.isoformat(), end, member, start.strftime(tells), duration(seconds)]
                for start, end, seconds in zip(periods, ends, row, strict=True)
            ]
            for member, row in zip(totals.index, cells.to_numpy().tolist(), strict=True)
        ],
        colorscale=HEAT,
        zmin=0,
        xgap=1,
        ygap=2,
        colorbar={"title": {"text": t("hours")}, "thickness": 12, "outlinewidth": 0},
        hovertemplate="%{y}, %{customdata[3]}<br>%{customdata[4]} worked<extra></extra>",
        hoverongaps=False,
    )
    set_axis(drawn, worked["period"], look)
    drawn.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return drawn
