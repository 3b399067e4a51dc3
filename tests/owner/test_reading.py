"""A long query keeps nobody waiting."""

from __future__ import annotations

import asyncio
import itertools
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from owner_rig import Campaign, contact, drawn, is_running, kill_owner, password, wait_for

import nbannotate as nb
from nbannotate.errors import NbannotateError, QueryFailed
from nbannotate.model import Closed, Saved, Session, TaskView, WorkspaceInfo
from nbannotate.operations.dispatch import Request
from nbannotate.owner.client import connect
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.place import Place
from nbannotate.owner.queries import Queries
from nbannotate.store.running import Limit

#: Hours of work, if nobody stops it.
HEAVY = "select sum(a.range * b.range % 7) as s from range(10000000) a, range(1000000) b"


class Query(threading.Thread):
    """A query in a thread of its own; ends when the owner does. No two are the same: that would be answered once."""

    numbers = itertools.count()

    def __init__(self, made: Campaign, token: str | None = None) -> None:
        super().__init__(daemon=True)
        self.client, self.ended = connect(made.path, token), ""
        self.query = f"{HEAVY} where a.range >= {next(self.numbers)}"

    def run(self) -> None:
        try:
            self.client.query(self.query, [])
            self.ended = "answered"
        except NbannotateError as error:
            self.ended = repr(error)


def test_saves_and_short_reads_are_answered_while_heavy_queries_run(campaign: Callable[..., Campaign]) -> None:
    made = campaign(3)
    queries = [Query(made) for _ in range(3)]  # more than there are threads for queries
    for query in queries:
        query.start()
    me = made.client()
    order = []
    for _ in range(3):
        view = me.call("tasks.next", TaskView, campaign_id=made.campaign_id, step=0)
        task_id = view.task.task_id
        saved = me.call("tasks.save", Saved, task_id=task_id, annotation=drawn(), revision=0, seconds=0)
        me.call("workspace.info", WorkspaceInfo)
        assert me.image(view.task.asset_id)
        closed = me.call(
            "tasks.submit", Closed, task_id=task_id, annotation=drawn(), revision=saved.revision, seconds=0
        )
        order.append(closed.state)
    assert order == ["done"] * 3
    assert [query.ended for query in queries] == [""] * 3, "the queries still run"
    me.close()
    kill_owner(made.path, signal.SIGTERM)
    for query in queries:
        query.join(30)
        assert "QueryFailed" in query.ended


def test_an_owner_that_is_told_to_end_does_not_wait_for_a_long_query(campaign: Callable[..., Campaign]) -> None:
    made = campaign(1)
    query = Query(made)
    query.start()
    pid = contact(made.path).pid
    wait_for(lambda: list(Place(made.path).spool.glob("*.parquet")), what="the query runs: it has begun its answer")
    kill_owner(made.path, signal.SIGTERM)
    assert not is_running(pid)
    query.join(30)
    assert "QueryFailed" in query.ended


def test_a_wrong_query_is_an_error_and_the_next_one_works(campaign: Callable[..., Campaign]) -> None:
    made = campaign(1)
    workspace = nb.open(made.path)
    for wrong in ("select", "select nothing from tasks", "select 1/'x'", "select error('no')"):
        with pytest.raises(QueryFailed):
            workspace.sql(wrong)
    assert len(workspace.sql("select * from tasks")) == 1
    workspace.close()


def test_two_queries_that_never_end_keep_no_dashboard_waiting(campaign: Callable[..., Campaign]) -> None:
    made = campaign(1)
    owner = nb.open(made.path)
    developers = []
    for login in ("dev", "eve", "flo"):
        owner.members.add(login, role="developer", password=password(login))
        session = owner.client.call("sessions.open", Session, login=login, password=password(login))
        developers.append(session.token)
    queries = [Query(made, token) for token in developers]
    for query in queries[:2]:
        query.start()
    two = wait_for(lambda: len(begun(made)) == 2 and begun(made), what="two run")
    queries[2].start()  # the two have gone on among the long ones when it is ended: there is no room for it
    wait_for(lambda: len(begun(made)) > 2, what="the third one runs among the short ones")
    wait_for(lambda: begun(made) == two, what="it waits, and the others run on")
    for _ in range(5):
        assert owner.sql("select count(*) as n from tasks").n[0] == 1
    # Who has one that runs for long is answered, too.
    mine = nb.open(made.path).client.acting(developers[0])
    assert mine.query("select 1 as a", [])
    assert [query.ended for query in queries] == [""] * 3
    kill_owner(made.path, signal.SIGTERM)
    for query in queries:
        query.join(60)
        assert "QueryFailed" in query.ended


def begun(made: Campaign) -> set[str]:
    """The answers that queries have begun to write."""
    return {file.name for file in Place(made.path).spool.glob("*.parquet")}


def test_a_member_has_one_query_of_a_kind_at_a_time_and_one_that_does_not_end_is_noted(
    monkeypatch: pytest.MonkeyPatch, in_a_thread: Callable[..., Any]
) -> None:
    monkeypatch.setattr("nbannotate.owner.queries.GRACE_S", 0.1)
    ended = threading.Event()
    at_once: list[int] = []
    now = 0

    def counted(limit: Limit) -> str:
        nonlocal now
        now += 1
        at_once.append(now)
        ended.wait(0.01)
        now -= 1
        return "answer"

    def endless(limit: Limit) -> str:
        ended.wait(60)
        return "late"

    async def ask() -> None:
        queries = Queries()
        queries.short.limit_s = 5.0
        assert await asyncio.gather(*(queries.run(1, counted) for _ in range(6))) == ["answer"] * 6
        assert set(at_once) == {1}
        assert not queries.stuck
        queries.short.limit_s = queries.long.limit_s = 0.1
        with pytest.raises(QueryFailed, match="could not be ended"):
            await queries.run(2, endless)
        assert queries.stuck
        assert not queries.shutdown(0.1)
        ended.set()
        assert queries.shutdown(10)

    in_a_thread(asyncio.run, ask())  # a browser's loop may run in this one


@pytest.mark.parametrize(
    "query", [HEAVY, "select count(distinct hash(a) || repeat('x', 200)) from range(300000000) t(a)"]
)
def test_what_needs_too_much_is_ended_with_a_sentence(query: str) -> None:
    client = MemoryClient()
    engine = client.dispatcher.engine
    with engine.read() as tx:
        settings = dict(tx.connection.execute("select name, value from duckdb_settings()").fetchall())
        assert settings["temp_directory"].startswith(str(engine.spool))
        assert settings["max_temp_directory_size"] == "4.0 GiB"
    operation = client.dispatcher.find("sql.query")
    request = Request("sql.query", b"", client._token, "1")
    with pytest.raises(NbannotateError):
        client.dispatcher.run(operation, request, {"query": query, "parameters": None, "prepared_limit": Limit(0.5)})
    assert client.query("select 1 as a", [])
    client.close()
