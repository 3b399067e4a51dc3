"""Two servers, as on two machines, serve a workspace in one database."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from serve_person import Person
from serve_rig import WORK, Server, notebook, wait_for

import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.errors import InvalidInput
from nbannotate.owner.place import Place
from nbannotate.serve import kernel_users


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Folders for sockets, one a machine; what runs there ends with the test."""
    folders = [Path(tempfile.mkdtemp(prefix="nb-")) for _ in range(2)]
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folders[0]))
    yield folders
    for folder in folders:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
        for its in folder.rglob(".*.nbannotate"):
            end_owner(its.with_name(its.name[1:].removesuffix(".nbannotate")))
        shutil.rmtree(folder)


def test_two_servers_serve_one_database(
    postgres: Any, machines: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database().replace("postgres@", "postgres:very-secret@")
    ws = nb.open(url)
    for login in ("ana", "bob"):
        ws.members.add(login, role="annotator", password=f"password-of-{login}")
    notebook(tmp_path, "work.ipynb", WORK)
    servers = []
    for number, machine in enumerate(machines):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(machine))
        folder = tmp_path / str(number)
        folder.mkdir()
        servers.append(Server(folder, "--notebooks", str(tmp_path), place=url))
    try:
        people = [Person(server.url) for server in servers]
        for login, person in zip(("ana", "bob"), people, strict=True):
            assert person.login(login, f"password-of-{login}").status_code == 303
            assert person.page().greets() == login
        for server in servers:
            assert not any("very-secret" in str(kernel.environ()) for kernel in server.kernels())
            assert "very-secret" not in server.log
        ws.members.disable("bob")  # at the first machine
        wait_for(lambda: people[1].get("/work").status_code != 200, what="bob is out at the second one")
        assert people[0].get("/work").status_code == 200
    finally:
        for server in servers:
            server.stop()


def test_it_is_served_from_a_notebook(postgres: Any, machines: list[Path]) -> None:
    password = secrets.token_hex(8)  # others may run servers with the one of other tests
    ws = nb.open(postgres.database().replace("postgres@", f"postgres:{password}@"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ws.serve(port=port)
    try:
        wait_for(lambda: answers(f"{server.url}healthz"), what="the site answers")
        shown = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
        assert password not in shown
    finally:
        server.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_user_of_kernels_who_needs_no_password_for_the_database_is_refused(
    postgres: Any, machines: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database().replace("postgres@", "postgres:very-secret@")
    nb.open(url).close()
    run, me = kernel_users._run, kernel_users.KernelUser("root", 0, (0,))
    monkeypatch.setattr(kernel_users, "_run", lambda user, code, *arguments: run(me, code, *arguments))
    with pytest.raises(InvalidInput, match=r"without a password|needs root") as told:
        kernel_users.kernel_user("nobody", Place(url))
    assert "very-secret" not in str(told.value)
