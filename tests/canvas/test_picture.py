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


def test_sixteen_bits_are_stretched_over_the_whole_range():
    values = np.array([[1000, 1500], [2000, 3000]], np.uint16)
    picture = Picture(saved(Image.fromarray(values), "PNG"))
    assert np.asarray(picture._levels[0]).tolist() == [[0, 63], [127, 255]]


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
