"""Where the files of a workspace lie: one hidden folder, also for what an older nbannotate left beside it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from owner_rig import Script, contact, end_owner, kill_owner, owners

import nbannotate as nb
from nbannotate.errors import CannotWrite
from nbannotate.model import Dataset
from nbannotate.owner.client import connect
from nbannotate.owner.place import LONGEST_SOCKET, Place


@pytest.fixture
def workspace_path() -> Iterator[Path]:
    """The path of a workspace that is not there yet; a short one, for a socket's path must be."""
    folder = Path(tempfile.mkdtemp(prefix="n-"))
    yield folder / "work.duckdb"
    Script.end_all()
    end_owner(folder / "work.duckdb")
    shutil.rmtree(folder)


def beside(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir())


def test_beside_a_workspace_is_one_hidden_folder_and_nothing_else(workspace_path: Path) -> None:
    nb.open(workspace_path).create_dataset("d")
    place = Place(workspace_path)
    assert beside(workspace_path) == [".work.duckdb.nbannotate", "work.duckdb", "work.duckdb.wal"]
    assert sorted(p.name for p in place.folder.iterdir()) == [
        "owner.json", "owner.lock", "owner.log", "owner.sock", "spawn.lock", "spool",
    ]  # fmt: skip
    assert Path(contact(workspace_path).socket) == place.folder / "owner.sock"
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    kill_owner(workspace_path, 15)
    assert not place.spool.exists()


def as_of_before(place: Place) -> None:
    """Put the files of a workspace where an older nbannotate had them."""
    for name, before in (("owner.lock", "owner"), ("spawn.lock", "spawn"), ("owner.json", "owner.json"),
                         ("owner.log", "owner.log")):  # fmt: skip
        (place.folder / name).rename(f"{place.database}.{before}")


def test_what_an_older_nbannotate_left_is_taken_over_and_removed(workspace_path: Path) -> None:
    nb.open(workspace_path).create_dataset("kept")
    token = contact(workspace_path).token
    kill_owner(workspace_path)
    place = Place(workspace_path)
    place.log.write_text("what was said before\n")
    as_of_before(place)
    shutil.rmtree(place.folder)
    assert contact(workspace_path).token == token, "a server that runs goes on with its cookies"
    assert nb.open(workspace_path).datasets["kept"]
    assert contact(workspace_path).token == token
    assert place.log.read_text().startswith("what was said before\n")
    assert beside(workspace_path) == [".work.duckdb.nbannotate", "work.duckdb", "work.duckdb.wal"]


def test_as_long_as_an_owner_of_an_older_nbannotate_runs_it_stays_the_owner(workspace_path: Path) -> None:
    client = connect(workspace_path)
    client.call("datasets.create", Dataset, name="kept", readme="")
    place = Place(workspace_path)
    found = contact(workspace_path)
    as_of_before(place)  # the lock goes along: the owner holds it, whatever its name
    with pytest.raises(Timeout), FileLock(place.before.lock, timeout=0):
        pass
    other = connect(workspace_path)
    assert [d.name for d in other.call("datasets.list", list[Dataset])] == ["kept"]
    assert owners(workspace_path) == [found.pid]
    kill_owner(workspace_path)
    assert [d.name for d in other.call("datasets.list", list[Dataset])] == ["kept"]
    assert contact(workspace_path).pid != found.pid
    assert not place.before.lock.exists()
    client.close(), other.close()


def test_where_the_path_is_too_long_for_a_socket_it_is_in_the_runtime_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("a-folder-with-a-long-name" * 3)
    folder.mkdir()
    path = folder / "work.duckdb"
    try:
        nb.open(path).create_dataset("d")
        found = contact(path).socket
        assert len(os.fsencode(found)) <= LONGEST_SOCKET
        assert Path(found).parent.name == f"nbannotate-{os.getuid()}"
    finally:
        end_owner(path)


def test_a_folder_that_was_copied_leads_to_no_other_workspace(workspace_path: Path, tmp_path: Path) -> None:
    nb.open(workspace_path).create_dataset("original")
    copied = tmp_path / "copied" / "work.duckdb"
    shutil.copytree(workspace_path.parent, copied.parent, ignore=lambda *_: ["copied", "owner.sock", "spool"])
    assert Place(copied).contact() is None
    try:
        made = connect(copied)
        made.call("datasets.create", Dataset, name="copy", readme="")
        assert contact(copied).token != contact(workspace_path).token
        assert [d.name for d in nb.open(workspace_path).datasets] == ["original"]
        made.close()
    finally:
        end_owner(copied)


def test_a_folder_of_somebody_else_is_no_place_for_a_token(workspace_path: Path, monkeypatch) -> None:
    place = Place(workspace_path)
    place.folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root makes a folder of somebody else")
    os.chown(place.folder, 65534, 65534)
    with pytest.raises(CannotWrite, match="is somebody else's"):
        nb.open(workspace_path)
    assert not workspace_path.exists()
