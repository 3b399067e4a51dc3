"""It is known what was written when, and answers to queries are kept until something that they read was."""

import datetime
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from tests.operations.test_pieces import BOX, CALLS, FEW, Ground

import nbannotate as nb
from nbannotate.model import Saved, TaskView
from nbannotate.operations import sql
from nbannotate.store import answers, functions, running
from nbannotate.store.write_tracking import Written, of_views, parts

NOW = datetime.datetime(2026, 7, 1, 8)
SHAPES, TIMES = "select count(*) as n from shapes", "select sum(worked_s) as s from tasks"


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("insert into data.tasks values (1)", {"tasks"}),
        ("with a as (select 1) insert into data.events\n select * from a", {"events"}),
        ("delete from data.shapes where annotation_id in (select 1 from data.tasks)", {"shapes"}),
        ("merge into data.layer_heads using x on true when matched then update set a = 1", {"layer_heads"}),
        ("update data.tasks set state = 'done', closed = $1 where task_id = $2", {"tasks.state", "tasks.closed"}),
        (
            "update data.tasks set worked_s = (select 1 from data.activity where a = 2), note = a is distinct from b, "
            "opened = $1\nwhere step = 1",
            {"tasks.worked_s", "tasks.a", "tasks.note", "tasks.opened"},
        ),
        ("update data.tasks as t, set", {"tasks"}),
        ("select * from data.tasks", set()),
    ],
)
def test_a_statement_says_what_it_writes(sql, written):
    assert parts(sql) == written


def test_what_was_written_is_counted_by_commits():
    written = Written()
    written.note({"tasks.state"})
    written.note({"events"})
    assert written.commits == 2
    assert [written.since(n, ["tasks", "tasks.state"]) for n in range(3)] == [True, False, False]
    assert [written.since(n, ["events"]) for n in range(3)] == [True, True, False]
    assert not written.since(0, ["tasks"])


def contents(engine):
    """Return the rows of every public view."""
    with engine.read() as tx:
        names = list(of_views(tx))
        return {name: sorted(map(repr, tx.all(f"select * from {name}"))) for name in names}


@pytest.mark.parametrize("name", CALLS)
def test_a_view_that_shows_something_else_reads_what_was_written(name):
    ground = Ground(FEW)
    if name == "campaigns.apply":
        ground.ws.members.add("zoe", password="password-of-zoe")
    engine, call = ground.ws.client.dispatcher.engine, CALLS[name](ground)
    with engine.read() as tx:
        reads, commits = of_views(tx), tx.commits
    before = contents(engine)
    call()
    for view, rows in contents(engine).items():
        assert rows == before[view] or engine.written.since(commits, reads[view]), view


def test_views_look_at_no_clock_but_the_day():
    with nb.open(":memory:").client.dispatcher.engine.read() as tx:
        for row in tx.all("select view_name, sql from duckdb_views() where not internal"):
            left = row["sql"].replace("CAST(timezone('UTC', now()) AS date)", "")
            assert not answers._ANEW.search(left.replace("samples", "")), row["view_name"]


def test_what_the_clock_or_chance_says_is_not_kept():
    kept = nb.open(":memory:").client.dispatcher.engine.answers
    for name in (*functions.RANDOM, "now", "today", "age", "current_date", "get_current_timestamp"):
        assert kept.key(f"select {name}() from tasks", None, None, NOW) is None
    assert kept.key("select * from tasks using sample 3", None, None, NOW) is None
    with nb.open(":memory:").client.dispatcher.engine.read() as tx:
        anew = tx.all(
            "select distinct function_name as name from duckdb_functions() where stability <> 'CONSISTENT' "
            "and (len(parameters) = 0 or stability = 'VOLATILE') and function_type = 'scalar'"
        )
    missing = [r["name"] for r in anew if r["name"] in functions.VALUES and not answers._ANEW.fullmatch(r["name"])]
    assert not missing
    assert kept.key(SHAPES, None, None, NOW) != kept.key(SHAPES, None, None, NOW + datetime.timedelta(days=1))
    assert kept.key(SHAPES, [1], None, NOW) != kept.key(SHAPES, [2], None, NOW)


@pytest.fixture
def ground(monkeypatch):
    """Return a workspace that keeps every answer, with a campaign."""
    monkeypatch.setattr(answers, "WORTH_S", 0.0)
    found = Ground(FEW)
    found.campaign()
    return found


def is_kept(ground, sql):
    """Return whether the next one who asks gets an answer that is there."""
    kept = ground.ws.client.dispatcher.engine.answers
    files = [kept.find(key) for key in list(kept._kept) if key[0] == sql]
    for file in filter(None, files):
        file.unlink()
    return any(files)


def test_a_save_leaves_the_answers_about_shapes_and_a_submission_does_not(ground):
    view = ground.ana.call("tasks.next", TaskView, campaign_id=ground.ws.campaigns["July"].campaign_id, step=0)
    about = {"task_id": view.task.task_id, "annotation": BOX}
    assert [len(ground.ws.sql(sql)) for sql in (SHAPES, TIMES)] == [1, 1]
    assert is_kept(ground, SHAPES)
    assert is_kept(ground, TIMES)
    saved = ground.ana.call("tasks.save", Saved, **about, revision=view.revision, seconds=3.0)
    assert is_kept(ground, SHAPES)
    assert not is_kept(ground, TIMES)
    assert ground.ws.sql(SHAPES)["n"].tolist() == [0]
    ground.ana.call("tasks.submit", object, **about, revision=saved.revision, seconds=3.0)
    assert ground.ws.sql(SHAPES)["n"].tolist() == [1]
    assert ground.ws.sql(SHAPES)["n"].tolist() == [1]
    assert ground.ws.sql(TIMES)["s"].tolist() == [
        pytest.approx(ground.ws.sql("select sum(worked_s) as s from jobs")["s"][0])
    ]


def test_a_rights_check_comes_before_an_answer_that_is_kept(ground):
    ground.ws.sql(SHAPES)
    assert is_kept(ground, SHAPES)
    with pytest.raises(nb.errors.NotAllowed):
        ground.ana.query(SHAPES, [])


def test_what_several_ask_at_once_is_answered_once(ground, monkeypatch):
    engine, write, ran, waits = ground.ws.client.dispatcher.engine, running.write, [], threading.Event()

    def slowly(tx, text, given, file):
        ran.append(text)
        assert waits.wait(30)
        write(tx, text, given, file)

    def ask():
        with engine.read() as tx:
            return sql.query(SimpleNamespace(engine=engine, tx=tx, now=NOW), SHAPES)

    monkeypatch.setattr(running, "write", slowly)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(ask) for _ in range(3)]
        until = time.monotonic() + 30
        while [its.many for its in engine.answers._asked.values()] != [3] and time.monotonic() < until:
            time.sleep(0.01)
        waits.set()
        files = [its.result(30) for its in asked]
    assert len(ran) == 1
    assert len(set(files)) == 3, "each has a file of its own"
    assert len({file.read_bytes() for file in files}) == 1
    assert not engine.answers._asked


def test_who_waits_for_the_answer_to_somebody_elses_question_does_not_wait_forever(ground):
    kept = ground.ws.client.dispatcher.engine.answers
    key = kept.key(SHAPES, None, None, NOW)
    over = running.Limit(0.0)
    with kept.alone(key, over.check), ThreadPoolExecutor(1) as pool:

        def ask():
            with kept.alone(key, over.check):
                raise AssertionError("it is somebody else's turn")

        with pytest.raises(nb.errors.QueryTookLong):
            pool.submit(ask).result(30)
    assert not kept._asked


def test_what_nobody_asked_for_the_longest_time_goes(ground, monkeypatch):
    asked = [f"{SHAPES} where area > {n}" for n in range(3)]
    ground.ws.sql(asked[0])
    (file,) = (ground.ws.client.dispatcher.engine.spool / "answers").iterdir()
    monkeypatch.setattr(answers, "MOST", 2 * file.stat().st_size + 10)
    ground.ws.sql(asked[1])
    ground.ws.sql(asked[0])
    ground.ws.sql(asked[2])
    assert [is_kept(ground, sql) for sql in asked] == [True, False, True]
    assert len(list((ground.ws.client.dispatcher.engine.spool / "answers").iterdir())) == 2
    monkeypatch.setattr(answers, "LARGEST", 1)
    ground.ws.sql(f"{SHAPES} where area > 4")
    assert not is_kept(ground, f"{SHAPES} where area > 4")


def test_an_answer_with_a_table_of_its_own_is_not_kept(ground):
    import pandas as pd

    for n in (1, 2):
        its = ground.ws.client.dispatcher.engine.answers
        found = ground.ws.sql("select count(*) as n, max(k) as k from shapes, mine", mine=pd.DataFrame({"k": [n]}))
        assert found["n"].tolist() == [0]
        assert found["k"].isna().all()
        assert not any("mine" in sql for sql, *_ in its._kept)
