"""Tables that come as Parquet files: DuckDB reads them, in memory, and the rows are copied into the database."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.files import duckdb_scratch
from nbannotate.store.transaction import quoted

if TYPE_CHECKING:
    import duckdb
    import psycopg

    from nbannotate.store.postgres.translation import Parquet

_TYPES = {
    "BIGINT": "bigint", "INTEGER": "integer", "SMALLINT": "integer", "TINYINT": "integer", "UINTEGER": "bigint",
    "DOUBLE": "double precision", "FLOAT": "double precision", "BOOLEAN": "boolean", "VARCHAR": "text",
    "TIMESTAMP": "timestamp", "DATE": "date", "BLOB": "bytea", "DOUBLE[]": "double precision[]",
}  # fmt: skip
#: What PostgreSQL calls the types by number.
_OIDS = {
    16: "BOOLEAN", 20: "BIGINT", 23: "INTEGER", 700: "FLOAT", 701: "DOUBLE", 1082: "DATE", 1114: "TIMESTAMP",
    1700: "HUGEINT", 1022: "DOUBLE[]",
}  # fmt: skip
_BLOCK = 1 << 20

#: What stands for null in the text that rows travel in.
NULL = "\\N-null"


def bring(raw: psycopg.Connection[Any], table: Parquet) -> None:
    """Make a table of this connection alone of Parquet files."""
    read = f"read_parquet([{', '.join(quoted(Path(f)) for f in table.files)}]"
    read += ", file_row_number = true)" if table.numbered else ")"
    duck = duckdb_scratch.connect()
    try:
        copy(raw, duck, table.table, read)
    finally:
        duck.close()


def copy(raw: psycopg.Connection[Any], duck: duckdb.DuckDBPyConnection, table: str, read: str) -> None:
    """Make a table of this connection alone of what DuckDB reads."""
    its = duck.execute(f"describe select * from {read}").fetchall()
    columns = ", ".join(f'"{name}" {_TYPES.get(kind, "text")}' for name, kind, *_ in its)
    raw.execute(f"drop table if exists pg_temp.{table}")
    raw.execute(f"create temporary table {table} ({columns})")
    pour(duck, read, raw, f"pg_temp.{table}", [(name, kind) for name, kind, *_ in its])


def pour(
    duck: duckdb.DuckDBPyConnection, read: str, raw: psycopg.Connection[Any], table: str,
    columns: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """Copy what DuckDB reads, with the types of its columns, into a table."""
    values = ", ".join(_written(name, kind) for name, kind in columns)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    with tempfile.TemporaryDirectory(prefix="nbannotate-") as folder:
        file = Path(folder) / "rows.csv"
        duck.execute(
            f"copy (select {values} from {read}) to {quoted(file)} (format csv, header false, nullstr '{NULL}', "
            "force_quote *)"
        )
        into = f"copy {table} ({names}) from stdin (format csv, null '{NULL}')"
        with file.open("rb") as rows, raw.cursor().copy(into) as blocks:
            while block := rows.read(_BLOCK):
                blocks.write(block)


def unload(raw: psycopg.Connection[Any], table: str, columns: Sequence[tuple[str, str]], file: Path) -> None:
    """Write a table as text that :func:`read` reads, with the types of its columns in DuckDB."""
    names = ", ".join(shown(name, kind) for name, kind in columns)
    form = f"(format csv, null '{NULL}', force_quote *)"
    with file.open("wb") as out, raw.cursor().copy(f"copy (select {names} from {table}) to stdout {form}") as rows:
        for block in rows:
            out.write(block)


def write(raw: psycopg.Connection[Any], query: str, file: Path, form: str) -> int:
    """Write the rows of a query in a form of DuckDB's, and return how many there are."""
    its = raw.execute(f"select * from ({query}) q limit 0").description or ()
    columns = ", ".join(f"'{column.name}': '{_OIDS.get(column.type_code, 'VARCHAR')}'" for column in its)
    names = ", ".join(shown(column.name, _OIDS.get(column.type_code, "")) for column in its)
    duck = duckdb_scratch.connect()
    try:
        with tempfile.TemporaryDirectory(prefix="nbannotate-") as folder:
            rows = Path(folder) / "rows.csv"
            with rows.open("wb") as out, raw.cursor().copy(
                f"copy (select {names} from ({query}) q) to stdout (format csv, null '{NULL}', force_quote *)"
            ) as blocks:  # fmt: skip
                for block in blocks:
                    out.write(block)
            done = duck.execute(f"copy (select * from {read(rows, columns)}) to {quoted(file)} ({form})").fetchone()
            return int(done[0]) if done else 0
    finally:
        duck.close()


def read(file: Path, columns: str) -> str:
    """Return what reads the rows that PostgreSQL has written, with such columns, in DuckDB."""
    return (
        f"read_csv({quoted(file)}, header = false, columns = {{{columns}}}, nullstr = '{NULL}', quote = '\"', "
        "escape = '\"', delim = ',', auto_detect = false, parallel = false, max_line_size = 1073741824)"
    )


def shown(name: str, kind: str) -> str:
    """Return a column as PostgreSQL writes it for DuckDB, where it is of such a type."""
    return f'cast(to_json("{name}") as text)' if kind.endswith("[]") else f'"{name}"'


def _written(name: str, kind: str) -> str:
    """Return a column as it is written into CSV."""
    column = f'"{name}"'
    if kind == "BLOB":
        return f"'\\x' || hex({column})"
    if kind == "DOUBLE[]":
        return f"'{{' || array_to_string({column}, ',') || '}}'"
    return column if kind in _TYPES else f"cast(to_json({column}) as varchar)"
