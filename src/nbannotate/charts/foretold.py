"""What the charts of forecasts have in common: why nothing is told, and the sentences above."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.look import text
from nbannotate.texts import t

#: The color of a whole campaign, which is of no kind.
WHOLE = "#9467bd"
_LINE = 20
_MOST = 5
_LARGE, _SMALL = {"size": 16, "weight": 600}, {"size": 13}


def why(frame: pd.DataFrame) -> str:
    """Return why nothing is told: the note of the campaign, or of the first one of several."""
    notes = frame["note"].dropna()
    if len(notes):
        return str(notes.iloc[0])
    return t("No campaign is running")


def unknown(frame: pd.DataFrame) -> list[str]:
    """Return of which campaigns nothing is told, and why, a sentence each; of many the first ones."""
    noted = frame[frame["note"].notna()].drop_duplicates("campaign_id").head(_MOST)
    pairs = zip(noted["campaign"], noted["note"], strict=True)
    return [t("No forecast of {campaign}: {note+}", campaign=text(campaign), note=note) for campaign, note in pairs]


def headed(drawn: go.Figure, sentences: Sequence[str], *, large: bool = True) -> go.Figure:
    """Return a figure with sentences above its plot, perhaps the first one large."""
    top = drawn.layout.margin.t or (12 if sentences else 34)
    for number, sentence in enumerate(sentences):
        drawn.add_annotation(
            text=sentence, showarrow=False, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom",
            yshift=8 + _LINE * (len(sentences) - 1 - number), font=_LARGE if large and not number else _SMALL,
        )  # fmt: skip
    more = _LINE * len(sentences) + 8 * bool(sentences)
    return drawn.update_layout(margin_t=top + more, height=drawn.layout.height + more)
