"""Whether the canvas stays smooth with many shapes: open, pan, zoom, select and drag, beside two other widgets.

    python benchmarks/canvas.py [--seconds 3] [--counts 100 1000 10000] [--others path/to/python]

One Chromium, one Voilà for each Python. ``--others`` is the Python of another environment that has voila,
ipyannotations and jupyter-bbox-widget; without it only nbannotate is measured. All show the same image and boxes.

"Open" is the time from a click on a button to the frame after the last shape is painted. While something moves, one
event comes before each frame, as a browser passes them on. "Ours" is the time in the widget's event handlers and in the
frames that it asked for; "page" the time of the processor on the browser's main thread a frame, which has that, what
the kernel sent, and, without a GPU, much of what the browser does to draw; both hardly depend on what else the machine
does. "Frames" is how often the browser painted, "late" the part of the time in frames of more than two intervals.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Page, sync_playwright

from pointer import FLAGS, NODELAY, voila

HERE = Path(__file__).parent
SIZE = (1600, 1200)
COMMON = f"""
import io, math
import ipywidgets
import numpy as np
from PIL import Image
W, H = {SIZE}
COUNTS = [0, *{{counts}}]
gray = (110 + 20 * np.sin(np.arange(W) / 60)[None, :] + 20 * np.cos(np.arange(H) / 45)[:, None]).astype(np.uint8)
out = io.BytesIO()
Image.fromarray(np.stack([gray] * 3, axis=-1)).save(out, "JPEG", quality=92)
image = out.getvalue()
NAMES, COLORS = ["a", "b", "c", "d"], ["#ff0000", "#00c000", "#3060ff", "#ffb000"]
def places(n):
    side = math.ceil(math.sqrt(n))
    for i in range(n):
        x, y = (i % side) * W / side, (i // side) * H / side
        yield i, (round(x + 0.15 * W / side), round(y + 0.15 * H / side),
                  round(x + 0.85 * W / side), round(y + 0.85 * H / side))
def buttons(show):
    found = []
    for n in COUNTS:
        found.append(ipywidgets.Button(description=f"open {{{{n}}}}"))
        found[-1].on_click(lambda _, n=n: show(n))
    return ipywidgets.HBox(found)
"""
OURS = """
import nbannotate as nb
from nbannotate.canvas import Canvas
from nbannotate.model import Label, Shape
c = Canvas(image, labels=[Label(n, color=k) for n, k in zip(NAMES, COLORS)], height="640px")
def around(x0, y0, x1, y1):
    return tuple(((x0 + x1) / 2 + (x1 - x0) / 2 * math.cos(t), (y0 + y1) / 2 + (y1 - y0) / 2 * math.sin(t))
                 for t in np.linspace(0, 2 * math.pi, 12, endpoint=False).tolist())
def shape(i, b):
    if "{kind}" == "rectangle":
        return Shape(kind="rectangle", points=((b[0], b[1]), (b[2], b[3])), label=NAMES[i % 4])
    return Shape(kind="polygon", points=around(*b), label=NAMES[i % 4])
made = {{n: [shape(i, b) for i, b in places(n)] for n in COUNTS}}
ipywidgets.VBox([buttons(lambda n: c.show(image, made[n])), c])
"""
BBOX = """
from jupyter_bbox_widget import BBoxWidget
w = BBoxWidget(classes=NAMES, colors=COLORS, image_bytes=image)
made = {{n: [dict(x=b[0], y=b[1], width=b[2] - b[0], height=b[3] - b[1], label=NAMES[i % 4]) for i, b in places(n)]
         for n in COUNTS}}
def show(n):
    w.image_bytes = image
    w.bboxes = made[n]
ipywidgets.VBox([buttons(show), ipywidgets.Box([w], layout=dict(width="860px"))])
"""
ANNOTATIONS = """
from ipyannotations.images import BoxAnnotator
w = BoxAnnotator(canvas_size=(960, 640), options=NAMES)
made = {{n: [dict(type="box", label=NAMES[i % 4], xyxy=b) for i, b in places(n)] for n in COUNTS}}
def show(n):
    w.display(image)
    w.canvas.editing = True
    w.data = made[n]
ipywidgets.VBox([buttons(show), w.canvas])
"""
# name: (title, which Python, code, the kind of shape, what it can do)
ALL = ("pan", "zoom", "hover", "select", "drag", "drag all")
WIDGETS = {
    "ours": ("nbannotate, rectangles", "own", OURS, "rectangle", ALL),
    "paths": ("nbannotate, polygons of 12 points", "own", OURS, "polygon", ALL),
    "bbox": ("jupyter-bbox-widget", "others", BBOX, "", ("drag",)),  # neither pan nor zoom; a press selects and drags
    "annotations": ("ipyannotations", "others", ANNOTATIONS, "", ("drag",)),  # of a corner; no pan, zoom, selection
}
HEAD = ("canvas", "shapes", "", "open ms", "ours p50 ms", "ours p95 ms", "page ms", "frames/s", "late %", "longest ms")


def metrics(session: Any) -> dict[str, float]:
    """Return what the browser counts of the main thread, in seconds."""
    return {row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]}


def measure(page: Page, session: Any, move: str, count: int, seconds: float) -> dict[str, float]:
    """Return the figures of one movement."""
    page.evaluate(
        "([m, n]) => B.move(m, 0.3, n).then(() => B.end())", [move, count]
    )  # what is compiled and cached once
    page.wait_for_timeout(1500)
    before = metrics(session)["ThreadTime"]
    got = page.evaluate("([m, s, n]) => B.move(m, s, n)", [move, seconds, count])
    page_time = metrics(session)["ThreadTime"] - before
    page.evaluate("() => B.end()")
    frames, total = len(got["intervals"]), sum(got["intervals"])
    cuts = statistics.quantiles(got["work"], n=20)
    return {
        "ours p50": cuts[9],
        "ours p95": cuts[18],
        "page": 1000 * page_time / frames,
        "frames": 1000 * frames / total,
        "late": 100 * sum(v for v in got["intervals"] if v > 34) / total,
        "longest": max(got["intervals"]),
    }


def line(title: str, count: int, what: str, opened: float | None = None, got: dict[str, float] | None = None) -> None:
    """Print a line of the table."""
    cells = ["" if opened is None else f"{opened:.0f}"] + [""] * 6
    if got is not None:
        cells[1:] = [f"{got[v]:.{1 if i < 3 else 0}f}" for i, v in enumerate(got)]
    print(f"| {title} | {count:,} | {what} | {' | '.join(cells)} |", flush=True)


def run(browser: Browser, port: int, name: str, counts: list[int], seconds: float) -> None:
    """Measure one widget, and print its lines."""
    title, _, _, _, moves = WIDGETS[name]
    kind = "ours" if name == "paths" else name
    page = browser.new_page(viewport={"width": 1060, "height": 760})
    page.set_default_timeout(120_000)
    page.goto(f"http://127.0.0.1:{port}/voila/render/{name}.ipynb")
    page.locator({"ours": "canvas.nba-overlay", "bbox": "svg[class*=svelte]"}.get(kind, "canvas")).first.wait_for()
    page.wait_for_timeout(2500)
    page.evaluate((HERE / "canvas.js").read_text())
    page.evaluate("([kind, w, h]) => { window.B = bench(kind, w, h); }", [kind, *SIZE])
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for count in counts:
        opened = [page.evaluate("(n) => B.open(n)", count) for _ in range(3)]
        if None in opened:
            line(title, count, "open: not within a minute")
            continue
        line(title, count, "open", statistics.median(opened))
        for move in moves:
            page.wait_for_timeout(1200)
            line(title, count, move, got=measure(page, session, move, count, seconds))
            if kind == "ours":
                page.evaluate("(n) => B.open(n)", count)  # fitted, with nothing selected
    page.close()


def main() -> None:
    """Measure all widgets and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each movement")
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000, 10000], help="of shapes")
    parser.add_argument("--others", help="the Python of an environment with the other widgets and voila")
    parser.add_argument("--only", nargs="+", choices=sorted(WIDGETS), help="which widgets")
    options = parser.parse_args()
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    pythons = {"own": sys.executable, "others": options.others}
    print(f"| {' | '.join(HEAD)} |\n|---|---:|---|{'---:|' * 7}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome, args=FLAGS)
        for which, python in pythons.items():
            names = [n for n, w in WIDGETS.items() if w[1] == which and n in (options.only or WIDGETS)]
            if python is None or not names:
                continue
            with tempfile.TemporaryDirectory() as folder:
                for name in names:
                    code = COMMON.format(counts=options.counts) + WIDGETS[name][2].format(kind=WIDGETS[name][3])
                    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
                    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
                    nbformat.write(book, Path(folder) / f"{name}.ipynb")
                (Path(folder) / "nodelay.py").write_text(NODELAY)
                with voila(Path(folder), python) as port:
                    for name in names:
                        run(browser, port, name, options.counts, options.seconds)
        browser.close()
    print(f"\nLoad of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
