"""A heat map of labels: what objects are called by the one rater, and by the other one."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from nbannotate.charts.chart import chart
from nbannotate.charts.look import Look, nothing, short, text
from nbannotate.charts.squares import squares
from nbannotate.stats.confusion import confusion as table
from nbannotate.stats.table import Position
from nbannotate.texts import Message, t

#: So many labels have a row and a column of their own, those of most objects.
MOST = 30


@chart(table, title=t("What objects are called by two raters (objects)"), on=Position("agreement", 20))
def confusion(frame: pd.DataFrame, look: Look) -> go.Figure:
    """Return a square per two labels: objects that one rater calls the one, and the other rater the other.

    All pairs of raters are added up, the first of each on the left; the last column are objects that the other one does
    not have (*missed*), the last row those that only the other one has (*extra*).
    """
    if frame["objects"].sum() == 0:
        return nothing(t("No two people have drawn in the same image yet"))
    counts = frame.groupby(["label_a", "label_b"], dropna=False)["objects"].sum()
    cells = {_key(*key): int(n) for key, n in zip(counts.index.tolist(), counts.tolist(), strict=True)}
    of_label: dict[str, int] = {}
    for key, n in cells.items():
        for name in key:
            if name is not None:
                of_label[name] = of_label.get(name, 0) + n
    names: list[str | None] = list(sorted(of_label, key=lambda name: (-of_label[name], name))[:MOST])
    names.append(None)
    values: list[list[float | None]] = [[cells.get((a, b), 0) for b in names] for a in names]
    values[-1][-1] = None
    hover = [[_said(a, b, cells.get((a, b), 0)) for b in names] for a in names]
    most = max(n for row in values for n in row if n is not None)
    drawn = squares(_axis(names, t("missed")), _axis(names, t("extra")), values, hover, of=t("objects"), most=most)
    drawn.update_xaxes(title_text=t("second rater"))
    drawn.update_yaxes(title_text=t("first rater"))
    return drawn


def _key(a: object, b: object) -> tuple[str | None, str | None]:
    return (a if isinstance(a, str) else None), (b if isinstance(b, str) else None)


def _axis(names: list[str | None], nothing_: Message) -> list[str]:
    return [nothing_ if name is None else short(name or t("no label"), 20) for name in names]


def _said(a: str | None, b: str | None, n: int) -> str:
    one, other = (text(name or t("no label")) if name is not None else "" for name in (a, b))
    if a is None:
        return f"{n:,} objects {other} that only the second rater has"
    if b is None:
        return f"{n:,} objects {one} that only the first rater has"
    return (
        f"{n:,} objects that both call {one}"
        if a == b
        else f"{n:,} objects: {one} for the first, {other} for the second"
    )
