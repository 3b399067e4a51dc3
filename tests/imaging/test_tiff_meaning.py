"""What a TIFF file means is shown: compared with tifffile over kinds of numbers, colors, orders and orientations."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from nbannotate import imaging
from nbannotate.errors import ReadFailed
from nbannotate.imaging import tiff

tifffile = pytest.importorskip("tifffile")
KINDS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64")


def written(path, values, **options):
    tifffile.imwrite(path, values, **options)
    return path


def shown(still):
    """Return what a screen shows."""
    if not still.deep:
        return still.pixels
    window = still.full()
    return imaging.gray(still.pixels, still.slope, still.offset, window, inverted=still.inverted, exact=still.exact)


@pytest.mark.parametrize(
    ("kind", "order", "big"), [(k, o, b) for k, (o, b) in itertools.product(KINDS, (("<", False), (">", True)))]
)
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_gray_of_every_kind_of_number(tmp_path, kind, order, big, photometric, compression):
    values = np.arange(24 * 17).reshape(17, 24).astype(kind)
    values = values - np.asarray(100, kind) if np.dtype(kind).kind != "u" else values
    path = written(tmp_path / "x.tif", values, photometric=photometric, byteorder=order, bigtiff=big,
                   compression=compression)  # fmt: skip
    facts, still = imaging.measure(path), imaging.read(path)
    assert (facts.width, facts.height) == (24, 17)
    with tifffile.TiffFile(path) as file:
        meant = file.pages[0].asarray().astype(np.float64)
    if kind == "uint8":
        meant = 255 - meant if photometric == "miniswhite" else meant
        assert np.array_equal(still.pixels, meant)
    else:
        assert np.allclose(still.values, meant, atol=(meant.max() - meant.min()) / 60000 if "float" in kind else 0.5)
        assert still.inverted == (photometric == "miniswhite")
    dark = np.unravel_index(shown(still).argmin(), values.shape)
    assert values[dark] == (values.max() if photometric == "miniswhite" else values.min())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["L", "RGB", "I;16", "F", "planes"])
@pytest.mark.parametrize("compression", [None, "tiff_deflate"])
def test_every_orientation_is_upright_in_size_and_in_values(tmp_path, orientation, kind, compression):
    path, values = tmp_path / "o.tif", np.zeros((20, 30), np.uint8)
    values[:10, :15] = 200
    if kind == "planes":
        planes = np.stack([values.astype(np.uint16) << 8] * 3)
        written(path, planes, photometric="rgb", planarconfig="separate", compression="zlib" if compression else None,
                extratags=[(274, 3, 1, orientation, True)])  # fmt: skip
    else:
        made = {"L": values, "RGB": np.dstack([values] * 3), "I;16": values.astype(np.uint16), "F": values / 255.0}
        array = made[kind].astype(np.float32) if kind == "F" else made[kind]
        Image.fromarray(array).save(path, tiffinfo={274: orientation}, compression=compression)
    facts, still = imaging.measure(path), imaging.read(path)
    upright = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}[orientation]
    size = (20, 30) if orientation >= 5 else (30, 20)
    assert (facts.width, facts.height) == size == still.pixels.shape[1::-1]
    lit = still.pixels if still.pixels.ndim == 2 else still.pixels[..., 0]
    bright = np.argwhere(lit == lit.max()).mean(axis=0) > np.array(lit.shape) / 2
    assert tuple(bright.astype(int)) == upright
    assert imaging.measure(path, whole=False).width == facts.width


def test_pages_of_other_sizes_are_frames_of_their_own(tmp_path):
    a, b, c = (Image.new("L", size, gray) for size, gray in (((100, 50), 50), ((60, 80), 60), ((100, 50), 70)))
    a.save(tmp_path / "scan.tif", save_all=True, append_images=[b, c])
    facts = imaging.measure(tmp_path / "scan.tif")
    assert (facts.frames, facts.sizes) == (3, ((100, 50), (60, 80), (100, 50)))
    for frame, gray in ((1, 50), (2, 60), (3, 70)):
        for source in (tmp_path / "scan.tif", imaging.extracted(imaging.Frame(tmp_path / "scan.tif", frame))):
            still = imaging.read(source, frame if not isinstance(source, bytes) else None)
            assert still.pixels.shape[1::-1] == facts.size(frame)
            assert still.pixels[0, 0] == gray


def test_copies_of_a_tiled_page_are_no_frames_whether_they_say_so_or_not(tmp_path):
    for said in (0, 1):
        with tifffile.TiffWriter(tmp_path / f"{said}.tif") as writer:
            for size, type_ in ((512, 0), (256, said), (128, said)):
                writer.write(np.zeros((size, size), np.uint8), tile=(64, 64), subfiletype=type_, metadata=None)
        assert imaging.measure(tmp_path / f"{said}.tif").frames == 1


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_colors_of_sixteen_bits_are_shown_by_the_bits_that_are_used(tmp_path, bits, planar, order, compression):
    values = np.tile(np.linspace(0, 2**bits - 1, 60).astype(np.uint16)[None, :, None], (40, 1, 3))
    values[..., 1] //= 2
    stored = values if planar == "contig" else np.ascontiguousarray(np.moveaxis(values, 2, 0))
    path = written(tmp_path / "c.tif", stored, photometric="rgb", planarconfig=planar, byteorder=order,
                   compression=compression)  # fmt: skip
    assert np.array_equal(imaging.read(path).pixels, values >> (bits - 8))


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colors_that_are_fractions_of_one_are_shown_as_such(tmp_path, planar):
    values = np.tile(np.linspace(0, 0.5, 60, dtype=np.float32)[None, :, None], (40, 1, 3))
    stored = values if planar == "contig" else np.ascontiguousarray(np.moveaxis(values, 2, 0))
    path = written(tmp_path / "f.tif", stored, photometric="rgb", planarconfig=planar)
    assert np.abs(imaging.read(path).pixels - values * 255.0).max() <= 1


def test_a_page_alone_means_what_it_meant_in_its_file(tmp_path):
    rng = np.random.default_rng(0)
    with tifffile.TiffWriter(tmp_path / "many.tif", bigtiff=True, byteorder=">") as writer:
        for kind, options in (
            ("int16", {"photometric": "miniswhite"}),
            ("uint32", {"compression": "zlib", "predictor": True, "rowsperstrip": 3}),
            ("float32", {"tile": (16, 16), "extratags": [(274, 3, 1, 8, True)]}),
        ):
            writer.write(rng.integers(0, 100, (40, 30)).astype(kind), metadata=None, **options)
    for frame in (1, 2, 3):
        whole = imaging.read(tmp_path / "many.tif", frame)
        alone = imaging.read(imaging.extracted(imaging.Frame(tmp_path / "many.tif", frame)))
        assert np.array_equal(whole.values, alone.values)
        assert whole.inverted == alone.inverted


def test_directories_that_lead_in_a_circle_end(tmp_path):
    path = tmp_path / "loop.tif"
    planes = np.zeros((3, 20, 30), np.uint16)
    with tifffile.TiffWriter(path) as writer:
        for _ in range(3):
            writer.write(planes, photometric="rgb", planarconfig="separate", metadata=None)
    with tifffile.TiffFile(path) as file:
        first, last = file.pages[0].offset, file.pages[2].offset
    body = bytearray(path.read_bytes())
    count = int.from_bytes(body[last : last + 2], "little")
    for at in (first, last):  # to itself, and back to the first
        body[last + 2 + 12 * count :][:4] = at.to_bytes(4, "little")
        body[last + 2 + 12 * count : last + 6 + 12 * count] = at.to_bytes(4, "little")
        path.write_bytes(body)
        assert imaging.measure(path).frames == 3
        assert imaging.read(path, 3).pixels.shape == (20, 30, 3)


def test_bands_that_are_no_colors_are_refused_when_they_are_measured(tmp_path):
    path = written(
        tmp_path / "b.tif", np.zeros((20, 30, 5), np.uint16), photometric="minisblack", planarconfig="contig"
    )
    with pytest.raises(ReadFailed, match="each pixel has 5 values"):
        imaging.measure(path)
    path = written(tmp_path / "c.tif", np.zeros((20, 30), np.complex64))
    with pytest.raises(ReadFailed, match="complex"):
        imaging.measure(path)


def test_a_file_that_is_cut_off_is_refused_when_it_is_measured(tmp_path):
    path = written(tmp_path / "x.tif", np.zeros((600, 500), np.uint16), rowsperstrip=50)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ReadFailed, match="cut off"):
        imaging.measure(path)


def test_a_large_turned_file_is_upright_in_parts_too(tmp_path, monkeypatch):
    from nbannotate.canvas.picture import Picture
    from nbannotate.imaging import limits

    monkeypatch.setattr(limits, "LARGE", 1000)
    values = np.zeros((50, 70, 3), np.uint8)
    values[:25, :35] = (200, 100, 50)
    for orientation, compression in itertools.product((3, 6), ("tiff_deflate", None)):
        Image.fromarray(values).save(tmp_path / "t.tif", tiffinfo={274: orientation}, compression=compression)
        picture = Picture(str(tmp_path / "t.tif"))
        try:
            assert picture.wait(60, whole=True), picture.failure
            assert (picture.width, picture.height) == ((50, 70) if orientation == 6 else (70, 50))
            part = picture.part((0.0, 0.0, float(picture.width), float(picture.height)), 1.0)
            made = np.asarray(Image.open(io.BytesIO(part.data)).convert("RGB"))
            assert np.array_equal(made, imaging.read(tmp_path / "t.tif").pixels)
        finally:
            picture.close()


def test_pages_are_found_without_a_decoder(tmp_path, monkeypatch):
    path = written(tmp_path / "x.tif", np.zeros((3, 40, 50), np.uint16), metadata=None, photometric="minisblack")
    monkeypatch.setattr(tiff, "library", lambda: pytest.fail("tifffile is not needed"))
    assert len(tiff.frames(path)) == 3
