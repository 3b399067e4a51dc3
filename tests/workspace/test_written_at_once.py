"""What is written is a version as it was at one moment, whatever is done to it while it is being written."""

from __future__ import annotations

import json

import pytest

import nbannotate as nb
from nbannotate.formats import Foreign
from nbannotate.workspace import export, foreign_names, pieces, snapshot


def box(label, x=1):
    return nb.Annotation(shapes=(nb.Shape.rectangle(x, 2, 20, 20, label=label),))


@pytest.fixture
def version(make_images, monkeypatch):
    """Six images, five of them with a cat; two of them are read at once."""
    monkeypatch.setattr(snapshot, "PIECE", 2)
    ws = nb.open(":memory:")
    made = ws.create_dataset("d").create_version("v").add_images(make_images(6))
    made.add_annotations({f"img_00{i}.png": box("cat", i) for i in range(5)}, "hand")
    yield made
    ws.close()


def meanwhile(monkeypatch, do):
    """Do something before the second piece is asked for."""
    asked, shown, seen = snapshot.Moment._asked, snapshot.Moment._shown, []

    def second():
        seen.append("a piece")
        if len(seen) == 2:
            do()

    def ask(self, view, *what):
        if view == "shapes":
            second()
        return asked(self, view, *what)

    def show(self, assets):
        second()
        return shown(self, assets)

    monkeypatch.setattr(snapshot.Moment, "_asked", ask)
    monkeypatch.setattr(snapshot.Moment, "_shown", show)


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
    enter = snapshot.Moment.__enter__

    def late(self):
        version.add_annotations({"img_005.png": box("dog", 9)}, "model")
        return enter(self)

    monkeypatch.setattr(snapshot.Moment, "__enter__", late)
    version.write("coco", tmp_path / "out.json")
    assert {c["name"] for c in json.loads((tmp_path / "out.json").read_text())["categories"]} == {"cat", "dog"}


def given_ids(version, folder, first):
    """Let a file call the images, the shapes and the label so, counted from a number."""
    folder.mkdir()
    table = pieces.foreign(folder)
    for n, name in enumerate(version.assets.df()["name"]):
        foreign_names.add(table, "image", name, Foreign(first + n, {"from": first}, name=f"{first}/{name}"))
    for n, shape_id in enumerate(version.shapes.df()["shape_id"]):
        foreign_names.add(table, "shape", shape_id, Foreign(first + 10 + n, {"from": first}))
    foreign_names.add(table, "label", "cat", Foreign(first + 20, name=f"cat {first}"))
    pieces.send(version, [("foreign", file) for file in table.finish()], "a file", "coco")


@pytest.mark.parametrize("child", [False, True])
def test_what_a_file_that_is_read_meanwhile_calls_things_does_not_appear(version, tmp_path, monkeypatch, child):
    given_ids(version, tmp_path / "first", 100)
    if child:
        version = version.create_child("child")
    version.write("coco", tmp_path / "before.json", lossy=True)
    written = json.loads((tmp_path / "before.json").read_text())
    assert [a["id"] for a in written["annotations"]] == [110, 111, 112, 113, 114]
    assert (written["images"][0]["id"], written["images"][0]["from"]) == (100, 100)
    meanwhile(monkeypatch, lambda: given_ids(version, tmp_path / "second", 500))
    version.write("coco", tmp_path / "after.json", lossy=True)
    assert (tmp_path / "after.json").read_bytes() == (tmp_path / "before.json").read_bytes()
    monkeypatch.undo()
    version.write("coco", tmp_path / "later.json", lossy=True)
    written = json.loads((tmp_path / "later.json").read_text())
    assert [a["id"] for a in written["annotations"]] == [510, 511, 512, 513, 514]


@pytest.mark.parametrize("after", ["the labels", "the assets"])
def test_labels_that_change_between_what_is_asked_are_asked_again(version, tmp_path, monkeypatch, after):
    module, name = (export, "head") if after == "the labels" else (foreign_names, "last_id")
    asked, seen = getattr(module, name), []

    def then_renamed(*arguments):
        found = asked(*arguments)
        seen.append(found)
        if len(seen) == 1:
            version.labels.rename("cat", "lynx")
        return found

    monkeypatch.setattr(module, name, then_renamed)
    version.write("coco", tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text())
    assert [c["name"] for c in written["categories"]] == ["lynx"]
    assert {a["category_id"] for a in written["annotations"]} == {written["categories"][0]["id"]}
