"""The statements of the store, which are written as DuckDB takes them, as PostgreSQL takes them.

Most are the same in both. What has another name or another form there is translated by sqlglot, once for each text, and
a few things by what follows; what neither knows fails as any statement does that PostgreSQL does not understand.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from nbannotate.files import duckdb_scratch
from nbannotate.store import data
from nbannotate.store.transaction import quoted

logging.getLogger("sqlglot").setLevel(logging.ERROR)

#: Statements are remembered that are shorter: the others are made of what people write.
LONG = 20_000

_PLACEHOLDER = re.compile(r"\$(\d+)")
_MADE = re.compile(r"\bnbp_(\d+)\b")
_SCHEMA = re.compile(r"parquet_schema\(('(?:[^']|'')*')\)")
#: What is written by and for transactions, as it is.
_PLAIN = re.compile(r"\s*(begin|commit|rollback|savepoint|select nextval\('[\w.]+'\)\s*$)", re.IGNORECASE)
_TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
}


class Parquet(NamedTuple):
    """A table that comes as Parquet files, and what it is called in the database while the connection is open."""

    table: str
    files: tuple[str, ...]
    numbered: bool


class Translated(NamedTuple):
    """What does the same as a statement.

    Attributes
    ----------
    statements
        Run one after the other; the parameters are those of the last one.
    tables
        What must be there before.
    file, form
        Where the rows of the last one are to be written, and how, as DuckDB takes it: ``format parquet``.
    """

    statements: tuple[str, ...]
    tables: tuple[Parquet, ...] = ()
    file: str | None = None
    form: str = ""


def translated(sql: str, columns: Mapping[str, tuple[str, ...]]) -> Translated:
    """Return what does in PostgreSQL what a statement does in DuckDB.

    Parameters
    ----------
    sql
        The statement.
    columns
        The columns of the tables of the schema ``data``.
    """
    return _known(sql, _Columns(columns)) if len(sql) < LONG else _translated(sql, columns)


class _Columns(dict[str, tuple[str, ...]]):
    """Columns by table: the same for all statements, so that they do not tell remembered ones apart."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0

    def __eq__(self, other: object) -> bool:
        return True


@functools.lru_cache(maxsize=5_000)
def _known(sql: str, columns: _Columns) -> Translated:
    return _translated(sql, columns)


def _translated(sql: str, columns: Mapping[str, tuple[str, ...]]) -> Translated:
    if _PLAIN.match(sql):
        return Translated((sql,))
    sql = _SCHEMA.sub(lambda m: _names(m[1]), sql).replace(data.POINTS, "coalesce(s.points, data.points_of(s.numbers))")
    tree = sqlglot.parse_one(_PLACEHOLDER.sub(r"nbp_\1", sql), read="duckdb")
    first: list[str] = []
    file, form = None, ""
    if isinstance(tree, exp.Copy):
        form = ", ".join(option.sql(dialect="duckdb") for option in tree.args["params"])
        file, tree = tree.args["files"][0].name, tree.this
        tree = tree.this if isinstance(tree, exp.Subquery) else exp.select("*").from_(tree)
    if isinstance(tree, exp.Create) and tree.args.get("replace") and tree.kind == "TABLE":
        tree.set("replace", False)
        first.append(f"drop table if exists pg_temp.{tree.this.name}")
    tables = tuple(_parquet(tree))
    _change(tree, columns)
    text = _MADE.sub(r"$\1", tree.sql(dialect="postgres"))
    return Translated((*first, text), tables, file, form)


def _change(tree: exp.Expr, columns: Mapping[str, tuple[str, ...]]) -> None:
    """Change in the tree of a statement what sqlglot leaves."""
    names = (f"q{i}" for i in itertools.count(1))
    for select in list(tree.find_all(exp.Select)):
        _all(select)
        _rows_of_json(select, names)
        _without_some(select, columns)
    for node in list(tree.walk()):
        if isinstance(node, exp.Subquery) and not node.alias and isinstance(node.parent, exp.From | exp.Join):
            node.set("alias", exp.TableAlias(this=exp.to_identifier(next(names))))
        elif isinstance(node, exp.Table) and node.db == "temp":
            node.set("db", exp.to_identifier("pg_temp"))
        elif isinstance(node, exp.ArgMax | exp.ArgMin):
            (node.parent if isinstance(node.parent, exp.Filter) else node).replace(_first_by(node))
        elif isinstance(node, exp.Substring):
            for part in ("start", "length"):
                if node.args.get(part) is not None and not node.args[part].is_int:
                    node.set(part, exp.cast(node.args[part], "int"))
        elif isinstance(node, exp.JSONType) and node.expression is not None:
            node.replace(_json_type(node))
        elif isinstance(node, exp.JSONExtract | exp.JSONExtractScalar):
            node.set("this", exp.cast(node.this, "json"))
            if node.expression.is_string and node.expression.name.startswith("/"):
                node.set("expression", exp.Literal.string(_key(node.expression.name)))
        elif isinstance(node, exp.JSONObject):  # PostgreSQL takes the standard's form from 16 on
            pairs = [part for pair in node.expressions for part in (pair.this, pair.expression)]
            node.replace(exp.Anonymous(this="json_build_object", expressions=pairs))
        elif isinstance(node, exp.Anonymous) and node.name.lower() in ("isfinite", "json_valid"):
            node.set("this", f"data.{node.name.lower()}")
        elif isinstance(node, exp.Explode) and isinstance(node.this, exp.GenerateSeries):
            node.replace(node.this)
        elif isinstance(node, exp.Array) and not node.expressions:
            node.replace(exp.Literal.string("{}"))
        elif isinstance(node, exp.FromJson):
            made = {'["BIGINT"]': "bigints", '["VARCHAR"]': "texts"}.get(node.expression.name)
            if made is not None:
                node.replace(exp.Anonymous(this=f"data.{made}", expressions=[exp.cast(node.this, "text")]))


def _key(pointer: str) -> str:
    """Return the key that a JSON pointer of one step means (RFC 6901)."""
    return pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")


def _json_type(node: exp.JSONType) -> exp.Expr:
    """Return what says the type of a field of JSON as DuckDB calls it, as far as statements of the store ask."""
    text, key = node.this.sql(dialect="postgres"), exp.Literal.string(_key(node.expression.name)).sql()
    found = f"cast({text} as json) -> {key}"
    return sqlglot.parse_one(
        f"case json_typeof({found}) when 'string' then 'VARCHAR' when 'boolean' then 'BOOLEAN' when 'number' then "
        f"case when cast({found} as text) ~ '^-?[0-9]+$' then 'BIGINT' else 'DOUBLE' end "
        f"when 'array' then 'ARRAY' when 'object' then 'OBJECT' when 'null' then 'NULL' end",
        read="postgres",
    )


def _names(file: str) -> str:
    """Return the columns of a Parquet file as a subquery."""
    duck = duckdb_scratch.connect()
    try:
        names = duck.execute(f"select name from parquet_schema({file})").fetchall()
    finally:
        duck.close()
    return "(select unnest([" + ", ".join(quoted(Path(name)) for (name,) in names) + "]) as name)"


def _parquet(tree: exp.Expr) -> Iterator[Parquet]:
    """Name the tables that a statement reads from Parquet files, and put the names in their places."""
    for read in list(tree.find_all(exp.ReadParquet)):
        what, *options = read.expressions
        files = tuple(e.name for e in (what.expressions if isinstance(what, exp.Array) else [what]))
        table = "parquet_" + hashlib.sha256(repr((files, bool(options))).encode()).hexdigest()[:20]
        assert isinstance(read.parent, exp.Table)
        read.replace(exp.to_identifier(table))
        yield Parquet(table, files, bool(options))


def _first_by(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """Return what stands for ``arg_max(x, y)``: the first value, by another, that is not null."""
    value, by = node.this, node.expression
    desc = isinstance(node, exp.ArgMax)
    order = exp.Order(this=value, expressions=[exp.Ordered(this=by, desc=desc, nulls_first=False)])
    known = exp.and_(*(exp.Not(this=exp.Is(this=exp.Paren(this=e.copy()), expression=exp.Null())) for e in (value, by)))
    if isinstance(node.parent, exp.Filter):
        known = exp.and_(known, node.parent.expression.this.copy())
    found = exp.Filter(this=exp.ArrayAgg(this=order), expression=exp.Where(this=known))
    return exp.Bracket(this=exp.Paren(this=found), expressions=[exp.Literal.number(1)], offset=1, safe=False)


def _all(select: exp.Select) -> None:
    """Say which columns ``group by all`` and ``order by all`` mean."""
    group, order = select.args.get("group"), select.args.get("order")
    if group is not None and group.args.get("all"):
        plain = [i for i, e in enumerate(select.expressions, 1) if not e.find(exp.AggFunc)]
        select.set("group", exp.Group(expressions=[exp.Literal.number(i) for i in plain]))
    if order is not None and any(e.this.name.lower() == "all" for e in order.expressions):
        every = [exp.Ordered(this=exp.Literal.number(i)) for i in range(1, len(select.expressions) + 1)]
        select.set("order", exp.Order(expressions=every))


def _rows_of_json(select: exp.Select, names: Iterator[str]) -> None:
    """Take rows out of JSON: ``select unnest(from_json(x, '[{…}]'), recursive := true)``."""
    for unnest in [e for e in select.expressions if isinstance(e, exp.Explode)]:
        if not isinstance(unnest.this, exp.FromJson) or not unnest.this.expression.name.lstrip().startswith("[{"):
            continue
        what, form = unnest.this.this, unnest.this.expression
        name = next(names)
        fields = ", ".join(f'"{c}" {_TYPES[t]}' for c, t in json.loads(form.name)[0].items())
        text = what.sql(dialect="postgres")
        rows = f"json_to_recordset(cast({text} as json)) as {name}({fields})"
        unnest.replace(exp.Column(this=exp.Star(), table=exp.to_identifier(name)))
        raw = exp.Table(this=exp.Var(this=rows))
        if select.args.get("from_") or select.args.get("from"):
            select.append("joins", exp.Join(this=raw, kind="CROSS"))
        else:
            select.set("from_", exp.From(this=raw))


def _without_some(select: exp.Select, columns: Mapping[str, tuple[str, ...]]) -> None:
    """Say which columns ``t.* exclude (…)`` and ``t.* replace (…)`` mean."""
    for column in list(select.expressions):
        star = column.this if isinstance(column, exp.Column) else column
        if not isinstance(star, exp.Star) or not any(star.args.get(k) for k in ("except_", "except", "replace")):
            continue
        left = {e.name for e in star.args.get("except_") or star.args.get("except") or ()}
        others = {e.alias: e for e in star.args.get("replace") or ()}
        its = column.table if isinstance(column, exp.Column) else ""
        tables = [t for t in select.find_all(exp.Table) if (t.alias or t.name) == its or not its]
        if not tables or tables[0].name not in columns:
            continue
        kept = [
            others.get(c) or exp.column(c, table=its or None, quoted=True)
            for c in columns[tables[0].name] if c not in left
        ]  # fmt: skip
        at = select.expressions.index(column)
        select.set("expressions", [*select.expressions[:at], *kept, *select.expressions[at + 1 :]])
