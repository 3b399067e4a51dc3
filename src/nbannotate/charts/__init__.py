"""Charts: one function a chart, a table of :mod:`nbannotate.stats` in, Plotly figure out.

``nb.charts.throughput(campaign, by="day")`` takes what its table takes. A chart is a file of this folder that holds a
function of the same name decorated with :func:`nbannotate.charts.chart.chart`; others come from the entry-point group
``nbannotate.charts``. Where it says so, the dashboard shows it.
"""

from types import ModuleType
from typing import Any

from nbannotate.charts.chart import Chart, chart
from nbannotate.charts.look import Look
from nbannotate.errors import NbannotateError
from nbannotate.plugins import Plugins


def _own(module: ModuleType) -> object:
    function = getattr(module, module.__name__.rpartition(".")[2], None)
    return function if hasattr(function, "draw") else None


def _checked(function: Any, place: str) -> Chart:
    if not hasattr(function, "draw"):
        raise NbannotateError(
            f"{place}: a function is not declared with the decorator of {__name__}, so what it draws is unknown; "
            "tell its author."
        )
    return function  # type: ignore[no-any-return]


PLUGINS: Plugins[Chart] = Plugins(__name__, "chart", _own, _checked)
globals().update(PLUGINS.built_in)


def names() -> list[str]:
    """Return the names of all charts, built-in and installed."""
    return sorted(PLUGINS.names())


def __getattr__(name: str) -> Any:
    found = None if name.startswith("_") else PLUGINS.find(name)
    if found is None:
        raise AttributeError(f"{__name__} has no {name!r}; there are: {', '.join(names())}.")
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *names()})


__all__ = ["Chart", "Look", "chart", "names"]
