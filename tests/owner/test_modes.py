"""What a workspace leaves on the disk is its user's alone, however wide the user's own files are."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from owner_rig import Script, contact, end_owner, kill_owner, make_images, wait_for

import nbannotate as nb

#: A notebook's work, under the widest of masks: members, images, a campaign, annotations, SQL, an export.
WORK = """
import json, os, sys
import nbannotate as nb
from pathlib import Path
from nbannotate.model import Closed, Saved, Session, TaskView
from owner_rig import drawn, password
os.umask(0)
path = Path(sys.argv[1])
workspace = nb.open(path)
workspace.members.add("ana", password=password("ana"))
workspace.members.add("mia", role="manager", password=password("mia"))
version = workspace.create_dataset("scans").create_version("v1").add_images(path.parent / "images")
made = version.create_campaign("July", nb.Recipe(["cell"]), nb.Workflow([nb.Step("draw", "annotation", ["ana"])]))
made.launch()
session = workspace.client.call("sessions.open", Session, login="ana", password=password("ana"))
ana = workspace.client.acting(session.token)
view = ana.call("tasks.next", TaskView | None, campaign_id=made.campaign_id, step=0)
task_id = view.task.task_id
ana.call("tasks.save", Saved, task_id=task_id, annotation=drawn("x"), revision=view.revision, seconds=0)
ana.call("tasks.submit", Closed, task_id=task_id, annotation=drawn("x"), revision=1, seconds=0)
workspace.sql("select * from shapes")
version.write("coco", path.parent / "export.json")
print(json.dumps("done"))
sys.stdin.readline()
"""

#: What the user made, and what the export that they asked for is: as wide as they like.
THEIRS = {"images", "export.json"}


def wide(folder: Path) -> list[str]:
    """What others could read, below a folder that is this user's."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.relative_to(folder).parts[0] in THEIRS:
            continue
        mode = file.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077:
            found.append(f"{file.relative_to(folder)} {stat.filemode(mode)}")
    return found


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which everything is that processes write: the workspace, caches, sockets, temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="n-"))  # a socket's path must be short
    make_images(folder / "images", 1)  # more would be the same one, which is said on standard output
    for name in ("HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        (folder / name[-5:]).mkdir(mode=0o700, exist_ok=True)
        monkeypatch.setenv(name, str(folder / name[-5:]))
    monkeypatch.setenv("NBANNOTATE_TICK_S", "0.2")
    yield folder
    shutil.rmtree(folder)


def test_every_file_of_real_work_is_readable_by_its_user_only(home: Path) -> None:
    path = home / "work.duckdb"
    # From an older nbannotate, and left wide.
    for name in ("work.duckdb.owner", "work.duckdb.spawn", "work.duckdb.owner.log"):
        (home / name).touch(mode=0o666)
        (home / name).chmod(0o666)
    person = Script(WORK, path)
    try:
        assert person.hear() == "done"
        assert wide(home) == []
        assert (home / "work.duckdb.wal").exists(), "it is looked at while there is a log of commits"
        assert stat.S_IMODE((home / "export.json").stat().st_mode) == 0o666, "the export is as wide as its user's mask"
        serve(home, path)
        assert wide(home) == []
    finally:
        Script.end_all()
        end_owner(path)
    assert wide(home) == []


def serve(home: Path, path: Path) -> None:
    """Serve the workspace until a page's kernel is there, and look at what is on the disk meanwhile."""
    before = os.umask(0)
    try:
        server = subprocess.Popen(
            [sys.executable, "-m", "nbannotate.serve", str(path), "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
    finally:
        os.umask(before)
    try:
        assert server.stdout is not None
        assert "nbannotate serves" in server.stdout.readline()
        wait_for(lambda: list(home.rglob("kernel-*.json")), what="a spare kernel starts")
        assert wide(home) == []
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)


def test_files_that_were_left_wide_are_closed_when_the_workspace_is_opened_again(home: Path) -> None:
    path = home / "work.duckdb"
    nb.open(path).create_dataset("scans")
    kill_owner(path)
    beside = sorted(home.glob("work.duckdb*"))
    assert path.with_name("work.duckdb.wal") in beside
    for file in beside:
        file.chmod(0o644)
    try:
        assert nb.open(path).datasets["scans"]
        assert wide(home) == []
    finally:
        end_owner(path)
    assert contact(path)
