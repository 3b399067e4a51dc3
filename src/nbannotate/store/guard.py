"""What people's SQL may do: one SELECT, or one condition, over the public views."""

from __future__ import annotations

import json
from typing import Any

from nbannotate.errors import QueryFailed
from nbannotate.store.engine import Transaction

#: Table functions that read nothing but their arguments.
FUNCTIONS = frozenset(
    {"range", "generate_series", "unnest", "json_each", "json_tree", "generate_subscripts", "repeat", "repeat_row"}
)

#: Functions that look like values but change something: numbers of the workspace's ids, settings, logs.
CHANGING = frozenset({"nextval", "currval", "setval", "setseed", "write_log", "set_config"})

#: Functions that answer differently each time.
RANDOM = frozenset({"random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid"})


def check_select(tx: Transaction, query: str, rule: str = "Only one SELECT can be run here.") -> dict[str, Any]:
    """Raise QueryFailed unless a text is one SELECT that reads only the public views; return its tree.

    What DuckDB says of a text that is none follows the ``rule``.
    """
    tree = json.loads(tx.value("select json_serialize_sql($1)", query))
    if tree.get("error"):
        raise QueryFailed(f"{rule} {tree.get('error_message', '')}".strip())
    if len(tree["statements"]) != 1:
        raise QueryFailed("Only one SELECT can be run at a time.")
    views = {
        r["view_name"]
        for r in tx.all("select view_name from duckdb_views() where schema_name = 'main' and not internal")
    }
    named: set[str] = set()
    tables: list[tuple[str, str]] = []
    _walk(tree["statements"], named, tables)
    # A subquery's name holds only inside it; outside, DuckDB's own table of that name would be read.
    own = {r["view_name"] for r in tx.all("select view_name from duckdb_views() where internal")}
    if taken := sorted(named & own):
        raise QueryFailed(f"{taken[0]!r} is a name of DuckDB's own; give the subquery another one.")
    for schema, name in tables:
        if (schema not in ("", "main") or name.lower() not in views) and not (schema == "" and name.lower() in named):
            raise QueryFailed(
                f"There is no public table {'.'.join(filter(None, (schema, name)))!r}; "
                f"there are {', '.join(sorted(views))}."
            )
    found: dict[str, Any] = tree["statements"][0]
    return found


def condition(tx: Transaction, expression: str, version_id: int) -> str:
    """Return a SELECT of the ids of a version's assets for which an expression is true.

    Raises
    ------
    QueryFailed
        The text is more, or less, than one expression over the view ``assets`` (subqueries may read the other public
        views), has placeholders, or would answer differently the next time.
    """
    select = f"select asset_id from assets where version_id = {int(version_id)} and (\n{expression}\n)"
    node = check_select(tx, select, rule="")["node"]
    # Whatever the text does with parentheses, it may only add conditions to the first one.
    where = node.get("where_clause") or {}
    plain = node["type"] == "SELECT_NODE" and where.get("type") == "CONJUNCTION_AND"
    more = ("modifiers", "group_expressions", "group_sets", "having", "sample", "qualify")
    if not plain or node["cte_map"]["map"] or any(node.get(name) for name in more):
        raise QueryFailed("It is not one expression; check its parentheses.")
    _check_repeatable(where)
    return select


def _check_repeatable(node: Any) -> None:
    """Raise QueryFailed for placeholders and for what is random: a plan and the launch must find the same."""
    if isinstance(node, list):
        for value in node:
            _check_repeatable(value)
    elif isinstance(node, dict):
        if node.get("class") == "PARAMETER":
            raise QueryFailed("It has a placeholder ($1 or ?); write the value itself.")
        if node.get("class") == "FUNCTION" and str(node.get("function_name", "")).lower() in RANDOM:
            raise QueryFailed(
                f"The function {node['function_name']!r} answers differently each time; "
                "a random choice is made with order='random', a seed and a limit."
            )
        if node.get("sample"):
            raise QueryFailed("A sample is different each time; use order='random', a seed and a limit.")
        for value in node.values():
            _check_repeatable(value)


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
