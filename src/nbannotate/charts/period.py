"""Time axes in hours, days, weeks or months: bar widths, the range, and how a period is written."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.look import Look
from nbannotate.stats.periods import By, after

WIDTHS = {"hour": 3_600_000, "day": 86_400_000, "week": 7 * 86_400_000, "month": 30 * 86_400_000}
HOVER = {"hour": "%b %-d, %H:%M", "day": "%a %b %-d, %Y", "week": "week of %b %-d, %Y", "month": "%B %Y"}
FEWEST = 7


def bar_width(by: By) -> float:
    """Return the width of a bar in milliseconds: most of its period."""
    return WIDTHS[by] * 0.78


def on_the_wall(periods: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """Return periods as the clock on the wall of their zone says them: Plotly knows no zones."""
    return periods.dt.tz_localize(None)


def set_axis(figure: go.Figure, periods: pd.Series[pd.Timestamp], look: Look) -> None:
    """Set the x axis to the periods, at least seven of them, so that one day is a bar and not a wall."""
    by = look.by
    width = pd.Timedelta(milliseconds=WIDTHS[by])
    walls = on_the_wall(periods)
    last = walls.max()
    first = min(walls.min(), last - (FEWEST - 1) * width)
    days = (last - first).days + 1
    figure.update_xaxes(
        type="date",
        range=[first - width / 2, max(last + width / 2, after(last, by) - width / 2)],
        tickformat={"hour": "%H:%M\n%b %-d", "month": "%b %Y"}.get(by, "%b %-d"),
        hoverformat=HOVER[by],
        showgrid=False,
        **({"dtick": 86_400_000} if by == "day" and days <= FEWEST else {}),
        **({"dtick": "M1"} if by == "month" and days < 400 else {}),
    )
