"""Video files: each frame is exactly the one that was asked for, in whatever order one asks."""

import builtins
import contextlib
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import imaging
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.imaging import video

GRAY = [20 + 7 * i for i in range(30)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """30 frames, each of its own gray, with frames that are stored in another order than they are shown, unevenly."""
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 96, 64, "yuv420p", 4_000_000
        stream.codec_context.options = {"bf": "2", "g": "10"}
        stream.time_base = stream.codec_context.time_base = Fraction(1, 100)
        for i, gray in enumerate(GRAY):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), gray, np.uint8), format="rgb24")
            frame.pts, frame.time_base = 4 * i + (i > 14), Fraction(1, 100)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def test_frames_come_exactly_forward_backward_and_anyhow(clip):
    facts = imaging.measure(clip)
    assert (facts.frames, facts.width, facts.height) == (30, 96, 64)
    assert facts.place[:2] == (0.0, 0.04)
    assert facts.place[15] == pytest.approx(0.61)
    order = [*range(30), *range(29, -1, -1), *np.random.default_rng(0).permutation(30)]
    for n in order:
        assert abs(float(imaging.read(clip, int(n) + 1).pixels.mean()) - GRAY[n]) < 3, n


def test_the_street_plays_and_seeks_to_the_exact_frame(shared_data):
    path = shared_data / "video" / "vtest.avi"
    wanted = {}
    with av.open(str(path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i in (0, 1, 199, 200, 201, 500, 794):
                wanted[i] = frame.to_ndarray(format="rgb24")
    facts = imaging.measure(path)
    assert (facts.frames, facts.width, facts.height) == (795, 768, 576)
    assert facts.metadata["frames_per_s"] == 10
    for n in (500, 0, 794, 201, 200, 199, 1):
        assert np.array_equal(video.read(path, n), wanted[n]), n
    sent = imaging.extracted(imaging.Frame(path, 201))
    assert np.array_equal(imaging.read(sent).pixels, wanted[200])


def test_a_video_becomes_a_sequence_of_assets(clip):
    with contextlib.closing(nb.open(":memory:")) as ws:
        version = ws.create_dataset("street").create_version("v1").add_images(clip, every=10)
        assets = version.assets.df()
        assert list(assets["name"]) == ["clip.mp4#01", "clip.mp4#11", "clip.mp4#21"]
        assert list(assets["sequence"].unique()) == ["clip.mp4"]
        assert list(assets["moment"]) == pytest.approx([0, 0.4, 0.81])
        with pytest.raises(InvalidInput, match="every must be a whole number above 0"):
            version.add_images(clip, every=0)


def test_videos_are_not_taken_out_of_a_folder_unasked(clip, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(clip.read_bytes())
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with contextlib.closing(nb.open(":memory:")) as ws:
        version = ws.create_dataset("street").create_version("v1").add_images(tmp_path)
        assert list(version.assets.df()["name"]) == ["a.png"]


def test_what_cannot_be_read_says_why(clip, tmp_path, monkeypatch):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:900])
    text = tmp_path / "text.avi"
    text.write_text("no video")
    for path in (broken, text):
        with pytest.raises(ReadFailed, match=r"The video cannot be read: \w+"):
            imaging.measure(path)
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 44100
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    with pytest.raises(ReadFailed, match="holds no pictures"):
        imaging.measure(sound)
    with pytest.raises(ReadFailed, match="30 frames, there is no frame 31"):
        imaging.read(clip, 31)

    known = builtins.__import__

    def without(name, *rest, **more):
        if name == "av":
            raise ImportError(name)
        return known(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReadFailed, match=r"pip install 'nbannotate\[video\]'"):
        imaging.measure(text)
