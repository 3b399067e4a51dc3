"""Other programs read what we write: Hugging Face's datasets, the converter of Label Studio, labelformat.

The first two bring another OpenCV and Arrow along, so they are in an environment of their own: ``make others``.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.formats import sets

from nbannotate.formats import Head, Row
from nbannotate.model import Annotation, Label, Shape

REPOSITORY = Path(__file__).parents[2]
PYTHON = REPOSITORY / ".venv" / "others" / "bin" / "python"
asked = pytest.mark.skipif(not PYTHON.exists(), reason="make others puts the other programs into .venv/others")

WIDTH, HEIGHT = 100, 50
BOXES = (Shape.box(10, 5, 60, 40, "cell"), Shape.box(0, 0, 100, 50, "nucleus"))
POLYGON = Shape.polygon([(1, 1), (9, 1), (9, 9)], "cell")
PIXELS = np.zeros((HEIGHT, WIDTH), dtype=bool)
PIXELS[5:9, 10:30] = True
MASK = Shape.mask(PIXELS, "nucleus")
TURNED = Shape.rotated_rectangle(50, 25, 20, 10, 30, label="cell")
HEAD = Head((Label("nucleus"), Label("cell")))


def written(folder: Path, name: str, *rows: tuple[str, tuple[Shape, ...], str | None]) -> Path:
    """Write images, each with its name, its shapes and its split."""
    image = folder / "picture.png"
    image.write_bytes(sets.picture(WIDTH, HEIGHT))
    its = [
        Row(name_, WIDTH, HEIGHT, Annotation(shapes=shapes), split=split, image=str(image))
        for name_, shapes, split in rows
    ]
    return sets.write(name, folder / "set", HEAD, its, "copy")


def read_by(program: str, path: Path, folder: Path) -> Any:
    """Return what another program reads, in a process of its own that asks nothing of a network."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "home")}
    command = [PYTHON, Path(__file__).with_name("others.py"), program, path]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | offline, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@asked
def test_datasets_loads_an_image_folder_with_its_splits(tmp_path: Path) -> None:
    rows = (("a.png", BOXES, "train"), ("b.png", (POLYGON,), "train"), ("d/c.png", BOXES[:1], "val"))
    found = read_by("datasets", written(tmp_path, "image-folder", *rows), tmp_path)
    assert {split: len(its) for split, its in found.items()} == {"train": 2, "validation": 1}
    assert all(row["image"] == [WIDTH, HEIGHT] for its in found.values() for row in its)
    first, second = (row["objects"] for row in found["train"])
    assert first["bbox"] == [[10, 5, 50, 35], [0, 0, 100, 50]]
    assert first["categories"] == ["cell", "nucleus"]
    assert second["segmentation"] == [[[1, 1, 9, 1, 9, 9]]]
    assert found["validation"][0]["objects"]["bbox"] == [[10, 5, 50, 35]]


@asked
def test_the_converter_of_label_studio_makes_the_same_of_our_tasks(tmp_path: Path) -> None:
    path = written(tmp_path, "label-studio", ("a.png", (*BOXES, POLYGON, MASK), None), ("b.png", (TURNED,), None))
    found = read_by("label-studio", path, tmp_path)
    names = {its["id"]: its["name"] for its in found["coco"]["categories"]}
    first = [its for its in found["coco"]["annotations"] if its["image_id"] == 0]
    assert [(names[its["category_id"]], its["bbox"]) for its in first] == [
        ("cell", [10, 5, 50, 35]), ("nucleus", [0, 0, 100, 50]), ("cell", [1, 1, 8, 8]),
    ]  # fmt: skip
    assert first[2]["segmentation"] == [[1, 1, 9, 1, 9, 9]]
    assert found["pixels"] == [80]
    assert found["voc"][0] == [["cell", [10, 5, 60, 40]], ["nucleus", [0, 0, 100, 50]]]
    assert next(iter(found["yolo"].values())).splitlines()[:2] == ["0 0.35 0.45 0.5 0.7", "1 0.5 0.5 1.0 1.0"]
    (corners,) = list(found["yolo-obb"].values())[1].splitlines()
    numbers = np.array(corners.split()[1:], dtype=float).reshape(4, 2) * (WIDTH, HEIGHT)
    assert np.allclose(numbers, TURNED.array)


def test_labelformat_reads_boxes_outlines_and_pixels_in_all_formats_that_both_have(tmp_path: Path) -> None:
    pytest.importorskip("labelformat")
    from labelformat.formats import coco, cvat, yolov8
    from labelformat.formats.semantic_segmentation import pascalvoc

    def place(name: str, *shapes: Shape, split: str | None = None) -> Path:
        folder = tmp_path / f"{name}{len(shapes)}"
        folder.mkdir()
        return written(folder, name, ("a.png", shapes, split))

    both = [("cell", 10, 5, 60, 40), ("nucleus", 0, 0, 100, 50)]
    assert _boxes(coco.COCOObjectDetectionInput(place("coco", *BOXES) / "annotations.json")) == [both]
    assert _boxes(cvat.CVATObjectDetectionInput(place("cvat", *BOXES) / "annotations.xml")) == [both]
    outlines = (
        coco.COCOInstanceSegmentationInput(place("coco", POLYGON) / "annotations.json"),
        yolov8.YOLOv8InstanceSegmentationInput(place("yolo-segment", POLYGON, split="train") / "data.yaml", "train"),
    )
    for reader in outlines:
        (label,) = reader.get_labels()
        ((ring,),) = (v.segmentation.polygons for v in label.objects)
        assert np.allclose(ring, POLYGON.array), reader
    path = place("voc", MASK)
    reader = pascalvoc.PascalVOCSemanticSegmentationInput.from_dirs(
        images_dir=path / "JPEGImages", masks_dir=path / "SegmentationClass",
        class_id_to_name={0: "background", 1: "nucleus", 2: "cell"},
    )  # fmt: skip
    (label,) = reader.get_labels()
    (found,) = [v.segmentation for v in label.objects if v.category.name == "nucleus"]
    assert np.array_equal(found.get_binary_mask(), PIXELS)


def _boxes(reader: Any) -> list[list[tuple[str, float, float, float, float]]]:
    """Return the boxes of each image with their labels."""
    return [
        [(v.category.name, v.box.xmin, v.box.ymin, v.box.xmax, v.box.ymax) for v in label.objects]
        for label in reader.get_labels()
    ]
