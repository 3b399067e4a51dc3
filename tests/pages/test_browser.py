"""People at work in a real browser: the restricted server, its kernels, Chromium, an owner process, a database."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

import nbannotate as nb

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
pytestmark = pytest.mark.browser
PASSWORD = "a long password"
NAMES = ("Keys", "Labels", "Rework", "Reload")
EXPECT_MS = 60_000


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A workspace with a campaign of three images for each test."""
    folder = tmp_path_factory.mktemp("pages")
    made = nb.open(folder / "work.duckdb")
    for login, role in (("ana", "annotator"), ("chloe", "reviewer")):
        made.members.add(login, role=role, password=PASSWORD)
    (folder / "images").mkdir()
    x, y = np.meshgrid(np.arange(400), np.arange(300))
    for i in range(3):
        gray = (120 + 30 * np.sin(x / (20 + i)) * np.cos(y / 30)).astype(np.uint8)
        Image.fromarray(gray).save(folder / "images" / f"image_{i}.png")
    steps = nb.Workflow(
        [nb.Step("draw", kind="annotation", assignees=["ana"]), nb.Step("check", kind="review", assignees=["chloe"])]
    )
    for name in NAMES:
        version = made.create_dataset(name).create_version("v1").add_images([folder / "images"])
        recipe = nb.Recipe(labels=["cell", "dust"], tags=["blurred", "dark"])
        version.create_campaign(name, recipe, steps, instructions="Draw *every* cell.").launch()
    yield made
    contact = made.client.place.contact()
    made.close()
    if contact and psutil.pid_exists(contact.pid):
        owner = psutil.Process(contact.pid)
        owner.terminate()
        owner.wait(10)


@pytest.fixture(scope="module")
def url(ws: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "server.log"
    command = [sys.executable, "-m", "nbannotate.serve", str(ws.path), "--port", "0"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"(http://\S+)$", line.strip())
    assert found, line + log.read_text()
    yield found[1]
    process.stdout.close()
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.fixture(scope="module")
def log_in(chromium: Any, url: str) -> Iterator[Callable[[str], Any]]:
    """Return a page of *My tasks* of a member; one for the module."""
    pages: dict[str, Any] = {}
    failures: list[str] = []

    def log_in(login: str) -> Any:
        if login not in pages:
            page = chromium.new_context(viewport={"width": 1200, "height": 800}).new_page()
            page.set_default_timeout(EXPECT_MS)
            page.on("pageerror", lambda error: failures.append(str(error)))
            page.goto(url)
            page.fill("#login", login)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            pages[login] = page
        page = pages[login]
        if page.locator(".nbp-task").count():
            page.keyboard.press("Home")
        elif page.locator(".nbp-finished").count():
            page.locator(".nbp-finished button", has_text="My tasks").click()
        page.wait_for_selector(".nbp-jobs, .nbp-empty h2")
        return page

    yield log_in
    for page in pages.values():
        page.context.close()
    assert not failures


def start(page: Any, campaign: str) -> None:
    """Walk to a job with the keys and go on with it."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")  # the focus has come
    page.locator(".nbp-headline button", has_text="Refresh").click()
    page.wait_for_selector(".nbp-headline button:not([aria-busy]) >> text=Refresh")
    page.wait_for_selector(f"[data-go][aria-label$='of {campaign}']")
    job = page.locator(f"[data-go][aria-label$='of {campaign}']")
    page.locator("[data-go]").first.focus()
    for _ in range(page.locator("[data-go]").count()):
        if job.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    job.press("Enter")
    shows(page, "image_0.png")


#: The picture on the stage is another one than when this was asked last: it comes a moment after the name above it, and
#: until then nothing that is drawn is of the new image.
ANOTHER = """() => {
  const src = document.querySelector(".nba-preview[src]")?.src, another = src && src !== window.seenLast;
  window.seenLast = src ?? window.seenLast;
  return Boolean(another);
}"""


def shows(page: Any, asset: str) -> None:
    """Wait until an asset is on the canvas, and the keyboard too."""
    page.wait_for_selector(f".nbp-top h1[title='{asset}']")
    page.wait_for_function(ANOTHER)
    page.wait_for_selector(".nba-stage:focus")


def draw(page: Any, x0: float, y0: float, x1: float, y1: float) -> None:
    """Drag from corner to corner, in parts of the stage."""
    box = page.locator(".nba-overlay").bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    page.keyboard.press("r")
    page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
    page.mouse.move(*at(x0, y0))
    page.mouse.down()
    page.mouse.move(*at(x1, y1), steps=3)
    page.mouse.up()


def saved(page: Any, shapes: int) -> None:
    playwright.expect(page.locator(".nbp-shapes li")).to_have_count(shapes, timeout=EXPECT_MS)
    page.wait_for_selector(".saved[data-state=saved]")


def campaign_state(ws: Any, name: str) -> dict[str, str]:
    rows = ws.sql(
        "select asset, s.state from asset_states s join campaigns c using (campaign_id) where c.name = $1", [name]
    )
    return dict(zip(rows["asset"], rows["state"], strict=True))


def test_a_job_is_done_with_the_keyboard_from_the_list_to_the_end(ws, log_in):
    page = log_in("ana")
    start(page, "Keys")
    box = ("r", "Enter", "Shift+ArrowRight", "ArrowDown", "ArrowDown", "Enter", "1")
    point = ("o", "Shift+ArrowLeft", "Shift+ArrowLeft", "Space", "2")
    polygon = ("p", "Shift+ArrowUp", "Space", "Shift+ArrowUp", "Space", "Shift+ArrowRight", "Space", "Enter", "1")
    for keys, shown in ((box, "Rectangle 1"), (point, "Point 2"), (polygon, "Polygon 3")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_selector(f".nbp-shapes li[data-selected] .name:not([data-none]) + .soft >> text={shown}")
    page.keyboard.press("t")  # to the tags
    page.keyboard.press("Enter")
    page.wait_for_selector(".tag[aria-pressed=true] >> text=blurred")
    page.keyboard.press("Escape")
    saved(page, 3)
    page.keyboard.press("Control+Enter")
    shows(page, "image_1.png")
    page.wait_for_selector(".nbp-toast >> text=image_0.png submitted")
    page.keyboard.press("Control+Enter")  # nothing said yet
    page.wait_for_selector(".nbp-toast[role=alert] >> text=Nothing is drawn yet")
    page.keyboard.press("n")
    page.wait_for_selector(".nothing[aria-pressed=true]")
    page.keyboard.press("Control+Enter")
    shows(page, "image_2.png")
    page.keyboard.press("k")
    page.keyboard.type("All dark, nothing can be seen")  # the first letter must not get lost, nor be a shortcut
    assert page.locator(".nbp-dialog textarea").input_value() == "All dark, nothing can be seen"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".nbp-finished >> text=you finished 3 images")
    page.locator(".nbp-finished button", has_text="My tasks").press("Enter")
    page.locator(".nbp-fold summary").press("Enter")
    page.wait_for_selector(".nbp-job[data-done]")

    assert campaign_state(ws, "Keys") == {
        "image_0.png": "in_progress",
        "image_1.png": "in_progress",
        "image_2.png": "skipped",
    }
    found = ws.sql(
        "select asset_id, shapes, tags, nothing_to_label from annotations a join campaigns c using (campaign_id) "
        "where c.name = 'Keys' order by annotation_id"
    )
    assert found["shapes"].tolist() == [3, 0]
    assert found["nothing_to_label"].tolist() == [False, True]
    assert "blurred" in found["tags"][0]
    times = ws.sql("select sum(shown_s) as shown, sum(worked_s) as worked, sum(editing_s) as editing from tasks "
                   "where campaign = 'Keys'").iloc[0]  # fmt: skip
    assert times["shown"] >= times["worked"] > times["editing"] > 0


def test_time_with_a_shape_in_hand_is_of_its_label(ws, log_in):
    page = log_in("ana")
    start(page, "Labels")
    draw(page, 0.2, 0.2, 0.4, 0.4)
    page.keyboard.press("2")
    page.wait_for_selector(".nbp-shapes li >> text=dust")
    saved(page, 1)
    page.keyboard.press("v")
    page.wait_for_selector(".tool[data-key=select][aria-pressed=true]")
    box = page.locator(".nba-overlay").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_selector(".saved[data-state=saved]")
    page.keyboard.press("Control+Enter")
    shows(page, "image_1.png")
    rows = ws.sql("select distinct label from activity a join campaigns c using (campaign_id) "
                  "where c.name = 'Labels' and editing_s > 0")  # fmt: skip
    assert set(rows["label"].dropna()) == {"dust"}


def test_rework_goes_back_with_its_reason_and_comes_again_fixed(ws, log_in):
    ana = log_in("ana")
    start(ana, "Rework")
    draw(ana, 0.3, 0.3, 0.5, 0.5)
    ana.keyboard.press("2")
    ana.wait_for_selector(".nbp-shapes li >> text=dust")
    ana.keyboard.press("Control+Enter")
    shows(ana, "image_1.png")

    chloe = log_in("chloe")
    start(chloe, "Rework")
    assert chloe.locator(".submit").inner_text().startswith("Accept")
    chloe.keyboard.press("w")
    chloe.keyboard.press("Control+Enter")
    chloe.wait_for_selector(".nbp-dialog .error")
    chloe.keyboard.type("This is a cell")
    chloe.keyboard.press("Control+Enter")
    chloe.wait_for_selector(".nbp-finished, .nbp-jobs")

    ana = log_in("ana")
    start(ana, "Rework")  # what was returned comes first
    ana.wait_for_selector(".chip[data-kind=returned]")
    ana.wait_for_selector(".nbp-threads .comment >> text=This is a cell")
    ana.keyboard.press(".")
    ana.keyboard.press("1")
    ana.keyboard.press("q")
    ana.keyboard.press("q")
    ana.keyboard.press("q")
    ana.wait_for_selector(".nbp-shapes li >> text=cell")
    ana.keyboard.press("Control+Enter")
    shows(ana, "image_1.png")

    chloe = log_in("chloe")
    start(chloe, "Rework")
    chloe.wait_for_selector(".tabs .count[data-kind=issues] >> text=1")
    draw(chloe, 0.6, 0.6, 0.7, 0.7)
    chloe.keyboard.press("1")
    chloe.wait_for_selector(".submit >> text=Accept with edits")
    chloe.keyboard.press("Control+Enter")
    chloe.wait_for_selector(".nbp-finished")

    assert campaign_state(ws, "Rework")["image_0.png"] == "done"
    issues = ws.sql("select state, text, comments from issues where campaign = 'Rework'")
    assert issues.values.tolist() == [["resolved", "This is a cell", 1]]
    shapes = ws.sql(
        "select label from shapes s join campaigns c using (campaign_id) where c.name = 'Rework' order by 1"
    )
    assert shapes["label"].tolist() == ["cell", "cell"]
    history = ws.sql("select outcome from tasks where campaign = 'Rework' and outcome is not null order by task_id")
    assert history["outcome"].tolist() == ["submitted", "rework", "submitted", "accepted_with_edits"]


def test_a_reload_comes_back_to_the_same_task_with_its_draft_and_back_goes_back(ws, log_in):
    page = log_in("ana")
    start(page, "Reload")
    page.keyboard.press("PageDown")
    shows(page, "image_1.png")
    address = page.url
    assert re.search(r"#task=\d+$", address)
    draw(page, 0.4, 0.4, 0.55, 0.6)
    saved(page, 1)
    page.reload()
    shows(page, "image_1.png")
    assert page.url == address
    playwright.expect(page.locator(".nbp-shapes li")).to_have_count(1, timeout=EXPECT_MS)
    page.wait_for_selector("text=1 shape without a label")
    page.keyboard.press("PageUp")
    shows(page, "image_0.png")
    page.go_back()
    shows(page, "image_1.png")
    assert page.url == address
    page.keyboard.press("?")
    page.wait_for_selector(".nba-help >> text=Nothing to label")
    page.keyboard.press("Escape")


def test_logging_out_ends_the_page(log_in):
    page = log_in("chloe")
    page.locator("button", has_text="Log out").click()
    page.wait_for_selector("#password")
