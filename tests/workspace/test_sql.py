"""``ws.sql``: what there is, what comes along, and what is said where a query is wrong."""

from __future__ import annotations

import datetime
import sys
import types
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NbannotateError, NotFound, QueryFailed
from nbannotate.workspace import frames

MINE = pd.DataFrame({"login": ["ana", "zoe"], "score": [1.5, 2.0]})


@pytest.fixture(scope="module")
def ws() -> Iterator[nb.Workspace]:
    made = nb.open(":memory:")
    made.members.add("ana")
    made.members.add("ben", "reviewer")
    yield made
    made.close()


def spool(ws: nb.Workspace) -> list[str]:
    client: Any = ws.client
    return [file.name for file in client.dispatcher.engine.spool.iterdir() if file.name != "answers"]


# What there is ---------------------------------------------------------------------------------------------------


def test_it_says_what_to_type(ws: nb.Workspace) -> None:
    assert "ws.sql.tables()" in repr(ws.sql)
    assert "shapes" in ws.sql
    assert "shapes" in ws.sql._ipython_key_completions_()
    assert len(ws.sql) == len(list(ws.sql)) == len(ws.sql.tables())


def test_tables_and_their_columns_are_listed(ws: nb.Workspace) -> None:
    tables = ws.sql.tables().set_index("name")
    assert tables.loc["members", "columns"].startswith("member_id, login, role")
    assert tables.loc["steps", "row"].startswith("One step")
    described = ws.sql.describe("members")
    assert list(described["column_name"])[:2] == ["member_id", "login"]
    assert described["column_type"][0] == "BIGINT"
    assert described["meaning"].str.len().gt(5).all()
    for same in ("describe members", "show members", "DESC main.members;"):
        assert ws.sql(same).equals(described)
    assert ws.sql["members"].equals(described)
    assert ws.sql("show tables").equals(ws.sql.tables())


def test_of_every_table_the_columns_are_those_that_it_has(ws: nb.Workspace) -> None:
    for name in ws.sql:
        described = ws.sql.describe(name)
        assert described["meaning"].str.len().gt(5).all()
        assert list(described["column_name"]) == list(ws.sql(f"select * from {name} limit 0").columns)


def test_a_table_that_is_not_there_is_answered_with_the_one_that_was_meant(ws: nb.Workspace) -> None:
    with pytest.raises(NotFound, match="did you mean 'shapes'"):
        ws.sql.describe("shape")


def test_a_select_is_described_and_summed_up(ws: nb.Workspace) -> None:
    described = ws.sql("describe select login, count(*) as n from members group by 1")
    assert described.values.tolist() == [["login", "VARCHAR"], ["n", "BIGINT"]]
    summed = ws.sql("summarize select member_id from members where login <> $who", who="root")
    assert list(summed["count"]) == [2]


# PIVOT -----------------------------------------------------------------------------------------------------------

PIVOTS = {
    "pivot members on role using count(*) group by active": ["active", "annotator", "owner", "reviewer"],
    "pivot (from members where member_id > $1) on role using count(*) group by active": ["active", "reviewer"],
    "pivot members on login || '!' using max(role) group by active": ["active", "ana!", "ben!", "root!"],
    "pivot (select role, active from members where created >= $1) on role, active using count(*) as n": [
        "annotator_true_n", "reviewer_true_n",
    ],
    "with m as (from members where login <> 'root') pivot m on role using count(*) group by active": [
        "active", "annotator", "reviewer",
    ],
    "pivot (select login, role from members where false) on role using count(*)": ["login"],
    "from (pivot (pivot members on role using count(*) group by active) on active using sum(owner))": [
        "annotator", "reviewer", "true",
    ],
    "pivot (select 'it''s' as a, 1 as b) on a using count(*)": ["b", "it's"],
}  # fmt: skip


@pytest.mark.parametrize("query", PIVOTS)
def test_a_pivot_finds_its_values(ws: nb.Workspace, query: str) -> None:
    ana = ws.sql("select member_id, created from members where login = 'ana'")
    value = ana["created"][0] if "created" in query else int(ana["member_id"][0])
    found = ws.sql(query, [value] if "$1" in query else ())
    assert [c for c in found.columns if not c.startswith("(")] == PIVOTS[query]


def test_a_pivot_makes_a_thousand_columns_and_no_more(ws: nb.Workspace) -> None:
    query = "pivot (select unnest(range($n)) as i) on i using count(*)"
    assert ws.sql(query, n=1_000).shape == (1, 1_000)
    with pytest.raises(QueryFailed, match=r"1,000 values.*write those"):
        ws.sql(query, n=1_001)


def test_the_values_of_a_pivot_are_gone_after_it(ws: nb.Workspace) -> None:
    ws.sql("pivot members on role using count(*)")
    client: Any = ws.client
    with client.dispatcher.engine.read() as tx:
        assert not tx.all("select * from duckdb_types() where database_name = 'temp' and not internal")
        assert not tx.all("select * from duckdb_views() where database_name = 'temp' and not internal")


# Parameters ------------------------------------------------------------------------------------------------------

NAMED = [
    ("login = $who", {"who": "ana"}, ["ana"]),
    ("login in $who", {"who": ["ana", "zoe"]}, ["ana"]),
    ("login not in $who", {"who": ["ana", "zoe"]}, ["root", "ben"]),
    ("login in $who", {"who": []}, []),
    ("login = any($who)", {"who": ("ana", "ben")}, ["ana", "ben"]),
    ("login in (select unnest($who))", {"who": {"ana"}}, ["ana"]),
    ("login in $who", {"who": pd.Series(["ben", "ana"])}, ["ana", "ben"]),
    ("login in $who", {"who": np.array(["ben"])}, ["ben"]),
    ("length(login) = $n", {"n": np.int64(4)}, ["root"]),
    ("length(login) in $n", {"n": np.array([3, 5])}, ["ana", "ben"]),
    ("active = $yes", {"yes": np.bool_(True)}, ["root", "ana", "ben"]),
    ("created > $since", {"since": pd.Timestamp("2020-01-01", tz="Europe/Zurich")}, ["root", "ana", "ben"]),
    ("created - $day < $now", {"day": pd.Timedelta("1D"), "now": datetime.datetime.now()}, ["root", "ana", "ben"]),
    ("created::date = any($days)", {"days": [datetime.date(2001, 1, 1), None]}, []),
    ("length(login) + $x = 4.5", {"x": Decimal("0.5")}, ["root"]),
    ("$none is null and login = $who", {"none": pd.NA, "who": "ana"}, ["ana"]),
]  # fmt: skip


@pytest.mark.parametrize(("where", "given", "expected"), NAMED)
def test_parameters_have_names(ws: nb.Workspace, where: str, given: dict[str, Any], expected: list[str]) -> None:
    query = f"select login from members where {where} order by member_id"
    assert list(ws.sql(query, **given)["login"]) == expected
    assert list(ws.sql(query, given)["login"]) == expected, "in a mapping, for names such as tz"


def test_times_with_a_zone_are_the_same_moment(ws: nb.Workspace) -> None:
    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert ws.sql("select $at + interval 1 hour as at", at=noon)["at"][0] == pd.Timestamp("2026-07-01 11:00")
    assert ws.sql("select $1 - interval 1 hour as at", [noon])["at"][0] == pd.Timestamp("2026-07-01 09:00")


WRONG = [
    ("select $label", {"lable": 1}, "$label has no value (did you mean 'lable'?); give one: label=…."),
    ("select $1, $2", [1], "$2 has no value; give one: parameters=[…]."),
    ("select $1", [1, 2], "The query has no $2; its placeholders are: $1."),
    ("select $label", {"label": 1, "labels": 2}, "labels=… is not in the query (did you mean '$label'?); its"),
    ("select 1", {"label": 1}, "label=… is not in the query; its placeholders are: none."),
    ("select $1, $label", {"label": 1}, "all numbered ($1) or all named ($label)"),
    ("select 1 in ($ids)", {"ids": [1, 2]}, "$ids is a list; write it without parentheses: in $ids."),
]


@pytest.mark.parametrize(("query", "given", "said"), WRONG)
def test_a_parameter_that_is_missing_or_too_many_is_told(ws: nb.Workspace, query: str, given: Any, said: str) -> None:
    with pytest.raises(QueryFailed) as error:
        ws.sql(query, given)
    assert said in str(error.value)


def test_a_list_that_is_long_goes_along_as_a_table(ws: nb.Workspace) -> None:
    assert ws.sql("select 99999 in $ids as a", ids=range(100_000))["a"].tolist() == [True]
    with pytest.raises(QueryFailed, match=r"100,001 values.*as a table: ids=pd\.DataFrame"):
        ws.sql("select 1 in $ids", ids=np.arange(100_001))
    assert ws.sql("select 1 in (from ids) as a", ids=pd.DataFrame({"id": range(100_001)}))["a"].tolist() == [True]


def test_values_are_given_by_order_or_by_name(ws: nb.Workspace) -> None:
    with pytest.raises(InvalidInput, match="not both"):
        ws.sql("select $1", [1], label=2)
    with pytest.raises(InvalidInput, match="given twice"):
        ws.sql("select $label", {"label": 1}, label=2)
    assert ws.sql("select $tz as a, $b as b", {"tz": "x"}, b=1).values.tolist() == [["x", 1]]


# Tables that come along ------------------------------------------------------------------------------------------


def test_a_dataframe_is_a_table_of_one_query(ws: nb.Workspace) -> None:
    query = "select m.login, mine.score from members m join mine using (login)"
    assert ws.sql(query, mine=MINE).values.tolist() == [["ana", 1.5]]
    with pytest.raises(QueryFailed, match="no public table 'mine'"):
        ws.sql(query)
    assert not spool(ws)


def test_whatever_runs_over_a_table_runs_over_one_that_comes_along(ws: nb.Workspace) -> None:
    assert list(ws.sql("describe mine", mine=MINE)["column_name"]) == ["login", "score"]
    assert ws.sql("summarize mine", mine=MINE)["max"].tolist() == ["zoe", "2.0"]
    assert ws.sql("pivot mine on login using sum(score)", mine=MINE).values.tolist() == [[1.5, 2.0]]
    both = ws.sql("from mine where score > $x union all from other", mine=MINE, other=MINE[:1], x=1.7)
    assert both["login"].tolist() == ["zoe", "ana"]
    named = ws.sql("with mine as (select 1 as a) select a from mine", mine=MINE)
    assert named["a"].tolist() == [1]


TYPED = pd.DataFrame(
    {
        "t": pd.to_datetime(["2026-01-01 10:00", None], utc=True), "n": pd.array([1, None], "Int64"),
        "c": pd.Categorical(["a", "b"]), "l": [[1, 2], []], "x": [np.nan, 1.0], 5: ["ü", None],
    }
)  # fmt: skip


def test_a_table_keeps_its_values(ws: nb.Workspace) -> None:
    back = ws.sql('select t, n, c, l, x, "5" from mine', mine=TYPED)
    assert back["t"][0] == pd.Timestamp("2026-01-01 10:00", tz="UTC")
    assert back["n"][0] == 1
    assert back["n"].isna().tolist() == [False, True]
    assert back["c"].tolist() == ["a", "b"]
    assert [list(items) for items in back["l"]] == [[1, 2], []]
    assert back["5"][0] == "ü"


REFUSED = [
    ({"members": MINE}, "'members' is a table of the workspace"),
    ({"sqlite_master": MINE}, "cannot be called 'sqlite_master'"),
    ({"a": MINE, "A": MINE}, "cannot be called 'A'"),
    ({"a b": MINE}, "cannot be called 'a b'"),
    ({"/tmp/x.parquet": MINE}, "cannot be called"),
    ({"mine": pd.DataFrame()}, "it has no columns"),
    ({"mine": pd.concat([MINE, MINE], axis=1)}, "more than one column 'login'"),
    ({f"t{i}": MINE for i in range(21)}, "20 tables"),
]


@pytest.mark.parametrize(("tables", "said"), REFUSED)
def test_a_table_that_cannot_come_along_is_refused(ws: nb.Workspace, tables: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        ws.sql("select 1", **tables)
    assert not spool(ws)


def test_a_table_that_the_query_does_not_read_is_told(ws: nb.Workspace) -> None:
    with pytest.raises(QueryFailed, match="does not read 'mine'"):
        ws.sql("select 1", mine=MINE)
    with pytest.raises(QueryFailed, match=r"no public table 'mien' .did you mean 'mine'"):
        ws.sql("select * from mien", mine=MINE)
    assert len(ws.sql("show Mine", mine=MINE)) == len(ws.sql("from (describe MINE)", mine=MINE)) == 2


def test_tables_that_are_too_large_are_refused_before_they_are_sent(
    ws: nb.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nbannotate.owner.parts.LARGEST_TABLES", 100)
    with pytest.raises(InvalidInput, match="only the columns and rows"):
        ws.sql("select * from mine", mine=MINE)


def test_no_table_comes_along_under_a_name_of_the_stored_ones(ws: nb.Workspace) -> None:
    for query in ("select * from main.mine", "select * from temp.mine", "select * from data.mine"):
        with pytest.raises(QueryFailed, match="no public table"):
            ws.sql(query, mine=MINE)
    with pytest.raises(QueryFailed, match="no public table"):
        ws.sql("select * from data.members", data=MINE)


# The answer ------------------------------------------------------------------------------------------------------


def test_the_answer_is_a_dataframe_and_what_is_made_of_it_a_plain_one(ws: nb.Workspace) -> None:
    answer = ws.sql("select login, member_id from members")
    assert isinstance(answer, pd.DataFrame)
    assert type(answer.df()) is type(answer[:1]) is type(answer.copy()) is pd.DataFrame
    pd.testing.assert_frame_equal(answer, answer.df())
    assert answer.merge(MINE, on="login").shape == (1, 3)


def test_the_answer_is_had_as_polars(ws: nb.Workspace) -> None:
    import polars

    query = (
        "select 1 as n, 2.5 as x, 'a' as t, null as nothing, true as yes, timestamp '2025-10-26 00:30:00' as moment "
        "union all select null, null, null, null, null, null order by n nulls last"
    )
    answer = ws.sql(query)
    rows = answer.pl()
    assert isinstance(rows, polars.DataFrame)
    moment = datetime.datetime(2025, 10, 26, 0, 30)
    assert rows.rows() == [(1, 2.5, "a", None, True, moment), (None,) * 6]
    local = ws.sql(query, tz="Europe/Berlin").pl()["moment"][0]
    assert local.replace(tzinfo=None) == datetime.datetime(2025, 10, 26, 2, 30)
    answer["more"] = 1
    assert answer.pl().columns[-1] == "more", "what was changed is not forgotten"


def test_the_answer_is_had_as_arrow(ws: nb.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_table(file: Any) -> pd.DataFrame:
        return frames.from_parquet(file.read())

    monkeypatch.setitem(sys.modules, "pyarrow", types.SimpleNamespace())
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", types.SimpleNamespace(read_table=read_table))
    answer = ws.sql("select login from members order by 1")
    assert answer.arrow().equals(answer.df())


def test_a_library_that_is_missing_is_named(ws: nb.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("polars", "pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    answer = ws.sql("select 1 as a")
    with pytest.raises(NotFound, match="pip install polars"):
        answer.pl()
    with pytest.raises(NotFound, match="pip install pyarrow"):
        answer.arrow()


# Times -----------------------------------------------------------------------------------------------------------


def test_times_stand_in_the_zone_that_is_asked_for(ws: nb.Workspace) -> None:
    query = "select timestamp '2026-07-01 10:00' as at, date '2026-07-01' as day, created from members limit 1"
    plain, zurich = ws.sql(query), ws.sql(query, tz="Europe/Zurich")
    assert plain["at"][0] == pd.Timestamp("2026-07-01 10:00")
    assert zurich["at"][0] == pd.Timestamp("2026-07-01 12:00", tz="Europe/Zurich")
    assert zurich["at"][0] == plain["at"].dt.tz_localize("UTC")[0]
    assert zurich["day"].equals(plain["day"]), "a day is no moment"
    assert ws.sql("select timestamptz '2026-07-01 10:00+00' as at", tz="Asia/Tokyo")["at"][0].hour == 19
    assert str(ws.sql(query, tz=datetime.UTC)["at"].dtype).endswith("UTC]")  # type: ignore[arg-type]


@pytest.mark.parametrize("zone", ["Zurich", "europe/zurich", "Europe/Zürich"])
def test_a_zone_that_is_not_there_is_answered_with_the_one_that_was_meant(ws: nb.Workspace, zone: str) -> None:
    with pytest.raises(InvalidInput, match="did you mean 'Europe/Zurich'"):
        ws.sql("select 1", tz=zone)


# What is wrong ---------------------------------------------------------------------------------------------------

SAID = {
    "select lable from shapes": "There is no column 'lable' (did you mean 'label'?); shapes has annotation_id,",
    "select m.lgin from members m": "There is no column 'lgin' (did you mean 'login'?); members has member_id,",
    "select t.login from members m": "There is no table 't' in the query; it reads 'm'.",
    "select mebers.login from members": "There is no table 'mebers' in the query (did you mean 'members'?)",
    "select count(*) from shapes group by lbel": "did you mean 'label'?",
    "select a.name from assets a join shapes s on s.aset_id = a.asset_id": "'aset_id' (did you mean 'asset_id'",
    "select login from members where lower(logn) = 'x'": "did you mean 'login'",
    "with x as (select login from members) select logn from x": "There is no column 'logn'",
    "select * from shape": "There is no public table 'shape' (did you mean 'shapes'?); there are activity,",
    "select conut(*) from members": "The function 'conut' cannot be used here (did you mean 'count'?).",
    "selec 1": "The query is not understood: syntax error",
    "select 1,\n from where": "The query is not understood in line 2: syntax error",
    "select 'x": "The query is not understood: unterminated string literal.",
    "": "There is no query; write a SELECT",
    "delete from members": "Only one SELECT can be run here.",
    "select login, count(*) from members": "must appear in the GROUP BY clause",
    "select cast(login as int) from members": "Could not convert string 'root' to INT32",
    "select login + 1 from members": "No function matches",
    "pivot members on": "The query is not understood",
    "pivot members on *": "The query is not understood: Cannot pivot on",
    "pivot members on rle using count(*)": "There is no column 'rle' (did you mean 'role'?)",
    "show databases": "Only tables can be shown here: show tables.",
}  # fmt: skip


@pytest.mark.parametrize("query", SAID)
def test_what_is_wrong_is_said_without_the_words_of_the_engine(ws: nb.Workspace, query: str) -> None:
    with pytest.raises(NbannotateError) as error:
        ws.sql(query)
    said = str(error.value)
    assert SAID[query] in said
    for word in ("Binder", "Catalog", "Parser", "Exception", "Error:", "LINE 1", "Candidate", "spool", "pivot_", "_0"):
        assert word not in said
    assert isinstance(error.value, QueryFailed)
