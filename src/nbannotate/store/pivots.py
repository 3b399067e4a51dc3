"""PIVOT without a list of values: they are asked for first, by a query that is checked like every other.

DuckDB makes several statements of such a PIVOT, of which only a SELECT could be looked at. So its text is completed
(``on role`` becomes ``on (role) in "the values of this pivot"``), the tree of that is checked, each list of values is
asked for in the order of the text, and stands in a type that only this transaction knows.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from nbannotate.errors import QueryFailed
from nbannotate.store.sql_guard import Also, check_select, parse
from nbannotate.store.transaction import Transaction

#: The most columns that a PIVOT makes of the values that it finds.
MOST_VALUES = 1_000

#: So many PIVOTs of a query may leave their values out; each is a query of its own.
MOST_PIVOTS = 10

#: Words of a PIVOT that end its list of columns.
_ENDS = frozenset({"using", "group", "order", "limit", "offset", "union", "except", "intersect"})

_ASKS = (
    "select cast(v as varchar) as v from (select distinct x as v from x) where v is not null "
    f"order by columns(*) limit {MOST_VALUES + 1}"
)


def completed(query: str) -> tuple[str, tuple[str, ...]]:
    """Return a query whose PIVOTs all say where their values are, and the names of the types that will have them."""
    text = query.encode()
    key = secrets.token_hex(8)
    words = _words(text)
    # What stands inside comes to its end first, and has to be known first.
    columns = sorted(
        (words[last].end, words[first].start)
        for at, word in enumerate(words)
        if word.text in ("pivot", "pivot_wider")
        for first, last in _without_values(words, at)
    )
    if len(columns) > MOST_PIVOTS:
        raise QueryFailed(f"A query may have {MOST_PIVOTS} PIVOTs without values at most; write them: in ('a', 'b').")
    kinds = tuple(f"pivot {key} {i}" for i in range(len(columns)))
    added = [(start, b"(") for _, start in columns]
    added += [(end, f') in "{kind}"'.encode()) for (end, _), kind in zip(columns, kinds, strict=True)]
    parts, before = [], 0
    for place, what in sorted(added):
        parts += [text[before:place], what]
        before = place
    return b"".join([*parts, text[before:]]).decode(), kinds


class _Word:
    """A word or a sign of a query, as DuckDB's own lexer cuts it, and how deep it stands in parentheses."""

    __slots__ = ("depth", "end", "start", "text")

    def __init__(self, text: str, start: int, end: int, depth: int) -> None:
        self.text, self.start, self.end, self.depth = text, start, end, depth


def _words(text: bytes) -> list[_Word]:
    """Return the words of a query without its comments; what is quoted is no word that means something."""
    import duckdb

    if b"pivot" not in text.lower():
        return []
    cut = duckdb.tokenize(text.decode())
    found: list[_Word] = []
    depth = 0
    for i, (start, kind) in enumerate(cut):
        if kind.name == "comment":
            continue
        end = cut[i + 1][0] if i + 1 < len(cut) else len(text)
        part = text[start:end].rstrip()
        word = part.decode(errors="replace").lower()
        if kind.name not in ("keyword", "operator"):
            word = "" if part[:1] not in b"([{}])," else word
        depth -= word in (")", "]", "}")
        found.append(_Word(word, start, start + len(part), depth))
        depth += word in ("(", "[", "{")
    return found


def _without_values(words: list[_Word], at: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each column of a PIVOT statement that has no list of values."""
    depth = words[at].depth
    inside = [i for i in range(at + 1, len(words)) if words[i].depth >= depth]
    stop = next((i for i in range(at + 1, len(words)) if words[i].depth < depth or words[i].text == ";"), len(words))
    here = [i for i in inside if i < stop and words[i].depth == depth]
    if len(here) > 1 and words[here[0]].text == "(":  # from t pivot (count(*) for role in (…)): that has to have them
        closing = next((i for i in here[1:] if words[i].text == ")"), stop)
        if any(words[i].text == "for" and words[i].depth == depth + 1 for i in range(here[0], closing)):
            return
    on = [i for i in here if words[i].text == "on"]
    if not on:
        return
    first = on[-1] + 1
    end = next((i for i in here if i >= first and words[i].text in _ENDS), stop)
    commas = [i for i in here if first <= i < end and words[i].text == ","]
    for begin, until in zip([first, *(c + 1 for c in commas)], [*commas, end], strict=True):
        if begin < until and not _has_values(words, begin, until, depth):
            yield begin, until - 1


def _has_values(words: list[_Word], begin: int, until: int, depth: int) -> bool:
    """Return whether a column of a PIVOT ends with its values: ``in (…)``, or ``in`` and a name."""
    places = [i for i in range(begin, until) if words[i].text == "in" and words[i].depth == depth]
    if not places:
        return False
    after = [words[i] for i in range(places[-1] + 1, until) if words[i].depth == depth]
    return len(after) == 1 or [word.text for word in after] == ["(", ")"]


def parse_completed(tx: Transaction, query: str) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """Return a query whose PIVOTs are completed, its tree, and the names of their types; or raise QueryFailed."""
    text, kinds = completed(query)
    try:
        return text, parse(tx, text), kinds
    except QueryFailed:
        if kinds:  # it is said of what was written, not of what was made of it
            parse(tx, query, "A PIVOT is not understood here; write its values: on column in ('a', 'b').")
        raise


def fill(
    tx: Transaction, statement: dict[str, Any], kinds: tuple[str, ...], also: Also, given: Mapping[str, Any]
) -> None:
    """Ask for the values of a query's PIVOTs, and make the types that have them, for this transaction.

    Parameters
    ----------
    tx
        The transaction; the types go with it.
    statement
        The tree of the completed query, checked.
    kinds
        What :func:`completed` called the types.
    also
        What the query may name.
    given
        The values of its parameters.
    """
    for kind in kinds:
        query = _asking(tx, statement, kind)
        tree = check_select(tx, query, also=also)
        used = parameters(tree)
        result = tx.connection.execute(query, {k: v for k, v in given.items() if k in used})
        values = [row[0] for row in result.fetchall()]
        if len(values) > MOST_VALUES:
            raise QueryFailed(
                f"A PIVOT finds more than {MOST_VALUES:,} values, and so many columns; write those that you want: "
                "in ('a', 'b')."
            )
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        tx.run(f'create temp type "{kind}" as enum ({listed})')


def _asking(tx: Transaction, statement: dict[str, Any], kind: str) -> str:
    """Return the query for the values of the PIVOT whose type is called so."""
    found = _find(statement, kind, [])
    if found is None:
        raise QueryFailed("A PIVOT is not understood; write its values: on column in ('a', 'b').")
    pivot, source, around = found
    tree = json.loads(tx.value("select json_serialize_sql($1)", _ASKS))
    inner = tree["statements"][0]["node"]["from_table"]["subquery"]["node"]
    expression = pivot["pivot_expressions"][0]
    inner["select_list"] = [expression | {"alias": "v"}]
    inner["from_table"] = source
    for level in reversed(around):  # a name that is used again is another one further in
        if not inner["cte_map"]["map"]:
            inner["cte_map"] = {"map": level}
            continue
        outer = json.loads(tx.value("select json_serialize_sql('select * from (select 1)')"))["statements"][0]["node"]
        outer["from_table"]["subquery"]["node"] = inner
        outer["cte_map"] = {"map": level}
        inner = outer
    tree["statements"][0]["node"]["from_table"]["subquery"]["node"] = inner
    tree["statements"][0]["named_param_map"] = statement.get("named_param_map", [])
    return str(tx.value("select json_deserialize_sql($1)", json.dumps(tree)))


def _find(
    node: Any, kind: str, around: list[list[dict[str, Any]]]
) -> tuple[dict[str, Any], dict[str, Any], list[list[dict[str, Any]]]] | None:
    """Return a pivot, its source, and the named subqueries that hold there, from the outermost to the innermost."""
    if isinstance(node, list):
        return next((found for value in node if (found := _find(value, kind, around))), None)
    if not isinstance(node, dict):
        return None
    if node.get("type") == "PIVOT":
        for pivot in node.get("pivots", ()):
            if pivot.get("pivot_enum") == kind:
                return pivot, node["source"], around
    named = node.get("cte_map")
    entries: list[dict[str, Any]] = named.get("map", []) if isinstance(named, dict) else []
    for i, entry in enumerate(entries):
        if found := _find(entry["value"], kind, [*around, entries[:i]] if i else around):
            return found
    inside = [*around, entries] if entries else around
    return _find([value for key, value in node.items() if key != "cte_map"], kind, inside)


def parameters(node: Any) -> dict[str, None]:
    """Return the names of the placeholders of a tree, in order."""
    found: dict[str, None] = {}
    left = [node]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left.extend(reversed(part))
        elif isinstance(part, dict):
            if part.get("class") == "PARAMETER":
                found[str(part["identifier"])] = None
            left.extend(reversed(list(part.values())))
    return found
