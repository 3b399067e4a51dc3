"""When campaigns end: a point with its span per step, or, of several campaigns, per campaign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.foretold import WHOLE, headed, unknown, why
from nbannotate.charts.look import GRAY, KINDS, STATE_COLORS, Look, figure, nothing, short, text
from nbannotate.charts.period import on_the_wall
from nbannotate.stats.forecast import forecast as table
from nbannotate.stats.table import Position
from nbannotate.texts import t

KEYS = ("campaign_id", "step_name")
DUE = STATE_COLORS["open"]
#: Futures are not followed until each of them has ended.
MOST_TOLD = 0.95
_TIMES = ("end", "earliest", "latest", "before", "due")


@chart(
    table, title=t("When it ends (days; a span holds four of five cases)"), on=Position("forecast", 10, True), keys=KEYS
)
def forecast(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a point per step at its probable end, with the span in which four of five ends lie."""
    several = frame["campaign_id"].nunique() > 1
    known = frame[frame["end"].notna() & frame["note"].isna()]
    known = known[known["step_name"].isna()] if several and known["step_name"].isna().any() else known
    if known.empty:
        return nothing(why(frame))
    known = known.assign(**{name: on_the_wall(known[name]) for name in _TIMES})
    names = known["campaign"] if several else known["step_name"].fillna("")
    axis = [short(name) if name else t("all steps") for name in names]
    rows = known.to_dict("records")
    drawn = figure(height=100 + 44 * len(known))
    for name, row in zip(axis, rows, strict=True):
        is_open = pd.isna(row["latest"])
        drawn.add_scatter(
            x=[row["earliest"], row["end"] if is_open else row["latest"]], y=[name, name], mode="lines", opacity=0.4,
            line={"color": _color(row), "width": 14, "dash": "dot" if is_open else "solid"}, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    moved = (known["before"] - known["end"]).abs() > pd.Timedelta(hours=1)
    if moved.any():
        drawn.add_scatter(
            name=t("without the people added"), x=known["before"][moved],
            y=[name for name, its in zip(axis, moved, strict=True) if its], mode="markers",
            marker={"symbol": "circle-open", "size": 12, "color": GRAY, "line": {"width": 2.5}},
            hovertemplate="%{y}<br>%{x|%Y-%m-%d}<extra></extra>",
        )  # fmt: skip
    drawn.add_scatter(
        name=t("as probably before as after"), x=known["end"], y=axis, mode="markers",
        marker={"symbol": "diamond", "size": 14, "color": [_color(row) for row in rows]},
        customdata=[_behind(row, frame) for row in rows], hovertext=[_told(row) for row in rows],
        hovertemplate="%{y}<br>%{hovertext}<extra></extra>",
    )  # fmt: skip
    for name, row in zip(axis, rows, strict=True):
        if not pd.isna(row["due"]) and (several or pd.isna(row["step_name"])):
            drawn.add_scatter(
                name=t("last day"), x=[row["due"] + pd.Timedelta(hours=24)], y=[name], mode="markers",
                marker={"symbol": "line-ns", "size": 26, "line": {"color": DUE, "width": 3}},
                showlegend=name == axis[0],
                hovertemplate=f"%{{y}}<br>{t('last day')}: {row['due']:%Y-%m-%d}<extra></extra>",
            )  # fmt: skip
    drawn.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=axis)
    times = pd.concat([known[name].dropna() for name in ("earliest", "end", "latest")])
    margin = (times.max() - times.min()) * 0.02
    around = {"include": [times.min() - margin, times.max() + margin]}  # a line has no margin of its own
    drawn.update_xaxes(type="date", tickformat="%b %-d", title_text="", autorangeoptions=around)
    drawn.update_layout(showlegend=True, legend={"y": 0, "yanchor": "bottom", "yref": "container"}, margin_b=60)
    return headed(drawn, unknown(frame) if several else list(_sentences(rows)), large=not several)


def _behind(row: Mapping[Any, Any], frame: pd.DataFrame) -> list[Any]:
    """Return by what the open tasks behind a point are asked for: those of its step, or of all steps."""
    if not pd.isna(row["step_name"]):
        return [row["campaign_id"], row["step_name"]]
    its = frame.loc[frame["campaign_id"] == row["campaign_id"], "step_name"]
    return [row["campaign_id"], its.dropna().tolist()]


def _color(row: Mapping[Any, Any]) -> str:
    return WHOLE if pd.isna(row["kind"]) else KINDS[row["kind"]]


def _sentences(rows: list[dict[Any, Any]]) -> Iterator[str]:
    """Yield what is to be said of one campaign."""
    for row in rows:
        if not pd.isna(row["step_name"]):
            continue
        day = f"{row['end']:%Y-%m-%d}"
        if pd.isna(row["latest"]):
            yield t("Ends about {day}, and perhaps much later", day=day)
        else:
            low, high = f"{row['earliest']:%Y-%m-%d}", f"{row['latest']:%Y-%m-%d}"
            yield t("Ends about {day}; in four of five cases from {low} to {high}", day=day, low=low, high=high)
        if not pd.isna(row["in_time"]):
            due = f"{row['due']:%Y-%m-%d}"
            if row["in_time"] >= MOST_TOLD:
                yield t("By the last day, {day}, almost surely", day=due)
            else:
                percent = f"{row['in_time']:.0%}"
                yield t("By the last day, {day}, with a probability of {percent}", day=due, percent=percent)
    for row in rows:
        if row["bottleneck"] is True:
            days = f"{row['sooner']:.1f}"
            step = text(row["step_name"])
            yield t("The bottleneck is {step}: one person more there and it ends {n} days sooner", step=step, n=days)


def _told(row: Mapping[Any, Any]) -> str:
    """Return what is said of a point."""
    high = "?" if pd.isna(row["latest"]) else f"{row['latest']:%Y-%m-%d}"
    lines = [
        f"{row['end']:%Y-%m-%d}",
        t("80 %: {low} to {high}", low=f"{row['earliest']:%Y-%m-%d}", high=high),
        t("{n} open tasks, {expected} to be done in all", n=f"{row['open']:,}", expected=f"{row['expected']:,.0f}"),
    ]
    if not pd.isna(row["per_day"]):
        lines.append(t("{people} people, {n} tasks a day", people=row["people"], n=f"{row['per_day']:,.3g}"))
    return "<br>".join(lines)
