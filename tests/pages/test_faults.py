"""What goes wrong while somebody draws, in a real browser: what was drawn is compared with what is stored then."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.model import Session, TaskView

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long password"
SIZE = (400, 300)
MS = 60_000


class Wire:
    """A connection to the server that can be cut: what was sent into it is lost then, without a word."""

    def __init__(self, to: int) -> None:
        self.to, self.up, self.lossy = to, True, False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                try:
                    if not self.up:
                        raise ConnectionError
                    far = socket.create_connection(("127.0.0.1", self.to))
                except OSError:
                    near.close()
                    continue
                self._pairs.append((near, far))
                for a, b in ((near, far), (far, near)):
                    a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pump, args=(a, b), daemon=True).start()

    def _pump(self, a: socket.socket, b: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                if not self.lossy:
                    b.sendall(data)
        for one in (a, b):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Close all connections, and let nobody in."""
        self.up = False
        for pair in self._pairs:
            for one in pair:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self._pairs.clear()

    def mend(self) -> None:
        """Let people in again."""
        self.up, self.lossy = True, False

    def close(self) -> None:
        self.cut()
        self._listening.close()


class Place:
    """A served workspace behind a wire, with one campaign for each test, and ana at a browser."""

    def __init__(self, chromium: Any, folder: Path) -> None:
        self.ws = nb.open(folder / "work.duckdb")
        self.ws.members.add("ana", role="annotator", password=PASSWORD)
        (folder / "images").mkdir()
        for i in range(2):
            Image.new("RGB", SIZE, (120 + 40 * i, 130, 140)).save(folder / "images" / f"image_{i}.png")
        self.port = 0
        self.folder, self.log = folder, (folder / "server.log").open("ab")
        self.start()
        self.wire = Wire(self.port)
        self.context = chromium.new_context(viewport={"width": 1100, "height": 760})
        self.failures: list[str] = []
        self.page: Any = None
        token = self.ws.client.call("sessions.open", Session, login="ana", password=PASSWORD).token
        self.ana = self.ws.client.acting(token)

    def start(self) -> None:
        """Start the server: on a port of its own choice, later on the same one again."""
        command = [sys.executable, "-m", "nbannotate.serve", str(self.ws.path), "--port", str(self.port)]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        assert self.server.stdout is not None
        found = re.search(r":(\d+)/$", self.server.stdout.readline().strip())
        assert found
        self.port = int(found[1])

    def kernels(self) -> list[psutil.Process]:
        """Return the kernels of the server."""
        return [p for p in psutil.Process(self.server.pid).children() if "ipykernel_launcher" in " ".join(p.cmdline())]

    def stop(self, number: int = signal.SIGTERM) -> None:
        assert self.server.stdout is not None
        self.server.stdout.close()
        self.server.send_signal(number)
        self.server.wait(30)

    def opens(self, name: str) -> Any:
        """Make a campaign and let ana open its first task; return the page."""
        version = self.ws.create_dataset(name).create_version("v1").add_images([self.folder / "images"])
        steps = nb.Workflow([nb.Step("draw", kind="annotation", assignees=["ana"])])
        recipe = nb.Recipe(labels=["cell"], tags=["dark"])
        self.campaign = version.create_campaign(name, recipe, steps)
        self.campaign.launch()
        page = self.page = self.goes_home() or self.comes()
        page.locator(f"[data-go][aria-label$='of {name}']").click()
        self.arrives("image_0.png")
        return page

    def goes_home(self) -> Any:
        """Return the page of the test before at *My tasks*: a new one takes a kernel of its own, and its time."""
        page = self.page
        if page is None or page.is_closed() or page.locator("#lost:not([hidden])").count():
            return None
        page.keyboard.press("Home")
        page.wait_for_selector(".nbp[data-screen=tasks]")
        return page

    def comes(self) -> Any:
        """Return a new page at *My tasks*."""
        page = self.page = self.context.new_page()
        page.set_default_timeout(MS)
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        page.goto(f"http://127.0.0.1:{self.wire.port}/")
        page.wait_for_selector("#password, .nbp-jobs")
        if page.locator("#password").count():
            self.logs_in()
        return page

    def logs_in(self) -> None:
        self.page.fill("#login", "ana")
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")

    def arrives(self, asset: str) -> None:
        self.page.wait_for_selector(f".nbp-top h1[title='{asset}']")
        self.page.wait_for_selector(".nba-preview[src]", state="attached")
        self.page.wait_for_selector(".nba-stage:focus")

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pixel of the fitted image is on the screen."""
        box = self.page.locator(".nba-overlay").bounding_box()
        k = min((box["width"] - 32) / SIZE[0], (box["height"] - 32) / SIZE[1])
        left, top = (box["width"] - SIZE[0] * k) / 2, (box["height"] - SIZE[1] * k) / 2
        return box["x"] + left + x * k, box["y"] + top + y * k

    def draws(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Drag a rectangle over these pixels of the image."""
        self.page.keyboard.press("r")
        self.page.mouse.move(*self.screen(x0, y0))
        self.page.mouse.down()
        self.page.mouse.move(*self.screen(x1, y1), steps=3)
        self.page.mouse.up()

    def says(self, *states: str) -> None:
        """Wait for what the page says of saving."""
        self.page.wait_for_selector(", ".join(f".saved[data-state={state}]" for state in states))

    def stored(self) -> Any:
        """Return the draft as the workspace has it."""
        rows = self.ws.sql(
            "select task_id from tasks where campaign_id = $1 and asset = 'image_0.png'", [self.campaign.campaign_id]
        )
        return self.ana.call("tasks.open", TaskView, task_id=int(rows["task_id"][0])).annotation

    def kept(self) -> Any:
        """Return under which names the browser keeps something."""
        return self.page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('nbannotate:'))")

    def ages(self) -> None:
        """Let what the browser keeps be ten seconds old."""
        page = self.context.new_page()
        page.goto(f"http://127.0.0.1:{self.wire.port}/login")
        page.evaluate("""() => { for (const key of Object.keys(localStorage)) {
            const kept = JSON.parse(localStorage.getItem(key));
            if (kept.at) localStorage.setItem(key, JSON.stringify({ ...kept, at: kept.at - 10000 }));
        } }""")
        page.close()

    def comes_back(self) -> None:
        """Wait until the page was loaded again and is at its task."""
        deadline = time.monotonic() + 60
        while self._was_here():
            assert time.monotonic() < deadline, "the page was not loaded again"
            time.sleep(0.1)
        self.arrives("image_0.png")

    def _was_here(self) -> Any:
        with contextlib.suppress(playwright.Error):  # it is just being loaded
            return self.page.evaluate("window.before === true")
        return True

    def compare(self, *boxes: tuple[float, float, float, float]) -> None:
        """Wait until as much is stored as was drawn, and compare."""
        deadline = time.monotonic() + 60
        while len((found := self.stored()).shapes) < len(boxes) and time.monotonic() < deadline:
            time.sleep(0.2)
        flat = [tuple(v for point in shape.points for v in point) for shape in found.shapes]
        assert len(flat) == len(boxes), flat
        for drawn, kept in zip(boxes, flat, strict=True):
            assert kept == pytest.approx(drawn, abs=1.5)

    def close(self) -> None:
        self.context.close()
        self.wire.close()
        self.stop()
        self.log.close()
        contact = self.ws.client.place.contact()
        self.ws.close()
        if contact and psutil.pid_exists(contact.pid):
            owner = psutil.Process(contact.pid)
            owner.terminate()
            owner.wait(10)


@pytest.fixture(scope="module")
def place(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(chromium, tmp_path_factory.mktemp("faults"))
    yield made
    made.close()
    assert not made.failures


A, B, C, D = (20, 20, 80, 80), (100, 20, 160, 80), (180, 20, 240, 80), (260, 20, 320, 80)


def test_a_connection_that_is_cut_for_ten_seconds_loses_no_gesture(place):
    page = place.opens("Cut")
    place.draws(*A)
    place.says("saved")
    place.wire.lossy = True  # from here on everything vanishes on its way, and nobody is told
    place.draws(*B)
    page.wait_for_selector(".saved[data-state=offline] >> text=kept in this browser")
    place.draws(*C)
    time.sleep(3)
    place.wire.cut()
    time.sleep(7)
    place.wire.mend()
    place.says("saved")
    place.compare(A, B, C)
    place.draws(*D)
    place.compare(A, B, C, D)
    assert page.locator(".nbp-shapes li").count() == 4


def test_a_killed_kernel_loses_nothing_that_was_drawn_before_or_after(place):
    page = place.opens("Kill")
    place.draws(*A)
    place.says("saved")
    place.draws(*B)
    for kernel in place.kernels():
        kernel.kill()
    place.draws(*C)
    page.wait_for_selector("#lost:not([hidden])")
    place.says("offline")
    place.draws(*D)
    page.locator("#lost-button").click()
    place.arrives("image_0.png")
    page.wait_for_selector(".nbp-toast >> text=is here again")
    place.compare(A, B, C, D)
    place.says("saved")
    deadline = time.monotonic() + 60
    while place.kept():  # the browser forgets what is stored
        assert time.monotonic() < deadline, place.kept()
        time.sleep(0.1)


def test_a_reload_in_the_middle_of_a_polygon_loses_that_polygon_only(place):
    page = place.opens("Polygon")
    place.draws(*A)
    page.keyboard.press("p")
    for x, y in ((200, 100), (260, 100), (260, 160)):
        page.mouse.click(*place.screen(x, y))
    page.reload()
    place.arrives("image_0.png")
    place.compare(A)
    place.draws(*B)
    place.compare(A, B)


def test_a_tab_that_is_closed_offline_leaves_its_work_to_the_next_one(place):
    page = place.opens("Tab")
    place.draws(*A)
    place.says("saved")
    place.wire.cut()
    place.draws(*B)
    place.says("offline")
    page.close()
    place.wire.mend()
    place.ages()  # what another tab kept is offered once that one is surely gone
    page = place.comes()
    page.wait_for_selector(".nbp-banner >> text=This browser kept what you drew on image_0.png")
    page.locator(".nbp-banner button", has_text="Open it").click()
    place.arrives("image_0.png")
    place.compare(A, B)


def test_after_a_crash_of_the_server_the_page_is_at_its_task_again_by_itself(place):
    page = place.opens("Crash")
    place.draws(*A)
    place.says("saved")
    place.stop(signal.SIGKILL)
    place.draws(*B)
    page.keyboard.press("Escape")
    page.keyboard.press("n")  # not possible with shapes, and said when it is done again; nothing is lost by it
    place.says("offline")
    page.evaluate("window.before = true")
    place.start()
    place.comes_back()  # nobody is logged out, nothing is clicked
    place.compare(A, B)
    place.draws(*C)
    place.compare(A, B, C)


def test_a_page_with_a_shape_in_hand_is_not_taken_away_by_a_restart(place):
    page = place.opens("In hand")
    place.draws(*A)
    place.says("saved")
    page.keyboard.press("p")
    for x, y in ((200, 100), (260, 100), (260, 160)):
        page.mouse.click(*place.screen(x, y))
    page.evaluate("window.before = true")
    place.stop()
    place.start()
    page.wait_for_selector("#lost:not([hidden]) >> text=The server was started again")
    page.keyboard.press("Enter")  # the polygon is finished, and kept by the browser
    page.locator("#lost-button").click()
    place.comes_back()
    deadline = time.monotonic() + 60
    while len(place.stored().shapes) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [s.kind for s in place.stored().shapes] == ["rectangle", "polygon"]
