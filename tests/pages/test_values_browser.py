"""Tags with attributes and a lock, JSON, metadata and limits, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(harnessed):
    def fill(workspace, folder):
        Image.fromarray(np.full((300, 400, 3), 120, np.uint8)).save(folder / "a.png")
        grade = nb.Attribute("grade", "choice", ("mild", "strong"), required=True)
        recipe = nb.Recipe(["cell"], tags=["dark", nb.Tag("stain", [grade])], max_shapes=2, max_tags=2, metadata="edit")
        version = workspace.create_dataset("smears").create_version("v1").add_images([folder / "a.png"])
        version.set_metadata("a.png", {"site": "Bern", "more": {"a": [1, 2]}, **{f"field {i}": i for i in range(14)}})
        steps = [nb.Step("draw", kind="annotation", assignees=["ana"])]
        version.create_campaign("July", recipe, nb.Workflow(steps)).launch()

    return harnessed(fill)


@pytest.fixture(scope="module")
def page(site):
    page = site.log_in("ana")
    page.locator(".nbp-jobs button.primary").first.click()
    page.wait_for_selector("img.nba-preview[src]")
    page.wait_for_selector(".nbp-tags .tagged")
    return page


def drag(page, x0, y0, x1, y1):
    at = page.locator(".nba-stage").bounding_box()
    page.mouse.move(at["x"] + x0, at["y"] + y0)
    page.mouse.down()
    page.mouse.move(at["x"] + x1, at["y"] + y1, steps=3)
    page.mouse.up()


def test_a_tag_is_given_filled_in_and_locked_by_keys(page):
    page.keyboard.press("t")
    page.wait_for_function("() => document.activeElement.dataset.tag === 'dark'")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.click(".nbp-tags .nbp-form button[data-key=strong]")
    page.wait_for_selector(".nbp-tags .nbp-form button[data-key=strong][aria-pressed=true]")
    page.focus(".tagged[data-key=stain] .tag")
    page.keyboard.press("Shift+L")
    page.wait_for_selector(".tagged[data-key=stain] .tag:disabled")
    assert "strong" in page.text_content(".nbp-tags .nbp-form .fold")
    assert page.locator(".nbp-tags .nbp-form .field").count() == 0
    page.click(".tagged[data-key=stain] .lock")
    page.wait_for_selector(".tagged[data-key=stain] .tag:not(:disabled)")


def test_the_shape_beyond_the_limit_does_not_begin_and_nothing_to_label_asks_twice(page):
    page.focus(".nba-stage")
    page.keyboard.press("r")
    for n, x in enumerate((150, 300), 1):
        drag(page, x, 200, x + 80, 280)
        page.wait_for_function("n => document.querySelectorAll('.nbp-shapes li').length === n", arg=n)
    assert page.text_content(".nbp-labels .limit [aria-hidden]") == "2 / 2"
    drag(page, 450, 300, 520, 380)
    page.wait_for_selector(".nba-toast[data-shown]")
    assert "2 shapes at most" in page.text_content(".nba-toast")
    assert page.locator(".nbp-shapes li").count() == 2
    page.keyboard.press("n")
    page.wait_for_selector(".nbp-toasts >> text=Press N again")
    page.keyboard.press("n")
    page.wait_for_selector("button.nothing[aria-pressed=true]")
    page.keyboard.press("Control+z")
    page.wait_for_selector("button.nothing[aria-pressed=false]")
    assert page.locator(".nbp-shapes li").count() == 2


def test_attributes_that_nobody_declared_are_added_and_written_as_json(site, page):
    page.focus(".nba-stage")
    page.keyboard.press("v")
    page.keyboard.press("Control+a")
    page.wait_for_function("() => document.querySelectorAll('.nbp-shapes li[data-selected]').length === 2")
    page.keyboard.press("a")
    name, value = page.locator(".nbp-panel .add-row input").all()
    name.fill("size")
    value.fill("3.5")
    value.press("Enter")
    page.wait_for_selector(".nbp-panel .field[data-key=size]")  # of both
    page.click(".nbp-panel .nbp-form button[data-key=json]")
    area = page.locator(".nbp-json textarea")
    area.fill('{\n  "size": 3.5\n  "who": "me"\n}')
    area.press("Control+Enter")
    page.wait_for_selector(".nbp-json .error >> text=Line 3, column 3")
    assert page.evaluate("document.activeElement.selectionStart") == 18
    area.fill('{"size": 4, "who": "me"}')
    area.press("Control+Enter")
    page.wait_for_selector(".nbp-panel .field[data-key=who]")
    page.wait_for_selector(".saved[data-state=saved]")


def test_metadata_are_searched_changed_and_taken_back(site, page):
    page.click(".nbp-side [role=tab][data-key=info]")
    rows = page.locator(".nbp-meta .facts > div")
    assert rows.count() == 16
    page.fill(".nbp-meta input.find", "bern")
    page.wait_for_function("() => document.querySelectorAll('.nbp-meta .facts > div').length === 1")
    page.fill(".nbp-meta input.find", "")
    page.wait_for_function("() => document.querySelectorAll('.nbp-meta .facts > div').length === 16")
    page.click(".nbp-meta dd[data-type=json] button")
    page.wait_for_selector(".nbp-meta code.json:not([data-folded])")
    page.click(".nbp-meta h2 [data-key=form]")
    field = page.locator(".nbp-meta .field[data-key=site] input")
    field.fill("Lyon")
    field.press("Enter")
    page.wait_for_selector(".nbp-meta h2 [data-key=undo]")
    version = site.ws.datasets["smears"].versions["v1"]
    assert version.metadata("a.png")["site"] == "Lyon"
    page.click(".nbp-meta h2 [data-key=undo]")
    page.wait_for_function("() => document.querySelector('.nbp-meta .field[data-key=site] input').value === 'Bern'")
    page.click(".nbp-meta h2 [data-key=json]")
    area = page.locator(".nbp-meta textarea")
    area.fill('{"site": "Basel"}')
    area.press("Control+Enter")
    page.wait_for_function("() => document.querySelectorAll('.nbp-meta .facts > div').length === 1")
    assert version.metadata("a.png") == {"site": "Basel"}
