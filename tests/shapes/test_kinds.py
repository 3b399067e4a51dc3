"""Geometry of the shape kinds, against properties that must hold for any shape."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from nbannotate.model import Shape
from nbannotate.model.shape_builders import turned_box
from nbannotate.shapes import kind, kinds

W, H = 640.0, 480.0
number = st.floats(-2000, 2000, allow_nan=False, allow_infinity=False, width=32)
inside_x, inside_y = st.floats(0, W, width=32), st.floats(0, H, width=32)
point = st.tuples(number, number)


def points_of(name):
    its = kind(name)
    if name == "rotated_rectangle":
        size = st.floats(1, 2000, width=32)
        return st.tuples(number, number, size, size, st.floats(-180, 180, width=32)).map(lambda v: list(turned_box(*v)))
    return st.lists(point, min_size=its.min_points, max_size=its.max_points or 12)


any_shape = st.sampled_from(sorted(kinds())).flatmap(lambda name: st.tuples(st.just(name), points_of(name)))


@given(any_shape)
def test_normalizing_puts_a_shape_into_the_image_and_doing_it_twice_changes_nothing(shape):
    name, points = shape
    once = kind(name).normalize(points, W, H)
    assert all(0 <= x <= W and 0 <= y <= H for x, y in once)
    assert kind(name).normalize(once, W, H) == once


@given(any_shape)
def test_bounds_hold_every_vertex_of_the_outline_and_no_more(shape):
    name, points = shape
    x0, y0, x1, y1 = kind(name).bounds(points)
    xs, ys = kind(name).outline(points).T
    assert (x0, y0, x1, y1) == (xs.min(), ys.min(), xs.max(), ys.max())


@given(any_shape)
def test_the_area_is_not_negative_nor_larger_than_the_bounds_of_a_simple_shape(shape):
    name, points = shape
    its = kind(name)
    assert its.area(points) >= 0
    if len(its.outline(points)) <= 4 and name == "rectangle":
        x0, y0, x1, y1 = its.bounds(points)
        assert its.area(points) == pytest.approx((x1 - x0) * (y1 - y0))


@given(any_shape, number, number)
def test_the_area_does_not_change_when_a_shape_is_shifted(shape, dx, dy):
    name, points = shape
    moved = [(x + dx, y + dy) for x, y in points]
    assert kind(name).area(moved) == pytest.approx(kind(name).area(points), rel=1e-6, abs=1e-2)


@given(any_shape, point)
def test_what_a_shape_contains_lies_in_its_bounds(shape, place):
    name, points = shape
    if kind(name).contains(points, *place):
        x0, y0, x1, y1 = kind(name).bounds(points)
        assert x0 <= place[0] <= x1
        assert y0 <= place[1] <= y1


@given(inside_x, inside_y, inside_x, inside_y)
@example(10, 10, 0, 0)
def test_a_rectangle_and_the_polygon_of_its_corners_have_the_same_area_and_middle(x0, y0, x1, y1):
    assume(abs(x1 - x0) > 1 and abs(y1 - y0) > 1)
    box, path = kind("rectangle"), kind("polygon")
    corners = [tuple(p) for p in box.outline([(x0, y0), (x1, y1)])]
    assert path.area(corners) == pytest.approx(box.area([(x0, y0), (x1, y1)]))
    assert path.contains(corners, (x0 + x1) / 2, (y0 + y1) / 2)
    assert box.contains([(x0, y0), (x1, y1)], (x0 + x1) / 2, (y0 + y1) / 2)


@given(any_shape)
def test_a_shape_that_passes_the_check_still_passes_when_normalized(shape):
    name, points = shape
    its = kind(name)
    if its.check(points, W, H) is None:
        assert its.check(its.normalize(points, W, H), W, H) is None


def test_the_area_of_a_polygon_is_the_shoelace_area_as_in_coco():
    assert kind("polygon").area([(0, 0), (4, 0), (4, 3)]) == 6
    assert kind("polygon").area([(1e6, 1e6), (1e6 + 0.5, 1e6), (1e6, 1e6 + 0.5)]) == 0.125


def test_a_rectangle_is_sorted_and_clipped():
    assert kind("rectangle").normalize([(50, 500), (-3, 20)], W, H) == ((0, 20), (50, 480))


@pytest.mark.parametrize(
    ("name", "points", "words"),
    [
        ("rectangle", [(0, 0)], "at least 2 points"),
        ("rectangle", [(0, 0), (5, 5), (9, 9)], "takes 2"),
        ("rectangle", [(0, 0), (math.nan, 5)], "not a finite number"),
        ("rectangle", [(0, 0), (math.inf, 5)], "not a finite number"),
        ("rectangle", [(10, 10), (10.5, 10.5)], "too small"),
        ("rectangle", [(10, 10), (10, 90)], "no area"),
        ("rectangle", [(700, 10), (800, 90)], "lies outside of the image (640 x 480)"),
        ("rectangle", [(10, -30), (80, -10)], "lies outside of the image (640 x 480)"),
        ("polyline", [(10, 490), (80, 500)], "lies outside of the image (640 x 480)"),
        ("rectangle", [(1, 2, 3), (4, 5, 6)], "pairs of numbers"),
        ("ellipse", [(10, 10), (10, 90)], "no area"),
        ("polyline", [(0, 0)], "at least 2 points"),
        ("polyline", [(10, 10), (10.5, 10.5)], "too small"),
        ("point", [], "at least 1 point;"),
        ("point", [(1, 1), (2, 2)], "takes 1"),
        ("point", [(700, 1)], "must be in the image"),
        ("keypoints", [(700, 1), (-1, 1)], "must be in the image"),
        ("keypoints", [(1, math.nan)], "not a finite number"),
        ("polygon", [(0, 0), (9, 9)], "at least 3 points"),
        ("polygon", [(0, 0), (9, 9), (18, 18)], "no area"),
        ("polygon", [(-9, -9), (-90, -9), (-90, -90)], "lies outside of the image (640 x 480)"),
    ],
)
def test_what_cannot_be_a_shape_is_refused_in_a_sentence(name, points, words):
    sentence = kind(name).check(points, W, H)
    assert words in sentence
    assert sentence.endswith(".")


def test_good_shapes_pass():
    assert kind("rectangle").check([(0, 0), (W, H)], W, H) is None
    assert kind("polygon").check([(0, 0), (9, 0), (9, 9)], W, H) is None
    assert kind("polyline").check([(0, 0), (9, 0)], W, H) is None
    assert kind("point").check([(W, H)], W, H) is None
    assert kind("keypoints").check([(1, 1), (1, 1)], W, H) is None


@given(inside_x, inside_y, inside_x, inside_y)
def test_the_area_of_an_ellipse_is_that_of_its_painted_polygon_within_a_percent(x0, y0, x1, y1):
    assume(abs(x1 - x0) > 1 and abs(y1 - y0) > 1)
    round_, path = kind("ellipse"), kind("polygon")
    outline = round_.outline([(x0, y0), (x1, y1)])
    assert path.area(outline) == pytest.approx(round_.area([(x0, y0), (x1, y1)]), rel=0.01)
    assert round_.contains([(x0, y0), (x1, y1)], (x0 + x1) / 2, (y0 + y1) / 2)
    assert not round_.contains([(x0, y0), (x1, y1)], x0, y0)


@given(any_shape, number, number)
def test_moving_there_and_back_gives_the_same_shape(shape, dx, dy):
    name, points = shape
    before = Shape(kind=name, points=tuple(points))
    back = kind(name).moved(kind(name).moved(before, dx, dy), -dx, -dy)
    for (x0, y0), (x1, y1) in zip(before.points, back.points, strict=True):
        assert (x1, y1) == pytest.approx((x0, y0), abs=1e-6)


@given(any_shape, st.floats(0.1, 10), st.floats(0.1, 10))
def test_scaling_scales_the_area(shape, fx, fy):
    name, points = shape
    before = Shape(kind=name, points=tuple(points))
    its = kind(name)
    assert its.covered(its.scaled(before, fx, fy)) == pytest.approx(its.covered(before) * fx * fy, rel=1e-6, abs=1)


@given(any_shape)
def test_a_shape_is_hit_at_its_points_or_not_far_from_them(shape):
    name, points = shape
    its, whole = kind(name), Shape(kind=name, points=tuple(points))
    x0, y0, x1, y1 = its.bounds(points)
    x, y = its.outline(points)[0]
    assert its.hit(whole, float(x), float(y), 1e-3)
    assert not its.hit(whole, x1 + 11, y1 + 11, 10)
    assert its.flaws(whole, W, H) == () or (x0 < 0 or y0 < 0 or x1 > W or y1 > H)


def test_a_line_is_hit_near_it_only():
    line = Shape(kind="polyline", points=((0, 0), (100, 0), (100, 100)))
    assert kind("polyline").hit(line, 50, 3, 5)
    assert not kind("polyline").hit(line, 50, 50, 5)
    dots = Shape(kind="keypoints", points=((0, 0), (100, 0)))
    assert kind("keypoints").hit(dots, 98, 2, 5)
    assert not kind("keypoints").hit(dots, 50, 0, 5)
    assert kind("keypoints").hit(dots, 50, 0, 5, edges=[(0, 1)]) is False


def test_a_polygon_that_crosses_itself_has_a_flaw_and_one_that_touches_itself_has_none():
    its = kind("polygon")

    def flaws(*points):
        return its.flaws(Shape(kind="polygon", points=points), W, H)

    assert flaws((0, 0), (90, 90), (90, 0), (0, 60)) == ("The outline of the polygon crosses itself.",)
    assert flaws((0, 0), (90, 0), (90, 90), (0, 60)) == ()
    assert flaws((0, 0), (90, 0), (45, 45), (90, 90), (0, 90), (45, 45)) == ()
    assert len(flaws((-9, 0), (90, 90), (90, 0), (0, 60))) == 2


def test_what_is_partly_outside_is_a_flaw_not_a_refusal():
    box = Shape(kind="rectangle", points=((-5, 1), (20, 20)))
    assert kind("rectangle").problem(box, W, H) is None
    assert kind("rectangle").flaws(box, W, H) == ("A part of the rectangle is outside of the image.",)
    assert kind("rectangle").fitted(box, W, H).points == ((0, 1), (20, 20))
