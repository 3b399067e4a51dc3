"""Who merges with a workflow, or the owner, is killed in the middle: version and campaign are there, or neither."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from owner_rig import Script, contact, kill_owner, sql, wait_for
from test_killed_clone import in_the_file
from test_killed_import import add_images, log_size

import nbannotate as nb

IMAGES = 3_000
MERGE = """
import sys
import nbannotate as nb
ws = nb.open(sys.argv[1])
base, ours, theirs = (ws.datasets["scans"].versions[name] for name in ("base", "ours", "theirs"))
print("0", flush=True)
sys.stdin.readline()
nb.merge(base, ours, theirs, "merged", resolve=nb.Workflow([nb.Step("decide", "annotation", ["root"])]))
"""


def box(x: int) -> nb.Annotation:
    return nb.Annotation(shapes=(nb.Shape.rectangle(x, 2, 20, 20, label="cell", id="a"),))


@pytest.mark.parametrize("who", ["client", "owner"])
def test_a_merge_whose_client_or_owner_is_killed_is_whole_or_not_there(
    workspace_path: Path, tmp_path: Path, who: str
) -> None:
    workspace = nb.open(workspace_path)
    base = workspace.create_dataset("scans").create_version("base")
    add_images(base, "scans", IMAGES)
    names = base.assets.df()["name"]
    base.add_annotations(dict.fromkeys(names, box(1)), source="model")
    base.create_child("ours").add_annotations(dict.fromkeys(names, box(2)), source="ours")
    base.create_child("theirs").add_annotations(dict.fromkeys(names, box(3)), source="theirs")
    workspace.close()
    merging = Script(MERGE, workspace_path)
    merging.hear()
    before, owner = in_the_file(workspace_path, tmp_path / "look.duckdb"), contact(workspace_path).pid

    def stopped_with_tasks() -> bool:
        os.kill(owner, signal.SIGSTOP)
        found = in_the_file(workspace_path, tmp_path / "look.duckdb")
        if found["staged"] and found["tasks"]:
            return True
        os.kill(owner, signal.SIGCONT)
        return False

    size = log_size(workspace_path)
    merging.say()
    wait_for(lambda: log_size(workspace_path) > size + 100_000, what="a piece is being committed")
    wait_for(stopped_with_tasks, what="tasks are staged")
    merging.process.kill()
    merging.process.wait()
    counted = "select (select count(*) from versions where name = 'merged') as v, (select count(*) from campaigns) as c"
    if who == "owner":
        kill_owner(workspace_path)
        assert sql(workspace_path, counted).to_numpy().tolist() == [[0, 0]]
        kill_owner(workspace_path)
        assert in_the_file(workspace_path, tmp_path / "look.duckdb") == before
        return
    os.kill(owner, signal.SIGCONT)
    wait_for(lambda: sql(workspace_path, counted)["v"][0], what="the merged version is there")
    assert sql(workspace_path, counted).to_numpy().tolist() == [[1, 1]]
    campaign = nb.open(workspace_path).campaigns["merged"]
    assert (campaign.state, campaign.info.total, campaign.info.remaining) == ("active", IMAGES, IMAGES)
