"""What a query that DuckDB refuses was perhaps meant to say: its names are compared with those that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbannotate.model.suggestions import meant, sentence

#: What names columns that are written nowhere in the query: its tree does not tell which.
_OPEN = ("TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT", "SHOW_REF")

#: What DuckDB puts before its sentence, and what it adds for those who know its functions.
_KIND = re.compile(r"^[A-Z][A-Za-z]*( [A-Z][a-z]*)* Error: ")
_MORE = re.compile(r"\s*(\n\s*LINE \d+:|\n\s*Candidate|\n\s*Did you mean).*", re.DOTALL)


def wrong_name(statement: dict[str, Any], tables: Mapping[str, Sequence[str]]) -> str | None:
    """Return the sentence about the first column of a refused query that is in none of its tables; None if all are.

    Parameters
    ----------
    statement
        The tree of the query.
    tables
        The columns of each table that a query may read, by its name in small letters.
    """
    parts = list(nodes(statement))
    called, read = _tables(parts)
    own: set[str] = set()
    known = {column.lower() for name in read if name in tables for column in tables[name]}
    for node in parts:
        own |= _named(node)
    hidden = [node for node in parts if node.get("type") in _OPEN]
    sure = parts
    if hidden:  # a single PIVOT at least reads only what its source has
        kept = [hidden[0].get(key) for key in ("pivots", "aggregates", "groups")]
        sure = list(nodes(kept)) if len(hidden) == 1 and hidden[0]["type"] == "PIVOT" else []
    certain = {id(node) for node in sure}
    for node in parts:
        if node.get("class") != "COLUMN_REF":
            continue
        first, *others = [str(name) for name in node["column_names"]]
        if others and first.lower() in called:
            table = called[first.lower()]
            if table in tables and others[0].lower() not in {c.lower() for c in tables[table]}:
                return _sentence(others[0], [table], tables)
        elif id(node) in certain and first.lower() not in known | own | set(called):
            if others:
                return f"There is no table {first!r} in the query{meant(first, called)}; it reads {_list(called)}."
            return _sentence(first, sorted(read & set(tables)), tables)
    return None


def without_kind(text: str) -> str:
    """Return what DuckDB says without the kind of error that it begins with."""
    return _KIND.sub("", text)


def plain(error: Exception) -> str:
    """Return what DuckDB says of a query, without the kind of error and without what it quotes from the query."""
    said = " ".join(_MORE.sub("", without_kind(str(error))).split())
    return sentence(said if said.endswith((".", "!", "?")) else f"{said}.")


def _sentence(column: str, read: Sequence[str], tables: Mapping[str, Sequence[str]]) -> str:
    near = meant(column, [name for table in read for name in tables[table]])
    if not read:
        return f"There is no column {column!r}; the query reads no table that has columns."
    there = "; ".join(f"{table} has {', '.join(tables[table])}" for table in read)
    return f"There is no column {column!r}{near}; {there}."


def _list(names: Mapping[str, str]) -> str:
    return ", ".join(map(repr, sorted(names))) or "none"


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield all parts of a tree, in the order of the text as far as it goes."""
    left = [tree]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left.extend(reversed(list(part.values())))
        elif isinstance(part, list):
            left.extend(reversed(part))


def _tables(parts: Sequence[dict[str, Any]]) -> tuple[dict[str, str], set[str]]:
    """Return what the tables of a query are called in it, and which are read."""
    called: dict[str, str] = {}
    read: set[str] = set()
    for node in parts:
        if node.get("type") == "BASE_TABLE":
            name = str(node["table_name"]).lower()
            read.add(name)
            called[(node.get("alias") or name).lower()] = name
        elif node.get("type") in ("SUBQUERY", *_OPEN) and node.get("alias"):
            called[str(node["alias"]).lower()] = ""
    return called, read


def _named(node: dict[str, Any]) -> set[str]:
    """Return the names that a part of a query gives itself."""
    found: set[str] = set()
    for key in ("alias", "key"):
        if isinstance(node.get(key), str):
            found.add(node[key].lower())
    for key in ("aliases", "column_name_alias", "using_columns", "unpivot_names"):
        found |= {str(name).lower() for name in node.get(key) or ()}
    if node.get("class") == "LAMBDA":
        found |= {str(n).lower() for part in nodes(node.get("lhs")) for n in part.get("column_names", ())}
        found |= {str(name).lower() for name in node.get("param_names") or ()}
    return found
