"""The panes on images, without a workspace."""

import json
import time

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.pages.work import completion


def drawn(pane, x):
    pane.canvas.set_shapes([*pane.canvas.shapes, nb.Shape(kind="rectangle", points=((x, 1), (9, 9)), label="cell")])


@pytest.fixture
def shown(request):
    made = []
    yield lambda pane: made.append(pane) or pane
    for pane in made:
        pane.close()


def test_files_are_annotated_in_one_line(make_images, shown):
    pane = shown(nb.Annotator(make_images(3), labels=["cell"]))
    assert pane.state.task.task.asset == "img_000.png"
    drawn(pane, 1)
    drawn(pane, 2)
    said = pane.annotations
    assert list(said) == ["img_000.png", "img_001.png", "img_002.png"]
    assert [s.points[0] for s in said["img_000.png"].shapes] == [(1, 1), (2, 1)]
    assert said["img_001.png"].empty
    assert pane.campaign.progress.total == 3


def test_a_folder_a_pattern_arrays_and_bytes_are_images_too(make_images, shown, tmp_path):
    paths = make_images(2)
    assert list(shown(nb.Annotator(tmp_path / "images", labels=["cell"])).annotations) == ["img_000.png", "img_001.png"]
    assert len(shown(nb.Annotator(f"{tmp_path}/images/*1.png", labels=["cell"])).annotations) == 1
    given = {
        "gray": np.full((20, 30), 7, np.uint8), "deep": np.full((20, 30), 700, np.uint16),
        "signed": np.full((20, 30), -700, np.int16), "bytes": paths[0].read_bytes(),
        "picture": Image.new("CMYK", (20, 30)), "file": paths[1],
    }  # fmt: skip
    pane = shown(nb.Annotator(given, labels=["cell"]))
    assert list(pane.annotations) == sorted(given, key=list(pane.annotations).index)
    assert set(pane.annotations) == set(given)


def test_it_begins_with_given_shapes_and_takes_their_labels(make_images, shown):
    box = nb.Shape(kind="rectangle", points=((1, 1), (5, 5)), label="seen", id="a" * 16)
    pane = shown(nb.Annotator(make_images(2), shapes=[[box], []], labels=[nb.Label("cell", color="#ff0000")]))
    assert pane.canvas.shapes == (box,)
    assert [v.name for v in pane.canvas.labels] == ["cell", "seen"]
    assert pane.annotations["img_000.png"].shapes == (box,)


def test_without_labels_one_adds_them_while_working(make_images, shown):
    pane = shown(nb.Annotator(make_images(1)))
    assert pane.campaign.spec.recipe.open_labels


def test_given_shapes_are_reviewed(make_images, shown):
    pane = shown(nb.Reviewer(make_images(2), shapes=[[(1, 1, 5, 5)], []], labels=["cell"]))
    assert [a.nothing_to_label for a in pane.annotations.values()] == [False, True]
    view = pane.state.task.view
    assert (view.task.step_name, len(view.annotation.shapes)) == ("review", 1)
    with pytest.raises(InvalidInput, match="nothing to review"):
        nb.Reviewer(make_images(1))


def test_what_cannot_be_worked_on_is_said(make_images, team):
    with pytest.raises(NotFound, match="No image matches"):
        nb.Annotator("nothing/*.png")
    its = team(1)
    with pytest.raises(InvalidInput, match="takes a campaign"):
        nb.Annotator(its.version)
    with pytest.raises(InvalidInput, match="a campaign has its own"):
        nb.Annotator(its.campaign, labels=["cell"])
    pane = nb.Annotator(its.campaign)
    with pytest.raises(InvalidInput, match="is there, not here"):
        _ = pane.annotations
    pane.close()


def test_what_was_drawn_goes_out_as_coco(make_images, shown, tmp_path):
    pane = shown(nb.Annotator(make_images(2), labels=["cell"]))
    drawn(pane, 1)
    assert len(pane.annotations["img_000.png"].shapes) == 1
    pane.desk.dispatcher.worker.post(pane.desk.dispatcher.do, completion.Submit(at=pane.state.task.task.task_id))
    deadline = time.monotonic() + 60
    while pane.state.task is None or pane.state.task.task.asset != "img_001.png":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    pane.campaign.version.write("coco", tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text())["annotations"]) == 1
