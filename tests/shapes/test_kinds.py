"""Geometry of the shape kinds, against properties that must hold for any shape."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from nbannotate.shapes import kind, kinds

W, H = 640.0, 480.0
number = st.floats(-2000, 2000, allow_nan=False, allow_infinity=False, width=32)
inside_x, inside_y = st.floats(0, W, width=32), st.floats(0, H, width=32)
point = st.tuples(number, number)


def points_of(name):
    its = kind(name)
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
        ("rectangle", [(700, 10), (800, 90)], "no area"),
        ("rectangle", [(1, 2, 3), (4, 5, 6)], "pairs of numbers"),
        ("polygon", [(0, 0), (9, 9)], "at least 3 points"),
        ("polygon", [(0, 0), (9, 9), (18, 18)], "no area"),
        ("polygon", [(-9, -9), (-90, -9), (-90, -90)], "too small"),
    ],
)
def test_what_cannot_be_a_shape_is_refused_in_a_sentence(name, points, words):
    sentence = kind(name).check(points, W, H)
    assert words in sentence
    assert sentence.endswith(".")


def test_good_shapes_pass():
    assert kind("rectangle").check([(0, 0), (W, H)], W, H) is None
    assert kind("polygon").check([(0, 0), (9, 0), (9, 9)], W, H) is None
