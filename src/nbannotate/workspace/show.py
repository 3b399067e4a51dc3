"""How tables look: one line in a terminal, and a few rows in a notebook. The one place that says so."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from nbannotate.cards import marked_down, one_line
from nbannotate.errors import NbannotateError
from nbannotate.model.choices import named
from nbannotate.model.values import is_missing

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


def markdown(table: Table[Any]) -> str:
    """Return the first rows of a table as Markdown."""
    names, rows = table._preview(ROWS)
    lines = [f"**{marked_down(title(table))}**", ""]
    if rows:
        lines += [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
        lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if len(rows) == ROWS and (more := len(table) - ROWS) > 0:
        lines += ["", f"and {more:,} more"]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if is_missing(value) or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        value = f"{value:%Y-%m-%d %H:%M}"
    return marked_down(f"{value:,.4g}" if isinstance(value, float) else value, 60)
