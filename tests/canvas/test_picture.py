"""Images of every kind come upright, in RGB or gray, and in the size that a screen needs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from nbannotate.canvas.picture import Picture
from nbannotate.canvas.view import View
from nbannotate.errors import InvalidInput, ReadFailed


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(part):
    return Image.open(io.BytesIO(part.data))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "I", "F", "I;16", "HSV", "LAB"])
def test_every_mode_becomes_rgb_or_gray(mode):
    source = Image.new("RGB", (40, 30), "gray")
    image = Image.new(mode, (40, 30)) if mode in ("I;16", "LAB", "I", "F") else source.convert(mode)
    picture = Picture(image)
    part = opened(picture.part((0, 0, 40, 30), 1))
    assert part.size == (40, 30)
    assert part.mode in ("RGB", "L")


def test_sixteen_bits_are_shown_through_a_window():
    values = np.array([[1000, 1500], [2000, 3000]], np.uint16)
    for source in (saved(Image.fromarray(values), "PNG"), values, values.astype(np.int16)):
        picture = Picture(source)
        assert picture.window == (2000, 2000)
        assert np.asarray(opened(picture.part((0, 0, 2, 2), 1))).ravel().tolist() == pytest.approx(
            [0, 64, 127.5, 255], abs=0.5
        )
        picture.window = (500, 1750)
        assert np.asarray(opened(picture.part((0, 0, 2, 2), 1))).tolist() == [[0, 0], [255, 255]]


def test_values_for_the_browser_are_all_of_a_small_image_and_the_sight_of_a_large_one():
    view = View(k=1, x=0, y=0, w=1000, h=700, dpr=2)
    small = np.random.default_rng(0).integers(0, 65536, (512, 640)).astype(np.uint16)
    got = Picture(small).values(view)
    assert (got.box, got.size, got.mime) == ((0, 0, 640, 512), (640, 512), "values")
    assert np.array_equal(np.frombuffer(got.data, "<u2").reshape(512, 640), small)

    large = np.add.outer(np.arange(3000), np.arange(4000)).astype(np.uint16)
    picture = Picture(large)
    near = picture.values(View(k=2, x=-2000, y=-1000, w=800, h=600))
    assert near.box == (1000, 500, 1400, 800)
    assert np.frombuffer(near.data, "<u2")[0] == 1500
    for v in (view, view.fitted(4000, 3000), View(k=0.9, x=0, y=0, w=8000, h=6000)):
        part = picture.values(v)
        assert part.size[0] * part.size[1] <= 1 << 20
        assert len(part.data) == 2 * part.size[0] * part.size[1]
    assert picture.values(View(k=1, x=9000, y=0, w=800, h=600)) is None
    assert Picture(np.zeros((300, 400, 3), np.uint8)).values(view).mime == "image/png"


def test_reduced_values_are_means():
    picture = Picture(np.add.outer(np.zeros(64), np.arange(96) * 100).astype(np.uint16))
    picture.window = picture.deep.still.full()
    part = opened(picture.part((0, 0, 96, 64), 0.25))
    assert part.size == (24, 16)
    assert np.asarray(part)[8].tolist() == pytest.approx(np.linspace(4, 251, 24), abs=2)


def test_brightness_and_contrast_change_an_image_of_eight_bits():
    picture = Picture(np.array([[0, 100, 127, 200, 255]], np.uint8))
    picture.adjust = (0.0, 2.0)
    assert np.asarray(opened(picture.part((0, 0, 5, 1), 1)))[0].tolist() == [0, 72, 126, 255, 255]
    picture.adjust = (0.2, 1.0)
    assert np.asarray(opened(picture.part((0, 0, 5, 1), 1)))[0].tolist() == [51, 151, 178, 251, 255]
    before = picture.preview()
    picture.adjust = (0.0, 1.0)
    assert picture.preview() != before


def test_what_is_transparent_becomes_white():
    picture = Picture(Image.new("RGBA", (4, 4), (255, 0, 0, 0)))
    assert picture._levels[0].getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(60, 40), (3000, 2000)])
def test_the_exif_orientation_is_applied(size):
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))  # the left half; after turning by 90 degrees, the top half
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Picture(saved(image, "JPEG", exif=exif))
    assert (picture.width, picture.height) == size[::-1]
    whole = opened(picture.part((0, 0, *size[::-1]), 20 / size[1])).convert("RGB")
    assert whole.getpixel((10, 3))[0] > 200
    assert whole.getpixel((10, whole.height - 3))[2] > 200


def test_a_large_jpeg_is_decoded_in_full_only_when_someone_zooms_in():
    picture = Picture(saved(Image.new("RGB", (4000, 3000), "gray"), "JPEG"))
    assert opened(picture.part((0, 0, 4000, 3000), 0.25)).size == (1000, 750)
    assert len(picture.preview()) < 100_000
    assert 0 not in picture._levels
    part = picture.part((1000.5, 1000.5, 1200.2, 1100.2), 2)
    assert part.box == (1000, 1000, 1201, 1101)
    assert opened(part).size == part.size == (201, 101)
    assert 0 in picture._levels


def test_a_part_shows_the_right_place():
    y, x = np.mgrid[0:200, 0:300]
    picture = Picture(np.stack([x * 255 // 300, y * 255 // 200, 0 * x], -1).astype(np.uint8))
    part = opened(picture.part((150, 100, 250, 150), 0.5)).convert("RGB")
    assert part.size == (50, 25)
    assert part.getpixel((0, 0))[:2] == pytest.approx((127, 127), abs=3)
    assert part.getpixel((49, 24))[:2] == pytest.approx((212, 190), abs=4)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3), (4, 5, 4)])
def test_arrays_of_bytes_are_images(shape):
    picture = Picture(np.zeros(shape, np.uint8))
    assert (picture.width, picture.height) == (5, 4)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 5)), np.zeros((4, 5, 2), np.uint8), np.zeros((0, 5), np.uint8), np.zeros(5, np.uint8), 42]
)
def test_other_arrays_are_refused_with_what_to_do(wrong):
    with pytest.raises(InvalidInput):
        Picture(wrong)


def test_what_is_not_an_image_is_refused(tmp_path):
    whole = saved(Image.effect_noise((3000, 2000), 90).convert("RGB"), "JPEG")
    for source in (b"", b"GIF89a", whole[:5000], whole[: len(whole) // 2], tmp_path / "none.png", tmp_path):
        with pytest.raises(ReadFailed):
            Picture(source)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (7, 3)])
def test_odd_sizes_are_shown(size):
    picture = Picture(Image.new("RGB", size))
    view = View(k=1, x=0, y=0, w=300, h=200, dpr=2).fitted(*size)
    part = picture.part(picture.visible(view), view.k * view.dpr)
    assert opened(part).size == part.size
    assert picture.preview()
