"""Images with just the content of another one: they are told and listed, and passed over if that is asked."""

from __future__ import annotations

import io
import os
import shutil

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.cards import card_of
from nbannotate.errors import InvalidInput
from nbannotate.workspace import duplicates


@pytest.fixture
def version():
    ws = nb.open(":memory:")
    yield ws.create_dataset("d").create_version("v1")
    ws.close()


@pytest.fixture
def images(make_images):
    """Three images, a copy of one under another name, and one that has its size and another content."""
    paths = make_images(3)
    folder = paths[0].parent
    shutil.copy(paths[1], folder / "copy.png")
    (folder / "other.bmp").write_bytes(bitmap("red"))
    (folder / "third.bmp").write_bytes(bitmap("blue"))
    return folder


def bitmap(color, size=(200, 150)):
    """An image of which all of one size have as many bytes, more than are looked at first."""
    body = io.BytesIO()
    Image.new("RGB", size, color).save(body, "BMP")
    assert len(body.getvalue()) > duplicates.BEGINNING
    return body.getvalue()


def pairs(version):
    table = version.duplicates()
    return dict(zip(table["asset"], table["same_as"], strict=True))


def test_a_copy_comes_in_and_is_told(version, images, capsys):
    added = version.add_images(images).added
    assert (added.assets, added.duplicates, added.passed_over) == (6, {"img_001.png": "copy.png"}, {})
    assert "1 of them show just what another image does (version.duplicates() lists them)" in capsys.readouterr().out
    assert "version.duplicates()" in card_of(added).html()


def test_a_folder_that_is_added_again_has_nothing_new_and_no_duplicates(version, images):
    version.add_images(images)
    for how in ("keep", "skip"):
        assert version.add_images(images, duplicates=how).added == nb.model.Added(there=6)


def test_names_stand_side_by_side(version, images):
    version.add_images(images)
    table = version.duplicates()
    assert table.columns.tolist() == [
        "asset", "same_as", "path", "same_path", "bytes", "asset_id", "same_asset_id"
    ]  # fmt: skip
    ids = version.assets.df().set_index("name")["asset_id"]
    assert table.to_dict("records") == [
        {
            "asset": "img_001.png", "same_as": "copy.png", "path": str(images / "img_001.png"),
            "same_path": str(images / "copy.png"), "bytes": (images / "copy.png").stat().st_size,
            "asset_id": ids["img_001.png"], "same_asset_id": ids["copy.png"],
        }
    ]  # fmt: skip
    before = version.workspace.sql("select max(event_id) as n from events")["n"][0]
    assert version.publish().duplicates().equals(table)
    assert version.workspace.sql("select count(*) as n from events where event_id > $1", [before])["n"][0] == 1


def test_no_duplicates_are_an_empty_table_with_its_columns(version, make_images):
    assert version.duplicates().empty
    table = version.add_images(make_images(3)).duplicates()
    assert table.empty
    assert table.columns[:2].tolist() == ["asset", "same_as"]


def test_they_are_passed_over_if_that_is_asked_and_again(version, images, capsys):
    added = version.add_images(images, duplicates="skip").added
    assert (added.assets, added.duplicates, added.passed_over) == (5, {}, {"img_001.png": "copy.png"})
    assert "1 show what another image does and were passed over (img_001.png: copy.png)" in capsys.readouterr().out
    assert "img_001.png" not in version.assets
    assert version.duplicates().empty
    again = version.add_images(images, duplicates="skip").added
    assert again == nb.model.Added(there=5, passed_over={"img_001.png": "copy.png"})
    assert version.add_images(images).added.duplicates == {"img_001.png": "copy.png"}  # nothing of it is kept


def test_what_comes_later_is_compared_with_what_is_there(version, make_images, tmp_path):
    paths = make_images(3)
    version.add_images(paths[0].parent)
    for path in paths:
        shutil.copy(path, tmp_path / f"later {path.name}")
    Image.new("RGB", (30, 20)).save(tmp_path / "new.png")
    later = [*tmp_path.glob("later *"), tmp_path / "new.png"]
    added = version.add_images(later, {"new.png": {"site": "Bern"}}, duplicates="skip").added
    assert (added.assets, len(added.passed_over)) == (1, 3)
    assert version.metadata("new.png") == {"site": "Bern"}
    version.assets["img_000.png"].archive()
    assert version.add_images(later, duplicates="skip").added.assets == 0  # it is in the version all the same


def test_only_files_of_one_size_are_opened_and_read_on_only_where_they_begin_alike(tmp_path):
    body = bitmap("red")
    bodies = {
        "alone": b"a", "begins": body, "ends otherwise": body[:-1] + b"x", "ends so, too": body[:-1] + b"x",
        "another": b"z" * len(body), "longer": body + b"x",
    }  # fmt: skip
    for name, content in bodies.items():
        (tmp_path / name).write_bytes(content)
    asked = [duplicates.Image(name, str(tmp_path / name), len(content)) for name, content in bodies.items()]
    (tmp_path / "alone").unlink()
    assert duplicates.same(asked) == {"ends so, too": "ends otherwise"}
    (tmp_path / "ends otherwise").unlink()  # what cannot be read is like nothing
    assert duplicates.same(asked) == {}


def test_two_links_to_a_file_and_files_without_an_image(version, make_images, tmp_path):
    [path] = make_images(1)
    os.link(path, path.with_name("hard.png"))
    path.with_name("soft.png").symlink_to(path)
    for name in ("empty.png", "empty too.png"):
        path.with_name(name).touch()
    version.add_images(path.parent, bad="keep")
    assert pairs(version) == {"img_000.png": "hard.png", "soft.png": "hard.png"}


def test_frames_are_the_same_as_those_of_a_copy_of_their_file(version, tmp_path):
    folder = tmp_path / "stacks"
    folder.mkdir()
    pages = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    pages[0].save(folder / "a.tif", save_all=True, append_images=pages[1:])
    shutil.copy(folder / "a.tif", folder / "b.tif")
    version.add_images(folder)
    assert pairs(version) == {"b.tif#1": "a.tif#1", "b.tif#2": "a.tif#2"}


def test_a_file_that_took_the_place_of_another_one_counts_as_it_is_now(version, make_images, tmp_path):
    version.add_images(make_images(3))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paths = make_images(3)
    shutil.copy(paths[0], elsewhere / "img_001.png")  # another content under a name that is there
    shutil.copy(paths[0], elsewhere / "more 0.png")
    shutil.copy(paths[1], elsewhere / "more 1.png")  # what it was before
    added = version.add_images(elsewhere, on_conflict="replace", duplicates="skip").added
    assert (added.assets, added.replaced, added.passed_over) == (1, 1, {"more 0.png": "img_000.png"})
    assert pairs(version) == {"img_001.png": "img_000.png"}


def test_a_name_that_is_there_is_an_error_first(version, make_images, tmp_path):
    paths = make_images(2)
    version.add_images(paths[0].parent)
    shutil.copy(paths[0], tmp_path / "img_001.png")
    with pytest.raises(nb.errors.Conflict, match=r"img_001\.png"):
        version.add_images(tmp_path / "img_001.png", duplicates="skip")


def test_another_word_is_refused_before_anything_is_read(version):
    with pytest.raises(InvalidInput, match="duplicates must be one of 'keep', 'skip', not 'drop'"):
        version.add_images("nothing/*.png", duplicates="drop")


def test_a_data_set_that_is_read_says_them_in_the_same_way(version, images):
    coco = images / "annotations.json"
    version.dataset.create_version("other").add_images(images).write("coco", coco)
    reading = version.read(coco, images="reference")
    assert reading.added == 6
    assert [(left.count, left.first) for left in reading.left_out if "show just" in left.reason] == [
        (1, "img_001.png: copy.png")
    ]
    assert pairs(version) == {"img_001.png": "copy.png"}


def test_a_data_set_is_read_without_them_if_that_is_asked(version, images):
    coco = images / "annotations.json"
    other = version.dataset.create_version("other").add_images(images)
    shape = nb.Shape(kind="rectangle", points=((1, 2), (30, 40)), label="cell")
    said = {name: nb.Annotation(shapes=(shape,)) for name in ("copy.png", "img_001.png", "third.bmp")}
    other.add_annotations(said, source="hand")
    other.write("coco", coco)
    reading = version.read(coco, images="reference", missing="error", duplicates="skip")
    assert (reading.added, reading.assets) == (5, 2)
    assert [(left.count, left.reason, left.first) for left in reading.left_out] == [
        (1, "they show just what another image does", "img_001.png: copy.png")
    ]
    assert pairs(version) == {}
    assert set(version.shapes.df()["asset"]) == {"copy.png", "third.bmp"}
    with pytest.raises(InvalidInput, match="duplicates"):
        version.read(coco, duplicates="drop")
