"""A real canvas in a real browser: one Voilà, one JupyterLab and one Chromium a session, one page for a module.

``stage`` is the way in: it acts with the pointer and the keys at places given in image pixels, reads the Python state
of the kernel behind the page through its connection file (the product has no test hook), and looks at painted pixels.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import TimeoutError

SIZE = (800, 500)  # of the test image
PATIENCE_S = 45  # a busy machine is slow; what comes in time costs nothing
LABELS = (
    "[Label('cell', color='#ff0000'), Label('box', kinds=('rectangle',), color='#00ff00'), "
    "Label('dust', color='#0000ff'), "
    "Label('body', color='#ff0000', kinds=('skeleton',), skeleton=Skeleton("
    "('head', 'hip', 'foot'), (('head', 'hip'), ('hip', 'foot'))))]"
)
SETUP = f"""\
from nbannotate.canvas import Canvas, Mark
from nbannotate.model import Label, Shape, Skeleton
heard = []
LABELS = {LABELS}
IMAGE = {{image!r}}
c = Canvas(IMAGE, labels=LABELS, height="560px")
c.on_change(lambda shapes: heard.append(("change", len(shapes))))
c.on_select(lambda ids: heard.append(("select", len(ids))))
c.on_error(lambda sentence: heard.append(("error", sentence)))
c.on_zone(lambda zone: heard.append(("zone", list(zone))))
c.bind("ctrl+Enter", "Submit", lambda: heard.append(("key", "submit")), group="Task")
"""


PANES = """\
import ipywidgets
import numpy as np
import nbannotate as nb
gray = {name: np.full((500, 800), 120, np.uint8) for name in ("a", "b")}
annotator = nb.Annotator(gray, labels=LABELS, height="700px")
box = nb.Shape(kind="rectangle", points=((100, 100), (300, 250)), label="cell")
reviewer = nb.Reviewer(gray, shapes=[[box], []], labels=LABELS, height="700px")
ipywidgets.VBox([annotator, reviewer])
"""


RESTART = """\
import ipywidgets
import numpy as np
import nbannotate as nb
from nbannotate.pages.manager.page import Manager
gray = {name: np.full((500, 800), 120, np.uint8) for name in ("a", "b")}
annotator = nb.Annotator(gray, labels=LABELS, height="700px")
ipywidgets.VBox([annotator, nb.Viewer(gray), Manager(nb.open(":memory:"))])
"""


DASHBOARD = """\
import tempfile
from pathlib import Path
import nbannotate as nb
from PIL import Image
folder = Path(tempfile.mkdtemp())
for i in range(4):
    Image.new("RGB", (40, 30), (60 * i, 90, 120)).save(folder / f"{i}.png")
ws = nb.open(":memory:")
ws.members.add("ana", "annotator")
version = ws.create_dataset("d").create_version("v1").add_images(folder)
campaign = version.create_campaign("July", nb.Recipe(["cell"]), nb.Workflow([nb.Step("draw", "annotation", ["ana"])]))
campaign.launch()
ana = campaign.as_member("ana")
ana.next().submit([nb.Shape.box(1, 1, 9, 9, label="cell")], seconds=30)
dashboard = nb.Dashboard(campaign)
dashboard
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gray image with a smooth gradient; nothing in it is saturated, so that strokes are easy to find."""
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    gray = (110 + 20 * np.sin(x / 60) + 20 * np.cos(y / 45)).astype(np.uint8)
    path = tmp_path_factory.mktemp("picture") / "gray.png"
    Image.fromarray(np.stack([gray] * 3, axis=-1)).save(path)
    return path


@pytest.fixture(scope="session")
def notebooks(tmp_path_factory: pytest.TempPathFactory, picture: Path) -> Path:
    folder = tmp_path_factory.mktemp("notebooks")
    start = SETUP.format(image=str(picture))
    books = {
        "one": "c",
        "two": "import ipywidgets\nipywidgets.VBox([c, ipywidgets.Box([c])])",
        "panes": PANES,
        "restart": RESTART,
        "dashboard": DASHBOARD,
    }
    for name, show in books.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(start + show)])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="session")
def jupyter_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("jupyter")
    names = (
        "JUPYTER_RUNTIME_DIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "IPYTHONDIR",
    )
    env = {name: str(home / name.lower()) for name in names}
    for folder in env.values():
        Path(folder).mkdir()
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    return {**os.environ, **env, "PATH": path, "HOME": str(home)}


@contextlib.contextmanager
def serving(command: list[str], url: str, env: dict[str, str], log: Path):
    with log.open("w") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(url, timeout=2).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


@pytest.fixture(scope="session")
def voila(notebooks: Path, jupyter_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory):
    port = free_port()
    command = [
        sys.executable, "-m", "voila", str(notebooks), f"--port={port}", "--no-browser", "--Voila.port_retries=0",
        f"--Voila.connection_dir_root={jupyter_env['JUPYTER_RUNTIME_DIR']}",
    ]  # fmt: skip
    with serving(command, f"http://127.0.0.1:{port}/voila/static/x", jupyter_env, tmp_path_factory.mktemp("v") / "log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def lab(notebooks: Path, jupyter_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory):
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (extra [lab])")
    port = free_port()
    command = [
        sys.executable, "-m", "jupyterlab", "--allow-root", f"--port={port}", "--no-browser",
        "--IdentityProvider.token=",
        "--ServerApp.port_retries=0", f"--ServerApp.root_dir={notebooks}", "--ServerApp.terminals_enabled=False",
        "--LabApp.news_url=", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    with serving(command, f"http://127.0.0.1:{port}/api/status", jupyter_env, tmp_path_factory.mktemp("l") / "log"):
        yield f"http://127.0.0.1:{port}"


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


FRONTS = [
    pytest.param(front, marks=[pytest.mark.browser, pytest.mark.xdist_group(f"canvas-{front}")])
    for front in ("voila", "lab")
]


#: Both front ends run the same overlay. JupyterLab has what may differ there: pointer, wheel, keys, focus, size.
IN_LAB = (
    "drawn_by_dragging", "closed_by_enter", "painted_extended", "delete_undo", "arrows_nudge", "wheel_zooms",
    "middle_button", "question_mark", "tab_leaves", "a_page_bound", "follows_its_container", "takes_back_a_vertex",
    "shift_click", "right_button",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, in JupyterLab, the gestures that cannot differ there."""
    mine = [i for i in items if Path(__file__).parent in i.path.parents and i.name.endswith("[lab]")]
    left = [i for i in mine if not any(word in i.name for word in IN_LAB)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [i for i in items if i not in set(left)]


@contextlib.contextmanager
def page_of(request: pytest.FixtureRequest, front: str, **context):
    """A page of its own: its context, its kernel."""
    url = request.getfixturevalue(front)
    browser = request.getfixturevalue("chromium")
    runtime = Path(request.getfixturevalue("jupyter_env")["JUPYTER_RUNTIME_DIR"])
    opened = browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **context})
    stage = Stage(opened.new_page(), front, url, runtime, request.getfixturevalue("notebooks"))
    try:
        yield stage
        assert not stage.errors, stage.errors
        assert stage.page.locator(".nba-ended[data-shown], [data-key=ended]").count() == 0, "a live kernel has ended"
    finally:
        stage.close()
        opened.close()


@pytest.fixture(scope="module", params=FRONTS)
def opened(request: pytest.FixtureRequest):
    with page_of(request, request.param) as stage:
        yield stage.open("one")


@pytest.fixture
def page(request: pytest.FixtureRequest):
    """Open a page and kernel of its own: ``page(front, notebook, **context)``; closed at the end of the test."""
    with contextlib.ExitStack() as stack:
        yield lambda front, notebook, **context: stack.enter_context(page_of(request, front, **context)).open(notebook)


@pytest.fixture
def cell(request: pytest.FixtureRequest):
    """As ``page``, for a notebook that shows no canvas."""

    def show(front: str, notebook: str, **context) -> Stage:
        stage = stack.enter_context(page_of(request, front, **context))
        stage.show(notebook)
        return stage

    with contextlib.ExitStack() as stack:
        yield show


@pytest.fixture(scope="module")
def kept_page(request: pytest.FixtureRequest):
    """Open a page and kernel for the module: ``kept_page(front, notebook, **context)``."""
    with contextlib.ExitStack() as stack:
        yield lambda front, notebook, **context: stack.enter_context(page_of(request, front, **context)).open(notebook)


@pytest.fixture
def stage(opened: Stage):
    """The page of this module and front end, with the test image, no shapes, the select tool, and the focus."""
    opened.reset()
    opened.page.mouse.move(5, 5)
    opened.click(2, 2)
    yield opened
    assert not opened.errors, opened.errors
