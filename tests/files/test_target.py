"""What is written is whole, or nothing: one file, a folder or a zip, and nothing else is touched."""

from __future__ import annotations

import zipfile

import pytest

from nbannotate.errors import CannotWrite, FolderMissing
from nbannotate.files import output
from nbannotate.files.source import Source
from nbannotate.files.target import Target


def left(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() or p.is_symlink())


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "images" / "a.png"
    path.parent.mkdir()
    path.write_bytes(b"an image")
    return path


def fill(target, image, words="b"):
    target.write("labels/a.txt", b"a")
    with target.open("one.txt") as one, target.open("two.txt") as two:
        one.write(words.encode())
        two.write(b"c")
    target.put_image(str(image), "images/a.png")


def fail_in_the_middle(path):
    with Target(path, ".json") as target:
        target.write("a.json", b"new")
        raise ZeroDivisionError


@pytest.mark.parametrize("name", ["out", "out.zip"])
@pytest.mark.parametrize("images", [None, "copy", "link"])
def test_a_folder_and_a_zip_hold_the_same(tmp_path, image, name, images):
    path = tmp_path / "to" / name
    path.parent.mkdir()
    for words in ("b", "other"):  # a second export replaces the first
        with Target(path, images=images) as target:
            assert not target.single
            fill(target, image, words)
    assert [p.name for p in path.parent.iterdir()] == [name]
    with Source(path) as source:
        there = () if images is None or (images == "link" and name == "out") else ("images/a.png",)
        assert source.members == (*there, "labels/a.txt", "one.txt", "two.txt")
        assert source.bytes("one.txt") == b"other"
        assert not there or source.bytes("images/a.png") == b"an image"
    assert image.read_bytes() == b"an image"
    if images == "link" and name == "out":
        assert (path / "images/a.png").is_symlink()


def test_the_same_data_set_gives_the_same_zip(tmp_path, image):
    for name in ("1.zip", "2.zip"):
        with Target(tmp_path / name, images="copy") as target:
            fill(target, image)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


@pytest.mark.parametrize("name", ["out", "out.zip", "out.json"])
@pytest.mark.parametrize("before", [True, False])
def test_after_an_error_all_is_as_it_was(tmp_path, image, name, before):
    path = tmp_path / "to" / name
    path.parent.mkdir()
    if before:
        with Target(path, ".json") as target:
            target.write("a.json", b"old")
    there = left(path.parent)
    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle(path)
    assert left(path.parent) == there
    if before:
        with Source(path) as source:
            assert source.bytes(source.members[0]) == b"old"


def test_one_file_is_written_whatever_the_member_is_called(tmp_path):
    with Target(tmp_path / "x.json", ".json") as target:
        assert target.single
        target.write("annotations.json", b"{}")
    assert left(tmp_path) == ["x.json"]
    for name in ("folder", "set.zip"):
        with Target(tmp_path / name, ".json") as target:
            assert not target.single
            target.write("annotations.json", b"{}")
    assert left(tmp_path) == ["folder/.nbannotate", "folder/annotations.json", "set.zip", "x.json"]


def test_one_file_goes_to_standard_output_and_into_a_link(tmp_path, capsysbinary):
    with Target("-", ".json") as target:
        target.write("a.json", b"{}\n")
    assert capsysbinary.readouterr().out == b"{}\n"
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    with Target(tmp_path / "link.json", ".json") as target:
        target.write("a.json", b"{}\n")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"{}\n"
    with pytest.raises(CannotWrite, match=r"name one, or a \.zip"):
        Target("-")


def test_a_folder_that_no_export_wrote_is_not_replaced(tmp_path, image):
    with pytest.raises(CannotWrite, match=r"no export wrote, for example 'a.png'"):
        Target(image.parent)
    (tmp_path / "out").mkdir()
    with Target(tmp_path / "out") as target:
        target.write("a.txt", b"1")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(CannotWrite, match=r"for example 'notes.txt'"):
        Target(tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    with pytest.raises(CannotWrite, match="is a file; name a folder"):
        Target(image)


def test_a_workspace_and_its_images_stay(tmp_path, image):
    with Target(tmp_path / "out", images="copy") as target:
        fill(target, image)
    with Target(tmp_path / "links", images="link") as target:
        fill(target, image)
    database = tmp_path / "out2" / "work.duckdb"
    database.parent.mkdir()
    database.write_bytes(b"x")
    with output.protecting(database, lambda: [str(image), str(tmp_path / "out" / "images" / "a.png")]):
        with pytest.raises(CannotWrite, match="is an image of the workspace"):
            Target(tmp_path / "out")
        with pytest.raises(CannotWrite, match="belongs to the workspace"):
            Target(database.parent)
        with pytest.raises(CannotWrite, match="belongs to the workspace"):
            Target(tmp_path / "out2" / "work.duckdb.zip")
        with Target(tmp_path / "links", images="link") as target:  # a link to an image is no image
            fill(target, image)
    assert image.read_bytes() == b"an image"


@pytest.mark.parametrize("member", ["../a", "/a", "a//b", "a\\b", "", ".", "a/../b", "x\0"])
def test_no_member_leads_out_of_the_folder(tmp_path, member):
    with pytest.raises(CannotWrite, match="no name of a file"), Target(tmp_path / "out") as target:
        target.write(member, b"")
    with Target(tmp_path / "out") as target:
        target.write("a", b"")
        with pytest.raises(CannotWrite, match="Two files would be called 'a'"):
            target.write("a", b"")
    assert left(tmp_path) == ["out/.nbannotate", "out/a"]


@pytest.mark.parametrize("name", ["out", "out.zip", "out.json"])
def test_a_folder_that_is_not_there_is_said(tmp_path, name):
    with pytest.raises(FolderMissing, match="there is no folder"), Target(tmp_path / "no" / name, ".json") as target:
        target.write("a.json", b"")
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    with Source(tmp_path / "a.zip") as source:
        assert source.members == ()
