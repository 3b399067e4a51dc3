"""The tables of a workspace as DuckDB has them, and their rows on the way there from PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from nbannotate.store.duckdb.file import CATALOG
from nbannotate.store.postgres import parquet


class Table(Struct, frozen=True):
    """A table of the schema ``data``.

    Parameters
    ----------
    name
        What it is called.
    columns
        The name of each column, and its type in DuckDB.
    key
        The columns that tell its rows apart; none: nothing does.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def keyed(self) -> str:
        """The key, as columns in SQL."""
        return ", ".join(f'"{column}"' for column in self.key)


def of_workspace(duck: Any) -> dict[str, Table]:
    """Return the tables of a workspace that is open in DuckDB, in the order in which they were made."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in duck.execute(
        "select c.table_name, c.column_name, c.data_type from duckdb_columns() c join duckdb_tables() t "
        "on t.database_name = c.database_name and t.schema_name = c.schema_name and t.table_name = c.table_name "
        "where c.database_name = $1 and c.schema_name = 'data' order by t.table_oid, c.column_index",
        [CATALOG],
    ).fetchall():
        columns.setdefault(table, []).append((column, kind))
    keys = dict(
        duck.execute(
            "select table_name, constraint_column_names from duckdb_constraints() "
            "where database_name = $1 and schema_name = 'data' and constraint_type = 'PRIMARY KEY'",
            [CATALOG],
        ).fetchall()
    )
    keys["shapes"] = ["annotation_id", "position"]
    return {name: Table(name, tuple(its), tuple(keys.get(name, ()))) for name, its in columns.items()}


def count(connection: Any, table: Table, where: str = "") -> int:
    """Return how many rows a table has, in either database."""
    found = connection.execute(f'select count(*) from data."{table.name}" {where}').fetchone()
    return int(found[0])


def copy(
    duck: Any, raw: psycopg.Connection[Any], table: Table, rest: str, spool: Path, *, replaces: bool = False
) -> int:
    """Copy rows into DuckDB, and return how many.

    Parameters
    ----------
    rest
        Which, as PostgreSQL takes it: ``where … order by … limit …``; empty for all.
    spool
        A folder of files that this DuckDB may read.
    replaces
        Whether there may be older rows with the same keys, which go.
    """
    names = ", ".join(parquet.shown(name, kind) for name, kind in table.columns)
    file = spool / f"{secrets.token_hex(8)}.csv"
    form = f"(format csv, null '{parquet.NULL}', force_quote *)"
    try:
        with file.open("wb") as out, raw.cursor().copy(
            f'copy (select {names} from data."{table.name}" {rest}) to stdout {form}'
        ) as rows:  # fmt: skip
            for block in rows:
                out.write(block)
        read = parquet.read(file, ", ".join(f"'{name}': '{kind}'" for name, kind in table.columns))
        if replaces:
            its = f"select ({table.keyed}) from {read}"
            duck.execute(f'delete from data."{table.name}" where ({table.keyed}) in ({its})')
        return int(duck.execute(f'insert into data."{table.name}" select * from {read}').fetchone()[0])
    finally:
        file.unlink(missing_ok=True)


def largest(duck: Any, table: Table) -> list[str] | None:
    """Return the largest key that there is in DuckDB, as texts; None if the table is empty."""
    texts = ", ".join(f'cast("{column}" as varchar)' for column in table.key)
    order = ", ".join(f'"{column}" desc' for column in table.key)
    found = duck.execute(f'select {texts} from data."{table.name}" order by {order} limit 1').fetchone()
    return None if found is None else list(found)


def newer(horizon: int) -> str:
    """Return the condition on rows that transactions from one on have written."""
    return f"cast(cast(xmin as text) as bigint) >= {horizon % (1 << 32)}"


def horizon(raw: psycopg.Connection[Any]) -> tuple[int, str]:
    """Return the first transaction that may still run, and the snapshot of this one."""
    said = raw.execute("select cast(pg_current_snapshot() as text)").fetchone()
    assert said is not None
    return int(said[0].partition(":")[0]), said[0]


def wraps(before: int, now: int) -> bool:
    """Return whether the numbers of transactions began again between two of them."""
    return before >> 32 != now >> 32


def beyond(table: Table, last: Sequence[str], raw: psycopg.Connection[Any], how: str = ">") -> str:
    """Return the condition on rows whose key is larger than one."""
    from psycopg.sql import Literal

    return f"({table.keyed}) {how} ({', '.join(Literal(text).as_string(raw) for text in last)})"
