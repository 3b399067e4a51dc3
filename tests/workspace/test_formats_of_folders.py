"""Formats that are folders, in a workspace: what was read is written as it was, and images may be elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.formats import sets

import nbannotate as nb
from nbannotate.errors import Refused

PNG = sets.picture(100, 50)
OUTLINE = "7 0.1 0.2 0.3 0.2 0.3 0.8\n"


@pytest.fixture
def dataset():
    with nb.open(":memory:") as workspace:
        yield workspace.create_dataset("cells")


def test_labels_of_yolo_without_images_are_put_onto_the_assets(dataset, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(PNG)
    path = sets.made(tmp_path, {"labels/a.txt": "0 0.5 0.5 0.2 0.4\n", "labels/c.txt": "", "classes.txt": "cell\n"})
    version = dataset.create_version("v1").add_images(str(tmp_path / "*.png"))
    reading = version.read(path)
    assert reading.shapes == {"cell": 1}
    (shape,) = version.assets["a.png"].annotation.shapes
    assert shape.points == ((40, 15), (60, 35))


def test_what_was_read_as_yolo_has_its_numbers_and_paths_in_each_task(dataset, tmp_path: Path) -> None:
    path = sets.made(
        tmp_path,
        {
            "data.yaml": "train: images/train\nval: images/val\nnames: {3: dust, 7: cell}\n",
            "images/train/a.png": PNG, "labels/train/a.txt": OUTLINE, "images/val/b.png": PNG,
            "labels/val/b.txt": OUTLINE,
        },
    )  # fmt: skip
    version = dataset.create_version("v1")
    version.read(path)
    assert dict(zip(version.assets.df().name, version.assets.df().split, strict=True)) == {
        "train/a.png": "train", "val/b.png": "val",
    }  # fmt: skip
    with pytest.raises(Refused, match="2 shapes of kind polygon would be lost"):
        version.write("yolo", tmp_path / "boxes")
    version.write("yolo-segment", tmp_path / "out", images="copy")
    assert (tmp_path / "out/labels/train/a.txt").read_text() == OUTLINE
    assert yaml.safe_load((tmp_path / "out/data.yaml").read_text())["names"] == {3: "dust", 7: "cell"}
    version.write("yolo", tmp_path / "boxes", lossy=True)
    assert (tmp_path / "boxes/labels/val/b.txt").read_text() == "7 0.2 0.5 0.2 0.6\n"


@pytest.mark.skipif(not (sets.REAL / "voc_bccd").is_dir(), reason="the voc_bccd data set is not beside the repository")
def test_real_files_of_pascal_voc_come_out_of_a_workspace_as_they_went_in(dataset, tmp_path: Path) -> None:
    path = sets.REAL / "voc_bccd" / "BCCD"
    version = dataset.create_version("v1")
    reading = version.read(path, on_error="skip")
    assert [(v.what, v.count) for v in reading.left_out] == [("boxes", 2)]
    writing = version.write("voc", tmp_path / "out")
    assert writing.left_out == ()
    two = {"BloodImage_00338.xml", "BloodImage_00343.xml"}
    for file in (path / "Annotations").iterdir():
        written = (tmp_path / "out" / "Annotations" / file.name).read_text()
        assert file.name in two or written.split() == file.read_text().split()
