"""COCO: what a file says is read, what cannot be read is counted, what is wrong is named with its place."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.formats import sets

from nbannotate import formats, shapes
from nbannotate.errors import CannotWrite, FileMissing, InvalidInput, ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats import Foreign, Head, Row
from nbannotate.model import Annotation, Attribute, Label, Shape, Skeleton
from nbannotate.rules.well_formed import check_well_formed
from nbannotate.shapes import rle

COCO = formats.get("coco")
REAL = sets.REAL / "coco_tiny" / "annotations"
real_data = pytest.mark.skipif(not REAL.is_dir(), reason="the coco_tiny data set is not beside the repository")


class Read:
    """What is in a file: its rows by name, its labels, and what was not taken."""

    def __init__(self, path: Path, on_error: str = "skip") -> None:
        self.head, rows, problems = sets.read("coco", path, on_error)
        self.rows = {row.name: row for row in rows}
        self.annotations = {n: r.annotation for n, r in self.rows.items() if r.annotation and not r.annotation.empty}
        self.labels = tuple(label.name for label in self.head.labels)
        self.left_out = problems.left_out()


def write(path: Path, rows: Iterable[Row], labels: list[Label] | None = None, head: Head | None = None) -> Any:
    return sets.write("coco", path, head or Head(tuple(labels or ())), rows)


def content_of(path: Path) -> Any:
    return json.loads(path.read_text())


def small(**changes: Any) -> dict[str, Any]:
    """A small valid file with one image, one category and one annotation; ``changes`` go into the annotation."""
    item = {"id": 7, "image_id": 1, "category_id": 3, "bbox": [10, 20, 30, 40]} | changes
    return {
        "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 80}],
        "categories": [{"id": 3, "name": "cell"}],
        "annotations": [{k: v for k, v in item.items() if v is not None}],
    }


def saved(folder: Path, content: object) -> Path:
    path = folder / "file.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def pycocotools(path: Path) -> Any:
    coco = pytest.importorskip("pycocotools.coco")
    with contextlib.redirect_stdout(io.StringIO()):
        return coco.COCO(str(path))


def test_a_box_becomes_a_rectangle_with_its_score(tmp_path: Path) -> None:
    reading = Read(saved(tmp_path, small(score=0.75, attributes={"occluded": True})))
    (shape,) = reading.annotations["a.png"].shapes
    assert (shape.kind, shape.points, shape.label) == ("rectangle", ((10, 20), (40, 60)), "cell")
    assert (shape.confidence, shape.attributes) == (0.75, {"occluded": True})
    assert reading.labels == ("cell",)
    assert [(r.width, r.height) for r in reading.rows.values()] == [(100, 80)]
    assert reading.left_out == ()


def test_further_labels_come_back_and_other_programs_see_one_object(tmp_path: Path) -> None:
    box = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", also=("infected", "young"))
    rows = [Row("a.png", 40, 30, Annotation(shapes=(box, Shape(kind="rectangle", points=((1, 1), (5, 5)), label="x"))))]
    write(tmp_path / "out.json", rows, [Label("cell")])
    reading = Read(tmp_path / "out.json")
    assert reading.annotations["a.png"] == rows[0].annotation
    assert set(reading.labels) == {"cell", "infected", "young", "x"}
    coco = pycocotools(tmp_path / "out.json")
    assert len(coco.getAnnIds()) == 2
    assert [c["name"] for c in coco.loadCats([a["category_id"] for a in coco.loadAnns(coco.getAnnIds())])] == [
        "cell",
        "x",
    ]


def test_a_polygon_of_several_parts_is_one_shape(tmp_path: Path) -> None:
    parts = [[0.0, 0.0, 10.0, 0.0, 10.0, 10.0], [20.0, 20.0, 30.0, 20.0, 30.0, 30.0, 20.0, 30.0]]
    reading = Read(saved(tmp_path, small(segmentation=parts)))
    (shape,) = reading.annotations["a.png"].shapes
    assert (shape.kind, shape.rings, len(shape.points)) == ("polygon", (3, 4), 7)
    out = write(tmp_path / "out.json", [Row("a.png", 100, 80, reading.annotations["a.png"])], [Label("cell")])
    (written,) = content_of(out)["annotations"]
    assert written["segmentation"] == parts
    assert written["area"] == 50 + 100
    assert written["bbox"] == [0, 0, 30, 30]


def test_parts_of_before_are_one_shape_when_they_are_read_and_one_annotation_when_they_are_written(
    tmp_path: Path,
) -> None:
    parts = [[0, 0, 10, 0, 10, 10], [20, 20, 30, 20, 30, 30]]
    old = small(segmentation=parts, attributes={"part_of": "coco 7"}, nbannotate={"shape_ids": ["a", "b"]})
    (shape,) = Read(saved(tmp_path, old)).annotations["a.png"].shapes
    assert (shape.id, shape.rings, shape.attributes) == ("a", (3, 3), {})
    triangle = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0))
    three = [Shape(kind="polygon", points=triangle, label=v, attributes={"part_of": "coco 7"}) for v in "aab"]
    out = write(tmp_path / "o.json", [Row("a.png", 99, 99, Annotation(shapes=tuple(three)))])
    assert [len(a["segmentation"]) for a in content_of(out)["annotations"]] == [2, 1]


@pytest.mark.parametrize(
    ("changes", "what", "place"),
    [
        ({"segmentation": {"counts": [1, 2], "size": [80, 100]}}, "masks", "annotations[0].segmentation"),
        ({"segmentation": {"counts": [1], "size": [1, 1]}, "iscrowd": 1}, "masks", "annotations[0].segmentation"),
        ({"segmentation": [[0, 0, 9, 0]], "bbox": None}, "polygons", "annotations[0].segmentation[0]"),
        ({"segmentation": [[1, 2, 3, 4, 5, 6, 7]], "bbox": None}, "polygons", "annotations[0].segmentation[0]"),
        ({"segmentation": "0 0 9 0 9 9", "bbox": None}, "polygons", "annotations[0].segmentation"),
        ({"bbox": [1, 2, 3]}, "boxes", "annotations[0].bbox"),
        ({"bbox": [1, "x", 3, 4]}, "boxes", "annotations[0].bbox"),
        ({"bbox": [1, math.nan, 3, 4]}, "boxes", "annotations[0].bbox"),
        ({"image_id": 9}, "annotations", "annotations[0].image_id"),
        ({"image_id": [1]}, "annotations", "annotations[0].image_id"),
        ({"category_id": 9}, "annotations", "annotations[0].category_id"),
        ({"category_id": None}, "annotations", "annotations[0].category_id"),
        ({"bbox": [5, 5, 0, 9]}, "boxes", "annotations[0].bbox"),
        ({"bbox": None}, "annotations", "annotations[0]"),
        ({"bbox": [200, 20, 30, 40]}, "rectangles", "annotations[0]"),
        ({"segmentation": [[5, 5, 9, 9, 7, 7]], "bbox": None}, "polygons", "annotations[0]"),
    ],
)
def test_what_cannot_be_read_is_counted_with_its_reason(
    tmp_path: Path, changes: dict[str, Any], what: str, place: str
) -> None:
    path = saved(tmp_path, small(**changes))
    reading = Read(path)
    assert reading.annotations == {}
    assert [(v.what, v.count, v.first) for v in reading.left_out] == [(what, 1, place)]
    assert str(reading.left_out[0]).startswith(f"1 {what} left out: ")
    with pytest.raises(ReadFailed, match=rf"^file\.json: {re.escape(place)}: {what}: .*on_error='skip'"):
        Read(path, "error")


@pytest.mark.parametrize(
    ("changes", "what", "place"),
    [
        ({"score": 87}, "scores", "annotations[0].score"),
        ({"score": "0.5"}, "scores", "annotations[0].score"),
        ({"score": math.nan}, "scores", "annotations[0].score"),
        ({"attributes": [1]}, "sets of attributes", "annotations[0].attributes"),
        ({"attributes": {"a": math.nan}}, "attributes", "annotations[0].attributes.'a'"),
        ({"nbannotate": 7}, "fields nbannotate", "annotations[0].nbannotate"),
        ({"keypoints": [1, 2]}, "key points", "annotations[0].keypoints"),
        ({"segmentation": [[]]}, "polygons", "annotations[0].segmentation[0]"),
        ({"segmentation": [[8, 8]]}, "polygons", "annotations[0].segmentation[0]"),
        ({"segmentation": [[8, 8, 9, 9]]}, "polygons", "annotations[0].segmentation[0]"),
        ({"segmentation": [8, 8, 9, 9, 3, 9]}, "polygons", "annotations[0].segmentation[0]"),
        ({"segmentation": "8 8"}, "polygons", "annotations[0].segmentation"),
        ({"segmentation": [[5, 5, 9, 9, 7, 7]]}, "polygons", "annotations[0]"),
        ({"segmentation": [[200, 200, 210, 200, 210, 210]]}, "polygons", "annotations[0]"),
    ],
)
def test_a_good_box_survives_what_is_wrong_beside_it(
    tmp_path: Path, changes: dict[str, Any], what: str, place: str
) -> None:
    reading = Read(saved(tmp_path, small(**changes)))
    (shape,) = reading.annotations["a.png"].shapes
    assert (shape.kind, shape.points) == ("rectangle", ((10, 20), (40, 60)))
    assert what in {v.what for v in reading.left_out}
    assert next(v.first for v in reading.left_out if v.what == what) == place


def test_of_several_parts_the_good_ones_are_read(tmp_path: Path) -> None:
    reading = Read(saved(tmp_path, small(segmentation=[[0, 0, 10, 0, 10, 10], [8, 8], ["x"]])))
    assert [s.kind for s in reading.annotations["a.png"].shapes] == ["polygon"]
    assert sum(v.count for v in reading.left_out) == 2


ONE = 1.0, True, None, "", "a", [], [[]], {}, {"a": [1]}, math.nan, math.inf, -1, 10**30, [1, 2], "\ud800", "1"


def two() -> dict[str, Any]:
    """A file with two images, categories and annotations, and all the fields that there are."""
    return {
        "info": {"year": 2026},
        "licenses": [{"id": 1, "name": "x"}],
        "images": [{"id": i, "file_name": f"{i}.png", "width": 100, "height": 80, "license": 1} for i in (1, 2)],
        "categories": [{"id": i, "name": f"c{i}", "supercategory": "x", "color": "#ffffff"} for i in (1, 2)],
        "annotations": [
            {"id": i, "image_id": i, "category_id": i, "bbox": [10, 20, 30, 40], "iscrowd": 0, "area": 1200,
             "score": 0.5, "segmentation": [[10, 20, 40, 20, 40, 60]], "attributes": {"a": 1}, "keypoints": [],
             "nbannotate": None}
            for i in (1, 2)
        ],
    }  # fmt: skip


json_values = st.recursive(
    st.sampled_from(ONE) | st.floats() | st.integers() | st.text(),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=3),
)


def put_into(content: dict[str, Any], where: str, field: str, value: Any) -> None:
    """Put a value into the second item of a list, in place of the item, or beside the lists."""
    if where == "top":
        content[field] = value
    elif field == "":
        content[where][1] = value
    else:
        content[where][1][field] = value


FIELDS = [("top", "info"), ("top", "licenses"), ("top", "x")] + [
    (where, field)
    for where, items in two().items()
    if where in ("images", "categories", "annotations")
    for field in (*items[1], "x", "")
]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(FIELDS), json_values)
def test_whatever_a_field_holds_it_costs_no_other_item(
    tmp_path_factory: pytest.TempPathFactory, field: tuple[str, str], value: Any
) -> None:
    content, path = two(), tmp_path_factory.getbasetemp() / "any.json"
    put_into(content, *field, value)
    path.write_text(json.dumps(content))
    reading = Read(path)
    assert "coco" in sets.sniffed(path)
    if field[1] in ("id", "file_name", "image_id", "name", "category_id") and value in (1, "1.png", "c1"):
        return  # then it is another file
    first = reading.annotations["1.png"].shapes
    assert [(s.kind, s.label, s.confidence) for s in first] == [("polygon", "c1", 0.5)]
    second = reading.annotations.get("2.png", Annotation()).shapes
    if field[0] == "top" or field[1] in ("info", "x", "area", "license", "supercategory", "color"):
        assert len(second) == 1
        assert {v.what for v in reading.left_out} <= {"fields"}
    elif not second:
        assert reading.left_out or field[1] == "file_name"
    for annotation in reading.annotations.values():
        check_well_formed(annotation)


@pytest.mark.parametrize("name", ["images", "annotations", "categories"])
@pytest.mark.parametrize("value", [None, 1, {}, "x"])
def test_a_file_whose_lists_are_none_is_refused_with_the_place(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ReadFailed, match=rf"^file\.json: {name}: must be a list"):
        Read(saved(tmp_path, small() | {name: value}))


def test_a_mark_and_numbers_as_python_writes_them_do_no_harm(tmp_path: Path) -> None:
    content = json.dumps(small(area=math.nan, score=0.5))
    path = tmp_path / "file.json"
    for data in (content.encode("utf-8-sig"), content.replace('"id": 1', '"id": 1.0').encode()):
        path.write_bytes(data)
        assert "coco" in sets.sniffed(path)
        assert len(Read(path).annotations["a.png"].shapes) == 1
    path.write_bytes(content.encode("utf-16"))
    with pytest.raises(ReadFailed, match=r"^file\.json is in UTF-16"):
        Read(path)
    path.write_bytes(content.replace("cell", "Zëlle").encode("latin-1"))
    with pytest.raises(ReadFailed, match=r"^file\.json is not in UTF-8"):
        Read(path)
    path.write_text('{"images": ' + "[" * 100_000)
    with pytest.raises(ReadFailed, match=r"^file\.json"):
        Read(path)


def test_two_things_of_one_id_mean_nothing_and_the_same_thing_twice_is_one(tmp_path: Path) -> None:
    image, category = small()["images"][0], small()["categories"][0]
    twice = Read(saved(tmp_path, small() | {"images": [image] * 2, "categories": [category] * 2}))
    assert len(twice.annotations["a.png"].shapes) == 1
    assert [(v.what, v.first) for v in twice.left_out] == [("images", "images[1].id")]
    other = Read(saved(tmp_path, small() | {"images": [image, image | {"file_name": "b.png"}]}))
    assert other.annotations == {}
    assert [v.what for v in other.left_out] == ["images", "annotations"]
    named = Read(saved(tmp_path, small() | {"categories": [category, category | {"name": "other"}]}))
    assert named.annotations == {}
    assert [v.what for v in named.left_out] == ["categories", "annotations"]


def test_ids_order_and_unused_categories_come_back(tmp_path: Path) -> None:
    content = small()
    content["categories"] = [{"id": i, "name": n} for i, n in ((7, "zebra"), (3, "ant"), (9, "never used"), ("x", "t"))]
    content["images"] = [{"id": i, "file_name": n} for i, n in ((20, "b.png"), (5, "a.png"), ("k", "c.png"))]
    box = content["annotations"][0]
    three = [[1, 1, 9, 1, 9, 9], [11, 1, 19, 1, 19, 9]]
    content["annotations"] = [
        box | {"id": 31, "image_id": 20}, box | {"id": "n", "image_id": 5}, box | {"id": 4, "image_id": 20},
        box | {"id": 2, "image_id": "k", "category_id": "x", "segmentation": three},
    ]  # fmt: skip
    reading = Read(saved(tmp_path, content))
    out = tmp_path / "out.json"
    more = Annotation(shapes=(Shape(kind="rectangle", points=((1, 1), (5, 5)), label="new"),))
    write(out, [*reading.rows.values(), Row("new.png", 100, 80, more)], head=reading.head)
    written = json.loads(out.read_text())
    assert [(c["id"], c["name"]) for c in written["categories"]] == [
        (7, "zebra"), (3, "ant"), (9, "never used"), ("x", "t"), (1, "new")
    ]  # fmt: skip
    assert [(i["id"], i["file_name"]) for i in written["images"]] == [
        (20, "b.png"), (5, "a.png"), ("k", "c.png"), (1, "new.png")
    ]  # fmt: skip
    assert [(a["id"], a["image_id"]) for a in written["annotations"]] == [
        (31, 20), ("n", 5), (4, 20), (2, "k"), (1, 1)
    ]  # fmt: skip
    assert written["annotations"][3]["segmentation"] == three


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[{}]", "perhaps COCO \\*results\\*"),
        ("{}", "top level: images is missing"),
        ("7", "top level: must be an object"),
    ],
)
def test_a_file_that_is_not_coco_is_refused_with_the_reason(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(ReadFailed, match=message):
        Read(saved(tmp_path, content))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="There is no file"):
        Read(tmp_path / "nothing.json")


def test_a_coco_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    with Source(saved(tmp_path, small())) as source:
        assert formats.sniff(source) is COCO
    with Source(saved(tmp_path, {"images": []})) as source, pytest.raises(ReadFailed, match="none of the formats"):
        formats.sniff(source)


def test_a_format_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(InvalidInput, match=r"There is no format 'coca' \(did you mean 'coco'\?\); there .*'coco'"):
        formats.get("coca")


def test_tags_and_nothing_to_label_come_back(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    nothing, tagged = (
        Annotation(nothing_to_label=True, tags=("blurred",)),
        Annotation(tags=("night",), tag_attributes={"night": {"lamp": 2}}),
    )
    rows = [Row("a.png", 9, 9, nothing), Row("b.png", 9, 9, tagged), Row("c.png", 9, 9, None)]
    write(out, rows, [Label("cell")])
    assert Read(out).annotations == {"a.png": nothing, "b.png": tagged}
    assert sorted(pycocotools(out).imgs) == [1, 2, 3]


def test_shapes_that_coco_cannot_hold_are_told(tmp_path: Path) -> None:
    bare = Shape(kind="rectangle", points=((0, 0), (1, 1)), id="b")
    odd = Shape(kind="ellipse", points=((0, 0), (1, 1)), label="cell", id="o")
    row = Row("a.png", 9, 9, Annotation(shapes=(bare, odd)))
    assert list(formats.losses_of(COCO, row, Head())) == [
        ("shapes without a label", "COCO JSON has no place for them", "a.png, shape b"),
        ("shapes of kind ellipse", "COCO JSON has no such geometry", "a.png, shape o"),
    ]
    assert content_of(write(tmp_path / "o.json", [row]))["annotations"] == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    out = saved(tmp_path, "old")
    with pytest.raises(ZeroDivisionError):
        write(out, (Row(f"{1 // (1 - n)}.png", 9, 9) for n in range(3)))
    with pytest.raises(CannotWrite, match="cannot be written: there is no folder"):
        write(tmp_path / "no" / "folder.json", [])
    assert [p.name for p in tmp_path.iterdir()] == ["file.json"]
    assert out.read_text() == "old"


numbers = st.floats(0, 5000).map(lambda v: round(v, 6))
points = st.tuples(numbers, numbers)


def has_area(shape: Shape) -> bool:
    return shapes.kind(shape.kind).check(shape.points, 5500, 5500) is None


letters = st.characters(codec="utf-8", exclude_characters="\0")  # what the store takes
attributes = st.dictionaries(
    st.text(letters, min_size=1, max_size=8), st.one_of(st.booleans(), st.text(letters, max_size=8), st.integers(-9, 9))
)
confidences = st.none() | st.floats(0, 1)
polygons = st.builds(
    Shape,
    kind=st.just("polygon"),
    points=st.lists(points, min_size=3, max_size=9, unique=True).map(tuple),
    label=st.sampled_from(["cell", "Zelle", "细胞"]),
    attributes=attributes,
    confidence=confidences,
).filter(has_area)
rectangles = st.builds(
    Shape,
    kind=st.just("rectangle"),
    points=st.tuples(points, st.tuples(st.floats(1, 500), st.floats(1, 500))).map(
        lambda v: (v[0], (v[0][0] + v[1][0], v[0][1] + v[1][1]))
    ),
    label=st.sampled_from(["cell", "Zelle"]),
    attributes=attributes,
    confidence=confidences,
)


@settings(deadline=None)
@given(st.lists(st.lists(polygons | rectangles, max_size=5), max_size=4))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, images: list[list[Shape]]) -> None:
    out = tmp_path_factory.getbasetemp() / "round_trip.json"
    rows = [Row(f"{i}.png", 5500, 5500, Annotation(shapes=tuple(v))) for i, v in enumerate(images)]
    write(out, rows, [Label("cell", color="#123456")])
    first = out.read_bytes()
    reading = Read(out)
    assert reading.left_out == ()
    for row in rows:
        before = {s.id: s for s in row.annotation.shapes} if row.annotation else {}
        after = {s.id: s for s in reading.annotations.get(row.name, Annotation()).shapes}
        assert before.keys() == after.keys()
        for shape_id, shape in before.items():
            again = after[shape_id]
            assert (shape.kind, shape.label, shape.confidence) == (again.kind, again.label, again.confidence)
            assert shape.attributes == again.attributes
            flat = [value for point in shape.points for value in point]
            assert [value for point in again.points for value in point] == pytest.approx(flat, rel=1e-9, abs=1e-9)
    write(out, rows, [Label("cell", color="#123456")])
    assert out.read_bytes() == first


def without_ours(value: Any) -> Any:
    """The same without the fields that only we write."""
    if isinstance(value, dict):
        return {k: without_ours(v) for k, v in value.items() if k != "nbannotate"}
    return [without_ours(v) for v in value] if isinstance(value, list) else value


@real_data
@pytest.mark.parametrize(("part", "images", "polygons", "crowds"), [("train", 32, 284, 4), ("val", 6, 135, 1)])
def test_real_coco_comes_out_as_it_went_in(tmp_path: Path, part: str, images: int, polygons: int, crowds: int) -> None:
    path = REAL / f"instances_{part}2017.json"
    reading = Read(path, "error")
    shapes_ = [s for a in reading.annotations.values() for s in a.shapes]
    assert (len(reading.rows), len(reading.labels)) == (images, 80)
    assert [sum(s.kind == kind for s in shapes_) for kind in ("polygon", "mask")] == [polygons, crowds]
    assert sum(s.attributes.get("crowd", False) for s in shapes_) == crowds
    assert any(s.rings for s in shapes_)
    out = write(tmp_path / "out.json", list(reading.rows.values()), head=reading.head)
    assert without_ours(content_of(out)) == content_of(path)


@real_data
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # inside pycocotools
def test_real_coco_that_we_write_is_the_same_for_pycocotools(tmp_path: Path) -> None:
    path = REAL / "instances_val2017.json"
    source, reading = pycocotools(path), Read(path)
    named = [replace(r, foreign=Foreign(), shapes={}) for _, r in sorted(reading.rows.items())]
    ours = pycocotools(write(tmp_path / "out.json", named, [Label(n) for n in reading.labels]))
    assert len(ours.anns) == 136
    by_name = {v["file_name"]: v["id"] for v in ours.imgs.values()}
    for image in source.imgs.values():
        theirs = source.loadAnns(source.getAnnIds(image["id"]))
        mine = ours.loadAnns(ours.getAnnIds(by_name[image["file_name"]]))
        assert len(mine) == len(theirs)
        for a, b in zip(theirs, mine, strict=True):
            assert source.cats[a["category_id"]]["name"] == ours.cats[b["category_id"]]["name"]
            assert a["iscrowd"] == b["iscrowd"]
            assert (source.annToMask(a) == ours.annToMask(b)).all()
            assert b["bbox"] == pytest.approx(a["bbox"], abs=1)


def test_a_box_and_an_area_as_they_were_given_come_back_until_the_geometry_changes(tmp_path: Path) -> None:
    ring = [0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 0.0]  # closed
    given = small(segmentation=[ring], bbox=[0.04, 0.0, 9.99, 10.0], area=49.5, note="x")
    reading = Read(saved(tmp_path, given), "error")
    row = reading.rows["a.png"]
    (written,) = content_of(write(tmp_path / "1.json", [row], head=reading.head))["annotations"]
    assert without_ours(written) == given["annotations"][0] | {"iscrowd": 0}
    (shape,) = reading.annotations["a.png"].shapes
    moved = shapes.kind("polygon").moved(shape, 1, 0)
    row = replace(row, annotation=Annotation(shapes=(moved,)))
    (written,) = content_of(write(tmp_path / "2.json", [row], head=reading.head))["annotations"]
    assert (written["bbox"], written["area"], written["note"]) == ([1, 0, 10, 10], 50, "x")
    assert written["segmentation"] == [[1, 0, 11, 0, 11, 10]]


def test_key_points_are_a_skeleton_with_the_names_of_their_category(tmp_path: Path) -> None:
    content = small(
        keypoints=[10, 20, 2, 0, 0, 0, 30, 40, 1], num_keypoints=2, segmentation=[[10, 20, 40, 20, 40, 60]], area=900
    )
    content["categories"] = [
        {"supercategory": "fish", "id": 3, "name": "perch", "keypoints": ["eye", "fin", "tail"],
         "skeleton": [[1, 2], [2, 3]]}
    ]  # fmt: skip
    reading = Read(saved(tmp_path, content), "error")
    (label,), (shape,) = reading.head.labels, reading.annotations["a.png"].shapes
    assert label.skeleton == Skeleton(("eye", "fin", "tail"), (("eye", "fin"), ("fin", "tail")))
    assert (shape.kind, shape.visibility) == ("skeleton", (2, 0, 1))
    assert shape.points == ((10, 20), (10, 20), (30, 40))
    out = content_of(write(tmp_path / "out.json", list(reading.rows.values()), head=reading.head))
    assert without_ours(out["annotations"]) == [content["annotations"][0] | {"iscrowd": 0}]
    assert without_ours(out["categories"]) == content["categories"]


def test_run_lengths_come_back_as_they_were_written(tmp_path: Path) -> None:
    runs = {"size": [80, 100], "counts": [0, 40, 7960]}
    content = small(segmentation=runs, bbox=[0, 0, 1, 40], area=40)
    packed = {"size": [80, 100], "counts": rle.compress(runs["counts"])}
    content["annotations"].append(content["annotations"][0] | {"id": 8, "segmentation": packed})
    reading = Read(saved(tmp_path, content), "error")
    one, other = reading.annotations["a.png"].shapes
    assert one.rle == other.rle
    out = content_of(write(tmp_path / "out.json", list(reading.rows.values()), head=reading.head))
    assert [a["segmentation"] for a in out["annotations"]] == [runs, packed]


def test_a_folder_has_a_file_for_each_split_and_its_images_beside(tmp_path: Path) -> None:
    head = Head((Label("cell", ["rectangle"], "#112233", [Attribute("stage", "choice", ["ring", "troph"])]),))
    box = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", id="q")
    (tmp_path / "any.png").write_bytes(sets.picture(40, 30))
    rows = [
        Row(f"{n}.png", 40, 30, Annotation(shapes=(box,)), split=split, image=str(tmp_path / "any.png"))
        for n, split in enumerate(["train", "val", "fold 1", None])
    ]
    for name in ("out", "out.zip"):
        out = sets.write("coco", tmp_path / name, head, rows, "copy")
        again, read_, _ = sets.read("coco", out)
        assert again.labels == head.labels
        assert sorted((r.name, r.split, r.image) for r in read_) == [
            ("0.png", "train", "train/0.png"), ("1.png", "val", "val/1.png"), ("2.png", "fold 1", "images/2.png"),
            ("3.png", None, "images/3.png"),
        ]  # fmt: skip


PANOPTIC = sets.REAL / "yolo_coco128" / "panoptic"


@pytest.mark.skipif(not PANOPTIC.is_dir(), reason="the yolo_coco128 data set is not beside the repository")
def test_panoptic_segments_are_masks(tmp_path: Path) -> None:
    head, rows, problems = sets.read("coco", PANOPTIC, "skip")
    shapes_ = [s for row in rows if row.annotation for s in row.annotation.shapes]
    assert len(shapes_) == 659
    assert {s.kind for s in shapes_} == {"mask"}
    assert sum(s.attributes.get("crowd", False) for s in shapes_) == 4
    assert [(v.what, v.count) for v in problems.left_out()] == [("segments", 36)]  # images whose PNG file is not there
    source = content_of(PANOPTIC / "panoptic_val2017.json")
    areas = {
        (a["file_name"].replace("png", "jpg"), info["id"]): info["area"]
        for a in source["annotations"]
        for info in a["segments_info"]
    }
    for row in rows:
        for shape in row.annotation.shapes if row.annotation else ():
            assert shape.area == areas[row.name, row.shapes[shape.id].id]
    assert head.foreign["wall-brick"].extra["isthing"] == 0


def test_masks_go_out_and_come_back_pixel_by_pixel_and_others_read_them(tmp_path: Path) -> None:
    from pycocotools.coco import COCO as Reference

    pixels = np.zeros((40, 60), dtype=bool)
    pixels[3:20, 5:30] = True
    pixels[8:12, 10:15] = False
    drawn = Shape.mask(pixels, "cell", confidence=0.5)
    path = tmp_path / "out.json"
    write(path, [Row("a.png", 60, 40, Annotation(shapes=(drawn,)))], [])
    assert Read(path).annotations["a.png"].shapes == (drawn,)
    with contextlib.redirect_stdout(io.StringIO()):
        other = Reference(str(path))
    (annotation,) = other.dataset["annotations"]
    assert (other.annToMask(annotation).astype(bool) == pixels).all()
    assert (annotation["area"], annotation["bbox"]) == (pixels.sum(), [5, 3, 25, 17])
    annotation["segmentation"]["size"] = [60, 40]
    path.write_text(json.dumps(other.dataset))
    assert "another size than their image" in str(Read(path).left_out[0])
