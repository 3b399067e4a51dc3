"""Who clones, or the owner, is killed in the middle: all of the copy is there then, or nothing of it."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import duckdb
import pytest
from owner_rig import Script, contact, drawn, kill_owner, sql, wait_for
from test_killed_import import add_images, log_size

import nbannotate as nb

IMAGES = 3_000
CLONE = """
import sys
import nbannotate as nb
path, to = sys.argv[1], sys.argv[2]
version = nb.open(path).datasets["scans"].versions["v1"]
other = nb.open(to) if to != path else None
print("0", flush=True)
sys.stdin.readline()
version.dataset.clone("copy", to=other)
"""
#: What stands in a workspace, whoever sees it.
TABLES = ("staged", "datasets", "versions", "version_layers", "layer_assets", "layer_heads", "assets", "annotations",
          "shapes", "splits", "foreign_ids", "campaigns", "steps", "tasks", "job_counts")  # fmt: skip


def in_the_file(path: Path, copy: Path) -> dict[str, int]:
    """Look at a copy of a workspace whose owner stands still, or is gone."""
    shutil.copy(path, copy)
    log = path.with_name(path.name + ".wal")
    if log.exists():
        shutil.copy(log, copy.with_name(copy.name + ".wal"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as workspace")
        found = {t: connection.execute(f"select count(*) from workspace.data.{t}").fetchone() for t in TABLES}
    copy.unlink()
    copy.with_name(copy.name + ".wal").unlink(missing_ok=True)
    return {table: row[0] for table, row in found.items() if row is not None}


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
@pytest.mark.parametrize("who", ["client", "owner"])
def test_a_clone_whose_client_or_owner_is_killed_is_whole_or_not_there(
    workspace_path: Path, tmp_path: Path, who: str, elsewhere: bool
) -> None:
    workspace = nb.open(workspace_path)
    version = workspace.create_dataset("scans").create_version("v1")
    add_images(version, "scans", IMAGES)
    version.add_annotations(dict.fromkeys(version.assets.df()["name"], drawn()), source="model")
    version.split(seed=1, by=None)
    version.publish()
    version.create_child("v2").add_annotations({"scans/000001.png": drawn(boxes=1)}, source="model")
    workspace.close()
    to = tmp_path / "other" / "to.duckdb" if elsewhere else workspace_path
    if elsewhere:
        to.parent.mkdir()
        nb.open(to).close()
    cloning = Script(CLONE, workspace_path, to)
    cloning.hear()
    before, owner, size = in_the_file(to, tmp_path / "look.duckdb"), contact(to).pid, log_size(to)

    def stopped_with_a_piece() -> bool:
        os.kill(owner, signal.SIGSTOP)
        found = in_the_file(to, tmp_path / "look.duckdb")
        if found["staged"] > 1 and found["annotations"] > before["annotations"]:
            return True
        os.kill(owner, signal.SIGCONT)
        return False

    cloning.say()
    wait_for(lambda: log_size(to) > size + 100_000, what="a piece is being committed")
    wait_for(stopped_with_a_piece, what="a piece is committed")
    cloning.process.kill()
    cloning.process.wait()
    if who == "owner":
        kill_owner(to)
        names = sql(to, "select name from datasets order by 1")["name"].tolist()
        assert names == ([] if elsewhere else ["scans"])
        kill_owner(to)
        assert in_the_file(to, tmp_path / "look.duckdb") == before
        return
    os.kill(owner, signal.SIGCONT)
    wait_for(lambda: sql(to, "select name from datasets where name = 'copy'").size, what="the copy is there")
    with_copy = nb.open(to).datasets["copy"]
    assert [v.name for v in with_copy.versions] == ["v1", "v2"]
    assert with_copy.versions["v1"].verify()
    assert len(with_copy.versions["v2"].assets) == IMAGES
    kill_owner(to)
    after = in_the_file(to, tmp_path / "look.duckdb")
    assert after["staged"] == 0
    assert after["shapes"] - before["shapes"] == 3 * IMAGES + 1
