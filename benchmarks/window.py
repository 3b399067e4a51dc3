"""Whether a window follows the pointer: the frames of a browser while window and level, or brightness, are dragged.

    python benchmarks/window.py [--seconds 3]

One canvas in Voilà, one Chromium, one pointer event before each frame. "Ours" is what the canvas computes in a frame
(table, pixels, draw commands); "page" is the time of the processor on the browser's main thread a frame, which has that
and, without a GPU, what the browser does to draw; "interval" is the time between two frames, 16.7 ms at 60 a second;
"first" is the time from the press to the first frame with another window, in which the values travel from the kernel.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

from canvas import metrics
from pointer import FLAGS, NODELAY, voila

IMAGES = {
    "512 x 512, 16 bits": "np.add.outer(np.arange(512) * 4, np.arange(512) * 4).astype(np.uint16)",
    "1,024 x 1,024, 16 bits": "np.add.outer(np.arange(1024) * 2, np.arange(1024) * 2).astype(np.uint16)",
    "4,096 x 4,096, 16 bits": "np.add.outer(np.arange(4096), np.arange(4096)).astype(np.uint16)",
    "960 x 640, color": "np.random.default_rng(0).integers(0, 255, (640, 960, 3)).astype(np.uint8)",
    "4,000 x 3,000, color": "np.random.default_rng(0).integers(0, 255, (3000, 4000, 3)).astype(np.uint8)",
}
MEASURE = """async (seconds) => {
    const canvas = document.querySelector('canvas.nba-overlay'), box = canvas.getBoundingClientRect();
    const base = document.querySelector('canvas.nba-base'), context = base.getContext('2d');
    const fire = (name, x, y) => canvas.dispatchEvent(new PointerEvent(name, { bubbles: true, cancelable: true,
        button: 2, pointerId: 1, clientX: box.x + x, clientY: box.y + y }));
    const probe = () => context.getImageData(base.width / 2 - 60, base.height / 2, 120, 1).data.join();
    const work = [], intervals = [], real = window.requestAnimationFrame.bind(window);
    let extra = 0, i = 0;
    window.requestAnimationFrame = (f) => real((t) => {
        const from = performance.now();
        f(t);
        extra += performance.now() - from;
    });
    const frame = () => new Promise((next) => real(next));
    const before = probe(), pressed = performance.now();
    fire('pointerdown', 300, 200);
    const move = () => { i += 1; fire('pointermove', 300 + 150 * Math.sin(i / 12), 200 + 100 * Math.sin(i / 20)); };
    while (probe() === before && performance.now() - pressed < 20000) { move(); await frame(); }
    const first = performance.now() - pressed;
    let last = null, painted = 0, looks = 0, seen = probe();
    const begin = performance.now();
    while (performance.now() - begin < seconds * 1000) {
        const t = await frame(), from = performance.now();
        if (last !== null) intervals.push(t - last);
        last = t;
        move();
        work.push(performance.now() - from + extra);
        extra = 0;
        if (i % 20 === 0) { const now = probe(); looks += 1; painted += now !== seen; seen = now; }
    }
    fire('pointerup', 300, 200);
    window.requestAnimationFrame = real;
    return { first, work, intervals, painted, looks };
}"""


def main() -> None:
    """Measure all images and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of dragging, each time")
    options = parser.parse_args()
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    rows = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        for i, image in enumerate(IMAGES.values()):
            code = f"import numpy as np\nfrom nbannotate.canvas import Canvas\nCanvas({image}, height='640px')"
            book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
            book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(book, folder / f"image{i}.ipynb")
        (folder / "nodelay.py").write_text(NODELAY)
        browser = playwright.chromium.launch(executable_path=chrome, args=FLAGS)
        with voila(folder) as port:
            for i, title in enumerate(IMAGES):
                page = browser.new_page(viewport={"width": 1060, "height": 720})
                page.set_default_timeout(120_000)
                page.goto(f"http://127.0.0.1:{port}/voila/render/image{i}.ipynb")
                page.wait_for_function("document.querySelector('img.nba-preview[src]')?.complete")
                page.wait_for_timeout(1000)
                session = page.context.new_cdp_session(page)
                session.send("Performance.enable")
                page.evaluate(MEASURE, 0.2)  # the values are there now
                before = metrics(session)["ThreadTime"]
                got = page.evaluate(MEASURE, options.seconds)
                got["page"] = 1000 * (metrics(session)["ThreadTime"] - before) / len(got["work"])
                rows.append((title, got))
                page.close()
        browser.close()
    print("| image | first ms | ours p50 ms | ours p95 ms | page ms | interval p50 ms | interval p95 ms | frames/s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for title, got in rows:
        work = statistics.quantiles(got["work"], n=20)
        intervals = statistics.quantiles(got["intervals"], n=20)
        rate = 1000 * len(got["intervals"]) / sum(got["intervals"])
        assert got["painted"] > got["looks"] / 2, f"{title}: only {got['painted']} of {got['looks']} looks differed"
        print(
            f"| {title} | {got['first']:.0f} | {work[9]:.1f} | {work[18]:.1f} | {got['page']:.1f} | "
            f"{intervals[9]:.1f} | {intervals[18]:.1f} | {rate:.0f} |"
        )
    print(f"\nLoad of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
