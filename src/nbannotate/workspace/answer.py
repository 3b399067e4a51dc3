"""What a query answers: a DataFrame that can be had as polars and Arrow, too. Loaded with the first answer only."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd

from nbannotate.workspace import frames
from nbannotate.workspace.optional_libraries import library


class Answer(pd.DataFrame):
    """The rows of a query. Whatever is made of it is a plain DataFrame.

    Examples
    --------
    >>> ws.sql("select * from shapes").pl()  # doctest: +SKIP
    """

    #: The answer as it came, which has types that pandas has not; and the zone that was asked for.
    _content: bytes | None = None
    _tz: str | None = None

    @classmethod
    def of(cls, content: bytes, frame: pd.DataFrame, tz: str | None) -> Answer:
        """Return an answer.

        Parameters
        ----------
        content
            The Parquet file that came.
        frame
            The same in pandas.
        tz
            The zone of its times.
        """
        made = cls(frame)
        object.__setattr__(made, "_content", content)
        object.__setattr__(made, "_tz", tz)
        return made

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    def df(self) -> pd.DataFrame:
        """Return the rows as a plain DataFrame of pandas."""
        return pd.DataFrame(self)

    def pl(self) -> Any:
        """Return the rows as a DataFrame of polars.

        Raises
        ------
        NotFound
            polars is not installed.
        """
        polars = library("polars", "polars")
        rows = polars.read_parquet(io.BytesIO(self._parquet()))
        if self._tz is None:
            return rows
        times = [name for name, dtype in rows.schema.items() if isinstance(dtype, polars.Datetime)]
        localized = [_in_zone(polars.col(n), rows.schema[n].time_zone, self._tz) for n in times]
        return rows.with_columns(localized) if times else rows

    def arrow(self) -> Any:
        """Return the rows as a table of Arrow.

        Raises
        ------
        NotFound
            pyarrow is not installed.
        """
        parquet, types = library("pyarrow.parquet", "pyarrow"), library("pyarrow", "pyarrow")
        rows = parquet.read_table(io.BytesIO(self._parquet()))
        if self._tz is None:
            return rows
        fields = [
            field.with_type(types.timestamp(field.type.unit, tz=self._tz))
            if types.types.is_timestamp(field.type)
            else field
            for field in rows.schema
        ]
        return rows.cast(types.schema(fields))

    def _parquet(self) -> bytes:
        """Return the rows as Parquet: as they came, or as they are now if somebody changed them."""
        if self._content is not None and self.equals(frames.from_parquet(self._content, self._tz)):
            return self._content
        return frames.to_parquet(pd.DataFrame(self))


def _in_zone(column: Any, given: str | None, tz: str) -> Any:
    return (column if given else column.dt.replace_time_zone("UTC")).dt.convert_time_zone(tz)
