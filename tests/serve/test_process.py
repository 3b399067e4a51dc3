"""The server as a process: how it starts, what it says, what it leaves behind."""

from __future__ import annotations

import argparse
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from serve_person import Person
from serve_rig import Server, end_owner, make, password, wait_for

from nbannotate.cli import main as main_of_cli
from nbannotate.cli import parser
from nbannotate.errors import InvalidInput
from nbannotate.serve import PAGES, serve
from nbannotate.serve.__main__ import main as main_of_module
from nbannotate.serve.app import sockets_folder
from nbannotate.serve.kernels import environment
from nbannotate.serve.options import add_arguments
from nbannotate.serve.site import notebooks_folder


def test_ctrl_c_ends_the_server_with_all_its_kernels(folder: Path, owner) -> None:
    server = Server(folder, "--notebooks", str(folder / "notebooks"), "--base-url", "/annotate")
    assert server.url.endswith("/annotate")
    assert Person(server.url).get("/work").headers["Location"].startswith("/annotate/login?")
    dia = Person(server.url)
    assert dia.login("dia", password("dia"), then="/annotate/work").headers["Location"] == "/annotate/work"
    socket_ = dia.attach(dia.page().kernel)
    kernels = server.kernels()
    assert kernels
    children = server.stop(signal.SIGINT)
    assert server.process.returncode == 0
    assert socket_.closes() == 1012  # the page knows that the server may come back
    gone, alive = psutil.wait_procs(children, 45)  # a busy machine is slow
    assert not [process.as_dict(["pid", "ppid", "cmdline", "status"]) for process in alive]
    assert {k.pid for k in kernels} <= {p.pid for p in gone}
    for token in (c.value for c in dia.session.cookies):
        assert token not in server.log
    assert "Traceback" not in server.log


def test_a_restart_logs_nobody_out_but_what_ended_meanwhile_stays_ended(folder: Path, owner) -> None:
    options = ("--notebooks", str(folder / "notebooks"), "--preheat", "0")
    first = Server(folder, *options)
    dia, eva = Person(first.url), Person(first.url)
    for person, login in ((dia, "dia"), (eva, "eva")):
        person.login(login, password(login))
        assert person.get("/password").status_code == 200
    first.stop(signal.SIGKILL)
    owner.call("members.disable", type(None), login="eva")
    owner.call("members.enable", type(None), login="eva")
    second = Server(folder, *options, "--port", first.url.rsplit(":", 1)[1])
    try:
        assert dia.get("/password").status_code == 200
        assert eva.get("/password").headers["Location"].startswith("/login")
    finally:
        second.stop()


def test_a_port_in_use_is_said_in_one_sentence(server: Server, folder: Path) -> None:
    port = server.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "nbannotate.serve", str(server.workspace), "--port", port]
    done = subprocess.run(
        [*command, "--notebooks", str(folder / "notebooks")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip() == (
        f"nbannotate: Port {port} on 127.0.0.1 is in use; choose another one, or 0 for a free one."
    )


def test_nobody_is_told_where_a_workspace_lies_that_does_not_answer(tmp_path: Path) -> None:
    client = make(tmp_path)
    server = Server(tmp_path, "--notebooks", str(tmp_path / "notebooks"), "--preheat", "0")
    try:
        ana, stranger = Person(server.url), Person(server.url)
        assert ana.login("ana", password("ana")).status_code == 303
        end_owner(client)
        server.workspace.rename(tmp_path / "elsewhere.duckdb")
        server.workspace.write_text("this is a text")
        for reply in (stranger.login("ana", password("ana")), ana.get("/work"), ana.get("/password")):
            assert reply.status_code == 503
            assert "The workspace does not answer" in reply.text
            assert tmp_path.name not in reply.text
            assert "duckdb" not in reply.text
    finally:
        server.stop()
        client.close()


def refusal(run_python: Callable[[str], str], path: Path, **options: object) -> str:
    """Return the error that serve() raises, in a process of its own, as it wants."""
    return run_python(
        "from pathlib import Path, PosixPath\nfrom nbannotate.errors import NbannotateError\n"
        f"from nbannotate.serve import serve\ntry:\n    serve({path!r}, **{options!r})\n"
        "except NbannotateError as error:\n    print(type(error).__name__, error)"
    )


def test_what_is_no_workspace_is_refused(tmp_path: Path, run_python) -> None:
    said = refusal(run_python, tmp_path / "missing.duckdb")
    assert said.startswith("NotAWorkspace There is no workspace")
    (tmp_path / "text.duckdb").write_text("this is a text")
    assert refusal(run_python, tmp_path / "text.duckdb").startswith("NotAWorkspace")


def test_a_folder_without_pages_and_an_unknown_theme_are_refused(tmp_path: Path, folder: Path, run_python) -> None:
    assert "InvalidInput No work.ipynb" in refusal(run_python, tmp_path / "x.duckdb", notebooks=tmp_path)
    assert "theme must be one of auto, light, dark" in refusal(run_python, tmp_path / "x.duckdb", theme="pink")


def test_it_does_not_start_where_signals_could_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").touch()
    raised = []

    def run() -> None:
        with pytest.raises(InvalidInput, match="process of its own"):
            serve(tmp_path / "x.duckdb")
        raised.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert raised


def test_the_pages_of_the_checkout_are_found() -> None:
    folder = notebooks_folder()
    assert (folder / PAGES["work"].notebook).is_file()


def test_only_the_harmless_part_of_the_environment_is_inherited() -> None:
    given = {
        "PATH": "/bin",
        "AWS_SECRET_ACCESS_KEY": "x",
        "NBANNOTATE_TOKEN": "old",
        "LC_ALL": "C",
        "PYTHONSTARTUP": "x",
    }
    made = environment(given, NBANNOTATE_TOKEN="new")
    assert made["PATH"] == "/bin"
    assert made["LC_ALL"] == "C"
    assert made["NBANNOTATE_TOKEN"] == "new"
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONSTARTUP"} & set(made)


def test_the_server_listens_on_this_machine_only(server: Server) -> None:
    ports = [int(url.split(":")[2].partition("/")[0]) for url in (server.url, server.metrics_url)]
    listening = [c.laddr for c in psutil.Process(server.process.pid).net_connections("tcp") if c.status == "LISTEN"]
    assert sorted((a.ip, a.port) for a in listening) == sorted(("127.0.0.1", port) for port in ports)
    for kernel in wait_for(server.kernels):
        assert not kernel.net_connections("inet"), "kernels have sockets in a folder of this account's, and no port"


def test_kernels_have_no_port_even_if_the_folder_for_temporary_files_has_a_long_path(
    tmp_path: Path, monkeypatch
) -> None:
    long = tmp_path / "a-folder-with-a-long-name" / "another-one"
    long.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = Path(sockets_folder())
    assert len(str(folder)) + len(f"/kernel-{uuid.uuid4()}-ipc-5") <= 103
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_both_commands_are_the_same() -> None:
    """``nbannotate serve`` and ``python -m nbannotate.serve``: the options, what they mean, the exit codes."""
    ours = argparse.ArgumentParser()
    add_arguments(ours)
    commands = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    theirs = commands.choices["serve"]
    assert [vars(a) | {"container": 0} for a in ours._actions[1:]] == [
        vars(a) | {"container": 0} for a in theirs._actions[1:]
    ]
    for command in (main_of_cli, main_of_module):
        begin = ["serve"] if command is main_of_cli else []
        assert command([*begin, "no-such.duckdb"]) == 2
