"""Whatever was done with the versions of a dataset: its copy, here or elsewhere, says the same of each of them.

A few sequences of what people do run in CI; ``NBANNOTATE_SEQUENCES=100`` runs so many.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.store import contents

NAMES = [f"{i}.png" for i in range(4)]
STEPS = st.tuples(
    st.sampled_from([
        "child", "bare child", "say", "say", "nothing", "archive", "archive", "delete", "add", "rename", "combine",
        "undo", "reorder", "split", "publish", "read", "campaign", "version",
    ]),
    st.integers(0, 9), st.integers(0, 3), st.sampled_from(["cat", "dog", "owl"]),
)  # fmt: skip


class Ground:
    """Two workspaces in memory, and images."""

    def __init__(self, folder: Path) -> None:
        self.here, self.there, self.number, self.folder = nb.open(":memory:"), nb.open(":memory:"), 0, folder
        for ws in (self.here, self.there):
            ws.members.add("ana")
        for name in [*NAMES, "more.png"]:
            Image.new("L", (60, 40)).save(folder / name)

    def begin(self) -> Any:
        """Make a dataset with a version of all images but one."""
        self.number += 1
        dataset = self.here.create_dataset(f"d{self.number}")
        dataset.create_version("v").add_images([self.folder / name for name in NAMES])
        return dataset


@pytest.fixture(scope="module")
def ground(tmp_path_factory: Any) -> Iterator[Ground]:
    its = Ground(tmp_path_factory.mktemp("cloned"))
    yield its
    for ws in (its.here, its.there):
        ws.close()


def do(ground: Ground, dataset: Any, number: int, what: str, which: int, image: int, label: str) -> None:
    """Do something with one of the versions."""
    versions = list(dataset.versions)
    version = versions[which % len(versions)]
    name = NAMES[image]
    match what:
        case "version":
            dataset.create_version(f"v{number}").add_images([ground.folder / NAMES[0]])
        case "child" | "bare child":
            version.create_child(f"v{number}", annotations=what == "child")
        case "say":
            box = nb.Shape.rectangle(image, which, 9, 9, label=label, attributes={"n": number})
            version.add_annotations({name: [box]}, source=label)
        case "nothing":
            version.add_annotations({name: nb.Annotation(nothing_to_label=True)}, source=label)
        case "archive":
            asset = version.assets[name]
            asset.archive(asset.archived is None)
        case "delete":
            version.assets[name].delete(name)
        case "add":
            version.add_images([ground.folder / "more.png"])
        case "rename":
            version.labels.rename(label, f"{label}{number}")
        case "combine":
            version.labels.combine(list(version.labels._names())[:2], into=label)
        case "undo":
            version.labels.undo()
        case "reorder":
            version.labels.reorder(list(version.labels._names())[::-1])
        case "split":
            version.split(by=None, seed=number)
        case "publish":
            version.publish()
        case "read":
            file = ground.folder / "read.json"
            dataset.versions[0].write("coco", file, lossy=True)
            version.read("coco", file)
        case "campaign":
            flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
            recipe = nb.Recipe([nb.Label(label, color="#123456"), f"new{number}"])
            version.create_campaign(f"{dataset.name} {number}", recipe, flow)


def said(version: Any, folder: Path) -> dict[str, Any]:
    """Return all that a version says, without ids and members."""
    engine = version.workspace.client.dispatcher.engine
    with engine.read() as tx:
        held = contents.of(tx, version.version_id)
    assets = version.assets.df()[["name", "path", "position", "archived", "added"]]
    annotations = version.annotations.df().sort_values("asset")[["asset", "member", "source", "origin", "created"]]
    version.write("coco", folder / "out.json", lossy=True)
    return {
        "state": version.state, "held": held, "assets": assets.sort_values("position").to_numpy().tolist(),
        "annotations": annotations.to_numpy().tolist(), "labels": version.labels.df().to_numpy().tolist(),
        "mapping": version.labels.mapping, "splits": version.splits.df().to_numpy().tolist(), "how": version.splits.how,
        "coco": (folder / "out.json").read_bytes(),
    }  # fmt: skip


@settings(max_examples=int(os.environ.get("NBANNOTATE_SEQUENCES", "3")), deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=10), st.integers(0, 9))
def test_a_copy_says_of_each_version_what_it_says(ground: Ground, steps: list[Any], which: int) -> None:
    dataset = ground.begin()
    for number, step in enumerate(steps):
        with contextlib.suppress(NbannotateError):  # what cannot be done now
            do(ground, dataset, number, *step)
    single = list(dataset.versions)[which % len(dataset.versions)]
    expected = {mine.name: said(mine, ground.folder) for mine in dataset.versions}
    for to in (ground.here, ground.there):
        copy = dataset.clone(f"copy of {dataset.name}", to=to)
        assert [v.name for v in copy.versions] == [v.name for v in dataset.versions]
        pairs = [(mine, copy.versions[mine.name]) for mine in dataset.versions]
        pairs.append((single, single.clone(f"{single.name} of {dataset.name}", to=to)))
        for mine, its in pairs:
            assert said(its, ground.folder) == expected[mine.name], (mine, its)
