"""LabelMe: what its files say comes in, and goes out as it was."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.formats.sets import REAL, from_disk, made, picture, plain, read, sniffed, write

from nbannotate import Annotation, Label, Shape
from nbannotate.errors import ReadFailed
from nbannotate.formats import Head, Row, available

FRAMES = REAL / "video" / "labelme_frames"


def file(shapes: list[dict[str, Any]], **fields: Any) -> str:
    """Return a file of an image of 40 x 30 pixels."""
    return json.dumps(
        {
            "version": "5.4.1", "flags": {}, "shapes": shapes, "imagePath": "a.png", "imageData": None,
            "imageHeight": 30, "imageWidth": 40,
        }
        | fields
    )  # fmt: skip


def item(shape_type: str | None, points: list[list[float]], **fields: Any) -> dict[str, Any]:
    """Return a shape as LabelMe 5 writes it."""
    return {
        "label": "cell", "points": points, "group_id": None, "description": "", "shape_type": shape_type, "flags": {},
        "mask": None,
    } | fields  # fmt: skip


def only(path: Path, on_error: str = "error") -> Row:
    """Return the one row of a set."""
    _, rows, _ = read("labelme", path, on_error)
    assert len(rows) == 1
    return rows[0]


def shapes(row: Row) -> tuple[Shape, ...]:
    """Return the shapes of a row."""
    assert row.annotation is not None
    return row.annotation.shapes


def png(pixels: list[list[int]]) -> str:
    """Return a mask as LabelMe has it."""
    out = io.BytesIO()
    Image.fromarray(np.array(pixels, dtype=np.uint8)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_real_frames_come_out_as_they_came_in(tmp_path: Path) -> None:
    assert sniffed(FRAMES) == ["labelme"]
    head, rows, problems = read("labelme", FRAMES)
    assert [row.name for row in rows] == [f"{n:08}.jpg" for n in range(100, 105)]
    assert [row.image for row in rows] == [row.name for row in rows]
    assert sum(len(shapes(row)) for row in rows) == 15
    assert not problems.skipped
    out = write("labelme", tmp_path / "out", head, from_disk(rows, FRAMES), images="copy")
    for source in FRAMES.glob("*.json"):
        before, after = json.loads(source.read_text()), json.loads((out / source.name).read_text())
        assert {"description": "", "mask": None}.items() <= after["shapes"][0].items()  # which LabelMe 4 has not
        for shape in after["shapes"]:
            del shape["description"], shape["mask"]
        assert after == before | {"imageData": None}
        assert (out / source.name).with_suffix(".jpg").read_bytes() == source.with_suffix(".jpg").read_bytes()
    assert list(map(plain, read("labelme", out)[1])) == list(map(plain, rows))


KINDS = [
    (item("polygon", [[1, 1], [9.5, 1], [9, 8]]), Shape.polygon([(1, 1), (9.5, 1), (9, 8)], "cell")),
    (item(None, [[1, 1], [9, 1], [9, 8]]), Shape.polygon([(1, 1), (9, 1), (9, 8)], "cell")),
    (item("rectangle", [[1, 2], [9, 8]]), Shape.box(1, 2, 9, 8, "cell")),
    (item("circle", [[10, 10], [13, 14]]), Shape.ellipse(10, 10, 5, 5, "cell")),
    (item("line", [[1, 2], [9, 8]]), Shape.polyline([(1, 2), (9, 8)], "cell")),
    (item("linestrip", [[1, 2], [9, 8], [3, 9]]), Shape.polyline([(1, 2), (9, 8), (3, 9)], "cell")),
    (item("linestrip", [[1, 2], [9, 8]]), Shape.polyline([(1, 2), (9, 8)], "cell")),
    (item("point", [[1, 2]]), Shape.point(1, 2, "cell")),
    (item("points", [[1, 2], [3, 4]]), Shape.keypoints([(1, 2), (3, 4)], "cell")),
    (
        item("oriented_rectangle", [[5, 2], [9, 6], [6, 9], [2, 5]]),
        Shape(kind="rotated_rectangle", points=[(5, 2), (9, 6), (6, 9), (2, 5)], label="cell"),
    ),
    (
        item("rotation", [[5, 2], [9, 6], [6, 9], [2, 5]], direction=0.78),
        Shape(kind="rotated_rectangle", points=[(5, 2), (9, 6), (6, 9), (2, 5)], label="cell"),
    ),
    (
        item("rectangle", [[1, 2], [9, 2], [9, 8], [1, 8]], attributes={"sex": "f"}, score=0.5, difficult=True),
        Shape.box(1, 2, 9, 8, "cell", attributes={"sex": "f", "difficult": True}, confidence=0.5),
    ),
    (
        item("rectangle", [[1, 2], [9, 8]], group_id=7, flags={"occluded": True, "old": False}, description="?", x=[1]),
        Shape.box(1, 2, 9, 8, "cell", group="7", attributes={"occluded": True, "old": False}),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "shape"), KINDS)
def test_each_type_is_a_kind_and_is_written_as_it_was(tmp_path: Path, given: dict[str, Any], shape: Shape) -> None:
    row = only(made(tmp_path, {"a.json": file([given])}))
    assert shapes(row)[0].replace(id=shape.id) == shape
    out = write("labelme", tmp_path / "out", Head(), [row])
    assert json.loads((out / "a.json").read_text()) == json.loads(file([given]))


@pytest.mark.parametrize("corners", [[[3.0, 2.0], [5.0, 3.0]], [[3.25, 2.0], [5.25, 3.0]]])
def test_a_mask_is_placed_by_its_first_point(tmp_path: Path, corners: list[list[float]]) -> None:
    given = item("mask", corners, mask=png([[0, 1, 1], [1, 1, 0]]))
    row = only(made(tmp_path, {"a.json": file([given])}))
    pixels = shapes(row)[0].to_mask((40, 30))
    assert pixels[2:4, 3:6].tolist() == [[False, True, True], [True, True, False]]
    assert pixels.sum() == 4
    written = json.loads((write("labelme", tmp_path / "out", Head(), [row]) / "a.json").read_text())["shapes"][0]
    assert written["points"] == corners
    assert np.array(Image.open(io.BytesIO(base64.b64decode(written["mask"])))).tolist() == [
        [False, True, True], [True, True, False],
    ]  # fmt: skip


def test_flags_of_an_image_are_its_tags_and_those_not_set_come_back(tmp_path: Path) -> None:
    text = file([], flags={"cat": True, "dog": False}, lineColor=[0, 255, 0, 128])
    row = only(made(tmp_path, {"a.json": text}))
    assert row.annotation == Annotation(tags=["cat"])
    out = write("labelme", tmp_path / "out", Head(), [row])
    assert json.loads((out / "a.json").read_text()) == json.loads(text)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("member", "path", "image"),
    [
        ("labels/a.json", "..\\images\\a.png", "images/a.png"),
        ("labels/a.json", "C:\\data\\images\\a.png", "images/a.png"),
        ("images/a.json", "a.png", "images/a.png"),
        ("images/a.json", None, "images/a.png"),
    ],
)
def test_the_image_is_found_whatever_the_slash(
    tmp_path: Path, packed: bool, member: str, path: str | None, image: str
) -> None:
    members = {member: file([], imagePath=path, imageHeight=None, imageWidth=None), image: picture(12, 9)}
    row = only(made(tmp_path, members, packed))
    assert (row.name, row.image, row.width, row.height) == (image, image, 12, 9)


def test_labels_txt_gives_the_order_and_what_nothing_has(tmp_path: Path) -> None:
    text = "__ignore__\n_background_\ncell\nnucleus\n"
    head, rows, _ = read("labelme", made(tmp_path, {"a.json": file([]), "labels.txt": text}))
    assert head.labels == (Label("cell"), Label("nucleus"))
    assert (write("labelme", tmp_path / "out", head, rows) / "labels.txt").read_text() == text


WRONG = [
    ("shapes[1]: shapes: they are no objects", [item("point", [[1, 2]]), 3]),
    ("shapes[0].shape_type: shapes: their shape_type is none of polygon, ", [item("blob", [[1, 2]])]),
    ("shapes[0].points: shapes: their points are no pairs of numbers", [item("point", [[1, "2"]])]),
    ("shapes[0].points: shapes: a circle has 2 points", [item("circle", [[1, 2]])]),
    ("shapes[0].mask: masks: they are no PNG", [item("mask", [[1, 2], [3, 4]], mask="AAAA")]),
    ("shapes[0].mask: masks: they are no text", [item("mask", [[1, 2], [3, 4]])]),
    ("shapes[0].points: polygons: The polygon has no area", [item("polygon", [[1, 2], [3, 4], [5, 6]])]),
    ("shapes[0].label: shapes: a label's name has 1 to 200 characters", [item("point", [[1, 2]], label="x" * 201)]),
]


@pytest.mark.parametrize(("said", "given"), WRONG)
def test_what_is_wrong_is_told_with_its_place_or_left_out(
    tmp_path: Path, said: str, given: list[dict[str, Any]]
) -> None:
    path = made(tmp_path, {"a.json": file([*given, item("point", [[7, 7]])])})
    with pytest.raises(ReadFailed) as error:
        read("labelme", path)
    assert f"a.json: {said}" in str(error.value)
    _, rows, problems = read("labelme", path, "skip")
    assert shapes(rows[0])[-1].points == ((7, 7),)
    assert len(problems.skipped) == 1


def test_a_broken_file_costs_itself_only(tmp_path: Path) -> None:
    path = made(tmp_path, {"a.json": file([]), "b.json": '{"shapes": [', "c.json": "[]", "d.json": '{"info": 1}'})
    with pytest.raises(ReadFailed, match=r"b\.json is not JSON: it breaks off"):
        read("labelme", path)
    _, rows, problems = read("labelme", path, "skip")
    assert [row.name for row in rows] == ["a.png"]
    assert [its.place for its in problems.skipped] == ["b.json", "c.json", "d.json"]


def test_what_it_has_no_word_for_is_told(tmp_path: Path) -> None:
    ellipse, circle = Shape.ellipse(9, 9, 4, 2, "cell"), Shape.ellipse(9, 9, 4, 4, "cell")
    row = Row("a.jpg", 40, 30, Annotation(shapes=[ellipse, circle, Shape.point(1, 1, group="left")]))
    assert [what for what, _ in available()["labelme"].losses(row, Head())] == ["ellipses", "groups"]
    back = only(write("labelme", tmp_path / "out", Head(), [row]))
    assert [s.kind for s in shapes(back)] == ["polygon", "ellipse", "point"]
    assert shapes(back)[2].group == "1"


def test_images_that_differ_in_their_suffix_have_a_file_each(tmp_path: Path) -> None:
    out = write("labelme", tmp_path / "out", Head(), [Row("d/a.jpg", 4, 3), Row("d/a.png", 4, 3)])
    assert sorted(p.name for p in (out / "d").glob("*.json")) == ["a.json", "a.png.json"]
    assert [row.name for row in read("labelme", out)[1]] == ["d/a.jpg", "d/a.png"]


_at = st.tuples(st.floats(0, 30), st.floats(0, 20))
_values = st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=4).filter(lambda t: "\0" not in t), st.none())


@st.composite
def _shapes(draw: Any) -> Shape:
    x, y = draw(_at)
    fields: dict[str, Any] = {
        "label": draw(st.sampled_from(["", "cell", "é"])),
        "attributes": draw(st.dictionaries(st.sampled_from(["a", "é", "difficult"]), _values, max_size=3)),
        "confidence": draw(st.none() | st.floats(0, 1)),
        "group": draw(st.sampled_from([None, "1", "-4"])),
    }
    pixels = np.zeros((30, 40), dtype=bool)
    pixels[int(y), int(x) : int(x) + 3] = True
    return draw(
        st.sampled_from(
            [
                Shape.rectangle(x, y, draw(st.floats(1, 9)), 2.5, **fields),
                Shape.polygon([(x, y), (x + 2.5, y), (x, y + 3)], **fields),
                Shape.polyline([(x, y), draw(_at), (x + 2, y)], **fields),
                Shape.point(x, y, **fields),
                Shape.keypoints([(x, y), draw(_at)], **fields),
                Shape.rotated_rectangle(x, y, 4, 3, draw(st.floats(-180, 180)), **fields),
                Shape.mask(pixels, **fields),
            ]
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(_shapes(), max_size=4), st.sets(st.sampled_from(["cat", "dog"])))
def test_shapes_of_all_kinds_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, its: list[Shape], tags: set[str]
) -> None:
    said = Annotation(shapes=its, tags=sorted(tags)) if its or tags else None
    row = Row("d/a.png", 40, 30, said)
    out = write("labelme", tmp_path_factory.mktemp("out") / "set", Head(), [row])
    back = only(out)
    assert (back.name, back.width, back.height) == (row.name, 40, 30)
    assert plain(back).annotation == plain(row).annotation
