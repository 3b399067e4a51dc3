"""DuckDB in a process of people, for conversions: what does not fit into memory spills where temporary files go."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(**config: str) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory.

    DuckDB by itself spills into a folder ``.tmp`` of the current one, which is the folder of somebody's notebooks.

    Parameters
    ----------
    **config
        Its settings.
    """
    import duckdb

    folder = str(Path(tempfile.gettempdir()) / f"nbannotate-duckdb-{os.getpid()}")
    return duckdb.connect(config={"temp_directory": folder, **config})
