"""An outline as a mask, a mask as one polygon, a rotated rectangle as one."""

from __future__ import annotations

import numpy as np
import pytest

from nbannotate.errors import InvalidInput
from nbannotate.model import Shape
from nbannotate.shapes import kind, kinds
from nbannotate.shapes.mask import mask
from nbannotate.shapes.rle import Region
from nbannotate.shapes.turning import turned

OUTLINES = [
    ("polygon", ((10, 10), (40, 12), (25, 44))),
    ("rectangle", ((10, 10), (40, 30))),
    ("ellipse", ((10, 10), (40, 30))),
]


@pytest.mark.parametrize(("name", "points"), OUTLINES)
def test_an_outline_as_a_mask_and_back_covers_nearly_the_same(name, points):
    shape = Shape(kind=name, points=points, label="cell", color="#7b1fa2", attributes={"stage": "ring"})
    pixels = turned(shape, 64, 48)
    assert (pixels.kind, pixels.id, pixels.label, pixels.attributes) == ("mask", shape.id, "cell", {"stage": "ring"})
    assert kind("mask").problem(pixels, 64, 48) is None
    outline = turned(pixels, 64, 48)
    assert (outline.kind, outline.id, outline.rle, outline.color) == ("polygon", shape.id, None, "#7b1fa2")
    assert kind("polygon").covered(outline) == pytest.approx(kind(name).covered(shape), rel=0.08)


def test_a_mask_of_several_parts_and_a_hole_is_one_polygon_and_a_mask_again():
    pixels = np.zeros((48, 64), dtype=bool)
    pixels[5:25, 5:25] = True
    pixels[10:15, 10:15] = False
    pixels[30:40, 30:60] = True
    shape = mask(Region(0, 0, pixels), (48, 64), label="cell", group="2", track="7", keyframe=True)
    polygon = turned(shape, 64, 48)
    assert (polygon.kind, polygon.id, polygon.rle, polygon.rings) == ("polygon", shape.id, None, (4, 4, 4))
    assert polygon.area == pixels.sum()
    assert (polygon.group, polygon.track, polygon.keyframe) == ("2", "7", True)
    again = turned(polygon, 64, 48)
    assert (again.rle, again.rings) == (shape.rle, ())


def test_a_rotated_rectangle_becomes_the_polygon_through_its_corners():
    shape = Shape.rotated_rectangle(20, 15, 20, 10, 30, "car")
    polygon = turned(shape, 64, 48)
    assert (polygon.kind, polygon.points, polygon.label, polygon.id) == ("polygon", shape.points, "car", shape.id)


def test_what_turns_into_nothing_says_so():
    with pytest.raises(InvalidInput, match="point can neither become a mask nor a polygon"):
        turned(Shape(kind="point", points=((5, 5),)), 64, 48)
    assert {k.turns_into for k in kinds().values()} <= {"", *kinds()}
