"""Charts: one function a chart, a table of :mod:`nbannotate.stats` in, Plotly figure out.

``nb.charts.throughput(campaign, by="day")`` takes what its table takes. A chart is a file of this folder that holds a
function of the same name decorated with :func:`nbannotate.charts.chart.chart`; others come from the entry-point group
``nbannotate.charts``. Where it says so, the dashboard shows it.
"""

from typing import Any

from nbannotate.charts.chart import Chart, chart
from nbannotate.charts.look import Look
from nbannotate.stats.discovery import Found

_found: Found[Chart] = Found(__name__, __path__, is_ours=lambda f: hasattr(f, "draw"))
globals().update(_found.builtins)


def names() -> list[str]:
    """Return the names of all charts, built-in and installed."""
    return _found.names()


def __getattr__(name: str) -> Any:
    return _found.third_party(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *names()})


__all__ = ["Chart", "Look", "chart", "names"]
