"""Statements of the store as PostgreSQL takes them: the same rows as in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from nbannotate.store.postgres.connection import Connection, connect  # noqa: E402
from nbannotate.store.postgres.translation import translated  # noqa: E402
from nbannotate.store.transaction import Transaction  # noqa: E402

TABLE = """
    create temp table t as select * from (values
      (1, 'b', 3.5, null, true), (2, 'a', null, 'x', false), (3, 'B', 1.0, 'y', true), (4, null, 2.0, 'x', true)
    ) v(id, name, size, kind, is_new)
"""
SAME = {
    "order of texts and nulls": ("select name from t order by name, id", ()),
    "descending": ("select id from t order by size desc, id", ()),
    "the last one by another": ("select kind, max_by(name, id) as name from t group by kind order by kind", ()),
    "which has a condition": ("select arg_max(id, size) filter (where is_new) as id from t", ()),
    "a part of ties": (
        "select id, kind from t qualify row_number() over (partition by kind order by id desc) = 1 order by id", ()
    ),
    "rows of JSON": (
        """select g.a, g.b from (select unnest(from_json($1, '[{"a":"BIGINT","b":"VARCHAR"}]'), recursive := true)) g
        order by 1""", ('[{"a":2,"b":"x"},{"a":1,"b":null}]',),
    ),
    "ids as a text": (
        """select id from t where id in (select unnest(from_json($1, '["BIGINT"]'))) order by id""", ("[1,3]",)
    ),
    "a list of ids": ("select id from t where id in (select unnest($1::bigint[])) order by id", ([2, 4],)),
    "an empty list": ("select count(*) from t where id in (select unnest($1::bigint[]))", ([],)),
    "is in a list": ("select id from t where list_contains($1::varchar[], name) order by id", (["a", "B"],)),
    "a null that is asked for": ("select id from t where ($1 is null or kind = $1) order by id", (None,)),
    "and one that is not": ("select id from t where ($1 is null or kind = $1) order by id", ("x",)),
    "all groups": ("select kind, count(*) as n from t group by all order by all", ()),
    "quotients": ("select 7 / 2 as a, 7 // 2 as b, id / 2 as c from t where id = 3", ()),
    "sums": ("select sum(id) as a, sum(size) as b, avg(id) as c from t", ()),
    "a range": ("select unnest(range(2, 5)) as n order by n", ()),
    "lists": ("select list(id order by id desc) as ids from t where is_new", ()),
    "a subquery without a name": ("select count(*) from (select distinct kind from t)", ()),
    "a part of a text": ("select substr('abcdef', $1) as s, starts_with('abc', 'ab') as b", (3,)),
}  # fmt: skip


@pytest.fixture
def both(postgres: Any) -> Iterator[tuple[Transaction, Transaction]]:
    raw = connect(postgres.database())
    raw.execute("create schema data")
    raw.execute(
        "create function data.bigints(text) returns bigint[] language sql as "
        "'select coalesce(array_agg(e::bigint), ''{}'') from json_array_elements_text($1::json) e'"
    )
    here, there = Transaction(duckdb.connect()), Transaction(Connection(raw, {}))
    here.run(TABLE)
    raw.execute(TABLE.replace("3.5", "3.5::float8").replace("'b'", "'b' collate \"C\""))
    yield here, there
    raw.close()


@pytest.mark.parametrize("what", SAME)
def test_a_statement_gives_the_same_rows(both: tuple[Transaction, Transaction], what: str) -> None:
    sql, parameters = SAME[what]
    here, there = (tx.all(sql, *parameters) for tx in both)
    assert [list(row.values()) for row in there] == [list(row.values()) for row in here]


def test_placeholders_are_told_from_texts_that_look_alike() -> None:
    assert translated("insert into t values ($1,$2)", {}).statements == ("INSERT INTO t VALUES ($1, $2)",)


def test_a_table_is_made_again() -> None:
    first, second = translated("create or replace temp table x as select 1 as a", {}).statements
    assert first == "drop table if exists pg_temp.x"
    assert second == "CREATE TEMPORARY TABLE x AS SELECT 1 AS a"


def test_all_columns_but_some_are_those_of_the_schema() -> None:
    sql = "select s.* exclude (a) from data.shapes s"
    assert translated(sql, {"shapes": ("a", "b", "group")}).statements == (
        'SELECT "s"."b", "s"."group" FROM data.shapes AS s',
    )
