"""A data set that was written is read into another workspace: what comes back, and what the assets there tell."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.formats.sets import picture

import nbannotate as nb
from nbannotate.errors import InvalidInput, ReadFailed

BOXES = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"

pytestmark = pytest.mark.usefixtures("owners_end")


@pytest.fixture
def make(tmp_path: Path):
    """Make a version in a workspace of its own, with images of 40 × 30 pixels of these names."""
    workspaces = []

    def made(*names: str) -> Any:
        for n, name in enumerate(names):
            Image.new("L", (40, 30), n).save(tmp_path / name)
        workspaces.append(nb.open(str(tmp_path / f"{len(workspaces)}.duckdb")))
        version = workspaces[-1].create_dataset("d").create_version("v")
        return version.add_images([str(tmp_path / name) for name in names]) if names else version

    yield made
    for workspace in workspaces:
        workspace.close()


def filled(version: Any) -> Any:
    """Say something of every kind that all formats below hold."""
    pixels = np.zeros((30, 40), dtype=bool)
    pixels[3:9, 5:20] = True
    said = nb.Annotation(
        shapes=(
            nb.Shape.rectangle(1, 2, 3.3, 4.7, "cell", attributes={"truncated": True, "n": 1.0, "s": [1, None]}),
            nb.Shape.rotated_rectangle(10, 10, 8, 4, 33.3, "cell", group="7", confidence=0.5),
            nb.Shape.polygon([(1, 1), (5.1, 1), (5, 6)], "dot", color="#112233"),
            nb.Shape.ellipse(9, 9, 3.3, 2.2, "dot"),
            nb.Shape.point(3, 4, "dot", track="t", keyframe=True),
            nb.Shape.mask(pixels, "spot"),
        ),
        tags=("good",),
        tag_attributes={"good": {"by": "ana"}},
    )
    version.add_annotations({"a.png": said, "b.png": nb.Annotation(nothing_to_label=True)}, source="model")
    version.set_metadata({"a.png": {"site": "Oslo", "n": 3, "x": 3.0}})
    return version


@pytest.mark.parametrize("images", [None, "copy"])
@pytest.mark.parametrize("name", ["parquet", "label-studio", "image-folder"])
def test_all_of_a_version_comes_into_another_workspace(make: Any, tmp_path: Path, name: str, images: Any) -> None:
    version = filled(make("a.png", "b.png", "c.png"))
    version.split(train=0.5, val=0.5, test=0, seed=1)
    assert version.write(name, tmp_path / "out.zip", images=images).left_out == ()
    other = make() if images else make("a.png", "b.png", "c.png")
    reading = other.read(tmp_path / "out.zip")
    assert (reading.format, reading.left_out, reading.added) == (name, (), 3 if images else 0)
    columns = ["asset", "shape_id", "kind", "label", "group", "track", "keyframe", "color", "confidence"]
    ours, theirs = (v.shapes.df().reset_index() for v in (version, other))
    assert theirs[columns].equals(ours[columns])
    for column in ("points", "attributes.n", "attributes.s", "attributes.truncated"):
        assert repr(list(theirs[column])) == repr(list(ours[column]))
    ours, theirs = (v.assets.df().sort_values("name") for v in (version, other))
    assert repr(theirs["metadata.n"].tolist()) == repr(ours["metadata.n"].tolist())
    assert {a.name: a.split for a in other.assets} == {a.name: a.split for a in version.assets}


def test_more_images_and_metadata_than_one_piece_has_come_whole(make: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("nbannotate.workspace.pieces.PIECE", 2)
    version = filled(make(*(f"{name}.png" for name in "abcde")))
    version.set_metadata({asset.name: {"site": asset.name} for asset in version.assets})
    version.write("parquet", tmp_path / "out.zip", images="copy")
    new, there = make(), make(*(f"{name}.png" for name in "abcde"))
    assert (new.read(tmp_path / "out.zip").added, there.read(tmp_path / "out.zip").added) == (5, 0)
    for other in (new, there):
        assert sorted(asset.metadata["site"] for asset in other.assets) == [f"{name}.png" for name in "abcde"]


def test_parts_of_the_size_of_an_image_are_pixels_of_the_asset(make: Any, tmp_path: Path) -> None:
    file = tmp_path / "boxes.csv"
    file.write_text(f"{BOXES}\n0001,x,Car,1,0.25,0.5,0.1,0.2,0,0,0,0,0\ngone,x,Car,1,0.25,0.5,0.1,0.2,0,0,0,0,0\n")
    version = make("0001.jpg")
    with pytest.raises(ReadFailed, match=r"boxes\.csv:3: boxes: the size of their image is not known"):
        version.read(file)
    assert version.read(file, on_error="skip").shapes == {"Car": 1}
    (shape,) = version.shapes
    assert shape.points == ((10, 3), (20, 6))


def labelme(path: Path, name: str, data: Any) -> None:
    """Write a file of LabelMe with an image in it."""
    shape = {"label": "cell", "points": [[1, 2], [9, 8]], "shape_type": "rectangle", "flags": {}}
    body = {"version": "5", "flags": {}, "shapes": [shape], "imagePath": name, "imageData": data}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(body))


def test_an_image_that_stands_in_a_file_is_copied_where_no_asset_is_meant(make: Any, tmp_path: Path) -> None:
    version = make("a.png")
    (tmp_path / "b.png").write_bytes(picture(40, 30))
    data = base64.b64encode((tmp_path / "b.png").read_bytes()).decode()
    labelme(tmp_path / "set" / "a.json", "a.png", data)
    labelme(tmp_path / "set" / "b.json", "../../b.png", data)
    reading = version.read(tmp_path / "set", on_error="skip")
    assert (reading.added, reading.assets, reading.left_out) == (1, 2, ())
    (path,) = version.assets.df().query("name != 'a.png'")["path"]
    assert tmp_path / "0_images" / "set" / "imageData" in Path(path).resolve().parents
    assert Path(path).read_bytes() == (tmp_path / "b.png").read_bytes()
    again = version.read(tmp_path / "set", images="none")
    assert (again.added, again.unchanged) == (0, 2)
    single = make()
    assert single.read(tmp_path / "set" / "a.json", images="copy").added == 1


@pytest.mark.parametrize("data", ["%%%", "QUJD", "AAAAA"])
def test_what_stands_in_a_file_and_is_no_image_costs_itself_only(make: Any, tmp_path: Path, data: Any) -> None:
    version = make("a.png")
    labelme(tmp_path / "set" / "a.json", "a.png", data)
    labelme(tmp_path / "set" / "b.json", "b.png", data)
    reading = version.read(tmp_path / "set", on_error="skip")
    assert (reading.added, reading.assets) == (0, 1)
    assert [one.what for one in reading.left_out] == ["images", "annotated images"]
    assert not (tmp_path / "0_images").exists()


@pytest.mark.parametrize("name", ["yolo", "voc", "coco", "labelme"])
def test_links_to_images_of_the_workspace_are_followed_and_others_are_not(make: Any, tmp_path: Path, name: str) -> None:
    version = make("a.png", "b.png")
    version.add_annotations({"a.png": nb.Shape.box(1, 2, 9, 8, "cell")}, source="model")
    version.write(name, tmp_path / "out", images="link", lossy=True)
    link = next(p for p in (tmp_path / "out").rglob("a.png"))
    assert link.is_symlink()
    reading = version.dataset.create_version("again").read(tmp_path / "out")
    assert (reading.added, reading.assets, reading.left_out) == (2, 1, ())
    assert version.read(tmp_path / "out").added == 0
    elsewhere = nb.open(":memory:").create_dataset("d").create_version("v")
    with elsewhere.workspace, pytest.raises((InvalidInput, ReadFailed)):
        elsewhere.read(tmp_path / "out")


def test_a_damaged_image_in_a_zip_costs_itself_only(make: Any, tmp_path: Path) -> None:
    version = make("a.png", "b.png")
    version.add_annotations({n: nb.Shape.box(1, 2, 9, 8, "cell") for n in ("a.png", "b.png")}, source="model")
    version.write("voc", tmp_path / "out.zip", images="copy")
    data = bytearray((tmp_path / "out.zip").read_bytes())
    data[data.index(b"IHDR", data.index(b"JPEGImages/a.png")) + 40] ^= 255
    (tmp_path / "out.zip").write_bytes(bytes(data))
    other = make()
    with pytest.raises(ReadFailed, match=r"a\.png"):
        other.read(tmp_path / "out.zip")
    reading = other.read(tmp_path / "out.zip", on_error="skip")
    assert (reading.added, [one.what for one in reading.left_out]) == (1, ["images", "annotated images"])


@pytest.mark.parametrize("format", [None, "coco"])
def test_a_set_that_is_a_link_out_of_its_folder_is_refused_with_that_reason(
    make: Any, tmp_path: Path, format: Any
) -> None:
    version = make()
    (tmp_path / "set").mkdir()
    (tmp_path / "elsewhere.json").write_text('{"images": [], "annotations": [], "categories": []}')
    (tmp_path / "set" / "annotations.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ReadFailed, match=r"Files that were passed over: links out of the folder \(1\)\."):
        version.read(tmp_path / "set", format=format)


def test_images_that_show_just_what_another_does_come_in_and_are_said(make: Any, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    for name, gray in (("a.png", 1), ("b.png", 1), ("c.png", 2)):
        Image.new("L", (9, 7), gray).save(tmp_path / "set" / name)
    images = [{"id": n, "file_name": f"{c}.png", "width": 9, "height": 7} for n, c in enumerate("abc")]
    (tmp_path / "set" / "all.json").write_text(json.dumps({"images": images, "annotations": [], "categories": []}))
    reading = make().read(tmp_path / "set")
    assert reading.added == 3
    assert [(one.what, one.first, one.count) for one in reading.left_out] == [("images", "b.png: a.png", 1)]
