"""Tasks with large images: opened at once, worked on as others; one that turns out to be damaged says why."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from nbannotate.imaging import limits, pixel_cache

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def _small_is_large(tmp_path, monkeypatch):
    monkeypatch.setenv(pixel_cache.SETTING, str(tmp_path / "cache"))
    monkeypatch.setattr(limits, "LARGE", 50_000)


def wait(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_task_with_a_large_image_is_worked_on_while_it_is_decoded(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    picture = ana.page.canvas.model.picture
    assert ana.task.pictured
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert ana.task.task.asset == "image_1.png"
    assert picture.held == ana.page.canvas.model.picture.held == 0


def test_a_large_image_that_turns_out_to_be_damaged_says_why_and_can_be_skipped(place):
    out = io.BytesIO()
    Image.effect_noise((320, 240), 90).save(out, "PNG")
    (place.folder / "image_0.png").write_bytes(out.getvalue()[:20_000])
    ana = place.person("ana")
    ana.does("start", campaign=place.campaign.campaign_id, step=0)  # it may be known already, or not yet
    wait(lambda: not ana.task.pictured)
    assert ana.page.canvas.image_size == (0, 0)
    assert "truncated" in ana.page.canvas.model.instead
    assert ana.does("skip", text="It is damaged") is None
    assert ana.task.task.asset == "image_1.png"
    assert ana.task.pictured
