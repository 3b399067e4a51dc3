"""An axis of whole numbers: where there are few, a mark at each and none between them."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

#: Up to so many, each whole number has its mark; above, Plotly's own marks are whole.
FEW = 8


def count_axis(drawn: go.Figure, axis: Literal["x", "y"], title: str) -> go.Figure:
    """Give the axis along which bars count things its title, from zero on, with marks at whole numbers only.

    Parameters
    ----------
    drawn
        A figure whose bars, stacked or side by side, and lines are there already.
    axis
        Along which they are long.
    title
        What is counted.
    """
    across = "y" if axis == "x" else "x"
    sums: dict[tuple[object, str], float] = defaultdict(float)
    for number, trace in enumerate(drawn.data):
        is_stacked = trace.type == "bar" and drawn.layout.barmode == "stack"
        for place, length in zip(trace[across], trace[axis], strict=True):
            if pd.notna(length):
                sums["stack" if is_stacked else number, str(place)] += length
    few = max(sums.values(), default=0) <= FEW
    return drawn.update_layout(
        {f"{axis}axis": {"title": {"text": title}, "rangemode": "tozero", **({"dtick": 1} if few else {})}}
    )
