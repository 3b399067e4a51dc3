"""How all tables are filtered: what a filter names has to be there, or it is an error that says what is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model.suggestions import meant, sentence, unknown
from nbannotate.model.times import Period
from nbannotate.model.values import as_list, is_missing, shown

if TYPE_CHECKING:
    import pandas as pd

#: Gives the names that a column of texts may have, or None where it may have any.
Known = Callable[[str], list[str] | None]

#: Columns that hold what people wrote, or ids: any text may be asked for.
FREE = frozenset({"text", "note", "shape_id", "detail"})


def narrowed(rows: pd.DataFrame, what: str, filters: Mapping[str, Any], known: Known) -> pd.DataFrame:
    """Return the rows whose columns have what the filters say.

    Parameters
    ----------
    rows
        All rows.
    what
        What they are called in a message, for example ``"tasks"``.
    filters
        By column: the value, or several, that it must have; None for what is missing.
    known
        The names that there are, also where no row has them.

    Raises
    ------
    InvalidInput
        There is no such column, or no such value; the message says what there is.
    """
    for column, value in filters.items():
        if column not in rows.columns:
            raise InvalidInput(
                f"{what} have no column {column!r}{meant(column, rows.columns)}; they have {', '.join(rows.columns)}."
            )
        rows = rows[matches(rows[column], column, values(column, value), known)]
    return rows.reset_index(drop=True)


def values(column: str, value: Any) -> list[Any]:
    """Return the values that a filter asks for; None is the one of what is missing."""
    return [None] if is_missing(value) else as_list(column, value)


def matches(series: pd.Series[Any], column: str, wanted: list[Any], known: Known) -> pd.Series[bool]:
    """Return which values of a column are asked for."""
    given = [v for v in wanted if not is_missing(v)]
    found = (
        _moments(series, column, given)
        if series.dtype.kind == "M"
        else series.isin(_checked(series, column, given, known))
    )
    return found | series.isna() if len(given) < len(wanted) else found


def check_names(column: str, wanted: list[Any], names: list[str]) -> None:
    """Raise InvalidInput for the first value that is none of the names that there are."""
    for value in wanted:
        if value not in names:
            raise InvalidInput(sentence(unknown(column.replace("_", " "), value, names)))


def _checked(series: pd.Series[Any], column: str, wanted: list[Any], known: Known) -> list[Any]:
    """Return what is asked for, if a column could have it."""
    kind = series.dtype.kind
    for value in wanted:
        is_bool = isinstance(value, bool)
        if kind == "b" and not is_bool:
            raise InvalidInput(f"{column} is True or False, not {shown(value)}.")
        if kind in "iuf" and (is_bool or not isinstance(value, int | float)):
            raise InvalidInput(f"{column} is a number, not {shown(value)}.")
        if kind not in "biuf" and not isinstance(value, str):
            raise InvalidInput(f"{column} is a text, not {shown(value)}.")
    if kind not in "biuf" and column not in FREE:
        there = set(series.dropna())
        if any(v not in there for v in wanted):
            names = known(column)
            check_names(column, wanted, list(dict.fromkeys([*(names or ()), *sorted(there)])))
    return wanted


def at_step(series: pd.Series[Any], wanted: list[Any], steps: Mapping[str, list[int]], known: Known) -> pd.Series[bool]:
    """Return which rows are at steps that are given by name or by index.

    Parameters
    ----------
    series
        The indices of their steps.
    wanted
        Names or indices; None for rows without a step.
    steps
        By the name of a step, the indices that it has.
    known
        As for :func:`matches`.
    """
    indices = {index for its in steps.values() for index in its}
    found: list[Any] = []
    for value in wanted:
        if is_missing(value):
            found.append(None)
        elif isinstance(value, str) and value in steps:
            found += steps[value]
        elif not isinstance(value, bool) and isinstance(value, int | float) and value in indices:
            found.append(int(value))
        else:
            raise InvalidInput(sentence(unknown("step", value, steps)))
    return matches(series, "step", found, known)


def _moments(series: pd.Series[Any], column: str, wanted: list[Any]) -> pd.Series[bool]:
    """Return which times are asked for; a day is all of it; what has no zone means that of the series."""
    import pandas as pd

    zone = series.dt.tz
    found = pd.Series(False, index=series.index)
    for value in wanted:
        try:
            given = value
            if isinstance(value, str):
                kind = datetime.date if len(value) <= 10 else datetime.datetime
                given = kind.fromisoformat(value)
            if isinstance(given, datetime.datetime):
                at = pd.Timestamp(given)
                if zone is None:
                    at = at.tz_convert("UTC").tz_localize(None) if at.tzinfo else at
                else:
                    at = at.tz_convert(zone) if at.tzinfo else at.tz_localize(zone)
                found |= series == at
            else:
                found |= series.dt.date == given
        except ValueError:
            raise InvalidInput(f"{column} is a day or a time such as '2026-07-01', not {value!r}.") from None
    return found


def within(series: pd.Series[Any], during: Period) -> pd.Series[bool]:
    """Return which times, naive UTC, are in a period; what is missing is in none that has a bound."""
    import pandas as pd

    found = pd.Series(True, index=series.index)
    if during.start is not None:
        found &= series >= pd.Timestamp(during.start)
    if during.end is not None:
        found &= series < pd.Timestamp(during.end)
    return found


def in_zone(rows: pd.DataFrame, columns: Iterable[str], tz: str) -> pd.DataFrame:
    """Return rows whose columns of times, naive UTC, stand in a zone and say so."""
    found = rows.copy()
    for column in columns:
        if column in found.columns:
            found[column] = found[column].dt.tz_localize("UTC").dt.tz_convert(tz)
    return found
