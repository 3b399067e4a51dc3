"""The last step of what takes many things writes no row for each: all that write, also those of tomorrow.

What is many is staged beside the writer, in rows that stay as they are (``test_large_imports.py``). What the writer
has written is counted at ten assets and at forty; an operation that is new, and grows, fails here.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from PIL import Image

from nbannotate.formats import Head, Row
from nbannotate.store import importing
from tests.formats import sets

from .test_pieces import BOX, CALLS, FEW, MANY, QUEUE, RECIPE, Ground, most

#: Of which the last step still writes a row or more for each asset, and which rows these are.
GROWS = {
    "assets.add": "the tasks that join a campaign",
    "assets.relocate": "the paths of the files",
    "assets.replace": "the new files",
    "campaigns.apply": "who has the tasks",
    "campaigns.complete": "the tasks that end, and revisions of drafts",
    "campaigns.delete": "the tasks, drafts and issues",
    "campaigns.join": "the tasks that join",
    "campaigns.launch": "the first tasks",
    "chain.send": "the tasks that join the other campaign",
    "clock.tick": "the tasks whose lease ran out",
    "datasets.delete": "the tasks of its campaigns",
    "imports.add": "the metadata of images that are there",
    "jobs.complete": "the tasks that end, and revisions of drafts",
    "jobs.restart": "the tasks that begin again",
    "leaving.forget": "the tasks and drafts of the member",
    "metadata.set": "the metadata",
    "sequences.exclude": "the slices, which are limited",
    "sequences.spread": "the slices, which are limited",
    "sequences.undo": "the slices, which are limited",
    "tasks.reassign": "who has the tasks",
    "tasks.redistribute": "who has the tasks",
    "versions.delete": "the tasks of its campaigns",
}


def send_before_the_launch(g):
    g.read()
    c = g.campaign(existing="done")
    other = g.dataset.create_version("w")
    other.create_campaign("Experts", RECIPE, QUEUE)
    g.add("w", other)
    return lambda: c.send("Experts", status="completed")


def delete_version_alone(g):
    g.read()
    return lambda: g.version.delete("v")


def bring_in_images(g):
    folder = tempfile.TemporaryDirectory()
    names = [f"new{i:03}.png" for i in range(g.count)]
    for name in names:
        Image.new("L", (64, 48)).save(Path(folder.name) / name)
    file = sets.write("coco", Path(folder.name) / "in.json", Head(), [Row(name, 64, 48, BOX) for name in names])

    def call():
        with folder:
            g.version.read("coco", file, images="reference")

    return call


#: What is done without tasks and metadata of what is there.
ALONE = {
    "assets.add": lambda g: lambda: g.add("0"),
    "chain.send": send_before_the_launch,
    "imports.add": bring_in_images,
    "versions.delete": delete_version_alone,
}


@pytest.mark.parametrize("name", CALLS)
def test_the_last_step_writes_as_many_rows_for_many_assets_as_for_few(name, monkeypatch):
    monkeypatch.setattr(importing, "FEW", 0)  # of what is more, no row is written again
    (few_statements, few), (many_statements, many) = most(name, FEW), most(name, MANY)
    assert many_statements <= few_statements
    assert (many > few) == (name in GROWS), f"{few} rows of {FEW} assets, {many} of {MANY}"


@pytest.mark.parametrize("name", ["assets.add", "chain.send", "imports.add", "versions.delete"])
def test_where_no_task_and_no_metadata_changes_nothing_grows(name, monkeypatch):
    monkeypatch.setattr(importing, "FEW", 0)
    rows = []
    for count in (FEW, MANY):
        ground = Ground(count)
        call = ALONE[name](ground)
        ground.counted.most = ground.counted.most_rows = 0
        call()
        rows.append((ground.counted.most, ground.counted.most_rows))
    assert rows[0] == rows[1]
