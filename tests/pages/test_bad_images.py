"""A file that turned bad after it was added: the page says why, it can be skipped or discarded, nothing else stops."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(out, "JPEG")
    return out.getvalue()


BAD = {
    "truncated": (lambda: jpeg()[:3000], "truncated"),
    "empty": (lambda: b"", "the file is empty"),
    "text": (lambda: b"this is no picture", "not an image of a known format"),
    "dicom": (lambda: b"\0" * 128 + b"DICM" + b"\xff" * 64, "DICOM"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("way", ["skip", "discard"])
def test_the_reason_is_said_and_the_work_goes_on(place, name, way):
    make, reason = BAD[name]
    (place.folder / "image_0.png").write_bytes(make())
    ana = place.person("ana")
    said = ana.does("start", campaign=place.campaign.campaign_id, step=0)
    assert reason in said
    assert ana.task.task.asset == "image_0.png"
    assert not ana.task.pictured
    assert ana.does(way, text="It cannot be opened") is None
    assert ana.task.task.asset == "image_1.png"
    assert ana.task.pictured
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None


@pytest.mark.parametrize("step", [0, 1])
def test_a_file_that_is_not_where_it_was_is_said_in_plain_words_and_the_work_goes_on(place, step):
    ana, chloe = place.person("ana"), place.person("chloe")
    ana.starts(place.campaign)
    if step:  # the reviewer finds it gone
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
    who = chloe if step else place.person("ana")
    (place.folder / "image_0.png").rename(place.folder / "elsewhere.png")
    said = who.does("start", campaign=place.campaign.campaign_id, step=step)
    assert said is not None
    assert "The file of image_0.png is not where it was" in said
    assert "Tell a manager" in said
    assert str(place.folder) not in said
    assert not who.task.pictured
    assert "cannot be seen, so nothing can be said of it" in who.does("submit")
    assert who.task.task.asset == "image_0.png"
    assert who.does("skip", text="Its file is gone") is None
    assert (who.task.task.asset, who.task.pictured) == ("image_1.png", True)


def test_what_comes_next_and_is_gone_is_said_when_it_comes(place):
    (place.folder / "image_1.png").unlink()
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert "The file of image_1.png is not where it was" in ana.page.canvas.model.instead
    assert (ana.task.task.asset, ana.task.pictured) == ("image_1.png", False)
    assert place.status_of("image_0.png") == "completed", "what was submitted is not lost by it"
    assert ana.does("skip", text="Its file is gone") is None
    assert (ana.task.task.asset, ana.task.pictured) == ("image_2.png", True)


def at_work(place, campaign):
    """Return ana at a page that shows this campaign only."""
    place.campaign = campaign
    return place.person("ana")


def test_a_file_that_was_bad_when_it_was_added_is_a_task_like_others(place, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "a_text.png").write_text("no picture")
    Image.new("RGB", (64, 48)).save(folder / "b_good.png")
    version = (
        place.town.ws.create_dataset(f"bad {next(place.town.number)}")
        .create_version("v")
        .add_images(folder, bad="keep")
    )
    flow = nb.Workflow([nb.Step("draw", kind="annotation", assignees=["ana"])])
    campaign = version.create_campaign(f"bad {next(place.town.number)}", nb.Recipe(labels=["RBC"]), flow)
    campaign.launch()
    ana = at_work(place, campaign)
    assert "known format" in ana.does("start", campaign=campaign.campaign_id, step=0)
    assert ana.task.view.metadata["cannot_be_opened"]
    assert ana.does("discard", text="No image") is None
    assert ana.task.task.asset == "b_good.png"
    assert ana.task.pictured


def test_the_frames_of_a_file_come_one_after_the_other(place, tmp_path):
    pages = [Image.fromarray(np.full((48, 64), 1000 * i, np.uint16)) for i in range(3)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    dataset = place.town.ws.create_dataset(f"stack {next(place.town.number)}")
    version = dataset.create_version("v").add_images(tmp_path / "stack.tif")
    flow = nb.Workflow([nb.Step("draw", kind="annotation", assignees=["ana"])])
    campaign = version.create_campaign(f"stack {next(place.town.number)}", nb.Recipe(labels=["RBC"]), flow)
    campaign.launch()
    ana = at_work(place, campaign)
    ana.starts(campaign)
    seen = []
    while ana.state.screen == "task":
        seen.append((ana.task.task.asset, float(ana.page.canvas.model.picture.deep.still.values[0, 0])))
        ana.draws((5, 5, 20, 20))
        assert ana.does("submit") is None
    assert seen == [("stack.tif#1", 0), ("stack.tif#2", 1000), ("stack.tif#3", 2000)]


@pytest.mark.browser
def test_where_the_first_image_cannot_be_shown_the_page_stays_whole(serve):
    def fill(workspace, folder):
        (folder / "images").mkdir()
        (folder / "images" / "a.png").write_bytes(b"this is no picture")
        (folder / "images" / "b.png").write_bytes(jpeg())
        version = workspace.create_dataset("smears").create_version("v1")
        version.add_images(sorted((folder / "images").iterdir()), bad="keep")
        draw = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
        version.create_campaign("July", nb.Recipe(labels=["cell"]), draw).launch()

    page = serve(fill).log_in("ana")  # a script error fails the test when the site is closed
    page.locator("[data-first]").click()
    page.wait_for_selector(".nba-empty:has-text('not an image of a known format')")
    page.mouse.move(500, 400)
    page.mouse.wheel(0, 100)
    for key in ("f", "r", "+", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.locator(".nba-zoom").is_hidden()
    page.set_viewport_size({"width": 1000, "height": 700})
    page.keyboard.press("PageDown")
    page.wait_for_selector(".nbp-task h1:has-text('b.png')")
    page.wait_for_selector(".nba-zoom:visible")
    page.keyboard.press("PageUp")
    page.wait_for_selector(".nbp-task h1:has-text('a.png')")
    page.wait_for_selector(".nba-zoom", state="hidden")
