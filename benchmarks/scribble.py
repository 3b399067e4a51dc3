"""How long a scribble takes to be saved and submitted, and what another person's saves feel of it.

    python benchmarks/scribble.py [--vertices 300 3000 20000] [--times 10]

A scribble is a polygon of a hand that wanders: it crosses itself thousands of times. The recipe repairs what can be
repaired. Each line: the median and the maximum of saving and of submitting one (ms), and what the saves of somebody
else took meanwhile. The goal: submitted in under 200 ms with 3,000 vertices, and other people's saves do not feel it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

import nbannotate as nb
from beside import PASSWORD, PEOPLE, Beside
from nbannotate.errors import NbannotateError
from nbannotate.model import Annotation, Closed, Saved, Session, Shape, TaskView
from nbannotate.owner.client import Client


def scribble(vertices: int, seed: int) -> Annotation:
    """Return a polygon of a hand that wanders."""
    walk = np.cumsum(np.random.default_rng(seed).normal(0, 5, (vertices, 2)), axis=0)
    points = np.round(np.clip(1000 + walk - walk.mean(axis=0), 0, 2000), 2)
    return Annotation(shapes=(Shape(kind="polygon", points=tuple(map(tuple, points.tolist())), label="cat", id="s"),))


def work(client: Client, campaign_id: int, vertices: int, times: int) -> tuple[list[float], list[float], int]:
    """Save and submit scribbles; return how long each took (ms), and how many were refused."""
    saved, submitted, refused = [], [], 0
    for seed in range(times):
        view = client.call("tasks.next", TaskView, campaign_id=campaign_id, step=0)
        drawn = scribble(vertices, seed)
        began = time.perf_counter()
        revision = client.call(
            "tasks.save", Saved, task_id=view.task.task_id, annotation=drawn, revision=view.revision
        ).revision
        saved.append(1e3 * (time.perf_counter() - began))
        began = time.perf_counter()
        try:
            client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=drawn, revision=revision)
        except NbannotateError:
            refused += 1  # it falls into parts; judging it took its time all the same
            client.call("tasks.discard", Closed, task_id=view.task.task_id, reason="a scribble", revision=revision)
            submitted.append(1e3 * (time.perf_counter() - began))
            continue
        submitted.append(1e3 * (time.perf_counter() - began))
    return saved, submitted, refused


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vertices", type=int, nargs="+", default=[300, 3000, 20000])
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beside = Beside(folder)
        try:
            paths = [folder / f"s{i}.png" for i in range(options.times * len(options.vertices))]
            for path in paths:
                Image.new("L", (2000, 2000)).save(path)
            version = beside.workspace.create_dataset("scribbles").create_version("v1").add_images(paths)
            campaign = version.create_campaign(
                "scribbles",
                nb.Recipe(["cat"], flaws="repair"),
                nb.Workflow([nb.Step("draw", "annotation", PEOPLE[:1])]),
            )
            campaign.launch()
            token = beside.workspace.client.call("sessions.open", Session, login=PEOPLE[0], password=PASSWORD).token
            client = beside.workspace.client.acting(token)
            for vertices in options.vertices:
                found: list[tuple[list[float], list[float], int]] = []
                beside.run(
                    f"{options.times} scribbles of {vertices:,}",
                    lambda n=vertices, f=found: f.append(work(client, campaign.campaign_id, n, options.times)),
                )
                saved, submitted, refused = found[0]
                print(
                    f"  {vertices:,} vertices: save {statistics.median(saved):.0f} ms (at most {max(saved):.0f}), "
                    f"submit {statistics.median(submitted):.0f} ms (at most {max(submitted):.0f}), "
                    f"{refused} refused of {options.times}",
                    flush=True,
                )
        finally:
            beside.close()


if __name__ == "__main__":
    main()
