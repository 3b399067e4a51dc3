"""Masks: COCO's encoding as pycocotools has it, rings around pixels, brush strokes, and polygons there and back."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nbannotate.errors import InvalidInput
from nbannotate.model import Rle, Shape
from nbannotate.shapes import kind, rings
from nbannotate.shapes.mask import corners, from_outline, mask, outlines
from nbannotate.shapes.polygon import of_rings
from nbannotate.shapes.rle import Region, area, box_of, compress, decode, encode, expand

pixels = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=24))
some_pixels = pixels.filter(np.any)
MASK = kind("mask")


def whole(found, shape):
    height, width = shape
    return np.zeros(shape, bool) if found is None else found.within((0, 0, width, height))


def of(array, **fields):
    return mask(Region(0, 0, array), array.shape, **fields)


def shown(shape):
    return whole(decode(shape.rle), shape.rle.size)


@given(pixels)
def test_the_encoding_is_that_of_pycocotools(array):
    coco = pytest.importorskip("pycocotools.mask", reason="pycocotools is not installed (extra [test])")
    theirs = coco.encode(np.asfortranarray(array.astype(np.uint8)))
    ours = encode(Region(0, 0, array), *array.shape)
    assert ours.counts == theirs["counts"].decode()
    assert list(ours.size) == theirs["size"]
    assert area(ours) == coco.area(theirs) == array.sum()
    assert (coco.decode({"size": list(ours.size), "counts": ours.counts}).astype(bool) == array).all()


@given(pixels)
def test_what_is_encoded_is_decoded_in_the_smallest_box(array):
    found = decode(encode(Region(0, 0, array), *array.shape))
    assert (whole(found, array.shape) == array).all()
    if found is not None:
        for edge in (found.pixels[0], found.pixels[-1], found.pixels[:, 0], found.pixels[:, -1]):
            assert edge.any()


@given(st.lists(st.integers(0, 1 << 40), max_size=40))
def test_run_lengths_survive_the_string(counts):
    assert expand(compress(counts)) == counts


@given(st.text(max_size=30))
def test_no_string_whatever_is_more_than_a_clear_error(text):
    with contextlib.suppress(InvalidInput):
        decode(Rle((5, 7), text))


@pytest.mark.parametrize("size", [(0, 5), (-1, 5), (1 << 20, 1 << 20)])
def test_a_size_that_no_image_has_is_refused(size):
    with pytest.raises(InvalidInput, match="which no image has"):
        decode(Rle(size, "0"))


@given(st.integers(1, 9), st.lists(st.integers(0, 30), max_size=20))
def test_the_box_around_run_lengths_is_that_of_their_pixels(height, counts):
    width = -(-sum(counts) // height) + 1
    rle = Rle((height, width), compress([*counts, height * width - sum(counts)]))
    found = decode(rle)
    assert box_of(rle) == (None if found is None else found.box)


@given(some_pixels)
def test_rings_hold_exactly_the_pixels(array):
    found = rings.rings(Region(0, 0, array).trimmed())
    assert sum(map(rings.signed, found)) == array.sum()
    back = rings.filled(rings.bridged(found), array.shape[1], array.shape[0])
    assert (whole(back, array.shape) == array).all()


def test_pixels_that_touch_at_a_corner_are_two_rings_and_a_hole_runs_the_other_way():
    assert len(rings.rings(Region(0, 0, np.eye(3, dtype=bool)))) == 3
    assert len(rings.rings(Region(0, 0, np.eye(3, dtype=bool)[::-1]))) == 3
    frame = np.ones((5, 5), bool)
    frame[2, 2] = False
    assert sorted(map(rings.signed, rings.rings(Region(0, 0, frame)))) == [-1, 25]


@given(some_pixels)
def test_a_mask_knows_its_place_and_its_area(array):
    shape = of(array)
    assert MASK.problem(shape, array.shape[1], array.shape[0]) is None
    assert MASK.covered(shape) == array.sum()
    y, x = np.argwhere(array)[0]
    assert MASK.hit(shape, x + 0.5, y + 0.5)
    assert MASK.bounds(shape.points) == (*shape.points[0], *shape.points[1])


@given(some_pixels, st.integers(-30, 30), st.integers(-30, 30))
def test_a_mask_moves_by_whole_pixels_and_what_leaves_the_image_is_lost(array, dx, dy):
    height, width = array.shape
    big = np.zeros((height + 60, width + 60), bool)
    big[30 : 30 + height, 30 : 30 + width] = array
    there = MASK.moved(of(big), dx + 0.3, dy - 0.3)
    assert (shown(there) == np.roll(big, (dy, dx), (0, 1))).all()
    assert MASK.moved(there, -dx, -dy) == of(big, id=there.id)
    near = of(array)
    with contextlib.suppress(InvalidInput):
        moved = MASK.put(near, [(near.points[0][0] + dx, near.points[0][1] + dy)], width, height)
        assert moved.rle.size == (height, width)


@given(some_pixels, st.integers(1, 5))
def test_a_mask_scales_with_its_image(array, times):
    shape = MASK.scaled(of(array), times, times)
    assert (shown(shape) == np.kron(array, np.ones((times, times), bool))).all()
    assert (shown(MASK.scaled(shape, 1 / times, 1 / times)) == array).all()


@given(some_pixels)
def test_the_exact_polygon_around_a_mask_gives_the_mask_again_holes_and_all(array):
    height, width = array.shape
    around = of_rings(Shape(kind="polygon", points=()), outlines(of(array), tolerance=0))
    assert (shown(from_outline(around, kind("polygon").filled(around), width, height)) == array).all()
    assert around.area == array.sum()


def test_a_disk_becomes_a_polygon_with_few_points_and_back_nearly_the_same():
    y, x = np.mgrid[:200, :200]
    disk = (x - 100) ** 2 + (y - 100) ** 2 < 80**2
    (points,) = outlines(of(disk))
    assert len(points) < 80
    back = shown(from_outline(Shape(kind="polygon", points=points), np.array(points), 200, 200))
    assert (back ^ disk).sum() < 0.02 * disk.sum()
    assert kind("polygon").area(points) == pytest.approx(disk.sum(), rel=0.02)


def test_a_brush_adds_erases_and_fills_a_hole():
    first = MASK.brushed(None, [(20, 20), (80, 20), (80, 80), (20, 80), (20, 20)], 4, "add", 100, 100, label="cell")
    assert first.label == "cell"
    assert first.points == ((16, 16), (84, 84))
    assert not MASK.hit(first, 50, 50)
    assert MASK.brushed(first, [(50, 50)], 4, "fill", 100, 100).id == first.id
    full = MASK.brushed(first, [(50, 50)], 4, "fill", 100, 100)
    assert MASK.hit(full, 50, 50)
    assert MASK.covered(full) - MASK.covered(first) == 52 * 52
    erased = MASK.brushed(full, [(50, 50)], 10, "erase", 100, 100)
    assert MASK.covered(full) - MASK.covered(erased) == pytest.approx(np.pi * 100, rel=0.03)
    assert MASK.brushed(erased, [(0, 50), (100, 50)], 60, "erase", 100, 100) is None
    with pytest.raises(InvalidInput, match="no hole"):
        MASK.brushed(full, [(50, 50)], 4, "fill", 100, 100)
    with pytest.raises(InvalidInput, match="outside of the image"):
        MASK.brushed(None, [(500, 50)], 4, "add", 100, 100)
    with pytest.raises(InvalidInput, match="radius"):
        MASK.brushed(None, [(5, 50)], -4, "add", 100, 100)


def test_a_dab_of_the_smallest_brush_paints_a_pixel():
    assert MASK.covered(MASK.brushed(None, [(5.5, 5.5)], 0.1, "add", 10, 10)) == 1


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape(kind="mask", points=((0, 0), (1, 1))), "no pixels: give them in rle"),
        (Shape(kind="mask", points=((0, 0), (1, 1)), rle=Rle((5, 7), "99")), "add up to"),
        (Shape(kind="mask", points=((0, 0), (1, 1)), rle=Rle((9, 7), "o1")), "7 × 9 pixels, the image 7 × 5"),
        (Shape(kind="mask", points=((0, 0), (1, 1)), rle=Rle((5, 7), "é")), "not a compressed COCO string"),
        (Shape(kind="mask", points=((0, 0), (1, 1)), rle=encode(None, 5, 7)), "no pixels; delete it"),
        (Shape(kind="mask", points=((0, 0), (1, 1)), rle=of(np.ones((5, 7), bool)).rle), "corners of the box"),
        (Shape(kind="rectangle", points=((0, 0), (5, 5)), rle=Rle((5, 7), "0")), "that is for masks"),
        (Shape(kind="rectangle", points=((0, 0), (5, 5)), visibility=(1, 2)), "that is for skeletons"),
    ],
)
def test_what_is_no_mask_is_refused_in_a_sentence(shape, words):
    assert words in kind(shape.kind).problem(shape, 7, 5)


def test_a_mask_is_cut_to_another_image():
    shape = of(np.ones((50, 50), bool))
    cut = MASK.fitted(shape, 20, 30)
    assert cut.rle.size == (30, 20)
    assert cut.points == corners((0, 0, 20, 30))


def by_each_pixel(path, radius, box):
    """Return what a brush covers by the distance of each pixel from each step."""
    x0, y0, x1, y1 = box
    x, y = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
    nearest = np.full(x.shape, np.inf)
    for (ax, ay), (bx, by) in zip(path, [*path[1:], path[-1]], strict=True):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) if length else 0.0
        nearest = np.minimum(nearest, np.hypot(x - ax - along * dx, y - ay - along * dy))
    return nearest


@pytest.mark.parametrize("seed", range(20))
def test_a_stroke_covers_each_pixel_that_is_near_enough(seed):
    rng = np.random.default_rng(seed)
    path = [tuple(p) for p in rng.uniform(-30, 130, (int(rng.integers(1, 9)), 2)).round(2)]
    radius, box = float(rng.uniform(0.1, 40).__round__(2)), (0, 0, 100, 90)
    nearest, reach = by_each_pixel(path, radius, box), max(radius, np.sqrt(0.5))
    clear = np.abs(nearest - reach) > 1e-9
    assert np.array_equal(rings.swept(path, radius, box)[clear], (nearest <= reach)[clear])


def test_the_largest_stroke_with_the_largest_brush_is_bounded():
    rng = np.random.default_rng(0)
    path = rng.uniform(0, 4000, (4000, 2))
    work = []
    plain = rings._span
    try:
        rings._span = lambda step, reach, y: work.append(len(y)) or plain(step, reach, y)
        assert rings.swept(path.tolist(), 2000.0, (0, 0, 4000, 4000)).all()
    finally:
        rings._span = plain
    assert sum(work) <= rings.MOST_ROWS  # rows of steps, not their pixels
    with pytest.raises(InvalidInput, match="too long to be painted at once"):
        rings.swept([(0, 0), (0, 300_000)] * 100, 5.0, (0, 0, 20, 300_000))
