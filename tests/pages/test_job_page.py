"""My tasks, live; the page of a job; and a shape that is described, from the keyboard."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.model import Issue


def until(true: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


class TestTheList:
    def test_refreshes_by_itself_when_others_did_something_and_only_then(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        assert ana.does("home") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("rework", text="Too big") is None
        before = ana.part("jobs")
        assert before["groups"][0]["jobs"][0]["returned"] == 0
        assert ana.does("refresh") is None
        shown = ana.part("jobs")
        job = shown["groups"][0]["jobs"][0]
        assert (job["returned"], job["issues"], job["state"]) == (1, 1, "in_progress")
        assert len(shown["issues"]) == 1
        ana.line.asked.clear()
        assert ana.does("refresh") is None
        asked = [name for name, _ in ana.line.asked]
        assert [name for name in asked if name != "tasks.peek"] == ["notices.mine", "tasks.mine"]

    def test_says_how_long_an_image_takes(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        until(lambda: ana.state.saving.state == "saved")
        assert ana.does("submit", **ana.measured(30)) is None
        assert ana.does("home") is None
        job = ana.part("jobs")["groups"][0]["jobs"][0]
        assert 0 < job["per_task"] == job["per_object"]

    def test_goes_on_when_the_workspace_answers_again(self, place):
        ana = place.person("ana")
        ana.line.up.clear()
        assert ana.does("refresh") is not None
        assert ana.state.banner.action == "retry"
        ana.line.up.set()
        assert ana.does("refresh") is None
        assert ana.state.banner is None


class TestTheJob:
    def test_lists_its_images_and_opens_any_of_them(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        job = ana.job(place.campaign)
        assert [(r["asset"], r["state"], r["status"]) for r in job["rows"]] == [
            ("image_0.png", "done", "completed"),
            ("image_1.png", "in_progress", ""),
        ]
        assert (job["held"], job["unbegun"], job["waiting"]) == (1, 1, 1)
        assert job["how"].startswith("From a shared queue")
        assert "1 image waits" in job["how"]
        assert ana.does("open", task=job["rows"][0]["task"]) is None
        assert not ana.task.editable
        assert ana.does("job_of_task") is None
        assert ana.state.screen == "job"

    def test_says_when_the_images_were_dealt(self, make_place):
        place = make_place(steps=[nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")])
        job = place.person("ana").job(place.campaign)
        assert "these are yours" in job["how"]
        assert len(job["rows"]) == job["total"] == 2
        assert job["state"] == "pending"

    def test_is_up_to_date_while_it_is_shown(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.job(place.campaign)
        again = place.person("ana")
        again.starts(place.campaign)
        again.draws((10, 10, 60, 60))
        assert again.does("submit") is None
        assert ana.does("refresh") is None
        assert [r["state"] for r in ana.part("job")["rows"]] == ["done", "in_progress"]

    def test_is_submitted_as_a_whole_or_says_what_is_not_finished(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("step", name="next") is None
        ana.draws((10, 10, 60, 60), label="")
        assert ana.does("step", name="next") is None
        job = ana.job(place.campaign)
        where = {"campaign": place.campaign.campaign_id, "step": 0}
        said = ana.does("submit_job", **where)
        assert "2 of 3 images are not finished" in said
        unfinished = ana.part("job")["unfinished"]
        ids = {r["asset"]: str(r["task"]) for r in job["rows"]}
        assert "no label" in unfinished[ids["image_1.png"]]
        assert "nothing is saved" in unfinished[ids["image_2.png"]]
        assert ids["image_0.png"] not in unfinished
        for name in ("image_1.png", "image_2.png"):
            assert ana.does("open", task=int(ids[name])) is None
            ana.page.canvas.set_shapes([])
            assert ana.does("nothing") is None
        ana.job(place.campaign)
        assert ana.does("submit_job", **where) is None
        assert ana.toasts[-1] == "3 images submitted."
        assert ana.part("job")["state"] == "on_review"
        assert "nothing to submit" in ana.does("submit_job", **where)

    def test_of_somebody_else_is_not_shown(self, place):
        ben = place.person("ben")
        assert "no job there" in ben.does("job", campaign=place.campaign.campaign_id, step=0)
        assert ben.state.screen == "tasks"


# ---- in a browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
MANY = 400


@pytest.fixture(scope="module")
def site(harnessed, cells):
    def fill(ws: Any, folder: Any) -> None:
        (folder / "images").mkdir()
        Image.fromarray(np.full((60, 80), 128, np.uint8)).save(folder / "images" / "image_000.png")
        for i in range(1, MANY):
            (folder / "images" / f"image_{i:03}.png").hardlink_to(folder / "images" / "image_000.png")
        version = ws.create_dataset("Many").create_version("v1").add_images([folder / "images"])
        steps = [nb.Step("draw", "annotation", ["ana"], attribution="equal", statuses=("unsure",))]
        version.create_campaign("Many", cells, nb.Workflow(steps)).launch()
        for name in ("left", "right"):
            (folder / "series" / name).mkdir(parents=True)
            for i in range(3):
                (folder / "series" / name / f"{i}.png").hardlink_to(folder / "images" / "image_000.png")
        series = ws.create_dataset("Series").create_version("v1").add_images(folder / "series", sequence="folder")
        steps = [nb.Step("outline", "annotation", ["ben"], attribution="equal")]
        series.create_campaign("Series", cells, nb.Workflow(steps)).launch()

    return harnessed(fill)


@pytest.fixture(scope="module")
def page(site):
    return site.log_in("ana")


@pytest.mark.browser
def test_a_long_list_is_walked_with_the_keyboard_and_only_what_is_seen_is_made(site, page):
    page.locator(".nbp-job h3 button").press("Enter")
    page.wait_for_selector(f".nbp-job-page [role=tab][aria-selected=true] >> text={MANY}")
    assert page.url.endswith(".0")
    page.locator(".nbp-list").focus()
    assert page.locator(".nbp-list .image").count() < 60
    page.keyboard.press("End")
    page.wait_for_selector(f".image[aria-selected=true] >> text=image_{MANY - 1}.png")
    assert page.locator(".nbp-list .image").count() < 60
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".nbp-top h1[title='image_{MANY - 2}.png']")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("j")  # back to where one was
    page.wait_for_selector(f".nbp-list:focus .image[aria-selected=true] >> text=image_{MANY - 2}.png")
    page.locator("[role=tab][data-key=returned]").press("Enter")
    page.wait_for_selector("text=Nothing was returned to you")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("[role=tab][data-key=remaining][aria-selected=true]")
    page.locator("[data-key=submit-job]").press("Enter")
    page.wait_for_selector(f".nbp-dialog >> text={MANY} images")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector(".nbp-jobs")
    page.go_back()
    page.wait_for_selector(".nbp-job-page")


@pytest.mark.browser
def test_a_shape_is_described_and_submitted_as_unsure_without_the_mouse(site, page):
    page.locator(".nbp-job-page [data-key=go]").press("Enter")
    page.wait_for_selector(".nbp-top h1[title='image_000.png']")
    page.wait_for_selector(".nba-stage:focus")
    page.wait_for_selector(".nba-preview[src]", state="attached")
    page.keyboard.press("1")
    box = page.locator(".nba-overlay").bounding_box()
    page.keyboard.press("r")
    page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
    page.mouse.up()
    page.wait_for_selector(".nbp-form >> text=required")
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-form .tag[aria-pressed=true] >> text=schizont")
    number = page.locator(".nbp-form [data-type=integer] input")
    number.focus()
    page.keyboard.type("several")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-form .error")
    number.fill("7")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-shapes small >> text=schizont · sharp · 7")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("s")
    page.wait_for_selector(".submit >> text=as unsure")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".nbp-toast >> text=as 'unsure'")
    page.wait_for_selector(".nbp-top h1[title='image_001.png']")
    rows = site.ws.sql("select attributes from shapes")
    assert '"count":7' in str(rows["attributes"][0]).replace(" ", "")


@pytest.mark.browser
def test_the_bell_rings_by_itself_and_leads_to_what_it_is_about(site, page):
    page.keyboard.press("Home")
    page.wait_for_selector(".nbp-jobs")
    task = site.ws.sql("select task_id from tasks where asset = 'image_000.png'")["task_id"][0]
    site.ws.client.call("issues.create", Issue, task_id=int(task), text="Not a cell")
    page.wait_for_selector(".bell .count")  # nobody pressed refresh
    page.wait_for_selector(".nbp-job .chip[data-kind=returned]")
    page.keyboard.press("Shift+N")
    page.wait_for_selector(".nbp-notices .notice:focus")
    page.locator(".notice[data-kind=returned]").press("Enter")
    page.wait_for_selector(".nbp-top h1[title='image_000.png']")
    page.wait_for_selector(".nbp-must >> text=1 issue says what to fix")
    page.wait_for_selector(".nbp-threads >> text=Not a cell")


@pytest.mark.browser
def test_the_images_of_a_sequence_stand_together_below_its_name(site):
    page = site.log_in("ben")
    page.locator("[data-open]").press("Enter")
    page.wait_for_selector(".nbp-job-page")
    playwright.expect(page.locator(".image.head")).to_have_text(["left3 images", "right3 images"])
    page.locator(".nbp-list").focus()
    for _ in range(3):  # over the second heading
        page.keyboard.press("ArrowDown")
    page.wait_for_selector(".image[aria-selected=true][aria-posinset='6']")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(".image[aria-selected=true][aria-posinset='4']")
