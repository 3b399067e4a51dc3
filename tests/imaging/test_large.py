"""Large images are decoded into files by another process; what is read of them is exact, and nothing is left behind."""

from __future__ import annotations

import io
import json
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from nbannotate import imaging
from nbannotate.errors import ReadFailed
from nbannotate.imaging import decode, limits, pixel_cache
from nbannotate.imaging.pyramid import Pyramid

PATIENCE_S = 60
WIDTH, HEIGHT = 1500, 1100


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A folder of one's own for decoded pixels; at the end nothing is left in it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(pixel_cache.SETTING, str(folder))
    yield folder
    assert not list(folder.glob("*"))


def colors():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x % 251, y % 241, (x // 16 + y // 16) % 2 * 200], -1).astype(np.uint8)


def values():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (x * 20 + y * 7).astype(np.uint16)


class Here:
    """Stands for the process that decodes, in this one: starting hundreds of them takes long."""

    returncode = 0

    def __init__(self, command, **options):
        source, frame, folder = command[-3:]
        self.stdin = None
        lines = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decode, "say", lambda **said: lines.append(json.dumps(said)))
            decode.Decoding(Path(source), int(frame), Path(folder)).run()
        self.stdout = io.BytesIO("\n".join([*lines, '{"end": true}']).encode())

    def kill(self):
        pass

    def wait(self):
        return 0


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", Here)


def decoded(path, frame=0):
    facts = imaging.measure(path)
    pyramid = Pyramid(path, frame, facts.width, facts.height)
    assert pyramid.wait(PATIENCE_S, lambda its: its.done), pyramid.failure
    return pyramid


def save(image, path, **options):
    image.save(path, **options)
    return path


CASES = {
    "RGB.png": lambda path: save(Image.fromarray(colors()), path),
    "RGB.bmp": lambda path: save(Image.fromarray(colors()), path),
    "L.png": lambda path: save(Image.fromarray(colors()[..., 0]), path),
    "P.png": lambda path: save(Image.fromarray(colors()).quantize(64), path),
    "1.png": lambda path: save(Image.fromarray(colors()[..., 0]).convert("1"), path),
    "RGBA.png": lambda path: save(Image.fromarray(np.dstack([colors(), colors()[..., 1]])), path),
    "CMYK.tif": lambda path: save(Image.fromarray(colors()).convert("CMYK"), path),
    "lzw.tif": lambda path: save(Image.fromarray(colors()), path, compression="tiff_lzw"),
    "I;16.png": lambda path: save(Image.fromarray(values()), path),
    "int32.tif": lambda path: save(Image.fromarray(values().astype(np.int32) - 4000), path),
    "float.tif": lambda path: save(Image.fromarray(values().astype(np.float32) * 9.5), path),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_read_in_parts_is_what_is_read_as_a_whole(tmp_path, name, here):
    path = CASES[name](tmp_path / name)
    whole = imaging.read(path)
    pyramid = decoded(path)
    assert pyramid.deep == whole.deep
    for box in ((0, 0, 64, 48), (WIDTH - 301, HEIGHT - 203, WIDTH, HEIGHT), (700, 30, 733, 990)):
        part, _ = pyramid.piece(box, 1)
        x0, y0, x1, y1 = box
        assert np.array_equal(part, whole.pixels[y0:y1, x0:x1])
    small, _ = pyramid.piece((0, 0, WIDTH, HEIGHT), 0.1)
    assert small.shape[:2] == (110, 150)
    if whole.deep:
        assert pyramid.still["slope"] == pytest.approx(whole.slope)
        assert pyramid.still["offset"] == pytest.approx(whole.offset)
        assert pyramid.still["automatic"] == pytest.approx(whole.automatic())
        assert pyramid.still["full"] == pytest.approx(whole.full())
    pyramid.close()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_read_upright_in_parts(tmp_path, orientation, here):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(Image.fromarray(colors()), tmp_path / "turned.jpg", exif=exif, quality=95)
    whole = imaging.read(path).pixels
    pyramid = decoded(path)
    assert (pyramid.width, pyramid.height) == whole.shape[1::-1]
    part, box = pyramid.piece((100.5, 50.2, 180.1, 90.9), 2)
    assert box == (100, 50, 181, 91)
    assert np.array_equal(part, whole[50:91, 100:181])
    reduced, _ = pyramid.piece((0, 0, pyramid.width, pyramid.height), 0.1)
    wanted = np.asarray(Image.fromarray(whole).resize(reduced.shape[1::-1], Image.Resampling.BOX))
    assert np.abs(reduced.astype(int) - wanted).mean() < 8
    pyramid.close()


@pytest.mark.parametrize(
    ("pixels", "options"),
    [
        (colors, {"photometric": "rgb"}),
        (colors, {"photometric": "rgb", "compression": "zlib", "predictor": True}),
        (lambda: colors()[..., 0], {"compression": "zlib"}),
        (lambda: np.dstack([colors(), np.full((HEIGHT, WIDTH), 255, np.uint8)]), {"photometric": "rgb"}),
        (values, {"compression": "zlib"}),
        (values, {"photometric": "miniswhite"}),
    ],
)
def test_tiles_of_a_tiff_are_read_where_one_looks(tmp_path, pixels, options, here):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "tiled.tif", pixels(), tile=(128, 256), **options)
    whole = pixels()
    pyramid = Pyramid(tmp_path / "tiled.tif", 0, WIDTH, HEIGHT)
    part, _ = pyramid.piece((WIDTH - 301, HEIGHT - 203, WIDTH, HEIGHT), 1)  # at once, whatever the process does
    assert np.array_equal(part, (whole[..., :3] if whole.ndim == 3 else whole)[-203:, -301:])
    assert 0 < pyramid.held <= 32 << 20
    assert pyramid.wait(PATIENCE_S, lambda its: its.done)
    if whole.dtype == np.uint16:
        assert pyramid.still["full"] == pytest.approx(imaging.Still(whole).full())
        assert pyramid.still["inverted"] == (options.get("photometric") == "miniswhite")
    pyramid.close()


def test_a_tiff_that_holds_reduced_copies_needs_no_decoding(tmp_path, cache):
    tifffile = pytest.importorskip("tifffile")
    with tifffile.TiffWriter(tmp_path / "pyramid.tif") as file:
        file.write(colors(), tile=(128, 128), photometric="rgb", subifds=1)
        file.write(colors()[::2, ::2], tile=(128, 128), photometric="rgb", subfiletype=1)
    pyramid = Pyramid(tmp_path / "pyramid.tif", 0, WIDTH, HEIGHT)
    assert pyramid.done
    assert not cache.exists()
    assert np.array_equal(pyramid.piece((40, 60, 240, 160), 1)[0], colors()[60:160, 40:240])
    assert pyramid.piece((0, 0, WIDTH, HEIGHT), 0.25)[0].shape == (275, 375, 3)
    pyramid.close()


def test_tiles_that_are_jpegs_are_read(tmp_path, here):
    """Whole slides have them; the tables stand once, in the header."""
    pytest.importorskip("tifffile")
    smooth = np.asarray(Image.fromarray(colors()[::40, ::40]).resize((512, 512), Image.Resampling.BICUBIC))
    path = save(Image.fromarray(smooth), tmp_path / "jpeg.tif", compression="jpeg", tiffinfo={322: 128, 323: 128})
    pyramid = Pyramid(path, 0, 512, 512)
    assert np.array_equal(pyramid.piece((100, 100, 400, 300), 1)[0].shape, (200, 300, 3))
    pyramid.wait(PATIENCE_S, lambda its: its.done)
    whole = np.asarray(Image.open(path).convert("RGB")).astype(int)
    assert np.abs(pyramid.piece((100, 100, 400, 300), 1)[0] - whole[100:300, 100:400]).mean() < 3
    pyramid.close()


def test_a_file_that_is_cut_off_says_so(tmp_path):
    path = save(Image.fromarray(colors()), tmp_path / "cut.jpg", quality=95)
    path.write_bytes(path.read_bytes()[:-60_000])
    pyramid = Pyramid(path, 0, WIDTH, HEIGHT)
    assert not pyramid.wait(PATIENCE_S, lambda its: its.done)
    assert "truncated" in pyramid.failure
    pyramid.close()


def test_a_process_that_is_killed_is_told(tmp_path):
    path = save(Image.fromarray(colors()), tmp_path / "a.png")
    pyramid = Pyramid(path, 0, WIDTH, HEIGHT)
    pyramid._process.kill()
    pyramid.wait(PATIENCE_S, lambda its: its.done)
    assert pyramid.failure or pyramid.done  # it may have been quicker
    pyramid.close()


def bomb(path, width, height):
    """A PNG of a few bytes that says it is large."""
    save(Image.new("L", (4, 4)), path)
    body = bytearray(path.read_bytes())
    body[16:24] = struct.pack(">II", width, height)
    body[29:33] = struct.pack(">I", zlib.crc32(body[12:29]))
    path.write_bytes(body)
    return path


def test_what_has_too_many_pixels_is_refused_with_the_limit(tmp_path, monkeypatch):
    path = bomb(tmp_path / "bomb.png", 40_000, 40_000)
    with pytest.raises(
        ReadFailed, match=r"40,000 x 40,000 pixels, more than the 500 million .* NBANNOTATE_MOST_PIXELS"
    ):
        imaging.measure(path)
    monkeypatch.setenv(limits.SETTING, "2e9")
    assert imaging.measure(path).width == 40_000
    with pytest.raises(ReadFailed, match="a side may have 300,000"):
        imaging.measure(bomb(path, 400_000, 10))
    bomb(path, 40_000, 40_000)
    monkeypatch.setenv(limits.SETTING, "many")
    with pytest.raises(Exception, match="must be a number"):
        imaging.measure(path)


def test_a_disk_without_room_is_told_before_anything_is_written(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(
        pixel_cache.shutil, "disk_usage", lambda path: pixel_cache.shutil._ntuple_diskusage(10, 10, 5_000)
    )
    with pytest.raises(ReadFailed, match=r"takes .* GB of disk as long as it is open, and in .*cache 0.0 GB are free"):
        pixel_cache.Shelf(1_000_000)
    monkeypatch.undo()
    monkeypatch.setenv(pixel_cache.SETTING, str(cache))


def test_the_folders_of_a_killed_process_are_removed_by_the_next(cache):
    code = (
        "import time; from nbannotate.imaging.pixel_cache import Shelf; s = Shelf(9); print(s.path, flush=True); "
        "time.sleep(99)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    path = Path(process.stdout.readline().strip())
    assert pixel_cache.sweep() == 0  # it lives
    assert path.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    mine = pixel_cache.Shelf(9)
    assert not path.exists()
    mine.close()


def test_the_decoding_ends_with_whoever_started_it(tmp_path, cache):
    path = save(Image.fromarray(colors()), tmp_path / "a.png")
    code = (
        "import sys, os; from pathlib import Path; from nbannotate.imaging.pyramid import Pyramid; "
        f"p = Pyramid(Path({str(path)!r}), 0, {WIDTH}, {HEIGHT}); print(p._process.pid, flush=True); "
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    deadline = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    pixel_cache.sweep()
