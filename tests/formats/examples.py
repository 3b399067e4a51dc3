"""Small data sets that tests damage: pieces of real ones, and what we write ourselves; each a dict of members."""

from __future__ import annotations

import functools
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from tests.formats import sets, strategies
from tests.formats.sets import REAL

import nbannotate as nb
from nbannotate import formats
from nbannotate.formats import Head, Row

Members = dict[str, bytes]

#: The format of each example by its name.
EXAMPLES = {
    "coco": "coco", "coco-panoptic": "coco", "voc": "voc", "yolo": "yolo", "yolo-segment": "yolo-segment",
    "cvat-tracks": "cvat", "label-studio": "label-studio", "label-studio-turned": "label-studio",
    "label-studio-min": "label-studio", "labelme": "labelme",
} | {f"our-{name}": name for name in formats.available()}  # fmt: skip


@functools.cache
def example(name: str) -> Members | None:
    """Return a data set by its name; None if it is a piece of a real one that is not here."""
    if name.startswith("our-"):
        return _ours(EXAMPLES[name])
    return _REAL[name]() if REAL.is_dir() else None


def _files(folder: Path, *names: str, at: str = "") -> Members:
    return {f"{at}{name}": (folder / name).read_bytes() for name in names}


def _coco() -> Members:
    data = json.loads((REAL / "coco_tiny/annotations/instances_val2017.json").read_bytes())
    crowds = [a["image_id"] for a in data["annotations"] if a["iscrowd"]]
    images = sorted(data["images"], key=lambda image: image["id"] not in crowds)[:2]
    ids = {image["id"] for image in images}
    few = [a for a in data["annotations"] if a["image_id"] in ids]
    data |= {
        "images": images,
        "annotations": [a for a in few if a["iscrowd"]] + [a for a in few if not a["iscrowd"]][:9],
    }
    folder = REAL / "coco_tiny/images/val2017"
    return {"instances.json": json.dumps(data).encode()} | _files(
        folder, *(i["file_name"] for i in images), at="images/"
    )


def _panoptic() -> Members:
    folder = REAL / "yolo_coco128/panoptic"
    data = json.loads((folder / "panoptic_val2017.json").read_bytes())
    its = [a for a in data["annotations"] if (folder / "panoptic_val2017" / a["file_name"]).exists()][:2]
    ids = {a["image_id"] for a in its}
    data |= {"annotations": its, "images": [i for i in data["images"] if i["id"] in ids]}
    names = [f"panoptic_val2017/{a['file_name']}" for a in its]
    return {"panoptic_val2017.json": json.dumps(data).encode()} | _files(folder, *names)


def _voc() -> Members:
    names = [f"{kind}/BloodImage_{n}.{suffix}" for n in ("00000", "00338") for kind, suffix in
             (("Annotations", "xml"), ("JPEGImages", "jpg"))]  # fmt: skip
    return _files(REAL / "voc_bccd/BCCD", *names, "ImageSets/Main/train.txt", "ImageSets/Main/val.txt")


def _yolo(task: str) -> Members:
    folder = REAL / "yolo_coco128"
    stems = sorted(path.stem for path in (folder / f"labels_{task}/val2017").iterdir())[:2]
    images = _files(folder, *(f"images/val2017/{stem}.jpg" for stem in stems))
    labels = {f"labels/val2017/{s}.txt": (folder / f"labels_{task}/val2017/{s}.txt").read_bytes() for s in stems}
    return images | labels | {"data.yaml": (folder / f"{task}.yaml").read_bytes()}


def _tracks() -> Members:
    text = (REAL / "cvat_video/video_0001.xml").read_text()
    begin = text.index("<track")
    tracks = re.findall(r"(?s)(<track.*?>)(.*?)(</track>)", text)[:2]
    few = ["".join([head, *re.findall(r"(?s)<box.*?</box>", boxes)[:4], tail]) for head, boxes, tail in tracks]
    return {"video.xml": (text[:begin] + "".join(few) + "</annotations>").encode()}


def _label_studio(data: str, config: str) -> Members:
    return _files(REAL / "labelstudio/exports", *filter(None, (data, config)))


_REAL: dict[str, Any] = {
    "coco": _coco, "coco-panoptic": _panoptic, "voc": _voc, "cvat-tracks": _tracks,
    "yolo": lambda: _yolo("detect"), "yolo-segment": lambda: _yolo("segment"),
    "label-studio": lambda: _label_studio("data_polygons.json", "label_config_polygons.xml"),
    "label-studio-turned": lambda: _label_studio("data_obb.json", "label_config_obb.xml"),
    "label-studio-min": lambda: _label_studio("json_min_data.json", "label_config.xml"),
    "labelme": lambda: _files(REAL / "video/labelme_frames", "00000100.json", "00000101.json", "00000100.jpg"),
}  # fmt: skip


def _ours(name: str) -> Members:
    """Return what a format writes of images with everything."""
    width, height = strategies.WIDTH, strategies.HEIGHT
    pixels = np.zeros((height, width), dtype=bool)
    pixels[3:9, 4:20] = True
    more: dict[str, Any] = {"attributes": {"stage": "ring", "n": 3, "é": [1]}, "confidence": 0.5, "group": "1"}
    its = (
        nb.Shape.box(1, 2, 9, 8, "cell", **more),
        nb.Shape.polygon([[(1, 1), (9, 1), (9, 9)], [(3, 2), (8, 2), (8, 7)]], "é"),
        nb.Shape.polygon([(11, 1), (19, 1), (19, 9)], "cell", also=("dot",)),
        nb.Shape.rotated_rectangle(15, 10, 6, 4, 30, label="cell"),
        nb.Shape.mask(pixels, "cell", track="1", keyframe=True),
        nb.Shape(kind="skeleton", points=((3, 4), (5, 6)), visibility=(2, 1), label="fish"),
        nb.Shape(kind="ellipse", points=((2, 2), (8, 6)), label="cell"),
        nb.Shape(kind="polyline", points=((2, 2), (8, 6), (9, 1)), label="cell"),
        nb.Shape(kind="point", points=((2, 2),), label="cell"),
    )
    said = nb.Annotation(shapes=its, tags=("dark", "é"), tag_attributes={"é": {"how": "x"}})
    rows = [
        Row("a.png", width, height, said, metadata={"k": 1, "l": "x"}, split="train", sequence="s", moment=0.0),
        Row("d/b.png", width, height, nb.Annotation(nothing_to_label=True), split="val"),
        Row("c.png", width, height),
    ]
    holds = formats.get(name).holds
    kinds = {"skeleton"} if name == "yolo-pose" else holds.kinds
    rows[0] = replace(rows[0], annotation=replace(said, shapes=tuple(s for s in its if s.kind in kinds)))
    head: Head = strategies.head()
    if name == "yolo-pose":
        head = replace(head, labels=head.labels[2:])
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "picture.png"
        image.write_bytes(sets.picture(width, height))
        rows = [replace(row, image=str(image)) for row in rows]
        path = sets.write(name, Path(folder) / "set", head, rows, "copy")
        return {
            p.relative_to(path).as_posix(): p.read_bytes()
            for p in sorted(path.rglob("*"))
            if p.is_file() and p.name[0] != "."
        }
