"""A page with a canvas, as a person has it in front of them, and the Python behind it."""

from __future__ import annotations

import ast
import re
import shutil
import time
import uuid
from pathlib import Path

import nbformat
import numpy as np
from playwright.sync_api import TimeoutError

from tests.harness.kernel import Kernel
from tests.harness.server import Harness

SIZE = (800, 500)  # of the test image
PATIENCE_S = 45  # a busy machine is slow; what comes in time costs nothing


class Stage:
    """A page with a canvas, as a person has it in front of them, and the kernel behind it."""

    def __init__(self, page, front: str, url: str, runtime: Path, notebooks: Path) -> None:
        self.page, self.front, self.url, self.runtime, self.notebooks = page, front, url, runtime, notebooks
        self.sockets: list[str] = []
        self.errors: list[str] = []
        self._client = None
        page.set_default_timeout(1000 * PATIENCE_S)
        page.on("websocket", lambda w: self.sockets.append(w.url))
        page.on("pageerror", lambda e: self.errors.append(str(e.stack)))

    def open(self, notebook: str) -> Stage:
        self.show(notebook)
        self.overlay.wait_for()
        self.overlay.scroll_into_view_if_needed()
        self.page.wait_for_function("document.querySelector('img.nba-preview[src]')?.complete")
        return self

    def show(self, notebook: str) -> None:
        """Open a notebook and run its first cell."""
        if self.front == "voila":
            self.page.goto(f"{self.url}/voila/render/{notebook}.ipynb")
        else:
            own = f"{notebook}-{uuid.uuid4().hex}"  # JupyterLab keeps one kernel for one path
            shutil.copy(self.notebooks / f"{notebook}.ipynb", self.notebooks / f"{own}.ipynb")
            self.page.goto(f"{self.url}/lab/tree/{own}.ipynb?reset")
            idle = "document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')"
            try:
                self.page.wait_for_function(idle)
            except TimeoutError:  # JupyterLab itself did not come to its kernel, which a reload mends
                self.page.reload()
                self.page.wait_for_function(idle)
            self.page.locator(".jp-Notebook .jp-Cell").first.click()
            self.page.keyboard.press("Shift+Enter")

    @property
    def overlay(self):
        return self.page.locator("canvas.nba-overlay").first

    @property
    def kernel_id(self) -> str:
        return re.search(r"/api/kernels/([0-9a-f-]{36})", [u for u in self.sockets if "/api/kernels/" in u][-1])[1]

    def kernel(self, expression: str):
        """Return the value of an expression of literals in the kernel of the page."""
        from jupyter_client import BlockingKernelClient

        if self._client is None:
            (file,) = self.runtime.rglob(f"kernel-{self.kernel_id}.json")
            self._client = BlockingKernelClient(connection_file=str(file))
            self._client.load_connection_file()
            self._client.start_channels()
        reply = self._client.execute_interactive(
            "", user_expressions={"value": f"repr({expression})"}, silent=True, store_history=False, timeout=20,
            output_hook=lambda message: None,
        )  # fmt: skip
        value = reply["content"]["user_expressions"]["value"]
        assert value["status"] == "ok", value
        return ast.literal_eval(ast.literal_eval(value["data"]["text/plain"]))

    def run(self, code: str) -> None:
        """Execute statements in the kernel of the page."""
        self.kernel(f"exec({code!r}, globals())")

    def wait(self, expression: str, wanted=True):
        """Wait until an expression in the kernel has a value; return it."""
        deadline = time.monotonic() + PATIENCE_S
        while (got := self.kernel(expression)) != wanted:
            assert time.monotonic() < deadline, f"{expression} is {got!r}, not {wanted!r}"
            time.sleep(0.02)
        return got

    def reset(self, shapes: str = "()", **arguments: str) -> None:
        """Show the image afresh, with shapes, and wait until the browser has it.

        The tool is put back first: what the browser hears of it comes before the image that is waited for, not after
        the first key of the test.
        """
        before = self.page.locator("img.nba-preview").first.get_attribute("src")
        extra = "".join(f", {name}={value}" for name, value in arguments.items())
        self.run(f"c.tool = 'select'; c.label = ''; c.show(IMAGE, {shapes}, labels=LABELS{extra}); heard.clear()")
        self.page.wait_for_function("s => document.querySelector('img.nba-preview').src !== s", arg=before)
        self.page.keyboard.press("Escape")

    def box(self):
        return self.overlay.bounding_box()

    def view(self) -> tuple[float, float, float]:
        """Where the image stands on the page: (scale, left, top), from the picture that the browser lays out."""
        box = self.page.locator("img.nba-preview").first.bounding_box()
        return box["width"] / SIZE[0], box["x"], box["y"]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place on the page of an image pixel."""
        k, left, top = self.view()
        return left + x * k, top + y * k

    def move(self, x: float, y: float, steps: int = 1) -> None:
        self.page.mouse.move(*self.at(x, y), steps=steps)

    def click(self, x: float, y: float, **options) -> None:
        self.page.mouse.click(*self.at(x, y), **options)

    def drag(self, *places: tuple[float, float], button: str = "left") -> None:
        """Press at the first place, go through the others, release at the last."""
        self.move(*places[0])
        self.page.mouse.down(button=button)
        for place in places[1:]:
            self.move(*place, steps=4)
        self.page.mouse.up(button=button)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def shapes(self) -> list[tuple[str, str, list[tuple[int, int]]]]:
        return self.kernel(SHAPES)

    def wait_shapes(self, *wanted: tuple[str, str, list[tuple[int, int]]], slack: float = 1.01) -> None:
        """Wait until the kernel has these shapes: (kind, label, points), the points within a pixel."""
        deadline = time.monotonic() + PATIENCE_S
        while not same(got := self.shapes(), list(wanted), slack):
            assert time.monotonic() < deadline, f"{got} are not {list(wanted)}"
            time.sleep(0.02)

    def painted(self, x: float, y: float, color: str, selector: str = "canvas.nba-base") -> None:
        """Wait until a canvas shows a color (red, blue, white, gray…) within two CSS pixels of an image pixel."""
        self.page.wait_for_function(PAINTED, arg=[*self.at(x, y), color, selector])

    def close(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
            self._client = None


class HarnessStage(Stage):
    """A page of the harness: the canvas is an object of this process, in a thread of its own."""

    def __init__(self, page, harness: Harness, notebooks: Path) -> None:
        super().__init__(page, "harness", harness.url, Path(), notebooks)
        self._harness, self._kernel = harness, Kernel()

    def show(self, notebook: str) -> None:
        """Run the first cell of a notebook and show what it gives."""
        (cell,) = nbformat.read(self.notebooks / f"{notebook}.ipynb", 4).cells
        self._kernel.shown = self._kernel.run(cell.source)
        self.page.goto(self._harness.page(f"{notebook}-{uuid.uuid4().hex}", lambda: self._kernel))

    def kernel(self, expression: str):
        """Return the value of an expression of literals."""
        return self._kernel.value(expression)

    def run(self, code: str) -> None:
        """Execute statements."""
        self._kernel.run(code)

    def close(self) -> None:
        self._kernel.close()
        assert not self._kernel.failures, self._kernel.failures[0]


SHAPES = "[(s.kind, s.label, [(round(x, 1), round(y, 1)) for x, y in s.points]) for s in c.shapes]"
PAINTED = """([px, py, color, selector]) => {
    const canvas = document.querySelector(selector), box = canvas.getBoundingClientRect(), f = canvas.width / box.width;
    const x = Math.round((px - box.x) * f), y = Math.round((py - box.y) * f), d = Math.ceil(2 * f);
    const data = canvas.getContext('2d').getImageData(x - d, y - d, 2 * d + 1, 2 * d + 1).data;
    const is = { red: (r, g, b) => r > 180 && g < 90 && b < 90, green: (r, g, b) => g > 180 && r < 90 && b < 90,
        blue: (r, g, b) => b > 180 && r < 90 && g < 90, white: (r, g, b) => r > 220 && g > 220 && b > 220,
        gray: (r, g, b) => Math.max(r, g, b) - Math.min(r, g, b) < 12 && r > 50 && r < 180 }[color];
    const hits = [];
    for (let i = 0; i < data.length; i += 4) hits.push(data[i + 3] > 200 && is(data[i], data[i + 1], data[i + 2]));
    return color === 'gray' ? hits.every(Boolean) : hits.some(Boolean);
}"""


def same(got: list, wanted: list, slack: float) -> bool:
    return len(got) == len(wanted) and all(
        a[:2] == b[:2] and len(a[2]) == len(b[2]) and np.allclose(a[2], b[2], atol=slack, rtol=0)
        for a, b in zip(got, wanted, strict=True)
    )
