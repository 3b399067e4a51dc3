"""What was read into a workspace is written as it was: files of CVAT, LabelMe and Supervisely, with their images."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from tests.formats import test_cvat, test_labelme, test_supervisely
from tests.formats.sets import REAL, made, picture

import nbannotate as nb

pytestmark = pytest.mark.usefixtures("owners_end")

JPEG, PNG = picture(40, 30, "JPEG"), picture(40, 30)
SUPERVISELY: dict[str, str | bytes] = {
    "meta.json": json.dumps(test_supervisely.META),
    "ds/ann/a.jpg.json": test_supervisely.picture_of(
        [its for its, _ in test_supervisely.FIGURES], tags=[{"name": "height", "value": 3, "id": 77}], imageId=5
    ),
    "ds/img/a.jpg": JPEG,
    "ds/meta/a.jpg.json": '{"site": "Lyon"}',
    "train/ann/b.jpg.json": test_supervisely.picture_of([]),
    "train/img/b.jpg": picture(40, 30, "PNG"),
}
LABELME: dict[str, str | bytes] = {
    "d/a.json": test_labelme.file(
        [its for its, _ in test_labelme.KINDS], flags={"cat": True, "dog": False}, x={"y": [1]}
    ),
    "d/a.png": PNG,
}
CVAT: dict[str, str | bytes] = {
    "annotations.xml": test_cvat.images("\n".join(element for element, _ in test_cvat.FIGURES)),
    "images/a.png": PNG,
}


def plain(name: str, data: bytes) -> Any:
    """Return a file as what it says: XML with its numbers as such, JSON without what is empty by custom."""
    if name.endswith(".xml"):
        root = ET.fromstring(data)
        for colored in root.iter("color"):
            colored.text = (colored.text or "").lower()
        for skeleton in root.iter("skeleton"):
            skeleton[:] = sorted(skeleton, key=lambda point: point.get("label", ""))
        labels = root.findall("meta//label")
        return [test_cvat.numbers(v) for v in (*root.findall("image"), *root.findall("track"), *labels)]
    if not name.endswith(".json"):
        return data
    found = json.loads(data)
    for its in found.get("classes", ()) if isinstance(found, dict) else ():
        its.setdefault("description", "")
    return found


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("name", "members"), [("supervisely", SUPERVISELY), ("labelme", LABELME), ("cvat", CVAT)])
def test_a_set_is_written_as_it_was(tmp_path: Path, name: str, members: dict[str, str | bytes], packed: bool) -> None:
    with nb.open(tmp_path / "work.duckdb") as ws:
        version = ws.create_dataset("set").create_version("v1")
        reading = version.read(made(tmp_path, members, packed))
        assert reading.format == name
        assert not reading.left_out
        assert not version.write(name, tmp_path / "out", dry_run=True).left_out
        version.write(name, tmp_path / "out", images="copy")
    for member, before in members.items():
        after = (tmp_path / "out" / member).read_bytes()
        assert plain(member, after) == plain(member, before if isinstance(before, bytes) else before.encode()), member


def test_real_frames_of_labelme_come_back(tmp_path: Path) -> None:
    frames = REAL / "video" / "labelme_frames"
    version = nb.open(":memory:").create_dataset("frames").create_version("v1")
    version.read(frames)
    version.write("labelme", tmp_path / "out", images="link")
    for before in frames.glob("*.json"):
        after = json.loads((tmp_path / "out" / before.name).read_text())
        for shape in after["shapes"]:
            del shape["description"], shape["mask"]  # which LabelMe 4 has not
        assert after == json.loads(before.read_text()) | {"imageData": None}
