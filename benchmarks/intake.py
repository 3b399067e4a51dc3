"""How long 100,000 shapes take on their way in and out: as a table of boxes, and as what a version gives."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

import nbannotate as nb
from nbannotate.workspace import intake

SHAPES, IMAGES = 100_000, 1_000


def timed(what: str, call: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = call()
    print(f"{what:60} {time.perf_counter() - began:6.2f} s")
    return found


def main() -> None:
    random = np.random.default_rng(0)
    names = [f"{i:04}.png" for i in range(IMAGES)]
    corner = random.uniform(0, 500, (SHAPES, 2))
    table = pd.DataFrame({
        "asset": np.repeat(names, SHAPES // IMAGES), "label": random.choice(["WBC", "RBC"], SHAPES),
        "x": corner[:, 0], "y": corner[:, 1], "width": random.uniform(2, 100, SHAPES),
        "height": random.uniform(2, 100, SHAPES), "confidence": random.uniform(0, 1, SHAPES),
        "stage": random.choice(["early", "late"], SHAPES),
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            Image.new("L", (640, 640)).save(Path(folder) / name)
        with nb.open(":memory:") as ws:
            dataset = ws.create_dataset("d")
            first, second = (dataset.create_version(v).add_images(folder) for v in "ab")
            timed("a table of boxes is checked and made shapes of", lambda: intake.taken(table, intake.Images(names)))
            timed("add_annotations(table of boxes)", lambda: first.add_annotations(table, source="model"))
            out = timed("shapes.df()", lambda: first.shapes.df())
            timed("shapes.df() is checked and made shapes of", lambda: intake.taken(out, intake.Images(names)))
            timed("add_annotations(shapes.df())", lambda: second.add_annotations(out, source="again"))
            values = pd.DataFrame({"asset": names, "n": range(IMAGES), "at": pd.Timestamp("2026-01-01", tz="UTC")})
            timed(f"set_metadata(table) of {IMAGES:,} assets", lambda: first.set_metadata(values))


if __name__ == "__main__":
    main()
