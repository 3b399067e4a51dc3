"""What is read, whatever holds it: a file, a folder or a zip; what could do harm is refused in a sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from nbannotate.errors import FileMissing, ReadFailed
from nbannotate.files.source import Source

MEMBERS = {
    "data.yaml": b"names: [cat]\n",
    "images/a.png": b"x",
    "labels/a.txt": b"0 1 2\n",
    ".hidden": b"",
    "x/.y/z": b"",
}


@pytest.fixture(params=["folder", "zip"])
def made(request, tmp_path):
    """Make a folder or a zip with some members; return its path."""

    def make(members):
        if request.param == "zip":
            with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in members.items():
                    archive.writestr(name, data)
            return tmp_path / "set.zip"
        for name, data in members.items():
            path = tmp_path / "set" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return tmp_path / "set"

    return make


def test_a_folder_and_a_zip_show_the_same_members(made):
    with Source(made(MEMBERS)) as source:
        assert not source.single
        assert source.members == ("data.yaml", "images/a.png", "labels/a.txt")
        assert source.images == ("images/a.png",)
        assert source.bytes("labels/a.txt") == b"0 1 2\n"
        assert source.text("data.yaml") == "names: [cat]\n"
        assert source.size("data.yaml") == 13
        assert source.matching("labels/*.txt") == ["labels/a.txt"]
        assert source.matching("*.txt") == ["labels/a.txt"]
        assert source.matching("*a*") == ["data.yaml", "images/a.png", "labels/a.txt"]
        with pytest.raises(FileMissing, match=r"no 'labels/b.txt' in set"):
            source.bytes("labels/b.txt")


def test_one_file_is_its_only_member(tmp_path):
    (tmp_path / "a.json").write_text("[1, NaN]")
    with Source(tmp_path / "a.json") as source:
        assert source.single
        assert source.members == ("a.json",)
        assert source.json("a.json")[0] == 1
        assert source.local("a.json") == tmp_path / "a.json"


@pytest.mark.parametrize(
    ("written", "of", "means"),
    [
        ("a.png", "train/1.xml", "train/a.png"),
        ("../val/a.png", "train/1.xml", "val/a.png"),
        ("val\\a.png", "train/1.xml", "val/a.png"),
        ("C:\\data\\val\\a.png", "train/1.xml", "val/a.png"),
        ("/home/x/train/a.png", "", "train/a.png"),
        ("a.png", "", None),
        ("b.png", "", None),
        ("e\u0301.png", "", "val/\u00e9.png"),
        ("../../../etc/passwd", "train/1.xml", None),
    ],
)
def test_a_path_in_a_file_means_the_member_that_ends_most_like_it(made, written, of, means):
    with Source(made({"train/a.png": b"", "val/a.png": b"", "val/\u00e9.png": b"", "train/1.xml": b""})) as source:
        assert source.beside(written, of) == means


def test_links_out_of_a_folder_are_passed_over_and_counted(tmp_path):
    folder = tmp_path / "set"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "d").symlink_to(tmp_path)
    (folder / "more" / "up").symlink_to(folder)
    with Source(folder) as source:
        assert source.members == ("a.txt", "b.txt")
        assert source.passed_over == {"links out of the folder": 2, "links to folders": 1}
        with pytest.raises(FileMissing):
            source.bytes("../secret.txt")


@pytest.mark.parametrize("name", ["../a.txt", "a/../../b", "/etc/passwd", "C:\\x", "..\\a.txt"])
def test_a_zip_with_names_that_lead_out_of_it_is_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(ReadFailed, match=r"^set.zip holds .* leads out of it; it is not read\.$"):
        Source(tmp_path / "set.zip")


def test_a_zip_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            with archive.open(f"{n}.json", "w") as file:
                for _ in range(100):
                    file.write(bytes(1 << 20))
    with pytest.raises(ReadFailed, match=r"bomb.zip would unpack to 3 files of 314,572,800 bytes"):
        Source(tmp_path / "bomb.zip")


def test_a_damaged_zip_and_a_link_in_a_zip_are_no_members(tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("a.txt", b"some text that is long enough to be damaged")
    with Source(tmp_path / "set.zip") as source:
        assert source.members == ("a.txt",)
        assert source.passed_over == {"links in the zip": 1}
    data = bytearray((tmp_path / "set.zip").read_bytes())
    data[data.index(b"enough")] ^= 255
    (tmp_path / "set.zip").write_bytes(data)
    with Source(tmp_path / "set.zip") as source, pytest.raises(ReadFailed, match=r"set.zip: a.txt cannot be read"):
        source.bytes("a.txt")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "entities of its own"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "entities of its own"),
        (b"<a>\n<b></a>", "not XML, from line 2"),
        (b"", "not XML, from line 1"),
        (b"<a>" * 101 + b"</a>" * 101, "in more than 100 levels"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "not XML"),
    ],
)
def test_xml_that_is_none_or_has_entities_is_refused_with_its_line(tmp_path, content, said):
    (tmp_path / "a.xml").write_bytes(content)
    with Source(tmp_path / "a.xml") as source:
        with pytest.raises(ReadFailed, match=said):
            source.xml("a.xml")
        with pytest.raises(ReadFailed, match=said):
            list(source.xml_items("a.xml", "b"))


def test_xml_is_read_with_its_lines_whole_or_one_element_after_another(made):
    text = "<a>\n" + "".join(f'<b n="{n}">\n<c> x </c></b>\n' for n in range(3)) + "</a>"
    with Source(made({"a.xml": text.encode("utf-16")})) as source:
        root = source.xml("a.xml")
        assert [(b.get("n"), b.line, b.child_text("c")) for b in root] == [("0", 2, "x"), ("1", 4, "x"), ("2", 6, "x")]
        assert [(b.get("n"), b.line) for b in source.xml_items("a.xml", "b")] == [("0", 2), ("1", 4), ("2", 6)]
        assert root.child_text("none") is None


@pytest.mark.parametrize("content", [b"[" * 101 + b"]" * 101, b"[" * 100_000, b'{"a":' * 101 + b"1" + b"}" * 101])
def test_json_of_a_hundred_levels_is_refused(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with Source(tmp_path / "a.json") as source, pytest.raises(ReadFailed, match=r"a.json is n"):
        source.json("a.json")
    (tmp_path / "a.json").write_bytes(b"[" * 100 + b"]" * 100)
    with Source(tmp_path / "a.json") as source:
        assert source.json("a.json")


def test_the_size_of_an_image_is_that_of_what_is_shown(tmp_path):
    image = Image.new("RGB", (40, 30))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    image.save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("none")
    with Source(tmp_path) as source:
        assert [source.size_of_image(m) for m in source.images] == [(40, 30), (0, 0), (30, 40)]


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(FileMissing, match="nothing"):
        Source(tmp_path / "nothing")
    with pytest.raises(ReadFailed):
        Source(Path("\0"))


def test_the_size_of_an_image_that_is_not_there_is_what_others_know(tmp_path):
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    with Source(tmp_path, {"b.png": (7, 5)}.__getitem__) as source:
        assert source.size_of("a.png", "a.png") == (40, 30)
        assert source.size_of("b.png", None) == (7, 5)
    with Source(tmp_path) as source:
        assert source.size_of("b.png", None) == (0, 0)


def test_the_size_of_an_image_is_read_without_its_pixels(tmp_path):
    image = Image.new("L", (70, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    image.save(tmp_path / "whole.png")
    data = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: data.index(b"IDAT") + 6])
    with Source(tmp_path) as source:
        sizes = {member: source.size_of_image(member) for member in source.members}
    assert sizes == {"turned.png": (40, 70), "whole.png": (70, 40), "cut.png": (70, 40)}
