"""The owner process ticks by itself."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from owner_rig import Campaign, drawn, kill_owner, owners, sql, wait_for

import nbannotate as nb
from nbannotate.model import Notice, Saved, TaskView
from nbannotate.owner.client import Client
from nbannotate.owner.clock import Clock
from nbannotate.owner.place import Place


def test_an_image_that_is_left_open_goes_back_to_the_queue_by_itself(
    campaign: Callable[..., Campaign], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBANNOTATE_TICK_S", "0.05")
    made = campaign(2, 2)
    ana, ben = made.client(0), made.client(1)
    view = ana.call("tasks.next", TaskView, campaign_id=made.campaign_id, step=0)
    lease_ended(made.path)
    (notice,) = wait_for(lambda: [n for n in notices(ana) if n.kind == "lease_out"], what="ana is told")
    assert "0000.png of July" in notice.text
    taken = ben.call("tasks.next", TaskView, campaign_id=made.campaign_id, step=0)
    assert taken.task.task_id == view.task.task_id
    late = ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=drawn(), revision=0, seconds=0)
    assert not late.held
    ana.close()
    ben.close()
    assert list(sql(made.path, "select detail from events where operation = 'clock.tick'")["detail"]) == [
        '{"leases":1,"due":0}'
    ], "only the tick that did something is in the log"
    kill_owner(made.path, signal.SIGTERM)
    assert Place(made.path).log.read_text() == ""


def notices(client: Client) -> list[Notice]:
    return client.call("notices.mine", list[Notice], unseen=True)


def lease_ended(path: Path) -> None:
    """Let all leases be over, in the file: nothing that a person can do makes time pass."""
    kill_owner(path, signal.SIGTERM)
    from nbannotate.store.duckdb.engine import Engine

    engine = Engine(path)
    with engine.write() as tx:
        tx.run("update data.tasks set leased_until = timestamp '2020-01-01' where leased_until is not null")
    engine.close()


def test_an_owner_with_a_clock_still_ends_when_nobody_uses_it(
    workspace_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBANNOTATE_TICK_S", "0.05")
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "0.5")
    nb.open(workspace_path).close()
    wait_for(lambda: not owners(workspace_path), what="the unused owner ends")


def test_a_clock_that_fails_goes_on_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def fail() -> bool:
        calls.release()
        raise OSError("the disk is full")

    clock = Clock(fail, 0.001)
    with caplog.at_level(logging.ERROR):
        clock.start()
        for _ in range(5):
            assert calls.acquire(timeout=30)
        clock.stop()
    (record,) = caplog.records
    assert "it goes on" in record.message
    assert "the disk is full" in caplog.text


def test_a_clock_goes_on_at_once_while_there_is_more_to_do() -> None:
    calls = threading.Semaphore(0)

    def tick() -> bool:
        calls.release()
        return True

    clock = Clock(tick, 3600)
    clock.start()
    for _ in range(3):
        assert calls.acquire(timeout=30)
    clock.stop()


def test_a_clock_that_was_never_started_can_be_stopped() -> None:
    Clock(lambda: False).stop()
