"""Time axes in hours, days or weeks: bar widths, the range, and how a period is written."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

WIDTHS = {"hour": pd.Timedelta(hours=1), "day": pd.Timedelta(days=1), "week": pd.Timedelta(weeks=1)}
HOVER = {"hour": "%b %e, %H:%M", "day": "%a %b %e, %Y", "week": "week of %b %e, %Y"}
FEWEST = 7


def bar_width(by: str) -> float:
    """Return the width of a bar in milliseconds: most of its period."""
    return WIDTHS[by] / pd.Timedelta(milliseconds=1) * 0.78


def set_axis(figure: go.Figure, periods: pd.Series[pd.Timestamp], by: str) -> None:
    """Set the x axis to the periods, at least seven of them, so that one day is a bar and not a wall."""
    width = WIDTHS[by]
    last = periods.max()
    first = min(periods.min(), last - (FEWEST - 1) * width)
    days = (last - first).days + 1
    figure.update_xaxes(
        type="date",
        range=[first - width / 2, last + width / 2],
        tickformat="%H:%M\n%b %e" if by == "hour" else "%b %e",
        hoverformat=HOVER[by],
        showgrid=False,
        **({"dtick": 86_400_000} if by == "day" and days <= FEWEST else {}),
    )
