"""What a person does on the canvas, in Voilà and in JupyterLab: gestures in, shapes and painted pixels out."""

from __future__ import annotations

import pytest

RECTANGLE = "[Shape(kind='rectangle', points=((100., 100.), (300., 250.)), label='cell', id='a' * 16)]"
POLYGON = (
    "[Shape(kind='polygon', points=((100., 100.), (300., 100.), (300., 300.), (100., 300.)), "
    "label='cell', id='b' * 16)]"
)


def test_a_rectangle_is_drawn_by_dragging_and_painted_by_ipycanvas(stage):
    stage.press("r")
    stage.drag((100, 100), (300, 250))
    stage.wait_shapes(("rectangle", "", [(100, 100), (300, 250)]))
    stage.press("1")
    stage.wait("[s.label for s in c.shapes]", ["cell"])
    stage.press("Escape")
    stage.painted(200, 100, "red")
    stage.painted(100, 180, "red")
    assert ("change", 1) in stage.kernel("heard")


def test_a_rectangle_is_drawn_by_two_clicks_from_any_corner(stage):
    stage.press("r")
    stage.click(400, 300)
    stage.move(200, 120, steps=3)
    stage.click(200, 120)
    stage.wait_shapes(("rectangle", "", [(200, 120), (400, 300)]))


def test_an_ellipse_is_drawn_like_a_rectangle_and_resized_by_its_handles(stage):
    stage.press("1", "e")
    stage.drag((100, 100), (300, 200))
    stage.wait_shapes(("ellipse", "cell", [(100, 100), (300, 200)]))
    stage.press("v")
    stage.drag((300, 200), (320, 240))
    stage.wait_shapes(("ellipse", "cell", [(100, 100), (320, 240)]))
    stage.press("Escape", "Escape")
    stage.wait("c.selected", ())
    stage.painted(210, 100, "red")
    stage.painted(320, 170, "red")
    stage.painted(105, 105, "gray")


def test_a_polyline_is_open_and_edited_by_its_vertices(stage):
    stage.press("1", "l")
    for x, y in ((100, 100), (200, 100), (200, 200)):
        stage.click(x, y)
    stage.press("Enter")
    stage.wait_shapes(("polyline", "cell", [(100, 100), (200, 100), (200, 200)]))
    stage.press("v")
    stage.drag((200, 150), (240, 150))
    stage.wait_shapes(("polyline", "cell", [(100, 100), (200, 100), (240, 150), (200, 200)]))
    stage.press("Escape", "Escape")
    stage.wait("c.selected", ())
    stage.painted(150, 100, "red")
    stage.painted(150, 150, "gray")
    stage.click(150, 150)
    stage.click(150, 102)
    stage.wait("len(c.selected)", 1)


def test_a_point_takes_one_click_and_the_next_click_makes_another(stage):
    stage.press("1", "o")
    stage.click(100, 100)
    stage.wait_shapes(("point", "cell", [(100, 100)]))
    stage.click(200, 150)
    stage.wait_shapes(("point", "cell", [(100, 100)]), ("point", "cell", [(200, 150)]))
    stage.press("v")
    stage.drag((200, 150), (240, 180))
    stage.wait_shapes(("point", "cell", [(100, 100)]), ("point", "cell", [(240, 180)]))
    stage.press("Escape", "Escape")
    stage.wait("c.selected", ())
    stage.painted(240, 180, "red")
    stage.painted(200, 150, "gray")
    stage.drag((100, 100), (120, 120))
    stage.wait_shapes(("point", "cell", [(120, 120)]), ("point", "cell", [(240, 180)]))


def test_key_points_are_clicked_one_by_one_moved_and_deleted_one_by_one(stage):
    stage.press("3", "y")
    for x, y in ((100, 100), (200, 100), (300, 200), (400, 400)):
        stage.click(x, y)
    stage.press("Backspace", "Enter")
    stage.wait_shapes(("keypoints", "dust", [(100, 100), (200, 100), (300, 200)]))
    stage.press("v")
    stage.drag((200, 100), (220, 130))
    stage.wait_shapes(("keypoints", "dust", [(100, 100), (220, 130), (300, 200)]))
    stage.page.keyboard.down("Alt")
    stage.click(100, 100)
    stage.page.keyboard.up("Alt")
    stage.wait_shapes(("keypoints", "dust", [(220, 130), (300, 200)]))
    stage.press("Escape", "Escape")
    stage.wait("c.selected", ())
    stage.painted(300, 200, "blue")


SKELETON = (
    "[Shape(kind='skeleton', points=((100., 100.), (200., 200.), (100., 300.)), label='body', id='c' * 16, "
    "visibility=(2, 1, 2))]"
)


def test_a_skeleton_is_placed_point_by_point_with_hidden_and_absent_ones(stage):
    stage.press("4", "h")
    stage.click(100, 100)
    stage.page.keyboard.down("Shift")
    stage.click(200, 200)
    stage.page.keyboard.up("Shift")
    stage.press("0")
    stage.wait_shapes(("skeleton", "body", [(100, 100), (200, 200), (200, 200)]))
    assert stage.kernel("c.shapes[0].visibility") == (2, 1, 0)
    stage.press("Escape", "v")
    stage.wait("c.selected", ())
    stage.painted(150, 150, "red")
    stage.press("h", "0")
    stage.click(300, 100)
    stage.click(300, 200)
    stage.wait("len(c.shapes)", 2)
    assert stage.kernel("c.shapes[1].visibility") == (0, 2, 2)


def test_points_of_a_skeleton_are_moved_turned_and_brought_back(stage):
    stage.reset(SKELETON)
    stage.press(".")
    stage.wait("len(c.selected)", 1)
    stage.drag((200, 200), (240, 200))
    stage.wait_shapes(("skeleton", "body", [(100, 100), (240, 200), (100, 300)]))
    stage.page.keyboard.down("Alt")
    stage.click(240, 200)
    stage.wait("c.shapes[0].visibility", (2, 0, 2))
    stage.page.keyboard.up("Alt")
    k = stage.view()[0]
    stage.drag((100, 300 + 22 / k), (260, 220))
    stage.wait("c.shapes[0].visibility", (2, 2, 2))
    stage.wait_shapes(("skeleton", "body", [(100, 100), (260, 220), (100, 300)]), slack=2)
    stage.press("Control+z", "Control+z")
    stage.wait("c.shapes[0].visibility", (2, 1, 2))


def test_a_skeleton_needs_a_label_that_has_one(stage):
    stage.press("1", "h")
    stage.click(100, 100)
    stage.page.get_by_text("Choose a label that has a skeleton").wait_for()
    stage.reset(SKELETON)
    stage.press(".", "1")
    stage.page.get_by_text("does not fit the label 'cell', which has none").wait_for()
    assert stage.kernel("c.shapes[0].label") == "body"


AREA = "c.model.kinds['mask'].covered(c.shapes[0])"


def test_a_mask_is_painted_extended_erased_and_filled(stage):
    stage.press("1", "m", "]", "]")  # the size of the brush stays for the tests that follow, as for a person
    stage.drag((100, 100), (200, 100), (200, 200), (100, 200), (100, 100))
    stage.wait("[(s.kind, s.label) for s in c.shapes]", [("mask", "cell")])
    once = stage.kernel(AREA)
    assert once == pytest.approx(400 * 31 + 1, rel=0.05)
    stage.press("g")
    stage.click(150, 150)
    stage.wait(f"{AREA} > {once} + 4000")
    full = stage.kernel(AREA)
    stage.press("b")
    stage.drag((200, 100), (300, 100))
    stage.wait(f"{AREA} > {full} + 2500")
    more = stage.kernel(AREA)
    stage.press("u")
    stage.drag((250, 60), (250, 140))
    stage.wait(f"{AREA} < {more} - 500")
    assert stage.kernel("len(c.shapes)") == 1
    stage.press("Escape", "v", "Escape")
    stage.wait("c.selected", ())
    stage.painted(100, 84.5, "red")
    stage.painted(250, 100, "gray")
    stage.press("Control+z")
    stage.wait(AREA, more)
    stage.press("Control+z", "Control+z")
    stage.wait(AREA, once)


def test_shift_turns_the_brush_over_and_a_mask_erased_to_nothing_is_gone(stage):
    stage.press("m")
    stage.drag((100, 100), (140, 100))
    stage.wait("len(c.shapes)", 1)
    stage.press("]", "]", "]", "]")
    stage.page.keyboard.down("Shift")
    stage.drag((90, 100), (150, 100))
    stage.page.keyboard.up("Shift")
    stage.wait("len(c.shapes)", 0)
    stage.press("Control+z")
    stage.wait("len(c.shapes)", 1)


def test_a_mask_is_moved_and_nudged_by_whole_pixels_and_the_next_one_begins_after_escape(stage):
    stage.press("1", "m")
    stage.drag((100, 100), (200, 100))
    stage.wait("len(c.shapes)", 1)
    area = stage.kernel(AREA)
    stage.press("Escape")
    stage.drag((100, 300), (200, 300))
    stage.wait("len(c.shapes)", 2)
    stage.press("v")
    (x0, y0), _ = stage.kernel("c.shapes[0].points")
    stage.drag((150, 100), (190, 130))
    stage.wait("abs(c.shapes[0].points[0][0] - %s) <= 1" % (x0 + 40))
    stage.press("ArrowRight", "Shift+ArrowDown")
    stage.wait("abs(c.shapes[0].points[0][1] - %s) <= 1" % (y0 + 40))
    assert stage.kernel(AREA) == area
    stage.press("Escape")
    stage.painted(191, stage.kernel("c.shapes[0].points[0][1]"), "red")


def test_erasing_without_a_mask_says_what_to_do(stage):
    stage.press("m", "u")
    stage.click(400, 300)
    stage.page.get_by_text("Select the mask first").wait_for()
    assert stage.shapes() == []


def test_a_polygon_is_closed_by_enter_double_click_or_its_first_vertex(stage):
    stage.press("p")
    for x, y in ((100, 100), (200, 100), (150, 180)):
        stage.click(x, y)
    stage.press("Enter")
    stage.wait("len(c.shapes)", 1)
    for x, y in ((300, 100), (400, 100)):
        stage.click(x, y)
    stage.page.mouse.dblclick(*stage.at(350, 180))
    stage.wait("len(c.shapes)", 2)
    for x, y in ((500, 100), (600, 100), (550, 180), (500, 100)):
        stage.click(x, y)
    stage.wait_shapes(*[("polygon", "", [(x, 100), (x + 100, 100), (x + 50, 180)]) for x in (100, 300, 500)])


def test_an_outline_that_crosses_itself_is_shown_at_once_and_kept(stage):
    stage.press("p")
    for x, y in ((100, 100), (300, 300), (300, 100)):
        stage.click(x, y)
    stage.move(100, 250)
    stage.page.wait_for_function(
        """([x, y]) => { const c = document.querySelector('canvas.nba-overlay'), b = c.getBoundingClientRect();
        const d = c.getContext('2d').getImageData(x - b.x - 12, y - b.y - 12, 24, 24).data;
        for (let i = 0; i < d.length; i += 4) if (d[i] > 200 && d[i + 1] < 70 && d[i + 2] < 60) return true;
        return false; }""",
        arg=stage.at(185.7, 185.7),
    )
    stage.click(100, 250)
    stage.press("Enter")
    stage.page.get_by_text("crosses itself; drag a vertex").wait_for()
    stage.wait("len(c.shapes)", 1)


def test_backspace_takes_back_a_vertex_and_escape_the_whole_draft(stage):
    stage.press("p")
    for x, y in ((100, 100), (200, 100), (700, 400)):
        stage.click(x, y)
    stage.press("Backspace")
    stage.click(150, 180)
    stage.press("Enter")
    stage.wait_shapes(("polygon", "", [(100, 100), (200, 100), (150, 180)]))
    stage.click(400, 400)
    stage.press("Escape", "Enter")
    assert len(stage.shapes()) == 1


def test_label_first_colors_what_is_drawn_next(stage):
    stage.press("3", "r")
    stage.drag((100, 100), (300, 250))
    stage.wait_shapes(("rectangle", "dust", [(100, 100), (300, 250)]))
    stage.press("v", "Escape")
    stage.painted(100, 180, "blue")


def test_a_label_that_does_not_allow_the_kind_leaves_the_shape_unlabelled_and_says_so(stage):
    stage.press("2", "p")
    for x, y in ((100, 100), (200, 100), (150, 180)):
        stage.click(x, y)
    stage.press("Enter")
    stage.wait("[s.label for s in c.shapes]", [""])
    stage.page.get_by_text("The label 'box' takes rectangle, not polygon.").wait_for()
    assert any(kind == "error" for kind, _ in stage.kernel("heard"))


def test_pressing_on_a_shape_selects_and_moves_it_in_one_go(stage):
    stage.reset(RECTANGLE)
    stage.painted(200, 100, "red")
    stage.drag((200, 170), (250, 200))
    stage.wait_shapes(("rectangle", "cell", [(150, 130), (350, 280)]))
    assert stage.kernel("c.selected") == ("a" * 16,)
    stage.press("Escape")
    stage.wait("c.selected", ())
    stage.painted(350, 200, "red")
    stage.painted(100, 180, "gray")


def test_a_shape_cannot_be_dragged_out_of_the_image(stage):
    stage.reset(RECTANGLE)
    stage.drag((200, 170), (-200, -100))
    stage.wait_shapes(("rectangle", "cell", [(0, 0), (200, 150)]))


def test_a_handle_resizes_even_through_the_opposite_side(stage):
    stage.reset(RECTANGLE)
    stage.click(200, 170)
    stage.drag((300, 250), (340, 290))
    stage.wait_shapes(("rectangle", "cell", [(100, 100), (340, 290)]))
    stage.drag((100, 195), (400, 195))
    stage.wait_shapes(("rectangle", "cell", [(340, 100), (400, 290)]))


def test_fifty_boxes_side_by_side_are_drawn_and_none_resizes_the_one_before(stage):
    stage.press("1", "r")
    gap, size = 4 / stage.view()[0], 40  # the next one begins four pixels of the screen from the corner of the last
    boxes = [(20 + column * (size + gap), 20 + row * (size + gap)) for row in range(5) for column in range(10)]
    for x, y in boxes:
        stage.drag((x, y), (x + size, y + size))
    stage.wait_shapes(*[("rectangle", "cell", [(x, y), (x + size, y + size)]) for x, y in boxes])


def test_with_a_tool_that_draws_only_the_handles_of_what_was_selected_act_and_only_from_near(stage):
    stage.press("1", "r")
    stage.drag((100, 100), (300, 250))
    stage.wait("len(c.shapes)", 1)
    stage.page.keyboard.down("Alt")
    stage.click(200, 170)
    stage.page.keyboard.up("Alt")
    stage.wait("c.chosen", stage.kernel("c.selected"))
    far, k = 6 / stage.view()[0], stage.view()[0]
    stage.drag((300 + 1 / k, 250 + 1 / k), (350, 300))
    stage.wait_shapes(("rectangle", "cell", [(100, 100), (350, 300)]), slack=1.5)
    stage.drag((350 + far, 300), (450, 400))
    stage.wait_shapes(
        ("rectangle", "cell", [(100, 100), (350, 300)]),
        ("rectangle", "cell", [(350 + far, 300), (450, 400)]),
        slack=1.5,
    )


def test_a_digit_after_drawing_with_a_label_is_for_what_comes_next_and_it_says_so(stage):
    tip = stage.page.locator(".nba-tip")
    stage.press("1", "r")
    stage.drag((100, 100), (200, 200))
    stage.wait("[s.label for s in c.shapes]", ["cell"])
    stage.press("3")
    tip.get_by_text("Next shapes: dust").wait_for()
    stage.drag((300, 100), (400, 200))
    stage.wait("[s.label for s in c.shapes]", ["cell", "dust"])
    stage.press("v")
    stage.click(150, 150)
    stage.wait("len(c.chosen)", 1)
    stage.press("3")
    tip.get_by_text("1 shape is dust now").wait_for()
    stage.wait("[s.label for s in c.shapes]", ["dust", "dust"])
    stage.press("m")
    stage.press("Escape", "m", "1")
    stage.drag((100, 300), (200, 300))
    stage.wait("[s.label for s in c.shapes]", ["dust", "dust", "cell"])
    stage.press("3")
    stage.drag((100, 400), (200, 400))  # with another label another mask begins
    stage.wait("[s.label for s in c.shapes]", ["dust", "dust", "cell", "dust"])


def test_letters_in_the_menu_of_labels_find_labels_and_never_pick_a_tool(stage):
    stage.reset(RECTANGLE)
    stage.click(200, 170)
    stage.page.get_by_role("toolbar", name="What can be done").get_by_role("button", name="Label").click()
    stage.page.get_by_role("menu").wait_for()
    stage.press("r", "p", "d")
    focused = "document.activeElement.querySelector('span')?.textContent"
    stage.page.wait_for_function(f"{focused} === 'dust'")
    assert stage.kernel("c.tool") == "select"
    stage.press("b")
    stage.page.wait_for_function(f"{focused} === 'body'")
    stage.press("3")
    stage.wait("[s.label for s in c.shapes]", ["dust"])


def test_vertices_are_moved_inserted_and_deleted(stage):
    stage.reset(POLYGON)
    stage.click(200, 200)
    stage.drag((300, 300), (350, 350))
    stage.wait_shapes(("polygon", "cell", [(100, 100), (300, 100), (350, 350), (100, 300)]))
    stage.drag((200, 100), (200, 60))
    stage.wait_shapes(("polygon", "cell", [(100, 100), (200, 60), (300, 100), (350, 350), (100, 300)]))
    stage.page.mouse.dblclick(*stage.at(100, 250))
    stage.wait("len(c.shapes[0].points)", 6)
    stage.page.keyboard.down("Alt")
    stage.click(200, 60)
    stage.page.keyboard.up("Alt")
    stage.wait("len(c.shapes[0].points)", 5)
    stage.move(350, 350)
    stage.press("Delete")
    stage.wait_shapes(("polygon", "cell", [(100, 100), (300, 100), (100, 300), (100, 250)]))


def test_a_polygon_never_falls_below_three_vertices(stage):
    stage.reset(POLYGON)
    stage.click(200, 200)
    for x, y in ((100, 100), (300, 100)):
        stage.move(x, y)
        stage.press("Delete")
    stage.page.get_by_text("A polygon keeps at least 3 points").wait_for()
    stage.wait("[kind for kind, _ in heard][-1:]", ["error"])
    assert stage.wait("len(c.shapes[0].points)", 3) == 3


def test_delete_undo_and_redo(stage):
    stage.reset(RECTANGLE)
    stage.click(200, 170)
    stage.move(600, 400)
    stage.press("Delete")
    stage.wait("len(c.shapes)", 0)
    stage.painted(200, 100, "gray")
    stage.press("Control+z")
    stage.wait("len(c.shapes)", 1)
    stage.painted(200, 100, "red")
    stage.press("Control+Shift+z")
    stage.wait("len(c.shapes)", 0)
    stage.press("Control+z")
    stage.wait("len(c.shapes)", 1)
    stage.press("Control+y")
    stage.wait("len(c.shapes)", 0)


def test_arrows_nudge_the_selection_and_undo_takes_the_whole_run_back(stage):
    stage.reset(RECTANGLE)
    stage.click(200, 170)
    stage.press("ArrowRight", "ArrowRight", "Shift+ArrowDown")
    stage.wait_shapes(("rectangle", "cell", [(102, 110), (302, 260)]), slack=0.01)
    stage.press("Control+z")
    stage.wait_shapes(("rectangle", "cell", [(100, 100), (300, 250)]), slack=0.01)


def test_shift_click_selects_several_which_move_and_take_a_label_together(stage):
    second = "Shape(kind='rectangle', points=((400., 100.), (500., 200.)), label='cell', id='c' * 16)"
    stage.reset(f"{RECTANGLE} + [{second}]")
    stage.click(200, 170)
    stage.page.keyboard.down("Shift")
    stage.click(450, 150)
    stage.page.keyboard.up("Shift")
    stage.wait("len(c.selected)", 2)
    stage.press("3")
    stage.wait("[s.label for s in c.shapes]", ["dust", "dust"])
    stage.drag((450, 150), (460, 170))
    stage.wait_shapes(("rectangle", "dust", [(110, 120), (310, 270)]), ("rectangle", "dust", [(410, 120), (510, 220)]))


TWO = f"{RECTANGLE} + [Shape(kind='rectangle', points=((400., 100.), (500., 200.)), label='dust', id='c' * 16)]"


def test_a_box_beside_the_shapes_and_ctrl_a_select_several(stage):
    stage.reset(TWO)
    stage.page.keyboard.down("Shift")
    stage.drag((380, 80), (520, 220))
    stage.wait("c.selected", ("c" * 16,))
    stage.drag((320, 300), (250, 200))
    stage.wait("len(c.selected)", 2)
    stage.page.keyboard.up("Shift")
    stage.press("Escape")
    stage.wait("c.selected", ())
    stage.press("Control+a")
    stage.wait("len(c.selected)", 2)
    stage.press("Shift+ArrowRight")
    stage.wait("[s.points[0][0] for s in c.shapes]", [110, 410])


def test_what_is_locked_is_not_moved_or_deleted_until_it_is_unlocked(stage):
    stage.reset(TWO)
    stage.click(200, 170)
    stage.press("Shift+L")
    stage.wait("c.locked", ("a" * 16,))
    stage.drag((200, 170), (250, 200))
    stage.drag((300, 250), (350, 300))
    stage.press("ArrowRight", "Delete")
    stage.page.get_by_text("This is locked; Shift+L unlocks.").wait_for()
    stage.press("3")
    stage.press("Control+a", "ArrowDown")
    stage.wait("[s.points[0] for s in c.shapes]", [(100, 100), (400, 101)])
    assert stage.kernel("c.shapes[0].label") == "cell"
    stage.press("Escape")
    stage.click(200, 170)
    stage.press("Shift+L")
    stage.wait("c.locked", ())
    stage.press("Delete")
    stage.wait("len(c.shapes)", 1)


def test_what_is_hidden_is_not_painted_nor_hit_until_it_is_shown_again(stage):
    stage.reset(TWO)
    stage.painted(200, 100, "red")
    stage.click(200, 170)
    stage.press("Shift+H")
    stage.wait("(c.hidden, c.selected, len(c.shapes))", (("a" * 16,), (), 2))
    stage.painted(200, 100, "gray")
    stage.click(200, 170)
    assert stage.kernel("c.selected") == ()
    stage.press("Shift+H")
    stage.wait("c.hidden", ())
    stage.painted(200, 100, "red")


def test_shapes_are_copied_and_pasted_here_and_on_another_image(stage):
    stage.reset(TWO)
    stage.press("Control+a", "Control+c", "Control+v")
    stage.wait("len(c.shapes)", 4)
    assert stage.kernel("[s.points[0] for s in c.shapes]") == [(100, 100), (400, 100), (112, 112), (412, 112)]
    assert stage.kernel("(len({s.id for s in c.shapes}), len(c.selected))") == (4, 2)
    stage.press("Control+z")
    stage.wait("len(c.shapes)", 2)
    seen = stage.page.locator("img.nba-preview").first.get_attribute("src")
    stage.run("import PIL.Image; c.show(PIL.Image.open(IMAGE).crop((0, 0, 450, 400)))")
    stage.page.wait_for_function("s => document.querySelector('img.nba-preview').src !== s", arg=seen)
    stage.press("Control+v")
    stage.wait("[s.points for s in c.shapes]", [((100, 100), (300, 250))])
    stage.page.get_by_text("1 of 2 shapes do not fit into this image and were left out: dust 2.").wait_for()


def test_duplicate_and_cut(stage):
    stage.reset(RECTANGLE)
    stage.click(200, 170)
    stage.press("Control+d")
    stage.wait("[s.points[0] for s in c.shapes]", [(100, 100), (112, 112)])
    stage.press("Control+x")
    stage.wait("len(c.shapes)", 1)
    stage.press("Control+v")
    stage.wait("len(c.shapes)", 2)


def test_shapes_go_to_the_front_and_to_the_back(stage):
    stage.reset(TWO)
    stage.click(200, 170)
    stage.press("Control+]")
    stage.wait("[s.id[0] for s in c.shapes]", ["c", "a"])
    stage.click(425, 170)
    stage.wait("c.selected", ("c" * 16,))
    stage.press("Control+]")
    stage.wait("[s.id[0] for s in c.shapes]", ["a", "c"])
    stage.press("Control+[")
    stage.wait("[s.id[0] for s in c.shapes]", ["c", "a"])
    stage.press("Control+z", "Control+z", "Control+z")
    stage.wait("[s.id[0] for s in c.shapes]", ["a", "c"])


def test_a_shape_gets_a_color_of_its_own_and_that_of_its_label_again(stage):
    stage.reset(RECTANGLE)
    stage.click(200, 170)
    stage.page.locator("input.nba-picker").evaluate(
        "e => { e.value = '#0000ff'; e.dispatchEvent(new Event('change')); }"
    )
    stage.wait("c.shapes[0].color", "#0000ff")
    stage.press("Escape")
    stage.painted(200, 100, "blue")
    stage.click(200, 170)
    stage.press("Alt+c")
    stage.wait("c.shapes[0].color", None)
    stage.press("Escape")
    stage.painted(200, 100, "red")


def test_period_and_comma_go_through_the_shapes(stage):
    second = "Shape(kind='rectangle', points=((400., 100.), (500., 200.)), id='c' * 16)"
    stage.reset(f"{RECTANGLE} + [{second}]")
    stage.press(".")
    stage.wait("c.selected", ("a" * 16,))
    stage.press(".")
    stage.wait("c.selected", ("c" * 16,))
    stage.press(",")
    stage.wait("c.selected", ("a" * 16,))


def test_the_wheel_zooms_to_the_pointer_and_what_is_drawn_then_is_right(stage):
    before = stage.at(500, 300)
    stage.move(500, 300)
    for _ in range(4):
        stage.page.mouse.wheel(0, -240)
    stage.page.wait_for_function("parseFloat(document.querySelector('.nba-zoom').textContent) > 250")
    after = stage.at(500, 300)
    assert after == pytest.approx(before, abs=1)
    stage.press("r")
    stage.drag((480, 280), (520, 310))
    stage.wait_shapes(("rectangle", "", [(480, 280), (520, 310)]), slack=0.5)
    stage.press("1", "Escape")
    stage.wait("c.selected", ())
    stage.painted(480, 300, "red")
    stage.press("f")
    stage.wait("c.state.zoom < 2")
    stage.painted(480, 300, "red")


def test_space_drag_and_the_middle_button_pan(stage):
    stage.press("0")
    stage.move(400, 250)
    start = stage.view()
    stage.page.keyboard.down("Space")
    stage.drag((400, 250), (430, 270))
    stage.page.keyboard.up("Space")
    k, left, top = stage.view()
    assert (left - start[1], top - start[2]) == pytest.approx((30 * k, 20 * k), abs=1.5)
    stage.drag((400, 250), (370, 230), button="middle")
    assert stage.view() == pytest.approx(start, abs=2.5)
    assert stage.shapes() == []


def test_f_fits_and_zero_is_one_to_one(stage):
    stage.press("0")
    stage.wait("c.state.zoom", 1.0)
    assert stage.view()[0] == pytest.approx(1)
    stage.press("f")
    stage.wait("c.model.view.fit")
    box, (k, left, top) = stage.box(), stage.view()
    assert left >= box["x"]
    assert top + 500 * k <= box["y"] + box["height"]


def test_the_question_mark_opens_the_key_map_and_escape_gives_the_focus_back(stage):
    stage.press("?")
    panel = stage.page.get_by_role("dialog", name="Keys")
    panel.wait_for()
    for text in ("Undo", "Submit", "cell", "Draw: polygon"):
        assert panel.get_by_text(text, exact=True).count() == 1
    stage.press("Escape")
    panel.wait_for(state="detached")
    assert stage.page.evaluate("document.activeElement.className") == "nba-stage"


def test_tab_leaves_the_canvas(stage):
    stage.press("Tab", "Tab")
    assert stage.page.evaluate("document.activeElement.closest('.nba-stage')") is None


def test_a_key_that_a_page_bound_calls_python(stage):
    stage.press("Control+Enter")
    stage.wait("('key', 'submit') in heard")


def test_a_zone_is_drawn_once_for_an_issue_and_the_tool_goes_back(stage):
    stage.run("c.tool = 'zone'")
    stage.page.wait_for_function("document.querySelector('canvas.nba-overlay').style.cursor === 'crosshair'")
    stage.drag((100, 100), (200, 180))
    stage.wait("c.tool", "select")
    (zone,) = [value for kind, value in stage.kernel("heard") if kind == "zone"]
    assert zone == pytest.approx([100, 100, 200, 180], abs=1)
    assert stage.shapes() == []


def test_a_read_only_canvas_can_be_looked_at_but_not_changed(stage):
    stage.reset(RECTANGLE, editable="False")
    stage.drag((200, 170), (260, 230))
    stage.press("Delete", "r")
    stage.drag((400, 300), (500, 400))
    stage.press("f")
    stage.wait("c.model.view.fit")
    assert stage.shapes() == [("rectangle", "cell", [(100, 100), (300, 250)])]
    assert stage.kernel("c.tool") == "select"


def test_the_canvas_follows_its_container(stage):
    stage.reset(RECTANGLE)
    wide = stage.box()["width"]
    stage.page.set_viewport_size({"width": 900, "height": 800})
    stage.page.wait_for_function("w => document.querySelector('canvas.nba-overlay').clientWidth < w - 100", arg=wide)
    stage.wait("c.model.view.w", stage.page.evaluate("document.querySelector('.nba-stage').clientWidth"))
    stage.painted(200, 100, "red")
    stage.press("r")
    stage.drag((400, 300), (500, 400))
    stage.wait("len(c.shapes)", 2)
    stage.page.set_viewport_size({"width": 1200, "height": 800})
    stage.wait("c.model.view.w", float(wide))


def test_many_shapes_stay_workable(stage):
    many = (
        "[Shape(kind='rectangle', label='cell', points=((8. * (i % 100), 5. * (i // 100)), (8. * (i % 100) + 5, "
        "5. * (i // 100) + 3))) for i in range(10000)]"
    )
    stage.reset(many)
    stage.wait("len(c.shapes)", 10000)
    stage.click(402, 251)
    stage.wait("len(c.selected)", 1)
    stage.press("Shift+ArrowRight", "Delete")
    stage.wait("len(c.shapes)", 9999)


def test_a_flaw_is_marked_with_a_sign_and_a_sentence_until_it_is_mended(stage):
    stage.press("p")
    for x, y in ((100, 100), (300, 300), (300, 100), (100, 250)):
        stage.click(x, y)
    stage.press("Enter")
    stage.wait("[len(v) for v in c.flaws.values()]", [1])
    stage.press("v", "Escape")
    stage.painted(300, 200, "white", "canvas.nba-overlay")  # a broken outline of white and red
    stage.painted(300 + 15 / stage.view()[0], 100 - 9 / stage.view()[0], "white", "canvas.nba-overlay")  # the sign
    stage.press(".")
    stage.page.wait_for_function("document.querySelector('.nba-voice').textContent.includes('crosses itself')")
    stage.drag((300, 300), (60, 340))
    stage.wait("c.flaws", {})


def test_a_digit_adds_a_label_and_takes_it_away_where_several_are_allowed(stage):
    stage.reset("[Shape(kind='rectangle', points=((100, 100), (300, 250)))]", several_labels="True")
    stage.click(200, 180)
    stage.press("1", "3")
    stage.wait("[s.labels for s in c.shapes]", [("cell", "dust")])
    stage.press("1")
    stage.wait("[s.labels for s in c.shapes]", [("dust",)])
    stage.press("1", "Alt+2")
    stage.wait("[s.labels for s in c.shapes]", [("box",)])
    stage.press("Shift+Delete")
    stage.wait("[s.labels for s in c.shapes]", [()])
    stage.press("Control+z")
    stage.wait("[s.labels for s in c.shapes]", [("box",)])
