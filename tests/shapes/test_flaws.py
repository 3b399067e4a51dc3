"""Shapes that cross themselves, leave the image or are too small: how that is found, and how it is repaired."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbannotate.model import Shape, new_shape_id
from nbannotate.shapes import flaws, kind, kinds, simple
from nbannotate.shapes.base import distance, shoelace
from nbannotate.shapes.polygon import crosses
from nbannotate.shapes.rings import filled

W, H = 40, 30
#: Whole numbers meet, overlap and touch far more often than any other ones.
whole = st.integers(-8, 48).map(float)
some = st.one_of(whole, st.integers(-2000, 6000).map(lambda v: v / 100))  # as pages round
KINDS = sorted(set(kinds()) - {"mask"})


def points_of(name, numbers=some):
    its = kind(name)
    return st.lists(st.tuples(numbers, numbers), min_size=its.min_points, max_size=its.max_points or 9)


any_shape = st.sampled_from(KINDS).flatmap(
    lambda name: points_of(name).map(lambda points: Shape(kind=name, points=tuple(points), label="cell"))
)
polygons = st.one_of(points_of("polygon", whole), points_of("polygon"))


@settings(max_examples=200, deadline=None)
@given(any_shape)
def test_what_is_repaired_is_a_good_shape_in_the_image_and_repairing_it_again_changes_nothing(shape):
    its = kind(shape.kind)
    mended = its.repaired(shape, W, H)
    if mended is None:
        assert its.flaws(shape, W, H) or its.problem(shape, W, H)
        return
    assert its.flaws(mended, W, H) == ()
    assert its.repaired(mended, W, H) is mended
    assert (mended.id, mended.label, mended.kind) == (shape.id, shape.label, shape.kind)
    if mended is not shape:
        assert its.problem(mended, W, H) is None
        x0, y0, x1, y1 = its.bounds(mended.points)
        assert 0 <= x0 <= x1 <= W
        assert 0 <= y0 <= y1 <= H


@settings(max_examples=200, deadline=None)
@given(polygons)
@example([(0, 0), (9, 9), (9, 0), (0, 9)])
@example([(0, 0), (9, 0), (9, 9), (0, 9), (0, 0), (9, 0), (9, 9)])
def test_the_parts_of_an_outline_are_simple_and_hold_all_that_it_surrounds_and_no_more(points):
    outline = np.array(points, dtype=float)
    parts = simple.rings(outline)
    assert not any(crosses(part) for part in parts)
    assert all(len({tuple(p) for p in part}) == len(part) for part in parts)
    total = sum(map(shoelace, parts))
    assert [shoelace(p) for p in parts] == sorted((shoelace(p) for p in parts), reverse=True)
    low, high = outline.min(axis=0), outline.max(axis=0)
    assert total <= float(np.prod(high - low)) + 1e-6


@settings(deadline=None)
@given(st.lists(st.floats(1, 20), min_size=3, max_size=12))
def test_an_outline_that_is_simple_stays_as_it_is(radii):
    turn = np.linspace(0, math.tau, len(radii), endpoint=False)
    outline = 20 + np.array(radii)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    (part,) = simple.rings(outline)
    assert shoelace(part) == pytest.approx(shoelace(outline))
    assert {tuple(p) for p in part} <= {tuple(p) for p in outline}


@settings(deadline=None)
@given(polygons)
def test_what_the_canvas_fills_is_in_the_parts(points):
    outline = np.array(points, dtype=float) + 20.003
    painted, parts = filled(outline, 100, 100), simple.rings(outline)
    if painted is None:
        return
    box = 0, 0, 100, 100
    held = np.zeros((100, 100), dtype=bool)
    for part in parts:
        region = filled(part, 100, 100)
        held |= region.within(box) if region is not None else held
    for y, x in np.argwhere(painted.within(box) & ~held):  # an edge through the middle of a pixel has it on either side
        assert distance(outline, True, x + 0.5, y + 0.5) < 1e-9


@settings(max_examples=100, deadline=None)
@given(polygons)
def test_a_polygon_is_cut_at_the_image_as_its_pixels_are(points):
    outline = np.array(points, dtype=float) + 0.003
    cut = simple.clipped(outline, W, H)
    whole_, inside = filled(outline, W, H), filled(cut, W, H) if len(cut) > 2 else None
    box = 0, 0, W, H
    expected = whole_.within(box) if whole_ is not None else np.zeros((H, W), bool)
    found = inside.within(box) if inside is not None else np.zeros((H, W), bool)
    for y, x in np.argwhere(expected != found):  # an edge through the middle of a pixel has it on either side
        assert distance(outline, True, x + 0.5, y + 0.5) < 1e-9


def polygon(*points):
    return Shape(kind="polygon", points=points, label="cell")


def test_a_small_loop_goes_and_the_rest_stays_where_it_was():
    drawn = polygon((5, 5), (35, 5), (35, 25), (5, 25), (4, 24), (7, 26))
    mended = kind("polygon").repaired(drawn, W, H)
    assert {(5.0, 5.0), (35.0, 5.0), (35.0, 25.0)} <= set(mended.points)
    assert kind("polygon").area(mended.points) == pytest.approx(600, rel=0.05)


def test_an_outline_of_two_like_parts_is_left_to_a_person():
    assert kind("polygon").repaired(polygon((5, 5), (25, 25), (25, 5), (5, 25)), W, H) is None


@pytest.mark.parametrize(
    ("shape", "after"),
    [
        (Shape(kind="rectangle", points=((-5, 2), (10, 50))), ((0, 2), (10, 30))),
        (Shape(kind="rectangle", points=((-9, 2), (-5, 9))), None),
        (polygon((-10, 5), (10, 5), (10, 15), (-10, 15)), ((0, 5), (10, 5), (10, 15), (0, 15))),
        (polygon((20, 5), (60, 5), (60, 8), (30, 8), (30, 12), (60, 12), (60, 15), (20, 15)), "one part"),
        (Shape(kind="polyline", points=((-10, 5), (10, 5), (10, 15))), ((0, 5), (10, 5), (10, 15))),
        (Shape(kind="polyline", points=((20, 5), (60, 5), (60, 20), (20, 20))), None),
        (Shape(kind="ellipse", points=((-5, 2), (10, 20))), None),
        (Shape(kind="keypoints", points=((5, 5), (50, 5))), None),
        (Shape(kind="skeleton", points=((5, 5), (50, 5)), visibility=(2, 1)), ((5, 5), (5, 5))),
    ],
)
def test_what_is_out_of_the_image_is_cut_where_that_is_no_guess(shape, after):
    mended = kind(shape.kind).repaired(shape, W, H)
    if after == "one part":
        assert kind("polygon").area(mended.points) == pytest.approx(20 * 10 - 10 * 4)
        return
    found = None if mended is None else {(round(x, 9), round(y, 9)) for x, y in mended.points}
    assert found == (None if after is None else set(after))
    if shape.kind == "skeleton":
        assert mended.visibility == (2, 0)


def test_size_is_the_shorter_side_of_an_area_and_the_longer_one_of_a_line():
    def small(shape):
        return [s.split(":")[0] for s in flaws.of(shape, W, H, min_size=5)]

    assert small(Shape(kind="rectangle", points=((1, 1), (20, 5)))) == ["The rectangle is too small"]
    assert small(Shape(kind="rectangle", points=((1, 1), (20, 6)))) == []
    assert small(Shape(kind="polyline", points=((1, 1), (20, 1)))) == []
    assert small(Shape(kind="point", points=((1, 1),))) == []


@settings(deadline=None)
@given(st.lists(any_shape, max_size=6), st.sampled_from([None, 3.0, 12.0]))
def test_looking_at_all_shapes_at_once_finds_what_looking_at_each_does(shapes, min_size):
    shapes = [Shape(kind=s.kind, points=s.points, id=new_shape_id()) for s in shapes]
    finder = flaws.Finder()
    for _ in range(2):
        found = finder.find(shapes, W, H, min_size)
        assert found == {s.id: said for s in shapes if (said := flaws.of(s, W, H, min_size))}


def test_a_thin_rectangle_is_too_small_however_it_is_turned():
    thin = Shape(kind="rotated_rectangle", points=((5, 5), (25, 25), (24, 26), (4, 6)), id=new_shape_id())
    assert list(flaws.Finder().find([thin], W, H, 3.0)) == [thin.id]


def test_an_outline_of_many_vertices_is_repaired_too():
    turn = np.linspace(0, math.tau, 400, endpoint=False)
    ring = np.stack([20 + 12 * np.cos(turn), 15 + 12 * np.sin(turn)], axis=1)
    ring[[10, 11]] = ring[[11, 10]]
    drawn = polygon(*((float(x), float(y)) for x, y in ring))
    mended = kind("polygon").repaired(drawn, W, H)
    assert kind("polygon").area(mended.points) == pytest.approx(math.pi * 144, rel=0.01)


def scribble(n, seed=1):
    """A hand that wanders: an outline that crosses itself thousands of times."""
    steps = np.random.default_rng(seed).normal(0, 5, (n, 2))
    walk = np.cumsum(steps, axis=0)
    return np.round(500 + walk - walk.mean(axis=0), 2)


@pytest.mark.parametrize(
    ("outline", "can"), [(scribble(3000), True), (np.random.default_rng(2).uniform(0, 1000, (3000, 2)).round(2), False)]
)
def test_a_scribble_is_judged_whatever_its_size(outline, can):
    its, drawn = kind("polygon"), polygon(*map(tuple, outline.tolist()))
    assert any("crosses itself" in text for text in its.flaws(drawn, 1000, 1000))
    mended = its.repaired(drawn, 1000, 1000)
    assert (mended is not None) == can
    assert mended is None or its.flaws(mended, 1000, 1000) == ()


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e9, 1e150, 1e300])
def test_numbers_of_any_size_are_judged(size):
    for points in np.random.default_rng(3).uniform(-1, 1, (50, 12, 2)) * size:
        drawn = polygon(*map(tuple, points.tolist()))
        with np.errstate(all="ignore"):
            mended = kind("polygon").repaired(drawn, W, H)
        assert mended is None or not kind("polygon").flaws(mended, W, H)
