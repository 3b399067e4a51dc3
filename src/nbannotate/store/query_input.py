"""What comes with a query, and what is answered where it is no SELECT: its parameters, its tables, what there is."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput, QueryFailed
from nbannotate.model.columns import VIEWS
from nbannotate.model.suggestions import meant
from nbannotate.store import name_suggestions, sql_guard
from nbannotate.store.pivots import parameters
from nbannotate.store.transaction import Transaction, quoted

#: So many tables can come with a query.
MOST_TABLES = 20

#: The longest list that a parameter may be: nothing else runs in the process while it is converted.
LONGEST_LIST = 100_000

#: What a parameter may be that JSON has no word for, by the name of its class.
KINDS: dict[str, Any] = {
    "datetime": datetime.datetime, "date": datetime.date, "time": datetime.time, "timedelta": datetime.timedelta,
    "Decimal": decimal.Decimal,
}  # fmt: skip


class Along(msgspec.Struct, frozen=True):
    """The tables that come with a query: where each lies, by the name that the query gives it."""

    files: dict[str, Path]

    @classmethod
    def of(cls, tx: Transaction, names: Sequence[str], files: Sequence[Path]) -> Along:
        """Return what came along, or raise InvalidInput for a name that no such table can have."""
        if len(names) != len(files):
            raise InvalidInput(f"A query names {len(names)} tables, and {len(files)} came with it.")
        if len(names) > MOST_TABLES:
            raise InvalidInput(f"{MOST_TABLES} tables can come with a query at most, not {len(names)}.")
        there, own = (sql_guard.views(tx), sql_guard.own_names(tx)) if names else (frozenset(), frozenset())
        seen: set[str] = set()
        for name in names:
            if name.lower() in there:
                raise InvalidInput(f"{name!r} is a table of the workspace; give yours another name.")
            if not name.isidentifier() or name.lower() in own or name.lower() in seen:
                raise InvalidInput(f"A table cannot be called {name!r} here; give it another name.")
            seen.add(name.lower())
        return cls(dict(zip(names, files, strict=True)))

    def check_read(self, statement: dict[str, Any]) -> None:
        """Raise QueryFailed for a table that the query does not read."""
        read = {str(node["table_name"]).lower() for node in name_suggestions.nodes(statement) if node.get("table_name")}
        for name in self.files:
            if name.lower() not in read:
                raise QueryFailed(f"The query does not read {name!r}, which came with it; write: from {name}.")

    def open(self, tx: Transaction) -> dict[str, list[str]]:
        """Let this transaction, and no other one, read the tables by their names; return their columns."""
        import duckdb

        found = {}
        for name, file in self.files.items():
            try:
                tx.run(f'create temp view "{name}" as select * from read_parquet({quoted(file)})')
            except (duckdb.InvalidInputException, duckdb.IOException) as error:
                raise InvalidInput(f"The table {name!r} that came with the query cannot be read.") from error
            columns = tx.connection.execute(f'select * from "{name}" limit 0').description or ()
            found[name.lower()] = [str(column[0]) for column in columns]
        return found


def given(
    statement: dict[str, Any], values: Sequence[Any] | Mapping[str, Any] | None, types: Mapping[str, str] | None
) -> dict[str, Any]:
    """Return the values of a query's placeholders by their names.

    Parameters
    ----------
    statement
        Its tree.
    values
        In the order of ``$1``, ``$2`` …, or by name.
    types
        Names of :data:`KINDS`, by parameter, for those whose values are such.

    Raises
    ------
    QueryFailed
        A placeholder has no value, or a value no placeholder.
    """
    wanted = parameters(statement)
    named = isinstance(values, Mapping)
    found = dict(values) if isinstance(values, Mapping) else {str(i): v for i, v in enumerate(values or (), 1)}
    for name in wanted:
        if name not in found:
            example = "parameters=[…]" if name.isdigit() else f"{name}=…"
            raise QueryFailed(f"${name} has no value{meant(name, set(found) - set(wanted))}; give one: {example}.")
    for name in found:
        if name not in wanted:
            what = f"{name}=… is not in the query" if named else f"The query has no ${name}"
            there = ", ".join(f"${n}" for n in wanted) or "none"
            near = meant(f"${name}", [f"${n}" for n in wanted])
            raise QueryFailed(f"{what}{near}; its placeholders are: {there}.")
    for name, value in found.items():
        if isinstance(value, list) and len(value) > LONGEST_LIST:
            raise QueryFailed(
                f"${name} has {len(value):,} values, and a list may have {LONGEST_LIST:,}; let them go along as a "
                f"table: {'mine' if name.isdigit() else name}=pd.DataFrame(…)."
            )
    for node in name_suggestions.nodes(statement):
        for item in (node.get("children") or [])[1:] if node.get("type") in ("COMPARE_IN", "COMPARE_NOT_IN") else []:
            if item.get("class") == "PARAMETER" and isinstance(found[str(item["identifier"])], list):
                name = item["identifier"]
                raise QueryFailed(f"${name} is a list; write it without parentheses: in ${name}.")
    for name, kind in (types or {}).items():
        if kind not in KINDS or name not in found:
            raise InvalidInput(f"The parameter {name!r} cannot be a {kind}.")
        one: Any = KINDS[kind] | None
        try:
            found[name] = msgspec.convert(found[name], one | list[one])
        except msgspec.MsgspecError as error:
            raise InvalidInput(f"The parameter {name!r}: {error}") from error
    return found


def shown(tx: Transaction, statement: dict[str, Any], also: sql_guard.Also) -> str | None:
    """Return the SELECT that answers ``show tables``, or ``describe`` of a view; None for everything else.

    Raises
    ------
    QueryFailed
        Something else is to be shown, or there is no such view.
    """
    node = statement["node"].get("from_table") or {}
    if node.get("type") != "SHOW_REF":
        return None
    if node.get("show_type") == "SHOW_SPECIAL":
        if str(node.get("table_name")).strip('"') not in ("tables", "__show_tables_expanded"):
            raise QueryFailed("Only tables can be shown here: show tables.")
        return _tables()
    name = _view(node)
    if name is None:
        return None
    known = sql_guard.views(tx)
    if name.lower() in also.tables:
        return f'select column_name, column_type from (describe "{name.lower()}")'
    if name.lower() not in known:
        raise QueryFailed(
            f"There is no public table {name!r}{meant(name, sorted(known))}; there are {', '.join(sorted(known))}."
        )
    columns = VIEWS[name.lower()].columns
    meanings = f"map({_texts(c.name for c in columns)}, {_texts(c.meaning for c in columns)})"
    return f'select column_name, column_type, {meanings}[column_name] as meaning from (describe main."{name.lower()}")'


def _texts(values: Iterable[str]) -> str:
    """Return texts as a list in SQL."""
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _tables() -> str:
    """Return the SELECT of all public views, with what their rows are and which columns they have."""
    views = [VIEWS[name] for name in sorted(VIEWS)]
    columns = (", ".join(column.name for column in view.columns) for view in views)
    return (
        f"select unnest({_texts(v.name for v in views)}) as name, unnest({_texts(v.row for v in views)}) as row, "
        f"unnest({_texts(columns)}) as columns"
    )


def _view(node: dict[str, Any]) -> str | None:
    """Return the name of the one table that a DESCRIBE or a SHOW is about; None if it is about a SELECT, or sums up."""
    if node.get("show_type") not in ("DESCRIBE", "SHOW"):
        return None
    inner = node.get("query")
    if not isinstance(inner, dict):
        path = [str(part) for part in (node.get("qualified_name") or {}).get("path", [node.get("table_name")])]
    else:
        table, columns = inner.get("from_table") or {}, inner.get("select_list") or []
        bare = not any(inner.get(k) for k in ("modifiers", "where_clause", "group_expressions", "having", "qualify"))
        if table.get("type") != "BASE_TABLE" or table.get("sample") or inner["cte_map"]["map"] or not bare:
            return None
        if len(columns) != 1 or columns[0].get("class") != "STAR" or _is_narrowed(columns[0]):
            return None
        path = [str(part) for part in (table.get("qualified_name") or {}).get("path", [table.get("table_name")])]
    return path[-1] if path[:-1] in ([], ["main"]) else ".".join(path)


def _is_narrowed(star: dict[str, Any]) -> bool:
    return any(v for k, v in star.items() if k not in ("class", "type", "query_location", "query_location_length"))


def described(statement: dict[str, Any], text: str) -> str:
    """Return what runs for a text: of a DESCRIBE, what says something here."""
    node = statement["node"].get("from_table") or {}
    if node.get("type") == "SHOW_REF" and node.get("show_type") == "DESCRIBE":
        return f"select column_name, column_type from ({text}\n)"
    return text


def columns(tx: Transaction) -> dict[str, list[str]]:
    """Return the columns of the public views, by their names."""
    rows = tx.all(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'main' order by table_name, column_index"
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found
