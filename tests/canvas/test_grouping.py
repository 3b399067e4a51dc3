"""Polygons of several rings, groups and rotated rectangles, in Python: what messages and calls make of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nbannotate.canvas import Canvas
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Label, Shape
from nbannotate.shapes import kind

IMAGE = np.full((100, 200, 3), 128, np.uint8)
A, B, C = "a" * 16, "b" * 16, "c" * 16
SQUARE, HOLE, PART = (
    ((10.0, 10.0), (60.0, 10.0), (60.0, 60.0), (10.0, 60.0)),
    ((20.0, 20.0), (40.0, 20.0), (30.0, 40.0)),
    ((100.0, 10.0), (140.0, 10.0), (120.0, 50.0)),
)
RINGED = Shape.polygon([SQUARE, HOLE, PART], "cell", id=A, attributes={"stage": 2}, group="4", track="9")


@pytest.fixture
def canvas():
    made = Canvas(IMAGE, [RINGED], [Label("cell"), Label("dust")])
    yield made
    made.close()


def say(canvas, type, **fields):
    heard = []
    canvas.on_error(heard.append)
    canvas.receive({"type": type, "g": canvas.model.generation, "view_id": "v", "n": 1, **fields})
    canvas.transactions.listeners["error"].remove(heard.append)
    return heard


def edit(canvas, points, rings=None, shape_id=A, **more):
    told = {} if rings is None else {"rings": rings}
    return say(canvas, "edit", shapes=[{"id": shape_id, "points": [list(p) for p in points]}], **told, **more)


def test_a_polygon_keeps_its_rings_and_all_else_when_it_is_moved_and_undone(canvas):
    assert edit(canvas, [(x + 5, y + 5) for x, y in RINGED.points]) == []
    (moved,) = canvas.shapes
    assert moved.points[0] == (15, 15)
    assert replace(moved, points=RINGED.points) == replace(RINGED, keyframe=True)  # of a track: somebody set it here
    canvas.undo()
    assert canvas.shapes == (RINGED,)


def test_rings_come_and_go_with_their_points(canvas):
    assert edit(canvas, SQUARE + HOLE, [4, 3]) == []
    assert canvas.shapes[0].rings == (4, 3)
    assert edit(canvas, SQUARE, []) == []
    assert (canvas.shapes[0].points, canvas.shapes[0].rings) == (SQUARE, ())
    assert edit(canvas, SQUARE + PART, [4, 3]) == []
    assert canvas.shapes[0].area == 2500 + 800
    for _ in range(3):
        canvas.undo()
    assert canvas.shapes == (RINGED,)


@pytest.mark.parametrize("rings", [[4, 3], [4, 2, 4], [10], [], [4, 4, 4], [-4, 7, 7]])
def test_rings_that_do_not_fit_the_points_are_refused_and_nothing_changes(canvas, rings):
    heard = edit(canvas, RINGED.points, rings)
    if rings in ([10], []):  # one ring: all the points
        assert (heard, canvas.shapes[0].rings) == ([], ())
    else:
        assert "rings of the polygon" in heard[0]
        assert canvas.shapes == (RINGED,)


def test_only_polygons_have_rings(canvas):
    canvas.set_shapes([Shape.rectangle(10, 10, 40, 30, "cell", id=B)])
    before = canvas.shapes
    edit(canvas, [(10, 10), (60, 60)], [1, 1], B)
    assert canvas.shapes == before


def test_each_part_becomes_a_shape_with_its_holes_and_join_makes_one_of_them_again(canvas):
    canvas.select([A])
    assert say(canvas, "act", action="split") == []
    first, second = canvas.shapes
    assert (first.id, first.points, first.rings) == (A, SQUARE + HOLE, (4, 3))
    assert (second.points, second.rings) == (PART, ())
    assert second.id not in (A, "")
    assert canvas.selected == (A, second.id)
    assert replace(second, id=A, points=RINGED.points, rings=RINGED.rings) == RINGED
    assert say(canvas, "act", action="join") == []
    assert canvas.shapes == (RINGED,)
    assert canvas.selected == (A,)
    canvas.undo()
    canvas.undo()
    assert canvas.shapes == (RINGED,)


def test_polygons_that_overlap_are_joined_into_what_they_cover_together(canvas):
    beside = [(x + 25, y) for x, y in SQUARE]
    canvas.set_shapes([Shape.polygon(SQUARE, "cell", id=A), Shape.polygon(beside, "cell", id=B)])
    assert canvas.join([A, B]) == A
    (joined,) = canvas.shapes
    assert (joined.area, joined.rings) == (75 * 50, ())


def test_what_cannot_be_split_or_joined_says_why_and_stays(canvas):
    canvas.set_shapes([Shape.polygon([SQUARE, HOLE], "cell", id=A), Shape.polygon(PART, "dust", id=B)])
    before = canvas.shapes
    for call, ids, why in (
        (canvas.split, [A], "nothing to split"),
        (canvas.join, [A], "Select several polygons"),
        (canvas.join, [A, B], "different labels"),
        (canvas.group, [A], "Select several shapes"),
        (lambda ids: canvas.turn(10, ids), [A], "Only rotated rectangles"),
    ):
        with pytest.raises(Refused, match=why):
            call(ids)
    assert canvas.shapes == before
    canvas.editable = False
    with pytest.raises(Refused, match="not changed"):
        canvas.group([A, B])


def test_parts_beyond_the_limit_are_not_split(canvas):
    canvas.max_shapes = 1
    with pytest.raises(Refused, match="at most"):
        canvas.split([A])
    assert canvas.shapes == (RINGED,)


def test_shapes_are_grouped_extended_and_ungrouped(canvas):
    boxes = [Shape.rectangle(10 + 40 * i, 10, 20, 20, "cell", id=f"{i:016x}") for i in range(4)]
    canvas.set_shapes(boxes)
    ids = [s.id for s in boxes]
    assert canvas.group(ids[:2]) == "1"
    assert canvas.group(ids[2:]) == "2"
    canvas.ungroup(ids[3:])  # the one that is left alone is no group
    assert [s.group for s in canvas.shapes] == ["1", "1", None, None]
    assert canvas.group(ids[1:3]) == "1"
    assert [s.group for s in canvas.shapes] == ["1", "1", "1", None]
    canvas.undo()
    assert [s.group for s in canvas.shapes] == ["1", "1", None, None]


def test_copies_of_a_group_are_a_group_of_their_own_and_a_track_is_once_in_an_image(canvas):
    pair = [Shape.rectangle(10 + 40 * i, 10, 20, 20, "cell", id=f"{i:016x}", group="1", track=f"{i}") for i in range(2)]
    canvas.set_shapes(pair)
    canvas.duplicate([s.id for s in pair])
    canvas.duplicate([pair[0].id])
    assert [s.group for s in canvas.shapes] == ["1", "1", "2", "2", None]
    assert [s.track for s in canvas.shapes] == ["0", "1", None, None, None]
    canvas.copy([s.id for s in pair])
    canvas.show(IMAGE, [Shape.rectangle(5, 5, 9, 9, "cell", group="7")], labels=["cell"])
    canvas.paste()
    assert [(s.group, s.track) for s in canvas.shapes] == [("7", None), ("1", "0"), ("1", "1")]


def test_a_rotated_rectangle_is_drawn_turned_to_an_angle_and_undone(canvas):
    drawn = Shape.rotated_rectangle(40, 40, 60, 20, 33.5)
    assert say(canvas, "create", id=B, kind="rotated_rectangle", points=[list(p) for p in drawn.points]) == []
    assert canvas.shapes[-1].angle == pytest.approx(33.5)
    canvas.turn(-12.25, [B])
    assert canvas.shapes[-1].angle == pytest.approx(-12.25)
    assert canvas.shapes[-1].area == pytest.approx(1200)
    assert np.mean(canvas.shapes[-1].points, axis=0) == pytest.approx((70, 50))
    canvas.undo()
    assert canvas.shapes[-1].points == drawn.points
    for wrong in (float("nan"), 361, "a", True):
        with pytest.raises(InvalidInput, match="degrees"):
            canvas.turn(wrong, [B])


def test_a_rotated_rectangle_may_reach_out_of_the_image_and_four_points_of_none_are_refused(canvas):
    out = Shape.rotated_rectangle(-10, 40, 60, 20, 30)
    assert say(canvas, "create", id=B, kind="rotated_rectangle", points=[list(p) for p in out.points]) == []
    assert canvas.shapes[-1].points == out.points
    assert canvas.flaws == {}
    heard = say(canvas, "create", id=C, kind="rotated_rectangle", points=[[10, 10], [50, 10], [70, 40], [10, 60]])
    assert "no rectangle" in heard[0]
    assert [s.id for s in canvas.shapes] == [A, B]


@given(st.data())
def test_a_browser_that_lies_about_rings_leaves_only_polygons_that_can_be_stored(data):
    canvas = Canvas(IMAGE, [RINGED], [Label("cell")])
    try:
        points = data.draw(st.lists(st.tuples(st.floats(-50, 250), st.floats(-50, 150)), max_size=14))
        rings = data.draw(st.none() | st.lists(st.integers(-1, 9), max_size=4))
        heard = edit(canvas, points, rings)
        (shape,) = canvas.shapes
        assert heard or shape.points == kind("polygon").normalize(points, 200, 100)
        assert kind("polygon").payload(shape) is None
        assert not heard or shape == RINGED
    finally:
        canvas.close()
