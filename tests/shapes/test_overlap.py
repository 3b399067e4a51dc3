"""Intersection over union of any two shapes: against what a person can compute, and against pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.shapes.overlap import REACH, ious, overlaps

PIXELS = np.zeros((40, 60), dtype=bool)
PIXELS[10:20, 10:30] = True
HALF = PIXELS.copy()
HALF[:, 20:] = False
BOX = nb.Shape.rectangle(10, 10, 20, 10)


def iou(a, b):
    found = float(ious([a], [b])[0])
    assert found == pytest.approx(float(ious([b], [a])[0]))
    return found


@pytest.mark.parametrize(
    "shape",
    [
        BOX,
        nb.Shape.polygon([(0, 0), (10, 0), (5, 9)]),
        nb.Shape.polygon([(0, 0), (10, 10), (10, 0), (0, 10)]),
        nb.Shape.ellipse(20, 20, 8, 3),
        nb.Shape.polyline([(0, 0), (10, 10), (20, 0)]),
        nb.Shape.point(4, 5),
        nb.Shape.keypoints([(1, 1), (9, 4)]),
        nb.Shape.mask(PIXELS),
    ],
    ids=lambda shape: shape.kind,
)
def test_a_shape_covers_itself_and_nothing_far_away(shape):
    assert iou(shape, shape) == pytest.approx(1)
    away = nb.Shape(kind="rectangle", points=((500, 500), (510, 510)))
    assert iou(shape, away) == 0


def test_boxes_masks_and_polygons_agree_on_the_same_places():
    left = nb.Shape.rectangle(10, 10, 10, 10)
    corners = [(10, 10), (20, 10), (20, 20), (10, 20)]
    for half in (left, nb.Shape.polygon(corners), nb.Shape.mask(HALF)):
        for whole in (BOX, nb.Shape.mask(PIXELS)):
            assert iou(half, whole) == pytest.approx(0.5)


def test_an_outline_that_crosses_itself_covers_what_an_odd_number_of_turns_surrounds():
    bow = nb.Shape.polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    assert iou(bow, nb.Shape.rectangle(0, 0, 10, 10)) == pytest.approx(0.5)


def test_points_overlap_while_they_are_less_than_twice_the_reach_apart():
    here = nb.Shape.point(50, 50)
    near = [iou(here, nb.Shape.point(50 + d, 50)) for d in (0, 2, 5, 9, 2 * REACH + 0.1)]
    assert near == sorted(near, reverse=True)
    assert near[0] == pytest.approx(1)
    assert near[-2] > 0
    assert near[-1] == 0
    assert iou(here, nb.Shape.keypoints([(50, 50)])) == 0, "another kind"


boxes = st.builds(
    nb.Shape.rectangle,
    *(st.integers(0, 50) for _ in range(2)),
    *(st.integers(1, 30) for _ in range(2)),
)


@given(st.lists(boxes, max_size=8), st.lists(boxes, max_size=8))
def test_the_pairs_are_those_that_overlap_as_counted_in_pixels(some, others):
    def pixels(shape):
        (x0, y0), (x1, y1) = shape.points
        found = np.zeros((80, 80), dtype=bool)
        found[int(y0) : int(y1), int(x0) : int(x1)] = True
        return found

    i, j, much = overlaps(some, others)
    found = {(int(a), int(b)): float(v) for a, b, v in zip(i, j, much, strict=True)}
    for a, one in enumerate(some):
        for b, other in enumerate(others):
            p, q = pixels(one), pixels(other)
            assert found.get((a, b), 0.0) == pytest.approx((p & q).sum() / (p | q).sum())
