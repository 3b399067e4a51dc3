"""Statistics: one function a table, read-only SQL over the public views, DataFrame out.

``nb.stats.throughput(campaign, by="day")``. A table is a file of this folder that holds a function of the same name
decorated with :func:`nbannotate.stats.table.table`; others come from the entry-point group ``nbannotate.stats``.
"""

from typing import Any

from nbannotate.stats.discovery import Found
from nbannotate.stats.query import Query
from nbannotate.stats.scope import Scope
from nbannotate.stats.table import TABS, Column, Position, Table, table

_found: Found[Table] = Found(__name__, __path__, is_ours=lambda f: hasattr(f, "columns"))
globals().update(_found.builtins)


def names() -> list[str]:
    """Return the names of all tables, built-in and installed."""
    return _found.names()


def __getattr__(name: str) -> Any:
    return _found.third_party(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *names()})


__all__ = ["TABS", "Column", "Position", "Query", "Scope", "Table", "names", "table"]
