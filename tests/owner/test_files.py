"""What is said of a file that cannot be a workspace, and that it stays as it was."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from owner_rig import Script, end_owner, kill_owner, owners

import nbannotate as nb
from nbannotate.errors import (
    CannotWrite,
    NbannotateError,
    NewerWorkspace,
    NotAllowed,
    NotAWorkspace,
    WorkspaceError,
)
from nbannotate.owner.client import connect
from nbannotate.store.duckdb.engine import Engine
from nbannotate.workspace import frames

HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print('"open"', flush=True)
sys.stdin.readline()
"""

#: Opens the workspace where its own process has it open already, and tells whether others still find it locked.
HOLD_AND_OPEN = """
import duckdb, json, subprocess, sys
import nbannotate as nb
path = sys.argv[1]
connection = duckdb.connect(path)
try:
    nb.open(path)
    print(json.dumps("opened"))
except nb.errors.CannotWrite as error:
    print(json.dumps(str(error)))
other = subprocess.run([sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])", path],
                       capture_output=True, text=True)
print(json.dumps(other.stderr))
"""


def foreign(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table mine (a int); insert into mine values (1)")


def foreign_with_our_schema(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema data; create table data.meta (key varchar, value varchar)")


def foreign_with_another_meta(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema data; create table data.meta (version int); insert into data.meta values (3)")


STRANGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "short text": lambda path: path.write_text("hello"),
    "long text": lambda path: path.write_text("label;x;y\n" * 5000),
    "an image's first bytes": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20_000)),
    "a SQLite file's first bytes": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(8176)),
    "a foreign DuckDB file": foreign,
    "a foreign DuckDB file with a schema of the same name": foreign_with_our_schema,
    "a foreign DuckDB file with another table meta": foreign_with_another_meta,
}


def workspace(path: Path) -> None:
    nb.open(path).close()
    kill_owner(path, 15)


@pytest.mark.parametrize("what", STRANGE)
def test_a_file_that_is_no_workspace_is_refused_and_left_as_it_was(workspace_path: Path, what: str) -> None:
    STRANGE[what](workspace_path)
    before = workspace_path.read_bytes()
    with pytest.raises(NotAWorkspace, match=r"work\.duckdb"):
        nb.open(workspace_path)
    assert workspace_path.read_bytes() == before
    assert not Path(f"{workspace_path}.wal").exists()
    assert not owners(workspace_path), "no process waits for nothing"


@pytest.mark.parametrize("size", [112, 20_000, 300_000])
def test_a_damaged_workspace_is_refused_and_left_as_it_was(workspace_path: Path, size: int) -> None:
    workspace(workspace_path)
    workspace_path.write_bytes(workspace_path.read_bytes()[:size])
    before = workspace_path.read_bytes()
    with pytest.raises(WorkspaceError, match="restore it from a backup"):
        nb.open(workspace_path)
    assert workspace_path.read_bytes() == before


def test_a_text_file_is_not_littered_with_files_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(NotAWorkspace):
        nb.open(path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_is_refused_with_an_example(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotAWorkspace, match=r"folder.*work\.duckdb"):
        nb.open(tmp_path / "folder")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="nowhere does not exist"):
        nb.open(tmp_path / "nowhere" / "work.duckdb")


def test_a_workspace_of_a_newer_version_is_refused_and_left_as_it_was(workspace_path: Path) -> None:
    workspace(workspace_path)
    with duckdb.connect(str(workspace_path)) as connection:
        connection.execute("insert into data.migrations values (9999, 'future', now()::timestamp)")
    before = workspace_path.read_bytes()
    with pytest.raises(NewerWorkspace, match=r"9999.*[Uu]pgrade"):
        nb.open(workspace_path)
    assert workspace_path.read_bytes() == before


def test_a_workspace_that_another_program_has_open_says_so(workspace_path: Path) -> None:
    workspace(workspace_path)
    other = Script(HOLD, workspace_path)
    assert other.hear() == "open"
    with pytest.raises(CannotWrite, match=f"open in another program.*{other.process.pid}"):
        nb.open(workspace_path)
    other.say()
    other.result()
    nb.open(workspace_path).close()


def test_a_workspace_that_this_very_program_has_open_says_so_and_stays_locked(workspace_path: Path) -> None:
    workspace(workspace_path)
    program = Script(HOLD_AND_OPEN, workspace_path)
    said, others = program.result()
    assert "open in another program (a DuckDB shell, perhaps); close it there and try again" in said
    assert str(program.process.pid) in said
    assert "Conflicting lock" in others
    nb.open(workspace_path).close()


def test_the_database_as_an_asset_is_refused_and_stays_locked(workspace_path: Path) -> None:
    ws = nb.open(workspace_path)
    version = ws.create_dataset("d").create_version("v")
    link, hard = workspace_path.with_name("link.png"), workspace_path.with_name("hard.png")
    link.symlink_to(workspace_path)
    hard.hardlink_to(workspace_path)
    for path in (workspace_path, link, hard):
        row = {"name": "x", "path": str(path), "folder": "", "width": 3, "height": 2, "bytes": 1, "metadata": "{}"}
        table = frames.to_parquet(pd.DataFrame([row]))
        with pytest.raises(NotAllowed, match="belongs to the workspace itself"):
            ws.client.upload("assets.add", int, table, version_id=version.version_id)
    with pytest.raises(duckdb.IOException, match="lock"):
        duckdb.connect(str(workspace_path))
    ws.close()


def test_a_place_where_no_file_can_be_made_is_refused() -> None:
    # Not even root can make files there.
    with pytest.raises(CannotWrite, match="/proc"):
        nb.open("/proc/work.duckdb")


def test_a_folder_that_one_may_not_write_is_refused(workspace_path: Path) -> None:
    workspace(workspace_path)
    workspace_path.chmod(0o644)
    files = set(workspace_path.parent.iterdir())
    workspace_path.parent.chmod(0o555)
    try:
        error = as_somebody_else(workspace_path, connect)
    finally:
        workspace_path.parent.chmod(0o755)
    assert isinstance(error, CannotWrite)
    assert "cannot be written" in str(error)
    assert set(workspace_path.parent.iterdir()) == files


def test_a_file_that_one_may_not_write_is_refused(workspace_path: Path) -> None:
    workspace(workspace_path)
    before = workspace_path.read_bytes()
    workspace_path.parent.chmod(0o777)
    workspace_path.chmod(0o444)
    error = as_somebody_else(workspace_path, Engine)
    assert isinstance(error, CannotWrite)
    assert "permissions" in str(error)
    assert workspace_path.read_bytes() == before


def as_somebody_else(path: Path, do: Callable[[Path], object]) -> NbannotateError | None:
    """Run something with the rights of a user who is not root, in a process of its own; return what it raised."""
    open_to_all(path.parent)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            raised = None
            try:
                do(path)
            except NbannotateError as error:
                raised = error
            os.write(writing, pickle.dumps(raised))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    assert said, "the process failed otherwise"
    error: NbannotateError | None = pickle.loads(said)
    return error


def open_to_all(folder: Path) -> None:
    """Let others pass through the folders of a test (pytest makes them 0700)."""
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and "pytest" in str(parent):
            parent.chmod(parent.stat().st_mode | 0o011)


def test_a_name_that_is_too_long_is_an_error_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 253)
    try:
        with pytest.raises(CannotWrite, match="name"):
            nb.open(path)
    finally:
        end_owner(path)


def test_a_folder_for_sockets_with_too_long_a_path_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with pytest.raises(CannotWrite, match="XDG_RUNTIME_DIR"):
        nb.open(long / "work.duckdb")
    assert not list(long.glob("*.duckdb"))
    short = Path(tempfile.mkdtemp(prefix="n-")) / "work.duckdb"
    nb.open(short).close()  # whose own folder has a path that is short enough
    end_owner(short)
    shutil.rmtree(short.parent)
