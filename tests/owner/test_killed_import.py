"""The owner is killed in the middle of an import: nobody ever sees a part of it, and nothing of it is left."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import duckdb
import pytest
from owner_rig import Script, contact, drawn, kill_owner, sql, wait_for

import nbannotate as nb
from nbannotate.workspace.dataset import Version

IMAGES = 5_000
ADD = """
import sys
import nbannotate as nb
from owner_rig import drawn
from test_killed_import import add_images
path, what, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ws = nb.open(path)
version = ws.datasets["scans"].versions["v1"]
names = version.assets.df()["name"]
print("0", flush=True)
sys.stdin.readline()
if what == "assets":
    add_images(version, "more", 20 * count)
else:
    version.add_annotations(dict.fromkeys(names, drawn()), source="model")
"""


def add_images(version: Version, folder: str, count: int) -> None:
    """Add images that need not exist."""
    import pandas as pd

    from nbannotate.workspace import frames

    names = [f"{folder}/{i:06}.png" for i in range(count)]
    rows = pd.DataFrame({"name": names, "path": names, "folder": folder, "width": 64, "height": 48, "bytes": 1,
                         "metadata": "{}"})  # fmt: skip
    version.workspace.client.upload("assets.add", int, frames.to_parquet(rows), version_id=version.version_id)


def log_size(path: Path) -> int:
    """The size of what was committed and is not in the file itself yet."""
    log = path.with_name(path.name + ".wal")
    return log.stat().st_size if log.exists() else 0


def in_the_file(path: Path, copy: Path) -> dict[str, int]:
    """What stands in a workspace that nobody owns; looked at in a copy, so that it is left as it is."""
    shutil.copy(path, copy)
    shutil.copy(path.with_name(path.name + ".wal"), copy.with_name(copy.name + ".wal"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as workspace")
        found = {}
        for table in ("staged", "assets", "annotations", "shapes"):
            row = connection.execute(f"select count(*) from workspace.data.{table}").fetchone()
            assert row is not None
            found[table] = row[0]
        return found


def stopped_with_a_piece(owner: int, path: Path, copy: Path) -> bool:
    """Stop the owner; let it go on if nothing is committed: the log grows within a commit, too."""
    os.kill(owner, signal.SIGSTOP)
    found = in_the_file(path, copy)
    if found["assets"] > IMAGES or found["annotations"]:
        return True
    os.kill(owner, signal.SIGCONT)
    return False


@pytest.mark.parametrize("what", ["annotations", pytest.param("assets", marks=pytest.mark.slow)])
def test_an_owner_that_is_killed_in_the_middle_of_an_import_leaves_nothing_of_it(
    workspace_path: Path, tmp_path: Path, what: str
) -> None:
    workspace = nb.open(workspace_path)
    add_images(workspace.create_dataset("scans").create_version("v1"), "scans", IMAGES)
    workspace.close()
    importing = Script(ADD, workspace_path, what, IMAGES)
    importing.hear()
    before, owner = log_size(workspace_path), contact(workspace_path).pid
    importing.say()
    wait_for(lambda: log_size(workspace_path) > before + 100_000, what="a piece is being committed")
    wait_for(lambda: stopped_with_a_piece(owner, workspace_path, tmp_path / "look.duckdb"), what="a piece is committed")
    importing.process.kill()  # or it would ask the next owner for the same again
    importing.process.wait()
    kill_owner(workspace_path)

    left = in_the_file(workspace_path, tmp_path / "copy.duckdb")
    assert left["staged"] == 1, "it was killed in the middle"
    assert left["assets"] > IMAGES or left["annotations"] > 0

    seen = sql(workspace_path, "select (select count(*) from assets) as a, (select count(*) from annotations) as n, "
                               "(select count(*) from shape_history) as s")  # fmt: skip
    assert seen.iloc[0].tolist() == [IMAGES, 0, 0]
    kill_owner(workspace_path)
    assert in_the_file(workspace_path, tmp_path / "again.duckdb") == {
        "staged": 0, "assets": IMAGES, "annotations": 0, "shapes": 0,
    }  # fmt: skip


def test_an_import_that_was_acknowledged_is_there_as_a_whole_after_the_owner_was_killed(workspace_path: Path) -> None:
    workspace = nb.open(workspace_path)
    version = workspace.create_dataset("scans").create_version("v1")
    add_images(version, "scans", IMAGES)
    version.add_annotations(dict.fromkeys(version.assets.df()["name"], drawn()), source="model")
    workspace.close()
    kill_owner(workspace_path)
    seen = sql(workspace_path, "select (select count(*) from annotations where is_latest) as n, "
                               "(select count(*) from shapes) as s")  # fmt: skip
    assert seen.iloc[0].tolist() == [IMAGES, 3 * IMAGES]
    kill_owner(workspace_path)
    left = in_the_file(workspace_path, workspace_path.with_name("look.duckdb"))
    assert (left["staged"], left["annotations"]) == (0, IMAGES)
