"""Statistics: one function a table, read-only SQL over the public views, DataFrame out.

``nb.stats.throughput(campaign, by="day")``. A table is a file of this folder that holds a function of the same name
decorated with :func:`nbannotate.stats.table.table`; others come from the entry-point group ``nbannotate.stats``.
"""

from types import ModuleType
from typing import Any

from nbannotate.errors import NbannotateError
from nbannotate.plugins import Plugins
from nbannotate.stats.query import Query
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import TABS, Column, Position, Table, table


def _own(module: ModuleType) -> object:
    function = getattr(module, module.__name__.rpartition(".")[2], None)
    return function if hasattr(function, "columns") else None


def _checked(function: Any, place: str) -> Table:
    if not hasattr(function, "columns"):
        raise NbannotateError(
            f"{place}: a function is not declared with the decorator of {__name__}, so its columns are unknown; "
            "tell its author."
        )
    return function  # type: ignore[no-any-return]


PLUGINS: Plugins[Table] = Plugins(__name__, "table", _own, _checked)
globals().update(PLUGINS.built_in)


def names() -> list[str]:
    """Return the names of all tables, built-in and installed."""
    return sorted(PLUGINS.names())


def __getattr__(name: str) -> Any:
    found = None if name.startswith("_") else PLUGINS.find(name)
    if found is None:
        raise AttributeError(f"{__name__} has no {name!r}; there are: {', '.join(names())}.")
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *names()})


__all__ = ["TABS", "Column", "Position", "Query", "Scope", "Table", "names", "table"]
