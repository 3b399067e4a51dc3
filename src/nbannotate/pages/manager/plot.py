"""A light view of a Plotly figure, and the pulse that keeps a page fresh.

A ``FigureWidget`` puts 4.7 MB of script into every page and makes its kernel heavy. Here the figure travels as JSON;
the browser asks the kernel once for the library that the installed ``plotly`` ships (1.5 MB compressed) and keeps it
in its cache, so nothing comes from another server and a later page has it at once.
"""

from __future__ import annotations

import gzip
import pathlib
from collections.abc import Callable
from typing import Any

import anywidget
import plotly
import plotly.graph_objects as go
import traitlets

from nbannotate.charts.look import GRAY, GRID

HERE = pathlib.Path(__file__).parent
LIBRARY = pathlib.Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


class Plot(anywidget.AnyWidget):  # type: ignore[misc]
    """Shows one figure; ``show`` replaces it.

    Parameters
    ----------
    title
        What the figure shows, for people who hear the page.
    """

    _esm = HERE / "plot.js"
    figure = traitlets.Unicode("", help="The figure as JSON; empty shows nothing.").tag(sync=True)
    title = traitlets.Unicode("", help="What the figure shows, in a few words.").tag(sync=True)
    version = traitlets.Unicode(plotly.__version__, read_only=True).tag(sync=True)
    gray = traitlets.List([GRAY, GRID], read_only=True, help="Colors that the theme replaces.").tag(sync=True)

    def __init__(self, title: str) -> None:
        super().__init__(title=title)
        self.on_msg(self._answer)

    def show(self, figure: go.Figure) -> None:
        """Show a figure; an equal one is not sent again."""
        self.figure = figure.to_json()

    def _answer(self, _: object, message: dict[str, Any], __: object) -> None:
        """Send the library to a browser that does not have it."""
        if message.get("ask") == "library":
            self.send({"library": self.version}, buffers=[gzip.compress(LIBRARY.read_bytes(), 6)])


class Pulse(anywidget.AnyWidget):  # type: ignore[misc]
    """Calls back every few seconds while somebody looks: a page that is hidden or gone costs nothing.

    Parameters
    ----------
    beat
        Called in the kernel; must not take long.
    seconds
        Time between two beats.
    """

    _esm = HERE / "pulse.js"
    _css = HERE / "manager.css"
    seconds = traitlets.Float(15.0).tag(sync=True)

    def __init__(self, beat: Callable[[], object], seconds: float) -> None:
        super().__init__(seconds=seconds)
        self._beat = beat
        self.on_msg(self._heard)

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if message.get("beat"):
            self._beat()
