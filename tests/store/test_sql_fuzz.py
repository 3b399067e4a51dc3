"""Whatever SQL is made up: nothing that ``ws.sql`` runs reads a table that is not public, or a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate.errors import QueryFailed
from nbannotate.owner.memory import MemoryClient

SECRET = "open-sesame"


@pytest.fixture(scope="module")
def client() -> Iterator[MemoryClient]:
    """A workspace with a secret in stored tables and in a file that DuckDB itself may read."""
    made = MemoryClient()
    with made.dispatcher.engine.write() as tx:
        tx.run("update data.members set password_hash = $1", SECRET)
        tx.run(f"create table main.hidden as select '{SECRET}' as a")  # whose name is like any other one
        tx.run(f"copy (select '{SECRET}' as a) to '{made.dispatcher.engine.spool}/other.parquet' (format parquet)")
    yield made
    made.close()


def answer(client: MemoryClient, sql: str) -> bytes:
    """What a text is answered with; an error's sentence if it is refused."""
    sql = sql.replace("SPOOL", str(client.dispatcher.engine.spool))
    try:
        return client.query(sql, [])
    except QueryFailed as error:
        return str(error).encode()


#: What reads the secret if it is let through, and names that could be taken for it.
TABLES = [
    "members", "main.members", "M", "x", "t", '"X"', '"SPOOL/*.parquet"', "'SPOOL/other.parquet'",
    '"SPOOL/other.parquet"',
    'main."SPOOL/*.parquet"', "data.members", '"data"."members"', "workspace.data.members", '"data.members"',
    "duckdb_tables", "duckdb_settings()", "sqlite_master", "pg_tables", "information_schema.tables",
    "read_parquet('SPOOL/*.parquet')", "parquet_scan('SPOOL/*.parquet')", "read_text('SPOOL/*')", "glob('SPOOL/*')",
    "read_blob('SPOOL/*')", "query('from data.members')", "query_table('data.members')", "range(2)",
    "json_execute_serialized_sql(json_serialize_sql('from data.members'))", "seq_scan('data.members')", "unnest([1])",
    "pragma_table_info('data.members')", "(values (1))", "duckdb_logs()", "(show tables)", "(describe data.members)",
    "hidden", "main.hidden", "(describe 'SPOOL/other.parquet')", "(summarize 'SPOOL/other.parquet')",
    "(summarize data.members)", "(show members)",
    "(summarize members)", "(describe members)", "duckdb_secrets()", "mine", "temp.mine", "main.mine",
    "(pivot members on role)", "(pivot 'SPOOL/other.parquet' on a)", "(pivot data.members on password_hash)",
]  # fmt: skip
NAMES = ["x", "t", "M", "members", '"SPOOL/*.parquet"', '"SPOOL/other.parquet"', '"data.members"', "duckdb_tables",
         '"X"',
         "sqlite_master"]  # fmt: skip
VALUES = [
    "1", "'a'", "*", "count(*)", "x", "columns('.*')", "m", "current_setting('temp_directory')", "getvariable('x')",
    "json_serialize_plan('from data.members')", "json_serialize_sql('from data.members')", "nextval('data.ids')",
    "list_transform([1], lambda i: nextval('data.ids'))", "[i for i in [1, 2]]", "{'a': 1}",
    "data.members.password_hash",
    "row_number() over ()", "'data.ids'.nextval()", "random()", "cast('data.members' as varchar)", "$1", "now()",
    "pg_get_viewdef('x')", "current_query()", "password_hash",
]  # fmt: skip

names, tables, values = st.sampled_from(NAMES), st.sampled_from(TABLES), st.sampled_from(VALUES)


def sources(selects: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    alias = st.sampled_from(["", " as m", " as x", " m(a)", ' as "SPOOL/*.parquet"', " tablesample 50%"])
    one = st.one_of(tables, selects.map(lambda q: f"({q})"), selects.map(lambda q: f"lateral ({q})"))
    named = st.tuples(one, alias).map("".join)
    joins = st.sampled_from([", ", " cross join ", " positional join ", " natural join ", " left join lateral "])
    return st.one_of(
        named,
        st.tuples(named, joins, named).map("".join),
        st.tuples(named, named).map(lambda p: f"{p[0]} join {p[1]} on true"),
        named.map(lambda t: f"(pivot {t} on role using count(*))"),
        named.map(lambda t: f"(pivot {t} on a, lower(a) using count(*))"),
        named.map(lambda t: f"(unpivot {t} on role)"),
        one.map(lambda t: f"(describe {t})"),
        one.map(lambda t: f"(summarize {t})"),
    )


def selects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    source = sources(inner)
    value = st.one_of(values, inner.map(lambda q: f"({q})"), inner.map(lambda q: f"exists ({q})"),
                      inner.map(lambda q: f"1 in ({q})"))  # fmt: skip
    where = st.one_of(st.just(""), value.map(lambda v: f" where {v}"), value.map(lambda v: f" order by {v}"),
                      value.map(lambda v: f" group by all having {v}"), value.map(lambda v: f" qualify {v}"),
                      value.map(lambda v: f" limit {v}"))  # fmt: skip
    plain = st.tuples(value, source, where).map(lambda p: f"select {p[0]} from {p[1]}{p[2]}")
    whole = st.tuples(source, where).map(lambda p: f"from {p[0]}{p[1]}")
    kind = st.sampled_from(["with", "with recursive"])
    how = st.sampled_from(["as", "as materialized", "(a) as"])
    return st.one_of(
        plain,
        whole,
        source.map(lambda s: f"select * from {s}"),
        st.tuples(inner, st.sampled_from(["union", "union all by name", "except", "intersect"]), inner).map(
            lambda p: f"({p[0]}) {p[1]} ({p[2]})"
        ),
        st.tuples(kind, names, how, inner, inner).map(lambda p: f"{p[0]} {p[1]} {p[2]} ({p[3]}) {p[4]}"),
        st.tuples(kind, names, how, inner, names, inner, inner).map(
            lambda p: f"{p[0]} {p[1]} {p[2]} ({p[3]}), {p[4]} as ({p[5]}) {p[6]}"
        ),
        st.tuples(names, inner, inner, inner).map(lambda p: f"with recursive {p[0]} as ({p[1]} union {p[2]}) {p[3]}"),
    )


SELECTS = st.recursive(tables.map(lambda t: f"select * from {t}"), selects, max_leaves=6)
OTHERS = st.sampled_from([
    "copy ({}) to 'SPOOL/x.csv'", "create macro f() as table ({})", "create view v as {}", "attach 'SPOOL/x' as x; {}",
    "pragma table_info('data.members'); {}", "explain {}", "summarize {}", "describe {}", "prepare p as {}", "call {}",
    "set x = ({})", "insert into data.members {}", "export database 'SPOOL/x'; {}", "{}; {}", "{}) to '/x' --", "({})",
    "select * from ({})", "from ({}) select *", "table ({})", "values (({}))", "execute immediate '{}'", "load {}",
])  # fmt: skip


# Names that hold in one place and not in another -------------------------------------------------------------------
#
# Of texts whose parts are chosen freely most are refused for the first wrong one. Here everything is right but for one
# name, which is that of a table, a file, or a table of DuckDB's own, and of subqueries, too: it may be read where the
# subquery of that name holds, and nowhere else. Tried with a guard that takes names of subqueries outside, in their own
# bodies or too early, or that does not look into a PIVOT or a DESCRIBE, it finds each of these within 220 queries, and
# found that the first part of a recursive subquery was taken to know its name.


@st.composite
def scoped(draw: st.DrawFn) -> str:
    """A query that is right, but for one place at most that reads a name which may not hold there."""
    name = draw(st.sampled_from([*["hidden"] * 8, '"SPOOL/other.parquet"', "sqlite_master"]))
    wrong = draw(st.integers(1, 8))
    places = 0

    def table(scope: frozenset[str], depth: int) -> str:
        nonlocal places
        places += 1
        if places == wrong:
            return name
        held = [*scope, *scope]
        made = draw(st.sampled_from(["(select 1 as a)", *held, "(query)"]))
        return f"({query(scope, depth - 1)})" if made == "(query)" else made

    def query(scope: frozenset[str], depth: int) -> str:
        if depth <= 0:
            return f"select * from {table(scope, 0)}"
        kind = draw(st.sampled_from(["with", "with", "with two", "recursive", "simple", "simple", "simple", "alone"]))
        one, two = draw(st.sampled_from([(name, "x"), ("x", name)]))
        if kind == "with":
            how = draw(st.sampled_from(["as", "as materialized"]))
            return f"with {one} {how} ({query(scope, depth - 1)}) from ({query(scope | {one}, depth - 1)})"
        if kind == "with two":
            first, second = query(scope, depth - 1), query(scope | {one}, depth - 1)
            return f"with {one} as ({first}), {two} as ({second}) from ({query(scope | {one, two}, depth - 1)})"
        if kind == "recursive":
            first, again = query(scope, depth - 1), table(scope | {one}, 0)
            last = query(scope | {one}, depth - 1)
            return f"with recursive {one} as (from ({first}) union from {again}) from ({last})"
        if kind == "alone":  # no name holds in there
            return draw(st.sampled_from(ALONE)).format(query(frozenset(), depth - 1))
        shape = draw(st.sampled_from(SHAPES))
        while "{}" in shape:
            shape = shape.replace("{}", table(scope, depth), 1)
        return shape

    return query(frozenset(), draw(st.integers(1, 3)))


SHAPES = [
    "from {}", "from {} a, {} b", "select * from {} where exists (from {})", "(from {}) union all by name (from {})",
    "select (select count(*) from {}) as n, * from {}", "from {} a, lateral (from {}) b",
    "select * from {} order by (select count(*) from {})", "from (pivot {} on a using count(*))",
    "from (pivot {} on a in ('1') using max(a))", "from (unpivot {} on columns(*))", "from (pivot {} on a) b, {} c",
]  # fmt: skip
ALONE = ["from (describe {})", "from (summarize {})"]
FIRST = st.sampled_from(["{}", "{}", "{}", "{}", "describe {}", "summarize {}", "pivot ({}) on a"])


@settings(max_examples=300)
@given(sql=scoped(), first=FIRST)
def test_a_name_holds_where_its_subquery_does_and_nowhere_else(client: MemoryClient, sql: str, first: str) -> None:
    said = answer(client, first.format(sql))
    assert SECRET.encode() not in said
    assert b"token_hash" not in said, "the definition of a stored table"


@settings(max_examples=400)
@given(sql=SELECTS)
def test_no_select_reads_what_is_not_public(client: MemoryClient, sql: str) -> None:
    assert SECRET.encode() not in answer(client, sql)


@settings(max_examples=100)
@given(sql=SELECTS, other=OTHERS)
def test_no_other_statement_does(client: MemoryClient, sql: str, other: str) -> None:
    before = set(client.dispatcher.engine.spool.iterdir())
    assert SECRET.encode() not in answer(client, other.format(sql, sql))
    assert set(client.dispatcher.engine.spool.iterdir()) == before


BODIES = ['select * from "{}"', 'select "{}"()', 'with "{}" as (select 1) from "{}"', "select '{}'", "{}",
          "select 1 {}", "select * from {}()"]  # fmt: skip


@settings(max_examples=200)
@given(name=st.text(max_size=30), body=st.sampled_from(BODIES))
def test_any_text_is_answered_or_refused_in_a_sentence(client: MemoryClient, name: str, body: str) -> None:
    answer(client, body.replace("{}", name))


NESTED = {
    "(": ")", "[": "]", "select(": ")", "case when ": " then 1 end", "not ": "", "- ": "", "select * from (": ")",
    "~": "", "{'a': ": "}", "1 + ": "", "exists (from members where ": ")", "true and ": "", "1 union select ": "",
    "list_transform([1], lambda x: ": ")", "nullif(": ", 1)", "'a' || ": "", "a.": "", "'a' -> ": "",
}  # fmt: skip


@pytest.mark.parametrize("text", NESTED)
@pytest.mark.parametrize("times", [100, 400, 900, 3_000, 20_000])
def test_what_is_nested_deeply_is_answered_or_refused_in_a_sentence(
    client: MemoryClient, text: str, times: int
) -> None:
    answer(client, ("" if text.startswith("select") else "select ") + text * times + "1" + NESTED[text] * times)
    assert answer(client, "select 1").startswith(b"PAR1")


#: Each reads other people's tables where a name is taken to hold outside its subquery, or a function is not known.
TRICKS = [
    'select * from "SPOOL/*.parquet" where 1 in (with "SPOOL/*.parquet" as (select 1) from "SPOOL/*.parquet")',
    "select * from sqlite_master where 1 in (with sqlite_master as (select 1 as a) select a from sqlite_master)",
    'with a as (from "SPOOL/*.parquet"), "SPOOL/*.parquet" as (select 1) from a',
    'with "SPOOL/*.parquet" as (from "SPOOL/*.parquet") from "SPOOL/*.parquet"',
    'with recursive "SPOOL/*.parquet" as (from "SPOOL/*.parquet" union select \'1\') from "SPOOL/*.parquet"',
    'select (with "SPOOL/*.parquet" as (select 1) select 1), * from "SPOOL/*.parquet"',
    'select * from members, lateral (with "SPOOL/*.parquet" as (select 1) select 1), "SPOOL/*.parquet"',
    '(with "SPOOL/*.parquet" as (select 1 as a) from "SPOOL/*.parquet") union all from "SPOOL/*.parquet"',
    "with recursive hidden as (from hidden union select 'a') from hidden",
    "with recursive hidden as (with x as (from hidden) from x union from hidden) from hidden",
    "select json_serialize_plan('select * from data.members')",
    "select json_serialize_sql('select 1')",
    "select json_deserialize_sql('{}')",
    "select * from json_execute_serialized_sql('{}')",
    "select current_query()", "select version()", "select pg_get_viewdef(1)", "select sleep_ms(1)", "select error('x')",
    "select current_setting('allowed_directories')", "select write_log('x')", "select stats(1)",
    "select * from members at (version => 1)",
    "with a as not materialized (select 1), b as not materialized (from a, a) from b, b",
    'with "SPOOL/*.parquet" as (select 1 as a) from (describe "SPOOL/*.parquet")',
    'with "SPOOL/*.parquet" as (select 1 as a) from (summarize from "SPOOL/*.parquet")',
    'summarize "SPOOL/*.parquet"', "describe 'SPOOL/other.parquet'", 'show "SPOOL/other.parquet"',
    "pivot 'SPOOL/other.parquet' on a", 'pivot "SPOOL/*.parquet" on a using count(*)',
    'pivot (with "SPOOL/*.parquet" as (select 1 as a) from "SPOOL/*.parquet") on (from "SPOOL/*.parquet")',
    'from (with "SPOOL/*.parquet" as (select 1 as a) pivot "SPOOL/*.parquet" on a), "SPOOL/*.parquet"',
    'from (pivot "SPOOL/*.parquet" on a), (with "SPOOL/*.parquet" as (select 1 as a) from "SPOOL/*.parquet")',
    'with b as (pivot "SPOOL/*.parquet" on a), "SPOOL/*.parquet" as (select 1 as a) from b',
    'with "SPOOL/*.parquet" as (pivot "SPOOL/*.parquet" on a) from "SPOOL/*.parquet"',
    "pivot members on role in data", "pivot members on role in members", "pivot members on role in \"pivot 0\"",
    "show databases", "show schemas", "show settings", "from (show tables)", "from (show members)",
    "from (show databases)",
    "show tables from data", "describe databases", "from duckdb_secrets()", "summarize duckdb_settings()",
]  # fmt: skip


@pytest.mark.parametrize("sql", TRICKS)
def test_tricks_are_refused(client: MemoryClient, sql: str) -> None:
    with pytest.raises(QueryFailed):
        client.query(sql.replace("SPOOL", str(client.dispatcher.engine.spool)), [])


#: What the parser makes something else of, or DuckDB does not list.
WINDOWS = """
    row_number rank rank_dense dense_rank percent_rank cume_dist ntile lead lag first_value last_value nth_value fill
    unnest current_timestamp current_time localtime localtimestamp -> !
    """


def test_every_function_that_is_known_is_one_of_duckdb_that_only_computes() -> None:
    # A function that DuckDB says changes something, or answers differently each time, is known for that.
    from nbannotate.store import functions
    from nbannotate.store.duckdb.engine import Engine

    engine = Engine(":memory:")
    with engine.read() as tx:
        rows = tx.all("select lower(function_name) as name, function_type as kind, stability from duckdb_functions()")
    engine.close()
    values = {r["name"] for r in rows if r["kind"] in ("scalar", "aggregate", "macro")}
    volatile = {r["name"] for r in rows if r["stability"] == "VOLATILE"}
    assert functions.VALUES & volatile == functions.RANDOM
    assert functions.VALUES - values <= set(WINDOWS.split())
    assert functions.VALUES & {r["name"] for r in rows if r["kind"] == "macro"} == functions.MACROS
