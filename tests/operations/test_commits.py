"""Operations that wait for the writer at the same time share a commit: what one does, and how it fails, is its own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbannotate.errors import Conflict, NbannotateError, Refused
from nbannotate.model import Annotation, Closed, Event, Saved, Shape, TaskView
from nbannotate.operations.commits import Commits, Waiting
from nbannotate.owner.memory import MemoryClient
from nbannotate.store.transaction import Transaction

from .any_sequence_remembered import check_remembered

Do = Callable[[Transaction], tuple[bytes, list[Event]]]


def box(name: str) -> Annotation:
    return Annotation(shapes=(Shape(kind="rectangle", points=((1.5, 2), (20, 30.25)), label="WBC", id=name),))


class Together:
    """Calls that are all made while somebody else writes, so that they wait for the writer together."""

    def __init__(self, commits: Commits) -> None:
        self.commits, self.threads = commits, []
        self.answers: dict[int, Any] = {}

    def call(self, what: Callable[[], Any]) -> None:
        """Call something in a thread of its own, once all that was called before waits."""
        n, waits = len(self.threads), self.commits.waiting()

        def run() -> None:
            try:
                self.answers[n] = what()
            except NbannotateError as error:
                self.answers[n] = error

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        while self.commits.waiting() == waits:
            time.sleep(0.001)

    def wait(self, do: Do) -> None:
        self.call(lambda: self.commits.run(Waiting(True, f"request {len(self.threads)}", do)))


@contextlib.contextmanager
def together(client: MemoryClient) -> Iterator[Together]:
    """Keep the writer busy in a block, and wait for all answers after it."""
    commits = client.dispatcher._commits
    busy, enough = threading.Event(), threading.Event()

    def hold(tx: Transaction) -> tuple[bytes, list[Event]]:
        busy.set()
        enough.wait()
        return b"", []

    holding = threading.Thread(target=lambda: commits.run(Waiting(False, "hold", hold)))
    holding.start()
    busy.wait()
    its = Together(commits)
    try:
        yield its
    finally:
        enough.set()
        for thread in (holding, *its.threads):
            thread.join()


def drafts(t: Any) -> list[int]:
    with t.workspace.client.dispatcher.engine.read() as tx:
        return [row["task_id"] for row in tx.all("select task_id from data.member_drafts order by 1")]


@pytest.fixture
def people(team: Any) -> tuple[Any, list[Any], list[TaskView]]:
    """Return a team, three clients of one person, and a task that the person has for each."""
    t = team(count=6)
    client = t["ana"]
    pull = {"campaign_id": t.campaign.campaign_id, "step": 0}
    views = [client.call("tasks.pull", TaskView, **pull) for _ in range(3)]
    return t, [client, client, client], views


def save(client: Any, view: TaskView, revision: int = 0) -> Callable[[], Saved]:
    told = {"task_id": view.task.task_id, "annotation": box(f"box {view.task.task_id}"), "revision": revision}
    return lambda: client.call("tasks.save", Saved, **told)


def test_what_waits_together_is_one_commit(people):
    t, clients, views = people
    engine = t.workspace.client.dispatcher.engine
    with together(t.workspace.client) as its:
        before = engine.memory.commits
        for client, view in zip(clients, views, strict=True):
            its.call(save(client, view))
    assert engine.memory.commits == before + 2  # who kept the writer busy, and the three
    assert [its.answers[n].revision for n in range(3)] == [1, 1, 1]
    assert drafts(t) == sorted(v.task.task_id for v in views)
    check_remembered(engine)


def test_one_that_is_refused_is_alone(people):
    t, clients, views = people
    engine = t.workspace.client.dispatcher.engine
    with together(t.workspace.client) as its:
        before = engine.memory.commits
        its.call(save(clients[0], views[0]))
        its.call(save(clients[1], views[1], revision=7))
        its.call(save(clients[2], views[2]))
    assert engine.memory.commits == before + 2
    assert isinstance(its.answers[1], Conflict)
    assert drafts(t) == sorted(views[n].task.task_id for n in (0, 2))
    events = t.workspace.sql("select task_id from events where operation = 'tasks.save'")["task_id"]
    assert sorted(events) == drafts(t)
    check_remembered(engine)


def half(t: Any, view: TaskView, how: Callable[[Transaction], None]) -> Do:
    """Return what changes a task and then fails."""

    def do(tx: Transaction) -> tuple[bytes, list[Event]]:
        how(tx)
        raise Refused("This is refused when half of it is done.")

    return do


def keep_draft(view: TaskView) -> Callable[[Transaction], None]:
    from nbannotate.store import task_rows

    def how(tx: Transaction) -> None:
        row = task_rows.task(tx, view.task.task_id, 1)
        assert row is not None
        task_rows.save_draft(tx, row.task_id, 1, "{}", row.created)
        task_rows.close(
            tx, row, "done", "submitted", "completed", row.created, task_rows.Totals(), note=None, followed=False
        )

    return how


def delete_tasks(tx: Transaction) -> None:
    tx.run("delete from data.tasks")


@pytest.mark.parametrize("how", ["rows", "statement"])
def test_what_one_did_that_fails_in_the_middle_is_taken_back_and_no_more(people, how):
    t, clients, views = people
    engine = t.workspace.client.dispatcher.engine
    tasks = t.workspace.sql("select * from tasks order by task_id")
    with together(t.workspace.client) as its:
        before = engine.memory.commits
        its.call(save(clients[0], views[0]))
        its.wait(half(t, views[1], keep_draft(views[1]) if how == "rows" else delete_tasks))
        its.call(save(clients[2], views[2]))
    # What a statement wrote cannot be taken back alone: then each has a commit of its own.
    assert engine.memory.commits == before + (2 if how == "rows" else 3)
    assert isinstance(its.answers[1], Refused)
    assert [its.answers[n].revision for n in (0, 2)] == [1, 1]
    assert drafts(t) == sorted(views[n].task.task_id for n in (0, 2))
    now = t.workspace.sql("select * from tasks order by task_id")
    assert now["state"].tolist() == tasks["state"].tolist()
    check_remembered(engine)
    clients[1].call("tasks.submit", Closed, task_id=views[1].task.task_id, annotation=box("b"), revision=0)


def test_one_whose_rows_the_database_refuses_is_alone(people):
    t, clients, views = people
    event = {"event_id": 1, "member_id": 1, "operation": "x", "milliseconds": 0.0, "detail": "{}", "created": None}

    def do(tx: Transaction) -> tuple[bytes, list[Event]]:
        tx.insert("events", event | dict.fromkeys(("campaign_id", "task_id", "asset_id", "worked_s", "acted_by")))
        return b"", []

    with together(t.workspace.client) as its:
        its.call(save(clients[0], views[0]))
        its.wait(do)  # an event happened at some time
        its.call(save(clients[2], views[2]))
    assert isinstance(its.answers[1], NbannotateError)
    assert drafts(t) == sorted(views[n].task.task_id for n in (0, 2))
    check_remembered(t.workspace.client.dispatcher.engine)


def test_a_request_that_comes_twice_at_once_is_done_once(people):
    t, _, _ = people
    done: list[int] = []
    dispatcher = t.workspace.client.dispatcher
    import msgspec

    from nbannotate.operations.dispatch import Request

    body = msgspec.json.encode({"campaign_id": t.campaign.campaign_id, "step": 0})
    request = Request("tasks.pull", body, t["ben"]._token, "the same")
    with together(t.workspace.client) as its:
        for _ in range(2):
            its.call(lambda: done.append(msgspec.json.decode(dispatcher.handle(request))["task"]["task_id"]))
    assert len(set(done)) == 1
    held = t.workspace.sql("select task_id from tasks where assignee = 'ben'")["task_id"]
    assert held.tolist() == [done[0]]


def test_nobody_gets_the_task_of_another_who_asks_at_the_same_time(people):
    t, _, _ = people
    pull = {"campaign_id": t.campaign.campaign_id, "step": 0}
    with together(t.workspace.client) as its:
        for who in ("ana", "ben", "ana"):
            its.call(lambda who=who: t[who].call("tasks.pull", TaskView, **pull).task.task_id)
    assert len(set(its.answers.values())) == 3


def test_events_are_told_in_the_order_in_which_they_are_kept(people):
    t, clients, views = people
    told: list[Event] = []
    commits = t.workspace.client.dispatcher._commits
    commits._publish = told.append
    with together(t.workspace.client) as its:
        its.call(save(clients[0], views[0]))
        its.call(save(clients[1], views[1], revision=3))
        its.call(save(clients[2], views[2]))
    kept = t.workspace.sql("select event_id, task_id from events where operation = 'tasks.save' order by event_id")
    assert [(e.event_id, e.task_id) for e in told] == list(kept.itertuples(index=False, name=None))
    assert [e.task_id for e in told] == [views[0].task.task_id, views[2].task.task_id]


@pytest.mark.slow
def test_what_is_remembered_is_what_is_kept_after_people_worked_at_once(team):
    t = team(count=30)
    pull = {"campaign_id": t.campaign.campaign_id, "step": 0}
    done: list[int] = []

    def annotate(client: Any) -> None:
        while (view := client.call("tasks.next", TaskView | None, **pull)) is not None:
            client.call("tasks.open", TaskView, task_id=view.task.task_id)
            revision = save(client, view, view.revision)().revision
            with contextlib.suppress(Conflict):
                save(client, view, 99)()
            told = {"task_id": view.task.task_id, "annotation": box("done"), "revision": revision}
            client.call("tasks.submit", Closed, **told)
            done.append(view.task.task_id)

    threads = [threading.Thread(target=annotate, args=(t[who],)) for who in ("ana", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(set(done)) == 30
    assert check_remembered(t.workspace.client.dispatcher.engine) > 30
