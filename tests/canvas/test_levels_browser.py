"""Window, brightness and contrast by gestures in a browser: what is painted while one drags, and what is kept."""

from __future__ import annotations

import pytest

SHOW = """
import numpy as np
from nbannotate.imaging import Still
plain = c.model.picture._levels[0]
ramp = np.tile((np.arange(512) * 8).astype(np.uint16), (512, 1))
ct = Still(ramp, offset=-1024.0, unit="HU", modality="CT", series="1.2", window=(400.0, 40.0), exact=False)
c.adjust = (0, 1)
c.show(ct, [Shape(kind="rectangle", points=((200., 200.), (300., 300.)), label="cell", id="a" * 16)], labels=LABELS)
c.window = None
heard.clear()
c.transactions.listeners["levels"] = [lambda window, adjust: heard.append(("levels", window, adjust))]
"""
IN_SIGHT = "e => e.scrollIntoView({ block: 'center' })"
GRAY_AT = """([fx, fy]) => {
    const canvas = document.querySelector('canvas.nba-base');
    const p = document.querySelector('img.nba-preview').getBoundingClientRect();
    const box = canvas.getBoundingClientRect(), f = canvas.width / box.width;
    const x = (p.x + fx * p.width - box.x) * f, y = (p.y + fy * p.height - box.y) * f;
    return [...canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data];
}"""


def in_sight(stage):
    """Bring the whole stage into sight: a notebook scrolls to the controls that are clicked."""
    stage.page.locator(".nba-stage").first.evaluate(IN_SIGHT)


@pytest.fixture
def ct(stage):
    """The stage with a CT ramp from -1024 HU at the left to 3064 HU at the right."""
    before = stage.page.locator("img.nba-preview").first.get_attribute("src")
    stage.run(SHOW)
    stage.page.wait_for_function("s => document.querySelector('img.nba-preview').src !== s", arg=before)
    button = stage.page.locator(".nba-levels-button").first
    stage.page.wait_for_function(
        "() => document.querySelector('.nba-levels-button').textContent.startsWith('W 400 · L 40')"
    )
    in_sight(stage)
    yield stage
    stage.press("Escape")
    assert button.is_visible()
    stage.run(
        "c.transactions.listeners['levels'].clear(); c.model.sends_values = False; c.adjust = (0, 1); c.show(plain)"
    )
    in_sight(stage)


def middle(stage):
    in_sight(stage)
    box = stage.page.locator("img.nba-preview").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 4


def gray(stage, fx, fy=0.1):
    return stage.page.evaluate(GRAY_AT, [fx, fy])[0]


def wait_gray(stage, fx, wanted, slack=4, fy=0.1):
    stage.page.wait_for_function(
        f"([at, wanted, slack]) => Math.abs(({GRAY_AT})(at)[0] - wanted) <= slack", arg=[[fx, fy], wanted, slack]
    )


def hu(fx):
    return round(fx * 512) * 8 - 1024


def shown(fx, width, level):
    return min(255, max(0, (hu(fx) - (level - width / 2)) / width * 255))


def test_a_window_follows_the_right_button_and_is_painted_sharp_at_the_end(ct):
    wait_gray(ct, 0.26, shown(0.26, 400, 40))
    x, y = middle(ct)
    ct.page.mouse.move(x, y)
    ct.page.mouse.down(button="right")
    ct.page.mouse.move(x + 90, y + 40, steps=6)
    text = "document.querySelector('.nba-levels-button').textContent"
    ct.page.wait_for_function(f"() => !{text}.startsWith('W 400 · L 40')")
    width, level = 400 * 2.71828 ** (90 / 180), 40 + 40 * 400 * 2.71828 ** (90 / 180) / 256
    for fx in (0.2, 0.27, 0.33):  # while the button is down, by the overlay, from the values
        wait_gray(ct, fx, shown(fx, width, level))
    assert ct.kernel("c.window") == (400.0, 40.0)
    assert ct.page.evaluate(GRAY_AT, [201 / 512, 250 / 512])[:3] != [0, 0, 0]
    ct.painted_shape = ct.page.evaluate(GRAY_AT, [200 / 512, 250 / 512])
    assert ct.painted_shape[0] > 150  # the shape is still above the image
    assert ct.painted_shape[1] < 120
    ct.page.mouse.up(button="right")
    got = ct.wait("c.window != (400.0, 40.0) and len(heard)", 1) and ct.kernel("c.window")
    assert got == pytest.approx((width, level), abs=1)
    for fx in (0.2, 0.27, 0.33):
        wait_gray(ct, fx, shown(fx, *got))


def test_presets_keys_and_the_next_slice(ct):
    ct.click(5, 5)
    ct.press("Shift+W")
    ct.wait("c.window", (80.0, 40.0))
    ct.press("Shift+W")
    ct.wait("c.window", (1500.0, -600.0))
    wait_gray(ct, 0.1, shown(0.1, 1500, -600))
    ct.run("c.show(Still(ramp + 40, offset=-1024.0, unit='HU', modality='CT', series='1.2', window=(400.0, 40.0)))")
    ct.page.wait_for_function("() => document.querySelector('.nba-levels-button').textContent === 'W 1500 · L -600'")
    assert ct.kernel("c.window") == (1500.0, -600.0)
    ct.press("Shift+A")
    ct.wait("c.window[0] > 3900")
    ct.press("Shift+R")
    ct.wait("c.window", (400.0, 40.0))


def test_c_then_the_arrows_or_a_drag_with_the_left_button(ct):
    ct.click(5, 5)
    ct.press("c", "ArrowRight", "ArrowRight", "ArrowDown")
    ct.wait("c.window[0] > 420 and c.window[1] > 45")
    before = ct.kernel("c.window")
    x, y = middle(ct)
    ct.page.mouse.move(x, y)
    ct.page.mouse.down()
    ct.page.mouse.move(x - 60, y, steps=4)
    ct.page.mouse.up()
    ct.wait(f"c.window[0] < {before[0] * 0.8}")
    assert ct.kernel("c.selected") == ()
    ct.press("Escape")
    assert ct.page.locator(".nba-levels-button[data-active]").count() == 0
    now = ct.kernel("c.window")
    ct.press("ArrowRight")
    assert ct.kernel("c.window") == now


def test_escape_takes_a_drag_back(ct):
    x, y = middle(ct)
    ct.page.mouse.move(x, y)
    ct.page.mouse.down(button="right")
    ct.page.mouse.move(x + 100, y + 100, steps=4)
    ct.press("Escape")
    ct.page.mouse.up(button="right")
    wait_gray(ct, 0.27, shown(0.27, 400, 40))
    assert ct.kernel("(c.window, heard)") == ((400.0, 40.0), [])


def test_the_control_in_the_corner(ct):
    button = ct.page.locator(".nba-levels-button").first
    button.click()
    panel = ct.page.get_by_role("dialog", name="Window (HU)")
    panel.get_by_role("button", name="Lung").click()
    ct.wait("c.window", (1500.0, -600.0))
    assert panel.get_by_label("Width").get_attribute("aria-valuetext") == "1500"
    assert panel.get_by_role("button", name="Lung").get_attribute("aria-pressed") == "true"
    assert panel.get_by_role("button", name="Bone").get_attribute("aria-pressed") == "false"
    panel.get_by_label("Level").focus()
    ct.press("ArrowRight", "ArrowRight")
    ct.wait("c.window", (1500.0, -598.0))
    wait_gray(ct, 0.1, shown(0.1, 1500, -598))
    panel.get_by_label("Width").focus()
    ct.press("ArrowLeft")
    ct.wait("1470 < c.window[0] < 1495")
    panel.get_by_role("button", name="As in the file").click()
    ct.wait("c.window", (400.0, 40.0))
    ct.press("Escape")
    panel.wait_for(state="detached")
    assert ct.kernel("len(c.shapes)") == 1


def test_a_polygon_goes_on_after_the_window_was_dragged(ct):
    ct.press("p")
    x, y = middle(ct)
    for dx, dy in ((0, 0), (60, 0), (60, 60)):
        ct.page.mouse.click(x + dx, y + dy)
    ct.page.mouse.down(button="right")
    ct.page.mouse.move(x + 100, y + 90, steps=3)
    ct.page.mouse.up(button="right")
    ct.wait("c.window != (400.0, 40.0)")
    ct.page.mouse.click(x, y + 80)
    ct.press("Enter")
    ct.wait("[len(s.points) for s in c.shapes if s.kind == 'polygon']", [4])


def test_brightness_and_contrast_of_an_image_of_eight_bits(stage):
    text = "document.querySelector('.nba-levels-button').textContent"
    stage.page.wait_for_function(f"() => {text} === '◐'")
    before = gray(stage, 0.5, 0.5)
    x, y = middle(stage)
    stage.page.mouse.move(x, y)
    stage.page.mouse.down(button="right")
    stage.page.mouse.move(x, y - 64, steps=4)
    wait_gray(stage, 0.5, before + 64, fy=0.5)
    stage.page.mouse.up(button="right")
    stage.wait("c.adjust", (0.25, 1.0))
    wait_gray(stage, 0.5, before + 64, fy=0.5)
    assert stage.page.evaluate(text) == "◐ +25 · 100 %"
    stage.press("Shift+R")
    stage.wait("c.adjust", (0.0, 1.0))
    wait_gray(stage, 0.5, before, fy=0.5)
    stage.page.locator(".nba-levels-button").first.click()
    stage.page.get_by_role("slider", name="Contrast").focus()
    stage.press("ArrowRight", "ArrowRight", "ArrowRight")
    stage.wait("1.05 < c.adjust[1] < 1.07")
    stage.press("Escape")
    stage.run("c.adjust = (0, 1)")
    stage.run("c.model.sends_values = False")
    in_sight(stage)


def test_what_cannot_be_shown_is_said_in_its_place(stage):
    stage.run(
        "plain = c.model.picture._levels[0]; c.show(None, instead='The image cannot be read: the file is empty.')"
    )
    said = stage.page.get_by_text("The image cannot be read: the file is empty.")
    said.wait_for()
    for control in (".nba-levels-button", ".nba-zoom"):
        assert stage.page.locator(control).first.is_hidden()
    stage.run("c.show(plain)")
    said.wait_for(state="hidden")
    stage.page.wait_for_function("document.querySelector('img.nba-preview[src]')?.complete")


def test_a_window_that_is_dragged_over_a_zoomed_image_lies_where_the_image_lies(ct):
    x, y = middle(ct)
    ct.page.mouse.move(x, y)
    for _ in range(4):
        ct.page.mouse.wheel(0, -300)
    ct.wait("c.model.view.k > 3")
    ct.page.mouse.down(button="right")
    ct.page.mouse.move(x + 180, y, steps=5)
    left = ct.page.locator("img.nba-preview").first.bounding_box()
    for px in (-100, 0, 120):
        fx = (x + px - left["x"]) / left["width"]
        wait_gray(ct, fx, shown(fx, 400 * 2.71828, 40), slack=10, fy=(y - 30 - left["y"]) / left["height"])
    ct.page.mouse.up(button="right")
    ct.wait("round(c.window[0])", 1087)
