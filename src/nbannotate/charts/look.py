"""How all charts look: colors that mean the same everywhere, a template for light and dark, and an empty state.

A figure is transparent and its text is of a gray that reads on white and on black (4.5:1), so it can be shown in any
notebook, in either theme; the manager's page replaces the gray by the colors of its theme.
"""

from __future__ import annotations

import colorsys
import html
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from nbannotate.model import PALETTE
from nbannotate.model.times import zone
from nbannotate.stats.labels import of_recipes
from nbannotate.stats.periods import By, after
from nbannotate.stats.query import Query
from nbannotate.stats.scope import Scope, resolve
from nbannotate.texts import Message, t, tn

#: States of tasks and of issues, outcomes of tasks: one color each, in every chart.
STATE_COLORS: dict[str, str] = {
    "waiting": "#9aa5b1",
    "remaining": "#9aa5b1",
    "in_progress": "#56b4e9",
    "to_rework": "#e69f00",
    "reworked": "#e69f00",
    "done": "#009e73",
    "accepted": "#009e73",
    "skipped": "#cc79a7",
    "annotated": "#0072b2",
    "open": "#d55e00",
    "opened": "#d55e00",
    "reopened": "#f0e442",
    "for_review": "#e69f00",
    "resolved": "#009e73",
    "closed": "#009e73",
}
#: Kinds of steps; what issues are about; what has no color of its own (counts of images).
KINDS = {"annotation": "#0072b2", "consensus": "#56b4e9", "review": "#009e73"}
TYPE_COLORS = {"image": "#0072b2", "zone": "#e69f00", "shape": "#cc79a7"}
MEASURE = "#56b4e9"
#: What states and changes, and kinds of shapes, are called; others, of other packages, as they are written.
WORDS: dict[str, Message] = {
    "waiting": t("waiting"), "remaining": t("remaining"), "in_progress": t("in progress"),
    "to_rework": t("to rework"), "reworked": t("reworked"), "done": t("done"), "accepted": t("accepted"),
    "skipped": t("skipped"), "annotated": t("annotated"), "open": t("open"), "opened": t("opened"),
    "reopened": t("reopened"), "for_review": t("for review"), "resolved": t("resolved"), "closed": t("closed"),
    "rectangle": t("rectangle"), "rotated_rectangle": t("rotated rectangle"), "polygon": t("polygon"),
    "polyline": t("polyline"), "ellipse": t("ellipse"), "point": t("point"), "keypoints": t("key points"),
    "skeleton": t("skeleton"), "mask": t("mask"),
}  # fmt: skip
PERIODS: dict[By, Message] = {"hour": t("hour"), "day": t("day"), "week": t("week"), "month": t("month")}
#: From little to much: lightness falls, so that it is read without colors, too; both ends show on white and black.
HEAT = [[0.0, "#9cc9e8"], [0.35, "#4f9bd0"], [0.7, "#1f69a8"], [1.0, "#7a2a8f"]]
GRAY = "#767b82"
#: Around bars in the color of a label, which a recipe may have chosen as dark or as light as the page.
OUTLINE = {"color": "rgba(128,134,142,0.7)", "width": 1}
GRID = "rgba(128,134,142,0.22)"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_AXIS = {
    "ticks": "",
    "ticklabelstandoff": 6,
    "title": {"font": {"size": 12}, "standoff": 8},
}

TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": GRAY},
        "colorway": list(PALETTE),
        "margin": {"l": 8, "r": 12, "t": 34, "b": 8},
        "xaxis": {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID, "automargin": True, **_AXIS},
        "yaxis": {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID, "automargin": True, **_AXIS},
        "legend": {
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.0,
            "xanchor": "left",
            "x": 0,
            "traceorder": "normal",
            "title": {"text": ""},
        },
        "hoverlabel": {"font": {"family": FONT, "size": 12}, "align": "left"},
        "bargap": 0.28,
    }
)


@dataclass(frozen=True)
class Look:
    """What the figures of one scope have in common.

    Parameters
    ----------
    by, tz
        The period that is counted, and the zone in which it begins.
    members, labels
        The color of each login and of each label: the same in every chart, whatever the filters.
    """

    by: By = "day"
    tz: str | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, *, by: By = "day", tz: Any = None) -> Look:
        """Return the look of what is in a scope."""
        place = resolve(scope)
        logins = place.workspace.sql("select login from members order by member_id")["login"]
        labels = of_recipes(place)
        if not labels:
            q = Query(scope)
            names = q.run(f"select distinct label from shapes where label is not null and {q.in_versions()} order by 1")
            labels = assign_colors(names["label"])
        return cls(by, zone(tz), assign_colors(logins), labels)

    def of_members(self, logins: Iterable[str]) -> Mapping[str, str]:
        """Return the colors of members; those whom the scope does not know have colors that nobody has."""
        return {**self.members, **missing_colors(logins, self.members)}

    def of_labels(self, labels: Iterable[str]) -> Mapping[str, str]:
        """Return the colors of labels; those that no recipe names have colors that no other label has."""
        return {**self.labels, **missing_colors(labels, self.labels)}


def behind(frame: pd.DataFrame, keys: Iterable[str], look: Look, *more: Iterable[Any]) -> list[list[Any]]:
    """Return the ``customdata`` of bars or points: for each row the values of a chart's keys, and what a hover shows.

    Parameters
    ----------
    frame
        The table; ``start`` and ``end`` of a row are those of its ``period``.
    keys
        Filters, or columns of the table and of the rows that it counts.
    look
        Says how long a period is.
    *more
        Values for the hover text.
    """
    columns: list[Iterable[Any]] = []
    for key in keys:
        if key == "start":
            columns.append(frame["period"].map(pd.Timestamp.isoformat).tolist())
        elif key == "end":
            columns.append([after(period, look.by).isoformat() for period in frame["period"]])
        else:
            columns.append([None if value is pd.NA else value for value in frame[key].tolist()])
    return [list(row) for row in zip(*columns, *more, strict=True)]


def text(value: object) -> str:
    """Return what people wrote so that Plotly shows it as it is: Plotly reads a kind of HTML in every text."""
    return value if isinstance(value, Message) else html.escape(str(value), quote=False)


def short(value: object, most: int = 28) -> str:
    """Return a name for an axis: escaped, and cut in the middle if it is long."""
    if isinstance(value, Message):
        return value
    name = str(value)
    if len(name) > most:
        name = f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"
    return text(name)


def label(state: str) -> Message:
    """Return a state, or a kind of shapes, in words: ``to_rework`` is *to rework*."""
    return WORDS.get(state) or Message(state.replace("_", " "))


def per(text: Message, by: By) -> Message:
    """Return a text about a period (``{by+}``) with that period."""
    return Message(text.text, {"by": PERIODS[by]})


def others(n: int) -> Message:
    """Return what the rest of many is called."""
    return tn(n, "{n} other", "{n} others")


def figure(**layout: object) -> go.Figure:
    """Return an empty figure with the house's template and a layout."""
    return go.Figure(layout={"template": TEMPLATE, "height": 300, **layout})


def nothing(message: str) -> go.Figure:
    """Return a figure that says in a sentence why there is nothing to see, in place of blank axes."""
    hidden = {"visible": False}
    drawn = figure(xaxis=hidden, yaxis=hidden, height=120)
    drawn.add_annotation(text=message, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper", font={"size": 14})
    return drawn


def duration(seconds: float) -> str:
    """Return a time for people: ``42 s``, ``3 min 05 s``, ``2 h 10 min``; a dash if it is missing."""
    if math.isnan(seconds):
        return "–"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def assign_colors(logins: Iterable[str]) -> dict[str, str]:
    """Return a color for each login, in their order: never that of another login, nor that of a state."""
    ordered = list(dict.fromkeys(logins))
    return dict(zip(ordered, _colors(len(ordered)), strict=True))


def missing_colors(names: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return colors for names that have none: others than those that are taken."""
    missing = sorted({str(name) for name in names} - given.keys())
    taken = set(given.values())
    free = [color for color in _colors(len(missing) + len(taken)) if color not in taken]
    return dict(zip(missing, free, strict=False))


def _colors(n: int) -> list[str]:
    """Return n colors that no state has: the calm ones of the palette, its others, then what is farthest from all."""
    states = set(STATE_COLORS.values())
    ours = [color for color in PALETTE if color not in states]
    chosen = _spread([c for c in ours if not _is_glaring(c)]) + [c for c in ours if _is_glaring(c)]
    if n <= len(chosen):
        return chosen[:n]
    candidates = np.array(list(itertools.product(range(0, 256, 17), repeat=3)))
    vivid = np.ptp(candidates, axis=1) >= 68  # no gray, which says that nobody is meant
    light = candidates @ (0.30, 0.59, 0.11)
    candidates = candidates[vivid & (light > 50) & (light < 215)]
    apart = np.full(len(candidates), np.inf)
    for color in [*states, *chosen]:
        apart = np.minimum(apart, _distance(candidates, np.array(list(bytes.fromhex(color[1:])))))
    while len(chosen) < n:
        farthest = candidates[apart.argmax()]
        chosen.append("#" + bytes(farthest.tolist()).hex())
        apart = np.minimum(apart, _distance(candidates, farthest))
    return chosen


def _spread(colors: list[str]) -> list[str]:
    """Return colors in an order in which each is far from those before it, for all who look."""
    left = np.array([list(bytes.fromhex(color[1:])) for color in colors], dtype=float)
    order = [0]
    apart = _apart(left, left[0])
    while len(order) < len(colors):
        order.append(int(apart.argmax()))
        apart = np.minimum(apart, _apart(left, left[order[-1]]))
    return [colors[place] for place in order]


#: What people without the cones for green, or for red, see of red, green and blue (Machado, Oliveira, Fernandes: A
#: physiologically-based model for simulation of color vision deficiency, 2009; severity 1.0).
_WITHOUT_GREEN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
_WITHOUT_RED = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))


def _apart(colors: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Return how far colors are from one, for those who tell them apart least."""
    eyes = (np.eye(3), np.array(_WITHOUT_GREEN), np.array(_WITHOUT_RED))
    return np.asarray(np.min([_distance(colors @ eye.T, color @ eye.T) for eye in eyes], axis=0))


def _is_glaring(color: str) -> bool:
    """Return whether large bars of a color hurt, or are lost on white or on black: too vivid, too light or too dark."""
    parts = [part / 255 for part in bytes.fromhex(color[1:])]
    red, green, blue = (part**2.2 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return colorsys.rgb_to_hls(*parts)[2] > 0.81 or not 0.1 < luminance < 0.4


def _distance(colors: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Return the squares of distances in red, green and blue."""
    return np.asarray(np.square(colors - color).sum(axis=1))


def campaign_step(frame: pd.DataFrame) -> pd.Series[str]:
    """Return the step's name for an axis, with the campaign's in front if there are several."""
    steps = frame["step_name"].map(short)
    if frame["campaign_id"].nunique() < 2:
        return steps
    return frame["campaign"].map(lambda name: short(name, 20)) + " · " + steps
