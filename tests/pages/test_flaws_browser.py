"""What a person sees of shapes with flaws, and of several labels on a shape, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Shape

pytestmark = pytest.mark.browser

EIGHT = Shape(kind="polygon", points=((40, 40), (160, 160), (160, 40), (40, 140)), label="cell", also=("infected",))
OUTSIDE = Shape(kind="rectangle", points=((350, 200), (430, 280)), label="cell")


@pytest.fixture(scope="module")
def page(harnessed):
    def fill(workspace, folder):
        for name in ("a", "b"):
            Image.fromarray(np.full((300, 400, 3), 120, np.uint8)).save(folder / f"{name}.png")
        version = (
            workspace.create_dataset("smears").create_version("v1").add_images([folder / "a.png", folder / "b.png"])
        )
        version.add_annotations({"a.png": Annotation(shapes=(OUTSIDE, EIGHT))}, source="model")
        recipe = nb.Recipe(["cell", "infected"], several_labels=True, flaws="repair")
        steps = [nb.Step("draw", kind="annotation", assignees=["ana"])]
        version.create_campaign("July", recipe, nb.Workflow(steps)).launch()

    page = harnessed(fill).log_in("ana")
    page.locator(".nbp-jobs button.primary").first.click()
    page.wait_for_selector(".nbp-shapes li:nth-child(2)")
    return page


def test_labels_of_a_shape_are_all_shown_and_each_can_be_taken_away(page):
    page.click(".nbp-shapes li:nth-child(2) .shape")
    page.wait_for_selector(".nbp-labels .label[data-key=infected][aria-pressed=true]")
    assert page.locator(".nbp-shapes li:nth-child(2) .name").inner_text() == "cell, infected"
    page.keyboard.press("2")
    page.wait_for_selector(".nbp-labels .label[data-key=infected][aria-pressed=false]")
    page.keyboard.press("Shift+Delete")
    page.get_by_text("no label", exact=True).wait_for()
    page.click(".nbp-labels .label[data-key=cell]")
    page.wait_for_selector(".nbp-labels .label[data-key=cell][aria-pressed=true]")


def test_who_submits_flaws_is_led_to_what_cannot_be_repaired_and_told_what_was(page):
    first, second = page.locator(".nbp-shapes li").all()
    assert first.locator(".flaws").inner_text().split("\n") == [
        "⚠ A part of the rectangle is outside of the image.",
        "It is repaired when you submit.",
    ]
    assert second.locator(".flaws").inner_text() == "⚠ The outline of the polygon crosses itself."
    page.keyboard.press("Escape")
    page.wait_for_selector(".nbp-shapes li:nth-child(2):not([data-selected])")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Shape 2 (cell): The outline of the polygon crosses itself.").wait_for()
    page.wait_for_selector(".nbp-shapes li:nth-child(2)[data-selected]")
    page.keyboard.press("Delete")
    page.locator(".nbp-hint.flawed").get_by_text("1 shape is repaired when you submit").wait_for()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Shape 1 (cell) was repaired: A part of the rectangle is outside of the image.").wait_for()
    page.locator("h1", has_text="b.png").wait_for()
