"""Backups: what was there at one moment comes back, whole, and what is damaged is said."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import errors
from nbannotate.cli import main
from nbannotate.demo import end_owner
from nbannotate.model.backups import Manifest
from nbannotate.store.duckdb.engine import CATALOG
from nbannotate.workspace import backups

BOX = nb.Shape.rectangle(1, 1, 9, 9, "cell")
TABLES = ("assets", "annotations", "shape_history", "tasks", "jobs", "events", "versions", "campaigns", "members")


def make(folder: Path) -> Path:
    """Make a workspace with copied images, a published version, its child, and a launched campaign; nobody owns it."""
    source = folder / "set"
    source.mkdir()
    for i in range(3):
        Image.new("RGB", (40, 30), (i, 0, 0)).save(source / f"{i}.png")
    maker = nb.open(":memory:").create_dataset("d").create_version("v").add_images(source)
    maker.add_annotations({"0.png": [BOX], "1.png": [BOX]}, "model")
    maker.write("coco", folder / "set.zip", images="copy", lossy=True)
    path = folder / "work.duckdb"
    with nb.open(path) as ws:
        ws.members.add("ana", role="annotator", password="a-long-password")
        ws.members.add("mia", role="manager", password="a-long-password")
        version = ws.create_dataset("smears").create_version("v1")
        version.read(folder / "set.zip", images="copy")
        version.publish()
        flow = nb.Workflow((nb.Step("draw", kind="annotation", assignees=("ana",)),))
        version.create_campaign("July", nb.Recipe(labels=(nb.Label("cell"),)), flow).launch()
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a workspace and a backup of it, once for all tests, which take copies."""
    folder = tmp_path_factory.mktemp("made")
    path = make(folder)
    with nb.open(path) as ws:
        backup = Path(ws.backup(folder / "backups").path)
    end_owner(path)
    return path, backup


@pytest.fixture
def path(made: tuple[Path, Path]) -> Iterator[Path]:
    """The workspace, whose owner ends with the test."""
    yield made[0]
    end_owner(made[0])


@pytest.fixture
def backup(made: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the backup."""
    shutil.copytree(made[1].parent, tmp_path / "backups")
    return tmp_path / "backups" / made[1].name


def said(ws: nb.Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the public tables, but for where images lie."""
    found = {}
    for name in TABLES:
        table = ws.sql(f"select * from {name}")
        found[name] = sorted(map(repr, table.drop(columns=["path"], errors="ignore").itertuples(index=False)))
    return found


def manifest_of(backup: Path) -> Manifest:
    return backups.read_manifest(backup)


def test_all_that_was_there_comes_back_and_work_goes_on(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "again.duckdb"
    with nb.open(path) as ws:
        before = said(ws)
        backup = Path(ws.backup(tmp_path / "backups").path)
    assert backups.restore(backup, to) == 3
    shutil.rmtree(backup.parent)  # its images are its own
    try:
        with nb.open(to) as again:
            assert said(again) == before
            places = again.sql("select path from assets").path
            assert all(Path(place).is_relative_to(tmp_path / "again_images") for place in places)
            version = again.datasets["smears"].versions["v1"]
            assert bool(version.verify())
            assert version.check_files().empty
            known = set(again.sql("select version_id from versions").version_id)
            assert again.create_dataset("new").dataset_id > max(known)
            again.acting("ana", "a-long-password").work.next().submit([BOX])
            assert again.campaigns["July"].progress.done == 1
    finally:
        end_owner(to)


def test_a_backup_is_of_one_moment_while_people_go_on(path: Path, tmp_path: Path) -> None:
    """Each dataset comes with a version: a copy of two moments would have one without the other."""
    stop, made = threading.Event(), []

    def work() -> None:
        with nb.open(path) as ws:
            while not stop.is_set():
                name = f"d{len(made)}"
                ws.create_dataset(name).create_version("v1")
                made.append(name)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        with nb.open(path) as ws:
            found = [Path(ws.backup(tmp_path / "many").path) for _ in range(3)]
            while len(made) <= len(found):  # a busy machine may make fewer datasets than backups for a while
                found.append(Path(ws.backup(tmp_path / "many").path))
    finally:
        stop.set()
        worker.join()
    assert len(made) > 3
    before = -1
    for backup in found:
        assert backups.problems(backup) == []
        with duckdb.connect() as connection:
            connection.execute(f"attach '{backup / backups.DATABASE}' as {CATALOG} (read_only)")
            events = connection.execute(
                f"select operation, count(*) from {CATALOG}.data.events "
                "where operation in ('datasets.create', 'versions.create') group by 1"
            ).fetchall()
            told = dict(events)
            rows = [connection.execute(f"select count(*) from {CATALOG}.data.{t}").fetchone()[0]
                    for t in ("datasets", "versions")]  # fmt: skip
        assert rows == [told["datasets.create"], told["versions.create"] + 1]  # and the child of the campaign
        assert rows[0] > before
        before = rows[0]


def test_images_are_kept_once_whatever_they_are_called(path: Path, backup: Path, tmp_path: Path) -> None:
    (picture,) = path.with_name("work_images").rglob("1.png")
    others = picture.with_name("same.png"), picture.with_name("new.png")
    shutil.copy2(picture, others[0])
    Image.new("L", (9, 9)).save(others[1])
    with nb.open(path) as ws:
        second = ws.backup(tmp_path / "backups")
    for other in others:
        other.unlink()
    assert (second.images, second.new_images) == (5, 1)
    files = [p for p in (tmp_path / "backups" / "images").rglob("*") if p.is_file()]
    assert len(files) == 4
    assert backups.problems(Path(second.path)) == backups.problems(backup) == []


def test_nobody_is_logged_in_by_a_backup(path: Path, tmp_path: Path) -> None:
    with nb.open(path) as ws:
        token = ws.acting("ana", "a-long-password").client._token  # type: ignore[attr-defined]
        backup = Path(ws.backup(tmp_path / "backups").path)
    to = tmp_path / "again.duckdb"
    backups.restore(backup, to)
    try:
        with nb.open(to) as again:
            assert again.acting("ana", "a-long-password").me.login == "ana"
            with pytest.raises(errors.SessionEnded):
                nb.Workspace(again.client.acting(token))
    finally:
        end_owner(to)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def first_image(backup: Path) -> Path:
    return backups._place(backup.parent / "images", manifest_of(backup).images[0].sha256)


def other_rows(backup: Path) -> None:
    its = manifest_of(backup)
    told = msgspec.structs.replace(its, tables={**its.tables, "assets": its.tables["assets"] + 1})
    (backup / "manifest.json").write_bytes(msgspec.json.encode(told))


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a byte of the database": (lambda b: flip(b / "workspace.duckdb"), "its hash is another one"),
    "no database": (lambda b: (b / "workspace.duckdb").unlink(), "workspace.duckdb is missing"),
    "rows": (other_rows, "has other rows than the manifest says, in: assets"),
    "a byte of an image": (lambda b: flip(first_image(b)), r"The image set/images/0.png is not as it was written"),
    "no image": (lambda b: first_image(b).unlink(), r"The image set/images/0.png is missing"),
    "no manifest": (lambda b: (b / "manifest.json").unlink(), "is no backup"),
    "half a manifest": (lambda b: (b / "manifest.json").write_text('{"created": '), "is no backup"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_said_and_nothing_is_restored(damage: str, backup: Path, tmp_path: Path, capsys) -> None:
    harm, sentence = DAMAGES[damage]
    harm(backup)
    to = tmp_path / "empty" / "again.duckdb"
    to.parent.mkdir()
    with pytest.raises(errors.NotAWorkspace, match=sentence):
        backups.restore(backup, to)
    assert list(to.parent.iterdir()) == []
    assert main(["verify", str(backup)]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("there", ["again.duckdb", "again.duckdb.wal", "again_images"])
def test_a_restore_replaces_nothing(there: str, backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / there).mkdir() if there.endswith("images") else (folder / there).write_text("mine")
    with pytest.raises(errors.CannotWrite, match="already"):
        backups.restore(backup, folder / "again.duckdb")
    assert [p.name for p in folder.iterdir()] == [there]


def test_only_owners_make_one(path: Path, tmp_path: Path) -> None:
    with nb.open(path) as ws, pytest.raises(errors.NotAllowed):
        ws.as_member("mia").backup(tmp_path / "backups")
    assert [p.name for p in (tmp_path / "backups").iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_written_is_said(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with nb.open(path) as ws:
        with pytest.raises(errors.CannotWrite, match="file"):
            ws.backup(tmp_path / "file")
        with pytest.raises(errors.CannotWrite, match="where the images of the workspace lie"):
            ws.backup(path.with_name("work_images") / "backups")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_workspace_in_memory_has_one_too(tmp_path: Path) -> None:
    ws = nb.open(":memory:")
    ws.create_dataset("d")
    to = tmp_path / "kept.duckdb"
    assert backups.restore(Path(ws.backup(tmp_path / "backups").path), to) == 0
    try:
        with nb.open(to) as again:
            assert [d.name for d in again.datasets] == ["d"]
    finally:
        end_owner(to)


KILLED = """
import os, signal, sys
import nbannotate as nb
from nbannotate.workspace import backups
backups._keep_images = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
nb.open(sys.argv[1]).backup(sys.argv[2])
"""


def test_one_that_was_killed_is_none_and_the_next_one_clears_it_away(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(folder.glob("*/manifest.json")) == []
    assert [p.suffix for p in folder.iterdir() if p.name != ".lock"] == [".part"]
    with nb.open(path) as ws:
        made = Path(ws.backup(folder).path)
    assert sorted(p.name for p in folder.iterdir()) == [".lock", made.name, "images"]
    assert backups.problems(made) == []


def test_two_at_once_into_one_folder_are_refused(path: Path, tmp_path: Path, monkeypatch) -> None:
    inside = []

    def again(*arguments: object):
        with pytest.raises(errors.Conflict, match="Another backup"), nb.open(path) as other:
            other.backup(tmp_path / "backups")
        inside.append(True)
        return kept(*arguments)

    kept = backups._keep_images
    monkeypatch.setattr(backups, "_keep_images", again)
    with nb.open(path) as ws:
        ws.backup(tmp_path / "backups")
    assert inside


def test_the_commands_say_what_they_did(path: Path, tmp_path: Path, capsys) -> None:
    assert main(["backup", str(path), str(tmp_path / "b")]) == 0
    (made,) = [p for p in (tmp_path / "b").iterdir() if p.name[0] == "2"]
    assert f"{made} is written: " in (told := capsys.readouterr().out)
    assert "3 images (3 new)" in told
    assert main(["verify", str(made)]) == 0
    assert f"{made} is whole: " in capsys.readouterr().out
    to = tmp_path / "again.duckdb"
    try:
        assert main(["restore", str(made), str(to)]) == 0
        assert "with 3 images" in capsys.readouterr().out
        assert main(["verify", str(to)]) == 0
        assert "are as they were" in capsys.readouterr().out
        next(to.with_name("again_images").rglob("0.png")).unlink()
        assert main(["verify", str(to)]) == 2
        assert "0.png is missing" in capsys.readouterr().err
    finally:
        end_owner(to)
    assert main(["restore", str(made), str(to)]) == 2
    assert "already" in capsys.readouterr().err
    assert main(["verify", str(tmp_path / "nothing")]) == 2


def test_only_this_user_may_read_one(backup: Path) -> None:
    for file in (backup.parent, *backup.parent.rglob("*")):
        assert file.stat().st_mode & 0o077 == 0, file
