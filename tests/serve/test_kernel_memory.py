"""A kernel that needs more memory than it may have ends, and its page says why."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serve_person import Person
from serve_rig import Server, notebook, password, wait_for

from nbannotate.serve.memory import ControlGroup

#: A page whose kernel takes as many MiB as its field says: bit by bit, or at once.
WORK = """
import ipywidgets as widgets
asked, taken = widgets.IntText(), []

def take(change):
    if change["new"] > 0:
        taken.append(b"x" * (change["new"] << 20))
    else:
        bytearray(-change["new"] << 20)

asked.observe(take, "value")
asked
"""


@pytest.fixture(scope="module")
def bounded(folder: Path, owner) -> Iterator[Server]:
    (folder / "hungry").mkdir()
    notebook(folder / "hungry", "work.ipynb", WORK)
    made = Server(folder, "--notebooks", str(folder / "hungry"), "--kernel-memory", "256")
    yield made
    made.stop()


@pytest.mark.parametrize(("login", "mib"), [("ana", 400), ("bob", -100_000)])
def test_it_ends_and_its_page_is_told(bounded: Server, login: str, mib: int) -> None:
    person = Person(bounded.url)
    assert person.login(login, password(login)).status_code == 303
    page = person.page()
    socket = person.attach(page.kernel)
    comm = next(c for c, state in socket.widgets().items() if state.get("_model_name") == "IntTextModel")
    socket.set(comm, value=20)
    assert socket.widgets(), "what it may have it gets"
    socket.set(comm, value=mib)
    assert socket.closes() == 4413
    wait_for(lambda: f"of {login} ended: it needed more memory" in bounded.log, what="the log says why")
    assert 'data-memory="This page needed more memory' in page.html
    person.send("POST", "/logout")


def test_a_control_group_ends_a_process_where_the_system_lets_us_make_one() -> None:
    code = "import sys; sys.stdin.readline(); held = bytearray(200 << 20); held[:] = b'x' * len(held); print('held')"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        group = ControlGroup.of(process.pid, 64 << 20)
        if group is None:
            process.kill()
            pytest.skip("this account may make no control groups")
        with contextlib.suppress(BrokenPipeError):
            process.communicate(b"\n", timeout=60)
    assert process.returncode == -9
    assert group.has_ended_one()
    wait_for(lambda: (group.close(), not group.folder.exists())[1], what="the group is removed")
