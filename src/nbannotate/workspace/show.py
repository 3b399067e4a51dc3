"""How tables look in one line; :mod:`nbannotate.workspace.cards.tables` has their cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.cards import one_line
from nbannotate.errors import NbannotateError
from nbannotate.model.suggestions import named

if TYPE_CHECKING:
    from nbannotate.workspace.table import Table

#: How many rows a notebook shows.
ROWS = 10


def line(table: Table[Any]) -> str:
    """Return a table in one line: what it is, how many, and what to type next."""
    try:
        names = table._few_names()
        return f"<{one_line(title(table))}{f': {named(names)}' if names else '; .df() gives them as a DataFrame'}>"
    except NbannotateError as error:
        return f"<{table.what}{one_line(table._of())}; they cannot be asked for now: {one_line(error)}>"


def title(table: Table[Any]) -> str:
    """Return what a table is and how many rows it has: ``"2 campaigns"``."""
    many = len(table)
    return f"{many:,} {table.one if many == 1 else table.what}{table._of()}"
