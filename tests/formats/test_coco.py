"""COCO: what a file says is read, what cannot be read is counted, what is wrong is named with its place."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate import formats, shapes
from nbannotate.errors import CannotWrite, InvalidInput, ReadFailed
from nbannotate.formats import Row
from nbannotate.model import Annotation, Label, Shape

COCO = formats.get("coco")
REAL = Path(__file__).parents[3] / "shared" / "data" / "coco_tiny" / "annotations"
real_data = pytest.mark.skipif(not REAL.is_dir(), reason="the coco_tiny data set is not beside the repository")


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
    reading = COCO.read(saved(tmp_path, small(score=0.75, attributes={"occluded": True})))
    (shape,) = reading.annotations["a.png"].shapes
    assert (shape.kind, shape.points, shape.label) == ("rectangle", ((10, 20), (40, 60)), "cell")
    assert (shape.confidence, shape.attributes) == (0.75, {"occluded": True})
    assert reading.labels == ("cell",)
    assert reading.sizes == {"a.png": (100, 80)}
    assert reading.left_out == ()
    assert repr(reading) == "Read 1 shapes on 1 assets; labels: cell."


def test_further_labels_come_back_and_other_programs_see_one_object(tmp_path: Path) -> None:
    box = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", also=("infected", "young"))
    rows = [Row("a.png", 40, 30, Annotation(shapes=(box, Shape(kind="rectangle", points=((1, 1), (5, 5)), label="x"))))]
    COCO.write(tmp_path / "out.json", rows, [Label("cell")])
    reading = COCO.read(tmp_path / "out.json")
    assert reading.annotations["a.png"] == rows[0].annotation
    assert set(reading.labels) == {"cell", "infected", "young", "x"}
    coco = pycocotools(tmp_path / "out.json")
    assert len(coco.getAnnIds()) == 2
    assert [c["name"] for c in coco.loadCats([a["category_id"] for a in coco.loadAnns(coco.getAnnIds())])] == [
        "cell",
        "x",
    ]


def test_a_polygon_of_two_parts_becomes_two_shapes_that_are_written_as_one(tmp_path: Path) -> None:
    parts = [[0, 0, 10, 0, 10, 10], [20, 20, 30, 20, 30, 30, 20, 30]]
    reading = COCO.read(saved(tmp_path, small(segmentation=parts)))
    annotation = reading.annotations["a.png"]
    assert [s.kind for s in annotation.shapes] == ["polygon", "polygon"]
    assert [s.attributes["part_of"] for s in annotation.shapes] == ["coco 7", "coco 7"]
    out = tmp_path / "out.json"
    assert COCO.write(out, [Row("a.png", 100, 80, annotation)], [Label("cell")]).annotations == 1
    (written,) = json.loads(out.read_text())["annotations"]
    assert written["segmentation"] == parts
    assert written["area"] == 50 + 100
    assert written["bbox"] == [0, 0, 30, 30]


def test_parts_that_no_longer_agree_are_written_apart(tmp_path: Path) -> None:
    triangle = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0))
    one, other = (Shape(kind="polygon", points=triangle, label=v, attributes={"part_of": "coco 7"}) for v in "ab")
    written = COCO.write(tmp_path / "o.json", [Row("a.png", 9, 9, Annotation(shapes=(one, other)))], [])
    assert written.annotations == 2


@pytest.mark.parametrize(
    ("changes", "what", "place"),
    [
        ({"segmentation": {"counts": [1, 2], "size": [80, 100]}}, "masks", "annotations[0].segmentation"),
        (
            {"segmentation": {"counts": [1], "size": [1, 1]}, "iscrowd": 1},
            "crowd regions",
            "annotations[0].segmentation",
        ),
        ({"segmentation": [[0, 0, 9, 0, 9, 9]], "iscrowd": 1}, "crowd regions", "annotations[0].iscrowd"),
        ({"segmentation": [[0, 0, 9, 0]]}, "polygons", "annotations[0].segmentation[0]"),
        ({"bbox": [5, 5, 0, 9]}, "boxes", "annotations[0].bbox"),
        ({"bbox": None}, "annotations", "annotations[0]"),
        ({"bbox": [200, 20, 30, 40]}, "rectangles", "annotations[0]"),
        ({"segmentation": [[5, 5, 9, 9, 7, 7]]}, "polygons", "annotations[0]"),
    ],
)
def test_what_cannot_be_read_is_counted_with_its_reason(
    tmp_path: Path, changes: dict[str, Any], what: str, place: str
) -> None:
    reading = COCO.read(saved(tmp_path, small(**changes)))
    assert reading.annotations == {}
    assert [(v.what, v.count, v.first) for v in reading.left_out] == [(what, 1, place)]
    assert str(reading.left_out[0]).startswith(f"1 {what} left out: ")


def test_key_points_are_counted_while_the_outline_is_read(tmp_path: Path) -> None:
    reading = COCO.read(saved(tmp_path, small(keypoints=[1, 2, 2])))
    assert len(reading.annotations["a.png"].shapes) == 1
    assert [v.what for v in reading.left_out] == ["sets of key points"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bbox": [1, 2, 3]}, r"annotations\[0\].bbox: has 3 numbers"),
        ({"bbox": [1, "x", 3, 4]}, r"annotations\[0\].bbox\[1\]: Expected `float`, got `str`"),
        ({"segmentation": [[1, 2, 3, 4, 5]]}, r"annotations\[0\].segmentation\[0\]: has 5 numbers"),
        ({"image_id": 9}, r"annotations\[0\].image_id: there is no image with the id 9"),
        ({"category_id": 9}, r"annotations\[0\].category_id: there is no category 9"),
        ({"category_id": None}, r"annotations\[0\]: Object missing required field `category_id`"),
        ({"score": 87}, r"annotations\[0\].score: 87.0 is not in the range from 0 to 1"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ReadFailed, match=rf"^file\.json: {message}"):
        COCO.read(saved(tmp_path, small(**changes)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[{}]", "perhaps COCO \\*results\\*"),
        ("{}", "top level: Object missing required field `images`"),
        (small() | {"images": small()["images"] * 2}, r"images\[1\].id: 1 is there twice"),
        (small() | {"categories": [{"id": 3, "name": " "}]}, r"categories\[0\].name"),
    ],
)
def test_a_file_that_is_not_coco_is_refused_with_the_reason(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(ReadFailed, match=message):
        COCO.read(saved(tmp_path, content))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ReadFailed, match="There is no file"):
        COCO.read(tmp_path / "nothing.json")
    with pytest.raises(ReadFailed, match="There is no file"):
        formats.sniff(tmp_path / "nothing.json")


def test_a_coco_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    assert formats.sniff(saved(tmp_path, small())) is COCO
    with pytest.raises(ReadFailed, match="none of the formats"):
        formats.sniff(saved(tmp_path, {"images": []}))


def test_a_format_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(InvalidInput, match=r"There is no format .coca.; there are: .*coco"):
        formats.get("coca")


def test_tags_and_nothing_to_label_come_back(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    nothing, tagged = (
        Annotation(nothing_to_label=True, tags=("blurred",)),
        Annotation(tags=("night",), tag_attributes={"night": {"lamp": 2}}),
    )
    rows = [Row("a.png", 9, 9, nothing), Row("b.png", 9, 9, tagged), Row("c.png", 9, 9, None)]
    COCO.write(out, rows, [Label("cell")])
    assert COCO.read(out).annotations == {"a.png": nothing, "b.png": tagged}
    assert sorted(pycocotools(out).imgs) == [1, 2, 3]


def test_shapes_that_coco_cannot_hold_are_counted_when_writing(tmp_path: Path) -> None:
    bare = Shape(kind="rectangle", points=((0, 0), (1, 1)))
    odd = Shape(kind="ellipse", points=((0, 0), (1, 1)), label="cell")
    writing = COCO.write(tmp_path / "o.json", [Row("a.png", 9, 9, Annotation(shapes=(bare, odd)))], [])
    assert writing.annotations == 0
    assert [(v.what, v.count) for v in writing.left_out] == [("shapes", 1), ("shapes of kind ellipse", 1)]
    assert "1 shapes left out: they have no label" in repr(writing)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    out = saved(tmp_path, "old")
    with pytest.raises(InvalidInput, match=r"2 assets are called 'a\.png'"):
        COCO.write(out, [Row("a.png", 9, 9), Row("a.png", 9, 9)], [])
    with pytest.raises(CannotWrite, match="cannot be written"):
        COCO.write(tmp_path / "no" / "folder.json", [], [])
    assert [p.name for p in tmp_path.iterdir()] == ["file.json"]
    assert out.read_text() == "old"


numbers = st.floats(0, 5000).map(lambda v: round(v, 6))
points = st.tuples(numbers, numbers)


def has_area(shape: Shape) -> bool:
    return shapes.kind(shape.kind).check(shape.points, 5500, 5500) is None


attributes = st.dictionaries(
    st.text(min_size=1, max_size=8), st.one_of(st.booleans(), st.text(max_size=8), st.integers(-9, 9))
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
    writing = COCO.write(out, rows, [Label("cell", color="#123456")])
    first = out.read_bytes()
    reading = COCO.read(out)
    assert writing.left_out == reading.left_out == ()
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
    COCO.write(out, rows, [Label("cell", color="#123456")])
    assert out.read_bytes() == first


@real_data
@pytest.mark.parametrize(("part", "images", "polygons", "crowds"), [("train", 32, 284, 4), ("val", 6, 135, 1)])
def test_real_coco_is_read_completely(part: str, images: int, polygons: int, crowds: int) -> None:
    path = REAL / f"instances_{part}2017.json"
    reading = COCO.read(path)
    source = json.loads(path.read_text())
    parts = sum(len(v["segmentation"]) for v in source["annotations"] if isinstance(v["segmentation"], list))
    assert len(reading.sizes) == images
    assert len(reading.labels) == 80
    assert sum(len(a.shapes) for a in reading.annotations.values()) == parts
    assert sum(isinstance(v["segmentation"], list) for v in source["annotations"]) == polygons
    assert [(v.what, v.count) for v in reading.left_out] == [("crowd regions", crowds)]


@real_data
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # inside pycocotools
def test_real_coco_that_we_write_is_the_same_for_pycocotools(tmp_path: Path) -> None:
    path = REAL / "instances_val2017.json"
    source, reading = pycocotools(path), COCO.read(path)
    names = {v["file_name"]: v for v in source.imgs.values()}
    out = tmp_path / "out.json"
    rows = [Row(n, v["width"], v["height"], reading.annotations.get(n)) for n, v in sorted(names.items())]
    COCO.write(out, rows, [Label(n) for n in reading.labels])
    ours = pycocotools(out)
    assert len(ours.anns) == 135
    by_name = {v["file_name"]: v["id"] for v in ours.imgs.values()}
    for name, image in names.items():
        theirs = [a for a in source.loadAnns(source.getAnnIds(image["id"])) if not a["iscrowd"]]
        mine = ours.loadAnns(ours.getAnnIds(by_name[name]))
        assert len(mine) == len(theirs)
        for a, b in zip(theirs, mine, strict=True):
            assert source.cats[a["category_id"]]["name"] == ours.cats[b["category_id"]]["name"]
            assert (source.annToMask(a) == ours.annToMask(b)).all()
            assert b["bbox"] == pytest.approx(a["bbox"], abs=0.02)
