"""What a table is: a function of a scope whose columns, types and units are declared and therefore always hold."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, Protocol, TypeVar, cast

from nbannotate.stats.filters import FILTERS_DOC

if TYPE_CHECKING:
    import pandas as pd

Dtype = Literal["string", "int64", "float64", "boolean", "datetime64[us]"]
P = ParamSpec("P")
P_co = ParamSpec("P_co")
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
    """

    dtype: Dtype
    what: str


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
        @functools.wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
            return typed(function(*args, **kwargs), columns)

        lines = "\n".join(f"{name} : {column.dtype}\n    {column.what}" for name, column in columns.items())
        wrapped.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\nColumns\n-------\n{lines}\n{FILTERS_DOC}"
        wrapped.columns = columns  # type: ignore[attr-defined]
        return cast("Table[P]", wrapped)

    return decorate
