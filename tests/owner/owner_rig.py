"""What the tests of the owner process share: a campaign to work on, client processes, and ending owners."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

import pandas as pd
import psutil
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Session, Shape
from nbannotate.owner.client import Client, connect
from nbannotate.owner.place import Contact, Place

HERE = str(Path(__file__).parent)
T = TypeVar("T")


class Campaign(NamedTuple):
    """A launched campaign and the session tokens of those who work on it."""

    path: Path
    campaign_id: int
    tokens: list[str]

    def client(self, member: int = 0) -> Client:
        return connect(self.path, self.tokens[member])


def password(login: str) -> str:
    return f"{login}-has-a-long-password"


def sql(path: Path, query: str) -> pd.DataFrame:
    workspace = nb.open(path)
    try:
        return workspace.sql(query)
    finally:
        workspace.close()


def make_images(folder: Path, count: int) -> list[Path]:
    """Make images; all but the first are links to it, which is enough for whoever only reads their sizes."""
    folder.mkdir()
    first = folder / "0000.png"
    Image.effect_mandelbrot((160, 120), (-2, -1, 1, 1), 40).save(first)
    files = [first]
    for i in range(1, count):
        files.append(folder / f"{i:04}.png")
        files[-1].hardlink_to(first)
    return files


def make_campaign(path: Path, assets: int, members: int = 1) -> Campaign:
    """Make a workspace with a launched campaign of one annotation step, and log its members in."""
    logins = [f"ann{i}" for i in range(members)]
    workspace = nb.open(path)
    for login in logins:
        workspace.members.add(login, password=password(login))
    version = workspace.create_dataset("scans").create_version("v1")
    version.add_images(make_images(path.parent / "images", assets))
    made = version.create_campaign("July", nb.Recipe(["cell"]), nb.Workflow([nb.Step("draw", "annotation", logins)]))
    made.launch()
    opened = [workspace.client.call("sessions.open", Session, login=n, password=password(n)) for n in logins]
    workspace.close()
    return Campaign(path, made.campaign_id, [session.token for session in opened])


def drawn(text: str = "", boxes: int = 3) -> Annotation:
    """An annotation; ``text`` marks its first shape's id."""
    return Annotation(
        shapes=tuple(
            Shape(kind="rectangle", points=((5 + i, 5), (50, 60)), label="cell", id=f"{text}-{i}") for i in range(boxes)
        )
    )


def contact(path: Path) -> Contact:
    found = Place(path).contact()
    assert found is not None, f"nobody owns {path}"
    return found


def wait_for(condition: Callable[[], T], seconds: float = 60.0, what: str = "") -> T:
    """Return the first true value of a condition; fail if it never comes."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"never happened: {what or condition}"
        time.sleep(0.02)
    return value


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def owners(path: Path) -> list[int]:
    """The processes that own a workspace, or try to."""
    wanted = str(Path(path).resolve())
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "nbannotate.owner" in line and line[-1] == wanted and is_running(process.pid):
            found.append(process.pid)
    return found


def kill_owner(path: Path, number: int = signal.SIGKILL) -> int:
    """Send a signal to the owner that the file beside the workspace names; wait until it is gone; return its pid."""
    pid = contact(path).pid
    if is_running(pid):
        os.kill(pid, number)
        wait_for(lambda: not is_running(pid), what="the owner ends")
    return pid


def end_owner(path: Path) -> None:
    """End every owner of a workspace that is about to be deleted, also those that a client in a thread still starts."""

    def ended() -> bool:
        running = owners(path)
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        return not running

    wait_for(ended, what="the owners end")


class Script:
    """A Python process that runs some code and prints JSON lines; ``sys.argv[1:]`` are the arguments."""

    running: ClassVar[list[Script]] = []

    def __init__(self, code: str, *arguments: object, **environment: str) -> None:
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join([HERE, os.environ["PYTHONPATH"]])},
        )
        self.running.append(self)

    @classmethod
    def end_all(cls) -> None:
        """End those that a test left running because it failed."""
        while cls.running:
            script = cls.running.pop()
            if script.process.poll() is None:
                script.process.kill()
                script.process.wait()
            for stream in (script.process.stdin, script.process.stdout, script.errors):
                assert stream is not None
                stream.close()

    def say(self, text: str = "go") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """The next line that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.complaint()
        return json.loads(line)

    def complaint(self) -> str:
        """What it wrote on standard error."""
        self.process.wait(30)
        self.errors.seek(0)
        return self.errors.read()

    def result(self) -> list[Any]:
        """Wait for its end and return the lines that it printed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        lines = [json.loads(line) for line in self.process.stdout]
        assert self.process.wait(30) == 0, self.complaint()
        return lines
