"""Shapes that are shown but are not there, and places that are brought into sight, in Voilà and in JupyterLab."""

from __future__ import annotations

import pytest

from nbannotate.canvas import Canvas, Ghost
from nbannotate.canvas.ghosts import message
from nbannotate.canvas.scene import Style
from nbannotate.errors import InvalidInput
from nbannotate.model import Shape

BOX = Shape(kind="rectangle", points=((100.0, 100.0), (300.0, 250.0)), label="cell")
GHOST = (
    "Ghost(Shape(kind='rectangle', points=((100., 100.), (300., 250.))), '#ff5a4f'), "
    "Ghost(Shape(kind='point', points=((400., 300.),)), '#00aa00', 'glow')"
)


def rows(stage):
    return stage.page.locator(".nba-pale .nba-pale-row")


def test_ghosts_follow_zoom_and_reload_and_cannot_be_hit(stage):
    stage.run(f"from nbannotate.canvas import Ghost; c.ghosts = [{GHOST}]")
    rows(stage).nth(1).wait_for(state="attached")
    for _ in range(2):
        box, at = rows(stage).first.bounding_box(), stage.at(100, 100)
        assert (box["x"], box["y"]) == pytest.approx(at, abs=4)
        stage.page.mouse.wheel(0, -300)
    stage.press("f", "v")
    stage.click(100, 175)
    assert stage.kernel("c.selected") == ()
    assert stage.kernel("len(c.shapes)") == 0
    stage.run("c.ghosts = ()")
    stage.page.wait_for_selector(".nba-pale", state="detached")


def test_another_image_has_no_ghosts(stage):
    stage.run(f"from nbannotate.canvas import Ghost; c.ghosts = [{GHOST}]")
    rows(stage).first.wait_for(state="visible")
    stage.reset()
    stage.wait("c.ghosts", ())
    stage.page.wait_for_function(
        "() => { const pale = document.querySelector('.nba-pale');"
        "return !pale || getComputedStyle(pale).visibility === 'hidden'; }"
    )


def test_a_place_is_brought_into_sight_and_a_view_that_shows_it_stays(stage):
    before = stage.view()
    stage.run("c.look_at((100, 100, 200, 200))")
    assert stage.view() == pytest.approx(before, abs=1)
    stage.press(*"+" * 8)
    stage.page.wait_for_function("document.querySelector('.nba-zoom').innerText.replace(' %', '') > 300")
    stage.run("c.look_at((100, 100, 200, 200))")
    box = stage.box()
    stage.page.wait_for_function(
        "([x, y]) => { const i = document.querySelector('img.nba-preview').getBoundingClientRect(), k = i.width / 800;"
        "return Math.hypot(i.x + 150 * k - x, i.y + 150 * k - y) < 3; }",
        arg=[box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    stage.press("f")


def test_a_ghost_is_told_as_lines_or_as_dots():
    said = message((Ghost(BOX), Ghost(Shape(kind="point", points=((4.0, 3.0),)), "#00aa00", "glow")), Style({}, {}), 3)
    assert (said.g, len(said.rows)) == (3, 2)
    assert said.rows[0].lines == [[[100, 100], [300, 100], [300, 250], [100, 250]]]
    assert (said.rows[1].dots, said.rows[1].line) == ([[4, 3]], "glow")


def test_what_is_no_ghost_is_refused():
    canvas = Canvas()
    canvas.ghosts = [BOX]
    assert canvas.ghosts == (Ghost(BOX),)
    for wrong in ("box", Shape(kind="rectangle", points=())):
        with pytest.raises(InvalidInput):
            canvas.ghosts = [wrong]
    with pytest.raises(InvalidInput, match="color"):
        Ghost(BOX, "red")
    with pytest.raises(InvalidInput, match="line"):
        Ghost(BOX, line="wavy")
    assert canvas.ghosts == (Ghost(BOX),)
    canvas.close()
