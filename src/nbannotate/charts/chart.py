"""What a chart is: a function of a scope that draws a table, and says where the dashboard shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import plotly.graph_objects as go

from nbannotate.charts.look import Look, per
from nbannotate.errors import InvalidInput
from nbannotate.model.times import When, moment, zone
from nbannotate.model.values import as_list, plain
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import Position, Table, documented, public
from nbannotate.texts import Message

Draw = Callable[[Any, Look], go.Figure]
#: What a title takes in a notebook, in pixels.
_TITLE = 30


class Chart(Protocol):
    """A function that returns a figure.

    Attributes
    ----------
    table
        The table that it draws; the chart takes the same filters.
    draw
        Makes the figure of a table that one has already, without a title.
    title
        What it shows, with its unit; ``{by+}`` stands for the period.
    on
        Where the dashboard shows it; None: nowhere.
    keys
        What the values of ``customdata`` of each bar or point are: filters, or columns of the table's rows.
    events
        Returns the rows behind a bar or a point, given its ``customdata``.
    """

    __name__: str
    table: Table
    draw: Draw
    title: Message
    on: Position | None
    keys: tuple[str, ...]
    events: Callable[..., Any]

    def __call__(self, scope: Scope, *args: Any, **filters: Any) -> go.Figure:
        """Return the figure."""
        ...


def chart(
    table: Table, *, title: str, on: Position | None = None, keys: Sequence[str] = ()
) -> Callable[[Draw], Chart]:  # fmt: skip
    """Declare a chart.

    The decorated function makes a figure of the table, a DataFrame, and of the :class:`Look`: colors, zone, period.
    What people call takes what the table takes, and returns the figure with its title.

    Parameters
    ----------
    table
        The table that it draws.
    title
        What it shows, with the unit; ``{by+}`` stands for the period.
    on
        Where the dashboard shows it.
    keys
        By what the rows behind a bar or a point are asked for, see :func:`behind`.
    """

    def decorate(draw: Draw) -> Chart:
        def its(scope: Scope, **filters: Any) -> go.Figure:
            rows = table(scope, **filters)
            look = Look.of(scope, by=plain(filters.get("by", "day")), tz=filters.get("tz"))
            figure = draw(rows, look)
            return titled(figure, per(found.title, look.by))

        def events(scope: Scope, point: Sequence[Any], **filters: Any) -> Any:
            """Return the rows behind a bar or a point.

            Parameters
            ----------
            scope
                What the chart was drawn of.
            point
                The ``customdata`` of the bar or the point.
            **filters
                The filters with which it was drawn.
            """
            return table.events(scope, **narrowed(keys, as_list("point", point), filters))

        found = public(draw, its, table.takes, "go.Figure")
        found.__doc__ = documented(draw.__doc__ or "", table.takes)
        found.table, found.draw, found.title, found.on = table, draw, Message(title), on
        found.keys, found.events = tuple(keys), events
        return cast("Chart", found)

    return decorate


def titled(figure: go.Figure, title: Message) -> go.Figure:
    """Return a figure with a title above its legend."""
    top = figure.layout.margin.t if figure.layout.margin.t is not None else figure.layout.template.layout.margin.t
    return figure.update_layout(
        title={"text": title, "x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top",
               "pad": {"t": 8, "l": 10}, "font": {"size": 15}},
        margin_t=top + _TITLE, height=figure.layout.height + _TITLE,
    )  # fmt: skip


def narrowed(keys: Sequence[str], point: Sequence[Any], filters: dict[str, Any]) -> dict[str, Any]:
    """Return filters that let only the rows behind a point pass.

    Raises
    ------
    InvalidInput
        The point has no values for the keys: it is a sum that has no rows of its own.
    """
    if len(point) < len(keys):
        raise InvalidInput(f"point takes the customdata of a bar or a point, {len(keys)} values ({', '.join(keys)}).")
    found = {name: value for name, value in filters.items() if name != "by"}
    tz = zone(filters.get("tz"))
    for key, value in zip(keys, point, strict=False):
        if key in ("start", "end"):
            found[key] = _closer(key, value, filters.get(key), tz)
        else:
            found[key] = value
    return found


def _closer(key: str, ours: When, given: When, tz: str | None) -> When:
    """Return the later of two beginnings of a period, or the earlier of two ends, naive UTC; None is no bound."""
    is_end = key == "end"
    both = [t for t in (moment(key, ours, tz, end=is_end), moment(key, given, tz, end=is_end)) if t is not None]
    if not both:
        return None
    found = min(both) if is_end else max(both)
    return f"{found.isoformat()}+00:00"
