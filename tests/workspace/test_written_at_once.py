"""What is written is a version as it was at one moment, whatever is done to it while it is being written."""

from __future__ import annotations

import json

import pytest

import nbannotate as nb
from nbannotate.workspace import pinned


def box(label, x=1):
    return nb.Annotation(shapes=(nb.Shape.rectangle(x, 2, 20, 20, label=label),))


@pytest.fixture
def version(make_images, monkeypatch):
    """Six images, five of them with a cat; two of them are read at once."""
    monkeypatch.setattr(pinned, "PIECE", 2)
    ws = nb.open(":memory:")
    made = ws.create_dataset("d").create_version("v").add_images(make_images(6))
    made.add_annotations({f"img_00{i}.png": box("cat", i) for i in range(5)}, "hand")
    yield made
    ws.close()


def meanwhile(monkeypatch, do):
    """Do something when the second piece is read for the first time."""
    piece, seen = pinned.Moment._piece, []

    def read(self, assets):
        seen.append(assets)
        if len(seen) == 2:
            do()
        return piece(self, assets)

    monkeypatch.setattr(pinned.Moment, "_piece", read)


@pytest.mark.parametrize("child", [False, True])
@pytest.mark.parametrize("format", ["coco", "csv"])
def test_what_is_said_meanwhile_does_not_appear(version, tmp_path, monkeypatch, format, child):
    before, after = (tmp_path / f"{name}.{'json' if format == 'coco' else 'csv'}" for name in ("before", "after"))
    if child:
        version = version.create_child("child")
    version.write(format, before)

    def do():
        version.add_annotations({f"img_00{i}.png": box("dog", 9) for i in range(6)}, "model")
        version.update_metadata("img_001.png", {"seen": True})
        version.split()
        version.labels.rename("dog", "wolf")

    meanwhile(monkeypatch, do)
    version.write(format, after)
    assert set(version.shapes.df()["label"]) == {"wolf"}
    assert after.read_bytes() == before.read_bytes()


def test_an_asset_that_is_taken_out_meanwhile_is_passed_over(version, tmp_path, monkeypatch):
    meanwhile(monkeypatch, lambda: version.assets["img_004.png"].delete("img_004.png"))
    version.write("coco", tmp_path / "out.json")
    out = json.loads((tmp_path / "out.json").read_text())
    assert [i["file_name"] for i in out["images"]] == [f"img_00{i}.png" for i in (0, 1, 2, 3, 5)]
    assert [a["bbox"][0] for a in out["annotations"]] == [0, 1, 2, 3]


def test_a_label_that_came_just_before_is_among_the_labels(version, tmp_path, monkeypatch):
    enter = pinned.Moment.__enter__

    def late(self):
        version.add_annotations({"img_005.png": box("dog", 9)}, "model")
        return enter(self)

    monkeypatch.setattr(pinned.Moment, "__enter__", late)
    version.write("coco", tmp_path / "out.json")
    assert {c["name"] for c in json.loads((tmp_path / "out.json").read_text())["categories"]} == {"cat", "dog"}
