"""What a file says of images meets the assets: what is meant is taken, what is not clear is counted or refused."""

from __future__ import annotations

import json
import unicodedata

import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.model import Annotation, Shape


@pytest.fixture
def version(tmp_path):
    """Make a version with images of 640 x 480 of these names, in the folder ``images``."""
    workspaces = []

    def make(*names, folder="images", size=(640, 480)):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", size).save(path)
        workspaces.append(nb.open(":memory:"))
        return workspaces[-1].create_dataset("d").create_version("v").add_images(tmp_path / folder)

    yield make
    for workspace in workspaces:
        workspace.close()


@pytest.fixture
def coco(tmp_path):
    """Write a COCO file with one box an image; return its path."""

    def write(*images, **box):
        file = tmp_path / "in.json"
        known = [{"id": i, **(v if isinstance(v, dict) else {"file_name": v})} for i, v in enumerate(images, 1)]
        boxes = [
            {"id": 10 * i, "image_id": i, "category_id": 1, "bbox": [10 * i, 20, 30, 40], **box}
            for i in range(1, len(images) + 1)
        ]
        content = {"images": known, "annotations": boxes, "categories": [{"id": 1, "name": "cat"}]}
        file.write_text(json.dumps(content))
        return file

    return write


def box(**more):
    return Annotation(shapes=(Shape(kind="rectangle", points=((1, 2), (30, 40)), label="cat", **more),))


def places(version):
    return dict(zip(version.shapes.df()["asset"], version.shapes.df()["x"], strict=True))


def test_two_names_of_a_file_that_mean_one_asset_are_never_laid_over_each_other(version, coco):
    its = version("1.jpg", "2.jpg", folder="train")
    file = coco("val/1.jpg", "train/1.jpg", "train/2.jpg")
    with pytest.raises(ReadFailed, match=r"in.json: val/1.jpg, train/1.jpg: 1.jpg: annotated images: another name"):
        its.read("coco", file)
    assert places(its) == {}
    reading = its.read("coco", file, on_error="skip")
    assert places(its) == {"1.jpg": 20, "2.jpg": 30}
    assert [(v.what, v.count, v.first) for v in reading.left_out] == [
        ("annotated images", 1, "val/1.jpg, train/1.jpg: 1.jpg")
    ]
    assert reading.skipped.to_dict("records") == [
        {"place": "val/1.jpg, train/1.jpg: 1.jpg", "what": "annotated images",
         "reason": "another name means their asset"}
    ]  # fmt: skip
    assert str(reading).startswith("Read 2 shapes on 2 assets")


def test_a_name_that_fits_several_is_counted_in_a_file_and_refused_in_a_mapping(version, coco):
    its = version("a/1.jpg", "b/1.jpg", "c/2.jpg")
    with pytest.raises(ReadFailed, match=r"1.jpg: a/1.jpg, b/1.jpg: annotated images: their name fits several"):
        its.read("coco", coco("1.jpg", "2.jpg", "3.jpg"))
    reading = its.read("coco", coco("1.jpg", "2.jpg", "3.jpg"), on_error="skip")
    assert places(its) == {"c/2.jpg": 20}
    assert {v.reason for v in reading.left_out} == {
        "their name fits several assets",
        "they are no assets of this version",
    }
    with pytest.raises(InvalidInput, match=r"'1.jpg' fits several: 'a/1.jpg', 'b/1.jpg'"):
        its.add_annotations({"1.jpg": box()}, source="m")
    with pytest.raises(InvalidInput, match=r"means 'c/2.jpg', as another name does"):
        its.add_annotations({"x/2.jpg": box(), "y/2.jpg": box()}, source="m")
    with pytest.raises(InvalidInput, match=r"None of the 1 annotated images are assets"):
        its.read("coco", coco("9.jpg"))
    assert places(its) == {"c/2.jpg": 20}


@pytest.mark.parametrize("name", ["Größe/é.png", "x\\Größe\\é.png", "C:\\data\\Größe\\é.png"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_door_knows_a_name_in_another_form(version, coco, tmp_path, name, form):
    its = version("Größe/é.png", "b/é.png")
    name = unicodedata.normalize(form, name)
    its.read("coco", coco(name))
    assert places(its) == {"Größe/é.png": 10}
    assert its.add_annotations({name: box()}, source="m").assets == 1
    assert places(its) == {"Größe/é.png": 1}
    other = nb.open(":memory:").create_dataset("d").create_version("v")
    other.add_images(tmp_path / "images", metadata=pd.DataFrame({"name": [name], "site": ["x"]}))
    assert other.assets.df().sort_values("name")["metadata.site"].fillna("").tolist() == ["x", ""]
    shapes = pd.DataFrame([{"asset": name, "x": 1, "y": 2, "width": 3, "height": 4, "label": "cat"}])
    for seen in (nb.Viewer(its, shapes), nb.Viewer(its, {name: [(1, 2, 3, 4)]})):
        seen.show("Größe/é.png")
        assert len(seen.canvas.shapes) == 1
        seen.close()


def test_an_image_of_another_size_is_counted_or_its_shapes_are_resized_if_that_is_wanted(version, coco):
    its = version("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    sizes = (1280, 960), (480, 640), (640, 480), (None, None)
    file = coco(*({"file_name": f"{n}.jpg", "width": w, "height": h} for n, (w, h) in zip("abcd", sizes, strict=True)))
    reading = its.read("coco", file)
    assert places(its) == {"c.jpg": 30, "d.jpg": 40}
    assert [(v.count, v.first) for v in reading.left_out] == [(2, "a.jpg: 1280 x 960, not 640 x 480")]
    assert "another size" in str(reading)
    reading = its.read("coco", file, scale=True)
    assert places(its) == {"a.jpg": 5, "c.jpg": 30, "d.jpg": 40}
    assert its.assets["a.jpg"].annotation.shapes[0].points == ((5, 10), (20, 30))
    assert [(v.count, v.first) for v in reading.left_out] == [(1, "b.jpg: 480 x 640, not 640 x 480")]


@pytest.mark.parametrize("size", [{}, {"width": 640, "height": 480}])
@pytest.mark.parametrize(
    ("bbox", "said"),
    [
        ([1000, 1000, 30, 40], "The rectangle lies outside of the image (640 x 480)"),
        ([-90, 10, 30, 40], "The rectangle lies outside of the image"),
        ([10, 10, 0.5, 0.5], "The rectangle is too small"),
    ],
)
def test_a_bad_box_is_counted_whether_the_file_says_the_size_or_not(version, coco, size, bbox, said):
    its = version("a.jpg", "b.jpg")
    file = coco({"file_name": "a.jpg", **size}, "b.jpg")
    content = json.loads(file.read_text())
    content["annotations"][0]["bbox"] = bbox
    file.write_text(json.dumps(content))
    with pytest.raises(ReadFailed, match="rectangles: The rectangle"):
        its.read("coco", file)
    assert places(its) == {}
    reading = its.read("coco", file, on_error="skip")
    assert places(its) == {"b.jpg": 20}
    assert [(v.what, v.count) for v in reading.left_out] == [("rectangles", 1)]
    assert reading.left_out[0].reason.startswith(said)


def test_ids_order_and_unused_categories_come_back_through_a_version_and_its_child(version, coco, tmp_path):
    its = version("1.jpg", "2.jpg", folder="train")
    content = json.loads(coco("train/2.jpg", "train/1.jpg").read_text())
    content["categories"] = [{"id": i, "name": n} for i, n in ((7, "zebra"), (3, "cat"), (9, "never used"))]
    for image, i in zip(content["images"], (40, 30), strict=True):
        image["id"] = i
    for item, i in zip(content["annotations"], (40, 30), strict=True):
        item |= {"image_id": i, "category_id": 3, "id": 100 - i}
    (tmp_path / "in.json").write_text(json.dumps(content))
    its.read("coco", tmp_path / "in.json")
    its.publish()
    for one in (its, its.create_child("w")):
        one.write("coco", tmp_path / "out.json")
        out = json.loads((tmp_path / "out.json").read_text())
        assert [(c["id"], c["name"]) for c in out["categories"]] == [(7, "zebra"), (3, "cat"), (9, "never used")]
        assert [(i["id"], i["file_name"]) for i in out["images"]] == [(40, "train/2.jpg"), (30, "train/1.jpg")]
        assert [(a["id"], a["image_id"]) for a in out["annotations"]] == [(60, 40), (70, 30)]


@pytest.mark.parametrize("pattern", ["Größe", "Gr\u006f\u0308ße", "./Größe/", "x\\..", "x/y", "x\\y", "*ö*", "Gr?ße"])
def test_a_filter_knows_a_folder_in_another_form(version, pattern):
    for form in ("NFC", "NFD"):
        its = version(unicodedata.normalize(form, "Größe/1.png"), "x/y/2.png", "3.png", folder=form)
        its.workspace.members.add("ana")
        campaign = its.create_campaign(
            "c", nb.Recipe(["cat"]), nb.Workflow([nb.Step("draw", "annotation", ["ana"])]),
            filter=nb.Filter.folder(pattern),
        )  # fmt: skip
        assert campaign.plan().chosen == (0 if ".." in pattern else 1)
