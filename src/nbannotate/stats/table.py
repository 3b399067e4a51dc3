"""What a table is: a function of a scope whose columns, types and units are declared and therefore always hold."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, Protocol, TypeVar, cast

from nbannotate.model import renamed
from nbannotate.model.calling import told
from nbannotate.model.times import zone
from nbannotate.stats.filters import FILTERS_DOC, OLD

if TYPE_CHECKING:
    import pandas as pd

Dtype = Literal["string", "int64", "float64", "boolean", "datetime64[us]"]
P = ParamSpec("P")
P_co = ParamSpec("P_co")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    dtype
        The pandas dtype, also when the table is empty.
    what
        One sentence: what it holds, in which unit.
    is_day
        Whether it holds days, which are the same in every zone.
    """

    dtype: Dtype
    what: str
    is_day: bool = False


class Table(Protocol[P_co]):
    """A function that returns a DataFrame with declared columns."""

    __name__: str
    columns: Mapping[str, Column]

    def __call__(self, *args: P_co.args, **kwargs: P_co.kwargs) -> pd.DataFrame:
        """Return the table."""
        ...


def typed(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return a frame with exactly the declared columns, in order, with the declared dtypes."""
    import pandas as pd

    return pd.DataFrame({name: frame[name].astype(column.dtype) for name, column in columns.items()})


def in_zone(frame: pd.DataFrame, columns: Mapping[str, Column], tz: str | None) -> pd.DataFrame:
    """Return a table whose moments, naive UTC, stand in a zone and say so; days are days everywhere."""
    if tz is not None:
        for name, column in columns.items():
            if column.dtype == "datetime64[us]" and not column.is_day:
                frame[name] = frame[name].dt.tz_localize("UTC").dt.tz_convert(tz)
    return frame


def with_old_names(function: Callable[P, R]) -> Callable[P, R]:
    """Let a table or a chart take the filters under the names that they had; what has such a name itself keeps it."""
    known = inspect.signature(function).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in known.values())
    return renamed.parameters(**{o: n for o, n in OLD.items() if o not in known and (takes_all or n in known)})(
        function
    )


def table(**columns: Column) -> Callable[[Callable[P, pd.DataFrame]], Table[P]]:
    """Declare the columns of a table.

    The decorated function returns a DataFrame that has at least these columns; what the caller gets has exactly
    these, typed, also when there are no rows. The columns and the shared filters are added to its docstring.

    Parameters
    ----------
    **columns
        :class:`Column` values, in the order of the table.
    """

    def decorate(function: Callable[P, pd.DataFrame]) -> Table[P]:
        its = told(function)

        @functools.wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
            return in_zone(typed(its(*args, **kwargs), columns), columns, zone(kwargs.get("tz")))

        lines = "\n".join(f"{name} : {column.dtype}\n    {column.what}" for name, column in columns.items())
        wrapped.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\nColumns\n-------\n{lines}\n{FILTERS_DOC}"
        known = with_old_names(wrapped)
        known.columns = columns  # type: ignore[attr-defined]
        return cast("Table[P]", known)

    return decorate
