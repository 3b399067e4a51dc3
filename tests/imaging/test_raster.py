"""Files that Pillow opens come with the right size and values, upright; bad ones say why they cannot be opened."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nbannotate import imaging
from nbannotate.canvas.picture import Picture
from nbannotate.errors import ReadFailed


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    def make(body, name="image.bin"):
        path = tmp_path / name
        path.write_bytes(body)
        return path

    return make


def test_a_png_of_sixteen_bits_keeps_its_values(file):
    values = np.random.default_rng(0).integers(0, 65536, (30, 40)).astype(np.uint16)
    path = file(saved(Image.fromarray(values), "PNG"))
    facts, still = imaging.measure(path), imaging.read(path)
    assert (facts.width, facts.height, facts.bits, facts.frames) == (40, 30, 16, 1)
    assert still.deep
    assert np.array_equal(still.values, values)


@pytest.mark.parametrize("dtype", ["uint16", "int16", "int32", "float32"])
def test_a_tiff_of_other_numbers_keeps_its_values(file, dtype):
    values = (np.arange(1200).reshape(30, 40) * 3 - (0 if dtype == "uint16" else 2000)).astype(dtype)
    tifffile = pytest.importorskip("tifffile")
    out = io.BytesIO()
    tifffile.imwrite(out, values)
    still = imaging.read(file(out.getvalue(), "x.tif"))
    assert still.deep
    assert np.allclose(still.values, values, atol=0.05 if dtype == "float32" else 0)


@pytest.mark.parametrize("planes", [False, True])
def test_a_tiff_with_sixteen_bits_a_color_is_shown_in_eight(file, planes):
    tifffile = pytest.importorskip("tifffile")
    values = np.zeros((20, 30, 3), np.uint16)
    values[..., 0] = 65535
    values[:10, :, 1] = 32768
    out = io.BytesIO()
    if planes:
        tifffile.imwrite(out, np.moveaxis(values, -1, 0), photometric="rgb", planarconfig="separate")
    else:
        tifffile.imwrite(out, values, photometric="rgb")
    path = file(out.getvalue(), "x.tif")
    facts, still = imaging.measure(path), imaging.read(path)
    assert (facts.width, facts.height, facts.frames) == (30, 20, 1)
    assert still.pixels[0, 0].tolist() == [255, 128, 0]
    assert still.pixels[19, 29].tolist() == [255, 0, 0]


def test_the_pages_of_a_tiff_are_frames_but_an_animation_is_one_image(file):
    pages = [Image.fromarray(np.full((8, 9), 100 * i, np.uint16)) for i in range(4)]
    stack = file(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]), "stack.tif")
    assert imaging.measure(stack).frames == 4
    assert imaging.read(stack, 3).values[0, 0] == 200
    assert imaging.read(imaging.extracted(imaging.Frame(stack, 3))).values[0, 0] == 200
    with pytest.raises(ReadFailed, match="no frame 5"):
        imaging.read(stack, 5)

    colors = [Image.new("RGB", (8, 9), color) for color in ("red", "blue")]
    movie = file(saved(colors[0], "GIF", save_all=True, append_images=colors[1:]), "x.gif")
    assert imaging.measure(movie).frames == 1
    assert imaging.read(movie).pixels[0, 0].tolist() == [255, 0, 0] or imaging.read(movie).pixels[0, 0, 0] > 250


def test_reduced_copies_in_a_tiff_are_no_frames(file):
    tifffile = pytest.importorskip("tifffile")
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(np.zeros((64, 64), np.uint8), subfiletype=0)
        writer.write(np.zeros((32, 32), np.uint8), subfiletype=1)
    assert imaging.measure(file(out.getvalue(), "pyramid.tif")).frames == 1


def test_a_cmyk_jpeg_and_a_turned_one_are_rgb_and_upright(file):
    cmyk = imaging.read(file(saved(Image.new("RGB", (16, 8), (255, 0, 0)).convert("CMYK"), "JPEG"), "c.jpg"))
    assert cmyk.pixels.shape == (8, 16, 3)
    assert cmyk.pixels[4, 8, 0] > 200
    assert cmyk.pixels[4, 8, 1:].max() < 60

    image = Image.new("RGB", (60, 40), "blue")
    image.paste("red", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = file(saved(image, "JPEG", exif=exif), "t.jpg")
    assert (imaging.measure(path).width, imaging.measure(path).height) == (40, 60)
    turned = imaging.read(path).pixels
    assert turned.shape == (60, 40, 3)
    assert turned[5, 20, 0] > 200
    assert turned[55, 20, 2] > 200


def test_an_image_of_one_pixel_is_an_image(file):
    path = file(saved(Image.new("L", (1, 1), 7), "PNG"))
    assert imaging.measure(path).width == 1
    assert imaging.read(path).pixels.tolist() == [[7]]


JPEG = saved(Image.effect_noise((300, 200), 90).convert("RGB"), "JPEG")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"this is a text\n", "not an image of a known format"),
        (JPEG[:100], "cannot be read"),
        (JPEG[: len(JPEG) // 2], "truncated"),
        (b"GIF89a", "cannot be read"),
        (b"II*\0" + b"\xff" * 40, "cannot be"),
        (b"\0" * 128 + b"DICM", "DICOM"),
        (b"\0" * 128 + b"DICM" + b"\xff" * 200, "DICOM"),
    ],
    ids=["empty", "text", "jpeg-head", "jpeg-half", "gif-head", "tiff-head", "dicom-head", "dicom-noise"],
)
def test_a_file_that_cannot_be_opened_says_why(file, body, reason):
    path = file(body, "picture.png")
    for source in (path, body):
        with pytest.raises(ReadFailed, match=reason):
            imaging.read(source)


def test_the_fragment_of_a_path_names_a_frame(tmp_path):
    assert imaging.frame_of("/data/cine.dcm#frame=12") == imaging.Frame(Path("/data/cine.dcm"), 12)
    assert imaging.frame_of("/data/cine.dcm").number is None
    assert imaging.frame_of("/data/a#frame=0").number is None
    odd = tmp_path / "odd#frame=3"
    odd.write_bytes(b"x")
    assert imaging.frame_of(str(odd)).path == odd
    assert str(imaging.frame_of("/data/cine.dcm#frame=12")) == "/data/cine.dcm#frame=12"
    assert imaging.named("cine.dcm", 7, 120) == "cine.dcm#007"


def tagged(*entries):
    """Return the bytes of EXIF data with these tags: number, type, count, value."""
    table = b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + b"\0\0\0\0"


TURN = (0x0112, 3, 1, struct.pack("<HH", 6, 0))


@pytest.mark.parametrize(
    ("entries", "turned"),
    [
        ((TURN, (531, 7, 1, b"\1\0\0\0")), True),  # a position as bytes, which cannot be written again
        ((TURN, (0x829A, 5, 1, struct.pack("<I", 9999))), True),  # a fraction beyond the end
        ((TURN, (0x010E, 99, 1, b"\0\0\0\0")), True),  # a type that there is not
        (((0x0112, 3, 2, struct.pack("<HH", 6, 6)),), True),
        (((0x0112, 3, 1, struct.pack("<HH", 77, 0)),), False),
        (((0x0112, 2, 4, b"abc\0"),), False),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "WEBP", "PNG"])
@pytest.mark.filterwarnings("ignore")
def test_whatever_stands_beside_an_image_it_is_shown_upright(file, entries, turned, format):
    body = saved(Image.new("RGB", (30, 20), "red"), format, exif=tagged(*entries))
    path = file(body, "photo.bin")
    facts = imaging.measure(path)
    assert (facts.width, facts.height) == ((20, 30) if turned else (30, 20))
    for source in (path, body):
        assert imaging.read(source).pixels.shape[1::-1] == (facts.width, facts.height)
    assert (Picture(body).width, Picture(body).height) == (facts.width, facts.height)
