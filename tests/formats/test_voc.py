"""Pascal VOC: boxes count pixels from 1, parts stay in their objects, lists and segmentation are read and written."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image
from tests.formats import sets

from nbannotate import formats, shapes
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.formats import Head, Row, _pixels
from nbannotate.model import Annotation, Label, Shape

REAL = sets.REAL / "voc_bccd" / "BCCD"
real_data = pytest.mark.skipif(not REAL.is_dir(), reason="the voc_bccd data set is not beside the repository")
PNG = sets.picture(100, 50)
BOX = "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"
CELL = f"<object><name>cell</name>{BOX}</object>"


def document(objects: str, name: str = "a.png", size: bool = True) -> str:
    told = "<size><width>100</width><height>50</height><depth>3</depth></size>" if size else ""
    return f"<annotation><filename>{name}</filename>{told}{objects}</annotation>"


def one(folder: Path, objects: str, on_error: str = "error") -> Any:
    """Read one file; return its row."""
    path = sets.made(folder, {"Annotations/a.xml": document(objects), "JPEGImages/a.png": PNG})
    return sets.read("voc", path, on_error)[1][0]


def again(folder: Path, row: Row, head: Head = Head()) -> Row:  # noqa: B008
    """Write a row and read it again."""
    return sets.read("voc", sets.write("voc", folder / "out", head, [row]))[1][0]


def canonical(path: Path) -> str:
    return ET.canonicalize(path.read_text(), strip_text=True)


@real_data
def test_a_real_data_set_comes_out_as_it_went_in(tmp_path: Path) -> None:
    assert sets.sniffed(REAL) == ["voc"]
    with pytest.raises(ReadFailed, match=r"BCCD: Annotations/BloodImage_00338\.xml:163: boxes: xmax is not larger"):
        sets.read("voc", REAL)
    head, rows, problems = sets.read("voc", REAL, "skip")
    assert [(v.what, v.count) for v in problems.left_out()] == [("boxes", 2)]
    assert len(rows) == 364
    assert sum(len(r.annotation.shapes) for r in rows if r.annotation) == 4886
    counts = {split: sum(r.split == split for r in rows) for split in ("train", "val", "test")}
    assert counts == {"train": 205, "val": 87, "test": 72}
    out = sets.write("voc", tmp_path / "out", head, sets.from_disk(rows, REAL))
    two = {"BloodImage_00338.xml", "BloodImage_00343.xml"}  # which lost a box each
    for path in sorted((REAL / "Annotations").iterdir()):
        assert path.name in two or canonical(out / "Annotations" / path.name) == canonical(path)
    for path in (REAL / "ImageSets" / "Main").iterdir():
        assert sorted((out / "ImageSets" / "Main" / path.name).read_text().split()) == sorted(path.read_text().split())
    assert [sets.plain(r) for r in sets.read("voc", out)[1]] == [sets.plain(r) for r in rows]


def test_pixels_are_counted_from_1_and_both_ends_are_in_the_box(tmp_path: Path) -> None:
    whole = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>100</xmax><ymax>50</ymax></bndbox>"
    row = one(tmp_path, f"<object><name>all</name>{whole}</object>{CELL}")
    assert [s.points for s in row.annotation.shapes] == [((0, 0), (100, 50)), ((10, 20), (30, 40))]


def test_flags_pose_confidence_and_attributes_are_read_and_written(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        "<object><name>cell</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>"
        f"<occluded>1</occluded>{BOX}<confidence>0.5</confidence><attributes><attribute><name>age</name>"
        "<value>7</value></attribute><attribute><name>code</name><value>007</value></attribute></attributes></object>",
    )
    (shape,) = row.annotation.shapes
    assert shape.attributes == {"truncated": True, "occluded": True, "pose": "Left", "age": 7, "code": "007"}
    assert shape.confidence == 0.5
    assert sets.plain(again(tmp_path, row)).annotation == sets.plain(row).annotation


def test_values_that_look_like_others_come_back_as_they_were(tmp_path: Path) -> None:
    values = {
        "a": "7", "b": "true", "c": 7, "d": 7.0, "e": [1, {"x": None}], "f": None, "g": "", "h": " x\ny ", "i": "1e3",
        "truncated": False, "difficult": "maybe", "occluded": False, "pose": "Unspecified", "ü<&>": True,
    }  # fmt: skip
    row = Row("a.png", 100, 50, Annotation(shapes=[Shape.box(1, 2, 30, 40, "x", attributes=values)]))
    (shape,) = again(tmp_path, row).annotation.shapes  # type: ignore[union-attr]
    assert {k: (type(v), v) for k, v in shape.attributes.items()} == {k: (type(v), v) for k, v in values.items()}


def test_other_programs_find_the_flags_that_they_need(tmp_path: Path) -> None:
    row = Row("a.png", 100, 50, Annotation(shapes=[Shape.box(1, 2, 30, 40, "x", attributes={"difficult": True})]))
    item = ET.parse(sets.write("voc", tmp_path / "out", Head(), [row]) / "Annotations" / "a.xml").find("object")
    assert item is not None
    assert {v.tag: v.text for v in item if len(v) == 0} == {
        "name": "x", "pose": "Unspecified", "truncated": "0", "difficult": "1",
    }  # fmt: skip


def test_parts_are_in_the_group_of_their_object_and_go_back_into_it(tmp_path: Path) -> None:
    part = "<part><name>head</name><bndbox><xmin>12</xmin><ymin>22</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></part>"
    row = one(tmp_path, f"{CELL}<object><name>person</name>{BOX}{part}{part}</object>")
    assert [(s.label, s.group) for s in row.annotation.shapes] == [
        ("cell", None), ("person", "2"), ("head", "2"), ("head", "2"),
    ]  # fmt: skip
    out = sets.write("voc", tmp_path / "out", Head(), [row])
    root = ET.parse(out / "Annotations" / "a.xml").getroot()
    assert [[v.findtext("name") for v in item.findall("part")] for item in root.findall("object")] == [
        [], ["head", "head"],
    ]  # fmt: skip
    assert sets.plain(sets.read("voc", out)[1][0]).annotation == sets.plain(row).annotation


def test_groups_that_are_no_parts_come_back(tmp_path: Path) -> None:
    boxes = [Shape.box(1, 2, 30, 40, "x", group=group) for group in ("7", None, "7", "1")]
    row = Row("a.png", 100, 50, Annotation(shapes=boxes))
    assert [s.group for s in again(tmp_path, row).annotation.shapes] == ["7", None, "7", "1"]  # type: ignore[union-attr]


def test_what_has_no_word_here_is_written_again(tmp_path: Path) -> None:
    text = (
        '<annotation verified="yes"><folder>VOC2012</folder><filename>other.jpg</filename>'
        "<source><database>Flickr</database><flickrid>7</flickrid></source><owner><name>ä</name></owner>"
        "<size><width>100</width><height>50</height><depth>1</depth></size><segmented>1</segmented>"
        "<object><name>person</name><pose>Rear</pose><truncated>0</truncated><difficult>0</difficult>"
        f"{BOX}<actions><jumping>1</jumping><other>0</other></actions><point><x>3</x><y>4</y></point></object></annotation>"
    )
    path = sets.made(tmp_path, {"Annotations/a.xml": text, "JPEGImages/a.png": PNG})
    head, rows, _ = sets.read("voc", path)
    assert rows[0].name == "a.png"
    out = sets.write("voc", tmp_path / "out", head, rows)
    assert canonical(out / "Annotations" / "a.xml") == canonical(path / "Annotations" / "a.xml")


LAYOUTS: dict[str, tuple[dict[str, str | bytes], dict[str, str | None]]] = {
    "devkit": (
        {
            "VOC2012/Annotations/a.xml": document(CELL), "VOC2012/JPEGImages/a.png": PNG,
            "VOC2012/JPEGImages/b.png": PNG, "VOC2012/ImageSets/Main/train.txt": "a\n",
            "VOC2012/ImageSets/Main/trainval.txt": "a\nb\n", "VOC2012/ImageSets/Main/val.txt": "b\n",
        },
        {"a.png": "train", "b.png": "val"},
    ),
    "lists of classes only": (
        {
            "Annotations/a.xml": document(CELL), "JPEGImages/a.png": PNG,
            "ImageSets/Main/cell_test.txt": "a  1\n", "ImageSets/Main/nucleus_test.txt": "a -1\n",
        },
        {"a.png": "test"},
    ),
    "Roboflow": (
        {
            "train/a.xml": document(CELL), "train/a.png": PNG, "valid/b.xml": document(CELL, "b.png"),
            "valid/b.png": PNG, "README.roboflow.txt": "words\n",
        },
        {"train/a.png": "train", "valid/b.png": "val"},
    ),
    "labelImg": (
        {"a.xml": document(CELL, "a.png"), "a.png": PNG, "b.xml": document(CELL, "c.png"), "b.png": PNG},
        {"a.png": None, "b.png": None},
    ),
    "CVAT": (
        {
            "labelmap.txt": "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncell:1,2,3:head,foot:run\nother:::\n",
            "Annotations/x/a.xml": document(CELL, "x/a.png"), "ImageSets/Main/default.txt": "x/a\n",
        },
        {"x/a.png": "default"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_usual_layout_is_read_and_written_as_it_was(tmp_path: Path, layout: str, packed: bool) -> None:
    members, splits = LAYOUTS[layout]
    path = sets.made(tmp_path, members, packed)
    assert sets.sniffed(path) == ["voc"]
    head, rows, _ = sets.read("voc", path)
    assert {row.name: row.split for row in rows} == splits
    assert all(s.points == ((10, 20), (30, 40)) for r in rows if r.annotation for s in r.annotation.shapes)
    if packed:
        return
    out = sets.write("voc", tmp_path / "out", head, sets.from_disk(rows, path), "copy")
    known = sets.read("voc", out)
    assert known[0] == head
    assert [sets.plain(r) for r in known[1]] == [sets.plain(r) for r in rows]


def test_labels_keep_order_colors_parts_and_their_lists(tmp_path: Path) -> None:
    head, _, _ = sets.read("voc", sets.made(tmp_path, LAYOUTS["CVAT"][0]))
    assert head.labels == (Label("cell", color="#010203"), Label("other"))
    assert head.foreign["cell"].extra == {"parts": "head,foot", "actions": "run"}
    members = LAYOUTS["lists of classes only"][0] | {"Annotations/b.xml": document(CELL), "JPEGImages/b.png": PNG}
    difficult = f"<object><name>nucleus</name><difficult>1</difficult>{BOX}</object>"
    members["Annotations/b.xml"] = document(difficult, "b.png")
    members["ImageSets/Main/nucleus_test.txt"] = "a -1\nb  0\n"
    head, rows, _ = sets.read("voc", sets.made(tmp_path / "two", members))
    assert [v.name for v in head.labels] == ["cell", "nucleus"]
    out = sets.write("voc", tmp_path / "out", head, rows)
    assert (out / "ImageSets/Main/nucleus_test.txt").read_text() == "a -1\nb  0\n"
    assert (out / "ImageSets/Main/cell_test.txt").read_text() == "a  1\nb -1\n"


@pytest.mark.parametrize(
    ("objects", "line", "message"),
    [
        (CELL.replace("30", "11"), 2, "xmax is not larger than xmin"),
        (CELL.replace("30", "x"), 2, "they have no four numbers xmin, ymin, xmax, ymax"),
        (CELL.replace("<ymin>21</ymin>", ""), 2, "they have no four numbers"),
        ("<object><name>cell</name></object>", 1, "they have no bndbox"),
        (CELL.replace("<name>", "<truncated>perhaps</truncated><name>"), 1, "they are not 0 or 1"),
        (CELL.replace("<name>", "<confidence>2</confidence><name>"), 1, "they are no numbers from 0 to 1"),
        (CELL.replace("11", "211").replace("30", "300"), 1, "The rectangle lies outside of the image"),
        (CELL.replace("cell", "c" * 300), 1, "they have no name that a label can have"),
    ],
)
def test_a_bad_object_is_an_error_with_its_line_or_is_passed_over(
    tmp_path: Path, objects: str, line: int, message: str
) -> None:
    objects = objects.replace("<bndbox>", "\n<bndbox>")
    with pytest.raises(ReadFailed, match=rf"Annotations/a\.xml:{line}\b.*{message}"):
        one(tmp_path, objects)
    row = one(tmp_path, objects + CELL, "skip")
    assert row.annotation.shapes[-1].points == ((10, 20), (30, 40))


def test_a_file_that_is_no_annotation_is_named_or_passed_over(tmp_path: Path) -> None:
    members = {"Annotations/a.xml": document(CELL), "Annotations/b.xml": "<annotation>\n<object>"}
    path = sets.made(tmp_path, members | {"Annotations/c.xml": "<annotations/>"})
    with pytest.raises(ReadFailed, match=r"Annotations/b\.xml is not XML, from line 2"):
        sets.read("voc", path)
    _, rows, problems = sets.read("voc", path, "skip")
    assert len(rows) == 1
    assert [(v.what, v.first) for v in problems.left_out()] == [
        ("files", "Annotations/b.xml"), ("files", "Annotations/c.xml:1"),
    ]  # fmt: skip


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + document(CELL.replace("cell", "&a;"))
    with pytest.raises(ReadFailed, match="entities of its own are not read"):
        sets.read("voc", sets.made(tmp_path, {"Annotations/a.xml": bomb}))


def test_outlines_as_roboflow_writes_them_come_back_with_their_box(tmp_path: Path) -> None:
    outline = "<polygon><x1>10.5</x1><y1>20</y1><x2>30</x2><y2>20</y2><x3>30</x3><y3>40.25</y3></polygon>"
    row = one(tmp_path, CELL.replace("</object>", f"{outline}</object>"))
    (shape,) = row.annotation.shapes
    assert (shape.kind, shape.points) == ("polygon", ((10.5, 20), (30, 20), (30, 40.25)))
    out = sets.write("voc", tmp_path / "out", Head(), [row])
    item = ET.parse(out / "Annotations" / "a.xml").find("object/bndbox")
    assert item is not None
    assert [v.text for v in item] == ["11", "21", "30", "40"]
    assert sets.plain(sets.read("voc", out)[1][0]) == sets.plain(row)
    with pytest.raises(ReadFailed, match="they are not at least three points"):
        one(
            tmp_path, CELL.replace("</object>", outline.replace("<y3>", "<z3>").replace("</y3>", "</z3>") + "</object>")
        )


def segmentation(numbers: Any, palette: Any = None) -> bytes:
    return _pixels.written(np.array(numbers, np.uint8), palette or _pixels.colormap())


def test_segmentation_gives_objects_their_pixels_and_comes_back(tmp_path: Path) -> None:
    objects, classes = np.zeros((50, 100), np.uint8), np.zeros((50, 100), np.uint8)
    objects[20:40, 10:30], classes[20:40, 10:30] = 1, 8
    objects[20, 10] = classes[20, 10] = 255
    objects[0:10, 50:60], classes[0:10, 50:60] = 3, 12
    cat, cow = (f"<object><name>{name}</name>{BOX}</object>" for name in ("cat", "cow"))
    path = sets.made(
        tmp_path,
        {
            "Annotations/a.xml": document(cat + cow), "JPEGImages/a.png": PNG,
            "SegmentationObject/a.png": segmentation(objects), "SegmentationClass/a.png": segmentation(classes),
        },
    )  # fmt: skip
    head, (row,), _ = sets.read("voc", path)
    first, second, third = row.annotation.shapes  # type: ignore[union-attr]
    assert [(s.kind, s.label) for s in (first, second, third)] == [
        ("mask", "cat"), ("rectangle", "cow"), ("mask", "dog"),
    ]  # fmt: skip
    assert (first.area, third.bounds) == (399, (50, 0, 60, 10))
    out = sets.write("voc", tmp_path / "out", head, [row])
    written = Image.open(out / "SegmentationObject" / "a.png")
    assert written.mode == "P"
    assert written.getpalette()[:6] == [0, 0, 0, 128, 0, 0]  # type: ignore[index]
    assert (np.asarray(written) == objects).all()
    assert set(np.unique(np.asarray(Image.open(out / "SegmentationClass" / "a.png")))) == {0, 1, 2, 255}
    assert sets.plain(sets.read("voc", out)[1][0]) == sets.plain(row)


def test_segmentation_in_color_follows_the_label_map(tmp_path: Path) -> None:
    colored = np.zeros((50, 100, 3), np.uint8)
    colored[5:9, 5:9] = (1, 2, 3)
    file = io.BytesIO()
    Image.fromarray(colored).save(file, "PNG")
    members = {"labelmap.txt": "# x\nbackground:0,0,0::\nother:9,9,9::\ncell:1,2,3::\n", "JPEGImages/a.png": PNG}
    path = sets.made(tmp_path, members | {"Annotations/b.xml": document("", "b.png")})
    (path / "SegmentationClass").mkdir()
    (path / "SegmentationClass" / "b.png").write_bytes(file.getvalue())
    _, rows, _ = sets.read("voc", path)
    ((shape),) = [s for r in rows if r.annotation for s in r.annotation.shapes]
    assert (shape.label, shape.bounds) == ("cell", (5, 5, 9, 9))


COORDINATE = st.floats(0, 500, allow_subnormal=False)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(str.strip).filter(bool)
VALUE = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | TEXT


@st.composite
def drawn(draw: Any) -> Shape:
    fields = {
        "label": draw(st.sampled_from(["", "cell", "é <x> & 'y'"])),
        "confidence": draw(st.none() | st.floats(0, 1)),
        "attributes": draw(
            st.dictionaries(TEXT | st.sampled_from(["truncated", "difficult", "occluded", "pose"]), VALUE, max_size=4)
        ),
        "group": draw(st.none() | st.sampled_from(["1", "2", "x y"])),
    }
    kind = draw(st.sampled_from(["rectangle", "polygon", "rings"]))
    if kind == "rectangle":
        x, y = draw(COORDINATE), draw(COORDINATE)
        return Shape.box(x, y, x + 1.0001 + draw(COORDINATE), y + 1.0001 + draw(COORDINATE), **fields)
    rings = [
        draw(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=6)) for _ in range(1 + (kind == "rings"))
    ]
    counts = tuple(map(len, rings)) if kind == "rings" else ()
    return Shape(kind="polygon", points=[p for ring in rings for p in ring], rings=counts, **fields)


@settings(max_examples=60, deadline=None)
@given(every=st.lists(drawn(), max_size=4), width=st.integers(1, 700), height=st.integers(1, 700))
def test_whatever_is_drawn_comes_back_bit_for_bit(
    tmp_path_factory: Any, every: list[Shape], width: int, height: int
) -> None:
    kept = [s for s in every if shapes.kind(s.kind).problem(s, width, height) is None]
    row = Row("a/b.png", width, height, Annotation(shapes=kept), split="train")
    assert list(formats.available()["voc"].losses(row, Head())) == []
    head = Head((Label("unused"), Label("cell", color="#a0b0c0")))
    out = sets.write("voc", tmp_path_factory.mktemp("set") / "out", head, [row])
    known, (found,), _ = sets.read("voc", out)
    assert known.labels == head.labels
    assert sets.plain(found).annotation == sets.plain(row).annotation
    assert (found.name, found.width, found.height, found.split) == (row.name, width, height, "train")


def test_what_would_be_lost_is_told(tmp_path: Path) -> None:
    small, ring = Shape.box(5, 5, 6, 20, "x"), Shape.box(5, 5, 9, 9, "a\x01b")
    pixels = np.ones((50, 100), bool)
    masks = [Shape.mask(pixels, "x"), Shape.mask(pixels, "y")]
    row = Row("a.png", 100, 50, Annotation(shapes=[small, ring, *masks]))
    assert [what for what, _ in formats.available()["voc"].losses(row, Head())] == ["rectangles", "texts", "shapes"]


def test_two_images_with_one_file_are_an_error_that_names_both(tmp_path: Path) -> None:
    rows = [Row(name, 10, 10, Annotation()) for name in ("a.png", "a.jpg")]
    with pytest.raises(InvalidInput, match=r"'a\.png' and 'a\.jpg' would have the same file, Annotations/a\.xml"):
        sets.write("voc", tmp_path / "out", Head(), rows)


def test_labels_that_have_no_number_are_told_before_and_named_in_the_xml(tmp_path: Path) -> None:
    pixels = np.zeros((50, 100), bool)
    pixels[3:9, 4:20] = True
    head = Head(tuple(Label(f"l{n}") for n in range(256)))
    rows = [Row("a.png", 100, 50, Annotation(shapes=[Shape.mask(pixels, label)])) for label in ("l253", "l254")]
    told = [[what for what, _ in formats.available()["voc"].losses(row, head)] for row in rows]
    assert told == [[], ["classes of pixels"]]
    out = sets.write("voc", tmp_path / "out", head, rows[1:])
    (back,) = sets.read("voc", out)[1]
    assert [(s.kind, s.label) for s in back.annotation.shapes] == [("mask", "l254")]


def test_an_image_that_changed_its_split_is_in_another_list(tmp_path: Path) -> None:
    head, rows, _ = sets.read("voc", sets.made(tmp_path, LAYOUTS["devkit"][0]))
    out = sets.write("voc", tmp_path / "out", head, [replace(r, split="test") for r in rows])
    assert [p.name for p in (out / "ImageSets" / "Main").iterdir()] == ["test.txt"]
    assert {r.name: r.split for r in sets.read("voc", out)[1]} == {"a.png": "test", "b.jpg": "test"}


def test_other_programs_read_the_same_boxes(tmp_path: Path) -> None:
    supervision = pytest.importorskip("supervision")
    pascal = pytest.importorskip("labelformat.formats.pascalvoc")
    boxes = [Shape.box(10, 5, 60, 40, "cell"), Shape.box(0, 0, 100, 50, "nucleus")]
    image = tmp_path / "a.png"
    image.write_bytes(PNG)
    row = Row("a.png", 100, 50, Annotation(shapes=boxes), image=str(image))
    out = sets.write("voc", tmp_path / "out", Head((Label("nucleus"), Label("cell"))), [row], "copy")
    found = supervision.DetectionDataset.from_pascal_voc(str(out / "JPEGImages"), str(out / "Annotations"))
    ((_, _, detections),) = list(found)
    assert detections.xyxy.tolist() == [list(v.bounds) for v in boxes]
    assert [found.classes[i] for i in detections.class_id] == ["cell", "nucleus"]
    (label,) = pascal.PascalVOCObjectDetectionInput(out / "Annotations", "nucleus,cell").get_labels()
    assert (label.image.filename, label.image.width, label.image.height) == ("a.png", 100, 50)
    # labelformat takes the numbers as they stand, without making places from 0 of pixels from 1
    assert [(v.category.name, v.box.xmin, v.box.xmax) for v in label.objects] == [("cell", 11, 60), ("nucleus", 1, 100)]
