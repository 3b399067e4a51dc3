"""An outline as a mask, a mask as polygons."""

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
    (pixels,), holes = turned(shape, 64, 48)
    assert (pixels.kind, pixels.id, pixels.label, pixels.attributes, holes) == (
        "mask", shape.id, "cell", {"stage": "ring"}, 0,
    )  # fmt: skip
    assert kind("mask").problem(pixels, 64, 48) is None
    (outline,), _ = turned(pixels, 64, 48)
    assert (outline.kind, outline.id, outline.rle, outline.color) == ("polygon", shape.id, None, "#7b1fa2")
    assert kind("polygon").covered(outline) == pytest.approx(kind(name).covered(shape), rel=0.08)


def test_each_part_of_a_mask_is_a_polygon_and_holes_are_counted():
    pixels = np.zeros((48, 64), dtype=bool)
    pixels[5:25, 5:25] = True
    pixels[10:15, 10:15] = False
    pixels[30:40, 30:60] = True
    shape = mask(Region(0, 0, pixels), (48, 64), label="cell")
    parts, holes = turned(shape, 64, 48)
    assert ([p.kind for p in parts], holes) == (["polygon", "polygon"], 1)
    assert parts[0].id == shape.id != parts[1].id
    assert sorted(kind("polygon").covered(p) for p in parts) == [300, 400]


def test_what_turns_into_nothing_says_so():
    with pytest.raises(InvalidInput, match="point can neither become a mask nor a polygon"):
        turned(Shape(kind="point", points=((5, 5),)), 64, 48)
    assert {k.turns_into for k in kinds().values()} <= {"", *kinds()}
