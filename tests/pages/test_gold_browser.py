"""Gold in a browser: whoever answers it badly is paused and reads why; a manager sees it, and lets the person go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.operations.golden import KNOWN, RECIPE
from tests.pages.conftest import PASSWORD

import nbannotate as nb

pytestmark = pytest.mark.browser


def fill(ws: Any, folder: Path) -> None:
    ws.members.add("max", role="manager", password=PASSWORD)
    (folder / "images").mkdir()
    paths = [folder / "images" / f"image_{i}.png" for i in range(6)]
    for i, path in enumerate(paths):
        Image.new("RGB", (64, 48), (90 + 20 * i, 110, 120)).save(path)
    smears = ws.create_dataset("smears")
    version = smears.create_version("v1").add_images(paths)
    known = smears.create_version("known").add_images(paths[::3])
    known.add_annotations({path.name: KNOWN for path in paths[::3]}, source="known")
    known.publish()
    flow = nb.Workflow(
        [nb.Step("draw", "annotation", ["ana"])], gold="known", share=0.5, on_fail="pause", min_answers=1, last=1
    )
    version.create_campaign("July", RECIPE, flow, order="random", seed=7).launch()


def begin(page: Any) -> None:
    """Begin, or go on, with the first job of the list."""
    page.locator(".nbp-jobs [data-go]").first.click()
    page.wait_for_selector("img.nba-preview[src]")
    page.wait_for_selector(".nba-stage:focus")


def submit_nothing(page: Any) -> None:
    """Say that there is nothing to label, and submit that: wrong wherever the answer is known."""
    page.keyboard.press("n")
    page.wait_for_selector(".nothing[aria-pressed=true]")
    page.wait_for_selector(".saved[data-state=saved]")
    page.keyboard.press("Control+Enter")


def test_who_is_paused_reads_why_and_goes_on_once_a_manager_says_so(harnessed: Any) -> None:
    site = harnessed(fill)
    ana = site.log_in("ana")
    begin(ana)
    first = ana.get_attribute(".nbp-top h1", "title")
    submit_nothing(ana)
    ana.wait_for_function("was => document.querySelector('.nbp-top h1')?.title !== was", arg=first)
    ana.wait_for_selector(".nothing[aria-pressed=false]")
    ana.wait_for_selector(".nba-stage:focus")
    assert ana.get_attribute(".nbp-top h1", "title") in ("image_0.png", "image_3.png"), "every second one is gold"
    submit_nothing(ana)
    ana.wait_for_selector(".nbp-job .paused >> text=You are paused in 'July'")
    assert ana.locator(".nbp-jobs [data-go]").count() == 0
    ana.click("button.bell")
    ana.wait_for_selector(".nbp-notices >> text=agree with it by 0%")

    boss = site.manage("max", f"#jobs/{site.ws.campaigns['July'].campaign_id}")
    row = boss.locator(".nbm-gold tr[data-key=ana]")
    row.locator("[data-state=paused]").wait_for()
    assert row.locator("td.n").all_inner_texts() == ["1", "0 %", "0 %"]
    row.get_by_role("button", name="Let ana go on").click()
    row.locator("[data-state=ok]").wait_for()
    assert row.get_by_role("button").count() == 0

    ana.wait_for_selector(".nbp-jobs [data-go]")
    ana.keyboard.press("Escape")
    begin(ana)
    submit_nothing(ana)
    ana.wait_for_selector(".nbp-toast >> text=submitted")
    assert list(site.ws.campaigns["July"].gold()["state"]) == ["ok"]


def test_an_issue_on_gold_is_read_whole_where_there_is_room(harnessed: Any) -> None:
    site = harnessed(fill)
    ana = site.log_in("ana")
    begin(ana)
    first = ana.get_attribute(".nbp-top h1", "title")
    submit_nothing(ana)
    ana.wait_for_function("was => document.querySelector('.nbp-top h1')?.title !== was", arg=first)
    ana.keyboard.press("i")
    ana.get_by_role("dialog").get_by_role("textbox").fill("Is this a cell, or a fleck of dust?")
    ana.keyboard.press("Control+Enter")
    ana.wait_for_selector(".nbp-threads >> text=fleck of dust")
    boss = site.manage("max", "#issues")
    boss.set_viewport_size({"width": 1600, "height": 800})
    row = boss.locator(".nbm-threads tbody th", has_text="Gold")
    row.wait_for()
    text = row.get_by_role("button")
    assert text.evaluate("its => its.scrollWidth <= its.clientWidth"), "no part of it is cut"
    boss.set_viewport_size({"width": 700, "height": 800})
    cell, chip = row.bounding_box(), row.locator(".chip").bounding_box()
    assert chip["x"] + chip["width"] <= cell["x"] + cell["width"], "what is cut is the text"
