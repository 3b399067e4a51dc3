"""Shapes made of numbers, points and pixels, checked when they are made, and what they can be asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import nbannotate as nb
from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.model import Rle
from nbannotate.rules.well_formed import check_well_formed
from nbannotate.shapes.rotated_rectangle import box_of

MORE = {"attributes": {"stage": "late"}, "confidence": 0.5, "color": "#112233", "also": ("big",), "id": "s1",
        "group": "pair", "track": "7", "keyframe": True}  # fmt: skip
RING = np.zeros((10, 12), dtype=bool)
RING[1:9, 1:9] = True
RING[3:7, 3:7] = False
RING[4:6, 4:6] = True  # an island in the hole

MADE = {
    "rectangle": (nb.Shape.rectangle, (1, 2, 3, 4), ((1, 2), (4, 6))),
    "box": (nb.Shape.box, (1, 2, 4, 6), ((1, 2), (4, 6))),
    "polygon": (nb.Shape.polygon, ([(0, 0), (9, 0), (9, 9)],), ((0, 0), (9, 0), (9, 9))),
    "polyline": (nb.Shape.polyline, ([(0, 0), (9, 0)],), ((0, 0), (9, 0))),
    "ellipse": (nb.Shape.ellipse, (10, 8, 5, 3), ((5, 5), (15, 11))),
    "point": (nb.Shape.point, (1, 2), ((1, 2),)),
    "keypoints": (nb.Shape.keypoints, ([(1, 2), (3, 4)],), ((1, 2), (3, 4))),
    "rotated_rectangle": (nb.Shape.rotated_rectangle, (2, 3, 8, 4, 90), ((8, 1), (8, 9), (4, 9), (4, 1))),
    "skeleton": (nb.Shape.skeleton, ([(1, 2), (3, 4)],), ((1, 2), (3, 4))),
    "mask": (nb.Shape.mask, (RING,), ((1, 1), (9, 9))),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_a_shape_is_made_in_one_line(name):
    make, geometry, points = MADE[name]
    shape = make(*geometry, label="cell", **MORE)
    assert shape == nb.Shape(
        kind={"box": "rectangle"}.get(name, name), points=points, label="cell", rle=shape.rle, **MORE
    )
    assert (name == "mask") == (shape.rle is not None)
    assert shapes.kind(shape.kind).problem(shape, 12, 10) is None or name in ("ellipse", "rectangle", "box")


def test_a_polygon_of_several_rings_is_one_shape_with_holes_and_parts():
    square, hole = ((0, 0), (10, 0), (10, 10), (0, 10)), ((2, 2), (4, 2), (4, 4), (2, 4))
    part = ((20, 0), (24, 0), (20, 4))
    shape = nb.Shape.polygon([square, (*hole, hole[0]), np.array(part)], "cell")
    assert (shape.points, shape.rings) == ((*square, *hole, *part), (4, 4, 3))
    assert [ring.tolist() for ring in shape.ring_arrays] == [[list(p) for p in r] for r in (square, hole, part)]
    assert (shape.area, shape.bounds) == (100 - 4 + 8, (0, 0, 24, 10))
    pixels = shape.to_mask((30, 12))
    assert (pixels[5, 5], pixels[3, 3], pixels[1, 21]) == (True, False, True)
    assert shape.to_shapely().area == shape.area
    assert nb.Shape.polygon([square], "cell").rings == ()


@pytest.mark.parametrize("rings", [(4, 4, 4), (8, 2), (0, 10), (-2, 12)])
def test_rings_that_are_none_are_refused(rings):
    points = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 5), (2, 2), (4, 2), (4, 4), (2, 4), (2, 3)]
    with pytest.raises(InvalidInput, match="rings of the polygon must have at least 3 points each"):
        check_well_formed(nb.Annotation(shapes=(nb.Shape(kind="polygon", points=points, rings=rings),)))


@pytest.mark.parametrize("angle", [0, 33.3, 90, -45, 359.99])
def test_a_rotated_rectangle_knows_its_angle_and_its_size(angle):
    shape = nb.Shape.rotated_rectangle(10.5, 20, 30.25, 40, angle)
    assert (shape.angle - angle) % 360 == pytest.approx(0, abs=1e-9) or (shape.angle - angle) % 360 > 360 - 1e-9
    assert shape.area == pytest.approx(30.25 * 40)
    assert np.allclose(shape.array.mean(axis=0), (25.625, 40))
    x, y, width, height, turned = box_of(shape.points)
    assert (x, y, width, height) == (10.5, 20, 30.25, 40)
    assert nb.Shape.rotated_rectangle(x, y, width, height, turned).points == shape.points


def test_corners_that_are_those_of_no_rectangle_are_refused():
    refused = nb.Shape(kind="rotated_rectangle", points=((0, 0), (10, 0), (14, 10), (0, 10)))
    with pytest.raises(InvalidInput, match="no rectangle"):
        check_well_formed(nb.Annotation(shapes=(refused,)))


def test_every_kind_that_there_is_can_be_made():
    assert {make(*geometry).kind for make, geometry, _ in MADE.values()} == set(shapes.kinds())


@pytest.mark.parametrize("name", ["polygon", "polyline", "keypoints", "skeleton"])
def test_points_are_an_array_and_come_back_as_one(name):
    make, (points,), _ = MADE[name]
    for one in (np.array(points), np.array(points, np.float32), pd.DataFrame(points).to_numpy(), iter(points)):
        shape = make(one)
        assert shape.array.shape == (len(points), 2)
        assert shape.array.dtype == np.float64
        assert make(shape.array, id=shape.id) == shape


def test_a_polygon_that_is_closed_is_opened():
    assert len(nb.Shape.polygon([(0, 0), (9, 0), (9, 9), (0, 0)]).points) == 3


def test_the_geometry_of_every_kind():
    box = nb.Shape.rectangle(1, 2, 3, 4)
    assert (box.area, box.bounds, box.to_shapely().bounds) == (12, (1, 2, 4, 6), (1, 2, 4, 6))
    ellipse = nb.Shape.ellipse(10, 8, 5, 3)
    assert ellipse.area == pytest.approx(np.pi * 15)
    assert ellipse.to_shapely().area == pytest.approx(ellipse.area, rel=0.01)
    assert nb.Shape.polyline([(0, 0), (3, 4)]).to_shapely().length == 5
    assert nb.Shape.point(1, 2).to_shapely().wkt == "POINT (1 2)"
    assert nb.Shape.keypoints([(1, 2), (3, 4)]).to_shapely().geom_type == "MultiPoint"
    assert nb.Shape.polygon([(0, 0), (4, 0), (4, 4)]).area == 8


def test_a_mask_has_its_holes_and_the_islands_in_them():
    mask = nb.Shape.mask(RING, "cell")
    assert mask.area == mask.to_shapely().area == RING.sum()
    assert mask.bounds == mask.to_shapely().bounds == (1, 1, 9, 9)
    assert (mask.to_mask((12, 10)) == RING).all()
    for one in (RING.astype(np.uint8) * 255, mask.rle, {"size": [10, 12], "counts": mask.rle.counts.encode()}):
        assert nb.Shape.mask(one, "cell", id=mask.id) == mask
    assert nb.Shape.mask({"size": [2, 2], "counts": [1, 2, 1]}).to_mask((2, 2)).tolist() == [
        [False, True],
        [True, False],
    ]


@given(arrays(bool, (7, 9)))
def test_a_mask_as_polygons_has_all_of_its_pixels_and_no_other(pixels):
    pixels[3, 3] = True
    found = nb.Shape.mask(pixels).to_shapely()
    assert found.is_valid
    x, y = np.meshgrid(np.arange(9) + 0.5, np.arange(7) + 0.5)
    assert (shapely.contains_xy(found, x, y) == pixels).all()


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 20))
def test_the_pixels_of_a_rectangle_are_those_that_it_covers(x, y, width, height):
    found = nb.Shape.rectangle(x, y, width, height).to_mask((30, 25))
    expected = np.zeros((25, 30), dtype=bool)
    expected[y : y + height, x : x + width] = True
    assert found.dtype == bool
    assert (found == expected).all()


@pytest.mark.parametrize(("make", "words"), [
    (lambda: nb.Shape.box(10, 10, 5, 20), r"x1 \(5\) is not to the right of x0 \(10\).*Shape\.rectangle\(x, y, w"),
    (lambda: nb.Shape.box(10, 10, 15, 10), r"y1 \(10\) is not below y0"),
    (lambda: nb.Shape.rectangle(1, 2, 0, 4), r"Shape\.rectangle: width is a number of pixels above 0, not 0"),
    (lambda: nb.Shape.rectangle("1", 2, 3, 4), r"x is a number of pixels, not '1'"),
    (lambda: nb.Shape.rectangle(1, 2, 3, np.nan), "height is a number of pixels, not nan"),
    (lambda: nb.Shape.ellipse(1, 2, -3, 4), "rx is a number of pixels above 0"),
    (lambda: nb.Shape.polygon([(1, 2), (3, 4)]), "needs at least 3 points; it has 2"),
    (lambda: nb.Shape.polygon([1, 2, 3, 4]), r"points is an \(n, 2\) array"),
    (lambda: nb.Shape.polygon(np.zeros((4, 3))), r"not an array of the shape \(4, 3\)"),
    (lambda: nb.Shape.polygon([(0, 0), (9, 0), ("a", 9)]), "in place 3"),
    (lambda: nb.Shape.skeleton([(1, 2), (3, 4)], [2]), "2 points, but visibility of 1"),
    (lambda: nb.Shape.mask(np.zeros((3, 3))), r"float64; of probabilities, write array > 0\.5"),
    (lambda: nb.Shape.mask(np.zeros((3, 3), bool)), "has no pixels"),
    (lambda: nb.Shape.mask(np.zeros((1, 3, 3), bool)), r"of the shape \(1, 3, 3\)"),
    (lambda: nb.Shape.mask({"size": [2, 2], "counts": [1, 2]}), "add up to 3 pixels, not to 2 × 2"),
    (lambda: nb.Shape.mask({"counts": "x"}), r"run lengths look like"),
    (lambda: nb.Shape.rectangle(1, 2, 3, 4, colour="#112233"), "no argument 'colour' .did you mean 'color'"),
    (lambda: nb.Shape.rectangle(1, 2, 3, 4, confidence=7), "confidence must be a number from 0 to 1"),
    (lambda: nb.Shape.point(1, 2).to_mask((3, 3)), "has no inside"),
    (lambda: nb.Shape.rectangle(1, 2, 3, 4).to_mask(5), r"size is the width and the height"),
    (lambda: nb.Shape.mask(RING).to_mask((10, 12)), r"12 x 10 pixels \(width x height\), not 10 x 12"),
])  # fmt: skip
def test_what_is_no_shape_is_refused_in_a_sentence_that_names_the_argument(make, words):
    with pytest.raises(InvalidInput, match=words):
        make()


def test_run_lengths_are_those_of_the_field():
    assert isinstance(nb.Shape.mask(RING).rle, Rle)


def test_making_shapes_imports_neither_pandas_nor_shapely(run_python):
    code = "import sys, nbannotate as nb; nb.Shape.polygon([(0, 0), (9, 0), (9, 9)]).area; "
    assert run_python(code + "print([m for m in ('pandas', 'shapely') if m in sys.modules])").strip() == "[]"
