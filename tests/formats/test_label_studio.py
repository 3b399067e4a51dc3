"""Label Studio: what an export says is read and written as it was, and whatever we have comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.formats import sets, strategies

import nbannotate as nb
from nbannotate.errors import ReadFailed
from nbannotate.formats import Head, Row, _brush
from nbannotate.formats import _label_studio_config as configs
from nbannotate.formats._label_studio_tasks import name_of
from nbannotate.formats._label_studio_values import WORDS, about_corner
from nbannotate.shapes.rle import Region

NAME = "label-studio"
REAL = sets.REAL / "labelstudio" / "exports"
real_data = pytest.mark.skipif(not REAL.is_dir(), reason="Label Studio's exports are not beside the repository")
CONFIG = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="label" toName="image">
    <Label value="cell" background="rgba(218, 1, 238, 0.5)"/><Label value="dot" background="green"/>
  </RectangleLabels>
  <PolygonLabels name="outline" toName="image"><Label value="cell"/></PolygonLabels>
  <Choices name="quality" toName="image"><Choice value="good"/><Choice value="yes"/></Choices>
  <Choices name="dark" toName="image"><Choice value="yes"/><Choice value="no"/></Choices>
  <TextArea name="remark" toName="image"/>
  <Choices name="stage" toName="image" perRegion="true" choice="multiple">
    <Choice value="a"/><Choice value="b"/>
  </Choices>
  <Number name="size" toName="image" perRegion="true"/>
</View>
"""


def region(type_: str = "rectanglelabels", labels: Any = ("cell",), **fields: Any) -> dict[str, Any]:
    """A result about an image of 200 × 100 pixels; ``value`` is completed by the labels."""
    value = fields.pop("value", {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0})
    if type_.endswith("labels"):
        value = value | {type_: list(labels)}
    return {
        "id": "r1", "type": type_, "from_name": "label", "to_name": "image", "original_width": 200,
        "original_height": 100, "image_rotation": 0, "value": value,
    } | fields  # fmt: skip


def task(*results: Any, **fields: Any) -> dict[str, Any]:
    annotation = {"id": 5, "completed_by": 2, "lead_time": 3.5, "result": list(results)}
    return {"id": 1, "data": {"image": "/data/upload/1/0a1b2c3d-a.png"}, "annotations": [annotation]} | fields


def read(folder: Path, *tasks: Any, config: str | None = None, on_error: Any = "error") -> Any:
    members = {"tasks.json": json.dumps(list(tasks))} | ({"label_config.xml": config} if config else {})
    return sets.read(NAME, sets.made(folder, members), on_error)


def shapes(folder: Path, *results: Any, **more: Any) -> tuple[nb.Shape, ...]:
    (row,) = read(folder, task(*results), **more)[1]
    return row.annotation.shapes


def again(folder: Path, head: Head, rows: list[Row]) -> Any:
    """Write rows; return the tasks, the config, and what is read of them."""
    out = sets.write(NAME, folder / "out", head, rows)
    head, back, _ = sets.read(NAME, out)
    return json.loads((out / "tasks.json").read_text()), (out / "label_config.xml").read_text(), head, back


@real_data
@pytest.mark.parametrize("name", ["data", "data_obb", "data_polygons", "data_repeater", "json_min_data"])
def test_a_real_export_is_written_as_it_was_read(tmp_path: Path, name: str) -> None:
    head, rows, _ = sets.read(NAME, REAL / f"{name}.json")
    written, _, _, back = again(tmp_path, head, rows)
    assert written == json.loads((REAL / f"{name}.json").read_text())
    assert [sets.plain(r) for r in back] == [sets.plain(r) for r in rows]


@real_data
def test_a_real_label_config_is_written_to_the_letter(tmp_path: Path) -> None:
    for name in ("label_config", "label_config_obb", "label_config_polygons"):
        text = (REAL / f"{name}.xml").read_text()
        (tmp_path / name).mkdir()
        head, rows, _ = read(tmp_path / name, task(), config=text)
        assert again(tmp_path / name, head, rows)[1] == text
    assert [(v.name, v.color, v.kinds) for v in head.labels] == [
        ("Airplane", "#ff0000", ("polygon",)), ("Car", "#0000ff", ("polygon",)),
    ]  # fmt: skip


@real_data
def test_the_repeater_has_one_image_a_page() -> None:
    head, rows, _ = sets.read(NAME, REAL / "data_repeater.json")
    assert [(r.name, r.width, len(r.annotation.shapes)) for r in rows if r.annotation] == [
        ("example1.jpeg", 1280, 1), ("example2.jpeg", 0, 0), ("example3.jpeg", 0, 0),
    ]  # fmt: skip
    (shape,) = rows[0].annotation.shapes
    assert (shape.label, shape.attributes) == ("Document Title", {"categories_0": "Archaea"})
    assert [v.name for v in head.labels] == ["Document Title"]


@given(strategies.rows(kinds=tuple(k for k in WORDS)))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_everything_comes_back(tmp_path_factory: Any, rows: list[Row]) -> None:
    rows = [r for r in rows if not any(s.rings for s in (r.annotation.shapes if r.annotation else ()))]
    _, _, head, back = again(tmp_path_factory.mktemp("set"), strategies.head(), rows)
    assert [strategies.exact(strategies.known(r)) for r in back] == [
        strategies.exact(strategies.known(r)) for r in rows
    ]
    assert head.labels[: len(strategies.head().labels)] == strategies.head().labels
    assert head.tags[: len(strategies.head().tags)] == strategies.head().tags


@pytest.mark.parametrize(
    ("type_", "value", "kind", "points"),
    [
        ("rectangle", {"x": 10, "y": 20, "width": 30, "height": 40}, "rectangle", ((20, 20), (80, 60))),
        (
            "rectangle",
            {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 360},
            "rectangle",
            ((20, 20), (80, 60)),
        ),
        ("polygon", {"points": [[10, 10], [20, 10], [20, 20]]}, "polygon", ((20, 10), (40, 10), (40, 20))),
        (
            "polygon",
            {"points": [[10, 10], [20, 10], [20, 20], [10, 10]], "closed": True},
            "polygon",
            ((20, 10), (40, 10), (40, 20)),
        ),
        ("polygon", {"points": [[10, 10], [20, 10]], "closed": False}, "polyline", ((20, 10), (40, 10))),
        ("keypoint", {"x": 12.5, "y": 50, "width": 0.3}, "point", ((25, 50),)),
        ("ellipse", {"x": 50, "y": 50, "radiusX": 10, "radiusY": 20, "rotation": 0}, "ellipse", ((80, 30), (120, 70))),
    ],
)
def test_a_region_in_per_cent_is_a_shape_in_pixels(
    tmp_path: Path, type_: str, value: dict[str, Any], kind: str, points: Any
) -> None:
    (shape,) = shapes(tmp_path, region(f"{type_}labels", value=value))
    assert (shape.kind, shape.points, shape.label) == (kind, points, "cell")


def test_a_rectangle_turns_clockwise_about_its_top_left_corner(tmp_path: Path) -> None:
    (shape,) = shapes(tmp_path, region(value={"x": 50, "y": 20, "width": 20, "height": 20, "rotation": 90}))
    assert shape.kind == "rotated_rectangle"
    assert np.allclose(shape.points, [(100, 20), (100, 60), (80, 60), (80, 20)])
    assert shape.angle == pytest.approx(90)


def test_an_ellipse_that_is_turned_is_a_polygon_of_the_same_area(tmp_path: Path) -> None:
    value = {"x": 50, "y": 50, "radiusX": 10, "radiusY": 10, "rotation": 30}
    (shape,) = shapes(tmp_path, region("ellipselabels", value=value))
    assert (shape.kind, len(shape.points)) == ("polygon", 64)
    assert shape.area == pytest.approx(np.pi * 20 * 10, rel=0.01)


def test_what_a_brush_painted_is_a_mask_and_is_painted_again(tmp_path: Path) -> None:
    pixels = np.zeros((100, 200), dtype=bool)
    pixels[3:40, 5:190] = pixels[50, 199] = True
    rle = _brush.encode(Region(0, 0, pixels), 200, 100)
    given = task(region("brushlabels", value={"format": "rle", "rle": rle}))
    head, rows, _ = read(tmp_path, given)
    assert (rows[0].annotation.shapes[0].to_mask((200, 100)) == pixels).all()
    assert again(tmp_path, head, rows)[0] == [given | {"predictions": [], "meta": {}}]


# What label-studio-sdk 2.0.19 makes of [[0, 1, 1], [1, 0, 0]].
THEIRS = [0, 0, 0, 24, 57, 27, 252, 96, 22, 255, 231, 0, 0]


def test_runs_that_another_program_wrote_are_read() -> None:
    region = _brush.decode(THEIRS, 3, 2)
    assert region is not None
    assert (region.within((0, 0, 3, 2)) == [[False, True, True], [True, False, False]]).all()


@given(st.integers(1, 40), st.integers(1, 30), st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_painted_comes_back_to_the_pixel(width: int, height: int, data: Any) -> None:
    bits = data.draw(st.integers(1, 2 ** (width * height) - 1))
    pixels = np.array([bits >> i & 1 for i in range(width * height)], dtype=bool).reshape(height, width)
    found = _brush.decode(_brush.encode(Region(0, 0, pixels), width, height), width, height)
    assert found is not None
    assert (found.within((0, 0, width, height)) == pixels).all()


def test_edges_that_shine_through_belong_to_what_is_painted_from_half_on() -> None:
    alpha = [0, 40, 127, 128, 255, 255]
    words = "".join(f"{v:08b}" for a in alpha for v in (a, a, a, a))
    bits = f"{24:032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}" + f"010{23:08b}" + words
    bits += "0" * (-len(bits) % 8)
    found = _brush.decode(list(int(bits, 2).to_bytes(len(bits) // 8, "big")), 6, 1)
    assert found is not None
    assert found.box == (3, 0, 6, 1)


@pytest.mark.parametrize(
    ("rle", "why"),
    [
        ([], "break off"),
        ([0, 0, 0, 0], "they are of 0 pixels, the image has 20000"),
        ([0, 1, 56, 128, 57, 27, 255], "break off"),
        ([300], "no bytes from 0 to 255"),
        (_brush.encode(Region(0, 0, np.ones((1, 1), bool)), 200, 100)[:-3], "break off"),
    ],
)
def test_runs_that_are_none_are_named(tmp_path: Path, rle: list[int], why: str) -> None:
    given = region("brushlabels", value={"format": "rle", "rle": rle})
    with pytest.raises(ReadFailed, match=rf"tasks\.json: \[0\]\.annotations\[0\]\.result\[0\]: regions: .*{why}"):
        shapes(tmp_path, given)
    (row,) = read(tmp_path, task(given), on_error="skip")[1]
    assert row.annotation == nb.Annotation()


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (7, "tasks: they are no objects"),
        ({"data": {}, "annotations": []}, "tasks: no field of their data is an image"),
        (task(region(value={"x": "a"})), "it is not as a rectangle is"),
        (task(region(value={"x": 1e300, "y": 1, "width": 1, "height": 1})), "regions: "),
        (task(region(value={"x": 500, "y": 1, "width": 1, "height": 1})), "lies outside of the image"),
        (task(region(value={"x": 1, "y": 1, "width": 0, "height": 0})), "too small"),
        (task(region("polygonlabels", value={"points": [[1, 2]]})), "needs at least 3 points"),
        (task(region(original_width=None)), "the size of their image is not known"),
        (task(region(labels=["x" * 201])), "a label's name has 1 to 200 characters"),
        (task(region(meta={"nbannotate": 7})), "fields nbannotate: they are not as nbannotate writes them"),
        (task(meta={"nbannotate": [7]}), "fields nbannotate: they are not as nbannotate writes them"),
        (task(annotations=[7]), "tasks: they are not as Label Studio writes them"),
        (task(annotations=[{"result": [7]}]), "tasks: they are not as Label Studio writes them"),
        (task(annotations="x"), "tasks: they are not as Label Studio writes them"),
    ],
)
def test_what_is_wrong_is_named_with_its_path_or_costs_itself_only(tmp_path: Path, given: Any, what: str) -> None:
    good = task(region()) | {"data": {"image": "b.png"}}
    with pytest.raises(ReadFailed, match=rf"tasks\.json: \[1\].*{what}"):
        read(tmp_path, good, given, good)
    _, rows, problems = read(tmp_path, good, given, good, on_error="skip")
    assert [(r.name, len(r.annotation.shapes)) for r in (rows[0], rows[-1])] == [("b.png", 1)] * 2
    assert problems.left_out()[0].count == 1


def test_the_config_gives_labels_colors_kinds_choices_and_what_regions_are_asked(tmp_path: Path) -> None:
    head, _, _ = read(tmp_path, task(), config=CONFIG)
    asked = (nb.Attribute("stage", "choices", ["a", "b"]), nb.Attribute("size", "number"))
    assert head.labels == (
        nb.Label("cell", ["rectangle", "rotated_rectangle", "polygon"], "#da01ee", asked),
        nb.Label("dot", ["rectangle", "rotated_rectangle"], "#008000", asked),
    )
    assert [t.name for t in head.tags] == ["good", "quality: yes", "dark: yes", "no"]


def test_answers_become_tags_metadata_and_attributes_and_change_with_them(tmp_path: Path) -> None:
    asked = {"from_name": "label", "to_name": "image"}
    given = task(
        region(score=0.5, meta={"text": ["look"], "x": 1}),
        asked | {"id": "r1", "type": "choices", "from_name": "stage", "value": {"choices": ["a"]}},
        asked | {"id": "r1", "type": "number", "from_name": "size", "value": {"number": 3}},
        asked | {"id": "q", "type": "choices", "from_name": "dark", "value": {"choices": ["yes"]}},
        asked | {"id": "t", "type": "textarea", "from_name": "remark", "value": {"text": ["blurred"]}},
        {"type": "relation", "from_id": "r1", "to_id": "r1", "direction": "right"},
        data={"image": "a.png", "site": "Oslo", "n": 3},
    )  # fmt: skip
    head, (row,), problems = read(tmp_path, given, config=CONFIG)
    (shape,) = row.annotation.shapes
    assert (shape.confidence, shape.attributes) == (0.5, {"text": "look", "x": 1, "stage": ["a"], "size": 3})
    assert row.annotation.tags == ("dark: yes",)
    assert row.metadata == {"remark": "blurred", "site": "Oslo", "n": 3}
    assert problems.left_out() == ()
    changed = nb.Annotation(
        shapes=(shape.replace(label="dot", attributes={"stage": ["a", "b"], "y": 2}),), tags=("good",)
    )
    (written,), config, _, (back,) = again(
        tmp_path, head, [replace(row, annotation=changed, metadata={"remark": "sharp", "site": "Rome"})]
    )
    assert config == CONFIG
    assert written["data"] == {"image": "a.png", "site": "Rome"}
    (annotation,) = written["annotations"]
    assert (annotation["lead_time"], annotation["completed_by"]) == (3.5, 2)
    assert [(r.get("from_name"), r["type"]) for r in annotation["result"]] == [
        ("label", "rectanglelabels"), ("stage", "choices"), ("quality", "choices"), ("remark", "textarea"),
        (None, "relation"),
    ]  # fmt: skip
    assert annotation["result"][0]["meta"] == {"y": 2}
    assert annotation["result"][0]["id"] == "r1"
    assert (sets.plain(back).annotation, back.metadata) == (
        sets.plain(replace(row, annotation=changed)).annotation, {"remark": "sharp", "site": "Rome"},
    )  # fmt: skip


def test_of_several_annotations_the_ground_truth_counts_then_the_last_and_all_are_written_again(tmp_path: Path) -> None:
    first, last = region(labels=["dot"]), region()
    annotations = [
        {"id": 1, "updated_at": "2026-01-03", "result": [first]},
        {"id": 2, "updated_at": "2026-01-02", "result": [last], "ground_truth": True},
        {"id": 3, "updated_at": "2026-01-04", "result": [first], "was_cancelled": True},
    ]
    predictions = [{"model_version": "m1", "score": 0.25, "result": [first]}]
    given = task(annotations=annotations, predictions=predictions, meta={})
    head, rows, problems = read(tmp_path, given)
    assert [s.label for s in rows[0].annotation.shapes] == ["cell"]
    assert sum(v.count for v in problems.left_out()) == 3
    assert json.loads((sets.write(NAME, tmp_path / "out", head, rows) / "tasks.json").read_text()) == [given]
    without = task(annotations=[annotations[2]], predictions=predictions)
    assert read(tmp_path, without)[1][0].annotation is None
    assert read(tmp_path, task(annotations=annotations[::2]))[1][0].annotation.shapes[0].label == "dot"


def test_a_value_that_is_a_text_is_written_again(tmp_path: Path) -> None:
    strange = {"id": "q", "type": "number", "from_name": "n", "to_name": "image", "value": "Group 7"}
    given = task(annotations=[{"id": 1, "result": [region(), strange]}], predictions=[], meta={})
    head, rows, _ = read(tmp_path, given)
    (again,) = json.loads((sets.write(NAME, tmp_path / "out", head, rows) / "tasks.json").read_text())
    assert strange in again["annotations"][0]["result"]


def test_a_prediction_has_its_model_and_scores_and_stays_one(tmp_path: Path) -> None:
    results = [region(score=0.75), region(id="r2", labels=["dot"])]
    given = task(annotations=[], predictions=[{"model_version": "m1", "score": 0.5, "result": results}], meta={})
    head, rows, _ = read(tmp_path, given)
    assert (rows[0].origin, rows[0].source) == ("import", "m1")
    assert [s.confidence for s in rows[0].annotation.shapes] == [0.75, 0.5]
    assert again(tmp_path, head, rows)[0] == [given]


def test_what_a_model_found_elsewhere_is_written_as_a_prediction(tmp_path: Path) -> None:
    box = nb.Shape.rectangle(1, 2, 3, 4, "cell", confidence=0.5)
    row = Row("a.png", 9, 9, nb.Annotation(shapes=(box,)), origin="import", source="yolo")
    (written,), *_, (back,) = again(tmp_path, Head(), [row])
    assert written["annotations"] == []
    assert written["predictions"][0]["model_version"] == "yolo"
    assert (back.annotation, back.origin, back.source) == (row.annotation, "import", "yolo")


def test_an_annotation_without_results_says_nothing_to_label(tmp_path: Path) -> None:
    _, (row,), _ = read(tmp_path, task())
    assert row.annotation == nb.Annotation(nothing_to_label=True)
    assert read(tmp_path, task(annotations=[]))[1][0].annotation is None


def test_several_images_of_a_task_are_told_apart(tmp_path: Path) -> None:
    config = """<View><Image name="pages" valueList="$pages"/><Image name="back" value="$back"/>
    <RectangleLabels name="label" toName="pages"><Label value="cell"/></RectangleLabels></View>"""
    given = task(
        region(to_name="pages", item_index=1), region(to_name="pages", id="r2"), region(to_name="back", id="r3"),
        data={"pages": ["s3://bucket/x/1.png", "s3://bucket/x/2.png"], "back": "3.png"}, predictions=[], meta={},
    )  # fmt: skip
    head, rows, _ = read(tmp_path, given, config=config)
    assert [(r.name, [r.shapes[s.id].id for s in r.annotation.shapes]) for r in rows] == [
        ("x/1.png", ["r2"]), ("x/2.png", ["r1"]), ("3.png", ["r3"]),
    ]  # fmt: skip
    written = again(tmp_path, head, rows)[0]
    assert sorted(map(str, written[0]["annotations"][0].pop("result"))) == sorted(
        map(str, given["annotations"][0].pop("result"))
    )
    assert written == [given]


def test_json_min_is_read(tmp_path: Path) -> None:
    box = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "original_width": 200, "original_height": 100}
    given = {
        "id": 7, "image": "/data/upload/1/0a1b2c3d-a.png", "label": [box | {"rectanglelabels": ["cell"]}],
        "quality": "good", "dark": {"choices": ["yes", "no"]}, "site": "Oslo", "annotator": 1, "annotation_id": 3,
        "lead_time": 2.5,
    }  # fmt: skip
    head, (row,), _ = read(tmp_path, given, config=CONFIG)
    (shape,) = row.annotation.shapes
    assert (row.name, row.foreign.id, row.metadata) == ("a.png", 7, {"site": "Oslo"})
    assert (shape.points, shape.label) == (((20, 20), (80, 60)), "cell")
    assert row.annotation.tags == ("good", "dark: yes", "no")
    (written,), *_ = again(tmp_path, head, [row])
    assert (written["annotations"][0]["id"], written["annotations"][0]["completed_by"]) == (3, 1)


def test_completions_of_old_versions_are_read(tmp_path: Path) -> None:
    old = task(region()) | {"completions": task(region())["annotations"]}
    del old["annotations"]
    _, (row,), _ = read(tmp_path, old)
    assert [s.label for s in row.annotation.shapes] == ["cell"]


def test_regions_with_labels_of_their_own_tag_are_one_shape(tmp_path: Path) -> None:
    value = {"x": 10, "y": 20, "width": 30, "height": 40}
    both = region("rectangle", value=value), region("labels", value=value | {"labels": ["cell", "dot"]}, from_name="l")
    del both[1]["value"]["labels"]
    both[1]["value"]["labels"] = ["cell", "dot"]
    given = task(*both, predictions=[], meta={})
    head, rows, _ = read(tmp_path, given)
    (shape,) = rows[0].annotation.shapes
    assert shape.labels == ("cell", "dot")
    assert again(tmp_path, head, rows)[0] == [given]


@pytest.mark.parametrize("id_", [["r1"], {"a": 1}, 7, 7.5, True, None])
def test_results_of_one_region_may_share_any_id(tmp_path: Path, id_: Any) -> None:
    given = region(id=id_), region("number", id=id_, from_name="size", value={"number": 3})
    (shape,) = shapes(tmp_path, *given, config=CONFIG)
    assert (shape.label, shape.attributes) == ("cell", {"size": 3})


def test_regions_of_a_turned_image_and_other_types_are_kept_for_writing(tmp_path: Path) -> None:
    given = task(region(image_rotation=90), region("vectorlabels", id="v"), predictions=[], meta={})
    head, rows, problems = read(tmp_path, given)
    assert rows[0].annotation.shapes == ()
    assert {v.what for v in problems.left_out()} == {"regions", "results of the type vectorlabels"}
    out = sets.write(NAME, tmp_path / "out", head, rows)
    assert json.loads((out / "tasks.json").read_text()) == [given]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/upload/29/0a1b2c3d-my%20cell.jpg", "my cell.jpg"),
        ("/data/upload/cell.jpg", "cell.jpg"),
        ("upload/3/0a1b2c3d-cell.jpg", "cell.jpg"),
        ("/data/local-files/?d=a/b%20c+d.jpg", "a/b c+d.jpg"),
        ("http://localhost:8080/data/local-files/?d=a/b.jpg", "a/b.jpg"),
        ("s3://bucket/a/b.jpg", "a/b.jpg"),
        ("https://example.org/x/b.jpg?size=3#top", "x/b.jpg"),
        ("C:/images/b.jpg", "images/b.jpg"),
        ("b.jpg", "b.jpg"),
    ],
)
def test_the_name_of_an_image_is_the_path_of_its_address(address: str, name: str) -> None:
    assert name_of(address) == name


def test_the_config_grows_by_what_is_new(tmp_path: Path) -> None:
    head, rows, _ = read(tmp_path, task(region()), config=CONFIG)
    mask = nb.Shape.mask(np.eye(9, dtype=bool), "spot")
    rows.append(Row("new.png", 9, 9, nb.Annotation(shapes=(mask,), tags=("odd",))))
    more = Head((*head.labels, nb.Label("spot", ["mask"], "#123456")), head.tags, extra=head.extra)
    _, text, back, _ = again(tmp_path, more, rows)
    config = configs.read(text)
    assert {"brush": "brushlabels", "tags": "choices"}.items() <= {c.name: c.type for c in config.controls}.items()
    assert [v.color for v in back.labels] == ["#da01ee", "#008000", "#123456"]
    assert 'background="rgba(218, 1, 238, 0.5)"' in text


def test_images_that_come_along_are_found_again(tmp_path: Path) -> None:
    (tmp_path / "a b.png").write_bytes(sets.picture(9, 7))
    row = Row("d/a b.png", 9, 7, nb.Annotation(nothing_to_label=True), image=str(tmp_path / "a b.png"))
    out = sets.write(NAME, tmp_path / "out.zip", Head(), [row], images="copy")
    _, (back,), _ = sets.read(NAME, out)
    assert (back.name, back.width, back.height, back.image) == ("d/a b.png", 9, 7, "images/d/a b.png")


def test_it_is_known_by_its_tasks_and_not_by_lists_of_others(tmp_path: Path) -> None:
    for n, (content, known) in enumerate(
        [
            ([task()], True), ([{"data": {"image": "a.png"}}], True), (task(region()), True),
            ([{"id": 1, "image": "a", "annotation_id": 1}], True), ([{"image_id": 1, "bbox": [1, 2, 3, 4]}], False),
            ({"images": [], "annotations": [], "categories": []}, False), ([], False), ([1], False), ("x", False),
        ]
    ):  # fmt: skip
        (tmp_path / f"{n}").mkdir()
        path = sets.made(tmp_path / f"{n}", {"x.json": json.dumps(content)}, packed=n % 2 == 1)
        assert (NAME in sets.sniffed(path)) is known, content


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3), lambda v: st.lists(v, max_size=2)
)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_file_with_anything_in_it_is_read_or_refused_in_a_sentence(tmp_path_factory: Any, data: Any) -> None:
    asked = {"id": "q", "type": "choices", "from_name": "dark", "to_name": "image", "value": {"choices": ["yes"]}}
    content: Any = [task(region(meta={"text": ["x"]}, score=0.5), asked, predictions=[], meta={}), task()]
    at = content
    while True:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
            continue
        at[key] = data.draw(values)
        break
    folder = tmp_path_factory.mktemp("set")
    try:
        head, rows, _ = read(folder, *content, on_error="skip")
    except ReadFailed:
        return
    again_ = sets.write(NAME, folder / "out", head, rows)
    assert len(sets.read(NAME, again_, "skip")[1]) == len(rows)


def test_about_corner_is_what_label_studio_does() -> None:
    assert about_corner(0, 0, 4, 2, 0) == ((0, 0), (4, 0), (4, 2), (0, 2))
