"""Read-only SQL over the public views."""

from __future__ import annotations

import json
import secrets
import threading
from pathlib import Path
from typing import Any

from nbannotate.errors import QueryFailed
from nbannotate.operations.registry import Context, operation

#: A query that runs longer is ended.
LONGEST_S = 120.0

#: Table functions that read nothing but their arguments.
FUNCTIONS = frozenset(
    {"range", "generate_series", "unnest", "json_each", "json_tree", "generate_subscripts", "repeat", "repeat_row"}
)

#: Functions that look like values but change something: numbers of the workspace's ids, settings, logs.
CHANGING = frozenset({"nextval", "currval", "setval", "setseed", "write_log", "set_config"})


@operation()
def query(ctx: Context, query: str, parameters: list[Any] | None = None) -> Path:
    """Run one SELECT over the public views and return its rows as a Parquet file.

    ``parameters`` fill the placeholders ``$1``, ``$2`` …
    """
    import duckdb

    _check(ctx, query)
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.parquet"
    timer = threading.Timer(LONGEST_S, ctx.tx.connection.interrupt)
    timer.start()
    try:
        ctx.tx.run(f"copy ({query.strip().rstrip(';')}\n) to '{file}' (format parquet)", *(parameters or ()))
    except duckdb.InterruptException as error:
        raise QueryFailed(
            f"The query was ended: it took longer than {LONGEST_S:.0f} seconds, or the workspace is just being closed."
        ) from error
    except duckdb.Error as error:
        raise QueryFailed(str(error)) from error
    finally:
        timer.cancel()
    return file


def _check(ctx: Context, query: str) -> None:
    """Raise QueryFailed unless a text is one SELECT that reads only the public views."""
    tree = json.loads(ctx.tx.value("select json_serialize_sql($1)", query))
    if tree.get("error"):
        raise QueryFailed(f"Only one SELECT can be run here. {tree.get('error_message', '')}".strip())
    if len(tree["statements"]) != 1:
        raise QueryFailed("Only one SELECT can be run at a time.")
    views = {
        r["view_name"]
        for r in ctx.tx.all("select view_name from duckdb_views() where schema_name = 'main' and not internal")
    }
    named: set[str] = set()
    tables: list[tuple[str, str]] = []
    _walk(tree["statements"], named, tables)
    # A subquery's name holds only inside it; outside, DuckDB's own table of that name would be read.
    own = {r["view_name"] for r in ctx.tx.all("select view_name from duckdb_views() where internal")}
    if taken := sorted(named & own):
        raise QueryFailed(f"{taken[0]!r} is a name of DuckDB's own; give the subquery another one.")
    for schema, name in tables:
        if (schema not in ("", "main") or name.lower() not in views) and not (schema == "" and name.lower() in named):
            raise QueryFailed(
                f"There is no public table {'.'.join(filter(None, (schema, name)))!r}; "
                f"there are {', '.join(sorted(views))}."
            )


def _walk(node: Any, named: set[str], tables: list[tuple[str, str]]) -> None:
    """Collect the tables that a statement reads and the names that it gives to subqueries (CTEs)."""
    if isinstance(node, list):
        for value in node:
            _walk(value, named, tables)
        return
    if not isinstance(node, dict):
        return
    kind = node.get("type")
    if kind == "BASE_TABLE":
        schema = ".".join(filter(None, (node.get("catalog_name"), node.get("schema_name"))))
        tables.append((schema, node["table_name"]))
    elif kind == "TABLE_FUNCTION":
        name = node["function"].get("function_name", "").lower()
        if name not in FUNCTIONS:
            raise QueryFailed(f"The table function {name!r} cannot be used here.")
    elif kind in ("SHOW_REF", "COLUMN_DATA", "DELIM_GET"):
        raise QueryFailed("Only a SELECT over the public tables can be run here.")
    elif node.get("class") == "FUNCTION" and str(node.get("function_name", "")).lower() in CHANGING:
        raise QueryFailed(f"The function {node['function_name']!r} changes something; it cannot be used here.")
    for entry in node.get("cte_map", {}).get("map", []) if isinstance(node.get("cte_map"), dict) else []:
        named.add(str(entry["key"]).lower())
    if kind == "RECURSIVE_CTE_NODE" or "cte_name" in node:
        named.add(str(node.get("cte_name", "")).lower())
    for value in node.values():
        _walk(value, named, tables)
