"""What CVAT says of frames comes to the assets that are those frames, and goes out as tracks again."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

import nbannotate as nb

DATA = Path(__file__).parents[3] / "shared" / "data"
JAAD = DATA / "cvat_video" / "video_0001.xml"
FRAMES = 6


@pytest.fixture
def version(tmp_path: Path) -> nb.Version:
    """Return a version in a workspace in memory."""
    return nb.open(":memory:").create_dataset("videos").create_version("v1")


def boxes(path: Path) -> list[dict[str, str]]:
    """Return what the elements of all tracks in the first frames say, without the words of their attributes."""
    found = []
    for track in ET.parse(path).getroot().iterfind("track"):
        for box in track:
            if int(box.get("frame", "")) < FRAMES and box.get("outside") == "0":
                found.append({**box.attrib, **{a.get("name", ""): a.text or "" for a in box}})
    return found


def test_frames_that_were_taken_out_of_a_video_are_found_by_their_order(tmp_path: Path, version: nb.Version) -> None:
    folder = tmp_path / "clips" / "video_0001"
    folder.mkdir(parents=True)
    for n in range(FRAMES):
        Image.new("1", (1920, 1080)).save(folder / f"{n + 1:05}.png")
    version.add_images(tmp_path / "clips", sequence="folder")
    reading = version.read(JAAD)
    assert reading.assets == FRAMES
    assert [(s["asset"], s["track"], s["keyframe"]) for s in version.shapes.df().to_dict("records")][:3] == [
        ("00001.png", "0", True), ("00001.png", "2", True), ("00002.png", "0", True),
    ]  # fmt: skip
    version.write("cvat", tmp_path / "out.xml")
    root = ET.parse(tmp_path / "out.xml").getroot()
    assert root.findtext("meta/task/source") == "data/video_0001.mp4"
    assert root.findtext("meta/task/video_attributes/weather") == "cloudy"
    assert not root.findall("image")
    assert boxes(tmp_path / "out.xml") == boxes(JAAD)


def test_frames_of_a_video_file_are_found_by_their_numbers(tmp_path: Path, version: nb.Version) -> None:
    version.add_images(DATA / "video" / "vtest.avi", every=200)
    names = list(version.assets.df()["name"])
    assert names[:2] == ["vtest.avi#001", "vtest.avi#201"]
    its = "".join(
        f'<box frame="{n}" keyframe="1" outside="0" occluded="0" xtl="{10 + n}" ytl="20" xbr="{60 + n}" ybr="90"/>'
        for n in (0, 400)
    )
    (tmp_path / "a.xml").write_text(
        "<annotations><meta><task><name>street</name><size>795</size><mode>interpolation</mode><source>vtest.avi</source>"
        "<original_size><width>768</width><height>576</height></original_size></task></meta>"
        f'<track id="0" label="person">{its}</track></annotations>'
    )
    version.read(tmp_path / "a.xml")
    found = [(s["asset"], s["x"], s["keyframe"]) for s in version.shapes.df().to_dict("records")]
    assert found == [("vtest.avi#001", 10, True), ("vtest.avi#201", 210, False), ("vtest.avi#401", 410, True)]
    version.write("cvat", tmp_path / "out", images="copy", lossy=True)  # CVAT has no place for the metadata of frames
    assert Image.open(tmp_path / "out" / "images" / "vtest" / "frame_000200.PNG").size == (768, 576)
    other = nb.open(":memory:").create_dataset("videos").create_version("v1")
    other.read(tmp_path / "out")
    assert [(s["asset"], s["x"], s["keyframe"]) for s in other.shapes.df().to_dict("records")] == [
        ("frame_000000.PNG", 10, True), ("frame_000200.PNG", 210, False), ("frame_000400.PNG", 410, True),
    ]  # fmt: skip
