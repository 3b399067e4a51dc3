"""Columns of metadata as pandas has them: their types are kept beside the JSON, and given back with the values."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: What may stand in a column of objects, by what pandas infers it to be: how it is made of its text.
_OF_TEXT: dict[str, Callable[[str], Any]] = {
    "date": datetime.date.fromisoformat, "time": datetime.time.fromisoformat,
    "datetime": datetime.datetime.fromisoformat,
}  # fmt: skip


def named(column: pd.Series[Any]) -> str:
    """Return the name of a column's type; of objects with what they are: ``object:date``."""
    from pandas.api.types import infer_dtype

    if column.dtype != object:
        return str(column.dtype)
    kind = infer_dtype(column, skipna=True)
    return f"object:{kind}" if kind in _OF_TEXT else "object"


def temporal(values: list[Any]) -> str | None:
    """Return the type of values that have days or times among them; None for others, which JSON has types for."""
    import pandas as pd

    if not any(isinstance(v, datetime.date | datetime.time | datetime.timedelta) for v in values):
        return None
    return named(pd.Series(values))


def restored(values: list[Any], missing: Any, dtype: str) -> Any:
    """Return values of JSON as a column of that type; of the type that all of them have if they do not fit it.

    Parameters
    ----------
    values
        As JSON has them.
    missing
        Marks those that are not there.
    dtype
        What :func:`named` returned; empty if it is not known.
    """
    if dtype:
        try:
            return _as(values, missing, dtype)
        except (TypeError, ValueError, OverflowError, ArithmeticError):
            pass  # somebody has set other values since
    return column(values, missing)


def _as(values: list[Any], missing: Any, dtype: str) -> Any:
    import pandas as pd

    to: Any = dtype
    timedeltas: Any = pd.to_timedelta
    gaps = any(v is missing or v is None for v in values)
    given = [None if v is missing else v for v in values]
    if dtype.startswith("object"):
        make: Callable[[Any], Any] = _OF_TEXT.get(dtype.partition(":")[2], _as_it_is)
        return objects([None if v is None else make(v) for v in given])
    if dtype.startswith("datetime64"):
        zoned = "," in dtype
        parsed = pd.Series(pd.to_datetime(pd.Series(given, dtype=object), format="ISO8601", utc=zoned))
        return parsed.astype(to).array
    if dtype.startswith("timedelta64"):
        return pd.Series(timedeltas(pd.Series(given, dtype=object))).astype(to).array
    if not all(v is None or isinstance(v, _kind(dtype)) for v in given) or _has_other_bools(given, dtype):
        raise TypeError(dtype)
    if gaps and (whole := re.fullmatch(r"(u?)int(\d+)", dtype)):
        to = f"{'U' if whole[1] else ''}Int{whole[2]}"
    if gaps and dtype == "bool":
        to = "boolean"
    return pd.Series(given, dtype="object").astype(to).array


def _as_it_is(value: Any) -> Any:
    return value


def _kind(dtype: str) -> Any:
    """Return what the values of a type are in JSON."""
    name = dtype.casefold()
    if name.startswith(("int", "uint")):
        return int
    if name.startswith("float"):
        return int | float
    if name.startswith("bool"):
        return bool
    return str if name.startswith(("str", "string")) else object


def _has_other_bools(given: list[Any], dtype: str) -> bool:
    return dtype.casefold().startswith(("int", "uint", "float")) and any(isinstance(v, bool) for v in given)


def column(values: list[Any], missing: Any = None) -> Any:
    """Return values as a column of the type that all of them have; ``missing`` marks those that are not there.

    Whole numbers, texts and True and False keep their type where some are missing (``Int64``, ``string``,
    ``boolean``). What is of several types, or nested, or None, is a column of objects, where NA is what is missing.
    """
    import pandas as pd

    kinds = {type(v) for v in values if v is not missing}
    gaps = any(v is missing for v in values)
    types = {bool: ("bool", "boolean"), int: ("int64", "Int64"), float: ("float64", "float64"), str: ("string",) * 2}
    if len(kinds) == 1 and (kind := next(iter(kinds))) in types:
        if kind is int and not all(-(2**63) <= v < 2**63 for v in values if v is not missing):
            return objects([pd.NA if v is missing else v for v in values])
        empty: Any = float("nan") if kind is float else pd.NA
        return pd.array([empty if v is missing else v for v in values], dtype=types[kind][gaps])  # type: ignore[call-overload]
    return objects([pd.NA if v is missing else v for v in values])


def objects(values: list[Any]) -> pd.Series[Any]:
    """Return a column of objects, also of values that are arrays or lists themselves; None stays None.

    The type is said: pandas makes a column of texts of an array with texts and None, where None is what is missing.
    """
    import numpy as np
    import pandas as pd

    found = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        found[i] = value
    return pd.Series(found, dtype=object)
