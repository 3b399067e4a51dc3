"""One owner for a workspace, whoever opens it, and however the last one ended."""

from __future__ import annotations

import os
import signal
import socket
import stat
import threading
from pathlib import Path

import psutil
import pytest
from owner_rig import Script, contact, end_owner, is_running, kill_owner, owners, wait_for

import nbannotate as nb
from nbannotate.model import Dataset, Member
from nbannotate.owner.client import connect
from nbannotate.owner.place import Place

OPEN = """
import json, sys
from nbannotate.model import WorkspaceInfo
from nbannotate.owner.client import connect
print('"ready"', flush=True); sys.stdin.readline()
client = connect(sys.argv[1])
client.call("workspace.info", WorkspaceInfo)
contact = client.place.contact()
print(json.dumps([contact.pid, contact.token, contact.socket]), flush=True)
"""

ADD = """
import json, sys
import nbannotate as nb
print('"ready"', flush=True); sys.stdin.readline()
ws = nb.open(sys.argv[1])
for i in range(10):
    ws.create_dataset(f"{sys.argv[2]}-{i}")
    assert f"{sys.argv[2]}-{i}" in list(ws.sql("select name from datasets").name)
print(json.dumps("done"))
"""


def make(path: Path, name: str = "kept") -> None:
    workspace = nb.open(path)
    workspace.create_dataset(name)
    workspace.close()


def names(path: Path) -> list[str]:
    client = connect(path)
    try:
        return [d.name for d in client.call("datasets.list", list[Dataset])]
    finally:
        client.close()


def test_eight_processes_that_open_a_new_file_at_once_get_the_same_owner(workspace_path: Path) -> None:
    scripts = [Script(OPEN, workspace_path) for _ in range(8)]
    assert [s.hear() for s in scripts] == ["ready"] * 8
    for s in scripts:
        s.say()
    answers = [s.result()[-1] for s in scripts]
    assert all(answer == answers[0] for answer in answers)
    assert owners(workspace_path) == [answers[0][0]]


def test_two_notebooks_and_a_script_work_at_the_same_time(workspace_path: Path) -> None:
    scripts = [Script(ADD, workspace_path, name) for name in ("left", "right", "script")]
    assert [s.hear() for s in scripts] == ["ready"] * 3
    for s in scripts:
        s.say()
    assert [s.result() for s in scripts] == [["done"]] * 3
    assert len(names(workspace_path)) == 30


def test_after_a_kill_the_files_that_it_left_do_not_stop_the_next_owner(workspace_path: Path) -> None:
    make(workspace_path)
    before = contact(workspace_path)
    killed = kill_owner(workspace_path)
    place = Place(workspace_path)
    assert Path(before.socket).exists()
    assert place.lock.exists()
    assert place.contact_file.exists()
    assert names(workspace_path) == ["kept"]
    after = contact(workspace_path)
    assert after.pid != killed
    assert (after.token, after.socket) == (before.token, before.socket)
    assert owners(workspace_path) == [after.pid]


def test_a_socket_that_nobody_listens_on_is_replaced(workspace_path: Path) -> None:
    make(workspace_path)
    kill_owner(workspace_path, signal.SIGTERM)
    path = Path(contact(workspace_path).socket)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    assert path.exists()
    assert names(workspace_path) == ["kept"]


@pytest.mark.parametrize("left", [b"", b"{", b'{"token": 1}', b"[]"])
def test_a_damaged_contact_file_is_written_anew(workspace_path: Path, left: bytes) -> None:
    make(workspace_path)
    kill_owner(workspace_path)
    Place(workspace_path).contact_file.write_bytes(left)
    assert names(workspace_path) == ["kept"]


def test_an_owner_that_is_not_used_ends_by_itself_and_the_next_call_starts_another(
    workspace_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "0.3")
    client = connect(workspace_path)
    client.call("datasets.create", Dataset, name="kept", readme="")
    first = contact(workspace_path).pid
    wait_for(lambda: not is_running(first), what="the owner ends by itself")
    assert not Path(f"{workspace_path}.wal").exists(), "the file is whole without a log beside it"
    assert [d.name for d in client.call("datasets.list", list[Dataset])] == ["kept"]
    assert contact(workspace_path).pid != first
    client.close()


def test_a_client_that_thinks_longer_than_a_connection_lives_goes_on_with_the_same_owner(workspace_path: Path) -> None:
    client = connect(workspace_path)
    first = contact(workspace_path).pid
    client._local.connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]
    assert client.call("members.list", list[Member])
    assert contact(workspace_path).pid == first
    log = Place(workspace_path).log.read_text()
    assert log == "", "nothing to complain about"
    client.close()


def test_a_link_leads_to_the_same_owner(workspace_path: Path, tmp_path: Path) -> None:
    make(workspace_path)
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "link.duckdb").symlink_to(workspace_path)
    (tmp_path / "folder").symlink_to(tmp_path)
    assert names(other / "link.duckdb") == ["kept"]
    assert names(tmp_path / "folder" / "work.duckdb") == ["kept"]
    assert len(owners(workspace_path)) == 1
    assert not [p for p in other.iterdir() if p.name != "link.duckdb"], "nothing is written beside the link"


def test_a_relative_path_leads_to_the_same_owner(workspace_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(workspace_path)
    monkeypatch.chdir(workspace_path.parent)
    assert names(Path("work.duckdb")) == ["kept"]
    assert len(owners(workspace_path)) == 1


def test_only_this_user_can_read_the_files_and_reach_the_socket(workspace_path: Path) -> None:
    make(workspace_path)
    place, found = Place(workspace_path), Path(contact(workspace_path).socket)

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(place.contact_file) == 0o600
    assert mode(workspace_path) == 0o600
    assert mode(found) == 0o600
    assert mode(found.parent) == 0o700
    assert mode(place.spool) == 0o700


def test_sigterm_under_load_loses_nothing_and_ends_cleanly(workspace_path: Path) -> None:
    make(workspace_path)
    client, done, enough = connect(workspace_path), [], threading.Event()

    def work(who: int) -> None:
        for i in range(10_000):
            if enough.is_set():
                return
            name = f"{who}-{i}"
            client.call("datasets.create", Dataset, name=name, readme="")
            done.append(name)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for round_ in (1, 2, 3):
        wait_for(lambda round_=round_: len(done) > 40 * round_, what="some work is done")
        kill_owner(workspace_path, signal.SIGTERM)
    so_far = len(done)
    wait_for(lambda: len(done) > so_far + 20, what="the clients go on")
    enough.set()
    for thread in threads:
        thread.join()
    found = names(workspace_path)
    assert sorted(found) == sorted([*done, "kept"]), "each once, none lost"
    client.close()
    kill_owner(workspace_path, signal.SIGTERM)
    assert not Path(f"{workspace_path}.wal").exists()
    assert not Place(workspace_path).spool.exists()


def test_threads_share_a_client_and_leave_no_connection_behind(workspace_path: Path) -> None:
    client = connect(workspace_path)
    owner = psutil.Process(contact(workspace_path).pid)
    failed: list[BaseException] = []

    def work(who: int) -> None:
        try:
            for i in range(5):
                made = client.call("datasets.create", Dataset, name=f"{who}-{i}", readme=str(who))
                assert (made.name, made.readme) == (f"{who}-{i}", str(who))
        except BaseException as error:
            failed.append(error)
            raise

    before = owner.num_fds()
    for wave in range(4):
        threads = [threading.Thread(target=work, args=(8 * wave + i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed
    assert len(names(workspace_path)) == 160
    wait_for(lambda: owner.num_fds() <= before + 8, what="the connections of threads that ended are closed")
    client.close()


def test_a_forked_process_has_its_own_connection(workspace_path: Path) -> None:
    client = connect(workspace_path)
    client.call("datasets.create", Dataset, name="before", readme="")
    children = []
    for child in range(3):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                for i in range(20):
                    name = f"child{child}-{i}"
                    if client.call("datasets.create", Dataset, name=name, readme="").name != name:
                        break
                else:
                    code = 0
            finally:
                os._exit(code)
        children.append(pid)
    for i in range(20):
        assert client.call("datasets.create", Dataset, name=f"parent-{i}", readme="").name == f"parent-{i}"
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0, 0]
    assert len(names(workspace_path)) == 81
    client.close()


def test_an_owner_whose_file_was_deleted_leaves_the_path_to_a_new_one(workspace_path: Path) -> None:
    make(workspace_path, "old")
    first = contact(workspace_path).pid
    workspace_path.unlink()
    wait_for(lambda: not is_running(first), what="the owner of a file that is gone ends")
    make(workspace_path, "new")
    assert names(workspace_path) == ["new"]


@pytest.mark.parametrize("name", ["data.duckdb", "main.duckdb", "system.duckdb", "it's mine.db", "métier", "x" * 200])
def test_a_workspace_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    try:
        make(path)
        kill_owner(path)
        assert names(path) == ["kept"]
        workspace = nb.open(path)
        assert list(workspace.sql("select name from datasets").name) == ["kept"]
        workspace.close()
    finally:
        end_owner(path)
