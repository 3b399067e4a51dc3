"""Parquet, our own format: whatever there is comes back as it was, bit for bit, and others read it without us."""

from __future__ import annotations

import contextlib
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats import strategies

import nbannotate as nb
from nbannotate import formats
from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import Contents, Foreign, Head, Problems, Row

PARQUET = formats.available()["parquet"]
CELL = nb.Shape.rectangle(1, 2, 3, 4, "cell", id="0123456789abcdef")


def written(path: Path, rows: list[Row], head: Head | None = None, images: Any = None) -> Path:
    with Target(path, PARQUET.makes, images) as target:
        PARQUET.write(target, Contents(head or Head(), iter(rows)))
    return path


def read(path: Path, on_error: Any = "error") -> tuple[Head, list[Row], Problems]:
    problems = Problems(on_error, path.name)
    with Source(path) as source:
        contents = PARQUET.read(source, problems)
        rows = list(contents.rows)
        assert contents.total == len(rows) or problems.skipped
        return contents.head, rows, problems


def changed(folder: Path, table: str, query: str) -> None:
    """Replace a table by what a query over it gives, as somebody does who mends it with another program."""
    file = folder / table
    duckdb.sql(f"copy ({query.format(t=repr(str(file)))}) to '{folder / 'new'}' (format parquet)")
    (folder / "new").replace(file)


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_everything_comes_back(tmp_path_factory: Any, data: Any) -> None:
    rows = [
        msgspec.structs.replace(
            row,
            foreign=data.draw(strategies.foreigns),
            shapes={
                s.id: its
                for s in (row.annotation.shapes if row.annotation else ())
                if (its := data.draw(strategies.foreigns)) != Foreign()
            },
        )
        for row in data.draw(strategies.rows())
    ]
    foreign = data.draw(st.dictionaries(st.sampled_from(["cell", "é"]), strategies.foreigns))
    head = msgspec.structs.replace(strategies.head(), foreign=foreign, extra={"info": {"year": 2026, "x": 1.0}})
    path = tmp_path_factory.mktemp("set") / data.draw(st.sampled_from(["out", "out.zip"]))
    back = read(written(path, rows, head))
    assert strategies.exact(back[0]) == strategies.exact(head)
    assert strategies.exact(back[1]) == strategies.exact(rows)
    assert back[2].left_out() == ()


def test_images_that_are_copied_are_found_again(tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(b"of this image only the bytes are looked at")
    rows = [
        Row("../x/a.png", 9, 9, image=str(image)),
        Row("x/A.png", 9, 9, image=str(image)),
        Row("gone.png", image="?"),
    ]
    _, back, _ = read(written(tmp_path / "out", rows, images="copy"))
    assert [r.image for r in back] == ["images/_/x/a.png", "images/x/A.png", None]
    assert (tmp_path / "out" / "images/x/A.png").read_bytes() == image.read_bytes()
    assert [r.name for r in back] == [r.name for r in rows]


def test_a_query_of_duckdb_reads_it_without_us(tmp_path: Path) -> None:
    written(tmp_path / "out", [Row("a.png", 9, 9, nb.Annotation(shapes=(CELL, CELL.replace(id="1"))))])
    found = duckdb.sql(
        f"select name, label, points, kind from '{tmp_path}/out/shapes.parquet' "
        f"join '{tmp_path}/out/images.parquet' using (image)"
    ).fetchall()
    assert found == [("a.png", "cell", [[1.0, 2.0], [4.0, 6.0]], "rectangle")] * 2


def test_the_same_data_set_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [Row(f"{i}.png", 9, 9, nb.Annotation(shapes=(CELL.replace(id=str(i)),))) for i in range(50)]
    one, other = (written(tmp_path / name, rows).read_bytes() for name in ("a.zip", "b.zip"))
    assert one == other


def test_a_table_that_another_program_sorted_is_read_in_the_order_of_the_images(tmp_path: Path) -> None:
    rows = [
        Row(f"{i}.png", 9, 9, nb.Annotation(shapes=(CELL.replace(id=str(i)), CELL.replace(id=f"x{i}"))))
        for i in range(9)
    ]
    folder = written(tmp_path / "out", rows)
    changed(folder, "shapes.parquet", "select * from {t} order by id desc")
    changed(folder, "images.parquet", "select * from {t} order by name desc")
    _, back, _ = read(folder)
    assert [r.name for r in back] == [r.name for r in rows]
    assert [{s.id for s in r.annotation.shapes} for r in back if r.annotation] == [{f"{i}", f"x{i}"} for i in range(9)]


@pytest.mark.parametrize(
    ("table", "query", "message"),
    [
        ("shapes.parquet", "select * exclude (kind) from {t}", "shapes.parquet has no column 'kind'"),
        ("shapes.parquet", "select * replace ('blob' as kind) from {t}", "shapes.parquet, row 0: shapes: .*blob"),
        ("shapes.parquet", "select * replace (7 as points) from {t}", "shapes.parquet, row 0: rows: Expected array"),
        ("shapes.parquet", "select * replace ('{{' as attributes) from {t}", "shapes.parquet, row 0: shapes: "),
        (
            "shapes.parquet",
            "select * replace (99 as image) from {t}",
            "row 0: shapes: there is no image of their",
        ),
        ("shapes.parquet", "select * replace (2.0 as confidence) from {t}", "row 0: shapes: .*confidence"),
        (
            "images.parquet",
            "select * replace (if(image = 0, '[]', metadata) as metadata) from {t}",
            "row 0: images: Expected",
        ),
        (
            "images.parquet",
            "select * replace (if(image = 0, null, name) as name) from {t}",
            "row 0: rows: Expected str",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_row_or_costs_that_row_only(
    tmp_path: Path, table: str, query: str, message: str
) -> None:
    folder = written(tmp_path / "out", [Row("a.png", 9, 9, nb.Annotation(shapes=(CELL,))), Row("b.png", 9, 9)])
    changed(folder, table, query)
    with pytest.raises(ReadFailed, match=message):
        read(folder)
    if "column" not in message:
        _, back, problems = read(folder, "skip")
        assert [r.name for r in back][-1] == "b.png"
        assert problems.left_out()[0].count >= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "dataset.json: version is 2; this nbannotate reads 1"),
        ({"format": "x"}, "format is 'x'"),
        ({"labels": [{"name": ""}]}, "Label.name"),
        ({"labels": 7}, "Expected `array`"),
    ],
)
def test_a_layout_that_is_not_known_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    file = written(tmp_path / "out", []) / "dataset.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ReadFailed, match=message):
        read(tmp_path / "out")


@pytest.mark.parametrize("data", [b"", b"PAR1", b"{}", b"PAR1" + bytes(99) + b"PAR1"])
def test_a_file_that_is_no_table_is_named(tmp_path: Path, data: bytes) -> None:
    folder = written(tmp_path / "out", [Row("a.png")])
    (folder / "shapes.parquet").write_bytes(data)
    with pytest.raises(ReadFailed, match=r"out: shapes\.parquet cannot be read: "):
        read(folder)


def test_signs_by_which_duckdb_finds_several_files_are_names_here(tmp_path: Path) -> None:
    folder = tmp_path / "[ab]*{x}'"
    written(folder, [Row("a.png")])
    assert [r.name for r in read(folder)[1]] == ["a.png"]


def test_it_is_known_by_its_three_files_wherever_they_are(tmp_path: Path) -> None:
    folder = written(tmp_path / "out", [Row("a.png")])
    with Source(folder) as source:
        assert PARQUET.sniff(source)
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as archive:
        for file in ("dataset.json", "images.parquet", "shapes.parquet"):
            archive.write(folder / file, f"my/set/{file}")
    assert [r.name for r in read(tmp_path / "deep.zip")[1]] == ["a.png"]
    (folder / "shapes.parquet").unlink()
    with Source(folder) as source:
        assert not PARQUET.sniff(source)
    with pytest.raises(ReadFailed, match=r"out has no dataset\.json, images\.parquet and shapes\.parquet"):
        read(folder)


def test_an_error_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> Any:
        yield Row("a.png")
        raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError), Target(tmp_path / "out") as target:
        PARQUET.write(target, Contents(Head(), rows()))
    assert list(tmp_path.iterdir()) == []


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_file_is_read_or_refused_in_a_sentence(tmp_path_factory: Any, data: Any) -> None:
    said = nb.Annotation(shapes=(CELL,), tags=("t",))
    folder = written(tmp_path_factory.mktemp("set") / "out", [Row("a.png", 9, 9, said, metadata={"k": 1})])
    file = folder / data.draw(st.sampled_from(["dataset.json", "images.parquet", "shapes.parquet"]))
    whole = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    file.write_bytes(bytes(whole))
    with contextlib.suppress(ReadFailed):
        read(folder, "skip")
