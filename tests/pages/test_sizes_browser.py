"""What is in sight at every size: with many labels and tags, in low windows, and in a narrow cell of a notebook."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Attribute, Label, Shape

pytestmark = pytest.mark.browser

MANY = 35
SIZES = ((1280, 720), (1024, 768), (960, 540), (720, 450), (640, 400))
CELLS = ((900, 480), (370, 640), (370, 480))
#: The last label asks for an attribute, so that its form takes its room, too.
LABELS = [
    *(f"label {i} with a name as long as those that people give" for i in range(MANY - 1)),
    Label("last", attributes=(Attribute("stage", "choice", ("ring", "schizont"), required=True),)),
]
#: For each button of the task what hides it; and the lists that scroll sideways.
MEASURE = """() => {
  const out = {hidden: [], sideways: [], stage: document.querySelector(".nbp-stage").getBoundingClientRect().width};
  const seen = (e, where) => {
    const r = e.getBoundingClientRect(), w = where.getBoundingClientRect();
    const inside = r.height > 0 && r.top >= w.top - 1 && r.bottom <= w.bottom + 1 && r.right <= w.right + 1;
    return inside && e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2));
  };
  for (const b of document.querySelectorAll(".nbp-actions button")) {
    const low = b.getBoundingClientRect().bottom > innerHeight;
    if (low || !seen(b, document.querySelector(".nbp"))) out.hidden.push(b.dataset.key);
  }
  for (const e of document.querySelectorAll(".nbp-side, .nbp-side *")) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
    if (scrolls && e.scrollWidth > e.clientWidth + 1) out.sideways.push(e.className);
  }
  const label = document.querySelector(".nbp-labels .label[aria-pressed=true]");
  out.label = label && seen(label, document.querySelector(".nbp-labels .list"));
  const row = document.querySelector(".nbp-shapes li[data-selected] .shape");
  out.row = row && seen(row, document.querySelector(".nbp-panel"));
  return out;
}"""

#: Whether a place of the image is on the stage.
IN_SIGHT = """([x, y]) => {
  const image = document.querySelector(".nba-preview").getBoundingClientRect();
  const stage = document.querySelector(".nba-stage").getBoundingClientRect();
  const at = [image.x + (x / 400) * image.width, image.y + (y / 300) * image.height];
  return at[0] > stage.left && at[0] < stage.right && at[1] > stage.top && at[1] < stage.bottom;
}"""


@pytest.fixture(scope="module")
def page(harnessed):
    def fill(workspace, folder):
        Image.fromarray(np.full((300, 400, 3), 120, np.uint8)).save(folder / "a.png")
        version = workspace.create_dataset("smears").create_version("v1").add_images([folder / "a.png"])
        boxes = [
            ((5 + 30 * (i % 12), 5 + 60 * (i // 12)), (30 + 30 * (i % 12), 50 + 60 * (i // 12))) for i in range(48)
        ]
        shapes = tuple(Shape(kind="rectangle", points=points, label="last") for points in boxes)
        version.add_annotations({"a.png": Annotation(shapes=shapes)}, source="model")
        recipe = nb.Recipe(LABELS, tags=[f"tag number {i}" for i in range(MANY)], max_shapes=60)
        steps = [nb.Step("check", kind="review", assignees=["chloe"])]
        version.create_campaign("July", recipe, nb.Workflow(steps), existing="review").launch()

    page = harnessed(fill).log_in("chloe")
    page.locator(".nbp-jobs button.primary").first.click()
    page.wait_for_selector(".nbp-shapes li:nth-child(48)", state="attached")
    page.wait_for_selector(".nba-preview[src]", state="attached")
    return page


def settled(page):
    """Wait until what a change of size moves has moved: two frames after it."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(MEASURE)


def test_the_buttons_the_label_and_the_selected_shape_are_in_sight_at_every_size(page):
    assert page.evaluate("document.querySelector('.nbp-labels .list').scrollTop") == 0  # no label is chosen: the first
    page.locator(".nba-overlay").click(position=place(page, 350, 200))
    page.wait_for_selector(".nbp-shapes li:nth-child(48)[data-selected]", state="attached")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found = settled(page)
        assert (found["hidden"], found["sideways"]) == ([], []), (width, height, found)
        assert (found["label"], found["row"]) == (True, True) or height < 450, (width, height, found)
        assert found["stage"] >= width / 2
    page.set_viewport_size({"width": 1280, "height": 900})
    for width, height in CELLS:  # the same pane as in a cell of a notebook
        page.evaluate(
            "([w, h]) => { const e = document.querySelector('.nbp'); e.classList.remove('nbp-whole');"
            "e.style.width = `${w}px`; e.style.height = `${h}px`; }",
            [width, height],
        )
        found = settled(page)
        assert (found["hidden"], found["sideways"]) == ([], []), (width, height, found)
        assert found["stage"] >= width / 2, (width, height, found)
    page.evaluate("() => { const e = document.querySelector('.nbp'); e.classList.add('nbp-whole'); e.style = ''; }")


def test_the_canvas_moves_to_the_shape_that_is_selected_in_the_list(page):
    page.locator(".nba-stage").focus()
    for _ in range(8):
        page.keyboard.press("+")
    page.wait_for_function("parseInt(document.querySelector('.nba-zoom').textContent) > 300")
    assert not page.evaluate(IN_SIGHT, [17, 27])
    page.locator(".nbp-shapes li").first.locator(".shape").click()
    page.wait_for_function(IN_SIGHT, arg=[17, 27])
    assert not page.evaluate(IN_SIGHT, [347, 207])
    page.locator(".nbp-shapes li").nth(47).locator(".shape").click()
    page.wait_for_function(IN_SIGHT, arg=[347, 207])


def place(page, x, y):
    """Return where a place of the image is on the stage."""
    image, stage = (page.locator(v).bounding_box() for v in (".nba-preview", ".nba-overlay"))
    return {
        "x": image["x"] - stage["x"] + x / 400 * image["width"],
        "y": image["y"] - stage["y"] + y / 300 * image["height"],
    }


def test_a_refused_submit_opens_the_form_of_the_first_shape_and_a_digit_fills_it_in(page):
    page.locator(".nba-stage").focus()
    page.keyboard.press("Control+Enter")
    page.get_by_text("48 shapes are not finished. Shape 1 (last) needs the attribute 'stage'").wait_for()
    page.wait_for_selector(".nbp-shapes li:first-child[data-selected]")
    page.wait_for_function("document.activeElement.dataset.key === 'ring'")
    page.keyboard.press("2")
    page.wait_for_selector(".nbp-form .tag[data-key=schizont][aria-pressed=true]")
    assert page.locator(".nbp-shapes li:first-child .name").inner_text().split("\n") == ["last", "schizont"]
    assert settled(page)["row"]
