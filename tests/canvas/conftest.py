"""A real canvas in a real browser: in the harness (``tests/harness``), and some gestures in Voilà and in JupyterLab.

One Voilà, one JupyterLab and one Chromium a session, one page for a module. ``stage`` is the way in: it acts with the
pointer and the keys at places given in image pixels, reads the Python state behind the page (of Voilà and JupyterLab
through the kernel's connection file: the product has no test hook), and looks at painted pixels.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image
from tests.harness.stage import SIZE, HarnessStage, Stage

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
from nbannotate.pages.manage.page import Manager
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


FRONTS = [
    pytest.param("harness", marks=pytest.mark.browser),
    *(
        pytest.param(front, marks=[pytest.mark.browser, pytest.mark.xdist_group(f"canvas-{front}")])
        for front in ("voila", "lab")
    ),
]


#: All run the same overlay. Voilà and JupyterLab have what may differ there: pointer, wheel, keys, focus, size.
IN_VOILA_AND_LAB = (
    "drawn_by_dragging", "closed_by_enter", "painted_extended", "delete_undo", "arrows_nudge", "wheel_zooms",
    "middle_button", "question_mark", "tab_leaves", "a_page_bound", "follows_its_container", "takes_back_a_vertex",
    "shift_click", "right_button",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, in Voilà and in JupyterLab, the gestures that cannot differ there."""
    mine = [i for i in items if Path(__file__).parent in i.path.parents and i.name.endswith(("[voila]", "[lab]"))]
    left = [i for i in mine if not any(word in i.name for word in IN_VOILA_AND_LAB)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [i for i in items if i not in set(left)]


@contextlib.contextmanager
def page_of(request: pytest.FixtureRequest, front: str, **context):
    """A page of its own: its context, its kernel."""
    served = request.getfixturevalue(front)
    browser = request.getfixturevalue("chromium")
    notebooks = request.getfixturevalue("notebooks")
    opened = browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **context})
    if front == "harness":
        stage = HarnessStage(opened.new_page(), served, notebooks)
    else:
        runtime = Path(request.getfixturevalue("jupyter_env")["JUPYTER_RUNTIME_DIR"])
        stage = Stage(opened.new_page(), front, served, runtime, notebooks)
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
