"""What a chart is: a function of a scope, and a ``draw`` that makes the same figure of a table one has already."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import plotly.graph_objects as go

from nbannotate.model.calling import told
from nbannotate.stats.filters import FILTERS_DOC
from nbannotate.stats.table import with_old_names

P = ParamSpec("P")
P_co = ParamSpec("P_co")
F = TypeVar("F", bound=Callable[..., Any])


class Chart(Protocol[P_co]):
    """A function that returns a figure, and its ``draw``, which takes the table in place of the scope."""

    __name__: str
    draw: Callable[..., go.Figure]

    def __call__(self, *args: P_co.args, **kwargs: P_co.kwargs) -> go.Figure:
        """Return the figure."""
        ...


def chart(draw: Callable[..., go.Figure]) -> Callable[[Callable[P, go.Figure]], Chart[P]]:
    """Declare a chart.

    Parameters
    ----------
    draw
        Makes the figure of a DataFrame, so that a page that has the table asks no second time.
    """

    def decorate(function: Callable[P, go.Figure]) -> Chart[P]:
        known = with_old_names(told(function))
        known.draw = draw  # type: ignore[attr-defined]
        known.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n{FILTERS_DOC}"
        return cast("Chart[P]", known)

    return decorate
