"""Whatever a file holds, it is an image of a size that can be read, or a sentence; nothing stays open behind it.

Files of each kind whose headers are damaged at random: ``NBANNOTATE_FUZZ=10000`` tries that many of each kind.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from tests.imaging import samples

from nbannotate import imaging
from nbannotate.canvas import Canvas
from nbannotate.canvas.picture import Picture
from nbannotate.errors import ReadFailed
from nbannotate.imaging import limits, raster, video
from nbannotate.workspace import images

EACH = int(os.environ.get("NBANNOTATE_FUZZ", "60"))
EVERYTHING = samples.everything()
HEAD = 400  # bytes in which files are damaged


def damaged(body: bytes, rng: np.random.Generator) -> bytes:
    """Return a file with some bytes changed, most of them at its beginning; now and then cut off."""
    out = bytearray(body)
    for _ in range(int(rng.integers(1, 6))):
        end = len(out) if rng.random() < 0.2 else min(HEAD, len(out))
        at = int(rng.integers(0, end))
        wide = int(rng.choice([1, 1, 1, 2, 4]))
        value = rng.choice([0, 1, 255, 128]) if rng.random() < 0.5 else rng.integers(0, 256)
        out[at : at + wide] = bytes([int(value)]) * len(out[at : at + wide])
    if out[:4] == b"\x89PNG" and rng.random() < 0.8:
        out = summed(out)
    return bytes(out[: int(rng.integers(1, len(out)))] if rng.random() < 0.1 else out)


def summed(png: bytearray) -> bytearray:
    """Return a PNG with the check sums that its chunks have now, so that more of it is looked at."""
    at = 8
    while at + 12 <= len(png):
        end = at + 8 + int.from_bytes(png[at : at + 4], "big")
        if end + 4 > len(png):
            break
        png[end : end + 4] = zlib.crc32(png[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return png


@pytest.mark.parametrize("suffix", EVERYTHING)
def test_a_damaged_file_is_read_with_the_size_it_was_measured_with_or_is_a_sentence(suffix, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 4_000_000)  # what is larger is refused all the same, and takes long
    rng, good = np.random.default_rng(len(EVERYTHING[suffix])), 0
    for i in range(EACH):
        body = damaged(EVERYTHING[suffix], rng)
        path = tmp_path / f"{i}{suffix}"
        path.write_bytes(body)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                facts = imaging.measure(path)
            except ReadFailed as error:
                said = str(error)
            else:
                said = ""
            if said:
                found = images._measure(path, 1)
                assert [one.width for one in found] == [0]
                assert found[0].reason
                assert "\n" not in said
                continue
            good += 1
            assert min(facts.size(n)[k] for n in range(1, facts.frames + 1) for k in (0, 1)) > 0
            small = [n for n in range(1, min(facts.frames, 4) + 1) if np.prod(facts.size(n)) <= raster.SMALL]
            for n in small:
                try:
                    still = imaging.read(path, n)
                except ReadFailed:
                    assert n > 1, f"{path.name} is measured, but not read"
                    assert suffix.endswith(".dcm")
                else:
                    assert still.pixels.shape[1::-1] == facts.size(n)
                    assert still.values.shape[:2] == still.pixels.shape[:2]
        path.unlink()
    assert good or EACH < 1000


@pytest.mark.parametrize("suffix", EVERYTHING)
def test_a_good_file_is_measured_and_read_alike_by_each_way(suffix, tmp_path):
    path = tmp_path / f"x{suffix}"
    path.write_bytes(EVERYTHING[suffix])
    facts = imaging.measure(path)
    light = imaging.measure(path, whole=False)
    assert (facts.width, facts.height, facts.frames) == (light.width, light.height, light.frames)
    for frame in range(1, facts.frames + 1):
        still = imaging.read(path, frame)
        alone = imaging.read(imaging.extracted(imaging.Frame(path, frame if facts.frames > 1 else None)))
        assert np.array_equal(still.values, alone.values)
        assert still.pixels.shape[1::-1] == facts.size(frame)


def test_what_is_no_image_starts_no_program_whatever_it_is_called(tmp_path, monkeypatch):
    began = []
    sys.addaudithook(lambda name, args: began.append(name) if "Popen" in name or "exec" in name[:7] else None)
    bodies = {
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n",
        "wmf": b"\xd7\xcd\xc6\x9a\x00\x00" + b"\0" * 100,
        "hdf": b"\x89HDF\r\n\x1a\n" + b"\0" * 100,
        "pdf": b"%PDF-1.4\n%%EOF\n",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>",
    }
    began.clear()
    for name, suffix in itertools.product(bodies, (".png", ".jpg", ".tif", ".eps", "")):
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(bodies[name])
        for way in (imaging.measure, imaging.read, lambda p: imaging.read(p.read_bytes()), Picture):
            with pytest.raises(ReadFailed):
                way(path)
    assert not [name for name in began if "Popen" in name or "posix_spawn" in name]


def test_a_video_opens_no_address_and_no_other_file(tmp_path):
    pytest.importorskip("av")
    secret = samples.video(tmp_path / "secret.mp4")
    lists = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile {secret.name}\n",
        "web": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    }
    for name, text in lists.items():
        path = tmp_path / f"{name}.mp4"
        path.write_text(text)
        for way in (imaging.measure, lambda p: imaging.measure(p, whole=False), imaging.read):
            with pytest.raises(ReadFailed, match="video cannot be read"):
                way(path)
    for address in ("http:/127.0.0.1:9/x.mp4", "concat:a.mp4|b.mp4", "pipe:0.mp4"):
        with pytest.raises(ReadFailed):
            imaging.measure(Path(address))
    assert imaging.measure(secret).frames == 3


def descriptors(folder):
    """Return how many open files of this process lie in a folder: other threads of it open and close what they like."""
    found = 0
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # it was that of the listing itself
            found += handle.readlink().is_relative_to(folder)
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not say which files are open")
def test_no_file_stays_open_behind_an_image_whichever_way_it_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGE", 10_000)  # the tiles are read as those of a large one
    monkeypatch.setattr(video, "OPEN", 1)
    files = {f"x{suffix}": body for suffix, body in EVERYTHING.items()} | {"no.png": b"no image", "cut.tif": b"II*\0"}
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    samples.video(tmp_path / "clip.mp4")
    canvas = Canvas()

    def look(path):
        for way in (
            imaging.measure,
            lambda p: imaging.measure(p, whole=False),
            imaging.read,
            lambda p: imaging.extracted(imaging.Frame(p, 1)),
            lambda p: Picture(p).close(),
            lambda p: Picture(p.read_bytes()).close(),
            canvas.show,
        ):
            with contextlib.suppress(ReadFailed):
                way(path)

    def once():
        for path in sorted(tmp_path.iterdir()):
            look(path)
        canvas.show(None)
        return descriptors(tmp_path)

    first = once()
    assert max(once() for _ in range(3)) <= first
