"""What ``ws.sql`` refuses, so that nobody reads a password's hash, a token or a file with it, or changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import nbannotate as nb
from nbannotate.errors import NotAllowed, QueryFailed
from nbannotate.model import Session

PASSWORD = "ana-has-a-long-password"

READS = [
    "select * from tasks",
    "SELECT login, Role FROM Members WHERE active",
    "from members select login",
    "select * from main.members",
    'select "login" from "main"."members" as "data"',
    "with secret as (select login from members) select * from secret",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select * from n",
    "select * from range(3) r, generate_series(1, 2) s",
    "select unnest([1, 2])",
    "select m.login, (select count(*) from tasks t where t.assignee = m.login) as n from members m",
    "select * from members m, lateral (select count(*) as n from tasks t where t.assignee = m.login)",
    "select * from (values (1), (2)) v(a)",
    "select login from members union all select name from datasets",
    "select login, row_number() over (order by login) as n from members qualify n = 1",
    "select key, value from json_each('{\"a\": 1}')",
    "select 1 as a -- the end",
    "select 1 as a;",
    "select * from (pivot members on role in ('annotator') using count(*))",
    "select login from members where member_id = $1",
    "show tables",
    "show all tables",
    "show",
    "describe",
    "describe tables",
    "DESCRIBE members",
    "desc main.members",
    "show members",
    "describe select login, count(*) as n from members group by 1",
    "describe (select 1 as a)",
    "describe with x as (select login from members) from x",
    "describe members;",
    "describe members -- the end",
    "select * from (describe members)",
    "summarize members",
    "summarize select member_id from members",
    "summarize with x as (select login from members) from x",
    "select column_name from (summarize members)",
    "pivot members on role using count(*)",
    "pivot members on role, active",
    "PIVOT members ON role, lower(login) || '!' USING count(*) GROUP BY active ORDER BY active LIMIT 3;",
    "pivot members on role in ('owner') using count(*)",
    "pivot (from members where member_id > $1) on role using count(*)",
    "with m as (from members) pivot m on role using count(*)",
    "with m as (from members), n as (from m) select * from (with m as (from n) pivot m on role using count(*))",
    "select * from (pivot (pivot members on role using count(*)) on active using count(*))",
    "describe pivot members on role using count(*)",
    "summarize pivot members on role using count(*)",
    "pivot (select 1 as a, 2 as b where false) on a using count(*)",
    "pivot members on case when role in ('owner', 'manager') then 'leads' else 'works' end using count(*)",
    "unpivot (select login, role from members) on login, role into name what value who",
    "select * from members unpivot (a for b in (login, role))",
]

WRITES = [
    "delete from data.tasks",
    "insert into data.members values (1)",
    "update data.members set role = 'owner'",
    "create table x (a int)",
    "create view x as select 1",
    "create or replace view members as select 1",
    "create temp macro f() as table select * from data.members",
    "create secret s (type s3)",
    "drop view members",
    "alter table data.members rename to x",
    "truncate data.events",
    "copy members to 'x.csv'",
    "copy data.members from 'x.csv'",
    "export database 'x'",
    "import database 'x'",
    "attach 'x.duckdb'",
    "detach workspace",
    "use memory",
    "set threads = 4",
    "reset threads",
    "set variable x = 1",
    "pragma database_list",
    "pragma table_info('data.members')",
    "call pragma_version()",
    "checkpoint",
    "vacuum",
    "analyze",
    "begin",
    "commit",
    "rollback",
    "install httpfs",
    "load httpfs",
    "explain select 1",
    "explain analyze select * from data.members",
    "prepare p as select * from data.members",
    "execute p",
    "describe data.members",
    "describe 'x.parquet'",
    "describe 'data.members'",
    "desc data.members",
    "describe delete from data.tasks",
    "describe insert into data.members values (1)",
    "describe explain select 1",
    "describe pragma database_list",
    "describe call pragma_version()",
    "describe databases",
    "describe workspace",
    "describe temp.members",
    "describe system.main.duckdb_tables",
    "show data.members",
    "show databases",
    "show schemas",
    "show settings",
    "show variables",
    "show tables from data",
    "show tables from workspace.data",
    "show 'x.parquet'",
    "summarize data.members",
    "summarize 'x.parquet'",
    "summarize pragma database_list",
    "describe members; drop view members",
    "describe members) to 'x.csv'; --",
    "show tables; select 1",
    "show tables) to 'x.csv' --",
    "pivot members on role using nextval('data.ids')",
    "pivot members on nextval('data.ids') using count(*)",
    "pivot members on nextval('data.ids')",
    "pivot members on setval('data.ids', 1), role",
    "pivot (insert into data.members values (1)) on role",
    "pivot members on role; drop view members",
    "create table x as pivot members on role",
    "select 1; select 2",
    "select 1; drop view members",
    "select 1; delete from data.tasks;",
    "select 1) to 'x.csv'; --",
    "select 1) to 'x.csv' (format csv); select (1",
    "select 1 /*",
    "",
    ";",
    "   -- nothing",
    "select setval('data.ids', 1)",
    "select SETVAL('data.ids', 1)",
    "select \"setval\"('data.ids', 1)",
    "select system.main.setval('data.ids', 1)",
    "select main.setval('data.ids', 1)",
    "select nextval('data.ids')",
    "select nextval('data.ids') from range(1000000)",
    "select * from members where nextval('data.ids') > 0",
    "select list_transform([1], lambda x: nextval('data.ids'))",
    "select list_transform([1], x -> setval('data.ids', x))",
    "select (select max(setval('data.ids', 1)))",
    "select 'data.ids'.setval(1)",
    "select row_number() over (order by nextval('data.ids'))",
    "select * from range(nextval('data.ids'))",
    "select 1 limit nextval('data.ids')",
    "select write_log('x')",
    "select list_aggregate([1], 'sum'), nextval('data.ids')",
]

SECRETS = [
    "select * from data.members",
    "select * from data.sessions",
    "select * from data.requests",
    'select * from "data"."members"',
    'select * from "DATA"."Members"',
    "select * from workspace.data.members",
    'select * from "workspace"."data"."members"',
    'select * from "workspace.data".members',
    "select * from memory.data.members",
    "select data.members.password_hash from data.members",
    "from data.members",
    "table data.members",
    "select (select password_hash from data.members limit 1)",
    "select (select min(password_hash) from data.members d where d.member_id = m.member_id) from members m",
    "select * from members m, lateral (select password_hash from data.members d where d.member_id = m.member_id)",
    "select * from members where exists (from data.members where password_hash like '$argon%')",
    "select login from members where login in (select password_hash from data.members)",
    "select case when (select count(*) from data.sessions) > 0 then 1 end",
    "with x as (select * from data.members) select * from x",
    "with members as (select * from data.members) select * from members",
    "with data as (select 1) select * from data.members",
    "with recursive x as (select password_hash from data.members union all select * from x) select * from x",
    "with x as materialized (from data.members) from x",
    "select * from (select * from (select * from data.members))",
    "select 1 union all select member_id from data.members",
    "select login from members except select password_hash from data.members",
    "select login from members order by (select password_hash from data.members limit 1)",
    "select login from members limit (select count(*) from data.members)",
    "select count(*) filter (where (select true from data.members limit 1)) from members",
    "select max(login) over (order by (select max(password_hash) from data.members)) from members",
    "select list_transform([1], x -> (select max(password_hash) from data.members))",
    "select * from members m join data.members d using (member_id)",
    "select * from members m left join data.members d on true",
    "select * from members natural join data.members",
    "select * from members positional join data.members",
    "select * from members asof join data.members d on d.member_id >= members.member_id",
    "select * from members semi join data.members d using (member_id)",
    "pivot data.members on role using min(password_hash)",
    "select * from (pivot data.members on role using min(password_hash))",
    "from (unpivot (select password_hash, login from data.members) on columns(*))",
    "unpivot data.members on password_hash",
    "select * from (describe data.members)",
    "select * from (describe 'data.members')",
    "select * from (describe from data.members)",
    "select * from (summarize from data.members)",
    "select * from (show data.members)",
    "select * from (show members)",
    "select * from (show databases)",
    "select * from (describe duckdb_tables)",
    "select * from (summarize duckdb_settings())",
    "summarize select password_hash from data.members",
    "summarize with x as (from data.members) from x",
    "describe select * from duckdb_secrets()",
    "from duckdb_secrets()",
    "describe members, data.members",
    "with x as (select 1 as a) select * from (describe x)",
    "pivot data.members on role",
    "pivot data.members on password_hash using count(*)",
    "pivot members on (select max(password_hash) from data.members) using count(*)",
    "pivot members on role in (select password_hash from data.members) using count(*)",
    "pivot members on role using max((select max(password_hash) from data.members))",
    "pivot (select * from members, data.members) on role",
    "pivot members join data.members d using (member_id) on password_hash",
    "with m as (from data.members) pivot m on password_hash using count(*)",
    "with data as (from members) pivot data.members on role",
    "pivot members on current_setting('spool') using count(*)",
    "pivot members on role in data using count(*)",
    "from (pivot (pivot members on role) on (select password_hash from data.members))",
    "unpivot data.members on password_hash into name a value b",
    "select * from (summarize data.members)",
    "select * from (show all tables)",
    "select * from (show tables from workspace.data)",
    "select * from query('select * from data.members')",
    "select * from query_table('data.members')",
    "select * from query_table(['data.members'])",
    "select * from query_table('members')",
    "select * from (from query('from data.members'))",
    "select * from json_execute_serialized_sql(json_serialize_sql('select * from data.members'))",
    "select unnest((select list(password_hash) from data.members))",
    "select * from unnest((select list(password_hash) from data.members))",
    "select * from range((select count(*) from data.members))",
    "values ((select max(password_hash) from data.members))",
    "select * from (values ((select max(password_hash) from data.members))) v",
    "select columns(*) from data.members",
    "select * exclude (login) from data.members",
    "select * from members tablesample (10), data.members",
    "select * from data.members at (version => 1)",
    "select struct_pack(a := (select max(token_hash) from data.sessions))",
    "select array(select token_hash from data.sessions)",
    "select * from duckdb_tables()",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from duckdb_columns",
    "select * from duckdb_views",
    "select * from duckdb_logs",
    "select * from system.main.duckdb_tables",
    "with duckdb_tables as (select 1) select * from system.main.duckdb_tables",
    "select * from (with duckdb_tables as (select 1 as a) select a from duckdb_tables), duckdb_tables",
    "select * from (with sqlite_master as (select 1 as a) from sqlite_master) union all select sql from sqlite_master",
    "select * from information_schema.tables",
    "select * from information_schema.columns",
    "select * from pg_catalog.pg_tables",
    "select * from pg_tables",
    "select * from sqlite_master",
    "select * from sqlite_schema",
    "select * from pragma_table_info('data.members')",
    "select * from pragma_database_list",
    "select * from pragma_storage_info('data.members')",
    "select * from storage_info('data.members')",
    "select * from test_all_types()",
    "select * from seq_scan('data.members')",
    "select * from sql_auto_complete('select')",
    "select * from which_secret('x', 's3')",
    "select getenv('HOME')",
    "select getvariable('x') from data.members",
    "select current_setting('spool') from data.members",
]

FILES = [
    "select * from '{file}'",
    "from '{file}'",
    'select * from "{file}"',
    "select * from read_csv('{file}')",
    "select * from read_csv_auto('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from read_json('{file}')",
    "select * from read_json_objects('{file}')",
    "select * from read_ndjson('{file}')",
    "select * from read_parquet('{file}')",
    "select * from parquet_scan('{file}')",
    "select * from parquet_metadata('{file}')",
    "select * from parquet_schema('{file}')",
    "select * from sniff_csv('{file}')",
    "select * from glob('{file}')",
    "select * from glob('/*')",
    "select * from read_duckdb('{file}')",
    "select * from read_text(['{file}'])",
    "select (select content from read_text('{file}'))",
    'with "{file}" as (select 1) select * from (select * from main."{file}")',
    'select * from (with "{file}" as (select 1 as a) from "{file}") x, "{file}" y',
    "select * from 'https://example.com/x.csv'",
    "describe '{file}'",
    'describe "{file}"',
    "describe select * from '{file}'",
    "summarize '{file}'",
    "summarize read_csv('{file}')",
    'show "{file}"',
    "select * from (describe '{file}')",
    "select * from (summarize '{file}')",
    "pivot '{file}' on a",
    "pivot '{file}' on b using count(*)",
    "pivot '{file}' on b in ('open-sesame') using count(*)",
    "unpivot '{file}' on b",
    'with "{file}" as (select 1 as b) select * from (describe "{file}")',
    'with "{file}" as (select 1 as b) select * from (pivot main."{file}" on b)',
    'select * from (with "{file}" as (select 1 as b) pivot "{file}" on b), "{file}" y',
]


@pytest.fixture(scope="module")
def workspace() -> Iterator[nb.Workspace]:
    workspace = nb.open(":memory:")
    workspace.members.add("ana", password=PASSWORD)
    workspace.members.add("dev", role="developer", password=PASSWORD)
    workspace.client.call("sessions.open", Session, login="ana", password=PASSWORD)
    workspace.create_dataset("scans")
    yield workspace
    workspace.close()


@pytest.mark.parametrize("query", READS)
def test_ordinary_selects_are_answered(workspace: nb.Workspace, query: str) -> None:
    assert isinstance(workspace.sql(query, [1] if "$1" in query else ()), pd.DataFrame)


@pytest.mark.parametrize("query", WRITES)
def test_what_is_no_select_or_changes_something_is_refused(workspace: nb.Workspace, query: str) -> None:
    with pytest.raises(QueryFailed):
        workspace.sql(query)
    assert workspace.create_dataset(f"after {query}"[:100].strip()), "ids go on"


@pytest.mark.parametrize("query", SECRETS)
def test_what_is_not_public_is_refused_in_any_spelling(workspace: nb.Workspace, query: str) -> None:
    with pytest.raises(QueryFailed) as error:
        workspace.sql(query)
    assert "argon2" not in str(error.value)


@pytest.mark.parametrize("query", FILES)
def test_no_file_is_read(workspace: nb.Workspace, query: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a,b\n1,open-sesame\n")
    with pytest.raises(QueryFailed) as error:
        workspace.sql(query.format(file=file))
    assert "sesame" not in str(error.value)


def test_parameters_are_values_and_never_sql(workspace: nb.Workspace) -> None:
    text = "x'; drop view members; --"
    assert list(workspace.sql("select $1 as a", [text]).a) == [text]


def test_no_view_has_a_hash_or_a_token(workspace: nb.Workspace) -> None:
    # Whatever the views show, now or later: the stored secrets are in none of them.
    views = ["members", "datasets", "versions", "assets", "campaigns", "steps", "tasks", "asset_states", "annotations",
             "shapes", "shape_history", "issues", "events"]  # fmt: skip
    for view in views:
        shown = workspace.sql(f"select * from {view}").to_csv()
        assert "argon2" not in shown
        assert PASSWORD not in shown


@pytest.mark.parametrize("role", ["annotator", "reviewer"])
def test_annotators_and_reviewers_may_not_query(role: str) -> None:
    workspace = nb.open(":memory:")
    workspace.members.add("ana", role=role, password=PASSWORD)  # type: ignore[arg-type]
    session = workspace.client.call("sessions.open", Session, login="ana", password=PASSWORD)
    with pytest.raises(NotAllowed):
        workspace.client.acting(session.token).query("select 1", [])
    workspace.close()
