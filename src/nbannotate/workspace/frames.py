"""DataFrames on their way to and from the owner: always as Parquet, never as JSON."""

from __future__ import annotations

import functools
import importlib
import io
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.files import arrow, duckdb_scratch

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from numpy.typing import NDArray


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return this process's DuckDB for conversions; opening one costs 20 ms, a cursor nothing."""
    return duckdb_scratch.connect()


@functools.cache
def _columns() -> duckdb.DuckDBPyConnection:
    """Return this process's DuckDB for columns of texts that may be missing: it takes every object for a text."""
    return duckdb_scratch.connect(threads="1", pandas_analyze_sample="0")


def from_parquet(content: bytes, tz: str | None = None) -> pd.DataFrame:
    """Return the table of a Parquet file's bytes.

    Parameters
    ----------
    content
        The file.
    tz
        The zone of its times, by its name in full. None leaves them as they are: UTC, without a zone.
    """
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, _engine().cursor() as cursor:
        file.write(content)
        file.flush()
        rows = cursor.execute("select * from read_parquet($1)", [file.name])
        # A day is no moment, although pandas has one type for both.
        times = [i for i, column in enumerate(rows.description or ()) if str(column[1]).startswith("TIMESTAMP")]
        frame = rows.df()
    return frame if tz is None else _in_zone(frame, times, tz)


def keep(content: bytes, file: Path) -> int:
    """Keep the bytes of a Parquet file in a file of our own, and return how many rows it has."""
    with file.open("wb") as opened:
        opened.write(content)
    with _engine().cursor() as cursor:
        found = cursor.execute("select count(*) from read_parquet($1)", [str(file)]).fetchone()
    return int(found[0]) if found else 0


def pieces(file: Path, rows: int) -> Iterator[list[dict[str, Any]]]:
    """Go through the rows of a Parquet file, in order, so many at a time; what is missing is None."""
    with _engine().cursor() as cursor:
        (count,) = cursor.execute("select count(*) from read_parquet($1)", [str(file)]).fetchone() or (0,)
        for low in range(0, count, rows):
            found = cursor.execute(
                "select * exclude (file_row_number) from read_parquet($1, file_row_number = true) "
                "where file_row_number >= $2 and file_row_number < $3 order by file_row_number",
                [str(file), low, low + rows],
            )
            names = [column[0] for column in found.description or ()]
            yield [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def columns(query: str, values: list[Any]) -> dict[str, NDArray[Any]]:
    """Return the columns that a SELECT over Parquet files gives; what is missing in one is hidden, and None in a list.

    A table of pandas takes twice as long to be made.
    """
    with _engine().cursor() as cursor:
        found: dict[str, Any] = cursor.execute(query, values).fetchnumpy()
    return found


def select(query: str, values: list[Any]) -> pd.DataFrame:
    """Return the table that a SELECT over Parquet files gives."""
    with _engine().cursor() as cursor:
        return cursor.execute(query, values).df()


def having(file: Path, column: str, ids: Collection[int]) -> pd.DataFrame:
    """Return the rows of a Parquet file, in order, whose column has one of some ids, at least one."""
    with _engine().cursor() as cursor:
        # Where the file is in the order of the column, the bounds leave most of it unread.
        return cursor.execute(
            f"select * exclude (file_row_number) from read_parquet($1, file_row_number = true) "
            f"where {column} between $3 and $4 and {column} in (select unnest($2::bigint[])) order by file_row_number",
            [str(file), list(ids), min(ids), max(ids)],
        ).df()


def _in_zone(frame: pd.DataFrame, times: list[int], tz: str) -> pd.DataFrame:
    """Return a table whose columns of times, which are UTC, stand in a zone and say so."""
    for place in times:
        column = frame.iloc[:, place].dt
        frame.isetitem(place, (column.tz_localize("UTC").dt if column.tz is None else column).tz_convert(tz))
    return frame


def is_table(value: Any) -> bool:
    """Return whether a value is a table of pandas, polars or Arrow."""
    return hasattr(value, "columns") and any(hasattr(value, name) for name in ("iloc", "write_parquet", "to_batches"))


def sent(name: str, table: Any) -> bytes:
    """Return a table that goes along with a query as the bytes of a Parquet file.

    Parameters
    ----------
    name
        What the query calls it, for the message.
    table
        Of pandas, polars or Arrow.

    Raises
    ------
    InvalidInput
        It cannot be sent.
    """
    import duckdb

    names = [str(n) for n in (table.columns if not hasattr(table, "column_names") else table.column_names)]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None or not names:
        why = f"has more than one column {twice!r}" if names else "has no columns"
        raise InvalidInput(f"The table {name!r} cannot go along: it {why}.")
    try:
        if hasattr(table, "iloc"):
            return to_parquet(table.set_axis(names, axis=1))
        if hasattr(table, "write_parquet"):
            file = io.BytesIO()
            table.write_parquet(file)
            return file.getvalue()
        file = io.BytesIO()
        importlib.import_module("pyarrow.parquet").write_table(table, file)
        return file.getvalue()
    except (duckdb.Error, ValueError, TypeError, NotImplementedError) as error:
        raise InvalidInput(f"The table {name!r} cannot go along: {str(error).splitlines()[0]}") from error


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries of plain Python values; what is missing is None."""
    names = [str(name) for name in frame.columns]
    columns = []
    for place in range(len(names)):
        column = frame.iloc[:, place]
        values, missing = column.astype(object).tolist(), column.isna()
        if missing.any():
            values = [None if none else value for value, none in zip(values, missing.tolist(), strict=True)]
        columns.append(values)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file, its rows in order."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        write_parquet(frame, file)
        return file.read_bytes()


def write_parquet(frame: pd.DataFrame, file: Path) -> None:
    """Write a table as a Parquet file of our own, its rows in order."""
    with _engine().cursor() as cursor:
        cursor.register("rows", frame)
        where = str(file).replace("'", "''")
        cursor.execute(f"copy rows to '{where}' (format parquet)")
        cursor.unregister("rows")


def write_columns(columns: Mapping[str, NDArray[Any] | list[bytes] | None], file: Path) -> None:
    """Write columns as a Parquet file of our own, their rows in order; objects are texts or None, a list is bytes.

    A column of texts that are all missing is None. The file is read once and then gone: to pack it, or to look for
    texts that come twice, took longer than to write it.
    """
    import numpy as np

    arrays = {name: its for name, its in columns.items() if isinstance(its, np.ndarray)}
    packed = {
        name: arrow.binary(b"".join(its), np.fromiter(map(len, its), dtype=np.int64, count=len(its)))
        for name, its in columns.items()
        if isinstance(its, list)
    }
    with _columns().cursor() as cursor:
        cursor.register("rows", arrays)
        if packed:
            cursor.register("packed", arrow.Table(packed))
        named = ", ".join(f'"{n}"' if its is not None else f'null::varchar as "{n}"' for n, its in columns.items())
        where = str(file).replace("'", "''")
        options = "format parquet, compression uncompressed, dictionary_size_limit 1"
        both = "rows positional join packed" if packed else "rows"
        cursor.execute(f"copy (select {named} from {both}) to '{where}' ({options})")
        cursor.unregister("rows")
        if packed:
            cursor.unregister("packed")
