"""CVAT XML: images and videos with tracks come in, and go out as they were."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.sets import REAL, from_disk, made, picture, plain, read, sniffed, write

from nbannotate import Annotation, Attribute, Label, Shape, Tag
from nbannotate.errors import ReadFailed
from nbannotate.formats import Head, Row, available
from nbannotate.model import Skeleton

JAAD = REAL / "cvat_video"
LABELS = """
  <labels>
    <label><name>cell</name><color>#FF0000</color><type>any</type><attributes>
      <attribute><name>stage</name><mutable>False</mutable><input_type>radio</input_type>
        <default_value>ring</default_value><values>ring\ntroph</values></attribute>
      <attribute><name>seen</name><mutable>True</mutable><input_type>checkbox</input_type>
        <default_value>false</default_value><values></values></attribute>
      <attribute><name>size</name><mutable>True</mutable><input_type>number</input_type>
        <default_value>1</default_value><values>0\n10\n1</values></attribute>
      <attribute><name>note</name><mutable>True</mutable><input_type>text</input_type>
        <default_value></default_value><values></values></attribute>
    </attributes></label>
    <label><name>box</name><color>#00ff00</color><type>rectangle</type><attributes/></label>
    <label><name>fish</name><color>#0000ff</color><type>skeleton</type><attributes/>
      <svg>&lt;line x1="1" y1="1" x2="9" y2="9" data-type="edge" data-node-from="2" data-node-to="1"&gt;&lt;/line&gt;
      &lt;circle cx="1" cy="1" data-node-id="1" data-label-name="nose"&gt;&lt;/circle&gt;
      &lt;circle cx="9" cy="9" data-node-id="2" data-label-name="tail"&gt;&lt;/circle&gt;</svg></label>
    <label><name>nose</name><type>points</type><attributes/><parent>fish</parent></label>
    <label><name>tail</name><type>points</type><attributes/><parent>fish</parent></label>
    <label><name>blurred</name><type>tag</type><attributes/></label>
  </labels>"""


def images(body: str, labels: str = LABELS, more: str = "") -> str:
    """Return a file of an image of 40 x 30 pixels."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><id>5</id><name>cells</name><size>1</size><mode>annotation</mode>{labels}</task></meta>
  <image id="0" name="a.png" width="40" height="30">
{body}
  </image>{more}
</annotations>
"""


def video(tracks: str, more: str = "", size: int = 20) -> str:
    """Return a file of a video of 40 x 30 pixels."""
    return f"""<annotations><version>1.1</version><meta><task><id>5</id><name>film</name><size>{size}</size>
<mode>interpolation</mode>{more}{LABELS}<original_size><width>40</width><height>30</height></original_size>
<source>film.mp4</source></task></meta>
{tracks}
</annotations>"""


def box(frame: int, x: float, **its: Any) -> str:
    """Return a box of a track, 4 pixels wide, in one line."""
    its = {"keyframe": 1, "outside": 0, "occluded": 0, **its}
    said = "".join(f' {k}="{v}"' for k, v in its.items())
    return f'<box frame="{frame}" xtl="{x}" ytl="2" xbr="{x + 4}" ybr="8"{said}/>\n'


def only(path: Path, on_error: str = "error") -> Row:
    """Return the one row of a set."""
    _, rows, _ = read("cvat", path, on_error)
    assert len(rows) == 1
    return rows[0]


def shapes(row: Row) -> tuple[Shape, ...]:
    """Return the shapes of a row."""
    assert row.annotation is not None
    return row.annotation.shapes


def numbers(element: ET.Element) -> Any:
    """Return an element with its numbers as such, so that '1.00' and '1.0' are the same."""

    def value(text: str) -> Any:
        try:
            return float(text)
        except ValueError:
            return text

    its = {k: [value(v) for v in text.replace(";", ",").split(",")] for k, text in element.attrib.items()}
    return element.tag, its, (element.text or "").strip(), [numbers(child) for child in element]


@pytest.mark.parametrize("name", ["video_0001.xml", "video_0002.xml", "video_0013.xml", "video_0018.xml"])
def test_real_videos_of_the_old_dialect_come_out_as_they_came_in(tmp_path: Path, name: str) -> None:
    head, rows, problems = read("cvat", JAAD / name)
    assert not problems.skipped
    assert [v.name for v in head.labels] == ["pedestrian", "ped", "people"]
    assert head.labels[0].attributes[2] == Attribute("action", "choice", ["standing", "walking"], default="standing")
    before = ET.parse(JAAD / name).getroot()
    assert sum(len(shapes(row)) for row in rows) == len(before.findall("track/box"))
    out = write("cvat", tmp_path / "out.xml", head, rows)
    after = ET.parse(out).getroot()
    assert len(after.findall("track")) == len(before.findall("track"))
    for one, other in zip(before.iterfind("track"), after.iterfind("track"), strict=True):
        assert other.attrib == one.attrib
        assert [numbers(v) for v in other] == [numbers(v) for v in one]
    assert numbers(before.find("meta/task/labels") or after) == numbers(after.find("meta/task/labels") or after)
    assert {v.tag: numbers(v) for v in before.findall("meta/task/*")} == {
        v.tag: numbers(v) for v in after.findall("meta/task/*")
    }
    again, back, _ = read("cvat", out)
    assert list(map(plain, back)) == list(map(plain, rows))
    assert again.labels == head.labels


def test_real_videos_in_a_folder_are_a_sequence_each_and_written_as_a_project(tmp_path: Path) -> None:
    assert sniffed(JAAD) == ["cvat"]
    head, rows, _ = read("cvat", JAAD)
    assert {row.sequence for row in rows} == {"video_0001.mp4", "video_0002.mp4"}
    assert {row.name for row in rows} >= {"video_0001.mp4#001", "video_0001.mp4#600", "video_0002.mp4#019"}
    out = write("cvat", tmp_path / "out.xml", head, rows)
    names = [e.text for e in ET.parse(out).getroot().iterfind("meta/project/tasks/task/name")]
    assert sorted(filter(None, names)) == ["video_0001", "video_0002", "video_0013", "video_0018"]
    assert list(map(plain, read("cvat", out)[1])) == list(map(plain, rows))


FISH = '<skeleton label="fish"><points label="nose" points="1,1"/></skeleton>'
COMMON = 'label="cell" source="manual" occluded="0"'
FIGURES = [
    (f'<box {COMMON} xtl="1.5" ytl="2.25" xbr="9.00" ybr="8" z_order="0"/>', Shape.box(1.5, 2.25, 9, 8, "cell")),
    (
        f'<box {COMMON} xtl="10.00" ytl="10.00" xbr="20.00" ybr="14.00" rotation="33.30" z_order="0"/>',
        Shape.rotated_rectangle(10, 10, 10, 4, 33.3, "cell"),
    ),
    (
        f'<polygon {COMMON} points="1.00,1.00;9.50,1.00;9.00,8.00" z_order="4"/>',
        Shape.polygon([(1, 1), (9.5, 1), (9, 8)], "cell"),
    ),
    (f'<polyline {COMMON} points="1.00,1.00;9.50,1.00" z_order="0"/>', Shape.polyline([(1, 1), (9.5, 1)], "cell")),
    (f'<points {COMMON} points="1.00,1.00" z_order="0"/>', Shape.point(1, 1, "cell")),
    (f'<points {COMMON} points="1.00,1.00;9.50,1.00" z_order="0"/>', Shape.keypoints([(1, 1), (9.5, 1)], "cell")),
    (
        f'<ellipse {COMMON} cx="10.10" cy="9.20" rx="4.30" ry="2.70" z_order="0"/>',
        Shape.ellipse(10.1, 9.2, 4.3, 2.7, "cell"),
    ),
    (
        '<skeleton label="fish" source="auto" z_order="0" group_id="7">'
        '<points label="tail" source="manual" outside="0" occluded="1" points="5.50,6.00"/>'
        '<points label="nose" source="manual" outside="0" occluded="0" points="3.00,4.00"/></skeleton>',
        Shape.skeleton([(3, 4), (5.5, 6)], [2, 1], "fish", group="7"),
    ),
    (
        '<skeleton label="fish" source="manual" z_order="0">'
        '<points label="nose" source="file" outside="1" occluded="0" points="0.00,0.00"/>'
        '<points label="tail" source="manual" outside="0" occluded="0" points="5.50,6.00">'
        '<attribute name="wet">yes</attribute></points></skeleton>',
        Shape.skeleton([(5.5, 6), (5.5, 6)], [0, 2], "fish"),
    ),
    (
        '<box label="cell" source="semi-auto" occluded="1" xtl="1" ytl="2" xbr="9" ybr="8" z_order="0" group_id="3" '
        'new="x"><attribute name="stage">ring</attribute><attribute name="seen">true</attribute>'
        '<attribute name="size">3</attribute><attribute name="note"> a &lt; b&#10;c </attribute></box>',
        Shape.box(
            1, 2, 9, 8, "cell", group="3",
            attributes={"stage": "ring", "seen": True, "size": 3, "note": " a < b\nc ", "occluded": True},
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("element", "shape"), FIGURES)
def test_each_figure_is_a_kind_and_is_written_as_it_was(
    tmp_path: Path, element: str, shape: Shape, packed: bool
) -> None:
    path = made(tmp_path, {"annotations.xml": images(element), "images/a.png": picture(40, 30)}, packed)
    assert sniffed(path) == ["cvat"]
    head, (row,), _ = read("cvat", path)
    assert (row.name, row.image, row.width, row.height) == ("a.png", "images/a.png", 40, 30)
    assert shapes(row)[0].replace(id=shape.id) == shape
    out = write("cvat", tmp_path / "out.xml", head, [row])
    (after,) = ET.parse(out).getroot().iterfind("image/*")
    before = numbers(ET.fromstring(element))
    if shape.kind == "skeleton":  # in the order of the label
        before[3].sort(key=lambda part: str(part[1]["label"]))
    assert numbers(after) == before


def test_an_ellipse_that_is_turned_is_a_polygon_and_an_ellipse_again(tmp_path: Path) -> None:
    element = f'<ellipse {COMMON} cx="20.1" cy="15.2" rx="8.3" ry="2.7" rotation="30.0" z_order="0"/>'
    head, (row,), _ = read("cvat", made(tmp_path, {"a.xml": images(element)}))
    (shape,) = shapes(row)
    assert (shape.kind, len(shape.points)) == ("polygon", 64)
    assert np.hypot(*(shape.array[0] - (20.1, 15.2))) == pytest.approx(8.3)
    (after,) = ET.parse(write("cvat", tmp_path / "out.xml", head, [row])).getroot().iterfind("image/*")
    assert numbers(after) == numbers(ET.fromstring(element))
    moved = row.annotation and row.annotation.replace(shapes=[shape.replace(points=shape.points[:40])])
    changed = Row("a.png", 40, 30, moved, shapes=row.shapes)
    (after,) = ET.parse(write("cvat", tmp_path / "out2.xml", head, [changed])).getroot().iterfind("image/*")
    assert after.tag == "polygon"


def test_a_mask_is_run_lengths_in_its_box(tmp_path: Path) -> None:
    rle = "3, 5, 7, 7, 5, 9, 3, 11, 2, 11, 2, 12, 1, 12, 1, 26, 1, 12, 1, 12, 2, 11, 3, 9, 5, 7, 7, 5, 3"
    element = f'<mask {COMMON} rle="{rle}" left="7" top="8" width="13" height="15" z_order="0"/>'
    head, (row,), _ = read("cvat", made(tmp_path, {"a.xml": images(element)}))
    pixels = shapes(row)[0].to_mask((40, 30))
    assert np.flatnonzero(pixels[8]).tolist() == [10, 11, 12, 13, 14]
    assert pixels[8:23, 7:20].sum() == pixels.sum() == sum(map(int, rle.split(", ")[1::2]))
    (after,) = ET.parse(write("cvat", tmp_path / "out.xml", head, [row])).getroot().iterfind("image/*")
    assert numbers(after) == numbers(ET.fromstring(element))


def test_labels_of_meta_have_types_colors_and_skeletons(tmp_path: Path) -> None:
    head, _, _ = read("cvat", made(tmp_path, {"a.xml": images("")}))
    assert head.labels == (
        Label(
            "cell", color="#ff0000",
            attributes=[
                Attribute("stage", "choice", ["ring", "troph"], default="ring"),
                Attribute("seen", "boolean", default=False),
                Attribute("size", "integer", default=1),
                Attribute("note"),
            ],
        ),
        Label("box", ["rectangle", "rotated_rectangle"], "#00ff00"),
        Label("fish", ["skeleton"], "#0000ff", skeleton=Skeleton(["nose", "tail"], [("tail", "nose")])),
    )  # fmt: skip
    assert head.tags == (Tag("blurred"),)


def test_a_type_of_a_label_that_is_no_text_says_nothing(tmp_path: Path) -> None:
    labels = "<labels><label><name>car</name><type><any>thing</any></type><attributes></attributes></label></labels>"
    head, rows, _ = read("cvat", made(tmp_path, {"a.xml": images("", labels)}))
    out = write("cvat", tmp_path / "out.xml", head, rows)
    assert "<type>any</type>" in out.read_text(encoding="utf-8")


def test_labels_of_ours_come_back_whole(tmp_path: Path) -> None:
    labels = (
        Label("cell", ["rectangle"], "#ff0000", [
            Attribute("a", "choices", ["x", "y"], required=True, default=["x"]), Attribute("b", "number", default=2.5),
            Attribute("c", "boolean", required=True), Attribute("d", "choice", ["p", "q"]), Attribute("é"),
        ]),
        Label("unused", ["polygon", "mask"]),
        Label("fish", skeleton=Skeleton(["nose", "tail", "fin"], [("nose", "tail"), ("nose", "fin")])),
    )  # fmt: skip
    head = Head(labels=labels, tags=(Tag("dark", [Attribute("how", "choice", ["x", "y"])]),))
    again, _, _ = read("cvat", write("cvat", tmp_path / "out.xml", head, [Row("a.png", 4, 3)]))
    assert (again.labels, again.tags) == (head.labels, head.tags)


def test_tags_of_images_with_attributes(tmp_path: Path) -> None:
    blurred = '<tag label="blurred" source="auto"><attribute name="how">much</attribute></tag>'
    body = f'{blurred}<tag label="cell" source="manual"/>'
    head, (row,), _ = read("cvat", made(tmp_path, {"a.xml": images(body)}))
    assert row.annotation == Annotation(tags=["blurred", "cell"], tag_attributes={"blurred": {"how": "much"}})
    after = ET.parse(write("cvat", tmp_path / "out.xml", head, [row])).getroot().findall("image/*")
    assert [numbers(v) for v in after] == [numbers(v) for v in ET.fromstring(f"<a>{body}</a>")]


def test_between_key_frames_a_box_moves_evenly_and_ends_where_it_is_outside(tmp_path: Path) -> None:
    tracks = f"""<track id="4" label="cell" source="auto">
{box(2, 10)}{box(6, 20, occluded=1)}{box(8, 20, outside=1)}{box(12, 1)}{box(13, 2, keyframe=0)}</track>"""
    head, rows, _ = read("cvat", made(tmp_path, {"a.xml": video(tracks)}))
    found = {row.moment: shapes(row)[0] for row in rows}
    assert {frame: (s.points[0][0], s.keyframe) for frame, s in found.items()} == {
        2: (10, True), 3: (12.5, False), 4: (15, False), 5: (17.5, False), 6: (20, True), 7: (20, False),
        12: (1, True), 13: (2, False),
    }  # fmt: skip
    assert {s.track for s in found.values()} == {"4"}
    assert [frame for frame, s in found.items() if s.attributes == {"occluded": True}] == [6, 7]
    assert [row.name for row in rows][:2] == ["film.mp4#03", "film.mp4#04"]
    assert {(row.sequence, row.width, row.height) for row in rows} == {("film.mp4", 40, 30)}
    out = write("cvat", tmp_path / "out.xml", head, rows)
    (track,) = ET.parse(out).getroot().iterfind("track")
    assert (track.get("id"), track.get("source")) == ("4", "auto")
    assert [(int(b.get("frame", "")), b.get("outside")) for b in track][6:] == [
        (8, "1"), (12, "0"), (13, "0"), (14, "1"),
    ]  # fmt: skip
    assert list(map(plain, read("cvat", out)[1])) == list(map(plain, rows))


def test_other_figures_between_key_frames(tmp_path: Path) -> None:
    its = 'keyframe="1" outside="0" occluded="0"'
    tracks = f"""
<track id="0" label="cell"><box frame="0" xtl="1" ytl="1" xbr="9" ybr="5" rotation="350" {its}/>
<box frame="2" xtl="3" ytl="1" xbr="11" ybr="5" rotation="20" {its}/></track>
<track id="1" label="cell"><polygon frame="0" points="1,1;5,1;5,5" {its}/>
<polygon frame="2" points="3,1;7,1;7,9" {its}/></track>
<track id="2" label="cell"><polygon frame="0" points="1,1;5,1;5,5" {its}/>
<polygon frame="2" points="3,1;7,1;7,9;3,9" {its}/></track>
<track id="3" label="cell"><points frame="0" points="1,1;5,1" {its}/><points frame="2" points="3,1;7,1" {its}/></track>
<track id="4" label="cell"><mask frame="0" rle="0, 4" left="1" top="1" width="2" height="2" {its}/>
<mask frame="2" rle="0, 4" left="3" top="1" width="2" height="2" {its}/></track>
<track id="5" label="fish"><skeleton frame="0" keyframe="1"><points label="nose" points="1,1" {its}/>
<points label="tail" points="3,3" {its}/></skeleton>
<skeleton frame="2" keyframe="1"><points label="nose" points="3,1" {its}/>
<points label="tail" points="9,3" {its}/></skeleton></track>"""
    head, rows, _ = read("cvat", made(tmp_path, {"a.xml": video(tracks)}))
    middle = {s.track: s for s in shapes(rows[1])}
    assert middle["0"].points == Shape.rotated_rectangle(2, 1, 8, 4, 5).points
    assert middle["1"].points == ((2, 1), (6, 1), (6, 7))
    assert middle["2"].points == ((1, 1), (5, 1), (5, 5))
    assert middle["3"].points == ((1, 1), (5, 1))
    assert middle["5"].points == ((2, 1), (6, 3))
    assert set(middle) == {"0", "1", "2", "3", "5"}
    out = write("cvat", tmp_path / "out.xml", head, rows)
    assert list(map(plain, read("cvat", out)[1])) == list(map(plain, rows))


def test_frames_that_a_filter_left_out_are_not_filled_in(tmp_path: Path) -> None:
    tracks = f'<track id="0" label="cell">{box(0, 1)}{box(5, 2)}{box(15, 4)}</track>'
    more = "<start_frame>0</start_frame><frame_filter>step=5</frame_filter>"
    head, rows, _ = read("cvat", made(tmp_path, {"a.xml": video(tracks, more)}))
    assert [(row.moment, shapes(row)[0].points[0][0]) for row in rows] == [(0, 1), (5, 2), (10, 3), (15, 4)]
    out = write("cvat", tmp_path / "out.xml", head, rows)
    assert [(b.get("frame"), b.get("outside")) for b in ET.parse(out).getroot().iterfind("track/box")] == [
        ("0", "0"), ("5", "0"), ("10", "0"), ("15", "0"),
    ]  # fmt: skip
    assert list(map(plain, read("cvat", out)[1])) == list(map(plain, rows))


def test_frames_that_are_equally_far_apart_are_said_to_be_filtered(tmp_path: Path) -> None:
    its = [Shape.box(1, 1, 3, 3, "cell", track="0", keyframe=True) for _ in range(3)]
    rows = [
        Row(f"film.mp4#{n:03}", 40, 30, Annotation(shapes=[shape]), sequence="film.mp4", moment=float(n))
        for n, shape in zip((101, 201, 401), its, strict=True)
    ]
    out = write("cvat", tmp_path / "out.xml", Head(), rows)
    task = ET.parse(out).getroot().find("meta/task")
    assert task is not None
    assert [task.findtext(tag) for tag in ("size", "start_frame", "stop_frame", "frame_filter")] == [
        "3", "100", "400", "step=100",
    ]  # fmt: skip
    assert [row.name for row in read("cvat", out)[1]] == [row.name for row in rows]


@pytest.mark.parametrize("packed", [False, True])
def test_frames_are_the_images_that_are_beside_the_file(tmp_path: Path, packed: bool) -> None:
    members: dict[str, str | bytes] = {
        "annotations.xml": video(f'<track id="0" label="cell">{box(3, 1)}</track>', size=4),
        **{f"images/frame_{n:06}.PNG": picture(40, 30) for n in range(4)},
    }
    row = only(made(tmp_path, members, packed))
    assert (row.name, row.image, row.moment) == ("frame_000003.PNG", "images/frame_000003.PNG", 3)


def test_images_of_a_video_are_its_frames_and_keep_their_names(tmp_path: Path) -> None:
    its = '<box label="cell" xtl="1" ytl="1" xbr="3" ybr="3"/>'
    body = f'<image id="7" name="frame_000007" width="40" height="30">{its}</image>'
    head, (row,), _ = read("cvat", made(tmp_path, {"a.xml": video(body)}))
    assert (row.name, row.sequence, row.moment) == ("film.mp4#08", "film.mp4", 7)
    (image,) = ET.parse(write("cvat", tmp_path / "out.xml", head, [row])).getroot().iterfind("image")
    assert (image.get("id"), image.get("name")) == ("7", "frame_000007")


def test_a_project_has_tasks_and_subsets(tmp_path: Path) -> None:
    text = f"""<annotations><version>1.1</version><meta><project><id>1</id><name>all</name>
<tasks><task><id>3</id><name>stills</name><size>2</size><mode>annotation</mode><subset>Train</subset></task>
<task><id>8</id><name>film</name><size>9</size><mode>interpolation</mode><source>film.mp4</source>
<original_size><width>40</width><height>30</height></original_size></task></tasks>{LABELS}
<subsets>Train\nValidation</subsets><owner><username>eva</username></owner></project><dumped>2024-01-01</dumped></meta>
<image id="0" name="a.png" subset="Train" task_id="3" width="40" height="30"/>
<image id="1" name="b.png" subset="Validation" task_id="3" width="40" height="30"/>
<track id="0" label="cell" task_id="8" subset="default">{box(2, 1)}</track>
</annotations>"""
    head, rows, _ = read("cvat", made(tmp_path, {"a.xml": text}))
    assert [(r.name, r.split, r.sequence) for r in rows] == [
        ("a.png", "train", None), ("b.png", "val", None), ("film.mp4#3", None, "film.mp4"),
    ]  # fmt: skip
    after = ET.parse(write("cvat", tmp_path / "out.xml", head, rows)).getroot()
    before = ET.fromstring(text)
    for path in ("meta/project/tasks/task", "image", "meta/project/owner", "meta/dumped", "meta/project/subsets"):
        assert [numbers(v) for v in after.findall(path)] == [numbers(v) for v in before.findall(path)], path
    assert list(map(plain, read("cvat", tmp_path / "out.xml")[1])) == list(map(plain, rows))


def test_a_job_stays_a_job(tmp_path: Path) -> None:
    text = images("").replace("<task>", "<job>").replace("</task>", "</job>")
    head, rows, _ = read("cvat", made(tmp_path, {"a.xml": text}))
    after = ET.parse(write("cvat", tmp_path / "out.xml", head, rows)).getroot()
    assert after.findtext("meta/job/name") == "cells"
    assert after.find("meta/task") is None


def test_a_group_with_a_name_is_numbered_and_flags_that_are_false_come_back(tmp_path: Path) -> None:
    its = [
        Shape.box(1, 1, 3, 3, "cell", group="left", attributes={"occluded": False}),
        Shape.box(1, 1, 4, 4, "cell", group="left"), Shape.box(1, 1, 5, 5, "cell", group="2"),
    ]  # fmt: skip
    back = only(write("cvat", tmp_path / "out.xml", Head(), [Row("a.png", 40, 30, Annotation(shapes=its))]))
    assert [s.group for s in shapes(back)] == ["1000000", "1000000", "2"]
    assert [s.attributes for s in shapes(back)] == [{"occluded": False}, {}, {}]


def test_images_go_along_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(40, 30))
    row = Row("d/a.png", 40, 30, image=str(tmp_path / "a.png"))
    out = write("cvat", tmp_path / "out", Head(), [row], images="copy")
    assert sorted(str(p.relative_to(out)) for p in out.rglob("*.*") if p.is_file() and p.name[0] != ".") == [
        "annotations.xml", "images/d/a.png",
    ]  # fmt: skip
    assert from_disk([only(out)], out)[0].image == str(out / "images/d/a.png")


SQUARE = 'label="cell" left="1" top="1" width="2" height="2"'
WRONG = [
    ("a.xml:6: boxes: their xtl is no number", '<box label="cell" xtl="nan" ytl="1" xbr="3" ybr="3"/>'),
    ("a.xml:6: boxes: they have no ybr", '<box label="cell" xtl="1" ytl="1" xbr="3"/>'),
    ("a.xml:6: boxes: a label's name has 1 to 200 characters", '<box xtl="1" ytl="1" xbr="3" ybr="3"/>'),
    ("a.xml:7: polygons: their points are not as 'x,y;x,y;…'", '\n<polygon label="cell" points="1,2;3"/>'),
    ("a.xml:6: polygons: The polygon needs at least 3 points", '<polygon label="cell" points="1,2;3,4"/>'),
    ("a.xml:6: masks: their run lengths do not add up", f'<mask {SQUARE} rle="1, 2"/>'),
    ("a.xml:6: masks: their rle is no list", f'<mask {SQUARE} rle="x"/>'),
    ("a.xml:6: skeletons: their label has no point 'x'", FISH.replace("nose", "x")),
]


@pytest.mark.parametrize(("said", "body"), WRONG)
def test_what_is_wrong_is_told_with_its_line_or_left_out(tmp_path: Path, said: str, body: str) -> None:
    path = made(
        tmp_path, {"a.xml": images(body + '<points label="cell" points="7,7"/>', labels=LABELS.replace("\n", ""))}
    )
    with pytest.raises(ReadFailed) as error:
        read("cvat", path)
    assert said in str(error.value)
    _, rows, problems = read("cvat", path, "skip")
    assert [s.points for s in shapes(rows[0])] == [((7, 7),)]
    assert len(problems.skipped) == 1


def test_cuboids_and_strange_elements_are_counted(tmp_path: Path) -> None:
    _, rows, problems = read("cvat", made(tmp_path, {"a.xml": images('<cuboid label="cell"/><blob label="cell"/>')}))
    assert rows[0].annotation is None
    assert [(v.what, v.count) for v in problems.left_out()] == [("cuboids", 1), ("elements", 1)]


def test_a_track_with_two_places_in_a_frame_or_none(tmp_path: Path) -> None:
    tracks = f'<track id="0" label="cell">\n{box(1, 1)}{box(1, 9)}{box(2, 1).replace(" frame", " f")}</track>'
    path = made(tmp_path, {"a.xml": video(tracks)})
    with pytest.raises(ReadFailed, match="boxes: another one of the track is in the same frame"):
        read("cvat", path)
    _, rows, problems = read("cvat", path, "skip")
    assert [row.moment for row in rows] == [1]
    assert [v.reason for v in problems.left_out()] == [
        "another one of the track is in the same frame", "they have no number of a frame",
    ]  # fmt: skip


def test_entities_and_broken_files_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE annotations [<!ENTITY a "b">]>\n<annotations>&a;</annotations>'
    broken = images("<box")
    for name, text, said in (
        ("bomb", bomb, "entities of its own are not read"),
        ("broken", broken, "is not XML, from"),
    ):
        (tmp_path / name).mkdir()
        path = made(tmp_path / name, {"a.xml": text, "b.xml": images("")})
        with pytest.raises(ReadFailed, match=said):
            read("cvat", path)
        _, rows, problems = read("cvat", path, "skip")
        assert [row.name for row in rows] == ["a.png"]
        assert [its.place for its in problems.skipped] == ["a.xml"]


def test_what_it_has_no_word_for_is_told() -> None:
    its = [
        Shape.keypoints([(1, 1)], "cell"), Shape.box(1, 1, 3, 3, "cell", group="g", track="1"),
        Shape.box(1, 1, 3, 3, "ce\x01ll", attributes={"a": [1]}, track="1"), Shape.box(1, 1, 3, 3, "cell"),
    ]  # fmt: skip
    losses = available()["cvat"].losses
    told = {what for what, _ in losses(Row("a.png", 9, 9, Annotation(shapes=its)), Head())}
    assert told == {"key points", "groups", "tracks", "texts", "attributes", "orders of shapes"}
    assert not list(losses(Row("a.png", 9, 9, Annotation(shapes=its[3:])), Head()))


_at = st.tuples(st.floats(0, 30), st.floats(0, 20))
_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=4
)
_values = {"a": st.booleans(), "é": st.integers(-9, 9) | st.floats(-9, 9), "n": _text | st.just("x\ny\tz\r")}


@st.composite
def _shapes(draw: Any) -> Shape:
    x, y = draw(_at)
    label = draw(st.sampled_from(["cell", "é & <x>"]))
    fields: dict[str, Any] = {
        "attributes": {k: draw(v) for k, v in _values.items() if draw(st.booleans())},
        "group": draw(st.sampled_from([None, "1", "77"])),
    }
    if draw(st.booleans()):
        fields["attributes"]["occluded"] = draw(st.booleans())
    pixels = np.zeros((30, 40), dtype=bool)
    pixels[int(y), int(x) : int(x) + 3] = True
    ring = [(x, y), (x + 2.5, y), (x, y + 3)]
    return draw(
        st.sampled_from(
            [
                Shape.rectangle(x, y, draw(st.floats(1, 9)), 2.5, label, **fields),
                Shape.polygon(ring, label, **fields),
                Shape.polyline([(x, y), draw(_at), (x + 2, y)], label, **fields),
                Shape.point(x, y, label, **fields),
                Shape.keypoints([(x, y), draw(_at)], label, **fields),
                Shape.mask(pixels, label, **fields),
                Shape.skeleton([(x, y), draw(_at)], draw(st.sampled_from([(), (2, 1), (1, 1)])), "fish", **fields),
            ]
        )
    )


HEAD = Head(labels=(Label("fish", ["skeleton"], skeleton=Skeleton(["nose", "tail"], [("nose", "tail")])),))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.lists(_shapes(), max_size=3), st.sets(st.sampled_from("tu"))), max_size=3))
def test_images_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[list[Shape], set[str]]]
) -> None:
    rows = [
        Row(f"d/{n}.png", 40, 30, Annotation(shapes=its, tags=sorted(tags)) if its or tags else None, split="val")
        for n, (its, tags) in enumerate(given)
    ]
    _, back, _ = read("cvat", write("cvat", tmp_path_factory.mktemp("out") / "a.xml", HEAD, rows))
    assert [(r.name, r.split, r.width, plain(r).annotation) for r in back] == [
        (r.name, "val", 40, plain(r).annotation) for r in rows
    ]


@st.composite
def _frames(draw: Any) -> list[Row]:
    """Draw frames of two videos, with tracks in some of them."""
    rows = []
    for sequence in ("x.mp4", "y.mp4"):
        for frame in range(draw(st.integers(1, 6))):
            its = []
            for track in ("0", "é"):
                if draw(st.booleans()):
                    shape = draw(_shapes().filter(lambda s: s.label != "fish"))
                    its.append(shape.replace(track=track, keyframe=draw(st.booleans()), group=None, label=f"l{track}"))
            its = draw(st.lists(_shapes(), max_size=1)) + its
            said = Annotation(shapes=its) if its else None
            rows.append(Row(f"{sequence}#{frame + 1}", 40, 30, said, sequence=sequence, moment=float(frame)))
    return rows


@settings(max_examples=60, deadline=None)
@given(_frames())
def test_tracks_of_videos_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    _, back, _ = read("cvat", write("cvat", tmp_path_factory.mktemp("out") / "a.xml", HEAD, rows))
    found = {row.name: row for row in back}
    for row in rows:
        if row.annotation is None:
            assert row.name not in found or found[row.name].annotation is None
        else:
            assert plain(found[row.name]).annotation == plain(row).annotation
            assert (found[row.name].sequence, found[row.name].moment) == (row.sequence, row.moment)


@pytest.mark.parametrize("first", ["none", "video", "images"])
def test_images_in_and_out_of_sequences_stay_so_whatever_was_read_before(tmp_path: Path, first: str) -> None:
    def box(track: str | None = None) -> Annotation:
        return Annotation(shapes=(Shape.box(1, 1, 9, 9, "cell", track=track, keyframe=track is not None),))

    frames = [Row(f"v.mp4#000{n}", 30, 20, box("1"), sequence="v.mp4", moment=n - 1.0) for n in (1, 2)]
    images = [Row("x.png", 30, 20, box()), Row("y.png", 30, 20), Row("z.png", 30, 20, box("7"))]
    others = [Row("s0", 30, 20, box(), sequence="s", moment=0.0), Row("s1", 30, 20, sequence="s", moment=1.0)]
    before = {"none": [], "video": frames, "images": images[:2]}[first]
    head = Head((Label("cell"),))
    if before:
        head = read("cvat", write("cvat", tmp_path / "first.xml", head, before))[0]
    for rows in (images + frames, frames + images[1:2], others + images, frames + others, images + others + frames):
        back = read("cvat", write("cvat", tmp_path / "out.xml", head, rows))[1]
        assert {r.name: r.sequence for r in back} == {r.name: r.sequence for r in rows}
