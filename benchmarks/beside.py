"""How long a save waits beside long work: imports, new assets, launches, children, and many tasks changing hands.

    python benchmarks/beside.py [--assets 100000] [--images 4000 16000]

The owner is a process of its own, and so is the annotator, who saves every fifth of a second, whatever the last save
took. Each line is one long operation: how long it took, how many saves fell into it, and what they took from call to
answer (ms). The goal is a p95 under 150 ms and a maximum under 1 s. Images need not exist for any of it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Reassigned, Saved, Session, Shape, TaskView
from nbannotate.owner.client import connect
from nbannotate.owner.place import Place
from nbannotate.workspace import frames
from nbannotate.workspace.dataset import Version

PASSWORD = "a-long-password"
PEOPLE = [f"ann{i}" for i in range(10)]
EVERY_S = 0.2
FLOW = nb.Workflow([nb.Step("draw", "annotation", PEOPLE, attribution="equal")])
BOXES = tuple(
    Shape(kind="rectangle", points=((i, i), (i + 20, i + 20)), label="cat", id=f"box{i}") for i in range(10)
)  # fmt: skip


def saver_main(path: str, campaign_id: int, token: str) -> None:
    """Be the annotator until the end of the input: save, and print when each began and what it took."""
    client = connect(path, token)
    view = client.call("tasks.next", TaskView, campaign_id=campaign_id, step=0)
    revision = view.revision
    while True:
        began = time.time()
        revision = client.call(
            "tasks.save", Saved, task_id=view.task.task_id, annotation=Annotation(shapes=BOXES), revision=revision,
            seconds=EVERY_S,
        ).revision  # fmt: skip
        took = time.time() - began
        print(json.dumps([began, took]), flush=True)
        time.sleep(max(0.0, EVERY_S - took))


def add_assets(version: Version, count: int, folder: str = "scans") -> None:
    """Add assets without images."""
    names = [f"{folder}/{i // 1000:03}/{i:06}.png" for i in range(count)]
    rows = pd.DataFrame({"name": names, "path": [f"/images/{n}" for n in names], "folder": folder, "width": 640,
                         "height": 480, "bytes": 1000, "metadata": "{}"})  # fmt: skip
    version.workspace.client.upload("assets.add", int, frames.to_parquet(rows), version_id=version.version_id)


def coco(folder: Path, count: int) -> Path:
    """Write a COCO file with a box and a polygon of twelve points for each image."""
    ring = [v for i in range(12) for v in (100 + 7 * i, 100 + (i * i) % 37)]
    document = {
        "images": [{"id": i, "file_name": f"scans/{i // 1000:03}/{i:06}.png"} for i in range(count)],
        "annotations": [
            {"id": 2 * i + j, "image_id": i, "category_id": 1, "bbox": [1 + j, 2, 100, 60]}
            | ({"segmentation": [ring]} if j else {})
            for i in range(count)
            for j in range(2)
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }
    file = folder / f"coco-{count}.json"
    file.write_text(json.dumps(document))
    return file


class Beside:
    """A workspace with an annotator at work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = nb.open(folder / "bench.duckdb")
        for login in ["saver", *PEOPLE]:
            self.workspace.members.add(login, password=PASSWORD)
        Image.new("L", (640, 480)).save(folder / "0.png")
        version = self.workspace.create_dataset("own").create_version("v1").add_images(folder / "0.png")
        flow = nb.Workflow([nb.Step("draw", "annotation", ["saver"])])
        campaign = version.create_campaign("own", nb.Recipe(["cat"]), flow)
        campaign.launch()
        token = self.workspace.client.call("sessions.open", Session, login="saver", password=PASSWORD).token
        command = [sys.executable, __file__, "--saver", str(folder / "bench.duckdb"), str(campaign.campaign_id), token]
        self.log = folder / "saves.jsonl"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(command, stdout=out)
        while not self.log.stat().st_size:
            time.sleep(0.1)

    def run(self, what: str, work: Callable[[], object]) -> None:
        """Do long work and print what the saves beside it took."""
        time.sleep(1)
        began = time.time()
        work()
        ended = time.time()
        time.sleep(1.5)
        saves = [json.loads(line) for line in self.log.read_text().splitlines()]
        took = sorted(1e3 * t for at, t in saves if at + t >= began and at <= ended)
        p95 = took[min(len(took) - 1, int(0.95 * len(took)))] if took else 0.0
        most = max(took, default=0.0)
        verdict = "" if p95 < 150 and most < 1000 else "  missed"
        print(f"| {what:34} | {ended - began:7.2f} | {len(took):5} | {p95:7.0f} | {most:7.0f} |{verdict}", flush=True)

    def close(self) -> None:
        """End the annotator and the owner."""
        self.process.terminate()
        self.process.wait()
        contact = Place(self.folder / "bench.duckdb").contact()
        self.workspace.close()
        if contact is not None:
            os.kill(contact.pid, signal.SIGTERM)


def measure(folder: Path, assets: int, images: list[int]) -> None:
    """Run all long operations."""
    beside = Beside(folder)
    workspace = beside.workspace
    print(f"| {'beside':34} | seconds | saves | p95 ms  | max ms  |\n|---|---|---|---|---|")
    try:
        beside.run("nothing, for 5 s", lambda: time.sleep(5))
        for count in images:
            version = workspace.create_dataset(f"coco {count}").create_version("v1")
            add_assets(version, count)
            file = coco(folder, count)
            beside.run(f"read COCO, {count:,} images", lambda v=version, f=file: v.read("coco", f))  # type: ignore[misc]
        version = workspace.create_dataset("large").create_version("v1")
        beside.run(f"assets.add, {assets:,}", lambda: add_assets(version, assets))
        version.read("coco", coco(folder, min(assets, 10_000)))
        campaign = version.create_campaign("large", nb.Recipe(["cat"]), FLOW)
        beside.run(f"launch, {assets:,}", campaign.launch)
        call, at = workspace.client.call, {"campaign_id": campaign.campaign_id, "step": "draw"}
        beside.run("reassign all to one", lambda: call("tasks.reassign", Reassigned, to=PEOPLE[0], **at))
        weights = dict.fromkeys(PEOPLE, 1.0)
        beside.run("redistribute all", lambda: call("tasks.redistribute", Reassigned, weights=weights, **at))
        uneven = nb.Step("draw", "annotation", {p: i + 1 for i, p in enumerate(PEOPLE)}, attribution="weighted")
        beside.run("apply other weights", campaign.plan(workflow=nb.Workflow([uneven])).apply)
        beside.run(f"assets.add, {assets // 10:,} that join", lambda: add_assets(version, assets // 10, "more"))
        beside.run("child of the draft", lambda: version.create_child("v2"))
        beside.run("complete a job", lambda: call("jobs.complete", int, member=PEOPLE[1], reason="x", **at))
        beside.run("complete the campaign", lambda: campaign.complete("enough"))
        other = version.dataset.create_version("other").add_images(folder / "0.png")
        other.create_campaign("other", nb.Recipe(["cat"]), FLOW).launch()
        beside.run("send all to another campaign", lambda: campaign.send("other", status="skipped"))
        again = folder / "again.json"
        coco(folder, 2_000).rename(again)
        version.read("coco", again, on_conflict="replace")
        beside.run("undo an import of 2,000", lambda: version.restore(source="again.json"))
        beside.run("publish", version.publish)
        beside.run("child of the published", lambda: version.create_child("v3"))
        beside.run("delete the campaign", lambda: campaign.delete("large"))
    finally:
        beside.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--images", type=int, nargs="+", default=[4_000, 16_000])
    parser.add_argument("--saver", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.saver:
        path, campaign_id, token = given.saver
        saver_main(path, int(campaign_id), token)
        return
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, "
        f"Python {platform.python_version()}, duckdb {duckdb.__version__}"
    )
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.assets, given.images)


if __name__ == "__main__":
    main()
