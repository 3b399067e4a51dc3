"""Rotated rectangles, groups and tracks on the task pane, in a real browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb

pytestmark = pytest.mark.browser
SLICES = 8
CAR = {
    f"stack.tif#{i}": [nb.Shape.rectangle(20 + 4 * i, 20, 40, 30, "car", track="7", keyframe=i == 3)]
    for i in range(3, 7)
}
CAR["stack.tif#1"] = [
    nb.Shape.rotated_rectangle(60, 60, 50, 20, 30, "car", id="a" * 16, group="1"),
    nb.Shape.rectangle(20, 20, 20, 20, "wheel", id="b" * 16, group="1"),
    nb.Shape.polygon(
        [[(90, 10), (150, 10), (150, 50), (90, 50)], [(100, 20), (130, 20), (110, 40)]], "car", id="c" * 16
    ),
]


def fill(ws: Any, folder: Any) -> None:
    pages = [Image.fromarray(np.full((120, 160), 60 + 10 * i, dtype=np.uint8)) for i in range(SLICES)]
    pages[0].save(folder / "stack.tif", save_all=True, append_images=pages[1:])
    version = ws.create_dataset("Cars").create_version("v1").add_images([folder / "stack.tif"])
    version.add_annotations(CAR, source="tracker")
    steps = [nb.Step("draw", "annotation", ["ana"], attribution="equal")]
    version.create_campaign("Cars", nb.Recipe(labels=["car", "wheel"]), nb.Workflow(steps)).launch()


@pytest.fixture(scope="module")
def site(harnessed: Any) -> Any:
    return harnessed(fill)


@pytest.fixture(scope="module")
def page(site: Any) -> Any:
    page = site.log_in("ana")
    page.locator(".nbp-jobs button.primary").first.click()
    page.wait_for_selector("img.nba-preview[src]")
    page.wait_for_selector(".nba-stage:focus")
    page.wait_for_function("document.querySelectorAll('.nbp-shapes li').length === 3")
    return page


def angle(page: Any, text: str) -> None:
    page.wait_for_function("t => document.querySelector('#nbp-angle')?.value === t", arg=text)


def test_the_angle_of_what_is_selected_is_seen_typed_and_turned_by_keys(page):
    page.locator(".nbp-shapes li .shape").first.click()
    angle(page, "30")
    page.fill("#nbp-angle", "-45,5")
    page.press("#nbp-angle", "Enter")
    angle(page, "-45.5")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("Control+>")
    angle(page, "-30.5")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    angle(page, "30")
    page.fill("#nbp-angle", "north")
    page.press("#nbp-angle", "Enter")
    angle(page, "30")


def grouped(page: Any, *wanted: str) -> None:
    """Wait until the entries of the list say these groups."""
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('.nbp-shapes li')]"
        ".map(v => v.querySelector('.belongs[data-key=group]')?.title ?? '').join() === wanted.join()",
        arg=list(wanted),
    )


def test_groups_are_told_in_the_list_and_change_by_keys(page):
    page.wait_for_selector(".nba-stage:focus")
    grouped(page, "Group 1", "Group 1", "")
    page.keyboard.press("Control+a")
    page.wait_for_selector("[data-do='act:group']")
    page.keyboard.press("Control+g")
    grouped(page, "Group 1", "Group 1", "Group 1")
    page.wait_for_selector("[data-do='act:ungroup']")
    page.keyboard.press("Control+Shift+G")
    grouped(page, "", "", "")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    grouped(page, "Group 1", "Group 1", "")


PAINTED = """() => {
    const canvas = document.querySelector('.nbp-cells canvas'), g = canvas.getContext('2d');
    const f = canvas.width / canvas.clientWidth;
    const at = (place, y) => g.getImageData((place - 0.5) * canvas.width / 8, y * f, 1, 1).data.join();
    return [3, 4, 5, 6].every((v) => at(v, 19.5) !== at(v, 10)) && [1, 2, 7, 8].every((v) => at(v, 15) === at(v, 19.5));
}"""


def test_a_track_is_one_entry_and_the_slices_show_where_it_is(page):
    page.wait_for_selector(".nba-stage:focus")
    for n in (2, 3):
        page.keyboard.press("Shift+PageDown")
        page.wait_for_function(
            "t => document.querySelector('.nbp-seq .at').textContent === t", arg=f"Slice {n} / {SLICES}"
        )
    page.wait_for_selector(".nbp-shapes li .belongs >> text=Track 7: set here", state="attached")
    page.locator(".nbp-shapes li .shape").click()
    page.wait_for_selector(".nbp-seq .belongs >> text=Track 7: on 4 slices, 3 to 6")
    page.wait_for_function(PAINTED)
