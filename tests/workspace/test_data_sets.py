"""A data set is read into a version and written again: images, annotations and names at once, or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile

import pytest
from PIL import Image
from tests.formats import sets

import nbannotate as nb
from nbannotate.errors import InvalidInput, ReadFailed, Refused, WrongCall
from nbannotate.formats import Head, Row
from nbannotate.model import Annotation, Label, Shape

BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 9, 9]}


def coco(folder, names, **changes):
    """Write a COCO data set with a box an image, and the images beside; return the folder."""
    (folder / "images").mkdir(parents=True)
    for n, name in enumerate(names):
        Image.new("L", (40, 30), n).save(folder / "images" / name)
    content = {
        "images": [
            {"id": n, "file_name": name, "width": 40, "height": 30, "license": 3} for n, name in enumerate(names, 1)
        ],
        "annotations": [{**BOX, "id": n, "image_id": n} for n in range(1, len(names) + 1)],
        "categories": [{"id": 1, "name": "cell", "color": "#112233"}, {"id": 7, "name": "never"}],
        "licenses": [{"id": 3, "name": "CC BY"}],
    } | changes  # fmt: skip
    (folder / "annotations.json").write_text(json.dumps(content))
    return folder


pytestmark = pytest.mark.usefixtures("owners_end")


@pytest.fixture
def version(tmp_path):
    workspace = nb.open(tmp_path / "work.duckdb")
    yield workspace.create_dataset("d").create_version("v")
    workspace.close()


def packed(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


def test_a_folder_brings_its_images_and_a_second_time_nothing_new(version, tmp_path):
    folder = coco(tmp_path / "set", ["a.png", "b.png"])
    reading = version.read(folder)
    assert (reading.format, reading.assets, reading.shapes, reading.added) == ("coco", 2, {"cell": 2}, 2)
    assert repr(reading).startswith("Read 2 shapes on 2 assets; labels: cell, never. 2 images became assets.")
    assert {a.name: a.path for a in version.assets} == {n: str(folder / "images" / n) for n in ("a.png", "b.png")}
    again = version.read(folder)
    assert (again.added, again.unchanged, len(version.assets)) == (0, 2, 2)
    version.write("coco", tmp_path / "out.json")
    out = json.loads((tmp_path / "out.json").read_text())
    assert [i["license"] for i in out["images"]] == [3, 3]
    assert [(c["id"], c["name"], c.get("color")) for c in out["categories"]] == [
        (1, "cell", "#112233"), (7, "never", None)
    ]  # fmt: skip
    assert out["licenses"] == [{"id": 3, "name": "CC BY"}]


def test_a_zip_brings_copies_beside_the_workspace(version, tmp_path):
    path = packed(coco(tmp_path / "set", ["a.png", "b.png"]), tmp_path / "set.zip")
    reading = version.read(path)
    assert reading.added == 2
    assert {a.name: a.path for a in version.assets} == {
        n: str(tmp_path / "work_images" / "set" / "images" / n) for n in ("a.png", "b.png")
    }
    assert version.assets["a.png"].image.shape[:2] == (30, 40)
    with pytest.raises(InvalidInput, match=r"images of set.zip are in a zip; take images='copy'"):
        version.read(path, images="reference")
    other = version.dataset.create_version("none")
    with pytest.raises(InvalidInput, match=r"None of the 2 annotated images are assets"):
        other.read(path, images="none")


def test_a_single_file_brings_images_only_if_it_is_asked_to(version, tmp_path):
    folder = coco(tmp_path / "set", ["a.png", "b.png"])
    with pytest.raises(InvalidInput, match="None of the 2 annotated images are assets"):
        version.read(folder / "annotations.json")
    assert version.read(folder / "annotations.json", images="reference").added == 2


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_one_bad_item_is_an_error_with_its_place_and_changes_nothing(version, tmp_path, kind):
    bad = [{**BOX, "bbox": [1, 2, 9]}, {**BOX, "id": 2, "image_id": 2}]
    path = coco(tmp_path / "set", ["a.png", "b.png"], annotations=bad)
    path = packed(path, tmp_path / "set.zip") if kind == "zip" else path
    with pytest.raises(ReadFailed, match=r"annotations.json: annotations\[0\].bbox: boxes: they are not four numbers"):
        version.read(path)
    assert (len(version.assets), len(version.shapes)) == (0, 0)
    assert not (tmp_path / "work_images").exists() or not list((tmp_path / "work_images").iterdir())
    reading = version.read(path, on_error="skip")
    assert (reading.assets, reading.added, len(version.shapes)) == (1, 2, 1)
    assert reading.skipped.to_dict("records") == [
        {"place": "annotations.json: annotations[0].bbox", "what": "boxes",
         "reason": "they are not four numbers: x, y, width and height"}
    ]  # fmt: skip


def test_what_fails_in_the_owner_leaves_neither_images_nor_annotations(version, tmp_path):
    folder = coco(tmp_path / "set", ["a.png", "b.png"])
    version.publish()
    with pytest.raises(Refused):
        version.read(packed(folder, tmp_path / "set.zip"))
    assert len(version.assets) == 0
    assert not (tmp_path / "work_images").exists() or not list((tmp_path / "work_images").iterdir())


def test_images_of_the_same_content_are_said_and_broken_ones_are_an_error(version, tmp_path):
    folder = coco(tmp_path / "set", ["a.png", "b.png"])
    (folder / "images" / "b.png").write_bytes((folder / "images" / "a.png").read_bytes())
    reading = version.read(folder)
    assert reading.added == 2
    assert [(v.what, v.first) for v in reading.left_out] == [("images", "b.png: a.png")]
    other = version.dataset.create_version("w")
    (folder / "images" / "b.png").write_bytes(b"no image")
    with pytest.raises(ReadFailed, match=r"b.png: images: they cannot be opened"):
        other.read(folder)
    assert other.read(folder, on_error="skip").added == 1


def test_images_that_are_nowhere_are_in_one_table(version, tmp_path):
    folder = coco(tmp_path / "set", ["a.png", "b.png", "c.png"])
    for name in ("b.png", "c.png"):
        (folder / "images" / name).unlink()
    reading = version.read(folder)
    assert (reading.assets, reading.added) == (1, 1)
    assert list(reading.skipped["place"]) == ["b.png", "c.png"]
    assert set(reading.skipped["reason"]) == {"they are no assets of this version"}


def test_the_format_is_named_if_two_fit(version, tmp_path):
    folder = coco(tmp_path / "set", ["a.png"])
    (folder / "labels").mkdir()
    (folder / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    (folder / "data.yaml").write_text("names: [cell]\n")
    with pytest.raises(ReadFailed, match=r"set can be read as coco and yolo; say which: version.read\('coco', path\)"):
        version.read(folder)
    assert version.read(folder, format="yolo").format == "yolo"
    assert version.read("coco", folder).format == "coco"
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(ReadFailed, match=r"notes.txt is in none of the formats that can be read: coco"):
        version.read(tmp_path / "notes.txt")
    for wrong in ((), (1,), ("coco", folder, "s", "more")):
        with pytest.raises(WrongCall, match=r"Version.read takes a path"):
            version.read(*wrong)
    with pytest.raises(InvalidInput, match="on_error"):
        version.read(folder, on_error="ignore")


def test_what_a_format_cannot_hold_is_told_before_it_is_written(version, tmp_path):
    version.read(coco(tmp_path / "set", ["a.png", "b.png"]))
    shape = Shape(kind="polygon", points=((1, 1), (9, 1), (9, 9)), label="cell", attributes={"a": 1})
    version.add_annotations({"a.png": Annotation(shapes=(shape,), tags=("dark",))}, source="model")
    told = version.write("yolo", tmp_path / "out", images="copy", dry_run=True)
    assert not told.written
    assert set(told.losses["what"]) >= {"shapes of kind polygon", "tags"}
    assert dict(zip(told.losses["what"], told.losses["count"], strict=True))["tags"] == 1
    assert not (tmp_path / "out").exists()
    with pytest.raises(Refused, match=r"cannot hold all of the version 'v': .*lossy=True writes the rest"):
        version.write("yolo", tmp_path / "out", images="copy")
    assert not (tmp_path / "out").exists()
    writing = version.write("yolo", tmp_path / "out", images="copy", lossy=True)
    assert writing.written
    assert writing.left_out == told.left_out
    assert version.write("coco", tmp_path / "out.json", dry_run=True).losses.empty


def test_only_one_split_is_written_and_splits_come_with_a_data_set(version, tmp_path):
    head, shape = Head((Label("cell"),)), Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell")
    (tmp_path / "p.png").write_bytes(sets.picture(40, 30))
    rows = [
        Row(f"{n}.png", 40, 30, Annotation(shapes=(shape,)), split=split, image=str(tmp_path / "p.png"))
        for n, split in enumerate(["train", "train", "val"])
    ]
    version.read(sets.write("coco", tmp_path / "set", head, rows, "copy"))
    assert dict(version.splits.df().set_index("split")["assets"]) == {"train": 2, "val": 1}
    writing = version.write("coco", tmp_path / "val.json", split="val")
    assert (writing.assets, writing.annotations) == (1, 1)


def test_a_child_calls_things_as_its_parent_read_them(version, tmp_path):
    version.read(coco(tmp_path / "set", ["a.png", "b.png"]))
    version.publish()
    child = version.create_child("w")
    child.write("coco", tmp_path / "out.json")
    out = json.loads((tmp_path / "out.json").read_text())
    assert [(i["id"], i["file_name"]) for i in out["images"]] == [(1, "a.png"), (2, "b.png")]


def test_memory_does_not_grow_with_a_version(tmp_path):
    """Written and read in pieces: ten times the shapes, at most half as much again."""
    code = """
import json, resource, sys
from pathlib import Path
import nbannotate as nb
from nbannotate.formats import Contents, Head, Row, available
from nbannotate.files.target import Target
from nbannotate.model import Annotation, Label, Shape
n, out = int(sys.argv[1]), Path(sys.argv[2])
def rows():
    for i in range(n):
        shapes = tuple(
            Shape(kind="polygon", points=[(1.5 + k, 1), (9, 1), (9, 9 + i % 7)], label="cell", id=f"{i}-{k}")
            for k in range(5)
        )
        yield Row(f"{i}.png", 40, 30, Annotation(shapes=shapes))
with Target(out, ".json") as target:
    available()["coco"].write(target, Contents(Head((Label("cell"),)), rows()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    most = []
    for count in (2_000, 20_000):
        call = [sys.executable, "-c", code, str(count), str(tmp_path / "out.json")]
        done = subprocess.run(call, capture_output=True, text=True, check=True)
        most.append(int(done.stdout))
    assert most[1] <= 1.5 * most[0]
