"""The canvas as part of a page: reloaded, shown twice, on dark pages, on sharp screens, beside text fields."""

from __future__ import annotations

import pytest
from PIL import Image

RECTANGLE = "[Shape(kind='rectangle', points=((100., 100.), (300., 250.)), label='cell', id='a' * 16)]"


@pytest.mark.browser
@pytest.mark.xdist_group("canvas-lab")
def test_after_a_reload_of_jupyterlab_the_canvas_is_painted_again_and_work_goes_on(page):
    stage = page("lab", "one")
    stage.reset(RECTANGLE)
    stage.painted(200, 100, "red")
    stage.page.keyboard.press("Control+s")
    stage.page.wait_for_function("!document.querySelector('.jp-mod-dirty')")
    stage.page.reload()
    stage.overlay.wait_for()
    stage.page.wait_for_function("document.querySelector('img.nba-preview[src]')?.complete")
    stage.painted(200, 100, "red")
    stage.drag((200, 170), (250, 200))
    stage.wait_shapes(("rectangle", "cell", [(150, 130), (350, 280)]))


@pytest.mark.browser
def test_two_views_of_a_canvas_show_the_same_shapes_and_both_draw(page):
    stage = page("harness", "two")
    stage.page.wait_for_function("document.querySelectorAll('img.nba-preview[src]').length === 2")
    stage.reset(RECTANGLE)
    stage.click(600, 400)
    stage.press("r")
    stage.drag((400, 100), (500, 200))
    stage.wait("len(c.shapes)", 2)
    second = stage.page.locator("canvas.nba-overlay").nth(1)
    second.scroll_into_view_if_needed()
    box = second.bounding_box()
    mouse = stage.page.mouse
    mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.65, box["y"] + box["height"] * 0.8, steps=3)
    mouse.up()
    stage.wait("len(c.shapes)", 3)
    stage.page.keyboard.press("Control+z")
    stage.wait("len(c.shapes)", 2)
    stage.run("c.select([])")
    stage.page.wait_for_function(
        """() => { const [a, b] = document.querySelectorAll('canvas.nba-base');
        const read = (c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const red = (d) => { let n = 0; for (let i = 0; i < d.length; i += 4)
            n += d[i] > 180 && d[i + 1] < 90 && d[i + 2] < 90; return n; };
        return red(read(a)) > 100 && red(read(b)) > 100; }"""
    )


@pytest.mark.browser
def test_on_a_sharp_screen_and_a_dark_page_the_canvas_is_sharp_and_dark(page, tmp_path):
    stage = page("harness", "one", device_scale_factor=2, color_scheme="dark")
    stage.page.evaluate("document.body.style.background = '#111'; document.documentElement.style.background = '#111'")
    stage.page.evaluate(
        "document.querySelectorAll('.jp-Notebook, #rendered_cells, main').forEach("
        "e => { e.style.background = '#111'; })"
    )
    stage.page.evaluate("document.body.classList.add('dark')")
    stage.page.wait_for_selector(".nba-canvas[data-theme=dark]")
    stage.reset(RECTANGLE)
    stage.wait("c.model.view.dpr", 2.0)
    sizes = stage.page.evaluate(
        "[...document.querySelectorAll('canvas.nba-base, canvas.nba-overlay')].map("
        "c => c.width / c.getBoundingClientRect().width)"
    )
    assert sizes == pytest.approx([2, 2], abs=0.01)
    stage.painted(200, 100, "red")
    stage.click(200, 170)
    stage.drag((300, 250), (330, 270))
    stage.wait_shapes(("rectangle", "cell", [(100, 100), (330, 270)]), slack=0.6)
    stage.page.screenshot(path=tmp_path / "dark.png")
    corner = stage.box()
    pixel = Image.open(tmp_path / "dark.png").getpixel((int(2 * corner["x"]) + 12, int(2 * corner["y"]) + 60))
    assert max(pixel[:3]) < 60


@pytest.mark.browser
def test_page_wide_keys_act_without_focus_but_not_while_someone_types(page):
    stage = page("harness", "one")
    stage.run("c.model.keys_mode = 'page'; c.tool = 'polygon'")
    stage.page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'text'}))")
    stage.page.wait_for_function("document.querySelector('canvas.nba-overlay').style.cursor === 'crosshair'")
    stage.page.locator("#text").focus()
    stage.page.keyboard.type("rv1")
    assert stage.page.locator("#text").input_value() == "rv1"
    assert stage.kernel("c.tool") == "polygon"
    stage.page.evaluate("document.activeElement.blur()")
    stage.page.keyboard.press("r")
    stage.wait("c.tool", "rectangle")


@pytest.mark.browser
@pytest.mark.xdist_group("canvas-lab")
def test_in_jupyterlab_the_canvas_works_while_a_cell_runs(page):
    stage = page("lab", "one")
    stage.press("Escape")
    stage.page.locator(".jp-Notebook .jp-Cell").nth(1).click()
    stage.page.keyboard.type("import time\nwhile not c.shapes: time.sleep(0.01)\nc.label = 'dust'")
    stage.page.keyboard.press("Shift+Enter")
    stage.page.wait_for_function("document.querySelector('#jp-main-statusbar').innerText.includes('| Busy')")
    stage.overlay.scroll_into_view_if_needed()
    stage.click(2, 2)
    stage.page.wait_for_selector(".nba-stage:focus")
    stage.press("r")
    stage.drag((100, 100), (300, 250))
    stage.page.wait_for_function("document.querySelector('#jp-main-statusbar').innerText.includes('| Idle')")
    stage.wait_shapes(("rectangle", "", [(100, 100), (300, 250)]))
    stage.wait("c.label", "dust")


@pytest.mark.browser
@pytest.mark.xdist_group("canvas-lab")
def test_in_jupyterlab_images_are_annotated_and_reviewed_without_a_workspace(page):
    stage = page("lab", "panes")
    stage.page.wait_for_function("document.querySelectorAll('img.nba-preview[src]').length === 2")
    stage.click(2, 2)
    stage.press("r")
    stage.drag((100, 100), (300, 250))
    stage.press("1")
    stage.wait("[(s.kind, s.label) for s in annotator.annotations['a'].shapes]", [("rectangle", "cell")])
    stage.press("Control+Enter")
    stage.wait("annotator.state.task.task.asset", "b.png")
    second = stage.page.locator("canvas.nba-overlay").nth(1)
    second.scroll_into_view_if_needed()
    second.click(position={"x": 5, "y": 5})
    stage.press("Control+Enter")
    stage.wait("reviewer.state.task.task.asset", "b.png")
    stage.wait("list(reviewer.campaign.tasks.df(state='done')['outcome'])", ["accepted"])
    assert stage.kernel("len(annotator.annotations['a'].shapes)") == 1


@pytest.mark.browser
@pytest.mark.xdist_group("canvas-lab")
def test_in_jupyterlab_after_a_restart_the_cell_says_to_run_it_again_and_claims_nothing_else(page):
    stage = page("lab", "restart")
    stage.wait("annotator.state.saving.state", "clean")
    stage.page.locator("[title*='Restart the kernel' i]").first.click()
    stage.page.locator(".jp-Dialog .jp-mod-warn").click()
    ended = "The kernel has ended or was started anew. Run the cell again to go on."
    for part in (".nbp:not(.nbm) .nbp-banner", ".nbm .nbp-banner", ".nba-canvas .nba-ended"):
        stage.page.locator(part, has_text=ended).first.wait_for()
    assert stage.page.locator(".nba-ended[data-shown]").count() == 1  # the viewer's; the pane says it above its image
    stage.overlay.scroll_into_view_if_needed()
    stage.click(2, 2)
    stage.press("r")
    stage.drag((100, 100), (300, 250))
    stage.page.locator(".nbp-banner", has_text="What was not saved yet is kept in this browser.").wait_for()
    assert stage.page.locator(".saved").count() == 0
    stage.page.locator(".jp-Notebook .jp-Cell .jp-InputArea-editor").first.click()
    stage.page.keyboard.press("Control+Enter")
    stage.page.locator(".nbp-toast", has_text="is here again").wait_for()
    assert stage.page.locator(".nbp-banner").count() == 0
    stage.close()  # the connection to the kernel that was
    stage.wait("[s.kind for s in annotator.annotations['a'].shapes]", ["rectangle"])
