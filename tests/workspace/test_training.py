"""What libraries that train on a version get of it, and what a person sees of it."""

from __future__ import annotations

import base64
import importlib.util
import io
import pickle
import re

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.workspace import training

HAS_TORCH = importlib.util.find_spec("torch") is not None


@pytest.fixture
def version(tmp_path):
    """Five images: boxes, a polygon, a crowd, a line and a point; nothing to label; two without an annotation."""
    for name in "abcde":
        Image.new("RGB", (60, 40), (200, 30, 30)).save(tmp_path / f"{name}.png")
    ws = nb.open(":memory:")
    made = ws.create_dataset("d").create_version("v").add_images(tmp_path)
    made.add_annotations(
        {
            "a.png": [
                nb.Shape.rectangle(-5, 10, 20, 20, "car", id="out"),
                nb.Shape.polygon([(30, 5), (50, 5), (50, 25), (30, 25)], "cat", id="p"),
                nb.Shape.polyline([(1, 1), (9, 9)], "car"),
                nb.Shape.rectangle(2, 2, 5, 5),
            ],
            "b.png": [nb.Shape.rectangle(0, 0, 30, 30, "cat", attributes={"crowd": True}, id="c")],
            "c.png": nb.Annotation(nothing_to_label=True),
            "d.png": [nb.Shape.point(5, 5, "car")],
        },
        source="a model",
    )
    yield made
    ws.close()


def gathered(version, labels=None, filter=None, split=None, masks=False):
    numbers = training.numbered(version, labels, 1)
    return numbers, training.gathered(version, numbers, filter, split, masks)


def test_boxes_are_within_the_image_and_labels_are_numbered_in_order(version):
    numbers, boxes = gathered(version)
    assert numbers == {"car": 1, "cat": 2}
    assert [image.name for image in boxes.images] == ["a.png", "b.png", "c.png", "d.png"]
    assert boxes.corners.dtype == np.float32
    assert boxes.corners[boxes.of(0)].tolist() == [[0, 10, 15, 30], [30, 5, 50, 25]]
    assert boxes.labels.dtype == np.int64
    assert boxes.labels.tolist() == [1, 2, 2]
    assert boxes.areas.tolist() == [400, 400, 900]
    assert boxes.crowds.tolist() == [False, False, True]
    assert [boxes.corners[boxes.of(i)].shape for i in range(4)] == [(2, 4), (1, 4), (0, 4), (0, 4)]
    assert boxes.left_out == {
        "images without an annotation": 1, "shapes without an inside": 2, "shapes of other labels, or without one": 1,
    }  # fmt: skip


def test_masks_are_the_pixels_of_each_shape(version):
    _, boxes = gathered(version, masks=True)
    masks = boxes.masks(0)
    assert masks.shape == (2, 40, 60)
    assert masks.dtype == bool
    assert masks.sum(axis=(1, 2)).tolist() == [300, 400]
    assert boxes.masks(2).shape == (0, 40, 60)
    assert pickle.loads(pickle.dumps(boxes)).masks(1).sum() == 900


def test_labels_and_images_are_chosen(version):
    numbers, boxes = gathered(version, ["cat", "car"])
    assert numbers == {"cat": 1, "car": 2}
    assert boxes.labels.tolist() == [2, 1, 1]
    _, boxes = gathered(version, {"cat": 7})
    assert boxes.labels.tolist() == [7, 7]
    version.set_split({"a.png": "train", "b.png": "train", "c.png": "val"})
    numbers, boxes = gathered(version, split="val")
    assert numbers == {"car": 1, "cat": 2}, "as in every other split"
    assert [image.name for image in boxes.images] == ["c.png"]
    _, boxes = gathered(version, split="train", filter="label('car')")
    assert [image.name for image in boxes.images] == ["a.png"]


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"labels": ["dog"]}, InvalidInput, "no label 'dog'; there are 'car', 'cat'"),
        ({"labels": {"cat": "one"}}, InvalidInput, "labels takes whole numbers"),
        ({"split": "train"}, NotFound, "no split 'train'"),
        ({"filter": "label('car'"}, InvalidInput, "filter"),
    ],
)
def test_what_is_not_there_is_said(version, asked, error, words):
    with pytest.raises(error, match=words):
        version.to_supervision(**asked)


@pytest.mark.skipif(HAS_TORCH, reason="torch is installed here")
def test_without_torch_it_is_said_how_to_get_it(version):
    with pytest.raises(NotFound, match="pip install torch"):
        version.torch()


@pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed here (half a gigabyte); see docs/training.md")
def test_torch_gets_images_and_targets_in_workers_and_out(version):
    import torch
    from torch.utils.data import DataLoader

    dataset = version.torch(masks=True)
    image, target = dataset[0]
    assert (image.shape, image.dtype) == ((3, 40, 60), torch.uint8)
    assert image[:, 0, 0].tolist() == [200, 30, 30]
    assert (target["boxes"].dtype, target["labels"].dtype, target["masks"].dtype) == (
        torch.float32, torch.int64, torch.bool,
    )  # fmt: skip
    assert target["image_id"] == version.assets["a.png"].asset_id
    assert dataset[-1][1]["boxes"].shape == (0, 4)
    with pytest.raises(IndexError):
        dataset[4]
    turned = version.torch(lambda image, target: (image.flip(-1), target | {"seen": True}))
    assert turned[0][1]["seen"]
    loader = DataLoader(dataset, batch_size=3, num_workers=2, collate_fn=dataset.collate)
    assert [[t["iscrowd"].tolist() for t in targets] for _, targets in loader] == [[[0, 0], [1], []], [[]]]


def test_supervision_gets_paths_and_detections(version):
    supervision = pytest.importorskip("supervision")
    dataset = version.to_supervision(masks=True)
    assert isinstance(dataset, supervision.DetectionDataset)
    assert dataset.classes == ["car", "cat"]
    path, image, detections = dataset[0]
    assert path == version.assets["a.png"].path
    assert image.shape == (40, 60, 3)
    assert detections.xyxy.tolist() == [[0, 10, 15, 30], [30, 5, 50, 25]]
    assert detections.class_id.tolist() == [0, 1]
    assert detections.data["class_name"].tolist() == ["car", "cat"]
    assert detections.data["shape_id"].tolist() == ["out", "p"]
    assert detections.mask.sum(axis=(1, 2)).tolist() == [300, 400]
    again = version.create_child("again", annotations=False)
    again.add_annotations({"a.png": detections}, source="supervision")
    assert again.shapes.df()["label"].tolist() == ["car", "cat"]
    assert len(version.to_supervision(labels=["cat"]).classes) == 1


def test_supervision_is_not_given_what_it_cannot_read(tmp_path):
    pytest.importorskip("supervision")
    pages = [Image.new("L", (20, 10)) for _ in range(2)]
    pages[0].save(tmp_path / "s.tif", save_all=True, append_images=pages[1:])
    version = nb.open(":memory:").create_dataset("d").create_version("v").add_images(tmp_path)
    version.add_annotations({a.name: [nb.Shape.rectangle(1, 1, 5, 5, "x")] for a in version.assets}, source="m")
    with pytest.raises(InvalidInput, match=r"'s\.tif#1' is none"):
        version.to_supervision()


def images_in(shown):
    return re.findall(r'<img src="data:image/jpeg;base64,([^"]+)"', shown._repr_mimebundle_()["text/html"])


def test_images_are_shown_with_their_shapes_and_stay_in_the_notebook(version):
    shown = version.show()
    html = shown._repr_mimebundle_()["text/html"]
    assert sorted(shown.assets) == [f"{n}.png" for n in "abcde"]
    assert len(images_in(shown)) == 5
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(images_in(shown)[0]))))
    assert abs(pixels[5, 5].astype(int) - (200, 30, 30)).max() < 12
    assert html.count("<path") >= 6
    assert "nothing to label" in html
    assert "not annotated" in html
    assert "<script" not in html
    assert repr(shown) == "Gallery('d / v', 5 images)"


def test_a_seed_shows_the_same_again_and_another_one_others(version):
    assert version.show(3, seed=5).assets == version.show(3, seed=5).assets
    assert len({tuple(version.show(3, seed=seed).assets) for seed in range(6)}) > 1
    assert version.show(2, seed=None).assets == ["a.png", "b.png"]
    assert version.show(filter=nb.Filter.label("cat"), seed=None).assets == ["a.png", "b.png"]
    version.set_split("e.png", "test")
    assert version.show(split="test").assets == ["e.png"]
    assert version.show(filter="label('no such label')").assets == []
    with pytest.raises(InvalidInput, match="from 1 to 100"):
        version.show(0)


def test_many_images_are_all_in_the_card(tmp_path):
    noise = np.random.default_rng(0)
    for i in range(40):
        Image.fromarray(noise.integers(0, 255, (300, 400, 3), dtype=np.uint8)).save(tmp_path / f"{i:02}.png")
    version = nb.open(":memory:").create_dataset("d").create_version("v").add_images(tmp_path)
    shapes = [nb.Shape.polygon([(i, i), (300, 20 + i), (90, 290), (5, 200)], label=f"l{i}") for i in range(60)]
    version.add_annotations({a.name: shapes for a in version.assets}, source="m")
    assert len(images_in(version.show(40))) == 40
