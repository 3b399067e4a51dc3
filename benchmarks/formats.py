"""How long a data set of the size of COCO train2017 takes to be read and written, and how much memory, beside others.

    python benchmarks/formats.py [--scale 1.0] [--keep FOLDER] [--only ours|read|write]

The file is generated: 118,287 images, 860,001 annotations (polygons of some twenty points, one in ten of two parts side
by side, one in eighty-five a crowd in run lengths), times ``--scale``. Images need not exist. ``pycocotools`` only
loads it; we bring it into a workspace whose owner is a process of its own, while an annotator saves every fifth of a
second, and write it again. Memory is the sum of all our processes at the worst moment; the processor time is that of
reader and owner, who answers the annotator, too. The goals: read in half the time that pycocotools takes to load, under
1.5 GiB at full scale; written in less than that; a save's p95 under 100 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psutil

import nbannotate as nb
from beside import Beside, saver_main
from nbannotate.owner.place import Place
from nbannotate.workspace import frames

IMAGES, ANNOTATIONS, CATEGORIES = 118_287, 860_001, 80


def generate(file: Path, images: int, annotations: int) -> None:
    """Write a COCO file with the structure of train2017."""
    random = np.random.default_rng(0)
    ids = np.sort(random.choice(6 * images, images, replace=False)).tolist()
    sizes = random.integers(300, 641, (images, 2)).tolist()
    with file.open("w") as out:
        out.write(
            '{"info": {"description": "generated"}, "licenses": [{"url": "x", "id": 1, "name": "y"}], "images": ['
        )
        for i, ((height, width), image_id) in enumerate(zip(sizes, ids, strict=True)):
            image = {
                "license": i % 8 + 1, "file_name": f"{image_id:012d}.jpg", "height": height, "width": width,
                "coco_url": f"http://images.example.org/{image_id:012d}.jpg", "date_captured": "2013-11-14 11:18:45",
                "flickr_url": f"http://images.example.org/{image_id}_z.jpg", "id": image_id,
            }  # fmt: skip
            out.write((", " if i else "") + json.dumps(image))
        out.write('], "annotations": [')
        which = random.integers(0, images, annotations).tolist()
        for i, place in enumerate(which):
            out.write((", " if i else "") + json.dumps(annotation(random, i, ids[place], *sizes[place])))
        categories = [{"supercategory": f"s{c % 12}", "id": c, "name": f"thing {c}"} for c in range(1, CATEGORIES + 1)]
        out.write(f'], "categories": {json.dumps(categories)}}}')


def annotation(random: np.random.Generator, i: int, image_id: int, height: int, width: int) -> dict[str, Any]:
    """Return one annotation."""
    x, y = random.random(2) * (0.6 * width, 0.6 * height)
    w, h = 10 + random.random(2) * (width - x - 11, height - y - 11)
    segmentation: Any
    if i % 85 == 0:
        runs = random.integers(1, 50, 60).tolist()
        segmentation = {"counts": [*runs, height * width - sum(runs)], "size": [height, width]}
    else:
        count = int(min(200, 3 + random.gamma(2, 11)))
        parts = 1 + (i % 10 == 0)  # side by side
        turn = np.sort(random.random((parts, count))) * 2 * np.pi
        reach, half = 0.5 + 0.5 * random.random(count), w / 2 / parts
        middle = x + half * (1 + 2 * np.arange(parts)[:, None])
        places = np.stack([middle + half * reach * np.cos(turn), y + h / 2 + h / 2 * reach * np.sin(turn)], axis=2)
        segmentation = places.round(2).reshape(parts, -1).tolist()
    box = [round(float(v), 2) for v in (x, y, w, h)]
    return {
        "segmentation": segmentation, "area": round(float(0.6 * w * h), 4), "iscrowd": int(i % 85 == 0),
        "image_id": image_id, "bbox": box, "category_id": i % CATEGORIES + 1, "id": i + 1,
    }  # fmt: skip


@contextlib.contextmanager
def watched(*pids: int) -> Iterator[list[float]]:
    """Give a list whose one number is, in the end, the most memory that processes and their children had (GiB).

    A process of its own looks, so that what it takes is not counted among what it looks at.
    """
    command, most = [sys.executable, __file__, "--watch", *map(str, pids)], [0.0]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        watcher.stdout.readline()  # it is ready
        try:
            yield most
        finally:
            watcher.stdin.close()
            most[0] = float(watcher.stdout.read())


def watch_main(pids: list[int]) -> None:
    """Look at the memory of processes until the standard input ends; print the most."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("ready", flush=True)
    its: set[psutil.Process] = set()  # the owner is a child of who began it, too
    times, most = 0, 0
    while not ended.wait(0.05):
        if times % 20 == 0:  # to look for children takes longer than to ask them
            with contextlib.suppress(psutil.Error):
                its = {p for pid in pids for p in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))}
                its.discard(psutil.Process())
        times += 1
        total = 0
        for one in its:
            with contextlib.suppress(psutil.Error):
                total += one.memory_info().rss
        most = max(most, total)
    print(most / 2**30, flush=True)


def in_a_process(what: str, work: Callable[[Path], None], file: Path) -> tuple[float, float]:
    """Run something in a fresh process, and print its time and its memory; return its time, and of processors."""
    before = os.times()
    process = multiprocessing.get_context("spawn").Process(target=work, args=(file,))
    began = time.perf_counter()
    process.start()
    with watched(process.pid or 0) as most:
        process.join()
    took = time.perf_counter() - began
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    told = f"| processors {cpu:.1f} s" if process.exitcode == 0 else "| failed"
    print(f"| {what:30} | {took:7.2f} | {most[0]:6.2f} {told}", flush=True)
    return took, cpu


def load_with_pycocotools(file: Path) -> None:
    """Load a file as pycocotools does."""
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(io.StringIO()):
        COCO(str(file))


def load_with_supervision(file: Path) -> None:
    """Load a file as supervision does; it wants no images for it."""
    import supervision as sv

    sv.DetectionDataset.from_coco(images_directory_path=str(file.parent), annotations_path=str(file))


def load_with_datumaro(file: Path) -> None:
    """Load a file as datumaro does."""
    import datumaro

    datumaro.Dataset.import_from(str(file), "coco_instances")


def assets(version: nb.workspace.version.Version, file: Path) -> None:
    """Add the images of a file as assets; nobody looks for them."""
    import pandas as pd

    rows = pd.DataFrame(json.loads(file.read_text())["images"])
    table = pd.DataFrame({
        "name": rows["file_name"], "path": "/images/" + rows["file_name"], "folder": "", "width": rows["width"],
        "height": rows["height"], "bytes": 1000, "metadata": "{}",
    })  # fmt: skip
    version.workspace.client.upload("assets.add", int, frames.to_parquet(table), version_id=version.version_id)


def ours(folder: Path, file: Path, only: str | None) -> dict[str, tuple[float, float]]:
    """Read a file into a workspace and write it again, beside an annotator; return what each took."""
    beside = Beside(folder)
    workspace = beside.workspace
    took: dict[str, tuple[float, float]] = {}
    try:
        version = workspace.create_dataset("coco").create_version("v1")
        assets(version, file)
        contact = Place(folder / "bench.duckdb").contact()
        assert contact is not None
        owner = psutil.Process(contact.pid)
        for what, work in (
            ("nbannotate: read", lambda: version.read("coco", file)),
            ("nbannotate: write", lambda: version.write("coco", folder / "out.json")),
        ):
            if only is not None and not what.endswith(only):
                if only == "write":
                    work()
                continue
            before = time.process_time(), owner.cpu_times()
            began = time.time()
            with watched(os.getpid(), contact.pid) as most:
                work()
            ended = time.time()
            cpu = time.process_time() - before[0], sum(owner.cpu_times()[:2]) - sum(before[1][:2])
            time.sleep(1)
            saves = [json.loads(line) for line in beside.log.read_text().splitlines()]
            waited = sorted(1e3 * t for at, t in saves if at + t >= began and at <= ended)
            p95 = waited[min(len(waited) - 1, int(0.95 * len(waited)))] if waited else 0.0
            told = f"processors {cpu[0]:.1f} + {cpu[1]:.1f} s; {len(waited)} saves beside it: p95 {p95:.0f} ms"
            told += f", at most {max(waited, default=0):.0f} ms"
            took[what] = ended - began, sum(cpu)
            print(f"| {what:30} | {took[what][0]:7.2f} | {most[0]:6.2f} | {told}", flush=True)
        print(f"| shapes in the store: {len(version.shapes):,}")
    finally:
        beside.close()
    return took


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of images and annotations")
    parser.add_argument("--keep", type=Path, help="where the generated file stays, for the next time")
    parser.add_argument("--only", choices=("ours", "read", "write"), help="just this, and pycocotools")
    parser.add_argument("--saver", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--watch", nargs="+", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.watch:
        watch_main(given.watch)
        return
    if given.saver:
        saver_main(given.saver[0], int(given.saver[1]), given.saver[2])
        return
    images, annotations = round(IMAGES * given.scale), round(ANNOTATIONS * given.scale)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, "
        f"Python {platform.python_version()}, duckdb {duckdb.__version__}"
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        file = (given.keep or folder) / f"train-{images}-{annotations}.json"
        if not file.exists():
            generate(file, images, annotations)
        print(f"{images:,} images, {annotations:,} annotations, {file.stat().st_size / 2**20:,.0f} MiB\n")
        print(f"| {'what':30} | seconds |    GiB |\n|---|---|---|", flush=True)
        load = in_a_process("pycocotools: load", load_with_pycocotools, file)
        others = (("supervision", load_with_supervision), ("datumaro", load_with_datumaro))
        for what, work in others if given.only is None else ():
            with contextlib.suppress(ImportError):
                __import__(what)
                in_a_process(f"{what}: load", work, file)
        took = ours(folder, file, None if given.only == "ours" else given.only)
        for what, its in took.items():
            of = its[0] / load[0], its[1] / load[1]
            print(f"{what}: {of[0]:.2f} of the time of pycocotools, and {of[1]:.2f} of what it takes of processors")


if __name__ == "__main__":
    sys.exit(main())
