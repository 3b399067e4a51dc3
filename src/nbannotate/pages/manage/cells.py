"""A table of statistics as texts for people, with what its columns are sorted by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbannotate.charts.look import duration, label
from nbannotate.stats.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

#: So many rows are shown; the CSV has all of them.
MOST_ROWS = 300


class Heading(Struct, frozen=True):
    """What stands above a column.

    Parameters
    ----------
    title, what
        Its name, and the sentence that says what it holds.
    is_number
        Whether it stands at the right.
    is_said
        Whether its texts are ours, so that they are said in the language of who reads; names stay as they are.
    """

    title: str
    what: str
    is_number: bool
    is_said: bool


class Cells(Struct, frozen=True):
    """A table as texts.

    Parameters
    ----------
    headings
        Above the columns.
    rows
        Texts, row by row.
    keys
        By what the rows are sorted: numbers, texts or None for what is missing.
    total
        How many rows there are, of which at most :data:`MOST_ROWS` are here.
    """

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str | int | float | bool | None, ...], ...]
    total: int


def cells(table: Table, frame: pd.DataFrame) -> Cells:
    """Return a table as texts; numbers of rows in other tables are left out."""
    names = [name for name in table.columns if not name.endswith("_id")]
    shown = frame.head(MOST_ROWS)
    columns = [[None if _is_missing(v) else v for v in shown[name].astype(object)] for name in names]
    kinds = [table.columns[name] for name in names]
    texts = [[_text(n, k, v) for v in column] for n, k, column in zip(names, kinds, columns, strict=True)]
    keys = [[v if isinstance(v, bool | int | float | None) else str(v) for v in column] for column in columns]
    return Cells(
        tuple(map(_heading, names, kinds)),
        tuple(zip(*texts, strict=True)),
        tuple(zip(*keys, strict=True)),
        len(frame),
    )


def _is_missing(value: Any) -> bool:
    return value is None or str(value) in ("<NA>", "NaT", "nan")


def _heading(name: str, column: Column) -> Heading:
    is_number = column.dtype in ("int64", "float64")
    title = label(name.removesuffix("_s")).capitalize()
    return Heading(title, column.what, is_number, is_number or column.is_said or column.dtype == "boolean")


def _text(name: str, column: Column, value: Any) -> str:
    """Return a value for people; a dash if it is missing."""
    if value is None:
        return "–"
    match column.dtype:
        case "int64":
            return f"{value:,}"
        case "float64" if name.endswith("_s"):
            return duration(value)
        case "float64":
            return f"{value:,.0f}" if math.fabs(value) >= 1000 else f"{value:.3g}"
        case "boolean":
            return "yes" if value else "no"
        case "datetime64[us]":
            return f"{value:%Y-%m-%d}" if column.is_day else f"{value:%Y-%m-%d %H:%M}"
    text = str(value)
    return label(text) if column.is_said and text.isidentifier() else text
