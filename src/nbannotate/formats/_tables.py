"""Tables of Parquet, written and read by DuckDB in pieces: as many rows as there are, in little memory.

Rows are structs. They go to DuckDB as lines of JSON, and come from it as such: a float keeps its bits on both ways.
"""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import msgspec

from nbannotate.errors import ReadFailed
from nbannotate.files import duckdb_scratch
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _json
from nbannotate.formats._outcome import Problems

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T", bound=msgspec.Struct)
A = TypeVar("A")

#: So many rows are taken at once.
PIECE = 2_000
#: What DuckDB may take for tables.
MEMORY = "256MB"


class Table(Generic[T]):
    """A table: its file, the struct of a row, the types of its columns, which are the struct's fields, and its order.

    Parameters
    ----------
    member
        The name of its file.
    row
        The struct of a row.
    columns
        The names and types of its columns, as the fields of the struct.
    order
        The column, a whole number, by which the rows are ordered when they are read.
    """

    def __init__(self, member: str, row: type[T], columns: dict[str, str], order: str) -> None:
        self.member, self.row, self.columns, self.order = member, row, columns, order


@functools.cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return this process's DuckDB for tables: opening one costs 50 ms, a cursor nothing."""
    return duckdb_scratch.connect(threads="1", memory_limit=MEMORY)


@contextmanager
def _workbench() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Give a cursor, and a folder for its files."""
    with tempfile.TemporaryDirectory(prefix="nbannotate") as folder, _engine().cursor() as cursor:
        yield cursor, Path(folder)


class Writer(Generic[T]):
    """Writes a table, in a ``with`` block; after an error nothing of it is left.

    Attributes
    ----------
    count
        How many rows there are so far.
    """

    def __init__(self, target: Target, table: Table[T]) -> None:
        self._target, self._table, self.count = target, table, 0
        self._longest = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="nbannotate")))
        self._lines = self._open.enter_context((self._folder / "rows.json").open("wb"))
        return self

    def add(self, row: T) -> None:
        """Write one more row."""
        line = msgspec.json.encode(row)
        self._lines.write(line + b"\n")
        self._longest = max(self._longest, len(line))
        self.count += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._open:
            if kind is None:
                self._lines.close()
                self._finish()

    def _finish(self) -> None:
        """Make the lines a table, and put it into its place."""
        made = self._folder / "table.parquet"
        from_lines(Path(self._lines.name), made, self._table.columns, self._longest)
        with made.open("rb") as file, self._target.open(self._table.member) as out:
            shutil.copyfileobj(file, out, 1 << 20)


def from_lines(lines: Path, made: Path, columns: dict[str, str], longest: int) -> None:
    """Make a Parquet file of lines of JSON.

    Parameters
    ----------
    lines, made
        The files; their names are ours.
    columns
        The names and types of the columns.
    longest
        The number of bytes of the longest line.
    """
    types = ", ".join(f"{_quoted(name)}: '{kind}'" for name, kind in columns.items())
    with _engine().cursor() as cursor:
        cursor.execute(
            f"copy (select * from read_json('{lines}', format = 'newline_delimited', "
            f"columns = {{{types}}}, maximum_object_size = {max(1 << 20, 2 * longest)})) "
            f"to '{made}' (format parquet, compression zstd, row_group_size 10000)"
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def columns_of(source: Source, member: str) -> list[str]:
    """Return the names of the columns of a Parquet file.

    Raises
    ------
    ReadFailed
        It is none.
    """
    with opened(source, member) as ask:
        return [str(row[0]) for row in ask("describe select * exclude (file_row_number) from {file}").fetchall()]


def texts(source: Source, member: str) -> Iterator[tuple[int, str]]:
    """Yield the rows of a Parquet file with their numbers, each as JSON.

    Raises
    ------
    ReadFailed
        It is none, or cannot be read further.
    """
    packed = ", ".join(f"{_quoted(name)} := {_quoted(name)}" for name in columns_of(source, member))
    with opened(source, member) as ask:
        found = ask(f"select file_row_number, to_json(struct_pack({packed})) from {{file}}")
        while piece := told(source, member, found.fetchmany, PIECE):
            yield from piece


@contextmanager
def opened(source: Source, member: str) -> Iterator[Callable[[str], duckdb.DuckDBPyConnection]]:
    """Give a function that asks a Parquet file, which is called ``{file}``."""
    with _workbench() as (cursor, folder):
        file = folder / "table.parquet"  # a name without the signs by which DuckDB finds several files
        local = source.local(member)
        if local is not None:
            file.symlink_to(local.resolve())
        else:
            with file.open("wb") as out:
                for piece in source.pieces(member):
                    out.write(piece)
        table = f"read_parquet('{file}', file_row_number = true)"
        yield lambda query: told(source, member, cursor.execute, query.replace("{file}", table))


def told(source: Source, member: str, ask: Callable[[Any], A], what: Any) -> A:
    """Return what DuckDB answers, or say why it cannot read a file."""
    import duckdb

    try:
        return ask(what)
    except duckdb.Error as error:
        reason = re.sub(r" [a-z ]*'[^']*/table\.parquet'", "", str(error).splitlines()[0])
        raise ReadFailed(f"{source.said(member)} cannot be read: {reason}") from None


class Reader(Generic[T]):
    """Reads a table.

    Raises
    ------
    ReadFailed
        It is no Parquet, or lacks a column.
    """

    def __init__(self, source: Source, member: str, table: Table[T]) -> None:
        self._source, self._member, self._table = source, member, table
        with opened(self._source, self._member) as ask:
            names = {str(row[0]) for row in ask("describe select * from {file}").fetchall()}
            if missing := [name for name in table.columns if name not in names]:
                raise ReadFailed(f"{source.said(member)} has no column {missing[0]!r}.")
            order = table.order
            backwards = f"select {order} as n, lag({order}) over () as before from {{file}}"
            found = ask(f"select count(*), count(*) filter (before > n) from ({backwards})").fetchone()
            self.count, self._mixed = (int(found[0]), bool(found[1])) if found else (0, False)

    def rows(self, problems: Problems) -> Iterator[tuple[str, T]]:
        """Yield the rows in their order, each with its place for messages; say which are none.

        Raises
        ------
        ReadFailed
            The file cannot be read further.
        """
        packed = ", ".join(f'"{name}" := "{name}"' for name in self._table.columns)
        order = f" order by {self._table.order}, file_row_number" if self._mixed else ""
        with opened(self._source, self._member) as ask:
            found = ask(f"select file_row_number, to_json(struct_pack({packed})) from {{file}}{order}")
            while piece := told(self._source, self._member, found.fetchmany, PIECE):
                for number, text in piece:
                    place = f"{self._member}, row {number}"
                    try:
                        yield place, _json.decoded(text, self._table.row)
                    except msgspec.MsgspecError as error:
                        problems.add("rows", str(error).replace("`", "").rstrip("."), place)


class Ahead(Generic[T]):
    """Rows of which the next one can be looked at before it is taken."""

    def __init__(self, rows: Iterator[tuple[str, T]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def until(self, last: int, key: Callable[[T], int]) -> Iterator[tuple[str, T]]:
        """Yield the rows whose number is not above ``last``."""
        while self._next is not None and key(self._next[1]) <= last:
            yield self._next
            self._next = next(self._rows, None)
