"""Kernels as another system user: they work, and what they must not read they cannot."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from serve_person import Page, Person
from serve_rig import Server, end_owner, make, notebook, password, wait_for

import nbannotate
from nbannotate.errors import InvalidInput
from nbannotate.model import NewMember
from nbannotate.owner.client import Client, connect
from nbannotate.owner.place import Place
from nbannotate.serve import kernel_users

NAME = "nobody"
UID = pwd.getpwnam(NAME).pw_uid

#: A page that says who its kernel is, and what it can read of what it is told.
WORK = """
import json, os
import ipywidgets as widgets
from nbannotate.model import WorkspaceInfo
from nbannotate.owner.kernel import connect_kernel

client = connect_kernel()
asked, found = widgets.Text(), widgets.HTML()

def look(change):
    known = {}
    for path in json.loads(change["new"]):
        try:
            known[path] = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(100).decode("latin-1")
        except OSError as error:
            known[path] = type(error).__name__
    who = client.call("workspace.info", WorkspaceInfo).member.login
    found.value = json.dumps({"uid": os.getuid(), "who": who, "pid": os.getpid(), "known": known, "at": os.getcwd()})

asked.observe(look, "value")
widgets.VBox([widgets.HTML(f"Hello {client.call('workspace.info', WorkspaceInfo).member.login}"), asked, found])
"""


def test_who_cannot_be_the_user_of_kernels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="There is no system user 'no-such-user'"):
        kernel_users.kernel_user("no-such-user", Place(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InvalidInput, match="needs root"):
        kernel_users.kernel_user(NAME, Place(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(InvalidInput, match="cannot be root"):
        kernel_users.kernel_user("root", Place(tmp_path))


def passable() -> list[str]:
    """Return a command that runs another one where everybody may run this Python, also if it is in root's own folder.

    What it mounts for that is seen by that command only.
    """
    wanted = [Path(sys.base_prefix), Path(sys.prefix), Path(nbannotate.__file__).parents[2]]
    closed = {above for path in wanted for above in path.parents if not above.stat().st_mode & 0o001}
    script = ["set -e"]
    for top in sorted(one for one in closed if not closed & set(one.parents)):
        script.append(f"kept=$(mktemp -d); mount --bind '{top}' $kept; mount -t tmpfs -o mode=755 tmpfs '{top}'")
        for path in (one for one in wanted if one.is_relative_to(top)):
            script.append(f"mkdir -p '{path}'; mount --bind \"$kept/{path.relative_to(top)}\" '{path}'")
    return ["unshare", "-m", "sh", "-c", "; ".join([*script, 'exec "$@"']), "sh"] if closed else []


def test_the_user_must_be_able_to_run_python_and_unable_to_read_the_workspace(open_folder: Path) -> None:
    (open_folder / "read.duckdb").touch()
    (open_folder / "read.duckdb").chmod(0o644)
    with pytest.raises(InvalidInput, match=r"nobody cannot run|nobody can read"):
        kernel_users.kernel_user(NAME, Place(open_folder / "read.duckdb"))


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root starts processes of another user")
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def client(open_folder: Path) -> Iterator[Client]:
    made = make(open_folder)
    notebook(open_folder / "notebooks", "work.ipynb", WORK)
    yield made
    made.close()
    end_owner(made)


@pytest.fixture(scope="module")
def apart(open_folder: Path, client: Client) -> Iterator[Server]:
    """A server whose kernels are another user's."""
    options = ("--notebooks", str(open_folder / "notebooks"), "--kernel-user", NAME)
    made = Server(open_folder, *options, through=passable())
    yield made
    made.stop()


def opened(server: Server, login: str) -> Page:
    person = Person(server.url)
    assert person.login(login, password(login)).status_code == 303
    return person.page()


def tell(page: Page, paths: list[str]) -> dict[str, Any]:
    """Return what the kernel of a page says of itself and of some paths."""
    socket = page.person.attach(page.kernel)
    states = socket.widgets()
    asked = next(comm for comm, state in states.items() if state.get("_model_name") == "TextModel")
    found = next(comm for comm, state in states.items() if state.get("value") == "" and comm != asked)
    socket.set(asked, value=json.dumps(paths))
    said = wait_for(lambda: socket.widgets()[found]["value"])
    socket.set(asked, value="[]")
    socket.set(found, value="")
    socket.close()
    return json.loads(str(said))


def test_a_kernel_of_another_user_works_and_reads_nothing_of_the_workspace_or_of_other_kernels(
    apart: Server, open_folder: Path
) -> None:
    ana, bob = opened(apart, "ana"), opened(apart, "bob")
    hers, his = tell(ana, []), tell(bob, [])
    assert (hers["uid"], hers["who"], his["uid"], his["who"]) == (UID, "ana", UID, "bob")
    place = Place(apart.workspace)
    contact = place.contact()
    assert contact is not None
    beside = [str(p) for p in (place.database, place.folder, place.contact_file, place.log, place.lock)]
    theirs = [his["at"], *(f"{his['at']}/{name}" for name in ("kernel.json", "token", "owner"))]
    processes = [f"/proc/{pid}/{what}" for pid in (his["pid"], apart.process.pid, contact.pid)
                 for what in ("environ", "mem", "fd")]  # fmt: skip
    sockets = [str(Path(contact.socket).parent), str(Path(his["at"]).parent)]
    own = f"{hers['at']}/token"
    said = tell(ana, [*beside, *theirs, *processes, *sockets, own])["known"]
    assert said.pop(own).isprintable(), "its own token it reads"
    assert set(said.values()) == {"PermissionError"}, said
    environments = [p.environ() for p in apart.kernels()]
    assert not any("NBANNOTATE_TOKEN" in e for e in environments)
    assert {p.uids().effective for p in apart.kernels()} == {UID}


def test_it_goes_on_after_the_owner_process_ended(apart: Server, client: Client) -> None:
    cem = opened(apart, "cem")
    end_owner(client)
    assert tell(cem, [])["who"] == "cem"


def test_a_kernel_of_another_user_works_with_a_workspace_in_a_database(
    postgres: Any, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")
    folder = Path(tempfile.mkdtemp(prefix="nb-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    url = postgres.database().replace("postgres@", "postgres:very-secret@")
    made = connect(url)
    made.call("members.add", NewMember, login="ana", role="annotator", password=password("ana"))
    notebook(folder, "work.ipynb", WORK)
    server = Server(folder, "--notebooks", str(folder), "--kernel-user", NAME, through=passable(), place=url)
    try:
        contact = made.place.contact()
        assert contact is not None
        secret = [str(made.place.folder), str(made.place.contact_file), f"/proc/{contact.pid}/environ"]
        said = tell(opened(server, "ana"), [*secret, str(postgres.folder)])
        assert (said["uid"], said["who"]) == (UID, "ana")
        assert set(said["known"].values()) == {"PermissionError"}, said
        assert not any("very-secret" in str(kernel.environ()) for kernel in server.kernels())
    finally:
        server.stop()
        end_owner(made)
        shutil.rmtree(folder)


def test_nothing_is_left_of_a_kernel_and_its_room(open_folder: Path, client: Client) -> None:
    options = ("--notebooks", str(open_folder / "notebooks"), "--kernel-user", NAME)
    server = Server(open_folder, *options, through=passable())
    room = Path(tell(opened(server, "dia"), [])["at"])
    children = server.stop()
    _, alive = psutil.wait_procs(children, 45)
    assert not alive
    assert not room.parent.exists()
    assert "Traceback" not in server.log


def test_the_command_says_what_is_in_the_way(open_folder: Path, client: Client) -> None:
    command = [sys.executable, "-m", "nbannotate.serve", str(open_folder / "work.duckdb"), "--kernel-user", "root"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("nbannotate: --kernel-user cannot be root")
