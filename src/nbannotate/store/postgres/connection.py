"""A connection to PostgreSQL that takes the statements of the store, and gives their rows as DuckDB does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.sql import Literal
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper, TextLoader

from nbannotate.files import duckdb_scratch
from nbannotate.store.postgres import parquet
from nbannotate.store.postgres.translation import translated

if TYPE_CHECKING:
    import duckdb

#: A network that was cut is noticed within half a minute, by this side with these, by the server with SETTINGS.
NOTICED = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
#: Seconds in which a server must answer to a new connection.
CONNECT_S = 10
#: What every connection begins with: the names of the views, times without a zone, and limits so that one that hangs
#: does not keep all others waiting.
SETTINGS = (
    "-c search_path=main,data -c timezone=UTC -c idle_in_transaction_session_timeout=600000 "
    "-c statement_timeout=600000 -c lock_timeout=120000 "
    "-c client_min_messages=warning "
    "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=30000"
)

_ASKED = re.compile(r"\$(\d+) IS NULL")


class _Number:
    """A numeric, which sums of whole numbers are: a whole number, or a float."""

    format = pq.Format.TEXT

    def __init__(self, oid: int, context: Any = None) -> None:
        pass

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def configure(connection: psycopg.Connection[Any]) -> None:
    """Let values be what they are in DuckDB: whole numbers of 64 bits, texts, JSON as a text."""
    adapters = connection.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(str, StrDumper)
    adapters.register_loader("numeric", _Number)
    adapters.register_loader("json", TextLoader)
    adapters.register_loader("jsonb", TextLoader)


def connect(url: str) -> psycopg.Connection[Any]:
    """Return a new connection to a server."""
    connection = psycopg.connect(url, **options())
    configure(connection)
    return connection


def options() -> dict[str, Any]:
    """Return what connections are made with, beside the address."""
    return {
        "autocommit": True, "cursor_factory": psycopg.RawCursor, "options": SETTINGS, "connect_timeout": CONNECT_S,
        "application_name": "nbannotate", **NOTICED,
    }  # fmt: skip


def _typed(text: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """Write a null where a statement asks whether a parameter is one: nothing else would say of which type it is."""
    values = list(parameters)
    for number in {int(n) for n in _ASKED.findall(text)} if None in values else ():
        if values[number - 1] is None:
            text, values[number - 1] = re.sub(rf"\${number}\b", "null", text), 0
    return text, values


def _with(text: str, parameters: Sequence[Any], raw: psycopg.Connection[Any]) -> str:
    """Write the values into a statement that takes no parameters, as COPY."""
    written = [Literal(value).as_string(raw) for value in parameters]
    return re.sub(r"\$(\d+)", lambda found: written[int(found[1]) - 1], text) if written else text


class Connection:
    """What a transaction needs of a connection.

    Parameters
    ----------
    raw
        The connection.
    columns
        The columns of the tables of the schema ``data``.
    """

    def __init__(self, raw: psycopg.Connection[Any], columns: Mapping[str, tuple[str, ...]]) -> None:
        self.raw, self._columns = raw, columns
        self._tables: set[str] = set()
        self._bench: duckdb.DuckDBPyConnection | None = None

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Run a statement of the store."""
        found = translated(sql, self._columns)
        for table in found.tables:
            if table.table not in self._tables:
                parquet.bring(self.raw, table)
                self._tables.add(table.table)
        for statement in found.statements[:-1]:
            self.raw.execute(statement)
        if found.statements[-1].lower() == "rollback":
            self._tables.clear()
        text, values = _typed(found.statements[-1], parameters)
        if found.file is not None:
            count = parquet.write(self.raw, _with(text, values, self.raw), Path(found.file), found.form)
            return self.raw.execute("select $1", [count])
        try:
            return self.raw.execute(text, values or None)
        except psycopg.Error as error:
            error.add_note(f"The statement: {text}")
            raise

    @property
    def bench(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB in memory, for the files that a transaction reads."""
        if self._bench is None:
            self._bench = duckdb_scratch.connect()
        return self._bench

    def register(self, name: str, table: Any) -> None:
        """Let statements read a table of Arrow by a name: it is copied into the database."""
        self.bench.register(name, table)
        parquet.copy(self.raw, self.bench, name, f'"{name}"')
        self._tables.add(name)

    def unregister(self, name: str) -> None:
        """Forget such a table."""
        self.bench.unregister(name)
        if self.raw.info.transaction_status == pq.TransactionStatus.INTRANS:
            self.raw.execute(f"drop table if exists pg_temp.{name}")

    def tidy(self) -> None:
        """Forget the tables of this connection alone."""
        if self._bench is not None:
            self._bench.close()
            self._bench = None
        if self._tables:
            self._tables.clear()
            self.raw.execute("discard temp")

    def interrupt(self) -> None:
        """End the statement that runs."""
        self.raw.cancel_safe(timeout=5.0)

    def close(self) -> None:
        """Close the connection."""
        self._tables.clear()
        self.tidy()
        self.raw.close()
