"""A long query keeps nobody waiting."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest
from owner_rig import Campaign, contact, drawn, is_running, kill_owner, wait_for

import nbannotate as nb
from nbannotate.errors import NbannotateError, QueryFailed
from nbannotate.model import Closed, Saved, TaskView, WorkspaceInfo
from nbannotate.owner.place import Place

#: Hours of work, if nobody stops it.
HEAVY = "select sum(a.range * b.range % 7) as s from range(10000000) a, range(1000000) b"


class Query(threading.Thread):
    """A query in a thread of its own; ends when the owner does."""

    def __init__(self, made: Campaign) -> None:
        super().__init__(daemon=True)
        self.workspace, self.ended = nb.open(made.path), ""

    def run(self) -> None:
        try:
            self.workspace.sql(HEAVY)
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
    wait_for(lambda: list(Place(made.path).spool().glob("*.parquet")), what="the query runs: it has begun its answer")
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
