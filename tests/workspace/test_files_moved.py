"""Folders that moved: where the files are now is said once for all of them; files that changed are listed."""

import json

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.errors import FileMissing, NotAllowed, NotFound, Refused


@pytest.fixture
def version(make_images):
    ws = nb.open(":memory:")
    yield ws.create_dataset("d").create_version("v1").add_images(make_images(3))
    ws.close()


@pytest.fixture
def before(tmp_path):
    return tmp_path / "images"


@pytest.fixture
def after(version, before, tmp_path):
    """The folder where the images are now."""
    return before.rename(tmp_path / "moved")


def paths(version):
    return version.assets.df(archived=None)["path"].tolist()


def test_all_files_are_where_they_were(version):
    found = version.check_files()
    assert found.empty
    assert list(found) == ["asset", "problem", "path", "bytes", "bytes_now", "asset_id"]


def test_files_that_are_not_as_they_were_are_listed_with_what_is_wrong(version, before):
    (before / "img_000.png").unlink()
    size = (before / "img_001.png").stat().st_size
    (before / "img_001.png").write_bytes(b"another file")
    (before / "img_002.png").unlink()
    (before / "img_002.png").mkdir()
    found = version.check_files().set_index("asset")
    assert found["problem"].to_dict() == {
        "img_000.png": "missing", "img_001.png": "changed", "img_002.png": "unreadable",
    }  # fmt: skip
    assert (found.loc["img_001.png", "bytes"], found.loc["img_001.png", "bytes_now"]) == (size, 12)


def test_an_image_whose_file_is_gone_says_how_to_say_where_it_is(version, after):
    asset = version.assets["img_000.png"]
    with pytest.raises(FileMissing, match=r"version.relocate\(old, new\)"):
        version.workspace.client.image(asset.asset_id)


def test_a_folder_that_moved_is_followed_and_the_cell_runs_twice(version, before, after):
    child = version.create_child("v2")
    version.publish()
    assert child.relocate(before, f"{after}/") == 3
    assert paths(version) == paths(child) == [str(after / f"img_{i:03}.png") for i in range(3)]
    assert version.check_files().empty
    event = version.workspace.events.df(operation="assets.relocate")
    assert json.loads(event["detail"].iloc[0])["assets"] == 3
    assert child.relocate(before, after) == 0
    assert len(version.workspace.events.df(operation="assets.relocate")) == 1


def test_it_is_all_or_nothing(version, before, after):
    (after / "img_001.png").unlink()
    (after / "img_002.png").write_bytes(b"another file")
    was = paths(version)
    with pytest.raises(Refused, match=r"2 of 3 files .*img_001.png is missing; .*img_002.png is changed: 12 bytes"):
        version.relocate(before, after)
    assert paths(version) == was
    assert version.relocate(before, after, check=False) == 3
    assert version.check_files()["problem"].tolist() == ["missing", "changed"]


def test_only_whole_names_of_folders_are_meant(version, before, after):
    with pytest.raises(NotFound, match="all of them are below"):
        version.relocate(str(before)[:-2], after)
    assert version.relocate(before / "img_000.png", after / "img_000.png") == 1
    assert version.check_files()["asset"].tolist() == ["img_001.png", "img_002.png"]


def test_the_pages_of_a_file_move_together(tmp_path):
    pages = [Image.new("L", (20, 10), 50 * i) for i in range(3)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    version = nb.open(":memory:").create_dataset("d").create_version("v1").add_images(tmp_path / "stack.tif")
    (tmp_path / "stack.tif").rename(tmp_path / "other.tif")
    assert version.relocate(tmp_path / "stack.tif", tmp_path / "other.tif") == 3
    assert version.check_files().empty
    assert paths(version)[0].startswith(str(tmp_path / "other.tif#frame="))


def test_no_path_leads_to_the_workspace_itself(tmp_path, make_images):
    ws = nb.open(tmp_path / "w.duckdb")
    version = ws.create_dataset("d").create_version("v1").add_images(make_images(1))
    for check in (True, False):
        with pytest.raises(NotAllowed, match="belongs to the workspace itself"):
            version.relocate(tmp_path / "images" / "img_000.png", tmp_path / "w.duckdb", check=check)
    assert version.check_files().empty
    ws.close()
    end_owner(tmp_path / "w.duckdb")


def test_a_viewer_says_it_in_place_of_the_image_and_goes_on(version, before):
    (before / "img_001.png").unlink()
    viewer = nb.Viewer(version)
    viewer.next()
    assert "is not where it was" in viewer._line.value
    viewer.next()
    assert viewer.name == "img_002.png"
    assert "is not where it was" not in viewer._line.value
    viewer.close()
