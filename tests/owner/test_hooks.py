"""What a site's hooks hear, and that they never delay or break work."""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from owner_rig import contact, is_running, kill_owner, make_campaign, sql, wait_for

import nbannotate as nb
from nbannotate.model import Event, Member, Notice
from nbannotate.owner.hooks import Hooks
from nbannotate.owner.place import Place

#: A package of a site: its hooks write down what they hear, fail, hang, and cannot even be imported.
PACKAGE = """
import json, os, time, msgspec

def tell(event):
    with open(os.environ["HEARD"], "a") as file:
        file.write(msgspec.json.encode(event).decode() + "\\n")

def fail(event):
    raise RuntimeError("no mail server")

def hang(event):
    time.sleep(1000)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install the package with some of its hooks, as pip would; return the file that ``tell`` writes."""

    def install(**hooks: str) -> Path:
        site = tmp_path / "site"
        info = site / "site_hooks-1.0.dist-info"
        info.mkdir(parents=True)
        (site / "site_hooks.py").write_text(PACKAGE)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: site-hooks\nVersion: 1.0\n")
        lines = [f"{name} = site_hooks:{function}" for name, function in hooks.items()]
        (info / "entry_points.txt").write_text("\n".join(["[nbannotate.on_event]", *lines, ""]))
        heard = tmp_path / "heard.jsonl"
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])]))
        monkeypatch.setenv("HEARD", str(heard))
        return heard

    return install


def heard(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_a_hook_of_an_installed_package_hears_everything_in_order(
    workspace_path: Path, install: Callable[..., Path]
) -> None:
    file = install(mail="tell", chat="fail", gone="nothing_of_this_name")
    made = make_campaign(workspace_path, 2)
    done = sql(workspace_path, "select event_id, operation, member from events order by event_id")
    wait_for(lambda: len(heard(file)) >= len(done), what="the hook heard all")
    assert [(e["event_id"], e["operation"], e["member"]) for e in heard(file)] == list(
        done.itertuples(index=False, name=None)
    )
    assert "has-a-long-password" not in file.read_text()
    assert not any(token in file.read_text() for token in made.tokens)
    kill_owner(workspace_path, signal.SIGTERM)
    log = Place(workspace_path).log.read_text()
    assert "The hook 'gone' of the package 'site-hooks' cannot be loaded (AttributeError" in log
    assert log.count("The hook 'chat' failed on event") == len(done)
    assert "no mail server" in log


def test_a_hook_hears_whom_a_notice_is_for(workspace_path: Path, install: Callable[..., Path]) -> None:
    file = install(mail="tell")
    workspace = nb.open(workspace_path)
    workspace.members.add("max", role="annotator", password="password-of-max")
    workspace.client.call("members.set_role", Member, login="max", role="reviewer")
    notices = wait_for(lambda: [n for e in heard(file) for n in e.get("notices", [])], what="a notice is heard")
    assert [(n["member"], n["kind"]) for n in notices] == [("max", "account")]
    workspace.close()


def test_a_hook_that_hangs_delays_neither_work_nor_the_next_owner(
    workspace_path: Path, install: Callable[..., Path]
) -> None:
    install(slow="hang")
    workspace = nb.open(workspace_path)
    for i in range(20):
        workspace.create_dataset(f"d{i}")
    pid = contact(workspace_path).pid
    os.kill(pid, signal.SIGTERM)
    number = itertools.count(20)

    def next_owner_works() -> bool:
        workspace.create_dataset(f"d{next(number)}")
        return contact(workspace_path).pid != pid

    wait_for(next_owner_works, what="the next owner has the file")
    wait_for(lambda: not is_running(pid), what="the owner ends in spite of its hook")
    assert "The hook 'slow' was not waited for any longer" in Place(workspace_path).log.read_text()
    workspace.close()


def test_what_waits_is_given_to_the_hook_before_the_owner_ends(
    workspace_path: Path, install: Callable[..., Path]
) -> None:
    file = install(mail="tell")
    workspace = nb.open(workspace_path)
    for i in range(30):
        workspace.create_dataset(f"d{i}")
    workspace.close()
    kill_owner(workspace_path, signal.SIGTERM)
    assert [e["operation"] for e in heard(file)] == ["datasets.create"] * 30


def test_a_workspace_in_memory_has_hooks_too(install: Callable[..., Path]) -> None:
    file = install(mail="tell")
    code = "import nbannotate as nb; w = nb.open(':memory:'); w.create_dataset('d'); w.close(); w.create_dataset('e')"
    subprocess.run([sys.executable, "-c", code + "; w.close()"], check=True)
    assert [e["operation"] for e in heard(file)] == ["datasets.create"] * 2


# The queue of a hook, alone ------------------------------------------------------------------------------------------


def event(number: int) -> Event:
    return Event(number, "ana", "tasks.submit", datetime.datetime(2031, 7, 24))


@pytest.fixture
def hooks() -> Iterator[Callable[..., Hooks]]:
    """Make hooks that are closed with the test."""
    made: list[Hooks] = []

    def make(function: Callable[[Event], object], most: int = 100) -> Hooks:
        made.append(Hooks({"mine": function}, most))
        return made[-1]

    yield make
    for one in made:
        one.close(30)
    assert not [t for t in threading.enumerate() if t.name == "on_event mine"]


def test_events_that_are_too_many_for_a_slow_hook_are_left_out_and_the_log_says_which(
    hooks: Callable[..., Hooks], caplog: pytest.LogCaptureFixture
) -> None:
    begun, go, got = threading.Event(), threading.Event(), []

    def slow(event: Event) -> None:
        begun.set()
        go.wait(30)
        got.append(event.event_id)

    mine = hooks(slow, 3)
    mine.publish(event(0))
    assert begun.wait(30)
    for i in range(1, 10):
        mine.publish(event(i))
    go.set()
    wait_for(lambda: len(got) == 4)
    mine.publish(event(10))
    mine.close(30)
    assert got == [0, 1, 2, 3, 10]
    assert [r.message for r in caplog.records] == [
        "The hook 'mine' is too slow: it misses events from 4 on.", "The hook 'mine' missed 6 events before 10.",
    ]  # fmt: skip


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_a_hook_that_fails_is_called_again(
    hooks: Callable[..., Hooks], caplog: pytest.LogCaptureFixture, error: type[BaseException]
) -> None:
    got = []

    def fail(event: Event) -> None:
        got.append(event.event_id)
        raise error

    mine = hooks(fail)
    with caplog.at_level(logging.ERROR):
        mine.publish(event(1))
        mine.publish(event(2))
        mine.close(30)
    assert got == [1, 2]
    assert [r.message for r in caplog.records] == [
        f"The hook 'mine' failed on event {i} (tasks.submit)." for i in (1, 2)
    ]


def test_closed_hooks_start_again(hooks: Callable[..., Hooks]) -> None:
    got: list[int] = []
    mine = hooks(lambda event: got.append(event.event_id))
    for i in range(3):
        mine.publish(event(i))
        mine.close(30)
    assert got == [0, 1, 2]


def test_the_example_of_the_guide_sends_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []

    class Smtp:
        def __init__(self, host: str, timeout: float) -> None: ...

        def __enter__(self) -> Smtp:
            return self

        def __exit__(self, *error: object) -> None: ...

        def send_message(self, mail: EmailMessage) -> None:
            sent.append((mail["To"], mail["Subject"], mail.get_content().strip()))

    monkeypatch.setattr("smtplib.SMTP", Smtp)
    guide = (Path(__file__).parents[2] / "docs" / "notices.md").read_text()
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", guide, re.S) if "smtplib" in block]
    names: dict[str, Any] = {}
    exec(code, names)
    at = datetime.datetime(2031, 7, 24)
    told = [
        Notice(1, "ana", "due_near", "July is due.", at, 3, "July"),
        Notice(2, "ana", "issue", "An issue.", at, 3, "July"),
        Notice(3, "zoe", "returned", "An image.", at, 3, "July"),
    ]
    names["send_mail"](Event(9, "root", "clock.tick", at, notices=tuple(told)))
    names["send_mail"](Event(10, "root", "tasks.save", at))
    assert sent == [("ana@example.org", "July: due near", "July is due.")]
