"""The canvas without a mouse: by the keyboard alone, by fingers, by a pen, and by its buttons."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

RECTANGLE = "[Shape(kind='rectangle', points=((100., 100.), (300., 250.)), label='cell', id='a' * 16)]"
POLYGON = (
    "[Shape(kind='polygon', points=((100., 100.), (300., 100.), (300., 300.), (100., 300.)), "
    "label='cell', id='b' * 16)]"
)
TWO = RECTANGLE[:-1] + ", Shape(kind='rectangle', points=((400., 100.), (500., 200.)), label='dust', id='c' * 16)]"


@pytest.fixture(scope="module")
def opened_once(kept_page):
    return kept_page("harness", "one", has_touch=True)


@pytest.fixture
def stage(opened_once):
    """A page with fingers; the image is afresh, the pointer at (100, 100), no finger or pen was there yet."""
    opened_once.reset()
    opened_once.move(100, 100)
    opened_once.click(2, 2)
    opened_once.move(100, 100)
    yield opened_once
    assert not opened_once.errors, opened_once.errors


def arrows(stage, **steps):
    """Press arrows: right=3, or with modifiers shift_down=1."""
    for name, times in steps.items():
        *modifiers, way = name.split("_")
        stage.press(*["".join(f"{m.title()}+" for m in modifiers) + f"Arrow{way.title()}"] * times)


def step(stage) -> int:
    """Image pixels of one press of an arrow key."""
    return max(1, round(10 / stage.view()[0]))


def spoken(stage, text: str) -> None:
    stage.page.wait_for_function("t => document.querySelector('.nba-voice').textContent.includes(t)", arg=text)


def test_boxes_ellipses_and_points_are_drawn_with_arrows(stage):
    d = step(stage)
    stage.press("1", "r", "Enter")  # the cursor is shown where the pointer is
    arrows(stage, right=1)
    stage.press("Enter")
    arrows(stage, shift_right=1, down=2)
    stage.press("Enter")
    box = ("rectangle", "cell", [(100 + d, 100), (100 + 6 * d, 100 + 2 * d)])
    stage.wait_shapes(box)
    stage.press("e")
    arrows(stage, down=3)
    stage.press("Space")
    arrows(stage, shift_right=2, shift_down=1)
    spoken(stage, f"{10 * d} by {5 * d} at")
    stage.press("Space")
    x, y = 100 + 6 * d, 100 + 5 * d
    stage.wait_shapes(box, ("ellipse", "cell", [(x, y), (x + 10 * d, y + 5 * d)]))
    stage.press("o")
    arrows(stage, right=2, alt_right=3)
    stage.press("Enter")
    x, y = x + 12 * d, y + 5 * d
    stage.wait("c.shapes[-1].kind", "point")
    (px, py), k = stage.kernel("c.shapes[-1].points[0]"), stage.view()[0]
    assert (px, py) == pytest.approx((x + 3 / k, y), abs=1)
    stage.press("r", "Space")
    arrows(stage, shift_down=1)
    stage.press("Backspace")  # the corner is taken back
    stage.press("Escape", "Escape", "Escape")
    stage.wait("c.tool", "select")
    assert len(stage.shapes()) == 3


def test_polygons_and_skeletons_are_placed_point_by_point_with_arrows(stage):
    d = step(stage)
    stage.press("1", "p")
    arrows(stage, right=1)
    stage.press("Enter")
    arrows(stage, shift_right=2)
    stage.press("Space")
    arrows(stage, shift_down=2)
    stage.press("Space")
    arrows(stage, shift_left=1)
    stage.press("Space", "Backspace", "Enter")
    x, y = 100 + d, 100
    triangle = ("polygon", "cell", [(x, y), (x + 10 * d, y), (x + 10 * d, y + 10 * d)])
    stage.wait_shapes(triangle)
    stage.press("Escape", "4", "h")
    stage.press("Enter")
    arrows(stage, shift_down=1)
    stage.press("Shift+Space", "0")
    x, y = x + 5 * d, y + 10 * d
    stage.wait_shapes(triangle, ("skeleton", "body", [(x, y), (x, y + 5 * d), (x, y + 5 * d)]))
    assert stage.kernel("c.shapes[1].visibility") == (2, 1, 0)


def test_a_mask_is_painted_and_erased_with_arrows(stage):
    d = step(stage)
    stage.press("1", "m")
    arrows(stage, right=1)
    stage.press("Space")
    arrows(stage, shift_right=2)
    stage.press("Space")
    stage.wait_shapes(("mask", "cell", [(90 + d, 90), (110 + 11 * d, 110)]), slack=2)
    stage.page.keyboard.down("Space")  # who holds it lets go to end the stroke
    arrows(stage, shift_down=1)
    stage.page.keyboard.up("Space")
    stage.wait_shapes(("mask", "cell", [(90 + d, 90), (110 + 11 * d, 110 + 5 * d)]), slack=2)
    stage.press("Shift+Space")
    arrows(stage, shift_up=1)
    stage.press("Space")
    stage.wait("c.shapes[0].points[1][1] <= 111")


def test_the_cursor_picks_the_shape_below_and_vertices_are_walked(stage):
    stage.reset(POLYGON)
    stage.move(200, 200)
    arrows(stage, right=1)
    spoken(stage, "cell")
    stage.press("Enter")
    stage.wait("len(c.selected)", 1)
    arrows(stage, right=2)  # now they move what is selected
    stage.wait_shapes(("polygon", "cell", [(102, 100), (302, 100), (302, 300), (102, 300)]), slack=0.1)
    stage.press("Alt+.", "Alt+.")
    spoken(stage, "2")
    arrows(stage, shift_up=3)
    stage.wait_shapes(("polygon", "cell", [(102, 100), (302, 70), (302, 300), (102, 300)]), slack=0.1)
    stage.press("Enter")
    arrows(stage, shift_right=2)
    moved = [(102, 100), (302, 70), (322, 185), (302, 300), (102, 300)]
    stage.wait_shapes(("polygon", "cell", moved), slack=0.1)
    stage.press("Alt+,", "Delete")
    stage.wait_shapes(("polygon", "cell", [moved[0], *moved[2:]]), slack=0.1)
    stage.press("Escape", "Escape")
    stage.wait("c.selected", ())
    arrows(stage, shift_right=9)
    stage.press("Enter")  # nothing is there
    assert stage.kernel("c.selected") == ()


def test_zooming_keeps_the_cursor_in_sight_and_steps_follow_it(stage):
    d = step(stage)
    stage.press("r")
    arrows(stage, right=1)
    stage.press(*["+"] * 12)  # 1.25 ** 12 = 14.5
    stage.press("Enter")
    arrows(stage, right=4, down=3)
    stage.press("Enter")
    stage.wait("[s.kind for s in c.shapes]", ["rectangle"])
    (x0, y0), (x1, y1) = stage.kernel("c.shapes[0].points")
    assert (x1 - x0, y1 - y0) == pytest.approx((4, 3), abs=0.02)
    assert (x0, y0) == pytest.approx((100 + d, 100), abs=1)
    arrows(stage, shift_left=8)
    _, left, _ = stage.view()
    arrows(stage, shift_left=8)  # the image moves when the cursor comes to the border
    stage.page.wait_for_function(
        "x => document.querySelector('img.nba-preview').getBoundingClientRect().x > x + 50", arg=left
    )


# ---- fingers and a pen


class Fingers:
    """Touch and pen as the browser gets them from the screen, at places of the image."""

    def __init__(self, stage) -> None:
        self.stage, self.session = stage, stage.page.context.new_cdp_session(stage.page)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(self.stage.at(*p) for p in places)]
        self.session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    def drag(self, *places: tuple[float, float]) -> None:
        self.touch("Start", places[0])
        for place in places[1:]:
            self.touch("Move", place)
        self.touch("End")

    def tap(self, *place: float) -> None:
        self.drag((place[0], place[1]))

    def pen(self, *places: tuple[float, float]) -> None:
        def send(kind: str, place: tuple[float, float], buttons: int) -> None:
            x, y = self.stage.at(*place)
            how = {"button": "left", "buttons": buttons, "clickCount": 1, "pointerType": "pen", "force": 0.5}
            self.session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **how})

        send("mousePressed", places[0], 1)
        for place in places[1:]:
            send("mouseMoved", place, 1)
        send("mouseReleased", places[-1], 0)


@pytest.fixture
def fingers(stage):
    made = Fingers(stage)
    yield made
    made.session.detach()


def test_one_finger_draws_and_the_second_one_cancels_moves_and_zooms(stage, fingers):
    stage.press("1", "r")
    fingers.drag((100, 100), (150, 120), (300, 250))
    box = ("rectangle", "cell", [(100, 100), (300, 250)])
    stage.wait_shapes(box)
    stage.press("v")
    fingers.drag((300, 250), (310, 255), (330, 270))  # a handle
    box = ("rectangle", "cell", [(100, 100), (330, 270)])
    stage.wait_shapes(box)
    stage.press("r")
    k, left, _ = stage.view()
    a, b = stage.at(400, 200), stage.at(500, 300)
    send = fingers.session.send
    points = lambda *at: [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]  # noqa: E731
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points(a)})
    send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points((a[0] + 30, a[1] + 30))})
    a = (a[0] + 30, a[1] + 30)
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points(a, b)})
    far = (b[0] + (b[0] - a[0]), b[1] + (b[1] - a[1]))  # twice the distance from the first finger
    send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points(a, far)})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    stage.page.wait_for_function(
        "w => Math.abs(document.querySelector('img.nba-preview').getBoundingClientRect().width - w) < 2",
        arg=2 * k * 800,
    )
    assert stage.view()[1] == pytest.approx(a[0] - 2 * (a[0] - left), abs=2)  # what the first finger is on stays there
    stage.wait_shapes(box)  # nothing else was drawn
    stage.press("f")


def test_a_polygon_is_tapped_and_finished_by_its_first_vertex_or_a_button(stage, fingers):
    stage.press("1", "p")
    for x, y in ((100, 100), (300, 100)):
        fingers.tap(x, y)
    fingers.drag((350, 250), (320, 280), (300, 300))  # it is set where the finger leaves
    bar = stage.page.get_by_role("toolbar", name="What can be done")
    bar.get_by_role("button", name="Finish the shape").wait_for()
    fingers.tap(103, 104)
    stage.wait_shapes(("polygon", "cell", [(100, 100), (300, 100), (300, 300)]))
    stage.press("Escape")
    for x, y in ((400, 100), (500, 100), (500, 200), (400, 200)):
        fingers.tap(x, y)
    bar.get_by_role("button", name="Take back the last point").tap()
    bar.get_by_role("button", name="Finish the shape").tap()
    stage.wait("len(c.shapes)", 2)
    assert len(stage.shapes()[1][2]) == 3


def test_a_long_press_adds_to_the_selection_and_takes_a_vertex_away(stage, fingers):
    stage.reset(TWO)
    fingers.tap(200, 150)
    stage.wait("len(c.selected)", 1)
    fingers.touch("Start", (450, 150))
    stage.wait("len(c.selected)", 2)
    fingers.touch("End")
    fingers.drag((200, 150), (210, 160), (230, 170))  # several are moved by a finger
    stage.wait_shapes(
        ("rectangle", "cell", [(130, 120), (330, 270)]), ("rectangle", "dust", [(430, 120), (530, 220)]), slack=1.5
    )
    stage.reset(POLYGON)
    fingers.tap(200, 200)
    stage.wait("len(c.selected)", 1)
    fingers.touch("Start", (302, 298))
    stage.wait("len(c.shapes[0].points)", 3)
    fingers.touch("End")


def test_where_a_pen_draws_fingers_move_the_image(stage, fingers):
    stage.press("1", "r")
    fingers.pen((100, 100), (200, 150), (300, 250))
    box = ("rectangle", "cell", [(100, 100), (300, 250)])
    stage.wait_shapes(box)
    _, left, _ = stage.view()
    fingers.drag((400, 200), (430, 220), (450, 240))
    stage.page.wait_for_function(
        "x => document.querySelector('img.nba-preview').getBoundingClientRect().x > x + 20", arg=left
    )
    stage.wait_shapes(box)


# ---- buttons


def test_the_buttons_over_the_image_do_what_the_keys_do(stage):
    stage.reset(TWO)
    bar = stage.page.get_by_role("toolbar", name="What can be done")
    assert not bar.is_visible()
    stage.click(200, 150)
    bar.wait_for()
    press = lambda name: bar.get_by_role("button", name=name, exact=True).click()  # noqa: E731
    press("Lock")
    stage.wait("len(c.locked)", 1)
    press("Unlock")
    stage.wait("c.locked", ())
    press("To the front")
    stage.wait("[s.label for s in c.shapes]", ["dust", "cell"])
    press("Label")
    stage.page.get_by_role("menuitemradio", name="dust").click()
    stage.wait("[s.label for s in c.shapes]", ["dust", "dust"])
    press("Copy")
    press("Paste 1 shape")
    stage.wait("len(c.shapes)", 3)
    press("Delete")
    stage.wait("len(c.shapes)", 2)
    assert not bar.is_visible()
    stage.page.get_by_role("toolbar", name="Tools").get_by_role("button", name="Undo").click()
    stage.wait("len(c.shapes)", 3)
    stage.click(450, 150)
    press("Hide")
    stage.wait("len(c.hidden)", 1)
    press("Show 1 hidden shape")
    stage.wait("c.hidden", ())


def test_a_toolbar_is_one_stop_of_tab_and_arrows_go_through_it(stage):
    stage.reset(TWO)
    stage.click(200, 150)
    stage.press("Tab")
    name = "document.activeElement.getAttribute('aria-label')"
    stage.page.wait_for_function(f"{name}.startsWith('Width') || {name} !== ''")
    bar = stage.page.get_by_role("toolbar", name="What can be done")
    bar.get_by_role("button", name="Label").focus()
    stage.press("ArrowRight", "ArrowRight")
    stage.page.wait_for_function(f"{name} === 'Hide'")
    stage.press("ArrowLeft", "Enter")
    stage.wait("len(c.locked)", 1)
    stage.page.wait_for_function(f"{name} === 'Unlock'")  # the focus stays on the button
    assert len(bar.locator("button[tabindex='0']").all()) == 1
    stage.press("Enter", "Escape")
    stage.wait("c.locked", ())
    stage.page.wait_for_function("document.activeElement.classList.contains('nba-stage')")


def test_an_outline_becomes_a_mask_and_a_mask_of_two_parts_one_polygon_and_each_is_undone(stage):
    stage.reset(POLYGON)
    stage.click(200, 200)
    convert = stage.page.get_by_role("button", name="Outline to mask, mask or turned rectangle to polygon")
    convert.click()
    stage.wait_shapes(("mask", "cell", [(100, 100), (300, 300)]))
    assert stage.kernel("c.shapes[0].id") == "b" * 16
    stage.press("u", "]", "]", "]")
    stage.drag((80, 200), (320, 200))
    stage.wait("c.shapes[0].rle.counts[:3] != ''", True)
    stage.press("v", "Shift+M")
    stage.wait("[s.kind for s in c.shapes]", ["polygon"])
    assert stage.kernel("[(s.label, len(s.rings)) for s in c.shapes]") == [("cell", 2)]
    assert stage.kernel("c.selected") == ("b" * 16,)
    stage.press("Control+z")
    stage.wait("[s.kind for s in c.shapes]", ["mask"])
    stage.press("Control+z", "Control+z")
    stage.wait_shapes(("polygon", "cell", [(100, 100), (300, 100), (300, 300), (100, 300)]), slack=0.01)


def test_with_nothing_selected_all_is_copied_for_another_image(stage):
    stage.reset(TWO)
    stage.press("Control+c")
    stage.page.wait_for_selector(".nba-toast >> text=2 shapes copied")
    stage.wait("c.state.copied", 2)
    stage.reset()
    stage.press("Control+v")
    stage.wait("[s.label for s in c.shapes]", ["cell", "dust"])
