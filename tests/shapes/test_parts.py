"""Polygons of several rings are taken apart into their parts, with their holes, and put together again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.cards import card_of
from nbannotate.model import Shape
from nbannotate.shapes import kind
from nbannotate.shapes.parts import apart, together


def square(x, y, size):
    return ((x, y), (x + size, y), (x + size, y + size), (x, y + size))


def test_holes_go_with_the_part_around_them_and_an_island_in_a_hole_is_a_part():
    shape = Shape.polygon(
        [square(0, 0, 100), square(10, 10, 60), square(20, 20, 30), square(25, 25, 5), square(200, 0, 20)], "cell"
    )
    parts = apart(shape)
    assert [(p.rings, p.points[0]) for p in parts] == [((4, 4), (0, 0)), ((4, 4), (20, 20)), ((), (200, 0))]
    assert [p.area for p in parts] == [100**2 - 60**2, 30**2 - 5**2, 20**2]
    assert [p.id == shape.id for p in parts] == [True, False, False]
    assert len({p.id for p in parts}) == 3


def test_parts_that_touch_or_overlap_become_one_and_a_frame_keeps_its_hole():
    sides = [((0, 0), (50, 0), (50, 10), (0, 10)), ((0, 40), (50, 40), (50, 50), (0, 50)),
             ((0, 0), (10, 0), (10, 50), (0, 50)), ((40, 0), (50, 0), (50, 50), (40, 50))]  # fmt: skip
    frame = together([Shape.polygon(p, "cell") for p in sides])
    assert (len(frame.rings), frame.area) == (2, 50**2 - 30**2)
    assert not kind("polygon").hit(frame, 25, 25)


boxes = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(2, 30))


@given(st.lists(boxes, min_size=1, max_size=6))
def test_taking_apart_and_putting_together_keeps_what_is_covered(given_boxes):
    shape = together([Shape.polygon(square(*box), "cell", attributes={"n": 1}) for box in given_boxes])
    parts = apart(shape)
    assert sum(p.area for p in parts) == pytest.approx(shape.area)
    assert all(kind("polygon").payload(p) is None and p.attributes == {"n": 1} for p in parts)
    assert together(parts).area == pytest.approx(shape.area)
    assert sum(len(p.points) for p in parts) == len(shape.points)


places = st.tuples(st.floats(0, 99), st.floats(0, 99))


@given(st.lists(st.lists(places, min_size=3, max_size=7), min_size=2, max_size=5))
def test_whatever_the_rings_are_each_goes_to_one_part(rings):
    shape = Shape.polygon(rings, "cell")
    parts = apart(shape)
    assert sorted(p for part in parts for p in part.points) == sorted(shape.points)
    assert len({p.id for p in parts}) == len(parts)


def test_a_card_shows_a_hole_as_one_and_says_what_a_shape_belongs_to():
    rings = [square(0, 0, 90), square(20, 20, 30)]
    card = card_of(Shape.polygon(rings, "cell", group="4", track="9", keyframe=True)).html()
    (path,) = re.findall(r'<path d="([^"]+)"', card)
    assert path.count("M") == path.count("z") == 2
    assert "fill-rule: evenodd" in card
    for text in ("4, 4", "9, set here", ">4<"):
        assert text in card
    assert "30°" in card_of(Shape.rotated_rectangle(10, 10, 40, 20, 30, "cell")).html()
