"""What people's SQL may do: one SELECT, or one condition, over the public views."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from nbannotate.errors import QueryFailed
from nbannotate.model.suggestions import meant
from nbannotate.store import functions
from nbannotate.store.engine import Transaction

#: The longest text of a query, and the deepest that its parts may be nested; a parser's stack has an end.
LONGEST = 100_000
DEEPEST = 200

#: How deep lambdas and macros may be nested: DuckDB writes out their arguments more than once, each time all of them.
MOST_WRITTEN = 5

#: What a SELECT may be made of, as DuckDB's parser names it.
_PARTS = """
    SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE
    EMPTY BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST PIVOT SHOW_REF
    ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER
    ORDER_DEFAULT ASCENDING DESCENDING
    """
PARTS = frozenset(_PARTS.split())
_EXPRESSIONS = """
    BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF OPERATOR PARAMETER
    POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW
    """
EXPRESSIONS = frozenset(_EXPRESSIONS.split())


class Also(msgspec.Struct, frozen=True):
    """What one query may name besides the public views: both are made for it, and gone after it.

    Parameters
    ----------
    tables
        Tables that came along with it, in small letters.
    kinds
        Types that hold the values of its PIVOTs.
    """

    tables: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


def check_select(
    tx: Transaction, query: str, rule: str = "Only one SELECT can be run here.", also: Also | None = None
) -> dict[str, Any]:
    """Raise QueryFailed unless a text is one SELECT that reads only the public views; return its tree.

    Everything in the tree must be known: tables are public views or subqueries that are named where they are read,
    functions are those of :mod:`nbannotate.store.functions`. What DuckDB says of a text that is none follows the
    ``rule``.
    """
    statement = parse(tx, query, rule)
    check(tx, statement, also or Also())
    return statement


def parse(tx: Transaction, query: str, rule: str = "Only one SELECT can be run here.") -> dict[str, Any]:
    """Return the tree of a text that is one SELECT (or DESCRIBE, SHOW, SUMMARIZE), or raise QueryFailed."""
    _check_text(query)
    try:
        tree = json.loads(tx.value("select json_serialize_sql($1)", query))
    except RecursionError:
        raise QueryFailed("The query is nested too deeply; write it in several steps (with … as …).") from None
    if tree.get("error_type") == "parser":
        raise QueryFailed(_why(query, tree))
    if tree.get("error"):  # it is another statement
        numbered = " Its placeholders are all numbered ($1) or all named ($label)." if "$" in query else ""
        raise QueryFailed(f"{rule}{numbered}" if rule else f"{tree.get('error_message', '')}")
    if not tree["statements"]:
        raise QueryFailed("There is no query; write a SELECT, for example: select * from tasks.")
    if len(tree["statements"]) != 1:
        raise QueryFailed("Only one SELECT can be run at a time.")
    found: dict[str, Any] = tree["statements"][0]
    return found


def _why(query: str, tree: dict[str, Any]) -> str:
    """Return what is wrong with a text that was not understood, and in which line."""
    position, lines = tree.get("position"), query.strip().count("\n")
    line = query.encode()[: int(position)].count(b"\n") + 1 if position is not None and lines else 0
    return f"The query is not understood{f' in line {line}' if line else ''}: {tree.get('error_message', '')}."


def check(tx: Transaction, statement: dict[str, Any], also: Also) -> None:
    """Raise QueryFailed unless the tree of a statement reads only the public views, and what came along."""
    # A subquery's name holds only inside it; outside, DuckDB's own table of that name would be read.
    _check(statement, views(tx), own_names(tx), also)


def views(tx: Transaction) -> frozenset[str]:
    """Return the names of the public views."""
    rows = tx.all(
        "select view_name from duckdb_views() "
        "where database_name = current_database() and schema_name = 'main' and not internal"
    )
    return frozenset(r["view_name"] for r in rows)


def own_names(tx: Transaction) -> frozenset[str]:
    """Return the names that DuckDB gave tables of its own."""
    return frozenset(r["view_name"] for r in tx.all("select view_name from duckdb_views() where internal"))


def _check_text(query: str) -> None:
    """Raise QueryFailed for what no parser should be given."""
    if len(query) > LONGEST:
        raise QueryFailed(f"The query has {len(query):,} characters; {LONGEST:,} are the most.")
    if "\0" in query:
        raise QueryFailed("The query has a character of code 0; leave it out.")
    depth = deepest = 0
    for character in query:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise QueryFailed(f"The query is nested {deepest} deep; {DEEPEST} is the most.")


def _check(statement: Any, views: frozenset[str], own: frozenset[str], also: Also) -> None:
    """Raise QueryFailed for whatever is not known in a statement; each part with the names that hold there."""
    left: list[tuple[Any, frozenset[str], int]] = [(statement, also.tables, 0)]
    while left:
        node, names, written = left.pop()
        if isinstance(node, list):
            left.extend((value, names, written) for value in node)
        elif isinstance(node, dict):
            _check_part(node, names, views, also.kinds)
            if node.get("type") == "SHOW_REF":
                names = also.tables  # whether names from outside hold in there is not said anywhere
            if node.get("class") == "LAMBDA" or node.get("function_name") in functions.MACROS:
                written += 1
                if written > MOST_WRITTEN:
                    raise QueryFailed(
                        f"Lambdas, and functions such as nullif, can be nested {MOST_WRITTEN} deep at most."
                    )
            inside = names
            for entry in _subqueries(node):
                name = _subquery_name(str(entry["key"]), own)
                body = entry["value"]
                if body.get("materialized") == "CTE_MATERIALIZE_NEVER":
                    raise QueryFailed(f"{name!r} is 'not materialized'; leave that out, DuckDB decides well by itself.")
                # Nothing knows its own name, nor the names that come after it.
                left.append((body, inside, written))
                inside |= {name}
            own_name = {str(node.get("cte_name", "")).lower()}
            for key, value in _inside(node).items():
                # But what repeats itself does, in the part that is repeated.
                again = node.get("type") == "RECURSIVE_CTE_NODE" and key == "right"
                left.append((value, inside | own_name if again else inside, written))


def _inside(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a part holds that is not checked with itself."""
    if node.get("type") == "TABLE_FUNCTION":
        node = node | node["function"] | {"function": None}
    return {key: value for key, value in node.items() if key != "cte_map"}


def _check_part(
    node: dict[str, Any], names: frozenset[str], views: frozenset[str], kinds: frozenset[str] = frozenset()
) -> None:
    """Raise QueryFailed unless one part of a statement is known."""
    kind = node.get("type")
    if "class" in node:
        if node["class"] not in EXPRESSIONS:
            raise QueryFailed(f"A {str(node['class']).lower()} cannot be used here.")
        if node["class"] in ("FUNCTION", "WINDOW"):
            _check_function(node, functions.VALUES)
    elif isinstance(kind, str) and kind not in PARTS:
        raise QueryFailed("Only a SELECT over the public tables can be run here.")
    elif kind == "BASE_TABLE":
        _check_table(_path(node, "catalog_name", "schema_name", "table_name"), names, views)
    elif kind == "TABLE_FUNCTION":
        _check_function(node["function"], functions.TABLES, "table function")
    elif kind == "SHOW_REF":
        # What is described is a SELECT, which is looked at like any other; whatever is shown by its name alone is not.
        named = any(node.get(name) for name in ("table_name", "schema_name", "catalog_name"))
        if node.get("show_type") not in ("DESCRIBE", "SUMMARY") or not isinstance(node.get("query"), dict) or named:
            raise QueryFailed("Only describe and summarize can be used there; show tables stands alone.")
    elif kind == "PIVOT":
        for pivot in node.get("pivots", ()):
            if pivot.get("pivot_enum") and pivot["pivot_enum"] not in kinds:
                raise QueryFailed(f"There is no type {pivot['pivot_enum']!r}; write the values: in ('a', 'b').")


def _check_table(path: list[str], names: frozenset[str], views: frozenset[str]) -> None:
    name = path[-1].lower()
    if path[:-1] == [] and name in names:
        return
    if path[:-1] not in ([], ["main"]) or name not in views:
        known = sorted(views | names)
        raise QueryFailed(
            f"There is no public table {'.'.join(path)!r}{meant(path[-1], known)}; there are {', '.join(known)}."
        )


def _check_function(node: dict[str, Any], known: frozenset[str], what: str = "function") -> None:
    path = _path(node, "catalog", "schema", "function_name")
    if path[-1].lower() not in known or path[:-1] not in ([], ["main"]):
        raise QueryFailed(f"The {what} {'.'.join(path)!r} cannot be used here{meant(path[-1], sorted(known))}.")


def _path(node: dict[str, Any], *fields: str) -> list[str]:
    """Return what a table or a function is called: its catalog, its schema, if they are named, and its name."""
    named = [str(node[f]) for f in fields if node.get(f)]
    path = [str(part) for part in (node.get("qualified_name") or {}).get("path", named)]
    if not path or [p.lower() for p in path] != [n.lower() for n in named]:
        raise QueryFailed(f"The name {'.'.join(path or named)!r} cannot be used here.")
    return path


def _subqueries(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the subqueries that a part names (its CTEs), in order."""
    found = node.get("cte_map")
    return found.get("map", []) if isinstance(found, dict) else []


def _subquery_name(name: str, own: frozenset[str]) -> str:
    """Return a name that a subquery may have, as it is compared."""
    if not name.isidentifier():
        raise QueryFailed(f"A subquery cannot be called {name!r}; use letters, digits and _.")
    if name.lower() in own:
        raise QueryFailed(f"{name!r} is a name of DuckDB's own; give the subquery another one.")
    return name.lower()


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
        if node.get("class") == "FUNCTION" and str(node.get("function_name", "")).lower() in functions.RANDOM:
            raise QueryFailed(
                f"The function {node['function_name']!r} answers differently each time; "
                "a random choice is made with order='random', a seed and a limit."
            )
        if node.get("sample"):
            raise QueryFailed("A sample is different each time; use order='random', a seed and a limit.")
        for value in node.values():
            _check_repeatable(value)
