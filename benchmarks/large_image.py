"""Large images: when a preview is there, when one looks at sharp pixels, and how much memory the kernel needs.

``python benchmarks/large_image.py`` makes a JPEG, a PNG and a tiled TIFF (deflate) of 20,000 x 20,000 pixels in a
folder for temporary files, opens each as a page does, in a process of its own, and prints a table; the last rows
decode the same files whole, as one would without all this. Memory is private (USS), sampled 20 times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

KINDS = ("jpg", "png", "tif")
PATIENCE_S = 600


def make(path: Path, side: int) -> None:
    import tifffile
    from PIL import Image

    tile = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    tile = np.asarray(Image.fromarray(tile).resize((1000, 1000), Image.Resampling.BICUBIC))
    times = -(-side // 1000)
    pixels = np.tile(tile, (times, times, 1))[:side, :side]
    if path.suffix == ".tif":
        tifffile.imwrite(path, pixels, tile=(256, 256), photometric="rgb", compression="zlib",
                         compressionargs={"level": 1})  # fmt: skip
    else:
        Image.fromarray(pixels).save(path, quality=85, compress_level=1)


class Memory:
    """The most private memory of this process, above what it had at first, in MiB."""

    def __init__(self) -> None:
        self.process = psutil.Process()
        self.first = self.most = self.process.memory_full_info().uss
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        """Sample."""
        while not self.over.wait(0.05):
            self.most = max(self.most, self.process.memory_full_info().uss)

    def end(self) -> int:
        """Stop, and return the most."""
        self.over.set()
        self.thread.join()
        self.most = max(self.most, self.process.memory_full_info().uss)
        return (self.most - self.first) >> 20


def in_parts(path: Path) -> dict[str, float]:
    """Open a file as a canvas does: the preview, then the far corner at 1:1."""
    from nbannotate.canvas.picture import Picture
    from nbannotate.canvas.view import View

    memory, start = Memory(), time.perf_counter()
    picture = Picture(path)
    told = {"opened": time.perf_counter() - start}
    assert picture.wait(PATIENCE_S), picture.failure
    view = View(k=1, x=0, y=0, w=1600, h=1000).fitted(picture.width, picture.height)
    picture.part(picture.visible(view), view.k)
    picture.preview()
    told["preview"] = time.perf_counter() - start
    corner = (picture.width - 1600.0, picture.height - 1000.0, float(picture.width), float(picture.height))
    while True:
        begun = time.perf_counter()
        picture.part(corner, 1)
        if not picture._asked or picture._asked[2] >= 1:
            break
        time.sleep(0.05)
    told["sharp"] = time.perf_counter() - start
    assert picture.wait(PATIENCE_S, whole=True), picture.failure
    told["done"] = time.perf_counter() - start
    begun = time.perf_counter()
    for i in range(20):
        x, y = 900.0 * i, 850.0 * i
        picture.part((x, y, x + 1600, y + 1000), 1)
    told["look"] = (time.perf_counter() - begun) / 20
    told["memory"] = memory.end()
    picture.close()
    return told


def whole(path: Path) -> dict[str, float]:
    """Decode a file whole, and cut the same corner of it."""
    import tifffile
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    memory, start = Memory(), time.perf_counter()
    pixels = tifffile.imread(path) if path.suffix == ".tif" else np.asarray(Image.open(path))
    told = {"sharp": time.perf_counter() - start}
    corner = Image.fromarray(pixels[-1000:, -1600:])
    Image.fromarray(pixels).resize((1000, 1000), Image.Resampling.BILINEAR, reducing_gap=2.0)
    told["preview"] = told["done"] = time.perf_counter() - start
    assert corner.size == (1600, 1000)
    told["memory"] = memory.end()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--folder", type=Path, help="where files are kept from one run to the next")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        how, path = given.one
        print(json.dumps((in_parts if how == "in parts" else whole)(Path(path))))
        return
    with tempfile.TemporaryDirectory(prefix="nbannotate-large-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in given.kinds:
            if not (folder / f"large.{kind}").exists():
                make(folder / f"large.{kind}", given.side)
        print(f"{given.side:,} x {given.side:,} pixels, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n")
        print("| file | MB | how | opened s | preview s | 1:1 sharp s | all done s | each look ms | memory MiB |")
        print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
        for how in ("in parts", "whole"):
            for kind in given.kinds:
                path = folder / f"large.{kind}"
                done = subprocess.run([sys.executable, __file__, "--one", how, str(path)], stdout=subprocess.PIPE,
                                      check=True)  # fmt: skip
                told = json.loads(done.stdout)
                cells = [f"{told[n]:.2f}" if n in told else "" for n in ("opened", "preview", "sharp", "done")]
                look = f"{told['look'] * 1e3:.0f}" if "look" in told else ""
                size = path.stat().st_size / 1e6
                print(f"| {kind} | {size:.0f} | {how} | {' | '.join(cells)} | {look} | {told['memory']} |", flush=True)


if __name__ == "__main__":
    main()
