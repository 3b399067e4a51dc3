"""PNG masks: numbers of labels and of objects, in every usual layout, with maps of labels; they come out as before."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image
from tests.formats import sets

from nbannotate import formats
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.formats import Foreign, Head, Row, _pixels
from nbannotate.model import Annotation, Label, Shape

PNG = sets.picture(8, 6)
EMPTY = np.zeros((6, 8), np.int32)
BY_TWO = ("png-masks", "png-semantic")


def painted(**numbers: int) -> Any:
    """An image of 8 x 6 numbers: ``left`` in the first two columns, ``right`` in the last three."""
    found = EMPTY.copy()
    found[:, :2], found[:, 5:] = numbers.get("left", 0), numbers.get("right", 0)
    found[5, 4] = numbers.get("spot", 0)
    return found


def png(numbers: Any, palette: Any = ()) -> bytes:
    return _pixels.written(numbers, palette)


def colored(numbers: Any, colors: dict[int, tuple[int, int, int]]) -> bytes:
    found = np.zeros((*numbers.shape, 3), np.uint8)
    for number, color in colors.items():
        found[numbers == number] = color
    file = io.BytesIO()
    Image.fromarray(found).save(file, "PNG")
    return file.getvalue()


def said(row: Row) -> list[tuple[str, float]]:
    """What a row says: labels and numbers of pixels."""
    assert row.annotation is not None
    return [(s.label, s.area) for s in row.annotation.shapes]


def test_the_colors_of_pascal_voc_are_those_of_the_devkit() -> None:
    assert _pixels.colormap()[:4] == ((0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0))
    assert _pixels.colormap()[15] == (192, 128, 128)
    assert _pixels.colormap()[255] == (224, 224, 192)


MAPS: dict[str, tuple[dict[str, str], bytes]] = {
    "ours": ({"labels.json": '{"labels": [{"number": 3, "name": "cell"}, {"number": 7, "name": "dust"}], '
              '"objects": false}'}, png(painted(left=3, right=7))),
    "names by numbers": ({"id2label.json": '{"0": "background", "3": "cell", "7": "dust"}'},
                         png(painted(left=3, right=7))),
    "numbers by names": ({"labels.json": '{"cell": 3, "dust": 7}'}, png(painted(left=3, right=7))),
    "a list": ({"classes.json": '["_background_", "cell", "dust"]'}, png(painted(left=1, right=2))),
    "objects": ({"label_map.json": '[{"id": 3, "name": "cell", "color": [9, 8, 7]}, {"id": 7, "name": "dust"}]'},
                png(painted(left=3, right=7))),
    "lines": ({"labels.txt": "__ignore__\n_background_\ncell\ndust\n"}, png(painted(left=1, right=2))),
    "numbered lines": ({"labels.txt": "0: unlabeled\n3: cell\n7: dust\n"}, png(painted(left=3, right=7))),
    "colors": ({"labelmap.txt": "# x\nbackground:0,0,0::\ncell:9,9,9::\ndust:1,2,3::\n"},
               colored(painted(left=1, right=2), {1: (9, 9, 9), 2: (1, 2, 3)})),
    "16 bits": ({"labels.txt": "300 cell\n301 dust"}, png(painted(left=300, right=301))),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("map_", MAPS)
def test_maps_of_labels_are_read_as_others_write_them(tmp_path: Path, map_: str, packed: bool) -> None:
    texts, mask = MAPS[map_]
    path = sets.made(tmp_path, {**texts, "images/a.jpg": sets.picture(8, 6, "JPEG"), "masks/a.png": mask}, packed)
    assert sets.sniffed(path) == ["png-masks"]
    head, (row,), _ = sets.read("png-masks", path)
    assert [v.name for v in head.labels] == ["cell", "dust"]
    assert (row.name, row.width, row.height) == ("a.jpg", 8, 6)
    assert said(row) == [("cell", 12), ("dust", 18)]


LAYOUTS: dict[str, tuple[dict[str, str | bytes], dict[str, str | None]]] = {
    "a folder of masks": (
        {"images/a.png": PNG, "masks/a.png": png(painted(left=1)), "images/b.png": PNG}, {"a.png": None, "b.png": None},
    ),
    "splits": (
        {"train/images/x/a.png": PNG, "train/masks/x/a.png": png(painted(left=1)), "val/images/a.png": PNG,
         "val/masks/a.png": png(painted(left=1))},
        {"train/images/x/a.png": "train", "val/images/a.png": "val"},
    ),
    "endings": (
        {"a.png": PNG, "a_mask.png": png(painted(left=1)), "b.png": PNG, "b_mask.png": png(painted(left=1))},
        {"a.png": None, "b.png": None},
    ),
    "masks alone": ({"masks/a.png": png(painted(left=1))}, {"a": None}),
    "lists": (
        {"masks/a.png": png(painted(left=1)), "images/a.png": PNG, "ImageSets/Segmentation/fold1.txt": "a\n"},
        {"a.png": "fold1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_TWO)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_usual_layout_is_read_and_written_as_it_was(tmp_path: Path, layout: str, name: str) -> None:
    members, splits = LAYOUTS[layout]
    path = sets.made(tmp_path, members | {"labels.txt": "1 cell\n2 other\n"})
    head, rows, _ = sets.read("png-masks", path)
    assert {row.name: row.split for row in rows} == splits
    assert {one for row in rows if row.annotation for one in said(row)} == {("cell", 12)}
    out = sets.write(name, tmp_path / "out", head, sets.from_disk(rows, path), "copy")
    again = sets.read(name, out)
    assert again[0] == head
    assert [sets.plain(r) for r in again[1]] == [sets.plain(r) for r in rows]


def test_cityscapes_has_objects_of_some_labels_and_regions_of_others(tmp_path: Path) -> None:
    files = {
        "leftImg8bit/train/ulm/ulm_1_leftImg8bit.png": PNG,
        "gtFine/train/ulm/ulm_1_gtFine_instanceIds.png": png(painted(left=26000, right=26001, spot=7)),
        "gtFine/train/ulm/ulm_1_gtFine_labelIds.png": png(painted(left=26, right=26, spot=7)),
        "gtFine/train/ulm/ulm_1_gtFine_color.png": PNG, "gtFine/train/ulm/ulm_1_gtFine_polygons.json": "{}",
        "labels.txt": "0 unlabeled\n7 road\n26 car\n",
    }  # fmt: skip
    path = sets.made(tmp_path, files)
    assert sets.sniffed(path) == ["png-masks"]
    head, (row,), _ = sets.read("png-masks", path)
    assert said(row) == [("road", 1), ("car", 12), ("car", 18)]
    assert (row.split, row.annotation and [row.shapes[s.id].id for s in row.annotation.shapes]) == (
        "train", [7, 26000, 26001],
    )  # fmt: skip
    out = sets.write("png-masks", tmp_path / "out", head, [row])
    mask = Image.open(out / "gtFine/train/ulm/ulm_1_gtFine_instanceIds.png")
    assert (np.asarray(mask) == painted(left=26000, right=26001, spot=7)).all()


def test_cvat_has_classes_and_objects_in_folders_of_their_own(tmp_path: Path) -> None:
    map_ = "# x\nbackground:0,0,0::\ncell:9,9,9::\ndust:1,2,3::\n"
    objects, classes = painted(left=1, right=2), painted(left=2, right=2, spot=2)
    files: dict[str, str | bytes] = {
        "labelmap.txt": map_, "SegmentationObject/a.png": colored(objects, dict(enumerate(_pixels.colormap()))),
        "SegmentationClass/a.png": colored(classes, {2: (1, 2, 3)}), "ImageSets/Segmentation/default.txt": "a\n",
    }  # fmt: skip
    _, (row,), _ = sets.read("png-masks", sets.made(tmp_path, files))
    assert said(row) == [("dust", 12), ("dust", 18)]
    assert (row.split, row.width, row.height) == ("default", 8, 6)


def test_without_a_map_labels_are_their_numbers(tmp_path: Path) -> None:
    _, (row,), _ = sets.read("png-masks", sets.made(tmp_path, {"masks/a.png": png(painted(left=1, right=255))}))
    assert said(row) == [("1", 12), ("255", 18)]


def test_a_label_may_be_0_and_what_belongs_to_nothing_is_255(tmp_path: Path) -> None:
    path = sets.made(tmp_path, {"masks/a.png": png(painted(right=1, spot=255)), "labels.txt": "0 road\n1 sky\n"})
    head, (row,), _ = sets.read("png-masks", path)
    assert said(row) == [("road", 29), ("sky", 18)]
    out = sets.write("png-semantic", tmp_path / "out", head, [row])
    assert (np.asarray(Image.open(out / "masks" / "a.png")) == painted(right=1, spot=255)).all()
    assert sets.plain(sets.read("png-semantic", out)[1][0]) == sets.plain(row)


def test_labels_have_a_palette_of_their_colors(tmp_path: Path) -> None:
    head = Head((Label("cell", color="#010203"), Label("dust")))
    shape = Shape.mask(painted(left=1), "cell")
    out = sets.write("png-semantic", tmp_path / "out", head, [Row("a.jpg", 8, 6, Annotation(shapes=[shape]))])
    image = Image.open(out / "masks" / "a.png")
    assert (image.mode, image.getpalette()[:9]) == ("P", [0, 0, 0, 1, 2, 3, 0, 128, 0])  # type: ignore[index]
    assert json.loads((out / "labels.json").read_text()) == {
        "labels": [{"number": 1, "name": "cell", "color": "#010203"}, {"number": 2, "name": "dust"}], "objects": False,
    }  # fmt: skip


def test_objects_of_many_labels_are_written_in_color(tmp_path: Path) -> None:
    labels = [Label(str(n)) for n in range(100)]
    shapes = [Shape.mask(painted(left=1), "99"), Shape.mask(painted(right=1), "99")]
    row = Row("a.png", 8, 6, Annotation(shapes=shapes))
    out = sets.write("png-masks", tmp_path / "out", Head(tuple(labels)), [row])
    image = Image.open(out / "masks" / "a.png")
    assert image.mode == "RGB"
    red, green, blue = (int(v) for v in np.asarray(image)[0, 0])
    assert red + 256 * green + 65536 * blue == 100_001
    assert said(sets.read("png-masks", out)[1][0]) == [("99", 12), ("99", 18)]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"masks/a.png": png(painted(left=5)), "labels.txt": "1 cell\n"},
            r"masks/a\.png: masks: there is no label for 5",
        ),
        (
            {"masks/a.png": sets.picture(9, 6), "images/a.png": PNG, "labels.txt": "1 x"},
            "another size than their image",
        ),
        ({"masks/a.png": b"\x89PNG nothing"}, r"masks/a\.png cannot be read as an image"),
        ({"masks/a.png": PNG, "labels.json": '["a", "a"]'}, r"labels\.json: 1: labels: another one has their name"),
        ({"masks/a.png": PNG, "labels.json": "[[7]]"}, "they have no name that a label can have"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, members: dict[str, Any], message: str) -> None:
    path = sets.made(tmp_path, {"masks/good.png": png(painted(left=1)), **members})
    with pytest.raises(ReadFailed, match=message):
        sets.read("png-masks", path)
    _, rows, problems = sets.read("png-masks", path, "skip")
    assert any(row.name == "good" for row in rows)
    assert sum(v.count for v in problems.left_out()) >= 1


def test_what_would_be_lost_is_told() -> None:
    first, second = Shape.mask(painted(left=1), "cell"), Shape.mask(painted(left=1, right=1), "cell")
    row = Row("a.png", 8, 6, Annotation(shapes=[first, second]))
    whole = formats.available()["png-masks"]
    assert list(whole.losses(row, Head())) == [("shapes", "others cover a part of them; a pixel has one number")]
    assert [reason.split(":")[0] for _, reason in formats.available()["png-semantic"].losses(row, Head())][1:] == [
        "those of one label become one"
    ] * 2
    assert list(whole.losses(replace(row, annotation=None), Head())) == []


def test_other_shapes_become_the_pixels_in_them(tmp_path: Path) -> None:
    row = Row("a.png", 8, 6, Annotation(shapes=[Shape.box(1, 1, 4, 3, "cell"), Shape.point(1, 1, "cell")]))
    out = sets.write("png-masks", tmp_path / "out", Head(), [row])
    assert said(sets.read("png-masks", out)[1][0]) == [("cell", 6)]


def test_two_images_with_one_file_of_masks_are_an_error_that_names_both(tmp_path: Path) -> None:
    rows = [Row(name, 8, 6, Annotation()) for name in ("a.png", "a.jpg")]
    with pytest.raises(InvalidInput, match=r"'a\.png' and 'a\.jpg' would have the same file, masks/a\.png"):
        sets.write("png-masks", tmp_path / "out", Head(), rows)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), width=st.integers(1, 20), height=st.integers(1, 20))
def test_whatever_is_painted_comes_back_pixel_by_pixel(
    tmp_path_factory: Any, data: Any, width: int, height: int
) -> None:
    count = data.draw(st.integers(0, 5))
    numbers = np.array(data.draw(st.lists(st.integers(0, count), min_size=width * height, max_size=width * height)))
    names = [f"label {i}" for i in range(data.draw(st.integers(1, 90)))]
    labels = data.draw(st.lists(st.sampled_from(names), min_size=count, max_size=count))
    shapes = []
    for number, label in enumerate(labels, 1):
        chosen = (numbers == number).reshape(height, width)
        shapes += [Shape.mask(chosen, label)] if chosen.any() else []
    row = Row(
        "x/ä.png", width, height, Annotation(shapes=shapes), split=data.draw(st.sampled_from([None, "test", "k1"]))
    )
    head = Head(tuple(map(Label, names)), foreign={names[0]: Foreign(data.draw(st.integers(1, 9)))})
    assert list(formats.available()["png-masks"].losses(row, Head())) == []
    out = sets.write("png-masks", tmp_path_factory.mktemp("set") / "out", head, [row])
    again, (found,), _ = sets.read("png-masks", out)
    assert again.labels == head.labels
    assert again.foreign[names[0]].id == head.foreign[names[0]].id
    assert (found.width, found.height, found.split) == (width, height, row.split)
    as_sets = [{(s.label, s.rle) for s in r.annotation.shapes} for r in (found, row) if r.annotation]
    assert as_sets[0] == as_sets[1]
    assert found.annotation is not None
    assert len(found.annotation.shapes) == len(shapes)
