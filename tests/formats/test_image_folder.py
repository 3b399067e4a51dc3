"""Image folders of Hugging Face: what `datasets` loads is read, and what is written it loads, with all that we have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.formats import sets, strategies

import nbannotate as nb
from nbannotate.errors import ReadFailed
from nbannotate.formats import Head, Row

NAME = "image-folder"
CPPE = {
    "image_id": 15, "width": 200, "height": 100,
    "objects": {
        "id": [114, 115], "area": [3796, 1596], "bbox": [[10.0, 20.0, 30, 40], [1, 2, 3.5, 4]], "category": [1, 0],
    },
}  # fmt: skip
CARD = """---
dataset_info:
  features:
  - name: objects
    sequence:
    - name: category
      dtype:
        class_label:
          names:
            '0': Coverall
            '1': Gloves
---
# Words for people
"""


def folder(tmp: Path, *lines: Any, **more: str | bytes) -> Path:
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    return sets.made(tmp, {"train/metadata.jsonl": text, "train/a.png": sets.picture(200, 100), **more})


def test_boxes_with_the_names_of_the_card_are_read(tmp_path: Path) -> None:
    head, rows, problems = sets.read(NAME, folder(tmp_path, {"file_name": "a.png", **CPPE}, **{"README.md": CARD}))
    assert [v.name for v in head.labels] == ["Coverall", "Gloves"]
    (row,) = rows
    assert (row.name, row.split, row.image, row.metadata) == ("train/a.png", "train", "train/a.png", {"image_id": 15})
    one, other = row.annotation.shapes
    assert (one.label, one.points, other.label) == ("Gloves", ((10, 20), (40, 60)), "Coverall")
    assert [row.shapes[s.id].id for s in (one, other)] == [114, 115]
    assert problems.left_out() == ()


def test_objects_may_be_listed_one_by_one_and_have_attributes(tmp_path: Path) -> None:
    objects = [{"bbox": [1, 2, 3, 4], "category": "cat", "iscrowd": 1, "mood": "good"}]
    (row,) = sets.read(NAME, folder(tmp_path, {"file_name": "a.png", "objects": objects}))[1]
    (shape,) = row.annotation.shapes
    assert (shape.label, shape.attributes) == ("cat", {"crowd": True, "mood": "good"})


def test_the_folders_of_images_without_a_metadata_file_are_their_tags(tmp_path: Path) -> None:
    names = ("train/cat/1.png", "train/dog/1.png", "test/cat/2.png")
    path = sets.made(tmp_path, {**{n: sets.picture(9, 7) for n in names}, "README.md": "# x"})
    assert sets.sniffed(path) == [NAME]
    head, rows, _ = sets.read(NAME, path)
    assert [t.name for t in head.tags] == ["cat", "dog"]
    assert [(r.name, r.split, r.annotation.tags, r.width) for r in rows if r.annotation] == [
        ("test/cat/2.png", "test", ("cat",), 9), ("train/cat/1.png", "train", ("cat",), 9),
        ("train/dog/1.png", "train", ("dog",), 9),
    ]  # fmt: skip


def test_a_csv_of_captions_is_read(tmp_path: Path) -> None:
    text = 'file_name,text,label,n,x\na.png,"one, two",cat,3,0.5\ngone.png,,,,\n'
    head, rows, _ = sets.read(NAME, sets.made(tmp_path, {"metadata.csv": text, "a.png": sets.picture(9, 7)}))
    assert head.extra == {"columns": ["text", "n", "x"]}
    assert [(r.name, r.metadata, r.annotation and r.annotation.tags) for r in rows] == [
        ("a.png", {"text": "one, two", "n": 3, "x": 0.5}, ("cat",)), ("gone.png", {}, None),
    ]  # fmt: skip
    out = sets.write(NAME, tmp_path / "out", head, rows)
    first = json.loads((out / "metadata.jsonl").read_text().splitlines()[0])
    assert (first["text"], first["n"], first["x"], first["tags"]) == ("one, two", 3, 0.5, ["cat"])


@pytest.mark.parametrize("packed", [False, True])
def test_a_parquet_of_metadata_is_read(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "m"
    duckdb.sql(
        "copy (select 'a.png' as file_name, {bbox: [[1.0, 2.0, 3.0, 4.0]], categories: ['cat']} as objects, 7 as n) "
        f"to '{file}' (format parquet)"
    )
    members = {"test/metadata.parquet": file.read_bytes(), "test/a.png": sets.picture(9, 7)}
    (row,) = sets.read(NAME, sets.made(tmp_path, members, packed))[1]
    assert (row.name, row.split, row.metadata) == ("test/a.png", "test", {"n": 7})
    assert [s.label for s in row.annotation.shapes] == ["cat"]


@given(strategies.rows(), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_everything_comes_back(tmp_path_factory: Any, rows: list[Row], packed: bool) -> None:
    out = tmp_path_factory.mktemp("set") / ("out.zip" if packed else "out")
    head, back, problems = sets.read(NAME, sets.write(NAME, out, strategies.head(), rows))
    assert problems.left_out() == ()
    found = {r.name: replace(r, image=None) for r in back}
    assert {n: strategies.exact(r) for n, r in found.items()} == {r.name: strategies.exact(r) for r in rows}
    assert strategies.exact(replace(head, extra={})) == strategies.exact(strategies.head())


def test_what_datasets_guesses_types_of_is_json_and_else_parquet(tmp_path: Path) -> None:
    box = nb.Annotation(shapes=(nb.Shape.rectangle(1, 2, 3, 4, "cell"),))
    rows = [Row("a.png", 9, 9, box, split="train"), Row("b.png", 9, 9, box, split="test")]
    assert sorted(p.name for p in sets.write(NAME, tmp_path / "alike", Head(), rows).rglob("meta*")) == [
        "metadata.jsonl", "metadata.jsonl",
    ]  # fmt: skip
    rows[1] = replace(rows[1], annotation=None)
    out = sets.write(NAME, tmp_path / "not", Head(), rows)
    assert sorted(p.name for p in out.rglob("meta*")) == ["metadata.parquet", "metadata.parquet"]
    found = duckdb.sql(f"select objects.bbox, objects.area, objects.categories from '{out}/train/metadata.parquet'")
    assert found.fetchall() == [([[1.0, 2.0, 3.0, 4.0]], [12.0], ["cell"])]
    assert [r.annotation for r in sets.read(NAME, out)[1]] == [None, box]


def test_a_line_that_somebody_changed_says_what_it_says_now(tmp_path: Path) -> None:
    said = nb.Annotation(shapes=(nb.Shape.rectangle(1, 2, 3, 4, "cell"), nb.Shape.point(1, 1, "dot")), tags=("a",))
    out = sets.write(
        NAME, tmp_path / "out", Head(extra={"columns": ["text"]}), [Row("a.png", 9, 9, said, metadata={"text": "x"})]
    )
    line = json.loads((out / "metadata.jsonl").read_text())
    line["objects"]["categories"][0], line["tags"], line["text"] = "new", ["b"], "y"
    (out / "metadata.jsonl").write_text(json.dumps(line))
    (row,) = sets.read(NAME, out)[1]
    assert [(s.kind, s.label) for s in row.annotation.shapes] == [("rectangle", "new"), ("point", "dot")]
    assert (row.annotation.tags, row.metadata) == (("b",), {"text": "y"})


def test_images_that_come_along_lie_where_file_name_says(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(sets.picture(9, 7))
    here = str(tmp_path / "a.png")
    rows = [Row("x/a.png", 9, 7, split="val", image=here), Row("a.png", 9, 7, image=here), Row("gone.png", image="?")]
    out = sets.write(NAME, tmp_path / "out", Head(), rows, images="copy")
    assert (out / "validation/x/a.png").read_bytes() == (out / "a.png").read_bytes() == sets.picture(9, 7)
    assert {r.name: r.image for r in sets.read(NAME, out)[1]} == {
        "x/a.png": "validation/x/a.png", "a.png": "a.png", "gone.png": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ({}, "metadata.jsonl:2: file_name: lines: their file_name is no path"),
        ({"file_name": 7}, "lines: their file_name is no path"),
        ([], "metadata.jsonl:2: lines: they are no objects"),
        ({"file_name": "a.png", "objects": 7}, "objects: they are no lists of one length with a bbox"),
        (
            {"file_name": "a.png", "objects": {"bbox": [[1, 2, 3, 4]], "id": []}},
            "objects: they are no lists of one length",
        ),
        ({"file_name": "a.png", "objects": {"bbox": [[1, 2, 3]]}}, r"objects\[0\].bbox: objects: a bbox is x, y"),
        ({"file_name": "a.png", "objects": {"bbox": [[1, 2, "3", 4]]}}, "objects: a bbox is x, y"),
        ({"file_name": "a.png", "objects": {"bbox": [[900, 2, 3, 4]]}}, "objects: .*outside of the image"),
        ({"file_name": "a.png", "objects": {"bbox": [[1, 2, 3, 4]], "category": [[]]}}, "objects: a label's name"),
        ({"file_name": "a.png", "tags": ["x" * 201]}, "tags: a tag's name"),
        ({"file_name": "a.png", "nbannotate": "{"}, "fields nbannotate: they are not as nbannotate writes them"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_or_costs_itself_only(tmp_path: Path, line: Any, what: str) -> None:
    good = {"file_name": "b.png", "objects": {"bbox": [[1, 2, 3, 4]]}}
    path = folder(tmp_path, good, line, good)
    with pytest.raises(ReadFailed, match=what):
        sets.read(NAME, path)
    _, rows, problems = sets.read(NAME, path, "skip")
    assert [len(r.annotation.shapes) for r in (rows[0], rows[-1]) if r.annotation] == [1, 1]
    assert problems.left_out()[0].count == 1


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"metadata.jsonl": '{"file_name": "a"}\n{"a'}, "metadata.jsonl:2: lines: they are no JSON"),
        ({"metadata.csv": "file_name,x\na.png\n"}, "metadata.csv:2: lines: they have not 2 fields"),
        ({"metadata.csv": b"file_name,x\na.png,\xff\xff\n"}, "is not in UTF-8"),
        ({"metadata.parquet": b"PAR1file_name"}, r"metadata.parquet cannot be read: [^/]*$"),
        ({"metadata.jsonl": '{"file": "a"}\n'}, "holds no metadata.jsonl"),
        ({"metadata.jsonl": '{"file_name": "a"}', "nbannotate.json": '{"labels": 7}'}, "nbannotate.json: Expected"),
    ],
)
def test_a_set_that_is_wrong_is_refused_in_a_sentence(tmp_path: Path, files: dict[str, Any], what: str) -> None:
    with pytest.raises(ReadFailed, match=what):
        sets.read(NAME, sets.made(tmp_path, files))


def test_it_is_not_taken_for_folders_of_other_formats(tmp_path: Path) -> None:
    for n, files in enumerate(
        [
            {"images/a.png": b"", "labels/a.txt": "0 .5 .5 1 1"}, {"train/a.png": b"", "test/b.png": b""},
            {"cat/a.png": b"", "dog/b.png": b"", "x.json": "{}"}, {"cat/a.png": b""}, {"a.png": b""},
            {"metadata.jsonl": "{}"},
        ]
    ):  # fmt: skip
        (tmp_path / f"{n}").mkdir()
        assert NAME not in sets.sniffed(sets.made(tmp_path / f"{n}", files)), files


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda v: st.lists(v, max_size=2) | st.dictionaries(st.text(max_size=2), v, max_size=2),
)


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_line_with_anything_in_it_is_read_or_refused_in_a_sentence(tmp_path_factory: Any, data: Any) -> None:
    line: dict[str, Any] = json.loads(json.dumps({"file_name": "a.png", "tags": ["x"], "label": 1, **CPPE}))
    at: Any = line
    while True:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
            continue
        at[key] = data.draw(values)
        break
    tmp = tmp_path_factory.mktemp("set")
    try:
        head, rows, _ = sets.read(NAME, folder(tmp, {"file_name": "b.png"}, line), "skip")
    except ReadFailed:
        return
    back = sets.read(NAME, sets.write(NAME, tmp / "out", head, rows))[1]
    assert sorted(strategies.exact(replace(r, image=None)) for r in back) == sorted(
        strategies.exact(replace(r, image=None)) for r in rows
    )
