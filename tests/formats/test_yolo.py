"""YOLO: boxes, outlines, rotated boxes and key points come in from every usual layout, and go out as they came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.formats import sets

from nbannotate import formats
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.formats import Foreign, Head, Row
from nbannotate.model import Annotation, Label, Shape, Skeleton

REAL = sets.REAL / "yolo_coco128"
real_data = pytest.mark.skipif(not REAL.is_dir(), reason="the yolo_coco128 data set is not beside the repository")
PNG = sets.picture(100, 50)
BOX = "0 0.5 0.5 0.2 0.4\n"  # (40, 15) to (60, 35) of 100 x 50 pixels
NAMES = "names: [cell, nucleus]\n"


def one(folder: Path, text: str, data: str = NAMES, name: str = "yolo", on_error: str = "error") -> Any:
    """Read a data set of one image; return its row."""
    path = sets.made(folder, {"images/a.png": PNG, "labels/a.txt": text, "data.yaml": data})
    _, (row,), _ = sets.read(name, path, on_error)
    return row


@real_data
@pytest.mark.parametrize("task", ["detect", "segment"])
def test_a_real_data_set_comes_out_as_it_went_in(tmp_path: Path, task: str) -> None:
    head, rows, problems = sets.read("yolo", REAL / f"{task}.yaml")
    assert problems.skipped == []
    assert len(rows) == 64
    assert sum(len(r.annotation.shapes) for r in rows if r.annotation) == {"detect": 440, "segment": 443}[task]
    assert {s.kind for r in rows if r.annotation for s in r.annotation.shapes} == {
        "rectangle" if task == "detect" else "polygon"
    }
    assert {row.split for row in rows} == {"val"}
    assert head.foreign["toothbrush"].id == {"detect": 79, "segment": 90}[task]
    format_ = {"detect": "yolo", "segment": "yolo-segment"}[task]
    out = sets.write(format_, tmp_path / "out", head, sets.from_disk(rows, REAL), "copy")
    before = {p.name: p.read_text() for p in (REAL / f"labels_{task}").rglob("*.txt")}
    after = {p.name: p.read_text() for p in (out / "labels").rglob("*.txt")}
    assert after.keys() == before.keys()
    for name, text in before.items():
        numbers = [[float(v) for v in line.split()] for line in text.splitlines()]
        assert [[float(v) for v in line.split()] for line in after[name].splitlines()] == numbers, name
    names = [yaml.safe_load(p.read_text())["names"] for p in (REAL / f"{task}.yaml", out / "data.yaml")]
    assert list(names[0].items()) == list(names[1].items())
    again = sets.read("yolo", out)
    assert again[0] == head
    assert [sets.plain(r) for r in again[1]] == [sets.plain(r) for r in rows]


@real_data
def test_a_folder_with_two_data_files_asks_for_one(tmp_path: Path) -> None:
    assert "yolo" in sets.sniffed(REAL)
    with pytest.raises(ReadFailed, match=r"detect.yaml, segment.yaml\. Read the one that is meant"):
        sets.read("yolo", REAL)


LAYOUTS: dict[str, tuple[dict[str, str | bytes], dict[str, str | None]]] = {
    "Ultralytics": (
        {
            "data.yaml": "path: ../datasets/x\ntrain: images/train\nval: images/val\nnames: {0: cell, 1: nucleus}\n",
            "images/train/a.png": PNG, "labels/train/a.txt": BOX, "images/val/b.png": PNG, "labels/val/b.txt": BOX,
        },
        {"train/a.png": "train", "val/b.png": "val"},
    ),
    "Roboflow": (
        {
            "data.yaml": "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\n"
            "names: ['cell', 'nucleus']\n\nroboflow:\n  version: 3\n",
            "train/images/a.png": PNG, "train/labels/a.txt": BOX, "valid/images/b.png": PNG,
            "valid/labels/b.txt": BOX, "README.roboflow.txt": "0 words\n",
        },
        {"train/images/a.png": "train", "valid/images/b.png": "val"},
    ),
    "Darknet": (
        {
            "obj.data": "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\n"
            "backup = backup/\n",
            "obj.names": "cell\nnucleus\n", "train.txt": "data/obj_train_data/a.png\n",
            "valid.txt": "data/obj_valid_data/b.png\n", "obj_train_data/a.png": PNG, "obj_train_data/a.txt": BOX,
            "obj_valid_data/b.png": PNG, "obj_valid_data/b.txt": BOX,
        },
        {"obj_train_data/a.png": "train", "obj_valid_data/b.png": "val"},
    ),
    "split lists": (
        {
            "coco.yaml": "train: train.txt\nval: [val.txt]\nnames: [cell, nucleus]\n",
            "train.txt": "./images/a.png\n", "val.txt": "./images/b.png\n\n",
            "images/a.png": PNG, "labels/a.txt": BOX, "images/b.png": PNG, "labels/b.txt": BOX,
        },
        {"a.png": "train", "b.png": "val"},
    ),
    "all in one folder": (
        {"classes.txt": "cell\nnucleus\n", "a.png": PNG, "a.txt": BOX, "b.png": PNG, "b.txt": BOX},
        {"a.png": None, "b.png": None},
    ),
    "splits that are all the same": (
        {
            "data.yaml": "train: images/train2017\nval: images/train2017\nnames: [cell, nucleus]\n",
            "images/train2017/a.png": PNG, "labels/train2017/a.txt": BOX,
        },
        {"train2017/a.png": None},
    ),
    "in a folder of its own": (
        {
            "set/data.yaml": "train: images/train\nval: images/val\nnames: [cell, nucleus]\n",
            "set/images/train/a.png": PNG, "set/labels/train/a.txt": BOX, "__MACOSX/x": "",
        },
        {"set/images/train/a.png": "train"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_usual_layout_is_read(tmp_path: Path, layout: str, packed: bool) -> None:
    members, splits = LAYOUTS[layout]
    path = sets.made(tmp_path, members, packed)
    assert sets.sniffed(path) == ["yolo"]
    head, rows, _ = sets.read("yolo", path)
    assert [v.name for v in head.labels] == ["cell", "nucleus"]
    assert [head.foreign[v.name].id for v in head.labels] == [0, 1]
    assert {row.name: row.split for row in rows} == splits
    for row in rows:
        assert row.annotation is not None
        ((points, label),) = [(s.points, s.label) for s in row.annotation.shapes]
        assert (points, label, row.width, row.height) == (((40, 15), (60, 35)), "cell", 100, 50)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_was_read_keeps_its_places_and_splits_when_it_is_written(tmp_path: Path, layout: str) -> None:
    path = sets.made(tmp_path, LAYOUTS[layout][0])
    head, rows, _ = sets.read("yolo", path)
    for images in ("copy", None):
        out = sets.write("yolo", tmp_path / f"out {images}", head, sets.from_disk(rows, path), images)
        assert {p.relative_to(out).as_posix() for p in out.rglob("*.png")} == (
            {row.foreign.extra["path"] for row in rows} if images else set()
        )
        if images:
            again = sets.read("yolo", out)
            assert again[0].labels == head.labels
            assert again[0].extra["data"] == head.extra["data"]
            assert [sets.plain(r) for r in again[1]] == [sets.plain(r) for r in rows]


def test_names_are_texts_whatever_yaml_makes_of_them(tmp_path: Path) -> None:
    head, _, _ = sets.read(
        "yolo", sets.made(tmp_path, {"data.yaml": "names:\n- no\n- 1\n- null\n- 'a: b'\n", "a.png": PNG, "a.txt": BOX})
    )
    assert [v.name for v in head.labels] == ["no", "1", "null", "a: b"]


def test_without_names_classes_are_called_by_their_numbers(tmp_path: Path) -> None:
    path = sets.made(tmp_path, {"images/a.png": PNG, "labels/a.txt": "7 0.5 0.5 0.2 0.4\n0 .1 .1 .1 .1"})
    head, (row,), _ = sets.read("yolo", path)
    assert [v.name for v in head.labels] == ["0", "7"]
    assert [s.label for s in row.annotation.shapes] == ["7", "0"]


def test_an_empty_file_is_an_image_without_shapes_and_no_file_says_nothing(tmp_path: Path) -> None:
    path = sets.made(
        tmp_path,
        {"data.yaml": NAMES, "images/a.png": PNG, "labels/a.txt": BOX, "images/empty.png": PNG}
        | {"labels/empty.txt": "\n", "images/new.png": PNG},
    )
    head, rows, _ = sets.read("yolo", path)
    assert {r.name: r.annotation and len(r.annotation.shapes) for r in rows} == {
        "a.png": 1, "empty.png": 0, "new.png": None,
    }  # fmt: skip
    out = sets.write("yolo", tmp_path / "out", head, sets.from_disk(rows, path), "copy")
    assert sorted(p.name for p in (out / "labels").iterdir()) == ["a.txt", "empty.txt"]
    assert [sets.plain(r) for r in sets.read("yolo", out)[1]] == [sets.plain(r) for r in rows]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("0 0.5 0.5 0.2\n", 1, "they have not four numbers"),
        (BOX + "0 0.5 0.5 0 0.4\n", 2, "their width or height is not positive"),
        (BOX + "\n0 0.5 0.5 nan 0.4\n", 3, "they are not the number of a class and numbers after it"),
        ("cell 0.5 0.5 0.2 0.4\n", 1, "they are not the number of a class and numbers after it"),
        ("0.5 0.5 0.5 0.2 0.4\n", 1, "they are not the number of a class and numbers after it"),
        ("2 0.5 0.5 0.2 0.4\n", 1, "there is no class 2 in data.yaml"),
        ("0 0.5 0.5 0.2 0.4 7\n", 1, "their last number, the confidence, is not from 0 to 1"),
        ("0 9 9 0.2 0.4\n", 1, "The rectangle lies outside of the image"),
    ],
)
def test_a_bad_line_is_an_error_with_its_place_or_is_passed_over(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    with pytest.raises(ReadFailed, match=rf"labels/a\.txt:{line}: .*{reason}"):
        one(tmp_path, text)
    path = sets.made(tmp_path, {"labels/a.txt": text + "1 0.5 0.5 0.5 0.5\n"})
    _, (row,), problems = sets.read("yolo", path, "skip")
    assert row.annotation.shapes[-1].label == "nucleus"
    ((found),) = problems.left_out()
    assert (found.count, found.first) == (1, f"labels/a.txt:{line}")
    assert reason in found.reason


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("names: [a\nb: ]", r"data\.yaml:2, column \d+, is no YAML: a .* is missing"),
        ("names: [a, a]", r"data\.yaml: names: 1: classes: another one has their name"),
        ("names: {x: a}", r"data\.yaml: names: 'x': classes: their number is no whole number"),
        ("a: &a [x]\nnames: *a\n", r"refers to its own parts"),
        ("names: [a]\nkpt_shape: [3]\n", r"data\.yaml: kpt_shape: key points: kpt_shape is not \[how many, 2 or 3\]"),
        ("names: " + "[" * 5000, "is nested too deeply"),
    ],
    ids=["no YAML", "twice", "no number", "alias", "key points", "depth"],
)
def test_a_bad_data_file_is_named(tmp_path: Path, data: str, message: str) -> None:
    path = sets.made(tmp_path, {"images/a.png": PNG, "labels/a.txt": BOX, "data.yaml": data})
    with pytest.raises(ReadFailed, match=message):
        sets.read("yolo", path / "data.yaml")


def test_a_file_that_is_no_text_is_named_or_passed_over(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "images/a.png": PNG,
        "labels/a.txt": BOX,
        "labels/b.txt": b"0 \xff",
        "data.yaml": NAMES,
    }
    path = sets.made(tmp_path, members)
    with pytest.raises(ReadFailed, match=r"labels/b\.txt is not in UTF-8"):
        sets.read("yolo", path)
    _, rows, problems = sets.read("yolo", path, "skip")
    assert sum(len(r.annotation.shapes) for r in rows if r.annotation) == 1
    assert {v.first for v in problems.left_out()} == {"labels/b.txt"}


def test_confidence_is_the_last_number(tmp_path: Path) -> None:
    row = one(tmp_path, BOX.rstrip() + " 0.875\n1 0.1 0.1 0.5 0.1 0.5 0.5 0.25\n")
    assert [(s.kind, s.confidence) for s in row.annotation.shapes] == [("rectangle", 0.875), ("polygon", 0.25)]
    out = sets.write("yolo", tmp_path / "out", Head((Label("cell"),)), [row])
    assert (out / "labels" / "a.txt").read_text().splitlines()[0] == BOX.rstrip() + " 0.875"


POSE = (
    "kpt_shape: [3, 3]\nflip_idx: [1, 0, 2]\nnames: [person, dog]\nkpt_names:\n  0: [left, right, nose]\n  1: [tail]\n"
)


def test_key_points_have_their_names_visibility_and_box(tmp_path: Path) -> None:
    text = (
        "0 0.5 0.5 1 1 0.1 0.2 2 0.3 0.4 1 0 0 0\n1 0.5 0.5 0.2 0.4 0.5 0.5 2 0 0 0 0 0 0\n0 0.5 0.5 0.2 0.4" + " 0" * 9
    )
    path = sets.made(tmp_path, {"images/a.png": PNG, "labels/a.txt": text, "data.yaml": POSE})
    head, (row,), _ = sets.read("yolo", path)
    assert head.labels[0].skeleton == Skeleton(("left", "right", "nose"))
    assert head.labels[1].skeleton == Skeleton(("tail",))
    person, dog, hidden = row.annotation.shapes
    assert (person.kind, person.points) == ("skeleton", ((10, 10), (30, 20), (30, 20)))
    assert (person.visibility, dog.points, dog.visibility) == ((2, 1, 0), ((50, 25),), ())
    assert (hidden.kind, hidden.points) == ("rectangle", ((40, 15), (60, 35)))
    assert row.shapes[person.id].extra == {"box": [0.0, 0.0, 100.0, 50.0]}
    out = sets.write("yolo-pose", tmp_path / "out", head, [row])
    assert (out / "labels" / "a.txt").read_text() == text + "\n"
    written = yaml.safe_load((out / "data.yaml").read_text())
    assert {k: written[k] for k in ("kpt_shape", "flip_idx", "kpt_names")} == {
        k: v for k, v in yaml.safe_load(POSE).items() if k != "names"
    }
    moved = replace(row, annotation=Annotation(shapes=[replace(person, points=((-9, 10), (30, 20), (30, 20)))]))
    text = (sets.write("yolo-pose", tmp_path / "moved", head, [moved]) / "labels" / "a.txt").read_text()
    assert text == "0 0.105 0.3 0.39 0.2 -0.09 0.2 2 0.3 0.4 1 0 0 0\n"


def test_key_points_of_two_numbers_are_absent_where_they_are_negative(tmp_path: Path) -> None:
    row = one(tmp_path, "0 0.5 0.5 1 1 0.1 0.2 -1 -1\n", "kpt_shape: [2, 2]\nnames: [person]\n")
    assert [s.visibility for s in row.annotation.shapes] == [(2, 0)]
    with pytest.raises(ReadFailed, match="neither 4 numbers nor 8, for 2 key points"):
        one(tmp_path, "0 0.5 0.5 1 1 0.1 0.2 -1\n", "kpt_shape: [2, 2]\nnames: [person]\n")


def test_points_that_no_label_has_are_told_before_and_left_out(tmp_path: Path) -> None:
    shape = Shape.skeleton([(1, 1), (5, 5), (9, 9)], label="p")
    row = Row("a.png", 20, 20, Annotation(shapes=[shape]))
    head = Head((Label("p", skeleton=Skeleton(("one", "two"))), Label("q")))
    assert list(formats.available()["yolo-pose"].losses(row, head)) == [
        ("key points", "all lines have as many as the largest skeleton of a label, 2")
    ]
    out = sets.write("yolo-pose", tmp_path / "out", head, [row])
    assert (out / "labels" / "a.txt").read_text().split()[5:] == ["0.05", "0.05", "2", "0.25", "0.25", "2"]


@pytest.mark.parametrize("images", [None, "copy"])
@pytest.mark.parametrize("said", [None, Annotation(shapes=[Shape.box(1, 2, 9, 9, "p")])])
def test_images_in_no_split_come_back_where_others_are_in_one(tmp_path: Path, images: Any, said: Any) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(PNG)
    rows = [Row(f"{n}.png", 100, 50, said, split=split, image=str(image)) for n, split in enumerate(["train", None])]
    out = sets.write("yolo", tmp_path / "out", Head((Label("p"),)), rows, images)
    found = sets.read("yolo", out)[1] if images or said is None else None
    if found is None:  # the sizes of the images are those of assets
        found = sets.read("yolo", out, "skip")[1]
    assert [(row.name.removeprefix("train/"), row.split) for row in found] == [("1.png", None), ("0.png", "train")]
    assert yaml.safe_load((out / "data.yaml").read_text())["unsplit"] == "unsplit.txt"
    again = sets.write(
        "yolo", tmp_path / "again", sets.read("yolo", out, "skip")[0], sets.from_disk(found, out), images
    )
    assert (again / "unsplit.txt").read_bytes() == (out / "unsplit.txt").read_bytes() == b"./images/1.png\n"


def test_rotated_boxes_run_as_they_ran(tmp_path: Path) -> None:
    clockwise, other = "0 0.2 0.2 0.4 0.2 0.4 0.6 0.2 0.6", "0 0.5 0.2 0.4 0.4 0.5 0.6 0.6 0.4"
    slanted = "1 0.1 0.1 0.5 0.1 0.9 0.9 0.2 0.8"
    row = one(tmp_path, f"{clockwise}\n{other}\n{slanted}\n")
    first, second, quad = row.annotation.shapes
    assert (first.kind, second.kind, quad.kind) == ("rotated_rectangle", "rotated_rectangle", "polygon")
    assert first.points == ((20, 10), (40, 10), (40, 30), (20, 30))
    assert second.points[0] == (60, 20)
    assert second.angle == pytest.approx(135)
    head, rows = Head((Label("cell"), Label("nucleus"))), sets.from_disk([row], tmp_path / "set")
    out = sets.write("yolo-obb", tmp_path / "out", head, rows, "copy")
    assert (out / "labels" / "a.txt").read_text() == f"{clockwise}\n{other}\n{slanted}\n"
    assert sets.plain(sets.read("yolo", out)[1][0]) == sets.plain(row)


COORDINATES = st.floats(0, 1000, allow_subnormal=False)
POINTS = st.tuples(COORDINATES, COORDINATES)


@st.composite
def shapes_of(draw: Any, task: str) -> Shape:
    confidence = draw(st.none() | st.floats(0, 1))
    label = draw(st.sampled_from(["cell", "é 'x': #", "z"]))
    if task == "detect":
        (x0, x1), (y0, y1) = (sorted(draw(st.tuples(COORDINATES, COORDINATES))) for _ in range(2))
        return Shape(kind="rectangle", points=((x0, y0), (x1 + 1.5, y1 + 1.5)), label=label, confidence=confidence)
    if task == "segment":
        points = draw(st.lists(POINTS, min_size=3, max_size=9))
        return Shape(kind="polygon", points=points, label=label, confidence=confidence)
    if task == "obb":
        x, y, angle = draw(COORDINATES), draw(COORDINATES), draw(st.floats(-180, 180))
        width, height = draw(st.floats(2, 500)), draw(st.floats(2, 500))
        return Shape.rotated_rectangle(x, y, width, height, angle, label=label, confidence=confidence)
    seen = draw(st.tuples(*[st.sampled_from([0, 1, 2])] * 3).filter(any))
    points = [draw(POINTS) for _ in range(3)]
    from nbannotate.shapes.skeleton import placed

    visibility = () if set(seen) == {2} else seen
    return Shape(
        kind="skeleton", points=placed(points, seen), label=label, visibility=visibility, confidence=confidence
    )


@pytest.mark.parametrize("task", ["detect", "segment", "obb", "pose"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_is_drawn_comes_back_bit_for_bit(tmp_path_factory: Any, task: str, data: Any) -> None:
    folder = tmp_path_factory.mktemp("set")
    width, height = data.draw(st.integers(1, 3000)), data.draw(st.integers(1, 3000))
    kind = {"detect": "rectangle", "segment": "polygon", "obb": "rotated_rectangle", "pose": "skeleton"}[task]
    drawn = data.draw(st.lists(shapes_of(task), max_size=4))
    kept = [s for s in drawn if formats_take(s, kind, width, height)]
    skeleton = Skeleton(("a", "b", "c")) if task == "pose" else None
    head = Head(tuple(Label(name, skeleton=skeleton) for name in ("z", "unused", "cell", "é 'x': #")))
    image = folder / "a.png"
    image.write_bytes(sets.picture(width, height))
    rows = [Row("a.png", width, height, Annotation(shapes=kept), split="train", image=str(image))]
    name = "yolo" if task == "detect" else f"yolo-{task}"
    out = sets.write(name, folder / "out", head, rows, "copy")
    again, (row,), _ = sets.read("yolo", out)
    assert again.labels == head.labels
    assert sets.plain(row).annotation == sets.plain(rows[0]).annotation
    assert row.split == "train"


def formats_take(shape: Shape, kind: str, width: int, height: int) -> bool:
    from nbannotate import shapes

    return shapes.kind(kind).problem(shape, width, height) is None


def test_numbers_of_classes_are_kept_and_new_ones_are_the_next(tmp_path: Path) -> None:
    head = Head((Label("b"), Label("a"), Label("new")), foreign={"a": Foreign(3), "b": Foreign(11)})
    box = Shape.box(1, 1, 5, 5)
    shapes = [replace(box, label=name, id=name) for name in ("new", "other", "a")]
    out = sets.write("yolo", tmp_path / "out", head, [Row("a.png", 10, 10, Annotation(shapes=shapes))])
    assert (out / "labels" / "a.txt").read_text() == "12 0.3 0.3 0.4 0.4\n13 0.3 0.3 0.4 0.4\n3 0.3 0.3 0.4 0.4\n"
    names = yaml.safe_load((out / "data.yaml").read_text())["names"]
    assert list(names.items()) == [(11, "b"), (3, "a"), (12, "new"), (13, "other")]


def test_an_image_that_changed_its_split_moves(tmp_path: Path) -> None:
    path = sets.made(tmp_path, LAYOUTS["Ultralytics"][0])
    head, rows, _ = sets.read("yolo", path)
    moved = [replace(r, split="test") if r.name.startswith("train") else r for r in sets.from_disk(rows, path)]
    out = sets.write("yolo", tmp_path / "out", head, moved, "copy")
    assert {p.relative_to(out).as_posix() for p in out.rglob("*.png")} == {
        "images/test/train/a.png",
        "images/val/b.png",
    }
    assert {r.name: r.split for r in sets.read("yolo", out)[1]} == {"test/train/a.png": "test", "val/b.png": "val"}


def test_two_images_with_one_file_of_labels_are_an_error_that_names_both(tmp_path: Path) -> None:
    rows = [Row(name, 10, 10, Annotation()) for name in ("a.png", "a.jpg")]
    with pytest.raises(InvalidInput, match=r"'a\.png' and 'a\.jpg' would have the same file of labels, labels/a\.txt"):
        sets.write("yolo", tmp_path / "out", Head(), rows)


def test_two_files_of_labels_for_one_image_are_an_error_that_names_both(tmp_path: Path) -> None:
    path = sets.made(
        tmp_path, {"images/a.png": PNG, "labels_one/a.txt": BOX, "labels_two/a.txt": BOX, "data.yaml": NAMES}
    )
    with pytest.raises(ReadFailed, match=r"labels_one/a\.txt and labels_two/a\.txt both have labels for images/a\.png"):
        sets.read("yolo", path)


def test_a_split_of_lists_and_images_that_stay_where_they_are(tmp_path: Path) -> None:
    rows = [Row("a.png", 100, 50, None, split="train"), Row("b.png", 100, 50, Annotation(), split="val"), Row("c.png")]
    out = sets.write("yolo", tmp_path / "out", Head((Label("x"),)), rows)
    assert (out / "train.txt").read_text() == "./images/train/a.png\n"
    assert {r.name: (r.split, r.annotation) for r in sets.read("yolo", out)[1]} == {
        "train/a.png": ("train", None),
        "val/b.png": ("val", Annotation()),
        "c.png": (None, None),
    }


def test_other_programs_read_the_same_boxes_and_outlines(tmp_path: Path) -> None:
    supervision = pytest.importorskip("supervision")
    boxes = [Shape.box(10.25, 5, 60, 40, "cell"), Shape.box(0, 0, 100, 50, "nucleus")]
    outlines = [Shape.polygon([(10, 5), (60, 7), (40, 45)], "cell")]
    head, image = Head((Label("nucleus"), Label("cell"))), tmp_path / "a.png"
    image.write_bytes(PNG)
    for name, shapes in (("yolo", boxes), ("yolo-segment", outlines)):
        row = Row("a.png", 100, 50, Annotation(shapes=shapes), split="train", image=str(image))
        out = sets.write(name, tmp_path / name, head, [row], "copy")
        found = supervision.DetectionDataset.from_yolo(
            str(out / "images" / "train"), str(out / "labels" / "train"), str(out / "data.yaml"),
            force_masks=name != "yolo",
        )  # fmt: skip
        assert found.classes == ["nucleus", "cell"]
        ((_, _, detections),) = list(found)
        assert [found.classes[i] for i in detections.class_id] == [s.label for s in shapes]
        assert detections.xyxy.tolist() == [pytest.approx(s.bounds, abs=1) for s in shapes]


def test_labelformat_reads_the_same_boxes(tmp_path: Path) -> None:
    yolov8 = pytest.importorskip("labelformat.formats.yolov8")
    head, image = Head((Label("nucleus"), Label("cell"))), tmp_path / "a.png"
    image.write_bytes(PNG)
    boxes = [Shape.box(10.25, 5, 60, 40, "cell"), Shape.box(0, 0, 100, 50, "nucleus")]
    row = Row("a.png", 100, 50, Annotation(shapes=boxes), split="train", image=str(image))
    out = sets.write("yolo", tmp_path / "out", head, [row], "copy")
    found = yolov8.YOLOv8ObjectDetectionInput(out / "data.yaml", "train")
    assert [v.name for v in found.get_categories()] == ["nucleus", "cell"]
    (label,) = found.get_labels()
    assert [(o.category.name, o.box.xmin, o.box.ymin, o.box.xmax, o.box.ymax) for o in label.objects] == [
        (s.label, *s.bounds) for s in boxes
    ]


def test_what_yolo_cannot_hold_is_said_by_its_formats() -> None:
    every = formats.available()
    assert every["yolo"].holds.kinds == {"rectangle"}
    assert every["yolo-segment"].holds.kinds == {"polygon"}
    quad = Shape.polygon([(0, 0), (5, 0), (5, 5)], "x")
    assert list(every["yolo-obb"].losses(Row("a", 9, 9, Annotation(shapes=[quad])), Head())) == [
        ("polygons", "a rotated box has four corners: they become the box around them")
    ]
