"""Open Images: boxes, labels of images, masks and classes are read, and written so that they are the same again."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image
from tests.formats import sets, strategies

import nbannotate as nb
from nbannotate import formats
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.formats import Foreign, Head, Row

NAME = "open-images"
BOXES = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
CLASSES = "/m/011k07,Tortoise\n/m/01g317,Person\n/m/0k4j,Car\n"
BOX = "0001,xclick,/m/0k4j,1,0.0125,0.195312,0.148438,0.5875,0,1,1,0,0"


def png(pixels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8) * 255).convert("1").save(file, "PNG")
    return file.getvalue()


def official(**more: str | bytes) -> dict[str, str | bytes]:
    """The files of the validation part, as Open Images distributes them, of two images of 200 × 100 pixels."""
    return {
        "oidv7-class-descriptions-boxable.csv": CLASSES,
        "validation-annotations-bbox.csv": f"{BOXES}\n{BOX}\n0001,activemil,/m/01g317,0.5,0,1,0,1,-1,0,0,0,1\n",
        "oidv6-train-annotations-bbox.csv": (
            f"{BOXES},XClick1X\n0002,xclick,/m/0bt9lr,1,0.25,0.5,0.25,0.5,0,0,0,0,0,0.3\n"
        ),
        "validation-annotations-human-imagelabels-boxable.csv": (
            "ImageID,Source,LabelName,Confidence\n0001,verification,/m/0k4j,1\n0001,verification,/m/011k07,0\n"
            "0001,machine,/m/01g317,0.7\n"
        ),
        "validation-annotations-object-segmentation.csv": (
            "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n"
            "0001_m0k4j_aa.png,0001,/m/0k4j,aa,0.1,0.2,0.3,0.4,0.9,0.2 0.3 1;0.5 0.6 0\n"
        ),
        "masks/0001_m0k4j_aa.png": png([[0, 1], [0, 0]]),
        "validation/0001.jpg": sets.picture(200, 100, "JPEG"),
        "train/0002.jpg": sets.picture(200, 100, "JPEG"),
        **more,
    }


@pytest.mark.parametrize("packed", [False, True])
def test_the_files_of_open_images_are_read(tmp_path: Path, packed: bool) -> None:
    head, rows, problems = sets.read(NAME, sets.made(tmp_path, official(), packed))
    assert [v.name for v in head.labels] == ["Tortoise", "Person", "Car", "/m/0bt9lr"]
    assert head.foreign["Car"] == Foreign("/m/0k4j")
    assert [(r.name, r.width, r.height, r.split, r.image) for r in rows] == [
        ("0002.jpg", 200, 100, "train", "train/0002.jpg"), ("0001.jpg", 200, 100, "val", "validation/0001.jpg"),
    ]  # fmt: skip
    car, person, mask = rows[1].annotation.shapes
    assert (car.kind, car.label, car.points) == ("rectangle", "Car", ((2.5, 14.8438), (39.0624, 58.75)))
    assert car.attributes == {"occluded": False, "truncated": True, "crowd": True, "depiction": False, "inside": False}
    assert (car.confidence, person.confidence) == (None, 0.5)
    assert "occluded" not in person.attributes
    assert (mask.kind, mask.label, mask.points) == ("mask", "Car", ((100, 0), (200, 50)))
    assert rows[1].annotation.tags == ("Car", "Person")
    assert rows[1].annotation.tag_attributes == {"Person": {"confidence": 0.7}}
    assert [(v.what, v.count, v.first) for v in problems.left_out()] == [
        ("labels of images", 1, "validation-annotations-human-imagelabels-boxable.csv:3")
    ]


def test_what_was_read_is_written_as_it_stood(tmp_path: Path) -> None:
    source = sets.made(tmp_path, official())
    head, rows, _ = sets.read(NAME, source)
    out = sets.write(NAME, tmp_path / "out", head, sets.from_disk(rows, source), images="copy")
    assert (out / "class-descriptions-boxable.csv").read_text() == CLASSES + "/m/0bt9lr,/m/0bt9lr\n"
    for ours, theirs in (
        ("validation-annotations-bbox.csv", "validation-annotations-bbox.csv"),
        ("validation-annotations-human-imagelabels.csv", "validation-annotations-human-imagelabels-boxable.csv"),
        ("validation-annotations-object-segmentation.csv", "validation-annotations-object-segmentation.csv"),
    ):
        lines = [list(csv.DictReader(io.StringIO(text))) for text in ((out / ours).read_text(), official()[theirs])]  # type: ignore[arg-type]
        assert [{k: v for k, v in line.items() if k != "XClick1X"} for line in lines[0]] == lines[1]
    assert "0.3" in (out / "train-annotations-bbox.csv").read_text().splitlines()[1]
    back = sets.read(NAME, out)
    by_name = {r.name: r for r in rows}
    assert [sets.plain(r) for r in back[1]] == [
        replace(sets.plain(by_name[r.name]), shapes=sets.plain(r).shapes, foreign=r.foreign) for r in back[1]
    ]
    assert back[0].labels == head.labels


def boxes(folder: Path, *lines: str, on_error: Any = "error", **more: str | bytes) -> Any:
    members = {"b.csv": "\n".join((BOXES, *lines)) + "\n", "0001.png": sets.picture(200, 100), **more}
    return sets.read(NAME, sets.made(folder, members), on_error)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("0001,x,/m/0k4j,1,0.1,0.2,0.1", "lines: they have not 13 fields"),
        ("0001,x,/m/0k4j,1,a,0.2,0.1,0.2,0,0,0,0,0", "boxes: XMin, YMin, XMax and YMax are numbers"),
        ("0001,x,/m/0k4j,1,nan,0.2,0.1,0.2,0,0,0,0,0", "boxes: XMin, YMin, XMax and YMax are numbers"),
        ("0001,x,/m/0k4j,1,0.2,0.2,0.1,0.1,0,0,0,0,0", "boxes: The rectangle"),
        ("0001,x,,1,0.1,0.2,0.1,0.2,0,0,0,0,0", "boxes: a label's name"),
        ("9999,x,/m/0k4j,1,0.1,0.2,0.1,0.2,0,0,0,0,0", "boxes: the size of their image is not known"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_or_costs_that_line_only(tmp_path: Path, line: str, what: str) -> None:
    with pytest.raises(ReadFailed, match=rf"b\.csv:3: {what}"):
        boxes(tmp_path, BOX, line)
    _, rows, problems = boxes(tmp_path, BOX, line, BOX, on_error="skip")
    assert len(rows[0].annotation.shapes) == 2
    assert [v.count for v in problems.left_out()] == [1]


def test_a_confidence_that_is_none_costs_itself_only(tmp_path: Path) -> None:
    _, rows, problems = boxes(tmp_path, BOX.replace(",1,0.0125", ",7,0.0125"), on_error="skip")
    assert rows[0].annotation.shapes[0].confidence is None
    assert problems.left_out()[0].first == "b.csv:2"


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"b.csv": b"\xff\xfe\x00"}, "holds no CSV file"),
        ({"b.csv": f"{BOXES}\n".encode() + b"\xff\xff,,\n"}, "no CSV in UTF-8, from byte"),
        ({"x.csv": "a,b\n1,2\n"}, "holds no CSV file"),
        ({"m.csv": "MaskPath,ImageID,LabelName\ngone.png,0001,Car\n"}, "masks: there is no file at their MaskPath"),
        ({"m.csv": "MaskPath,ImageID,LabelName\nm.png,0001,Car\n", "m.png": b"x"}, "masks: .*m.png"),
        ({"m.csv": "MaskPath,ImageID,LabelName\nm.png,0001,Car\n", "m.png": png([[0]])}, "masks: they have no pixels"),
        ({"t.csv": "ImageID,LabelName,Confidence\n0001,Car,7\n"}, "labels of images: their confidence is no number"),
        ({"b.csv": BOXES, "c.csv": "/m/1,a\n/m/2\n"}, "c.csv:2: classes: they have two columns"),
    ],
)
def test_a_set_that_is_wrong_is_refused_in_a_sentence(tmp_path: Path, files: dict[str, Any], what: str) -> None:
    with pytest.raises(ReadFailed, match=what):
        sets.read(NAME, sets.made(tmp_path, files | {"0001.jpg": sets.picture(20, 10, "JPEG")}))


def test_two_classes_of_one_name_stay_two(tmp_path: Path) -> None:
    names = "/m/1,Bat\n/m/2,Bat\n"
    lines = [BOX.replace("/m/0k4j", f"/m/{n}") for n in (1, 2)]
    head, rows, _ = boxes(tmp_path, *lines, **{"class-descriptions.csv": names})
    assert [s.label for s in rows[0].annotation.shapes] == ["Bat", "Bat (/m/2)"]
    out = sets.write(NAME, tmp_path / "out", head, rows)
    assert (out / "class-descriptions-boxable.csv").read_text() == names


def test_a_name_with_a_comma_and_lines_of_several_lines_are_read(tmp_path: Path) -> None:
    images = 'ImageID,Subset,Title,Width,Height\n0001,test,"a, ""b""\nc",200,100\n0003,,x,,\n'
    head, rows, _ = boxes(tmp_path, BOX, **{"images.csv": images})
    assert [(r.name, r.split, r.annotation is None) for r in rows] == [
        ("0001.png", "test", False), ("0003.jpg", None, True),
    ]  # fmt: skip
    assert rows[0].foreign.extra["image"] == {"Title": 'a, "b"\nc'}
    back = sets.read(NAME, sets.write(NAME, tmp_path / "out", head, rows))[1]
    assert {r.name: r.foreign for r in back} == {r.name: r.foreign for r in rows}


kept = ("occluded", "truncated", "crowd", "depiction", "inside")


@given(strategies.rows(kinds=("rectangle", "mask"), labelled=True), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_all_that_open_images_holds_comes_back(tmp_path_factory: Any, rows: list[Row], data: Any) -> None:
    given_rows = []
    for row in rows:
        said = row.annotation
        if said is not None:
            shapes = [
                nb.Shape(
                    kind=s.kind, points=s.points, rle=s.rle, label=s.label, id=s.id,
                    confidence=s.confidence if s.kind == "rectangle" else None,
                    attributes={} if s.rle else data.draw(st.dictionaries(st.sampled_from(kept), st.booleans())),
                )
                for s in sorted(said.shapes, key=lambda s: s.kind == "mask")
            ]  # fmt: skip
            sure = {t: {"confidence": c} for t in said.tags if (c := data.draw(st.floats(0.01, 0.99))) < 0.5}
            said = nb.Annotation(shapes=tuple(shapes), tags=said.tags, tag_attributes=sure)
            said = None if said.empty else said
        given_rows.append(Row(row.name, row.width, row.height, said, split=row.split))
    out = sets.write(
        NAME, tmp_path_factory.mktemp("set") / "out.zip", Head((nb.Label("cell"), nb.Label("new"))), given_rows
    )
    head, back, problems = sets.read(NAME, out)
    assert problems.left_out() == ()
    assert [v.name for v in head.labels][:2] == ["cell", "new"]
    found = {r.name: sets.plain(strategies.known(replace(r, shapes={}))) for r in back}
    assert {n: strategies.exact(r) for n, r in found.items()} == {
        r.name: strategies.exact(sets.plain(replace(r, shapes={}))) for r in given_rows
    }


def test_what_would_be_lost_is_told(tmp_path: Path) -> None:
    def losses(row: Row) -> Any:
        return formats.available()[NAME].losses(row, Head())

    mask = nb.Shape.mask([[1]], "x", confidence=0.5)
    box = nb.Shape.rectangle(1, 2, 3, 4, "x", attributes={"crowd": 7})
    assert [what for what, _ in losses(Row("a.png", 9, 9, nb.Annotation(shapes=(mask, box))))] == [
        "confidences and attributes of masks", "attributes",
    ]  # fmt: skip
    for value, lost in ((0.5, False), (1, False), (0, True), (2, True), ("x", True), (True, True)):
        said = nb.Annotation(tags=("t",), tag_attributes={"t": {"confidence": value}})
        assert bool(list(losses(Row("a.png", 9, 9, said)))) is lost, value
    assert list(losses(Row("a.png"))) == []
    assert [
        what for what, _ in losses(Row("a.png", annotation=nb.Annotation(shapes=(box.replace(attributes={}),))))
    ] == ["shapes"]


def test_two_assets_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"Two assets are called 'a\.png'"):
        sets.write(NAME, tmp_path / "out", Head(), [Row("a.png"), Row("a.png"), Row("a.png")])


def test_it_is_known_by_the_first_line_of_its_files(tmp_path: Path) -> None:
    for n, (files, known) in enumerate(
        [
            ({"x.csv": BOXES}, True), ({"a/x.csv": "ImageID,LabelName,Confidence\n"}, True),
            ({"x.csv": "path,label,x0,y0,x1,y1\n"}, False), ({"x.csv": CLASSES}, False),
            ({"x.csv": b"\xff\xfe"}, False),
        ]
    ):  # fmt: skip
        (tmp_path / f"{n}").mkdir()
        assert (NAME in sets.sniffed(sets.made(tmp_path / f"{n}", files))) is known, files


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_file_with_anything_in_it_is_read_or_refused_in_a_sentence(tmp_path_factory: Any, data: Any) -> None:
    files = official()
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    whole = bytearray(content.encode() if isinstance(content, str) else content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    folder = tmp_path_factory.mktemp("set")
    try:
        head, rows, _ = sets.read(NAME, sets.made(folder, {**files, name: bytes(whole)}), "skip")
        sets.write(NAME, folder / "out", head, rows)
    except (ReadFailed, InvalidInput):
        return
