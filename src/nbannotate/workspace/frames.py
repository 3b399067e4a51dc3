"""DataFrames on their way to and from the owner: always as Parquet, never as JSON."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def from_parquet(content: bytes) -> pd.DataFrame:
    """Return the table of a Parquet file's bytes."""
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        Path(file.name).write_bytes(content)
        return connection.execute("select * from read_parquet($1)", [file.name]).df()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries of plain Python values; what is missing is None."""
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[assignment]
    return rows


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file, its rows in order."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        file = Path(folder) / "rows.parquet"
        connection.register("rows", frame)
        connection.execute(f"copy rows to '{file}' (format parquet)")
        return file.read_bytes()
