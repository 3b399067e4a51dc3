"""CSV: a table of shapes goes in and out as DataFrames do; the tables of other programs are known by their form."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import sets

import nbannotate as nb
from nbannotate import shapes
from nbannotate.errors import ReadFailed
from nbannotate.formats import Head, Row
from nbannotate.model import Annotation, Shape


def one(folder: Path, text: str | bytes, on_error: str = "error", name: str = "a.csv") -> tuple[list[Row], Any]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    _, rows, problems = sets.read("csv", path, on_error)
    return rows, problems


def said(rows: list[Row]) -> list[tuple[str, str, str, Any]]:
    return [(r.name, s.label, s.kind, s.bounds) for r in rows if r.annotation for s in r.annotation.shapes]


DIALECTS = {
    "RetinaNet": ("/data/a.jpg,10,20,30,40,cat\nb.jpg,,,,,\n/data/a.jpg,1,2,3,4,dog\n", ["/data/a.jpg", "b.jpg"]),
    "TensorFlow": (
        "filename,width,height,class,xmin,ymin,xmax,ymax\r\na.jpg,100,50,cat,10,20,30,40\r\na.jpg,100,50,dog,1,2,3,4\r\n",
        ["a.jpg"],
    ),
    "Excel in Europe": ("image;label;x;y;w;h\na.jpg;cat;10;20;20;20\na.jpg;dog;1;2;2;2\n", ["a.jpg"]),
    "tabs and a mark": (
        "﻿asset\tclass_name\tx0\ty0\tx1\ty1\na.jpg\tcat\t10\t20\t30\t40\na.jpg\tdog\t1\t2\t3\t4\n",
        ["a.jpg"],
    ),
    "COCO's box": ('file_name,category,bbox\na.jpg,cat,"[10, 20, 20, 20]"\na.jpg,dog,"[1, 2, 2, 2]"\n', ["a.jpg"]),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tables_of_other_programs_are_read(tmp_path: Path, dialect: str) -> None:
    text, names = DIALECTS[dialect]
    rows, _ = one(tmp_path, text)
    assert sets.sniffed(tmp_path / "a.csv") == ["csv"]
    assert [r.name for r in rows] == names
    assert [v[1:] for v in said(rows)] == [
        ("cat", "rectangle", (10, 20, 30, 40)), ("dog", "rectangle", (1, 2, 3, 4)),
    ]  # fmt: skip
    if dialect == "RetinaNet":
        assert rows[1].annotation == Annotation()
    if dialect == "TensorFlow":
        assert (rows[0].width, rows[0].height) == (100, 50)


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_a_folder_has_a_table_for_each_split_beside_the_images(tmp_path: Path, packed: bool) -> None:
    head = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
    files: dict[str, str | bytes] = {
        "train/_annotations.csv": head + "a.png,9,9,cat,1,2,3,4\n",
        "valid/_annotations.csv": head + "b.png,9,9,cat,1,2,3,4\n",
        "train/a.png": sets.picture(9, 9), "valid/b.png": sets.picture(9, 9), "classes.csv": "cat,0\n",
    }  # fmt: skip
    path = sets.made(tmp_path, files, packed)
    assert sets.sniffed(path) == ["csv"]
    _, rows, _ = sets.read("csv", path)
    assert [(r.name, r.split, r.image) for r in rows] == [
        ("a.png", "train", "train/a.png"), ("b.png", "val", "valid/b.png"),
    ]  # fmt: skip


def drawn() -> list[Shape]:
    pixels = np.zeros((50, 100), bool)
    pixels[3:9, 4:20] = True
    return [
        Shape.box(1.1, 2, 30.3, 40, "cell", attributes={"s": "x", "n": 3, "l": [1, None]}, confidence=0.1),
        Shape.polygon([[(0.123456789012, 0), (9, 0), (9, 9)], [(20, 20), (30, 20), (30, 30)]], "n", group="7"),
        Shape.mask(pixels, "m", color="#00ff00"),
        Shape.skeleton([(1, 2), (3, 4)], [1, 2], "k", track="5", keyframe=True),
        Shape.rotated_rectangle(10, 10, 30, 9, 33, "", also=()),
    ]


def test_all_that_is_said_of_an_image_comes_back(tmp_path: Path) -> None:
    whole = Annotation(shapes=drawn(), tags=["blurred"], tag_attributes={"blurred": {"much": True}})
    rows = [
        Row("x/a, b.png", annotation=whole, split="train"), Row("b.png", annotation=Annotation()), Row("c.png"),
        Row("d.png", annotation=Annotation(nothing_to_label=True), split="test"),
        Row("e.png", annotation=Annotation(tags=["é"])),
    ]  # fmt: skip
    out = sets.write("csv", tmp_path / "out.csv", Head(), rows)
    assert sets.read("csv", out)[1] == rows


def test_a_dataframe_goes_out_and_in_as_it_is(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(sets.picture(100, 50))
    with nb.open(":memory:") as workspace:
        dataset = workspace.create_dataset("cells")
        version = dataset.create_version("v1").add_images(str(tmp_path / "*.png"))
        version.add_annotations({"a.png": drawn()}, source="test")
        by_pandas = tmp_path / "pandas.csv"
        version.shapes.df().to_csv(by_pandas, index=False)
        _, (row,), problems = sets.read("csv", by_pandas)
        assert row.annotation is not None
        box, polygon, mask, skeleton, turned = row.annotation.shapes
        first = drawn()
        assert (box.points, box.label, box.confidence) == (first[0].points, "cell", 0.1)
        assert {k: v for k, v in box.attributes.items() if k != "l"} == {"s": "x", "n": 3}
        assert (polygon.rings, polygon.group, mask.rle) == ((3, 3), "7", first[2].rle)
        assert (skeleton.visibility, skeleton.track, skeleton.keyframe) == ((1, 2), "5", True)
        assert np.allclose(turned.points, first[4].points)
        assert [v.what for v in problems.left_out()] == ["points"]
        ours = sets.write("csv", tmp_path / "ours.csv", Head(), [Row("a.png", 100, 50, Annotation(shapes=drawn()))])
        other = dataset.create_version("v2").add_images(str(tmp_path / "*.png"))
        other.add_annotations(pd.read_csv(ours), source="test")
        expected = [(s.kind, s.points, s.label, s.attributes, s.rle, s.rings, s.group) for s in drawn()]
        found = other.assets["a.png"].annotation
        assert found is not None
        assert [(s.kind, s.points, s.label, s.attributes, s.rle, s.rings, s.group) for s in found.shapes] == expected


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("asset,label,x0,y0,x1,y1\na,c,1,2,3,x\n", 2, "y1 is no number: 'x'"),
        ("asset,label,x0,y0,x1,y1\na,c,1,2,3,4\n\na,c,5,2,3,4\n", 4, r"x1 \(3\) is not above x0 \(5\)"),
        ("asset,label,x0,y0,x1,y1\n,c,1,2,3,4\n", 2, "they have no image in the column 'asset'"),
        ("asset,label,x0,y0,x1,y1\na,c,1,2,3,4,5\n", 2, "they have 7 cells, and there are 6 columns"),
        ("asset,label,x0,y0,x1,y1\na,c,1,2,3,\n", 2, "a shape needs points, or"),
        ("asset,label,points\na,c,\"[[1, 2], [3\"\n", 2, "points is no JSON"),
        ("asset,label,points\na,c,\"[[0, 0], [1, 'x']]\"\n", 2, "points are pairs of numbers"),
        ("asset,label,points,confidence\na,c,\"[[0, 0], [9, 9]]\",7\n", 2, "the confidence must be a number from 0"),
        ("filename,width,height,class,xmin,ymin,xmax,ymax\na,9,9,c,20,20,30,30\n", 2, "lies outside of the image"),
        ("asset,shape_id,x,y,w,h\na,1,1,1,1,1\na,1,1,1,1,1\n", 3, "another one of the image has their id"),
        ("asset,keyframe,x,y,w,h\na,perhaps,1,1,1,1\n", 2, "keyframe is neither true nor false"),
        ("asset,kind,x,y,w,h\na,hexagon,1,1,1,1\n", 2, "there is no shape kind 'hexagon'"),
    ],
)  # fmt: skip
def test_a_bad_line_is_an_error_with_its_number_or_is_passed_over(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    with pytest.raises(ReadFailed, match=rf"a\.csv:{line}\b.*{reason}"):
        one(tmp_path, text)
    rows, problems = one(tmp_path, text, "skip")
    assert problems.left_out()[0].first == f"a.csv:{line}"
    assert len(said(rows)) == line - 2 - text.count("\n\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"asset,x,y,w,h\na,1,1,1,1\n\xff,1,1,1,1\n", r"a\.csv is not in UTF-8"),
        (b'asset,x,y,w,h\n"a,1,1,1,1\n', r"a\.csv:2 is no CSV"),
        (b"name,age\nx,1\n", "a.csv has no table of shapes: a column of images"),
        (b"asset,x,y,w,h,x\n", "has no table of shapes"),
        (b"", "has no table of shapes"),
    ],
)
def test_a_file_that_is_no_table_of_shapes_is_said(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(ReadFailed, match=message):
        one(tmp_path, data)


def test_lines_of_an_image_need_not_stand_together(tmp_path: Path) -> None:
    rows, _ = one(tmp_path, "asset,label,x,y,w,h\na,1,1,1,2,2\nb,2,1,1,2,2\na,3,1,1,2,2\n")
    assert [(name, label) for name, label, *_ in said(rows)] == [("a", "1"), ("a", "3"), ("b", "2")]


def test_images_come_along_in_a_folder(tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(sets.picture(9, 9))
    row = Row("x/a.png", 9, 9, Annotation(shapes=[Shape.box(1, 1, 5, 5, "c", id="s")]), image=str(image))
    out = sets.write("csv", tmp_path / "out", Head(), [row], "copy")
    _, (again,), _ = sets.read("csv", out)
    assert (again.name, again.image) == ("x/a.png", "images/x/a.png")
    assert again.annotation == row.annotation


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=9)
NAME = TEXT.map(str.strip).filter(bool)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2), max_leaves=4,
)  # fmt: skip
PLACE = st.floats(0, 100, allow_subnormal=False)


@st.composite
def shape_of_any_kind(draw: Any) -> Shape:
    fields = {
        "label": draw(st.just("") | NAME), "confidence": draw(st.none() | st.floats(0, 1)), "id": draw(NAME),
        "attributes": draw(st.dictionaries(TEXT, VALUE, max_size=3)), "group": draw(st.none() | NAME),
        "track": draw(st.none() | NAME), "keyframe": draw(st.booleans()),
        "color": draw(st.sampled_from([None, "#a0B1c2"])),
    }  # fmt: skip
    kind = draw(
        st.sampled_from(["rectangle", "ellipse", "polygon", "polyline", "point", "keypoints", "skeleton", "mask"])
    )
    if kind == "mask":
        pixels = np.array(draw(st.lists(st.booleans(), min_size=12, max_size=12).filter(any))).reshape(3, 4)
        return Shape.mask(pixels, **fields)
    least, most = {"rectangle": (2, 2), "ellipse": (2, 2), "point": (1, 1)}.get(kind, (3, 6))
    points = draw(st.lists(st.tuples(PLACE, PLACE), min_size=least, max_size=most))
    seen = (
        draw(st.lists(st.sampled_from([1, 2]), min_size=len(points), max_size=len(points)))
        if kind == "skeleton"
        else ()
    )
    return Shape(kind=kind, points=points, visibility=seen, **fields)


@settings(max_examples=60, deadline=None)
@given(
    every=st.lists(shape_of_any_kind(), max_size=3, unique_by=lambda s: s.id), name=NAME, tags=st.sets(NAME, max_size=2)
)
def test_whatever_is_drawn_comes_back_bit_for_bit(
    tmp_path_factory: Any, every: list[Shape], name: str, tags: set[str]
) -> None:
    kept = [s for s in every if shapes.kind(s.kind).problem(s, *(s.rle.size[::-1] if s.rle else (1e9, 1e9))) is None]
    rows = [Row(name, annotation=Annotation(shapes=kept, tags=sorted(tags))), Row(f"{name} other")]
    out = sets.write("csv", tmp_path_factory.mktemp("set") / "out.csv", Head(), rows)
    assert sets.read("csv", out)[1] == rows


def test_standard_output_takes_a_table(capfdbinary: Any) -> None:
    row = Row("a.png", annotation=Annotation(shapes=[Shape.box(1, 1, 5, 5, "c", id="s")]))
    sets.write("csv", Path("-"), Head(), [row])
    table = pd.read_csv(io.BytesIO(capfdbinary.readouterr().out))
    assert table[["asset", "label", "x", "width"]].values.tolist() == [["a.png", "c", 1.0, 4.0]]
