"""Shapes that are written by the thousand are those that the tables show."""

from __future__ import annotations

import json

import pytest

import nbannotate as nb
from nbannotate.workspace import native_values, shape_columns

RING = [1, 1, 30, 1, 30, 20.25]
HOLE = [20, 3, 25, 3, 25, 10.125]


@pytest.fixture
def version(make_images, tmp_path):
    """Three images: shapes of the first came from a file, those of the second were given one by one."""
    ws = nb.open(":memory:")
    made = ws.create_dataset("d").create_version("v").add_images(make_images(3))
    file = tmp_path / "in.json"
    annotations = [
        {"id": 7, "image_id": 1, "category_id": 1, "segmentation": [RING], "note": "a"},
        {"id": 8, "image_id": 1, "category_id": 1, "segmentation": [RING, HOLE]},
        {"id": 9, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5},
    ]
    images, categories = [{"id": 1, "file_name": "img_000.png"}], [{"id": 1, "name": "cat"}]
    file.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    made.read("coco", file)
    shapes = (
        nb.Shape.polygon([(1, 1), (9, 1), (9, 9.5)], label="dog"),
        nb.Shape.rectangle(1, 2, 20, 20, label="dog", attributes={"a": 1}),
        nb.Shape(kind="polygon", points=((1, 1), (9, 1), (9, 9), (2, 2), (3, 2), (3, 3)), label="dog", rings=(3, 3)),
    )
    made.add_annotations({"img_001.png": nb.Annotation(shapes=shapes)}, "hand")
    yield made
    ws.close()


def given(version, tmp_path, asset_ids):
    """Return the shapes of assets as columns."""
    file = tmp_path / "shapes.parquet"
    file.write_bytes(
        version.workspace.client.fetch("annotations.shapes", version_id=version.version_id, asset_ids=asset_ids)
    )
    return shape_columns.shown(file, None)


def whole(its):
    """Return columns as shapes."""
    block = shape_columns.block_of([0] * len(its.ids), its)
    return tuple(block.shape(n) for n in range(len(its.ids)))


def test_columns_say_what_the_table_says(version, tmp_path):
    ids = version.assets.df()["asset_id"].tolist()
    rows = version.workspace.sql("select * from shapes order by annotation_id, position")
    its = given(version, tmp_path, ids)
    assert its.revisions.tolist() == rows["annotation_id"].tolist()
    assert whole(its) == native_values.as_shapes(rows)
    assert its.plain.tolist() == [True, True, False, True, False, True]
    assert shape_columns.block_of([0] * 6, its).texts == [
        "[[1.0,1.0,30.0,1.0,30.0,20.25]]", "[[1.0,1.0,30.0,1.0,30.0,20.25],[20.0,3.0,25.0,3.0,25.0,10.125]]",
        "[[1.0,1.0,9.0,1.0,9.0,9.5]]", "[[1.0,1.0,9.0,1.0,9.0,9.0],[2.0,2.0,3.0,2.0,3.0,3.0]]",
    ]  # fmt: skip


def test_only_the_assets_that_are_asked_for_come(version, tmp_path):
    first, second, third = version.assets.df()["asset_id"].tolist()
    assert len(given(version, tmp_path, [first]).ids) == 3
    assert given(version, tmp_path, [third]).ids == []
    assert len(given(version, tmp_path, [second, third]).ids) == 3


def test_some_of_the_columns_in_another_order_and_more_behind_them_are_the_same_shapes(version, tmp_path):
    its = given(version, tmp_path, version.assets.df()["asset_id"].tolist())
    every = whole(its)
    order = [5, 2, 0, 4]
    some = its.those(its.revisions.argsort()[order])
    assert whole(some) == tuple(every[n] for n in order)
    assert whole(some.and_(its)) == (*whole(some), *every)
