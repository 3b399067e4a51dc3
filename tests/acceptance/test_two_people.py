"""The main job on real data: ana annotates blood smears, chloe returns one, ana mends it, and all is done.

What counts is what the database and the export then hold, not only what the pages show.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import expect

import nbannotate as nb

PASSWORDS = {"ana": "password-of-ana", "chloe": "password-of-chloe"}
IMAGES = 8
#: What is said of the image that is open, and the picture of it on the stage, which comes a moment later.
SHOWN = "() => [document.querySelector('.nbp-task h1')?.innerText, document.querySelector('.nba-preview[src]')?.src]"
MARGIN = 16  # the canvas leaves this around a fitted image, CSS pixels

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def real_box(xml):
    """Return the first box of an image that has some size: x0, y0, x1, y1 in image pixels."""
    for found in ET.parse(xml).iter("bndbox"):
        x0, y0, x1, y1 = (int(found.findtext(k)) for k in ("xmin", "ymin", "xmax", "ymax"))
        if x1 - x0 > 20 and y1 - y0 > 20:
            return x0, y0, x1, y1
    raise AssertionError(f"{xml} has no box")


@pytest.fixture
def boxes(shared_data):
    """Return a real box of each image, by name."""
    smears = shared_data / "voc_bccd" / "BCCD"
    names = sorted(p.stem for p in (smears / "JPEGImages").glob("*.jpg"))
    found = {}
    for name in names:
        xml = smears / "Annotations" / f"{name}.xml"
        if xml.is_file() and len(found) < IMAGES:
            found[f"{name}.jpg"] = real_box(xml)
    return found


@pytest.fixture
def campaign(tmp_path, shared_data, boxes):
    smears = shared_data / "voc_bccd" / "BCCD"
    ws = nb.open(tmp_path / "blood.duckdb")
    ws.members.add("ana", role="annotator", password=PASSWORDS["ana"])
    ws.members.add("chloe", role="reviewer", password=PASSWORDS["chloe"])
    version = ws.create_dataset("smears").create_version("v1")
    version.add_images([smears / "JPEGImages" / name for name in boxes])
    recipe = nb.Recipe(labels=[nb.Label("RBC", color="#d55e00"), nb.Label("WBC", color="#0072b2")])
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    c = version.create_campaign("July", recipe, flow)
    c.launch()
    yield c
    contact = ws.client.place.contact()
    ws.close()
    if contact:
        os.kill(contact.pid, signal.SIGTERM)


@pytest.fixture
def server(campaign, tmp_path):
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbannotate.serve", campaign.workspace.path, "--port", "0"],
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    found = re.search(r"(http://\S+)", process.stdout.readline())
    assert found, (tmp_path / "server.log").read_text()
    yield found[1].rstrip("/")
    process.terminate()
    process.wait(30)
    process.stdout.close()


class Person:
    """Somebody at a page: acts with the pointer and the keys, sees what is painted."""

    def __init__(self, browser, url, login):
        self.page = browser.new_context(viewport={"width": 1300, "height": 850}).new_page()
        self.page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        self.errors = []
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.goto(url)
        self.page.locator("input:not([type=hidden]):not([type=password])").first.fill(login)
        self.page.locator("input[type=password]").fill(PASSWORDS[login])
        self.page.keyboard.press("Enter")
        expect(self.page.locator("[data-first]")).to_be_visible()

    def start(self):
        self.page.locator("[data-first]").click()
        self.wait_for_image()

    def wait_for_image(self):
        expect(self.page.locator(".nbp-task h1")).to_be_visible()
        self.page.wait_for_selector(".nba-stage:focus canvas")  # before that, nobody hears the keys
        self.page.wait_for_function("() => document.querySelector('.nba-preview[src]')?.complete")  # nor the pointer

    @property
    def asset(self):
        return self.page.locator(".nbp-task h1").inner_text()

    def at(self, x, y, size=(640, 480)):
        """Return the place on the screen of a place in the image, which is fitted into the stage."""
        stage = self.page.locator(".nba-stage").bounding_box()
        k = min((stage["width"] - 2 * MARGIN) / size[0], (stage["height"] - 2 * MARGIN) / size[1])
        left = stage["x"] + (stage["width"] - size[0] * k) / 2
        top = stage["y"] + (stage["height"] - size[1] * k) / 2
        return left + x * k, top + y * k

    def drag(self, x0, y0, x1, y1):
        mouse = self.page.mouse
        mouse.move(*self.at(x0, y0))
        mouse.down()
        mouse.move(*self.at((x0 + x1) / 2, (y0 + y1) / 2))
        mouse.move(*self.at(x1, y1))
        mouse.up()

    def submit(self):
        """Submit or accept with the keyboard, and wait until the next image or the end is there."""
        with self.moves_on():
            self.page.keyboard.press("Control+Enter")

    @contextlib.contextmanager
    def moves_on(self):
        """Wait, after a block, for the end or for the next image itself: it does not hear what is done before that."""
        before = self.page.evaluate(SHOWN)
        yield
        self.page.wait_for_function(
            f"before => document.querySelector('.nbp-finished')"
            f" || ({SHOWN})().every((now, i) => now && now !== before[i])",
            arg=before,
        )
        if not self.finished:
            self.page.wait_for_selector(".nba-stage:focus")

    @property
    def finished(self):
        return self.page.locator(".nbp-finished").count() > 0

    def shapes_listed(self, count):
        tab = self.page.get_by_role("tab", name=re.compile("^Shapes"))
        if tab.get_attribute("aria-selected") != "true":
            tab.click()
        expect(self.page.locator("[data-shape], .nbp-shapes li")).to_have_count(count)


def wait_until(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "never happened"
        time.sleep(0.05)


def saves(ws):
    """Return how many drafts were saved; who submits soon after a gesture may never have saved one."""
    return ws.sql("select count(*) as n from events where operation = 'tasks.save'")["n"][0]


def test_annotate_return_mend_accept_export(campaign, boxes, server, chromium, tmp_path):
    ws = campaign.workspace

    # ana draws one real box in each image: r picks the tool, a drag draws, 1 labels.
    ana = Person(chromium, server, "ana")
    ana.start()
    seen = []
    while not ana.finished:
        asset = ana.asset
        seen.append(asset)
        ana.page.keyboard.press("r")
        ana.page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
        ana.drag(*boxes[asset])
        ana.page.keyboard.press("1")
        ana.shapes_listed(1)
        ana.submit()
    assert seen == sorted(boxes)
    assert campaign.progress.steps[1].waiting == IMAGES

    # chloe returns the first one with an issue on a zone, and accepts the others.
    chloe = Person(chromium, server, "chloe")
    chloe.start()
    returned = chloe.asset
    chloe.page.keyboard.press("z")
    chloe.page.wait_for_selector(".tool[data-key=zone][aria-pressed=true]")
    x0, y0, x1, y1 = boxes[returned]
    chloe.drag(x0 - 5, y0 - 5, x1 + 5, y1 + 5)
    chloe.page.locator(".nbp-dialog textarea").fill("There is a second cell here.")
    chloe.page.keyboard.press("Control+Enter")
    expect(chloe.page.locator(".nbp-dialog")).to_have_count(0)
    wait_until(lambda: len(campaign.issues.df(open=True)) == 1)
    chloe.page.keyboard.press("w")
    chloe.page.locator(".nbp-dialog").wait_for()
    with chloe.moves_on():
        chloe.page.keyboard.press("Control+Enter")
    issue = campaign.issues.df(open=True).iloc[0]
    assert (issue["asset"], issue["author"]) == (returned, "chloe")
    assert abs(issue["x0"] - (x0 - 5)) < 2
    while not chloe.finished:
        chloe.submit()
    assert campaign.progress.done == IMAGES - 1

    # ana reloads, finds the returned one, draws the second cell, survives a reload in between, and submits.
    ana.page.goto(server)
    ana.start()
    assert ana.asset == returned
    expect(ana.page.get_by_text("There is a second cell here.")).to_be_visible()
    ana.page.locator(".nba-stage").focus()
    before = saves(ws)
    ana.page.keyboard.press("r")
    ana.page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
    ana.drag(20, 30, 90, 110)
    ana.page.keyboard.press("2")
    ana.shapes_listed(2)
    wait_until(lambda: saves(ws) > before)
    expect(ana.page.locator(".saved[data-state=saved]")).to_be_visible()
    ana.page.reload()
    ana.wait_for_image()
    assert ana.asset == returned
    ana.shapes_listed(2)
    ana.page.locator(".nba-stage").click(position={"x": 4, "y": 4})
    ana.submit()
    assert ana.finished

    # chloe accepts it: all is done.
    chloe.page.goto(server)
    chloe.start()
    assert chloe.asset == returned
    chloe.submit()
    assert chloe.finished
    assert ana.errors == chloe.errors == []

    # What the database holds.
    progress = campaign.progress
    assert (progress.total, progress.done, progress.remaining, progress.open_issues) == (IMAGES, IMAGES, 0, 0)
    shapes = campaign.version.shapes.df()
    assert len(shapes) == IMAGES + 1
    first = shapes[shapes["label"] == "RBC"].set_index("asset")
    for asset, (x0, y0, x1, y1) in boxes.items():
        row = first.loc[asset]
        drawn = (row["x"], row["y"], row["x"] + row["width"], row["y"] + row["height"])
        assert drawn == pytest.approx((x0, y0, x1, y1), abs=1.5), asset
    tasks = ws.sql("select step_name, round, outcome, assignee, worked_s from tasks where asset = $1", [returned])
    assert list(tasks["outcome"]) == ["submitted", "rework", "submitted", "accepted"]
    assert list(tasks["assignee"]) == ["ana", "chloe", "ana", "chloe"]
    assert (ws.sql("select worked_s from tasks where step = 0")["worked_s"] > 0).all()
    assert campaign.issues.df(open=False)["closed_by"].tolist() == ["chloe"]

    # What others read.
    from pycocotools.coco import COCO

    out = tmp_path / "coco.json"
    campaign.version.write("coco", out, state="done")
    coco = COCO(str(out))
    assert len(coco.getImgIds()) == IMAGES
    assert {c["name"] for c in coco.loadCats(coco.getCatIds())} == {"RBC", "WBC"}
    by_image = {i["file_name"]: coco.imgToAnns[i["id"]] for i in coco.loadImgs(coco.getImgIds())}
    assert len(by_image[returned]) == 2
    assert json.loads(out.read_text())["images"][0]["width"] == 640
