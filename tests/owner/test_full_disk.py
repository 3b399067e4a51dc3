"""No room on the disk, and other ends of a database: it is said, nothing is lost, and work goes on by itself."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from owner_rig import Campaign, Script, contact, drawn, is_running, kill_owner, sql
from starlette.testclient import TestClient

from nbannotate.errors import DatabaseFailed, DiskFull, NbannotateError, OwnerFailed, revive
from nbannotate.model import Annotation, Dataset, Saved, TaskView
from nbannotate.owner.client import connect
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.server import Owner

#: Six of them are more than what is written between two checkpoints, and no more than fits.
PIECE = 12 << 20
MEBIBYTE = 1 << 20


def largest_file(pid: int, size: int = resource.RLIM_INFINITY) -> None:
    """Let a process write no file above a size: to it, the disk is full. Python ignores the signal for that."""
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def document(i: int) -> bytes:
    return b"%PDF-" + bytes([i]) + os.urandom(PIECE) + b"%%EOF"


def test_a_full_disk_is_said_and_what_was_acknowledged_stays(campaign: Callable[..., Campaign]) -> None:
    made = campaign(3)
    ana, pid = made.client(), contact(made.path).pid
    view = ana.call("tasks.next", TaskView | None, campaign_id=made.campaign_id, step=0)
    assert view is not None
    task_id = view.task.task_id
    largest_file(pid, Path(f"{made.path}.wal").stat().st_size + 2000)
    revision = view.revision
    error = None
    while error is None:
        text = str(revision)
        try:
            saved = ana.call("tasks.save", Saved, task_id=task_id, annotation=drawn(text), revision=revision, seconds=0)
            revision = saved.revision
        except DiskFull as full:
            error = full
    assert re.search(r"no room on the disk of .*work\.duckdb.* Make room and do it again", str(error))
    # One can look on meanwhile, and is told the same again.
    (draft,) = ana.call("annotations.drafts", dict[str, Annotation], campaign_id=made.campaign_id).values()
    assert draft == drawn(str(revision - 1)), "what was acknowledged last"
    with pytest.raises(DiskFull):
        ana.call("tasks.save", Saved, task_id=task_id, annotation=drawn("x", 50), revision=revision, seconds=0)
    # There is room again: the same process goes on.
    largest_file(pid)
    saved = ana.call("tasks.save", Saved, task_id=task_id, annotation=drawn("y"), revision=revision, seconds=0)
    assert saved.revision == revision + 1
    assert contact(made.path).pid == pid
    kill_owner(made.path)
    assert ana.call("tasks.open", TaskView, task_id=task_id).revision == revision + 1


#: Fills the workspace until there is no room for a checkpoint, by this process's limit, which its owners have, too;
#: goes on when it is told that there is room.
FILL = """
import json, os, resource, sys
from nbannotate.errors import DiskFull, NbannotateError
from nbannotate.model import Document
from nbannotate.owner.client import connect
from test_full_disk import document, largest_file
client, kept = connect(sys.argv[1]), []
largest_file(os.getpid(), int(sys.argv[2]))
largest_file(client.place.contact().pid, int(sys.argv[2]))
for i in range(12):
    try:
        client.call("documents.add", Document, name=f"{i}.pdf", body=document(i))
        kept.append(i)
    except NbannotateError as error:
        print(json.dumps([type(error).__name__, str(error), kept]), flush=True)
        break
sys.stdin.readline()
largest_file(os.getpid())
for i in range(100, 103):
    client.call("documents.add", Document, name=f"{i}.pdf", body=document(i))
    kept.append(i)
print(json.dumps(kept), flush=True)
"""


def test_no_room_for_a_checkpoint_ends_the_owner_and_the_next_one_goes_on(workspace_path: Path) -> None:
    connect(workspace_path).close()
    first = contact(workspace_path).pid
    person = Script(FILL, workspace_path, 74 * MEBIBYTE)
    error, sentence, before = person.hear()
    assert error == "DiskFull", sentence
    assert "no room on the disk" in sentence
    assert len(before) >= 4
    assert not is_running(first), "an owner whose database has failed answers nobody any more"
    person.say("there is room")
    (kept,) = person.result()
    assert kept[-3:] == [100, 101, 102]
    events = sql(workspace_path, "select detail->>'name' as name from events where operation = 'documents.add'")
    doubtful = {f"{len(before)}.pdf"}  # its commit was durable, the checkpoint after it failed: its sentence says so
    assert set(events.name) - doubtful == {f"{i}.pdf" for i in kept}
    assert len(events) == len(set(events.name)), "nothing is done twice"


@pytest.mark.parametrize("kind", ["FatalException", "InternalException"])
def test_a_fatal_error_in_an_operation_marks_the_database_as_failed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    client = MemoryClient()
    engine = client.dispatcher.engine

    def fails(*_: object) -> None:
        raise getattr(duckdb, kind)("INTERNAL Error: something")

    monkeypatch.setattr("nbannotate.store.data.datasets", fails)
    with pytest.raises(DatabaseFailed, match="is being opened again; nothing that was done is lost"):
        client.call("datasets.list", list[Dataset])
    assert engine.has_failed
    assert not engine.in_doubt
    client.close()


def all_errors() -> list[type[Exception]]:
    """Every kind of error that DuckDB has."""
    import duckdb

    return sorted(
        {e for e in vars(duckdb).values() if isinstance(e, type) and issubclass(e, duckdb.Error)},
        key=lambda e: e.__name__,
    )


@pytest.mark.parametrize("kind", all_errors(), ids=lambda e: e.__name__)
def test_every_error_of_duckdb_becomes_one_sentence(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    client = MemoryClient()

    def fails(*_: object, **__: object) -> None:
        raise kind("Something Error: it went wrong\n\nLINE 1: select")

    monkeypatch.setattr("nbannotate.store.data.datasets", fails)
    monkeypatch.setattr("nbannotate.store.data.add_dataset", fails)
    for ask in (lambda: client.call("datasets.list", list[Dataset]),
                lambda: client.call("datasets.create", Dataset, name="x", readme="")):  # fmt: skip
        with pytest.raises(NbannotateError) as raised:
            ask()
        assert str(raised.value)
        assert "\n" not in str(raised.value)
        assert "LINE" not in str(raised.value)
    client.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("x"), OwnerFailed),
        (RecursionError("deep"), OwnerFailed),
        (OSError(28, "No space left on device"), DiskFull),
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_nobody_thought_of_is_answered_with_a_sentence(
    error: Exception, said: type[NbannotateError], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = MemoryClient()

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(client.dispatcher, "run", fails)
    answer = TestClient(Owner(client.dispatcher, 60).app).post("/call/datasets.list", content=b"{}")
    assert answer.status_code == said.status
    assert type(revive(answer.content)) is said
    client.close()
