"""Somebody goes through the slices of a series in a real browser, and works on many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.model import Sequence, TaskView

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
pytestmark = pytest.mark.browser
EXPECT_MS = 60_000
SLICES = 12
AXE = """() => axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.flat().join(' ')} | ${n.html.slice(0, 160)}`)))"""


def gray(i: int) -> int:
    """Return the gray of a slice: they are told apart by it."""
    return 20 + 18 * i


def fill(ws: Any, folder: Any) -> None:
    """Make a series of slices, each of one gray, and two campaigns: one from a queue, one of slices that are ana's."""
    (folder / "images").mkdir()
    pages = [Image.fromarray(np.full((120, 160), gray(i), dtype=np.uint8)) for i in range(SLICES)]
    pages[0].save(folder / "images" / "stack.tif", save_all=True, append_images=pages[1:])
    for name, attribution in (("Queue", "queue"), ("Hers", "equal")):
        version = ws.create_dataset(name).create_version("v1").add_images([folder / "images"])
        steps = [nb.Step("draw", "annotation", ["ana"], attribution=attribution), nb.Step("check", "review", ["chloe"])]
        version.create_campaign(name, nb.Recipe(labels=["lesion", "vessel"]), nb.Workflow(steps)).launch()


@pytest.fixture(scope="module")
def site(harnessed: Any) -> Any:
    return harnessed(fill)


@pytest.fixture(scope="module")
def ana(site: Any) -> Any:
    return site.log_in("ana")


def start(page: Any, campaign: str) -> None:
    if page.locator(".nbp-task").count():
        page.locator(".nbp-top button", has_text="My tasks").click()
    page.locator(f"[data-go][aria-label$='of {campaign}']").click()
    on_slice(page, 1)


def on_slice(page: Any, place: int) -> None:
    """Wait until a slice is open, and its image itself on the stage."""
    page.wait_for_function(
        "n => document.querySelector('.nbp-seq .at')?.textContent === n && !document.querySelector('.nbp-frame')",
        arg=f"Slice {place} / {SLICES}",
    )
    page.wait_for_selector(f".nbp-top h1[title='stack.tif#{place:02}']")


def shown(page: Any) -> int:
    """Return the gray in the middle of the small image that stands on the stage."""
    return page.evaluate(
        "() => { const c = document.querySelector('.nbp-frame > canvas'); "
        "return c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0]; }"
    )


def draw(page: Any, x0: float, y0: float, x1: float, y1: float) -> None:
    box = page.locator(".nba-overlay").bounding_box()
    page.keyboard.press("r")
    page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
    page.mouse.move(box["x"] + x0 * box["width"], box["y"] + y0 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + x1 * box["width"], box["y"] + y1 * box["height"], steps=3)
    page.mouse.up()


def says(page: Any, place: int, text: str) -> None:
    """Wait until the cell of a slice says something, under the pointer."""
    page.wait_for_selector(".nbp-veil", state="detached")
    box = page.locator(".nbp-cells").bounding_box()
    for y in (14, 12):
        page.mouse.move(box["x"] + (place - 0.5) * box["width"] / SLICES, box["y"] + y)
    playwright.expect(page.locator(".nbp-tip")).to_contain_text(text, timeout=EXPECT_MS)


def toast(page: Any, text: str) -> None:
    playwright.expect(page.locator(".nbp-toasts")).to_contain_text(text, timeout=EXPECT_MS)


def slices(site: Any, login: str, campaign: str) -> Any:
    """Return what is stored, as somebody sees it."""
    rows = site.ws.sql("select min(task_id) as id from tasks where campaign = $1", [campaign])
    return site.client(login).call("sequences.view", Sequence, task_id=int(rows["id"][0])).slices


def test_slices_are_gone_through_by_keys_wheel_and_slider(ana):
    start(ana, "Hers")
    ana.wait_for_selector(".nba-stage:focus")
    for _ in range(3):
        ana.keyboard.press("Shift+PageDown")
    ana.wait_for_function("document.querySelector('.nbp-seq .at').textContent.startsWith('Slice 4 /')")
    on_slice(ana, 4)
    ana.keyboard.press("Shift+PageUp")
    on_slice(ana, 3)
    ana.locator(".nba-overlay").hover()
    ana.keyboard.down("Shift")
    ana.mouse.wheel(0, 120)
    ana.keyboard.up("Shift")
    on_slice(ana, 4)
    slider = ana.locator(".nbp-cells input[type=range]")
    slider.focus()
    ana.keyboard.press("ArrowRight")
    on_slice(ana, 5)
    assert slider.evaluate("e => e === document.activeElement")  # it stays there: the next arrow goes on
    assert slider.get_attribute("aria-valuetext") == f"Slice 5 of {SLICES}. Nothing said yet · Yours"
    ana.keyboard.press("End")
    on_slice(ana, SLICES)
    ana.keyboard.press("Home")  # of the slider, not the way to My tasks
    on_slice(ana, 1)
    assert "task=" in ana.evaluate("location.hash")


def test_while_one_drags_the_slices_themselves_are_seen_at_once(ana):
    start(ana, "Hers")
    box = ana.locator(".nbp-cells").bounding_box()
    at = lambda place: (box["x"] + (place - 0.5) * box["width"] / SLICES, box["y"] + 12)  # noqa: E731
    ana.mouse.move(*at(1))
    ana.mouse.down()
    for place in (4, 7, 10):
        ana.mouse.move(*at(place))
        ana.wait_for_selector(".nbp-frame:not([data-waiting])")
        ana.wait_for_function(
            "g => { const c = document.querySelector('.nbp-frame > canvas'); return Math.abs(c.getContext('2d')"
            ".getImageData(c.width / 2, c.height / 2, 1, 1).data[0] - g) < 3; }",
            arg=gray(place - 1),
        )
        assert ana.locator(".nbp-top h1").get_attribute("title") == "stack.tif#01"  # nothing is opened meanwhile
    ana.keyboard.press("1")  # a key meant for the open slice does nothing while another one is seen
    ana.mouse.up()
    on_slice(ana, 10)


def test_play_goes_to_the_end_and_opens_what_is_there(ana):
    start(ana, "Hers")
    ana.select_option("[data-key=speed]", "30")
    ana.keyboard.press("Shift+P")
    on_slice(ana, SLICES)
    assert ana.locator("[data-key=play]").get_attribute("aria-pressed") == "false"


def test_shapes_are_copied_to_the_next_and_put_onto_a_range_and_taken_back(site, ana):
    start(ana, "Queue")
    ana.wait_for_selector(".nba-stage:focus")
    draw(ana, 0.4, 0.4, 0.6, 0.6)
    ana.keyboard.press("1")
    draw(ana, 0.7, 0.4, 0.9, 0.6)  # nobody selects anything: all that is drawn is meant, not the last one
    ana.keyboard.press("1")
    says(ana, 1, "2 × lesion")  # at once, before anything is stored
    ana.keyboard.press("Shift+F")
    on_slice(ana, 2)
    toast(ana, "2 shapes copied to slice 2.")
    playwright.expect(ana.locator(".nbp-shapes li")).to_have_count(2, timeout=EXPECT_MS)
    ana.wait_for_selector(".nba-stage:focus")
    ana.keyboard.press("Shift+G")
    ana.wait_for_selector(".nbp-range")
    assert ana.input_value(".nbp-range [data-key=first]") == "3"
    assert ana.input_value(".nbp-range [data-key=last]") == str(SLICES)
    ana.fill(".nbp-range [data-key=last]", "6")
    playwright.expect(ana.locator("#nbp-dialog-ask")).to_contain_text("4 of them come out of the queue")
    ana.keyboard.press("Enter")
    toast(ana, "Put onto 4 slices (3–6).")
    says(ana, 6, "2 × lesion · Yours")
    says(ana, 7, "Nothing said yet · Waits in the queue")
    assert [s.labels for s in slices(site, "ana", "Queue")[:7]] == [{"lesion": 2}] * 6 + [{}]
    ana.keyboard.press("Shift+U")
    toast(ana, "Taken back on 4 slices (3–6).")
    says(ana, 3, "Waits in the queue")
    ana.keyboard.press("Shift+U")  # the copy, too, on the slice that is open
    toast(ana, "Taken back on 1 slice (2).")
    playwright.expect(ana.locator(".nbp-shapes li")).to_have_count(0, timeout=EXPECT_MS)
    on_slice(ana, 2)


def test_a_slice_that_waits_is_taken_when_one_says_so(ana):
    start(ana, "Queue")
    ana.wait_for_selector(".nba-stage:focus")
    ana.locator(".nbp-cells").click(position={"x": 5, "y": 12})
    box = ana.locator(".nbp-cells").bounding_box()
    ana.mouse.click(box["x"] + 7.5 * box["width"] / SLICES, box["y"] + 12)
    ana.wait_for_selector(".nbp-seq [data-key=take]")
    assert ana.locator(".nbp-top h1").get_attribute("title") == "stack.tif#01"
    ana.keyboard.press("Escape")
    on_slice(ana, 1)
    ana.mouse.click(box["x"] + 7.5 * box["width"] / SLICES, box["y"] + 12)
    ana.wait_for_selector(".nbp-seq [data-key=take]")
    ana.keyboard.press("Enter")
    on_slice(ana, 8)
    playwright.expect(ana.locator(".nbp-actions [data-key=submit]")).to_be_enabled(timeout=EXPECT_MS)


def test_nothing_to_label_is_said_of_the_rest_and_a_range_is_excluded(site, ana):
    start(ana, "Hers")
    ana.wait_for_selector(".nba-stage:focus")
    ana.keyboard.press("Shift+G")
    ana.wait_for_selector(".nbp-range")
    ana.fill(".nbp-range [data-key=first]", "9")
    ana.keyboard.press("Enter")
    toast(ana, "Put onto 4 slices (9–12).")
    says(ana, 9, "Nothing to label · Yours")
    ana.mouse.move(300, 300)
    ana.keyboard.press("Shift+X")
    ana.wait_for_selector(".nbp-range textarea")
    ana.fill(".nbp-range [data-key=last]", "3")
    ana.keyboard.press("Control+Enter")
    playwright.expect(ana.locator(".nbp-range [role=alert]")).to_have_text("Say why these slices are of no use.")
    ana.fill(".nbp-range textarea", "only air")
    ana.keyboard.press("Control+Enter")
    on_slice(ana, 4)  # the first behind them
    toast(ana, "3 slices are excluded (1–3).")
    says(ana, 2, "Excluded")
    found = slices(site, "ana", "Hers")
    assert [s.outcome for s in found[:4]] == ["discarded"] * 3 + [None]
    assert [s.nothing_to_label for s in found[7:]] == [False] + [True] * 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_anybodys_way(ana, theme):
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    start(ana, "Queue")
    ana.emulate_media(color_scheme=theme, reduced_motion="reduce")
    ana.wait_for_selector(f".nbp[data-theme={theme}]")
    ana.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text("utf-8"))
    for key, there in (("", ".nbp-seq .at"), ("Shift+G", ".nbp-range"), ("Shift+X", ".nbp-range textarea")):
        if key:
            ana.keyboard.press(key)
        ana.wait_for_selector(there)
        assert not ana.evaluate(AXE)
        ana.keyboard.press("Escape")
        ana.wait_for_selector(".nba-stage:focus")


def test_the_reviewer_sees_what_is_on_each_slice(site, ana):
    start_again = site.person("ana")
    view = start_again.client.call("tasks.next", TaskView | None, campaign_id=_id(site, "Hers"), step=0)
    box = nb.Shape(kind="rectangle", points=((10, 10), (40, 40)), label="vessel")
    start_again.work.open(view.task.task_id).submit([box])
    chloe = site.log_in("chloe")
    chloe.locator("[data-go][aria-label$='of Hers']").click()
    on_slice(chloe, 4)
    says(chloe, 4, "1 × vessel · Yours")
    says(chloe, 5, "Somebody else's")
    box_ = chloe.locator(".nbp-cells").bounding_box()
    chloe.mouse.click(box_["x"] + 4.5 * box_["width"] / SLICES, box_["y"] + 12)
    playwright.expect(chloe.locator(".nbp-frame-note")).to_have_text(
        "This slice is somebody else's.", timeout=EXPECT_MS
    )


def _id(site: Any, campaign: str) -> int:
    return int(site.ws.sql("select campaign_id from campaigns where name = $1", [campaign])["campaign_id"][0])
