"""A real server in a process of its own, over a real workspace, with notebooks that tell who their kernel acts as."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import psutil

from nbannotate.model import NewMember
from nbannotate.owner.client import Client, connect
from nbannotate.owner.place import Place

WORK = """
import json, os, signal, threading
import ipywidgets as widgets
from nbannotate.model import WorkspaceInfo
from nbannotate.owner.kernel import connect_kernel

client = connect_kernel()
slider, answer, secret = widgets.IntSlider(description="size"), widgets.Label("0"), widgets.Label("not asked")
picture = widgets.Image(value=bytes(1000))  # travels as bytes

def moved(change):
    answer.value = str(change["new"] * 2)
    if change["new"] == 66:
        print("printed"); raise ValueError("deep inside")
    if change["new"] == 77:
        secret.value = client.call("workspace.info", WorkspaceInfo).member.login
    if change["new"] == 88:
        burst()

def burst():
    "Tell the page much while its server can read none of it."
    os.kill(os.getppid(), signal.SIGSTOP)
    try:
        for n in range(4000):
            answer.value = f"burst {n}"
        sent = threading.Event()
        get_ipython().kernel.iopub_thread.schedule(sent.set)
        sent.wait(60)
    finally:
        os.kill(os.getppid(), signal.SIGCONT)

slider.observe(moved, "value")
who = client.call("workspace.info", WorkspaceInfo).member.login
title = widgets.HTML(f"<h1 id='who'>Hello {who}</h1><a href='logout'>Log out</a>")
widgets.VBox([title, slider, answer, secret, picture])
"""
#: ``python -m nbannotate.serve`` with other limits than the command line has.
LIMITED = """
import functools, sys
from nbannotate.serve import __main__ as run, app
from nbannotate.serve.settings import Limits
app.serve = functools.partial(app.serve, limits=Limits(**{}))
sys.exit(run.main())
"""
MANAGER = "import ipywidgets as widgets\nwidgets.HTML('<h1>Campaigns</h1>')"
MEMBERS = {"ana": "annotator", "bob": "annotator", "cem": "annotator", "dia": "annotator", "eva": "annotator",
           "fay": "annotator", "gus": "reviewer", "mia": "manager"}  # fmt: skip


def password(login: str) -> str:
    return f"{login}-has-a-long-password"


def notebook(folder: Path, name: str, *cells: str) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(made, folder / name)


def wait_for(condition: Callable[[], object], seconds: float = 60.0, what: str = "") -> object:
    """Return the first true value of a condition; fail if it never comes."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"never happened: {what or condition}"
        time.sleep(0.03)
    return value


class Server:
    """A server process, its output, and a client of its workspace."""

    def __init__(
        self, folder: Path, *options: str, through: Sequence[str] = (), place: str = "", **limits: float
    ) -> None:
        self.workspace: Path | str = place or folder / "work.duckdb"
        self.log_file = folder / "server.log"
        env = {**os.environ, "SECRET_OF_THE_SHELL": "do-not-inherit"}
        begin = ["-c", LIMITED.format(limits)] if limits else ["-m", "nbannotate.serve"]
        command = [*through, sys.executable, *begin, str(self.workspace), "--port", "0", *options]
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=env, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"(http://\S+)$", line.strip())
        assert found, line + self.log
        self.url = found[1].rstrip("/")
        self.metrics_url = self.process.stdout.readline().split()[-1] if "--metrics-port" in options else ""

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def kernels(self) -> list[psutil.Process]:
        # Not what a kernel starts: between fork and exec it has the kernel's command line.
        children = psutil.Process(self.process.pid).children()
        living = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
        return [child for child in living if "ipykernel_launcher" in " ".join(child.cmdline())]

    def stop(self, number: int = signal.SIGTERM) -> list[psutil.Process]:
        """Stop the server and return the processes that it had, but the workspace's owner, which serves others, too."""
        if self.process.poll() is not None:
            return []
        owner = Place(self.workspace).contact()
        found = psutil.Process(self.process.pid).children(recursive=True)
        children = [child for child in found if owner is None or child.pid != owner.pid]
        self.process.send_signal(number)
        self.process.wait(30)
        return children


def make(folder: Path) -> Client:
    """Make a workspace with members, and a folder of notebooks."""
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    notebook(notebooks, "work.ipynb", WORK)
    notebook(notebooks, "manager.ipynb", MANAGER)
    notebook(notebooks, "private.ipynb", "'not a page'")
    (notebooks / "image.png").write_bytes(b"not for you")
    client = connect(folder / "work.duckdb")
    for login, role in MEMBERS.items():
        client.call("members.add", NewMember, login=login, role=role, password=password(login))
    return client


def end_owner(client: Client) -> None:
    """End the owner process of a workspace that is about to be deleted."""
    contact = client.place.contact()  # type: ignore[attr-defined]
    if contact and psutil.pid_exists(contact.pid):
        process = psutil.Process(contact.pid)
        process.terminate()
        process.wait(10)
