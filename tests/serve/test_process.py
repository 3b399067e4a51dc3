"""The server as a process: how it starts, what it says, what it leaves behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from serve_person import Person
from serve_rig import Server, password, wait_for

from nbannotate.errors import InvalidInput
from nbannotate.serve import PAGES, serve
from nbannotate.serve.kernels import environment
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
    gone, alive = psutil.wait_procs(children, 10)
    assert not alive
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
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip() == (
        f"nbannotate: Port {port} on 127.0.0.1 is in use; choose another one, or 0 for a free one."
    )


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
    port = int(server.url.rsplit(":", 1)[1])
    listening = [c.laddr for c in psutil.Process(server.process.pid).net_connections("tcp") if c.status == "LISTEN"]
    assert [(a.ip, a.port) for a in listening] == [("127.0.0.1", port)]
    for kernel in wait_for(server.kernels):
        listening = [c.laddr for c in kernel.net_connections("tcp") if c.status == "LISTEN"]
        assert {a.ip for a in listening} <= {"127.0.0.1"}
        assert len(listening) <= 1, "only what IPython uses to collect the output of subprocesses"
