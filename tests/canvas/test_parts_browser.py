"""Polygons of several rings, rotated rectangles and groups as a person edits them, in a real browser."""

from __future__ import annotations

import math

import pytest

SQUARE, HOLE, PART = (
    [(100, 100), (300, 100), (300, 300), (100, 300)],
    [(160, 140), (240, 140), (200, 220)],
    [(400, 100), (500, 100), (450, 260)],
)
RINGED = (
    f"[Shape(kind='polygon', points={[tuple(map(float, p)) for p in SQUARE + HOLE + PART]}, rings=(4, 3, 3), "
    "label='cell', id='b' * 16, attributes={'stage': 2}, group='4', track='9', keyframe=True)]"
)
TURNED = "[Shape.rotated_rectangle(300, 200, 200, 100, 0, 'cell', id='d' * 16)]"


def tool(stage, key, name):
    stage.press(key)
    stage.wait("c.tool", name)


def test_a_polygon_with_a_hole_is_painted_and_a_click_in_the_hole_is_not_in_it(stage):
    stage.reset(RINGED)
    stage.painted(200, 140, "red")
    stage.painted(450, 100, "red")
    stage.painted(200, 180, "gray")
    stage.painted(350, 200, "gray")
    stage.click(200, 180)
    stage.click(120, 200)
    stage.wait("c.selected", ("b" * 16,))
    assert [v for v in stage.kernel("heard") if v[0] == "select"] == [
        ("select", 1)
    ]  # the click in the hole took nothing
    stage.press("Escape")
    stage.wait("c.selected", ())
    stage.click(440, 150)
    stage.wait("c.selected", ("b" * 16,))


def test_all_rings_move_and_nothing_else_of_the_shape_changes(stage):
    stage.reset(RINGED)
    stage.drag((120, 250), (140, 260))
    moved = [(x + 20, y + 10) for x, y in SQUARE + HOLE + PART]
    stage.wait_shapes(("polygon", "cell", moved))
    stage.press("ArrowRight")
    stage.wait_shapes(("polygon", "cell", [(x + 1, y) for x, y in moved]))
    kept = stage.kernel("[(s.id, s.rings, s.attributes, s.group, s.track, s.keyframe) for s in c.shapes]")
    assert kept == [("b" * 16, (4, 3, 3), {"stage": 2}, "4", "9", True)]
    stage.press("Control+z", "Control+z")
    stage.wait_shapes(("polygon", "cell", SQUARE + HOLE + PART))


def test_vertices_are_moved_inserted_and_deleted_within_their_ring(stage):
    stage.reset(RINGED)
    stage.press(".")
    stage.wait("len(c.selected)", 1)
    stage.drag((200, 220), (200, 250))
    stage.wait_shapes(("polygon", "cell", [*SQUARE, *HOLE[:2], (200, 250), *PART]))
    stage.drag((450, 100), (450, 80))  # the middle of an edge of the other part
    stage.wait_shapes(("polygon", "cell", [*SQUARE, *HOLE[:2], (200, 250), PART[0], (450, 80), *PART[1:]]))
    assert stage.kernel("c.shapes[0].rings") == (4, 3, 4)
    stage.click(270, 100, click_count=2)  # an edge of the first ring
    stage.wait("c.shapes[0].rings", (5, 3, 4))
    stage.page.keyboard.down("Alt")
    stage.click(450, 80)
    stage.wait("c.shapes[0].rings", (5, 3, 3))
    stage.click(160, 140)  # a triangle that loses a vertex is no ring any more
    stage.page.keyboard.up("Alt")
    stage.wait("c.shapes[0].rings", (5, 3))
    stage.wait_shapes(("polygon", "cell", [SQUARE[0], (270, 100), *SQUARE[1:], *PART]))
    for _ in range(5):
        stage.press("Control+z")
    stage.wait_shapes(("polygon", "cell", SQUARE + HOLE + PART))
    assert stage.kernel("c.shapes[0].rings") == (4, 3, 3)


def test_parts_and_holes_are_drawn_one_after_the_other_until_escape(stage):
    stage.reset(f"[Shape.polygon({SQUARE}, 'cell', id='b' * 16)]")
    stage.press(".")
    stage.wait("len(c.selected)", 1)
    stage.press("Alt+p")
    stage.wait("c.tool", "polygon")
    for ring in (HOLE, PART):
        for place in ring:
            stage.click(*place)
        stage.press("Enter")
    stage.wait("c.shapes[0].rings", (4, 3, 3))
    stage.wait_shapes(("polygon", "cell", SQUARE + HOLE + PART))
    stage.press("Escape")
    for place in ((600, 100), (700, 100), (650, 200)):  # the next one is a polygon of its own
        stage.click(*place)
    stage.press("Enter")
    stage.wait("len(c.shapes)", 2)
    stage.page.keyboard.down("Shift")
    stage.click(600, 300)
    stage.page.keyboard.up("Shift")
    stage.click(700, 300)
    stage.click(650, 400)
    stage.press("Enter")
    stage.wait("[s.rings for s in c.shapes]", [(4, 3, 3), (3, 3)])
    stage.press("Control+z")
    stage.wait("[s.rings for s in c.shapes]", [(4, 3, 3), ()])


def test_a_hole_goes_by_one_key_and_the_last_ring_takes_the_shape_along(stage):
    stage.reset(RINGED)
    stage.press(".")
    stage.wait("len(c.selected)", 1)
    stage.press("Control+Delete")
    stage.page.get_by_text("Point at a vertex").wait_for()
    stage.move(160, 140)
    stage.press("Control+Delete")
    stage.wait("c.shapes[0].rings", (4, 3))
    stage.move(400, 100)
    stage.press("Control+Delete")
    stage.wait_shapes(("polygon", "cell", SQUARE))
    stage.move(100, 100)
    stage.press("Control+Delete")
    stage.wait("len(c.shapes)", 0)
    stage.press("Control+z")
    stage.wait_shapes(("polygon", "cell", SQUARE))


def test_a_polygon_is_split_joined_grouped_and_turned_into_a_mask_and_back_by_keys(stage):
    stage.reset(RINGED)
    stage.press(".")
    stage.wait("len(c.selected)", 1)
    stage.press("Shift+S")
    stage.wait("[s.rings for s in c.shapes]", [(4, 3), ()])
    stage.press("Control+Shift+G")
    stage.wait("[s.group for s in c.shapes]", [None, None])
    stage.press("Control+g")
    stage.wait("[s.group for s in c.shapes]", ["1", "1"])
    stage.press("Shift+J")
    stage.wait_shapes(("polygon", "cell", SQUARE + HOLE + PART))
    stage.press("Shift+M")
    stage.wait("[s.kind for s in c.shapes]", ["mask"])
    stage.press("Shift+M")
    stage.wait("[len(s.rings) for s in c.shapes]", [3])
    assert stage.kernel("c.shapes[0].area") == pytest.approx(200 * 200 - 80 * 80 / 2 + 100 * 160 / 2, rel=0.02)


GLOWS = """([px, py]) => {
    const canvas = document.querySelector('canvas.nba-overlay'), box = canvas.getBoundingClientRect();
    const f = canvas.width / box.width;
    const data = canvas.getContext('2d').getImageData((px - box.x) * f - 5, (py - box.y) * f, 11, 1).data;
    return [...Array(11).keys()].some((i) => data[4 * i + 2] > data[4 * i] + 60 && data[4 * i + 3] > 60);
}"""


def test_the_whole_group_is_seen_and_selected_when_one_of_it_is(stage):
    made = "Shape.rectangle(100 + 150 * i, 100, 80, 80, 'cell', id=f'{i:016x}', group='2' if i < 2 else None)"
    stage.reset(f"[{made} for i in range(3)]")
    stage.click(140, 140)
    stage.wait("len(c.selected)", 1)
    stage.page.wait_for_function(GLOWS, arg=[*stage.at(250, 140)])  # the edge of the other one
    stage.page.wait_for_function(f"at => !({GLOWS})(at)", arg=[*stage.at(400, 140)])
    stage.press("Alt+g")
    stage.wait("c.selected", (f"{0:016x}", f"{1:016x}"))
    stage.press("Control+d")
    stage.wait("[s.group for s in c.shapes]", ["2", "2", None, "1", "1"])


def test_a_rotated_rectangle_is_drawn_by_an_edge_and_its_width(stage):
    tool(stage, "Alt+r", "rotated_rectangle")
    stage.drag((200, 200), (300, 300))  # an edge, by dragging
    stage.move(180, 320, steps=3)
    stage.click(180, 320)
    stage.wait("len(c.shapes)", 1)
    points = stage.kernel("c.shapes[0].points")
    assert stage.kernel("c.shapes[0].angle") == pytest.approx(45, abs=0.5)
    assert points[0] == pytest.approx((200, 200), abs=1)
    assert math.dist(points[1], points[2]) == pytest.approx(140 / math.sqrt(2), abs=1.5)
    stage.click(500, 300)  # by clicks, the width on the other side: the angle stays that of the edge
    stage.move(600, 300, steps=2)
    stage.click(600, 300)
    stage.move(550, 260, steps=2)
    stage.click(550, 260)
    stage.wait("len(c.shapes)", 2)
    assert stage.kernel("c.shapes[1].angle") == pytest.approx(0, abs=0.5)
    assert stage.kernel("c.shapes[1].points[0]") == pytest.approx((500, 260), abs=1)
    stage.click(100, 400)
    stage.click(101, 400)
    stage.page.get_by_text("Too small: draw an edge").wait_for()
    assert stage.kernel("len(c.shapes)") == 2


def test_a_rotated_rectangle_is_turned_and_resized_by_handles_and_keys(stage):
    stage.reset(TURNED)
    stage.press(".")
    stage.wait("len(c.selected)", 1)
    k = stage.view()[0]
    stage.drag((400, 200 - 26 / k), (500, 250))  # the handle above its first edge, to the right of its middle
    stage.wait("round(c.shapes[0].angle)", 90)
    assert stage.kernel("c.shapes[0].area") == pytest.approx(20_000)
    stage.press("<")
    stage.wait("round(c.shapes[0].angle)", 89)
    stage.press("Control+<")
    stage.wait("round(c.shapes[0].angle)", 74)
    stage.press("Alt+.", "ArrowRight", "Shift+ArrowRight")  # the turning handle is the first place to walk to
    stage.wait("round(c.shapes[0].angle)", 90)
    stage.press("Escape")
    stage.drag((400, 350), (400, 380))  # a side: the angle stays, the opposite side too
    stage.wait("round(c.shapes[0].angle)", 90)
    stage.wait("[round(v) for v in (*c.shapes[0].bounds,)]", [350, 150, 450, 380])
    stage.press("Control+z", "Control+z", "Control+z")
    stage.wait("c.shapes[0].angle", 0.0)
    stage.press("Shift+M")
    stage.wait("[(s.kind, s.label, s.area) for s in c.shapes]", [("polygon", "cell", 20_000.0)])
