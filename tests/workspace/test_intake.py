"""Data goes in as it comes: tables, arrays, detections, COCO, shapes; the same for a version and for the viewer."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from tests.workspace.detectors import Detections, PolarsFrame, Tensor

import nbannotate as nb
from nbannotate.errors import InvalidInput

NAMES = ["img_000.png", "img_001.png"]
BOX = ((1.0, 2.0), (11.0, 12.0))
OTHER = ((5.0, 5.0), (25.0, 30.0))
PIXELS = np.zeros((48, 64), dtype=bool)
PIXELS[5:20, 10:30] = True
MASK = nb.Shape.mask(PIXELS)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    from PIL import Image

    folder = tmp_path_factory.mktemp("images")
    for name in NAMES:
        Image.new("RGB", (64, 48)).save(folder / name)
    return [folder / name for name in NAMES]


@pytest.fixture
def version(paths):
    ws = nb.open(":memory:")
    yield ws.create_dataset("d").create_version("v").add_images(paths)
    ws.close()


def said(version):
    """Return what stands in a version now: kind, points, label, confidence, attributes of each shape, by image."""
    from nbannotate.workspace import export

    return {row.name: [(s.kind, s.points, s.label, s.confidence, s.attributes) for s in row.annotation.shapes]
            for row in export.rows(version, None) if row.annotation}  # fmt: skip


def seen(viewer):
    """Return the same of what a viewer shows."""
    found = {}
    for i, name in enumerate(NAMES):
        viewer.show(i)
        if viewer.canvas.shapes:
            found[name] = [(s.kind, s.points, s.label, s.confidence, s.attributes) for s in viewer.canvas.shapes]
    viewer.close()
    return found


def table(**columns):
    return pd.DataFrame({"asset": NAMES, "label": ["a", "b"], **columns})


BOXES = {"x": [1, 5], "y": [2, 5], "width": [10, 20], "height": [10, 25]}
TWO = {NAMES[0]: [("rectangle", BOX, "a", None, {})], NAMES[1]: [("rectangle", OTHER, "b", None, {})]}
UNNAMED = {NAMES[0]: [("rectangle", BOX, "", None, {})], NAMES[1]: [("rectangle", OTHER, "", None, {})]}
FOUND = {NAMES[0]: [("rectangle", BOX, "a", 0.5, {}), ("rectangle", OTHER, "b", 0.25, {})]}
XYXY = np.array([[1, 2, 11, 12], [5, 5, 25, 30]], dtype=np.float32)

#: What people have, the names of its numbers, and what it comes to.
GIVEN = {
    "a table of boxes with sizes": (lambda: table(**BOXES), None, TWO),
    "a table of boxes with corners": (
        lambda: table(x0=[1, 5], y0=[2, 5], x1=[11, 25], y1=[12, 30]), None, TWO),
    "a table as detectors write it": (
        lambda: pd.DataFrame({"filename": NAMES, "width": 64, "height": 48, "class": ["a", "b"],
                              "xmin": [1, 5], "ymin": [2, 5], "xmax": [11, 25], "ymax": [12, 30]}), None, TWO),
    "a table of numbers": (
        lambda: pd.DataFrame({"file_name": NAMES, "class_id": [0, 1], **BOXES}), ["a", "b"], TWO),
    "a table of boxes of COCO": (lambda: table(bbox=[[1, 2, 10, 10], [5, 5, 20, 25]]), None, TWO),
    "a table whose index has the images": (lambda: table(**BOXES).set_index("asset"), None, TWO),
    "a table of polars": (lambda: PolarsFrame({"asset": NAMES, "label": ["a", "b"], **BOXES}), None, TWO),
    "a table with what models and people add": (
        lambda: table(**BOXES, score=[0.5, None], stage=["late", None], n=pd.array([3, None], dtype="Int64"),
                      **{"attributes.ok": [True, False]}), None,
        {NAMES[0]: [("rectangle", BOX, "a", 0.5, {"stage": "late", "n": 3, "ok": True})],
         NAMES[1]: [("rectangle", OTHER, "b", None, {"ok": False})]}),
    "a table of points": (
        lambda: table(kind=["polygon", "polyline"], points=[np.array([[1, 2], [9, 2], [9, 9]]), [(1, 2), (3, 4)]]),
        None,
        {NAMES[0]: [("polygon", ((1, 2), (9, 2), (9, 9)), "a", None, {})],
         NAMES[1]: [("polyline", ((1, 2), (3, 4)), "b", None, {})]}),
    "a table of points as text, flat, and without kinds": (
        lambda: table(points=["[[1, 2], [9, 2], [9, 9]]", [1, 2, 9, 2, 9, 9]]), None,
        {NAMES[0]: [("polygon", ((1, 2), (9, 2), (9, 9)), "a", None, {})],
         NAMES[1]: [("polygon", ((1, 2), (9, 2), (9, 9)), "b", None, {})]}),
    "a table of masks": (
        lambda: table(rle=[{"size": [48, 64], "counts": MASK.rle.counts}] * 2), None,
        {NAMES[0]: [("mask", MASK.points, "a", None, {})], NAMES[1]: [("mask", MASK.points, "b", None, {})]}),
    "shapes": (lambda: {NAMES[0]: nb.Shape.box(1, 2, 11, 12, "a"), NAMES[1]: [nb.Shape.box(5, 5, 25, 30, "b")]},
               None, TWO),
    "annotations": (
        lambda: {n: nb.Annotation(shapes=[nb.Shape.box(*b, label)])
                 for n, b, label in zip(NAMES, XYXY.tolist(), "ab", strict=True)}, None, TWO),
    "arrays of boxes": (lambda: {NAMES[0]: XYXY[:1], NAMES[1]: Tensor(XYXY[1:])}, None, UNNAMED),
    "a list in the order of the images": (lambda: [XYXY[:1], [XYXY[1]]], None, UNNAMED),
    "an array of masks": (lambda: {NAMES[0]: PIXELS[None]}, None, {NAMES[0]: [("mask", MASK.points, "", None, {})]}),
    "torchvision's detections": (
        lambda: {NAMES[0]: {"boxes": Tensor(XYXY), "labels": Tensor([1, 2]), "scores": Tensor([0.5, 0.25])}},
        ["__background__", "a", "b"], FOUND),
    "torchvision's masks": (
        lambda: {NAMES[0]: {"boxes": Tensor(XYXY[:1]), "labels": Tensor([7]), "scores": Tensor([0.5]),
                            "masks": Tensor(PIXELS[None, None] * 0.9)}}, {7: "a"},
        {NAMES[0]: [("mask", MASK.points, "a", 0.5, {})]}),
    "a mapping of lists": (
        lambda: {NAMES[0]: {"boxes": XYXY.tolist(), "labels": ["a", "b"], "scores": [0.5, 0.25]}}, None, FOUND),
    "supervision's detections": (
        lambda: {NAMES[0]: Detections(XYXY, None, np.array([0.5, 0.25], np.float32), np.array([0, 1]),
                                      data={"class_name": np.array(["a", "b"])})}, None, FOUND),
    "supervision's detections with other names, masks and tracks": (
        lambda: {NAMES[0]: Detections(XYXY[:1], PIXELS[None], None, np.array([3]), np.array([17]),
                                      {"class_name": np.array(["x"])})}, {3: "a"},
        {NAMES[0]: [("mask", MASK.points, "a", None, {"tracker_id": 17})]}),
    "a COCO object": (
        lambda: {"images": [{"id": i, "file_name": n, "width": 64, "height": 48} for i, n in enumerate(NAMES)],
                 "categories": [{"id": 7, "name": "a"}, {"id": 8, "name": "b"}],
                 "annotations": [{"id": 1, "image_id": 0, "category_id": 7, "bbox": [1, 2, 10, 10]},
                                 {"id": 2, "image_id": 1, "category_id": 8, "bbox": [5, 5, 20, 25]}]}, None, TWO),
    "COCO results with the names of files": (
        lambda: [{"image_id": NAMES[0], "category_id": 1, "bbox": [1, 2, 10, 10], "score": 0.5},
                 {"image_id": NAMES[0], "category_id": 2, "bbox": [5, 5, 20, 25], "score": 0.25}],
        {1: "a", 2: "b"}, FOUND),
    "COCO results with masks": (
        lambda: [{"image_id": NAMES[0], "category_id": 1, "score": 0.5,
                  "segmentation": {"size": [48, 64], "counts": MASK.rle.counts.encode()}}], {1: "a"},
        {NAMES[0]: [("mask", MASK.points, "a", 0.5, {})]}),
    "geometries of Shapely": (
        lambda: {NAMES[0]: shapely.box(1, 2, 9, 9),
                 NAMES[1]: [shapely.LineString([(1, 2), (3, 4)]), shapely.Point(5, 6)]},
        None,
        {NAMES[0]: [("polygon", ((9, 2), (9, 9), (1, 9), (1, 2)), "", None, {})],
         NAMES[1]: [("polyline", ((1, 2), (3, 4)), "", None, {}), ("point", ((5, 6),), "", None, {})]}),
    "features of GeoJSON": (
        lambda: {NAMES[0]: {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"label": "a", "score": 0.5, "stage": "late"},
             "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [9, 2], [9, 9], [1, 2]]]}}]}}, None,
        {NAMES[0]: [("polygon", ((1, 2), (9, 2), (9, 9)), "a", 0.5, {"stage": "late"})]}),
    "rows as mappings": (
        lambda: {NAMES[0]: [{"label": "a", "x": 1, "y": 2, "width": 10, "height": 10, "score": 0.5},
                            {"kind": "rectangle", "points": OTHER, "label": "b", "confidence": 0.25}]}, None, FOUND),
}  # fmt: skip


@pytest.mark.parametrize("what", GIVEN)
def test_it_goes_in_as_it_comes_and_is_seen_as_it_comes(version, paths, what):
    given, labels, expected = GIVEN[what]
    version.add_annotations(given(), source="model", labels=labels)
    assert said(version) == expected
    assert seen(nb.Viewer(paths, given(), labels or ())) == expected


def test_whole_columns_and_single_rows_come_to_the_same(monkeypatch):
    from nbannotate.workspace import intake
    from nbannotate.workspace.intake import tables

    for what, (given, labels, _) in GIVEN.items():
        if what.startswith("a table"):
            fast = intake.taken(given(), intake.Images(NAMES), labels)
            with monkeypatch.context() as patch:
                patch.setattr(tables._Columns, "_fast", lambda *_: None)
                slow = intake.taken(given(), intake.Images(NAMES), labels)
            for name in NAMES:
                for one, other in zip(fast[name].shapes, slow[name].shapes, strict=True):
                    assert nb.Shape(**{f: getattr(one, f) for f in one.__struct_fields__} | {"id": other.id}) == other


def test_a_task_is_submitted_with_what_a_detector_found(team):
    made = team(2, steps=[nb.Step("draw", "annotation", ["ana"])])
    work = made.workspace.acting("ana", made.passwords["ana"]).work
    first, second = (work.next("July") for _ in range(1)), None
    task = next(first)
    task.save(Detections(XYXY, None, np.array([0.5, 0.25]), np.array([0, 1]), data={"class_name": ["WBC", "RBC"]}))
    task.submit({"boxes": XYXY, "labels": ["WBC", "RBC"]})
    assert [s.label for s in task.annotation.shapes] == ["WBC", "RBC"]
    second = work.next("July")
    second.submit(XYXY[:0])
    assert second.annotation.nothing_to_label


@pytest.mark.parametrize(("given", "words"), [
    (lambda: table(**BOXES | {"x": [1, None]}), r"Row 1 of the table, of 'img_001\.png', is no shape: .*x is missing"),
    (lambda: table(**BOXES | {"width": [10, -1]}), "Row 1 .*width is a number of pixels above 0, not -1"),
    (lambda: table(x0=[1, 5], y0=[2, 5], x1=[0, 25], y1=[12, 30]), r"Row 0 .*x1 \(0\) is not above x0 \(1\)"),
    (lambda: table(**BOXES, score=[0.5, 7]), "Row 1 .*confidence must be a number from 0 to 1, not 7"),
    (lambda: table(**BOXES, kind=["rectangle", "bbox"]), "Row 1 .*did you mean 'rectangle'"),
    (lambda: table(points=[[(1, 2)], [(1, "x"), (3, 4), (5, 6)]]), "Row 1 .*pairs of numbers"),
    (lambda: table(points=["[[1, 2", None]), "Row 0 .*no JSON"),
    (lambda: table(**BOXES, color=["#112233", "red"]), "Row 1 .*'#7b1fa2'"),
    (lambda: pd.DataFrame({"aset": NAMES, **BOXES}), r"column 'asset'.*did you mean 'aset'.*it has 'aset', 'x'"),
    (lambda: pd.DataFrame({"asset": [NAMES[0], None], **BOXES}), "Row 1 of the table has no image in the column"),
    (lambda: pd.DataFrame({"asset": NAMES, "x": 1, "y": 2, "widht": 3, "height": 4}),
     r"needs points, or x, y, width, height; width is missing.*did you mean 'widht' for 'width'"),
    (lambda: pd.DataFrame({"asset": NAMES, "label": ["a", "b"]}), "needs points, rle, or a box"),
    (lambda: {NAMES[0]: [(1, 2, 3)]}, r"Shape 1 of 'img_000\.png' is no shape"),
    (lambda: {NAMES[0]: [nb.Shape.box(1, 2, 3, 4), "x"]}, "Shape 2 of 'img_000"),
    (lambda: {NAMES[0]: 7}, r"img_000\.png: an nb\.Annotation, or nb\.Shape values"),
    (lambda: {NAMES[0]: XYXY[:, :3]}, r"img_000\.png: an array of the shape \(2, 3\)"),
    (lambda: {NAMES[0]: XYXY[:, ::-1]}, r"img_000\.png: box 0: x1 \(2\) is not above x0 \(12\)"),
    (lambda: {NAMES[0]: {"boxes": XYXY, "labels": [1]}}, "there are 2 boxes, but 1 values of labels"),
    (lambda: {NAMES[0]: {"boxes": XYXY, "scores": [0.5, 2]}}, "score 1 must be a number from 0 to 1, not 2"),
    (lambda: {NAMES[0]: {"boxes": XYXY, "score": [0.5, 1]}}, "no 'score' .did you mean 'scores'"),
    (lambda: {"img_00O.png": XYXY}, "img_00O"),
    (lambda: {NAMES[0]: shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(7, 1), (8, 1), (8, 2)]])}, "no holes here"),
    (lambda: [nb.Shape.box(1, 2, 11, 12)] * 2, "2 images and 2 lists"),
    (lambda: [[], [], []], "2 images and 3 lists"),
    (lambda: [{"image_id": 17, "category_id": 1, "bbox": [1, 2, 3, 4]}], r"image_id 17.*images=\{17: 'img_000\.png'\}"),
    (lambda: [{"image_id": NAMES[0], "category_id": 1, "bbox": [1, 2, 0, 4]}], "results.*boxes|boxes left out"),
    (lambda: {"images": [{"id": 1, "file_name": NAMES[0]}], "categories": [{"id": 1, "name": "a"}],
              "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 9, 0]}]},
     r"1 boxes left out.*version\.read\('coco', path, on_error='skip'\)"),
    (lambda: pd.concat([table(**BOXES)] * 2, axis=1), "more than once"),
    (lambda: 7, "1 list"),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_changed(version, given, words):
    with pytest.raises(InvalidInput, match=words):
        version.add_annotations(given(), source="model")
    assert said(version) == {}


def test_labels_that_are_numbers_without_a_name_are_refused(version):
    boxes = {NAMES[0]: {"boxes": XYXY, "labels": [0, 5]}}
    with pytest.raises(InvalidInput, match=r"img_000\.png: labels has 2 names, for the numbers 0 to 1, but none for 5"):
        version.add_annotations(boxes, source="model", labels=["a", "b"])
    with pytest.raises(InvalidInput, match="labels has no name for the number 5"):
        version.add_annotations(boxes, source="model", labels={0: "a"})
    version.add_annotations(boxes, source="model")
    assert [s[2] for s in said(version)[NAMES[0]]] == ["0", "5"]


def test_results_know_the_images_and_labels_of_files_that_were_read(version, tmp_path):
    instances = GIVEN["a COCO object"][0]()
    (tmp_path / "in.json").write_text(json.dumps(instances))
    version.read("coco", tmp_path / "in.json")
    results = [{"image_id": 1, "category_id": 7, "bbox": [1, 2, 10, 10], "score": 0.5}]
    version.add_annotations(results, source="model")
    assert said(version)[NAMES[1]] == [("rectangle", BOX, "a", 0.5, {})]
    for images in ({1: NAMES[0]}, instances["images"][::-1], pd.Series([NAMES[0]], index=[1])):
        version.add_annotations(results, source="model", images=images)
    assert said(version)[NAMES[0]] == [("rectangle", BOX, "a", 0.5, {})]


def test_what_a_coco_object_calls_things_is_written_again(version, tmp_path):
    version.add_annotations(GIVEN["a COCO object"][0](), source="model")
    version.write("coco", tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text())
    assert {i["file_name"]: i["id"] for i in written["images"]} == {NAMES[0]: 0, NAMES[1]: 1}
    assert {c["name"]: c["id"] for c in written["categories"]} == {"a": 7, "b": 8}
    again = version.dataset.create_version("w").add_images(list(version.assets.df()["path"]))
    again.add_annotations(written, source="again")
    assert said(again) == said(version)


def test_rows_without_shapes_say_tags_and_nothing_to_label_or_nothing(version):
    version.add_annotations(
        pd.DataFrame({"asset": NAMES, "x": [1.0, None], "y": [2.0, None], "width": [10.0, None], "height": [10.0, None],
                      "label": ["a", None]}), source="joined",
    )  # fmt: skip
    assert list(said(version)) == NAMES[:1]
    version.add_annotations(pd.DataFrame({"asset": NAMES, "nothing_to_label": [False, True]}), source="looked")
    assert said(version) == {NAMES[0]: [("rectangle", BOX, "a", None, {})], NAMES[1]: []}


def test_the_viewer_passes_over_what_is_said_of_other_images(paths):
    given = GIVEN["a COCO object"][0]()
    viewer = nb.Viewer(paths[1], given)
    assert [s.label for s in viewer.canvas.shapes] == ["b"]
    viewer.close()
