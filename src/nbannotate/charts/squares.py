"""How heat maps look: squares, the more the darker, with their numbers while those can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from nbannotate.charts.look import HEAT, figure

#: So many squares a side have their numbers written in them.
MOST_WRITTEN = 16


def squares(
    across: Sequence[str], down: Sequence[str], values: Sequence[Sequence[float | None]],
    hover: Sequence[Sequence[str]], behind: Sequence[Sequence[Any]] | None = None, *, of: str, most: float,
    digits: int = 0,
) -> go.Figure:  # fmt: skip
    """Return a heat map.

    Parameters
    ----------
    across, down
        The names of columns and rows, as they are shown.
    values
        Row by row; None for no square.
    hover
        What is told of each.
    behind
        The ``customdata`` of each.
    of
        What the numbers are.
    most
        The number of the strongest color.
    digits
        Behind the point.
    """
    drawn = figure(height=max(240, 120 + 26 * len(down)))
    written = max(len(across), len(down)) <= MOST_WRITTEN
    drawn.add_heatmap(
        x=list(range(len(across))),
        y=list(range(len(down))),
        z=values,
        text=[[_told(value, digits) if written else "" for value in row] for row in values],
        texttemplate="%{text}",
        hovertext=hover,
        customdata=behind,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
        zmin=0,
        zmax=max(most, 1e-9),
        colorscale=HEAT,
        xgap=2,
        ygap=2,
        colorbar={"title": {"text": of, "side": "right"}, "thickness": 10, "outlinewidth": 0},
    )
    drawn.update_xaxes(tickvals=list(range(len(across))), ticktext=across, showgrid=False, zeroline=False, side="top")
    drawn.update_yaxes(
        tickvals=list(range(len(down))), ticktext=down, showgrid=False, zeroline=False, autorange="reversed"
    )
    return drawn


def _told(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
