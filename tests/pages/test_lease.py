"""A task that runs out while somebody has it open: who loses it is told, and nothing that was drawn is lost."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.pages.conftest import as_json

import nbannotate as nb
from nbannotate.pages.work import navigation, render

SHORT = 0.02  # minutes


def until(true: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def place(make_place):
    """A queue that ana and ben share; a task stays theirs for a little more than a second."""
    return make_place(steps=[nb.Step("draw", "annotation", ["ana", "ben"], lease_minutes=SHORT)])


def tick(place: Any) -> int:
    """Let the owner look for what has run out, until something has."""
    found = 0

    def gone() -> bool:
        nonlocal found
        found = place.ws.client.call("clock.tick", int)
        held = place.ws.sql(
            "select count(*) as n from tasks where campaign_id = $1 and closed is null and assignee is not null",
            [place.campaign.campaign_id],
        )
        return bool(held["n"][0] == 0)

    until(gone)
    return found


def assignee(place: Any, asset: str = "image_0.png") -> Any:
    rows = place.ws.sql("select assignee from tasks where campaign_id = $1 and asset = $2 and is_current",
                        [place.campaign.campaign_id, asset])  # fmt: skip
    return rows["assignee"][0]


def leased_until(place: Any) -> Any:
    rows = place.ws.sql("select max(leased_until) as until from tasks where campaign_id = $1",
                        [place.campaign.campaign_id])  # fmt: skip
    return rows["until"][0]


def test_a_page_that_is_heard_of_keeps_its_task(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert 1.0 <= ana.part("page")["beat"] < SHORT * 60
    before = leased_until(place)
    assert ana.does("beat", **ana.measured(0.02)) is None
    assert leased_until(place) > before
    assert not ana.task.lost
    beats = [arguments for operation, arguments in ana.line.asked if operation == "tasks.heartbeat"]
    assert [len(b["seconds"]) for b in beats] == [1]


def test_a_page_is_heard_of_once_a_minute_where_no_lease_runs_out_soon(make_place):
    place = make_place()
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert navigation.pause(None) == ana.part("page")["beat"] == 60.0


def test_who_comes_back_late_is_told_and_the_draft_is_kept(place):
    ana, ben = place.person("ana"), place.person("ben")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    until(lambda: ana.state.saving.state == "saved")
    tick(place)
    ben.starts(place.campaign)
    assert ben.task.task.asset == "image_0.png"
    assert ben.page.canvas.shapes == ()  # what ana drew is hers
    assert ana.does("beat") is None
    banner = ana.state.banner
    assert banner.action == "retake"
    assert "ben has it now" in banner.text
    assert "kept as your draft" in banner.text
    shown = as_json(render.parts(ana.state))
    assert (shown["task"]["lost"], shown["task"]["mine"], shown["page"]["beat"]) == (True, False, 0)
    assert not ana.page.canvas.editable
    assert "ben has it now" in ana.does("retake")
    assert len(ana.page.canvas.shapes) == 1
    tick(place)  # ben's runs out, too
    assert ana.does("retake") is None
    assert (ana.task.editable, len(ana.page.canvas.shapes), ana.task.lost) == (True, 1, False)
    assert "yours again" in ana.state.banner.text
    assert ana.does("submit") is None


def test_what_is_drawn_after_the_loss_was_not_noticed_becomes_the_draft(place):
    ana, ben = place.person("ana"), place.person("ben")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    until(lambda: ana.state.saving.state == "saved")
    tick(place)
    ben.starts(place.campaign)
    ana.draws((100, 100, 150, 150))  # her page has not heard of it yet
    until(lambda: ana.task.lost)
    assert ana.state.saving.state == "kept"
    assert ana.state.banner.action == "retake"
    ben.draws((1, 1, 30, 30))
    assert ben.does("submit") is None
    assert ana.does("start", campaign=place.campaign.campaign_id, step=0) is None  # go on with the next
    assert ana.task.task.asset != "image_0.png"
    assert ana.state.banner is None
    rows = place.ws.sql("select member, shapes from annotations where campaign_id = $1", [place.campaign.campaign_id])
    assert rows.values.tolist() == [["ben", 1]]


def test_a_task_that_ran_out_and_is_still_free_is_taken_up_again_in_silence(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    until(lambda: ana.state.saving.state == "saved")
    tick(place)
    assert assignee(place) is None
    ana.draws((100, 100, 150, 150))
    until(lambda: ana.state.saving.state == "saved" and assignee(place) == "ana")
    assert not ana.task.lost
    assert ana.state.banner is None


# ---- in a browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
LEASE_S = 3.0
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def site(serve):
    def fill(ws: Any, folder: Any) -> None:
        (folder / "images").mkdir()
        for i in range(2):
            Image.fromarray(np.full((240, 320), 90 + 60 * i, np.uint8)).save(folder / "images" / f"image_{i}.png")
        version = ws.create_dataset("Leases").create_version("v1").add_images([folder / "images"])
        steps = [nb.Step("draw", "annotation", ["ana", "ben"], lease_minutes=LEASE_S / 60)]
        version.create_campaign("Leases", nb.Recipe(labels=["cell"]), nb.Workflow(steps)).launch()

    before = os.environ.get("NBANNOTATE_TICK_S")
    os.environ["NBANNOTATE_TICK_S"] = "0.2"  # of the owner process, which begins with the workspace
    try:
        return serve(fill)
    finally:
        if before is None:
            del os.environ["NBANNOTATE_TICK_S"]
        else:
            os.environ["NBANNOTATE_TICK_S"] = before


def draw(page: Any, x0: float, y0: float, x1: float, y1: float) -> None:
    box = page.locator(".nba-overlay").bounding_box()
    page.keyboard.press("r")
    page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
    page.mouse.move(box["x"] + x0 * box["width"], box["y"] + y0 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + x1 * box["width"], box["y"] + y1 * box["height"], steps=3)
    page.mouse.up()


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


@pytest.mark.browser
def test_two_people_and_a_lease_that_runs_out(site):
    ana, ben = site.log_in("ana"), site.log_in("ben")
    ana.locator("[data-go]").press("Enter")
    shows(ana, "image_0.png")
    draw(ana, 0.3, 0.3, 0.5, 0.5)
    ana.keyboard.press("1")
    ana.wait_for_selector(".nbp-shapes li >> text=cell")
    ana.wait_for_selector(".saved[data-state=saved]")

    held = "select assignee, epoch(leased_until) as until from tasks where asset = 'image_0.png'"
    first = site.ws.sql(held)["until"][0]
    until(lambda: site.ws.sql(held)["until"][0] > first + LEASE_S)  # her page is looked at: the task stays hers
    assert site.ws.sql(held)["assignee"][0] == "ana"

    ana.evaluate(HIDE, True)  # she looks at another tab
    until(lambda: site.ws.sql(held)["assignee"][0] is None)
    ben.locator("[data-go]").press("Enter")
    shows(ben, "image_0.png")
    playwright.expect(ben.locator(".nbp-shapes li")).to_have_count(0)
    draw(ben, 0.6, 0.6, 0.8, 0.8)
    ben.keyboard.press("1")
    ben.wait_for_selector(".nbp-shapes li >> text=cell")

    ana.evaluate(HIDE, False)  # she comes back
    ana.wait_for_selector(".nbp-banner[role=alert] >> text=ben has it now")
    ana.wait_for_selector(".nbp-banner >> text=What you drew is kept as your draft")
    ana.wait_for_selector(".saved >> text=Draft kept")
    playwright.expect(ana.locator(".nbp-shapes li")).to_have_count(1)

    ben.keyboard.press("Control+Enter")
    shows(ben, "image_1.png")
    ben.keyboard.press("Home")
    ben.wait_for_selector(".nbp-jobs")
    until(lambda: site.ws.sql("select count(*) as n from tasks where assignee = 'ben' and closed is null")["n"][0] == 0)

    ana.locator(".nbp-banner button", has_text="Go on with the next").press("Enter")
    shows(ana, "image_1.png")
    draw(ana, 0.2, 0.2, 0.4, 0.4)
    ana.keyboard.press("1")
    ana.wait_for_selector(".nbp-shapes li >> text=cell")
    ana.keyboard.press("Control+Enter")
    ana.wait_for_selector(".nbp-finished")
    done = site.ws.sql("select asset, assignee, outcome from tasks where closed is not null order by 1").values.tolist()
    assert done == [["image_0.png", "ben", "submitted"], ["image_1.png", "ana", "submitted"]]
    ana.locator(".bell").press("Enter")
    ana.wait_for_selector(".notice[data-kind=lease_out]")
