"""What every format has to keep, also one that is added tomorrow: what it does not tell as lost comes back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.formats import sets, strategies

from nbannotate import formats
from nbannotate.errors import CannotWrite, FileMissing, NbannotateError, ReadFailed
from nbannotate.files import output
from nbannotate.files.names import Names
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import Contents, Format, Head, Row
from nbannotate.model import Annotation, Label, Shape

FORMATS = list(formats.available().values())
#: Kinds whose points have to be those of a label of the data set; the tests of the format write them.
NAMED = {"yolo-pose": {"skeleton"}}
PICTURE = sets.picture(strategies.WIDTH, strategies.HEIGHT)
quiet = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=12, phases=[Phase.generate], derandomize=True
)
every = pytest.mark.parametrize("format_", FORMATS, ids=lambda f: f.name)


# --- what a format holds of a row ------------------------------------------------------------------------------------


def held_shape(format_: Format, shape: Shape) -> Shape | None:
    """A shape without what the format says that it has no place for."""
    holds, fields = format_.holds, format_.holds.fields
    if shape.kind not in holds.kinds or (shape.rings and "rings" not in fields):
        return None
    if not shape.label and "unlabelled" not in fields:
        shape = replace(shape, label="cell")
    if shape.kind == "rectangle":  # more than one pixel wide, also where a format rounds
        (x0, y0), (x1, y1) = shape.points
        shape = replace(shape, points=((x0, y0), (x1 + 0.5, y1 + 0.5)))
    attributes = shape.attributes
    if "attributes" not in fields:
        attributes = {k: v for k, v in attributes.items() if k in holds.attributes}
    empty: dict[str, Any] = {"also": (), "confidence": None, "color": None, "group": None, "track": None}
    empty |= {"keyframe": False, "visibility": ()}
    return replace(shape, attributes=attributes, **{k: v for k, v in empty.items() if k not in fields})


def held(format_: Format, row: Row) -> Row | None:
    """A row without what the format says that it has no place for, or that it would lose; None if nothing is left."""
    fields, said = format_.holds.fields, row.annotation
    row = replace(row, origin=None, source=None)
    for name in ("metadata", "split", "sequence"):
        if {"split": "splits", "sequence": "sequences"}.get(name, name) not in fields:
            row = replace(row, **{name: {} if name == "metadata" else None})
    if row.sequence is None:
        row = replace(row, moment=None)
    if said is not None:
        shapes = [s for s in (held_shape(format_, s) for s in said.shapes) if s is not None]
        kept = [s for s in shapes if not told(format_, replace(row, annotation=Annotation(shapes=(s,))), of_shape=True)]
        tags = said.tags if "tags" in fields else ()
        more = said.tag_attributes if "tag_attributes" in fields and "tags" in fields else {}
        nothing = said.nothing_to_label and "nothing_to_label" in fields and not kept
        said = Annotation(shapes=tuple(kept), tags=tags, tag_attributes=more, nothing_to_label=nothing)
    for change in ({}, {"annotation": said and replace(said, tag_attributes={})}, {"metadata": {}},
                   {"split": None}, {"sequence": None, "moment": None}):  # fmt: skip
        row = replace(row, **({"annotation": said} | change))
        said = row.annotation
        if not told(format_, row):
            return row
    return None


def told(format_: Format, row: Row, of_shape: bool = False) -> list[tuple[str, str, str]]:
    """What the format says that it would lose of a row; only of its shapes, perhaps."""
    lost = list(formats.losses_of(format_, row, Head()))
    if of_shape:
        row = replace(row, annotation=Annotation())
        bare = [(what, why) for what, why, _ in formats.losses_of(format_, row, Head())]
        lost = [one for one in lost if one[:2] not in bare]
    return lost


# --- comparing -------------------------------------------------------------------------------------------------------


def seen(format_: Format, row: Row) -> dict[str, Any]:
    """All of a row that the format holds, as plain values."""
    fields, said = format_.holds.fields, row.annotation or Annotation()
    shapes = [msgspec.to_builtins(s) for s in said.shapes]
    for shape in shapes:
        if "shape_ids" not in fields:
            del shape["id"]
        # Where it is written as a box and an angle, or as a middle and radii, the last bit is another.
        if shape["kind"] == "rotated_rectangle" or (shape["kind"] == "ellipse" and format_.name == "cvat"):
            shape["points"] = [[round(v, 9) for v in point] for point in shape["points"]]
        if all(v == 2 for v in shape.get("visibility", ())):  # as if it said nothing: all are visible
            shape.pop("visibility", None)
    if "shape_order" not in fields:
        shapes.sort(key=repr)
    attributes = {name: values for name, values in said.tag_attributes.items() if values}
    size = (row.width, row.height) if row.width else (strategies.WIDTH, strategies.HEIGHT)
    return {
        "shapes": shapes, "tags": sorted(said.tags), "tag_attributes": attributes, "nothing": said.nothing_to_label,
        "metadata": row.metadata, "split": row.split, "sequence": row.sequence, "size": size,
    }  # fmt: skip


def written(format_: Format, folder: Path, rows: list[Row], head: Head = Head()) -> Path:  # noqa: B008
    """Write rows with a picture each; return where."""
    image = folder / "picture.png"
    image.write_bytes(PICTURE)
    with_images = [replace(row, image=str(image)) for row in rows]
    return sets.write(format_.name, folder / "set", head, with_images, "copy")


@every
@quiet
@given(data=st.data())
def test_what_is_not_told_as_lost_comes_back(format_: Format, data: Any) -> None:
    kinds = tuple(sorted((format_.holds.kinds & set(strategies.KINDS)) - NAMED.get(format_.name, set())))
    drawn = data.draw(strategies.rows(kinds))
    rows = [row for row in (held(format_, row) for row in drawn) if row is not None]
    splits, sequence = any(row.split for row in rows), any(row.sequence for row in rows)  # all have one, or none
    rows = [
        replace(
            row, name=f"{n}.png", split=row.split or ("train" if splits else None),
            sequence="s" if sequence else None, moment=float(n) if sequence else None,
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        path = written(format_, Path(place), rows)
        if not any(row.annotation and row.annotation.shapes for row in rows):
            return
        _, again, _ = sets.read(format_.name, path)
    match = Names([row.name for row in again]).match([row.name for row in rows])
    by_name = {row.name: row for row in again}
    for row in rows:
        if row.name not in match.found:
            assert "empty_images" not in format_.holds.fields, f"{row.name} is not there any more"
            assert row.annotation is None or not row.annotation.shapes
            continue
        assert seen(format_, by_name[match.found[row.name]]) == seen(format_, row)
    moments = {match.found.get(row.name): row.moment for row in rows if row.moment is not None}
    its = sorted((moments[r.name], r.moment) for r in again if r.name in moments)
    assert [new for _, new in its] == sorted(new for _, new in its)  # they order, whatever they count


@every
def test_labels_come_back_as_far_as_the_format_has_a_place_for_them(format_: Format, tmp_path: Path) -> None:
    fields, kinds = format_.holds.fields, format_.holds.kinds
    head = strategies.head()
    drawn = {"rectangle": ((1.0, 1.0), (9.0, 9.0)), "polygon": ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0))}
    kind = next((k for k in drawn if k in kinds), None)
    if kind is None:
        pytest.skip("its shapes are no boxes and no polygons")
    shape = Shape(kind=kind, points=drawn[kind], label="é")
    path = written(format_, tmp_path, [Row("0.png", 30, 20, Annotation(shapes=(shape,)))], head)
    again, rows, _ = sets.read(format_.name, path)
    assert [s.label for row in rows if row.annotation for s in row.annotation.shapes] == ["é"]
    names = [label.name for label in again.labels]
    if "unused_labels" in fields:
        assert set(names) >= {"cell", "é", "fish"}
        if "label_order" in fields:
            assert [n for n in names if n in ("cell", "é", "fish")] == ["cell", "é", "fish"]
        its = {label.name: label for label in again.labels}
        if "label_colors" in fields:
            assert its["cell"].color == "#ff0000"
        if "skeletons" in fields:
            assert its["fish"].skeleton == head.labels[2].skeleton


@every
def test_the_same_data_set_gives_the_same_bytes(format_: Format, tmp_path: Path) -> None:
    shapes = [s for s in (held_shape(format_, s) for s in some_shapes()) if s is not None]
    rows = [Row("0.png", 30, 20, Annotation(shapes=tuple(shapes))), Row("1.png", 30, 20)]
    found = []
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        path = written(format_, tmp_path / name, rows, Head((Label("cell"),)))
        found.append({p.relative_to(path): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()})
    assert found[0] == found[1]


def some_shapes() -> Iterator[Shape]:
    """A box, a triangle and a mask."""
    yield Shape(kind="rectangle", points=((1.0, 1.0), (9.0, 9.0)), label="cell", id="r")
    yield Shape(kind="polygon", points=((1.0, 1.0), (9.0, 1.0), (9.0, 9.0)), label="cell", id="p")
    yield Shape.mask([[10 < x < 20 and 2 < y < 9 for x in range(30)] for y in range(20)], "cell", id="m")


@every
def test_what_is_written_is_recognised(format_: Format, tmp_path: Path) -> None:
    shapes = [s for s in (held_shape(format_, s) for s in some_shapes()) if s is not None]
    path = written(format_, tmp_path, [Row("0.png", 30, 20, Annotation(shapes=tuple(shapes)))], Head((Label("cell"),)))
    fitting = sets.sniffed(path)
    assert any(name.split("-")[0].split("_")[0] == format_.name.split("-")[0].split("_")[0] for name in fitting)


@every
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"a": 1}', b"<xml/>", b"PK\x03\x04"])
@pytest.mark.parametrize("suffix", [".json", ".xml", ".csv", ".txt", ""])
def test_other_files_are_refused_with_a_sentence(format_: Format, content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"other{suffix}"
    path.write_bytes(content)
    with Source(path) as source:
        assert not format_.sniff(source)
    with pytest.raises(ReadFailed, match="other"):
        sets.read(format_.name, path)
    (tmp_path / "folder").mkdir()
    with Source(tmp_path / "folder") as source:
        assert not format_.sniff(source)
    with pytest.raises(ReadFailed, match="folder"):
        sets.read(format_.name, tmp_path / "folder")


@every
def test_a_missing_file_and_a_missing_folder_are_said(format_: Format, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="nothing"):
        sets.read(format_.name, tmp_path / "nothing")
    with pytest.raises(CannotWrite, match="out"):
        sets.write(format_.name, tmp_path / "no folder" / f"out{format_.makes}", Head(), [])


@every
def test_nothing_that_must_stay_is_replaced(format_: Format, tmp_path: Path) -> None:
    image = tmp_path / f"image{format_.makes}"
    image.write_bytes(b"an image")
    with output.protecting(tmp_path / "work.duckdb", lambda: [str(image)]):
        for path in (image, tmp_path / "work.duckdb", tmp_path / "work.duckdb.wal"):
            with pytest.raises(CannotWrite), Target(path, format_.makes) as target:
                format_.write(target, Contents(Head(), []))
    assert image.read_bytes() == b"an image"


@every
@quiet
@given(data=st.data())
def test_whatever_a_file_holds_reading_ends_in_a_sentence(format_: Format, data: Any) -> None:
    shapes = [s for s in (held_shape(format_, s) for s in some_shapes()) if s is not None]
    rows = [Row("0.png", 30, 20, Annotation(shapes=tuple(shapes))), Row("1.png", 30, 20)]
    with tempfile.TemporaryDirectory() as place:
        path = written(format_, Path(place), rows, Head((Label("cell"),)))
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        file = data.draw(st.sampled_from(files))
        content = bytearray(file.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
        file.write_bytes(content)
        sets.sniffed(path)
        for on_error in ("error", "skip"):
            try:
                sets.read(format_.name, path, on_error)
            except ReadFailed as error:
                assert str(error)  # noqa: PT017  a good file may be left, too
            except NbannotateError as error:
                raise AssertionError(f"{type(error).__name__} is no ReadFailed: {error}") from error


@every
def test_a_format_says_what_it_holds(format_: Format) -> None:
    assert format_.holds.kinds
    assert "attributes" not in format_.holds.fields or not format_.holds.attributes


@every
def test_shapes_of_images_whose_size_is_not_known_are_told_or_come_back(format_: Format, tmp_path: Path) -> None:
    its = (
        Shape.box(1, 2, 9, 8, "cell"), Shape.polygon([(1, 1), (9, 1), (9, 9)], "cell"),
        Shape.rotated_rectangle(9, 9, 4, 2, 30, label="cell"),
    )  # fmt: skip
    for number, shape in enumerate(one for one in its if one.kind in format_.holds.kinds):
        row = Row("a.png", 0, 0, Annotation(shapes=(shape,)))
        path = sets.write(format_.name, tmp_path / str(number), Head((Label("cell"),)), [row])
        if not told(format_, row):
            (back,) = sets.read(format_.name, path)[1]
            assert [s.kind for s in back.annotation.shapes] == [shape.kind]


@every
def test_an_outline_whose_first_point_is_repeated_at_its_end_comes_back(format_: Format, tmp_path: Path) -> None:
    if "polygon" not in format_.holds.kinds:
        pytest.skip("it has no polygons")
    corner = (1.0, 1.0)
    points = (corner, (9.0, 1.0), (9.0, 9.0), (2.0, 8.0), corner)
    row = Row("0.png", 30, 20, Annotation(shapes=(Shape(kind="polygon", points=points, label="cell"),)))
    if told(format_, row, of_shape=True):
        pytest.skip("it keeps no outline")
    path = written(format_, tmp_path, [row])
    _, rows, _ = sets.read(format_.name, path)
    assert [s.points for r in rows if r.annotation for s in r.annotation.shapes] == [points]
