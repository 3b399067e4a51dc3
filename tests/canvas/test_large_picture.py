"""A large image is shown from a preview and becomes sharp where one looks; little of it is ever in memory."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.canvas import Canvas
from nbannotate.canvas.picture import Picture
from nbannotate.canvas.view import View
from nbannotate.errors import ReadFailed
from nbannotate.imaging import limits, pixel_cache

PATIENCE_S = 60
WIDTH, HEIGHT = 2400, 1600


@pytest.fixture(autouse=True)
def _small_is_large(tmp_path, monkeypatch):
    """Let an image of two million pixels be a large one, so that the tests are quick."""
    monkeypatch.setenv(pixel_cache.SETTING, str(tmp_path / "cache"))
    monkeypatch.setattr(limits, "LARGE", 2_000_000)


def pattern():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x % 251, y % 241, (x // 100 + y // 100) % 2 * 200], -1).astype(np.uint8)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    Image.fromarray(pattern()).save(folder / "color.png", compress_level=1)
    Image.fromarray(pattern()).save(folder / "color.jpg", quality=90)
    Image.fromarray((x * 20 + y * 3).astype(np.uint16)).save(folder / "deep.png", compress_level=1)
    whole = (folder / "color.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    return folder


def opened(part):
    return np.asarray(Image.open(io.BytesIO(part.data)))


@pytest.mark.parametrize("form", ["path", "bytes"])
def test_the_far_corner_is_exact_and_no_pixels_are_held(files, form):
    picture = Picture(files / "color.png" if form == "path" else (files / "color.png").read_bytes())
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert picture.wait(PATIENCE_S, whole=True)
    for x, y in ((2100, 1400), (0, 0), (1000, 700)):
        part = picture.part((x, y, x + 300, y + 200), 3)
        assert np.array_equal(opened(part), pattern()[y : y + 200, x : x + 300])
    view = View(k=1, x=0, y=0, w=800, h=600, dpr=2).fitted(WIDTH, HEIGHT)
    fitted = picture.part(picture.visible(view), view.k * view.dpr)
    assert fitted.size == (1536, 1024)
    assert opened(fitted).mean() == pytest.approx(pattern().mean(), abs=1)
    assert picture.held == 0
    assert not picture.refining


def test_a_jpeg_is_shown_before_it_is_decoded(files):
    picture = Picture(files / "color.jpg")
    assert picture.wait(PATIENCE_S)
    assert Image.open(io.BytesIO(picture.preview())).size == (1024, 683)
    assert picture.wait(PATIENCE_S, whole=True)
    part = opened(picture.part((2000, 1300, 2300, 1500), 1)).astype(int)
    assert np.abs(part - pattern()[1300:1500, 2000:2300]).mean() < 12
    assert picture.held == 0


def test_the_window_of_a_large_image_is_that_of_all_its_values(files, monkeypatch):
    large = Picture(files / "deep.png")
    assert large.wait(PATIENCE_S, whole=True)
    monkeypatch.setattr(limits, "LARGE", 1 << 40)
    small = Picture(files / "deep.png")
    assert large.deep is not None
    assert large.window == small.window
    assert large.deep.full == small.deep.full
    box = (2000.0, 1300.0, 2300.0, 1500.0)
    for window in (small.window, (500.0, 44_000.0)):
        large.window = small.window = window
        assert np.array_equal(opened(large.part(box, 1)), opened(small.part(box, 1)))
        assert np.abs(opened(large.part(box, 0.3)).astype(int) - opened(small.part(box, 0.3))).max() <= 1
    view = View(k=1, x=-2000, y=-1300, w=300, h=200)
    assert large.values(view).data == small.values(view).data
    assert large.held == 0


def test_a_canvas_shows_it_at_once_and_takes_its_window_when_it_is_known(files):
    canvas = Canvas(files / "deep.png")
    assert canvas.image_size == (WIDTH, HEIGHT)
    assert canvas.model.picture.wait(PATIENCE_S, whole=True)
    expected = (pytest.approx(52_000, rel=0.1), pytest.approx(26_400, rel=0.1))
    assert canvas.window == expected
    canvas.window = (1000, 2000)
    canvas.show(files / "deep.png")
    assert canvas.model.picture.wait(PATIENCE_S, whole=True)
    assert canvas.window == (1000, 2000)  # who has chosen one keeps it
    canvas.close()


def test_a_damaged_one_is_taken_from_the_stage_with_the_reason(files):
    canvas, lost, told = Canvas(), [], threading.Event()
    canvas.on_lost(lambda sentence: (lost.append(sentence), told.set()))
    shape = nb.Shape(kind="rectangle", points=((10, 10), (60, 40)))
    canvas.show(files / "cut.jpg", [shape])
    assert told.wait(PATIENCE_S)
    assert "truncated" in lost[0]
    assert canvas.model.instead == lost[0]
    assert canvas.image_size == (0, 0)
    assert canvas.shapes == (shape,)  # what was drawn stays what it was
    assert not canvas.editable
    picture = Picture(files / "cut.jpg")
    assert not picture.wait(PATIENCE_S, whole=True)
    with pytest.raises(ReadFailed, match="truncated"):
        canvas.show(picture)


def test_the_files_are_gone_when_another_image_is_shown(files, tmp_path):
    canvas = Canvas(files / "color.png")
    assert list((tmp_path / "cache").glob("image-*"))
    canvas.show(None)
    assert not list((tmp_path / "cache").glob("*"))


def test_an_asset_that_is_large_is_added_listed_and_read_where_it_lies(files):
    workspace = nb.open(":memory:")
    try:
        version = workspace.create_dataset("slides").create_version("v1")
        version.add_images(files / "color.png")
        version.add_images(files / "deep.png")
        rows = version.assets.df()
        assert rows[["width", "height"]].to_numpy().tolist() == [[WIDTH, HEIGHT]] * 2
        client = workspace.client
        sources = [client.source(int(i)) for i in rows["asset_id"]]
        assert sources == [(files / name).resolve() for name in rows["name"]]
        assert len(client.image(int(rows["asset_id"][0]))) == (files / "color.png").stat().st_size
    finally:
        workspace.close()
