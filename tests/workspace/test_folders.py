"""What a folder, a link or a pattern brings: images that can be decoded here, named after the path that was given."""

from __future__ import annotations

import os

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.workspace import images


def picture(path, size=(30, 20)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path)
    return path


@pytest.fixture
def version():
    return nb.open(":memory:").create_dataset("d").create_version("v")


def names(version):
    return list(version.assets.df()["name"])


def test_two_links_to_one_file_are_two_assets_with_their_own_names(version, tmp_path):
    picture(tmp_path / "blobs" / "x.jpg").rename(tmp_path / "blobs" / "9f86")
    (tmp_path / "snap").mkdir()
    for name in ("cat.jpg", "dog.jpg"):
        (tmp_path / "snap" / name).symlink_to("../blobs/9f86")
    version.add_images(tmp_path / "snap")
    assert names(version) == ["cat.jpg", "dog.jpg"]
    assert version.workspace.client.image(int(version.assets.df()["asset_id"][0]))


def test_a_linked_folder_is_entered_once_and_under_its_real_name_where_it_has_one(tmp_path):
    picture(tmp_path / "set" / "z" / "1.jpg")
    picture(tmp_path / "more" / "2.jpg")
    for link, to in (("a", "set/z"), ("b", "more"), ("c", "more"), ("loop", "set")):
        (tmp_path / "set" / link).symlink_to(tmp_path / to)
    found = [str(p.relative_to(tmp_path)) for p in images.find(tmp_path / "set").files]
    assert found == ["set/b/2.jpg", "set/z/1.jpg"]
    pattern = [str(p.relative_to(tmp_path)) for p in images.find(str(tmp_path / "set/**/*.jpg")).files]
    assert pattern == found


def test_a_path_with_dots_after_a_link_is_the_one_that_the_system_means(tmp_path):
    picture(tmp_path / "real" / "deep" / "x.jpg")
    picture(tmp_path / "real" / "y.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    assert images.find(tmp_path / "link" / ".." / "y.jpg").files == [tmp_path / "real" / "y.jpg"]


def test_a_folder_holds_neither_hidden_files_nor_what_cannot_be_decoded(version, tmp_path, capsys):
    for name in ("a.jpg", ".ipynb_checkpoints/a-checkpoint.jpg", ".thumbnails/t.jpg", "sub/.b.jpg", "sub/c.png"):
        picture(tmp_path / "i" / name)
    for name in ("model.h5", "logo.eps", "x.wmf", "notes.txt", "doc.pdf", "clip.mpg"):
        (tmp_path / "i" / name).write_bytes(b"something")
    os.mkfifo(tmp_path / "i" / "pipe.jpg")
    (tmp_path / "i" / "gone.jpg").symlink_to("nowhere.jpg")
    version.add_images(tmp_path / "i")
    assert names(version) == ["a.jpg", "sub/c.png"]
    assert "Left out: 3 hidden, " in (said := capsys.readouterr().out)
    assert "6 of other kinds" in said
    assert "2 no regular files" in said
    version.add_images(tmp_path / "i" / "sub" / ".b.jpg")  # by name it is taken
    assert len(version.assets) == 3


def test_a_folder_in_which_nothing_is_an_image_says_what_is_there(tmp_path):
    (tmp_path / "model.h5").write_bytes(b"something")
    with pytest.raises(NotFound, match="1 of other kinds"):
        images.find(tmp_path)


def test_each_file_that_cannot_be_opened_is_named_and_may_be_kept(version, tmp_path):
    picture(tmp_path / "good.jpg")
    body = picture(tmp_path / "cut.jpg", (600, 400)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(body[: len(body) // 2])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "script.png").write_bytes(b"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 10 10\n")
    with pytest.raises(InvalidInput, match="3 of 4 files") as refused:
        version.add_images(tmp_path)
    for name in ("cut.jpg", "empty.png", "script.png"):
        assert name in str(refused.value)
    version.add_images(tmp_path, bad="keep")
    sizes = version.assets.df().set_index("name")["width"].to_dict()
    assert sizes == {"good.jpg": 30, "cut.jpg": 0, "empty.png": 0, "script.png": 0}
