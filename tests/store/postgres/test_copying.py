"""A workspace goes from a file into a database and back, and is the same, however often that is broken off."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

import nbannotate as nb  # noqa: E402
from nbannotate.cli import main  # noqa: E402
from nbannotate.errors import Conflict, InvalidInput, NotAWorkspace  # noqa: E402
from nbannotate.workspace import copying  # noqa: E402

VIEWS = ("members", "datasets", "versions", "assets", "campaigns", "tasks", "annotations", "shapes", "jobs", "events")

#: Copies in small pieces, and is killed at the end of one of them, before or after its commit.
KILLED = """
import os, signal, sys
from nbannotate.store.postgres import copying as into, snapshot
from nbannotate.workspace import copying

source, target, pieces, before = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "before"
into.PIECE = snapshot.PIECE = 4
left, write, piece = [pieces], into._write, snapshot._piece

def count():
    left[0] -= 1
    print("piece", flush=True)
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

def written(raw, progress):
    if not before:
        count()
    write(raw, progress)
    if before:
        count()

class Piece:
    def __init__(self, *given):
        self.its = piece(*given)
    def __enter__(self):
        if not before:
            count()
        return self.its.__enter__()
    def __exit__(self, *error):
        done = self.its.__exit__(*error)
        if before:
            count()
        return done

into._write, snapshot._piece = written, Piece
print("done", *copying.copy(source, target), flush=True)
"""


def rows(ws: Any) -> dict[str, Any]:
    return {view: ws.sql(f"select * from {view} order by all").to_csv() for view in VIEWS}


def filled(file: Path, paths: list[Path]) -> nb.Workspace:
    """Make a workspace with a launched campaign, and text that is hard to write."""
    ws = nb.open(file)
    version = ws.create_dataset("smears", readme='# Été \\N, "x"\n').create_version("v1").add_images(paths)
    rectangles = [nb.Shape.rectangle(1.5, i, 10, 11.25, "WBC", attributes={"stage": 'of "two"'}) for i in range(9)]
    version.add_annotations(
        {paths[0].name: rectangles, paths[1].name: nb.Annotation(nothing_to_label=True)}, source="m"
    )
    ws.members.add("ann", role="annotator", password="password-of-ann")
    workflow = nb.Workflow([nb.Step("draw", "annotation", ["ann"])])
    version.create_campaign("July", nb.Recipe(labels=["WBC"]), workflow).launch()
    return ws


def test_a_workspace_goes_into_a_database_and_back(
    postgres: Any, runtime: Path, tmp_path: Path, make_images: Any, owners_end: None, capsys: pytest.CaptureFixture[str]
) -> None:
    file, again, url = tmp_path / "work.duckdb", tmp_path / "again.duckdb", postgres.database()
    ws = filled(file, make_images(5))
    assert main(["copy", str(file), url]) in (0, None)
    assert "1 version hold the same" in capsys.readouterr().out.replace("versions", "version")
    there = nb.open(url)
    assert rows(there) == rows(ws)
    with pytest.raises(Conflict, match="is not empty"):
        copying.copy(str(file), url)
    there.create_dataset("later")  # with a new id
    copying.copy(url, str(again))
    assert rows(nb.open(again)) == rows(there)
    with pytest.raises(Conflict, match="already"):
        copying.copy(url, str(again))


def copied(source: str, target: str, seed: int) -> tuple[int, int]:
    """Copy, killed again and again; return how many pieces were begun in all, and how often it was killed."""
    dice, pieces = random.Random(seed), 0
    for kills in range(60):
        when = str(dice.randint(6, 24)), dice.choice(["before", "after"])
        done = subprocess.run(
            [sys.executable, "-c", KILLED, source, target, *when], capture_output=True, text=True, env=os.environ
        )
        pieces += done.stdout.count("piece")
        if "done" in done.stdout:
            return pieces, kills
        assert done.returncode == -signal.SIGKILL, done.stderr
    raise AssertionError("it gets nowhere")


@pytest.mark.slow
def test_a_copy_that_is_killed_again_and_again_goes_on_from_the_last_whole_piece(
    postgres: Any, runtime: Path, tmp_path: Path, make_images: Any, owners_end: None
) -> None:
    file, again, url = tmp_path / "work.duckdb", tmp_path / "again.duckdb", postgres.database()
    ws = filled(file, make_images(30))
    pieces, kills = copied(str(file), url, 1)
    assert kills > 1
    assert pieces < 90, "it began anew"
    assert not list(tmp_path.rglob("copy-*")), "what was kept to go on from is gone"
    there = nb.open(url)
    assert rows(there) == rows(ws)
    pieces, kills = copied(url, str(again), 2)
    assert kills > 1
    assert rows(nb.open(again)) == rows(there)
    assert not list(tmp_path.glob(".again*.copy*"))


def test_what_was_broken_off_cannot_be_opened_and_what_changed_meanwhile_is_in_it(
    postgres: Any, runtime: Path, tmp_path: Path, make_images: Any, owners_end: None
) -> None:
    file, again, url = tmp_path / "work.duckdb", tmp_path / "again.duckdb", postgres.database()
    filled(file, make_images(6))
    killed = [sys.executable, "-c", KILLED]
    assert subprocess.run([*killed, str(file), url, "9", "after"]).returncode == -signal.SIGKILL
    with pytest.raises(NotAWorkspace, match="broken off"):
        nb.open(url)
    copying.copy(str(file), url)
    there = nb.open(url)
    gone = there.create_dataset("gone").create_version("v").add_images(make_images(3, folder="gone"))
    assert subprocess.run([*killed, url, str(again), "40", "before"]).returncode == -signal.SIGKILL
    gone.delete(confirm="v")
    there.datasets["smears"].rename("blood")
    there.members.add("zoe", role="annotator", password="password-of-zoe")
    there.datasets["blood"].versions["v1"].create_child("v2")
    copying.copy(url, str(again))
    assert rows(nb.open(again)) == rows(there)


def test_a_copy_of_something_else_begins_anew(
    postgres: Any, runtime: Path, tmp_path: Path, make_images: Any, owners_end: None
) -> None:
    one, other, url = tmp_path / "one.duckdb", tmp_path / "other.duckdb", postgres.database()
    filled(one, make_images(3))
    ws = nb.open(other)
    ws.create_dataset("another")
    killed = [sys.executable, "-c", KILLED, str(one), url, "9", "after"]
    assert subprocess.run(killed).returncode == -signal.SIGKILL
    copying.copy(str(other), url)
    assert rows(nb.open(url)) == rows(ws)


def test_a_backup_of_either_becomes_a_workspace_in_either(
    postgres: Any, runtime: Path, tmp_path: Path, make_images: Any, owners_end: None, capsys: pytest.CaptureFixture[str]
) -> None:
    url, second, again = postgres.database(), postgres.database(), tmp_path / "again.duckdb"
    ws = filled(tmp_path / "work.duckdb", make_images(4))
    copying.copy(str(tmp_path / "work.duckdb"), url)
    there = nb.open(url)
    there.datasets["smears"].versions["v1"].create_child("v2").publish()
    made = there.backup(tmp_path / "backups")
    assert main(["verify", made.path]) == 0
    assert main(["restore", made.path, str(again)]) == 0
    assert rows(nb.open(again)) == rows(there)
    there.create_dataset("after the backup")
    assert main(["backup", str(again), str(tmp_path / "others")]) == 0
    (other,) = (tmp_path / "others").glob("2*")
    assert main(["restore", str(other), second]) == 0
    assert rows(nb.open(second)) == rows(nb.open(again))
    assert "after the backup" not in rows(nb.open(second))["datasets"]
    assert main(["verify", second]) == 0
    assert main(["restore", str(other), second]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert rows(ws) != rows(there)


def test_one_of_both_is_a_file() -> None:
    with pytest.raises(InvalidInput, match="One of both"):
        copying.copy("a.duckdb", "b.duckdb")
