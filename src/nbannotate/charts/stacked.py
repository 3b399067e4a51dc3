"""Bars over time, stacked by member or label: the largest ones have a color each, all others are gathered in gray."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.look import GRAY, Look, behind, figure, others, text
from nbannotate.charts.period import bar_width, on_the_wall, set_axis

#: So many have a color of their own in one chart; more are not told apart.
MOST = 8


def gathered(
    frame: pd.DataFrame, series: str, values: Sequence[str], most: int = MOST
) -> Iterator[tuple[str, pd.DataFrame, bool]]:
    """Yield name, rows and whether it is the rest, for the largest of a column's values and for all others together.

    Parameters
    ----------
    frame
        A table with a row for each period and value.
    series
        The column whose values are told apart. In the rows of the rest it holds a list of them.
    values
        The columns that are added up; the first one says what is large.
    most
        So many are told apart.
    """
    ordered = frame.groupby(series, sort=True)[values[0]].sum().sort_values(ascending=False, kind="stable")
    large = list(ordered.index) if len(ordered) <= most + 1 else list(ordered.index[:most])
    for name in sorted(large):
        yield str(name), frame[frame[series] == name], False
    rest = frame[~frame[series].isin(large)]
    if len(rest):
        names = sorted(set(rest[series]))
        summed = rest.groupby("period", sort=True)[list(values)].sum().reset_index()
        summed[series] = pd.Series([names] * len(summed), dtype=object)
        yield others(len(names)), summed, True


def over_time(
    frame: pd.DataFrame, look: Look, keys: Sequence[str], *, series: str, values: Sequence[str],
    colors: Mapping[str, str], hover: str, same: Mapping[str, Any] | None = None,
) -> go.Figure:  # fmt: skip
    """Return stacked bars over time.

    Parameters
    ----------
    frame
        A table with a column ``period``.
    look, keys
        As for :func:`behind`.
    series, values
        As for :func:`gathered`; the first of the values is the height.
    colors
        Of the values of ``series``.
    hover
        What is said of a bar: ``%{y}`` is the height; further values follow those of the keys in ``%{customdata}``.
    same
        Columns that all rows have, for the keys.
    """
    drawn = figure(barmode="stack")
    for name, rows, is_rest in gathered(frame, series, values):
        drawn.add_bar(
            name=text(name),
            x=on_the_wall(rows["period"]),
            y=rows[values[0]],
            width=bar_width(look.by),
            marker_color=GRAY if is_rest else colors[name],
            customdata=behind(rows.assign(**(same or {})), keys, look, *(rows[v] for v in values[1:])),
            hovertemplate=f"%{{x}}<br>%{{fullData.name}}: {hover}<extra></extra>",
        )
    set_axis(drawn, frame["period"], look)
    drawn.update_yaxes(rangemode="tozero")
    drawn.update_layout(showlegend=True)
    return drawn
