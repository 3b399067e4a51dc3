"""``nbannotate import`` and ``nbannotate export``: data sets in any format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import mistake

import nbannotate as nb
from nbannotate.cli import main
from nbannotate.demo import end_owner


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A folder with a COCO file, its four images, and boxes of two labels."""
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    found = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "bus"}]}
    for i in range(4):
        Image.fromarray(np.full((40, 60), 128 + i, np.uint8)).save(folder / "images" / f"{i}.png")
        found["images"].append({"id": i, "file_name": f"{i}.png", "width": 60, "height": 40})
        for j in range(2):
            box = {"image_id": i, "category_id": j + 1, "bbox": [1 + 9 * j, 2, 20, 30]}
            found["annotations"].append({"id": 2 * i + j, **box})
    (folder / "annotations.json").write_text(json.dumps(found))
    return folder


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a workspace is made; its owner ends with the test."""
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")
    place = tmp_path / "work.duckdb"
    yield place
    if place.exists():
        end_owner(place)


def labels(path: Path, version: str = "v1") -> dict[str, int]:
    ws = nb.open(path)
    try:
        return {
            str(k): int(n) for k, n in ws.datasets["d"].versions[version].shapes.df()["label"].value_counts().items()
        }
    finally:
        ws.close()


def test_a_folder_is_read_with_its_images_and_split(coco: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(path), str(coco), "--version", "d/v1", "--split", "train=0.5,val=0.5"]) == 0
    printed = capsys.readouterr().out
    assert "8 shapes" in printed
    assert "train 2" in printed
    assert labels(path) == {"car": 4, "bus": 4}


def test_labels_are_changed_on_the_way_in_and_on_the_way_out(
    coco: Path, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(path), str(coco), "--version", "d/v1", "--labels", "bus=car"]) == 0
    assert labels(path) == {"car": 8}
    to = tmp_path / "out.json"
    arguments = ["export", str(path), "--version", "d/v1", "--to", str(to), "--labels", "car=vehicle"]
    assert main(arguments) == 0
    written = json.loads(to.read_text())
    names = {c["id"]: c["name"] for c in written["categories"]}
    assert {names[a["category_id"]] for a in written["annotations"]} == {"vehicle"}
    assert labels(path) == {"car": 8}
    capsys.readouterr()
    assert "--labels takes old=new" in mistake(capsys, *arguments[:-1], "car", "--overwrite")


def test_what_a_set_holds_is_said_without_reading_it(
    coco: Path, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads((coco / "annotations.json").read_text())
    found["annotations"][3]["bbox"] = [1, 2, 0, 0]
    (coco / "annotations.json").write_text(json.dumps(found))
    assert main(["import", str(path), str(coco), "--version", "d/v1", "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "4 images, 7 shapes" in printed
    assert "annotations[3].bbox" in printed
    assert not path.exists()
    assert "annotations[3].bbox" in mistake(capsys, "import", path, coco, "--version", "d/v1")
    assert main(["import", str(path), str(coco), "--version", "d/v1", "--on-error", "skip"]) == 0
    assert labels(path) == {"car": 4, "bus": 3}


def test_what_a_format_cannot_hold_is_said_and_refused(
    coco: Path, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(path), str(coco), "--version", "d/v1"])
    ws = nb.open(path)
    shapes = [nb.Shape.polygon([(1, 1), (20, 3), (9, 30)], "car"), nb.Shape.box(3, 3, 9, 9, "bus")]
    ws.datasets["d"].versions["v1"].add_annotations({"0.png": shapes}, source="model")
    ws.close()
    capsys.readouterr()
    to = ["export", str(path), "--version", "d/v1", "--format", "yolo", "--to", str(tmp_path / "yolo")]
    assert main([*to, "--dry-run"]) == 0
    assert "polygon" in capsys.readouterr().out
    assert "lossy" in mistake(capsys, *to)
    assert not (tmp_path / "yolo").exists()
    assert main([*to, "--lossy", "--images", "copy"]) == 0
    assert (tmp_path / "yolo" / "data.yaml").exists()


def test_shares_that_are_none_are_refused(coco: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--split takes parts" in mistake(capsys, "import", path, coco, "--version", "d/v1", "--split", "half")
    assert not path.exists()
