"""What the owner of a file remembers of its rows: every statement sees what waits, and no reader sees too much."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from nbannotate.errors import Refused
from nbannotate.model import Annotation, Closed, Saved, Shape, TaskView
from nbannotate.store import leases, task_rows
from nbannotate.store.duckdb import memory, queues
from nbannotate.store.duckdb.write_through import names
from nbannotate.store.rows import DRAFTS, HEADS, TASKS, TaskRow

NOW = datetime.datetime(2026, 7, 1)
BOX = Annotation(shapes=(Shape(kind="rectangle", points=((1.5, 2), (20, 30.25)), label="WBC", id="one"),))


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("select * from data.tasks t where t.task_id = $1", {"tasks"}),
        ("select nextval('data.ids') as id from range(4)", {"ids"}),
        ('insert into "data"."tasks" select * from (select 1)', {"tasks"}),
        ("update data.tasks set a = n.a from (select unnest(from_json($1, '[]'))) n", {"tasks"}),
        ("delete from data.tasks where asset_id in (select asset_id from data.lapses)", {"tasks", "lapses"}),
        ("select * from jobs", None),
        ("select * from tasks", None),
        ("with t as (select * from data.tasks) select * from t", None),
        ("select * from data.tasks join chosen c on true", None),
    ],
)
def test_what_a_statement_names(sql, named):
    assert names(sql) == named


@pytest.fixture
def engine(team) -> Any:
    return team(count=4).workspace.client.dispatcher.engine


def first_task(tx: Any) -> TaskRow:
    return tx.read(TaskRow, "select * from data.tasks order by task_id limit 1")[0]


def draft(tx: Any, body: str = "{}") -> int:
    task_id = first_task(tx).task_id
    task_rows.save_draft(tx, task_id, 1, body, NOW)
    return task_id


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from data.member_drafts",
        "with d as (select * from data.member_drafts) select count(*) from d",
        "select count(*) from (select 1 from data.member_drafts d join data.tasks t on t.task_id = d.task_id)",
    ],
)
def test_a_statement_sees_rows_that_wait(engine, query):
    with engine.write() as tx:
        draft(tx)
        assert tx.value(query) == 1


def test_a_view_sees_rows_that_wait(engine):
    with engine.write() as tx:
        row = first_task(tx)
        leases.take(tx, row, row.task_id, NOW, None, position=77)
        assert tx.value("select max(position) from tasks") == 77


def test_rows_that_wait_are_changed_again_and_written_once(engine):
    with engine.write() as tx:
        for body in ("1", "2", "3"):
            task_id = draft(tx, body)
    with engine.read() as tx:
        (row,) = tx.all("select revision, body from data.member_drafts")
        assert row == {"revision": 3, "body": "3"}
        assert tx.rows(DRAFTS, task_id)[0].body == "3"


def test_what_a_statement_changes_is_read_anew(engine):
    with engine.write() as tx:
        task_id = first_task(tx).task_id
        assert tx.row(TASKS, task_id).position != 55
        tx.run("update data.tasks set position = 55")
        assert tx.row(TASKS, task_id).position == 55
    with engine.read() as tx:
        assert tx.row(TASKS, task_id).position == 55
    with engine.write() as tx:
        assert tx.row(TASKS, task_id).position == 55


def test_a_reader_sees_rows_as_they_were_when_it_began(engine):
    with engine.write() as tx:
        task_id = draft(tx, "before")
    with engine.read() as tx:
        tx.value("select 1 from data.meta")  # DuckDB sees the file as it is when it is asked first
        with engine.write() as writing:
            draft(writing, "after")
        assert [row.body for row in tx.rows(DRAFTS, task_id)] == ["before"]
    with engine.read() as tx:
        assert [row.body for row in tx.rows(DRAFTS, task_id)] == ["after"]


def test_what_fails_is_not_remembered(engine):
    def fail() -> None:
        with engine.write() as tx:
            draft(tx)
            raise Refused("Not this.")

    with pytest.raises(Refused):
        fail()
    with engine.write() as tx:
        assert tx.rows(DRAFTS, first_task(tx).task_id) == []


def test_what_long_work_writes_beside_makes_its_tables_forgotten(engine):
    with engine.write() as tx:
        row = first_task(tx)
        assert tx.rows(HEADS, row.asset_id) == []
    with engine.stage() as stage:
        stage.run("insert into data.layer_heads values ($1, $2, 3)", stage.batch_id, row.asset_id)
        stage.piece()
        with engine.write() as tx:
            assert [head.annotation_id for head in tx.rows(HEADS, row.asset_id)] == [3]


def test_it_is_bounded(engine, monkeypatch):
    monkeypatch.setattr(memory, "MOST_GROUPS", 2)
    monkeypatch.setattr(memory, "MOST_DRAWN", 10)
    with engine.write() as tx:
        for row in tx.all("select asset_id, campaign_id, task_id from data.tasks"):
            tx.rows(TASKS, row["campaign_id"], row["asset_id"])
            task_rows.save_draft(tx, row["task_id"], 1, "a drawing of more than ten characters", NOW)
    known = engine.memory.all_known()
    assert len(known["tasks"]) == 2
    assert len(known["member_drafts"]) == 1
    with engine.read() as tx:  # the others are read from the file
        assert tx.value("select count(*) from data.member_drafts") == 4


def ids(t: Any) -> list[int]:
    return t.workspace.sql("select task_id from tasks where step = 0 and closed is null order by position")[
        "task_id"
    ].tolist()


@pytest.fixture
def small_front(monkeypatch) -> None:
    monkeypatch.setattr(queues, "FRONT", 2)


def pull(t: Any, who: str = "ana") -> TaskView | None:
    return t[who].call("tasks.pull", TaskView | None, campaign_id=t.campaign.campaign_id, step=0)


@pytest.mark.usefixtures("small_front")
def test_a_queue_that_is_longer_than_its_front_is_given_out_to_its_end_in_its_order(team):
    t = team(count=4)
    wanted = ids(t)
    assert [pull(t, who).task.task_id for who in ("ana", "ben", "ben", "ana")] == wanted
    assert pull(t) is None


@pytest.mark.usefixtures("small_front")
def test_what_comes_back_to_a_queue_is_given_out_in_its_place(team):
    t = team(count=4)
    first, second = pull(t).task.task_id, pull(t).task.task_id
    t.campaign.reassign(to=None, member="ana", started=True)
    assert pull(t, "ben").task.task_id == first
    assert pull(t, "ana").task.task_id == second


def test_who_goes_on_has_the_own_task_that_was_returned_before_all_others(team):
    t = team(count=4)
    save: Callable[..., Any] = t["ana"].call
    first = pull(t)
    told = {"task_id": first.task.task_id, "annotation": BOX}
    revision = save("tasks.save", Saved, revision=0, **told).revision
    save("tasks.submit", Closed, revision=revision, **told)
    pull(t)
    review = t["chloe"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=1)
    t["chloe"].call("issues.create", object, task_id=review.task.task_id, text="One is missing.")
    t["chloe"].call("tasks.rework", Closed, task_id=review.task.task_id, revision=review.revision)
    going_on = t["ana"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    assert (going_on.task.asset_id, going_on.task.state) == (first.task.asset_id, "to_rework")
