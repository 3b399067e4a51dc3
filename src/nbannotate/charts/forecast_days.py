"""A fan: how many tasks are left day by day, as it was and as it will be."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.foretold import WHOLE, why
from nbannotate.charts.look import GRAY, Look, assign_colors, figure, nothing, short
from nbannotate.charts.period import on_the_wall
from nbannotate.stats.forecast_days import forecast_days as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

#: Less than half a task is nothing.
HALF = 0.5
DASHES = ("dot", "dash", "dashdot", "longdash", "longdashdot", "solid")


@chart(table, title=t("What is left (tasks)"), on=Position("forecast", 20, True))
def forecast_days(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return what is left of a campaign day by day, until now and then with its span, and a line for each step."""
    if frame.empty or frame["is_past"].all():
        return nothing(why(frame))
    several = frame["campaign_id"].nunique() > 1
    frame = frame[frame["note"].isna()].assign(day=on_the_wall(frame["day"]))
    drawn = figure(height=380)
    whole = frame[frame["step_name"].isna()]
    names = list(dict.fromkeys(whole["campaign"]))
    colors = dict.fromkeys(names, WHOLE) if not several else assign_colors(names)
    for name in names:
        its = whole[whole["campaign"] == name]
        _fan(drawn, its, short(name) if several else t("all steps"), colors[name])
    if not several:
        for number, (name, its) in enumerate(frame[frame["step_name"].notna()].groupby("step_name", sort=False)):
            drawn.add_scatter(
                name=short(name), x=its["day"], y=its["remaining"], mode="lines",
                line={"color": GRAY, "width": 1.5, "dash": DASHES[number % len(DASHES)]},
                hovertemplate="%{x|%Y-%m-%d}<br>%{fullData.name}: %{y:,.0f}<extra></extra>",
            )  # fmt: skip
    now = frame.loc[~frame["is_past"], "day"].min()
    drawn.add_vline(x=now, line={"color": GRAY, "width": 1})
    drawn.add_annotation(
        text=t("now"), x=now, xref="x", y=1, yref="paper", yanchor="top", xanchor="left", xshift=4, showarrow=False
    )
    drawn.update_yaxes(title_text=t("tasks"), rangemode="tozero")
    some = frame.loc[frame["high"] >= HALF, "day"].max() + pd.Timedelta(days=2)
    drawn.update_xaxes(type="date", tickformat="%b %-d", showgrid=False, range=[frame["day"].min(), some])
    return drawn.update_layout(showlegend=True)


def _fan(drawn: go.Figure, its: pd.DataFrame, name: str, color: str) -> None:
    """Draw what was, and what will be, with the span of four of five."""
    past, future = its[its["is_past"]], its[~its["is_past"]]
    red, green, blue = bytes.fromhex(color[1:])
    drawn.add_scatter(
        x=pd.concat([future["day"], future["day"][::-1]]), y=pd.concat([future["high"], future["low"][::-1]]),
        fill="toself", fillcolor=f"rgba({red},{green},{blue},0.22)", line={"width": 0}, mode="lines",
        hoverinfo="skip", showlegend=False, legendgroup=name,
    )  # fmt: skip
    drawn.add_scatter(
        name=name, legendgroup=name, x=pd.concat([past["day"], future["day"]]),
        y=pd.concat([past["remaining"], future["remaining"]]), mode="lines", line={"color": color, "width": 3},
        customdata=[_told(*row) for row in zip(pd.concat([past["is_past"], future["is_past"]]),
                    pd.concat([past["low"], future["low"]]), pd.concat([past["high"], future["high"]]), strict=True)],
        hovertemplate="%{x|%Y-%m-%d}<br>%{fullData.name}: %{y:,.0f}%{customdata}<extra></extra>",
    )  # fmt: skip


def _told(is_past: bool, low: float, high: float) -> str:
    return "" if is_past else "<br>" + t("80 %: {low} to {high}", low=f"{low:,.0f}", high=f"{high:,.0f}")
