"""Supervisely projects: what they say comes in, and goes out as it was."""

from __future__ import annotations

import base64
import io
import json
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.formats.sets import from_disk, made, picture, plain, read, sniffed, write

from nbannotate import Annotation, Attribute, Label, Shape, Tag
from nbannotate.errors import ReadFailed
from nbannotate.formats import Head, Row, available
from nbannotate.model import Skeleton

GRAPH = {
    "nodes": {
        "b1f6": {"label": "nose", "loc": [10, 10], "color": "#0000FF"},
        "77aa": {"label": "tail", "loc": [30, 10], "color": "#0000FF"},
    },
    "edges": [{"src": "b1f6", "dst": "77aa", "color": "#00FF00"}],
}
META: dict[str, Any] = {
    "classes": [
        {"title": "cell", "shape": "any", "color": "#FF0000", "geometry_config": {}, "id": 31, "hotkey": "c"},
        {"title": "dot", "shape": "point", "color": "#00FF00", "geometry_config": {}, "id": 32, "hotkey": ""},
        {"title": "fish", "shape": "graph", "color": "#0000FF", "geometry_config": GRAPH, "id": 33, "hotkey": ""},
        {"title": "unused", "shape": "bitmap", "color": "#0000FF", "geometry_config": {}, "id": 34, "hotkey": ""},
    ],
    "tags": [
        {
            "name": "stage", "value_type": "oneof_string", "color": "#ED68A1", "id": 7, "hotkey": "",
            "applicable_type": "objectsOnly", "classes": ["cell"], "values": ["ring", "troph"],
        },
        {
            "name": "occluded", "value_type": "none", "color": "#ED68A1", "id": 8, "hotkey": "",
            "applicable_type": "all", "classes": [],
        },
        {
            "name": "height", "value_type": "any_number", "color": "#ED68A1", "id": 9, "hotkey": "",
            "applicable_type": "imagesOnly", "classes": [],
        },
    ],
    "projectType": "images",
    "projectSettings": {"multiView": {"enabled": False}},
}  # fmt: skip


def figure(type_: str, title: str = "cell", **fields: Any) -> dict[str, Any]:
    """Return an object as Supervisely writes it."""
    return {
        "id": 497521359, "classId": 31, "description": "", "geometryType": type_, "labelerLogin": "alex",
        "createdAt": "2022-06-14T11:57:32.384Z", "updatedAt": "2022-06-14T11:57:32.384Z", "tags": [],
        "classTitle": title,
    } | fields  # fmt: skip


def area(exterior: list[list[float]], *interior: list[list[float]]) -> dict[str, Any]:
    """Return points as Supervisely has them."""
    return {"exterior": exterior, "interior": list(interior)}


def picture_of(objects: list[dict[str, Any]], **fields: Any) -> str:
    """Return the annotation of an image of 40 x 30 pixels."""
    said = {"description": "", "tags": [], "size": {"height": 30, "width": 40}, "objects": objects} | fields
    return json.dumps(said)


def project(tmp_path: Path, members: dict[str, str | bytes], packed: bool = False, **meta: Any) -> Path:
    """Return a project with some annotations."""
    return made(tmp_path, {"meta.json": json.dumps(META | meta), **members}, packed)


def only(path: Path, on_error: str = "error") -> Row:
    """Return the one row of a set."""
    _, rows, _ = read("supervisely", path, on_error)
    assert len(rows) == 1
    return rows[0]


def shapes(row: Row) -> tuple[Shape, ...]:
    """Return the shapes of a row."""
    assert row.annotation is not None
    return row.annotation.shapes


def bitmap(pixels: list[list[int]]) -> str:
    """Return a mask as Supervisely has it: a PNG with transparency, compressed twice, in base64."""
    out = io.BytesIO()
    image = Image.fromarray(np.array(pixels, dtype=np.uint8))
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.save(out, "PNG", transparency=0)
    return base64.b64encode(zlib.compress(out.getvalue())).decode()


RING, HOLE = [[1, 1], [20, 1], [20, 20], [1, 20]], [[5, 5], [9, 5], [9, 9]]
FIGURES = [
    (figure("rectangle", points=area([[1, 2], [9, 8]])), Shape.box(1, 2, 9, 8, "cell")),
    (figure("polygon", points=area([[1, 1], [9.5, 1], [9, 8]])), Shape.polygon([(1, 1), (9.5, 1), (9, 8)], "cell")),
    (figure("polygon", points=area(RING, HOLE)), Shape.polygon([RING, HOLE], "cell")),
    (
        figure("multipolygon", parts=[area(RING, HOLE), area([[30, 1], [35, 1], [30, 9]])]),
        Shape.polygon([RING, HOLE, [[30, 1], [35, 1], [30, 9]]], "cell"),
    ),
    (figure("line", points=area([[1, 2], [9, 8]])), Shape.polyline([(1, 2), (9, 8)], "cell")),
    (figure("point", "dot", points=area([[1, 2]])), Shape.point(1, 2, "dot")),
    (
        figure("oriented_bbox", points=[[10, 10], [20, 14]], angle=0.5),
        Shape.rotated_rectangle(10, 10, 10, 4, math.degrees(0.5), "cell"),
    ),
    (
        figure("graph", "fish", nodes={"b1f6": {"loc": [3, 4]}, "77aa": {"loc": [5.5, 6], "disabled": True}}),
        Shape.skeleton([(3, 4), (5.5, 6)], [2, 1], "fish"),
    ),
    (figure("graph", "fish", nodes={"77aa": {"loc": [5, 6]}}), Shape.skeleton([(5, 6), (5, 6)], [0, 2], "fish")),
    (
        figure("rectangle", points=area([[1, 2], [9, 8]]), instance="7f", nnCreated=True, description="?"),
        Shape.box(1, 2, 9, 8, "cell", group="7f"),
    ),
    (
        figure(
            "rectangle", points=area([[1, 2], [9, 8]]),
            tags=[{"name": "stage", "value": "ring", "labelerLogin": "alex", "id": 5}, {"name": "occluded"}],
        ),
        Shape.box(1, 2, 9, 8, "cell", attributes={"stage": "ring", "occluded": True}),
    ),
]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("given", "shape"), FIGURES)
def test_each_figure_is_a_kind_and_is_written_as_it_was(
    tmp_path: Path, given: dict[str, Any], shape: Shape, packed: bool
) -> None:
    path = project(
        tmp_path, {"ds/ann/a.jpg.json": picture_of([given]), "ds/img/a.jpg": picture(40, 30, "JPEG")}, packed
    )
    assert sniffed(path) == ["supervisely"]
    head, (row,), _ = read("supervisely", path)
    assert (row.name, row.image, row.width, row.height) == ("ds/img/a.jpg", "ds/img/a.jpg", 40, 30)
    assert shapes(row)[0].replace(id=shape.id) == shape
    out = write("supervisely", tmp_path / "out", head, [row])
    assert json.loads((out / "ds/ann/a.jpg.json").read_text()) == json.loads(picture_of([given]))
    after = json.loads((out / "meta.json").read_text())
    assert [{**c, "description": ""} for c in META["classes"]] == after.pop("classes")
    assert {k: v for k, v in META.items() if k != "classes"} == after


def test_classes_and_tags_are_labels_attributes_and_tags(tmp_path: Path) -> None:
    head, _, _ = read("supervisely", project(tmp_path, {"ds/ann/a.jpg.json": picture_of([])}))
    stage, occluded = Attribute("stage", "choice", ["ring", "troph"]), Attribute("occluded", "boolean")
    assert head.labels == (
        Label("cell", color="#ff0000", attributes=[stage, occluded]),
        Label("dot", ["point"], "#00ff00", [occluded]),
        Label("fish", ["skeleton"], "#0000ff", [occluded], Skeleton(["nose", "tail"], [("nose", "tail")])),
        Label("unused", ["mask"], "#0000ff", [occluded]),
    )
    assert head.tags == (Tag("occluded"), Tag("height", [Attribute("value", "number")]))
    assert [head.foreign[v.name].id for v in head.labels] == [31, 32, 33, 34]


def test_a_bitmap_is_placed_by_its_origin(tmp_path: Path) -> None:
    given = figure("bitmap", bitmap={"data": bitmap([[0, 1, 1], [1, 1, 0]]), "origin": [3, 2]})
    head, (row,), _ = read("supervisely", project(tmp_path, {"ds/ann/a.jpg.json": picture_of([given])}))
    pixels = shapes(row)[0].to_mask((40, 30))
    assert pixels[2:4, 3:6].tolist() == [[False, True, True], [True, True, False]]
    assert pixels.sum() == 4
    out = write("supervisely", tmp_path / "out", head, [row])
    written = json.loads((out / "ds/ann/a.jpg.json").read_text())["objects"][0]
    assert written["bitmap"]["origin"] == [3, 2]
    data = zlib.decompress(base64.b64decode(written["bitmap"]["data"]))
    image = np.array(Image.open(io.BytesIO(data)).convert("RGBA"))
    assert image[..., 3].tolist() == [[0, 255, 255], [255, 255, 0]]  # what is outside is transparent
    assert plain(only(out)) == plain(row)


def test_datasets_in_datasets_old_names_and_images_alone(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "ds/ann/a.json": picture_of([], imageId=5, customBigData={"x": 1}),
        "ds/img/a.jpg": picture(40, 30, "JPEG"),
        "ds/datasets/in/img/b.png": picture(8, 6),
        "ds/datasets/in/meta/b.png.json": '{"site": "Lyon", "n": 3}',
        "ds/datasets/in/ann/c.png.json": picture_of([]),
    }
    path = project(tmp_path, members)
    head, rows, _ = read("supervisely", path)
    assert [(r.name, r.image, r.width) for r in rows] == [
        ("ds/img/a.jpg", "ds/img/a.jpg", 40),
        ("ds/datasets/in/img/b.png", "ds/datasets/in/img/b.png", 8),
        ("ds/datasets/in/img/c.png", None, 40),
    ]
    assert rows[1].metadata == {"site": "Lyon", "n": 3}
    assert rows[0].foreign.id == 5
    out = write("supervisely", tmp_path / "out", head, from_disk(rows, path), images="copy")
    assert json.loads((out / "ds/ann/a.json").read_text()) == json.loads(str(members["ds/ann/a.json"]))
    for name in ("ds/img/a.jpg", "ds/datasets/in/img/b.png"):
        assert (out / name).read_bytes() == members[name]
    assert list(map(plain, read("supervisely", out)[1])) == list(map(plain, rows))


def test_a_dataset_or_a_tag_says_the_split(tmp_path: Path) -> None:
    tags = [{"name": n, "value_type": "none", "color": "#ED68A1"} for n in ("train", "validation", "blurred")]
    members: dict[str, str | bytes] = {
        "test/ann/a.jpg.json": picture_of([]),
        "more/ann/b.jpg.json": picture_of([], tags=[{"name": "validation", "id": 3}, {"name": "blurred"}]),
        "more/ann/c.jpg.json": picture_of([]),
    }
    head, rows, _ = read("supervisely", project(tmp_path, members, tags=tags))
    assert [(r.name, r.split) for r in rows] == [
        ("more/img/b.jpg", "val"), ("more/img/c.jpg", None), ("test/img/a.jpg", "test"),
    ]  # fmt: skip
    assert rows[0].annotation == Annotation(tags=["blurred"])
    out = write("supervisely", tmp_path / "out", head, rows)
    assert {t["name"] for t in json.loads((out / "more/ann/b.jpg.json").read_text())["tags"]} == {
        "validation", "blurred",
    }  # fmt: skip
    assert list(map(plain, read("supervisely", out)[1])) == list(map(plain, rows))


def test_images_of_another_program_get_a_dataset(tmp_path: Path) -> None:
    rows = [Row("a.jpg", 4, 3), Row("b.jpg", 4, 3, split="val"), Row("x/y/c.jpg", 4, 3, split="train")]
    out = write("supervisely", tmp_path / "out", Head(), rows)
    _, back, _ = read("supervisely", out)
    assert [(r.name, r.split) for r in back] == [
        ("dataset/img/a.jpg", None), ("val/img/b.jpg", "val"), ("x/datasets/y/img/c.jpg", "train"),
    ]  # fmt: skip


FLAT = area([[1, 2], [3, 4], [5, 6]])
WRONG = [
    ("objects[1]: objects: they are no objects of JSON", figure("point", "dot", points=area([[1, 2]])), 3),
    ("objects[0].classTitle: objects: meta.json has no class of their classTitle", figure("point", "blob")),
    ("objects[0]: objects: of a point, the points are no pairs", figure("point", points=area([[1, "2"]]))),
    (
        "objects[0]: objects: of a bitmap, they are not packed",
        figure("bitmap", bitmap={"data": "AAAA", "origin": [1, 1]}),
    ),
    ("objects[0]: objects: of a bitmap, there are no data with an origin", figure("bitmap")),
    (
        "objects[0]: objects: of a graph, the class has no node 'x'",
        figure("graph", "fish", nodes={"x": {"loc": [1, 1]}}),
    ),
    ("objects[0]: objects: of a oriented_bbox, it has two corners", figure("oriented_bbox", points=[[1, 1]])),
    ("objects[0]: objects: of a polygon, The polygon has no area", figure("polygon", points=FLAT)),
    ("objects[0].tags[0]: tags: they have no name", figure("point", "dot", points=area([[1, 2]]), tags=[3])),
]


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place_or_left_out(tmp_path: Path, case: tuple[Any, ...]) -> None:
    said, *given = case
    objects = [*given, figure("point", "dot", points=area([[7, 7]]))]
    path = project(tmp_path, {"ds/ann/a.jpg.json": picture_of(objects)})
    with pytest.raises(ReadFailed) as error:
        read("supervisely", path)
    assert f"ds/ann/a.jpg.json: {said}" in str(error.value)
    _, rows, problems = read("supervisely", path, "skip")
    assert shapes(rows[0])[-1].points == ((7, 7),)
    assert len(problems.skipped) == 1


def test_cuboids_are_counted(tmp_path: Path) -> None:
    given = figure("cuboid", points=[[1, 2]], faces=[[0, 1, 2, 3]])
    _, rows, problems = read("supervisely", project(tmp_path, {"ds/ann/a.jpg.json": picture_of([given])}))
    assert rows[0].annotation is None
    assert [str(v) for v in problems.left_out()] == [
        "1 cuboids left out: there is no kind of shape for cuboid (first: ds/ann/a.jpg.json: objects[0].geometryType)"
    ]


def test_a_wrong_meta_says_what_and_a_broken_file_costs_itself_only(tmp_path: Path) -> None:
    classes = [{"title": "cell"}, {"title": "cell"}, {"title": ""}, 7]
    path = project(
        tmp_path, {"ds/ann/a.jpg.json": picture_of([]), "ds/ann/b.jpg.json": '{"objects": ['}, classes=classes
    )
    with pytest.raises(ReadFailed, match=r"meta\.json: classes\[1\]\.title: classes: another one has the same title"):
        read("supervisely", path)
    head, rows, problems = read("supervisely", path, "skip")
    assert [v.name for v in head.labels] == ["cell"]
    assert [r.name for r in rows] == ["ds/img/a.jpg", "ds/img/b.jpg"]
    assert [its.place for its in problems.skipped][-1] == "ds/ann/b.jpg.json"
    assert len(problems.skipped) == 4


def test_what_it_has_no_word_for_is_told() -> None:
    box = Shape.box(1, 2, 9, 8, "cell", attributes={"seen": False})
    row = Row("a.jpg", 40, 30, Annotation(shapes=[box], tags=["t"], tag_attributes={"t": {"how": "x"}}))
    assert [what for what, _ in available()["supervisely"].losses(row, Head())] == ["attributes", "attributes of tags"]


_at = st.tuples(st.floats(0, 30), st.floats(0, 20))
_texts = st.text(min_size=1, max_size=4).filter(lambda t: "\0" not in t)
_value = st.one_of(
    st.just(True), st.integers(-9, 9), st.floats(-9, 9), _texts, st.lists(_texts, min_size=2, max_size=3)
)


@st.composite
def _shapes(draw: Any) -> Shape:
    x, y = draw(_at)
    label = draw(st.sampled_from(["cell", "é"]))
    fields: dict[str, Any] = {
        "attributes": draw(st.dictionaries(st.sampled_from(["a", "é", "occluded"]), _value, max_size=3)),
        "group": draw(st.sampled_from([None, "1", "left"])),
    }
    pixels = np.zeros((30, 40), dtype=bool)
    pixels[int(y), int(x) : int(x) + 3] = True
    ring = [(x, y), (x + 2.5, y), (x, y + 3)]
    return draw(
        st.sampled_from(
            [
                Shape.rectangle(x, y, draw(st.floats(1, 9)), 2.5, label, **fields),
                Shape.polygon(ring, label, **fields),
                Shape.polygon([ring, [(x + 4, y), (x + 8, y), (x + 8, y + 3)]], label, **fields),
                Shape.polygon([ring, [(x + 0.5, y + 0.5), (x + 1, y + 0.5), (x + 0.5, y + 1)]], label, **fields),
                Shape.polyline([(x, y), draw(_at), (x + 2, y)], label, **fields),
                Shape.point(x, y, label, **fields),
                Shape.mask(pixels, label, **fields),
                Shape.skeleton([(x, y), draw(_at)], draw(st.sampled_from([(), (2, 1), (1, 1)])), "fish", **fields),
            ]
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(_shapes(), max_size=4), st.dictionaries(st.sampled_from(["t", "u"]), st.none() | _texts))
def test_shapes_of_all_kinds_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, its: list[Shape], tags: dict[str, Any]
) -> None:
    values = {tag: {"value": v} for tag, v in tags.items() if v is not None}
    said = Annotation(shapes=its, tags=list(tags), tag_attributes=values) if its or tags else None
    row = Row("d/img/a.png", 40, 30, said, split="val", metadata={"n": 1})
    head = Head(labels=(Label("fish", ["skeleton"], skeleton=Skeleton(["nose", "tail"], [("nose", "tail")])),))
    out = write("supervisely", tmp_path_factory.mktemp("out") / "set", head, [row])
    back = only(out)
    assert (back.name, back.split, back.width, back.height, back.metadata) == (row.name, "val", 40, 30, {"n": 1})
    assert plain(back).annotation == plain(row).annotation
