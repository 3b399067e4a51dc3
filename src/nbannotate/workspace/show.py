"""How tables look: one line in a terminal, and a few rows in a notebook. The one place that says so."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from nbannotate.model.choices import named
from nbannotate.model.values import is_missing

if TYPE_CHECKING:
    from nbannotate.workspace.table import Table

#: How many rows a notebook shows.
ROWS = 10


def line(table: Table[Any]) -> str:
    """Return a table in one line: what it is, how many, and what to type next."""
    names = table._few_names()
    return f"<{title(table)}{f': {named(names)}' if names else '; .df() gives them as a DataFrame'}>"


def title(table: Table[Any]) -> str:
    """Return what a table is and how many rows it has: ``"2 campaigns"``."""
    many = len(table)
    return f"{many:,} {table.one if many == 1 else table.what}{table._of()}"


def markdown(table: Table[Any]) -> str:
    """Return the first rows of a table as Markdown."""
    names, rows = table._preview(ROWS)
    lines = [f"**{title(table)}**", ""]
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
    text = f"{value:,.4g}" if isinstance(value, float) else " ".join(str(value).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return text if len(text) <= 60 else f"{text[:59]}…"
