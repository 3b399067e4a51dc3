"""How long somebody waits for the next image: submit pressed, operation answered, image painted.

    python benchmarks/next_task.py [--images 40] [--think 1.0] [--folder …]

In Chromium against the real server, its kernel and its owner process, on loopback. A person draws a box on each image,
thinks, and presses Ctrl+Enter; the next image comes from a queue. The clock runs in the page, from the key event:

* *answered*: the page has the next task (its name stands in the bar),
* *seen*: the next image is on the stage: the one that was sent ahead, the preview, or sharper,
* *sharp*: ipycanvas has painted it at the size of the screen.

A picture counts as painted in the frame after the pixels are those of another image.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

import nbannotate as nb

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PASSWORD = "a long password"
GOAL_MS = 150.0
WATCH = """() => {
    const sum = () => {                      // of some pixels of the layers of ipycanvas
        const c = document.querySelector('canvas.nba-base');
        if (!c || c.style.visibility === 'hidden') return null;
        const d = c.getContext('2d').getImageData(c.width / 2 - 40, c.height / 2 - 40, 80, 80).data;
        let n = 0;
        for (let i = 0; i < d.length; i += 4) n = (n * 31 + d[i] + 7 * d[i + 1]) % 1000003;
        return d[3] ? n : null;
    };
    window.nbWatch = { last: null };
    addEventListener('keydown', (e) => {
        if (e.key !== 'Enter' || !e.ctrlKey) return;
        const at = performance.now(), found = {}, before = sum(), title = document.querySelector('.nbp-top h1')?.title;
        const image = document.querySelector('.nba-preview'), src = image?.getAttribute('src');
        window.nbWatch.last = null;
        const look = () => {
            const now = performance.now();
            if (!found.answered && document.querySelector('.nbp-top h1')?.title !== title) found.answered = now - at;
            const other = document.querySelector('.nba-preview');
            const preview = other && other.getAttribute('src') !== src && other.complete && other.naturalWidth;
            const s = found.answered && !found.sharp ? sum() : null, cover = document.querySelector('.nbp-ahead img');
            if (s !== null && s !== before) found.sharp = now - at;
            if (!found.seen && (cover?.complete || (preview && found.answered) || found.sharp)) found.seen = now - at;
            if (found.answered && found.seen && found.sharp) window.nbWatch.last = found;
            else if (now - at < 20000) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, { capture: true });
}"""
FOUND = """async () => {                          // the policy of the page forbids Playwright's own waiting
    for (let i = 0; i < 400 && !window.nbWatch.last; i++) await new Promise((next) => setTimeout(next, 50));
    return window.nbWatch.last;
}"""


def images_of(folder: str | None, count: int, to: Path) -> None:
    """Put so many images into a folder: real ones, again from the first if there are too few, or made ones."""
    found = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in (".jpg", ".png")) if folder else []
    random = np.random.default_rng(0)
    for i in range(count):
        if found:
            path = found[i % len(found)]
            shutil.copy(path, to / f"{i:03}{path.suffix}")
        else:
            small = Image.fromarray(random.integers(60, 200, (30, 40, 3), dtype=np.uint8))
            small.resize((640, 480), Image.Resampling.BICUBIC).save(to / f"{i:03}.jpg", quality=92)


@contextlib.contextmanager
def served(workspace: Path) -> Iterator[str]:
    """Serve a workspace; yield the address."""
    command = [sys.executable, "-m", "nbannotate.serve", str(workspace), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"(http://\S+)$", process.stdout.readline().strip())
        assert found, "the server did not start"
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def begin(page: Page, url: str) -> None:
    """Log in and open the first task."""
    page.set_default_timeout(60_000)
    page.goto(url)
    page.fill("#login", "ana")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.locator("[data-go]").first.click()
    page.wait_for_selector(".nba-preview[src]", state="attached")
    page.wait_for_selector(".nba-stage:focus")
    page.evaluate(WATCH)


def turns(page: Page, count: int, think: float) -> list[dict[str, float]]:
    """Annotate and submit so many images; return what was measured at each."""
    rows = []
    for _ in range(count):
        page.wait_for_selector(".nba-stage:focus")
        box: Any = page.locator(".nba-overlay").bounding_box()
        page.keyboard.press("r")
        page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25, steps=4)
        page.mouse.up()
        page.wait_for_selector(".nbp-shapes li")
        time.sleep(think)
        page.keyboard.press("Control+Enter")
        rows.append(page.evaluate(FOUND))
    return rows


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=40, help="how many submissions")
    parser.add_argument("--think", type=float, default=1.0, help="seconds on each image, after the box")
    parser.add_argument("--folder", help="real images; without it, made ones of 640 x 480")
    options = parser.parse_args()
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "images").mkdir()
        images_of(options.folder, options.images + 3, folder / "images")
        ws = nb.open(folder / "work.duckdb")
        ws.members.add("ana", role="annotator", password=PASSWORD)
        version = ws.create_dataset("images").create_version("v1").add_images([folder / "images"])
        steps = nb.Workflow([nb.Step("draw", kind="annotation", assignees=["ana"])])
        version.create_campaign("next", nb.Recipe(labels=["cell"]), steps).launch()
        browser = playwright.chromium.launch(executable_path=chrome, args=FLAGS)
        try:
            with served(Path(ws.path)) as url:
                page = browser.new_page(viewport={"width": 1280, "height": 860})
                begin(page, url)
                rows = turns(page, options.images, options.think)
                page.close()
        finally:
            browser.close()
            contact = ws.client.place.contact()  # type: ignore[attr-defined]
            ws.close()
            if contact:
                os.kill(contact.pid, signal.SIGTERM)
    print("| from Ctrl+Enter to | p50 ms | p95 ms | max ms |")
    print("|---|---:|---:|---:|")
    for what, said in (("seen", "the next image seen"), ("answered", "its task there"), ("sharp", "its image sharp")):
        took = [row[what] for row in rows]
        cuts = statistics.quantiles(took, n=20)
        print(f"| {said} | {cuts[9]:.0f} | {cuts[18]:.0f} | {max(took):.0f} |")
    print(f"\n{len(rows)} images; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; "
          f"the goal is {GOAL_MS:.0f} ms for p95.")  # fmt: skip


if __name__ == "__main__":
    main()
