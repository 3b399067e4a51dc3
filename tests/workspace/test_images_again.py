"""Images whose names are there already: an error, passed over, or in the place of the file that was there."""

import json
import shutil

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, Refused

BOX = nb.Annotation(shapes=(nb.Shape(kind="rectangle", points=((1, 2), (20, 30)), label="WBC"),))


@pytest.fixture
def version(make_images):
    ws = nb.open(":memory:")
    yield ws.create_dataset("d").create_version("v1").add_images(make_images(3))
    ws.close()


@pytest.fixture
def elsewhere(make_images, tmp_path):
    """Other files: two with names that are there, and a new one."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for path in make_images(4)[1:]:
        shutil.copy(path, folder)
    return folder


def paths(version):
    return version.assets.df().set_index("name")["path"]


def test_a_name_that_is_there_is_an_error_and_nothing_comes_in(version, elsewhere):
    with pytest.raises(Conflict, match="on_conflict='skip'"):
        version.add_images(elsewhere)
    assert len(version.assets.df()) == 3


def test_it_is_passed_over_and_counted(version, elsewhere, capsys):
    before = paths(version)
    added = version.add_images(elsewhere, on_conflict="skip").added
    assert (added.assets, added.skipped, added.there, added.replaced) == (1, 2, 0, 0)
    assert "1 image is new; 2 have the name of another file there and were passed over." in capsys.readouterr().out
    assert paths(version)[before.index].equals(before)
    assert version.add_images(elsewhere, on_conflict="skip").added == nb.model.Added(there=1, skipped=2)


def test_its_asset_has_the_new_file_and_keeps_what_was_said_of_it(version, elsewhere):
    version.set_metadata("img_001.png", {"site": "Bern"})
    version.add_annotations({"img_001.png": BOX}, "model")
    ids = version.assets.df().set_index("name")["asset_id"]
    added = version.add_images(elsewhere, {"img_001.png": {"stain": "none"}}, on_conflict="replace").added
    assert (added.assets, added.replaced) == (1, 2)
    assert paths(version)["img_001.png"] == str(elsewhere / "img_001.png")
    assert version.assets.df().set_index("name")["asset_id"][ids.index].equals(ids)
    assert version.metadata("img_001.png") == {"site": "Bern", "stain": "none"}
    assert len(version.shapes.df()) == 1
    assert version.add_images(elsewhere, on_conflict="replace").added == nb.model.Added(there=3)
    event = version.workspace.sql("select detail from events where operation = 'assets.replace'")["detail"]
    assert json.loads(event[0])["assets"] == 2


def test_a_file_that_was_changed_where_it_lies_is_measured_again(version):
    path = paths(version)["img_000.png"]
    Image.new("RGB", (100, 80)).save(path)
    assert version.add_images(path, on_conflict="skip").added.there == 1
    assert version.add_images(path, on_conflict="replace").added.replaced == 1
    assert version.assets.df()["width"].tolist() == [100, 64, 64]


def test_shapes_of_another_size_and_published_assets_are_left_as_they_are(version, elsewhere):
    version.add_annotations({"img_001.png": BOX}, "model")
    Image.new("RGB", (100, 80)).save(elsewhere / "img_001.png")
    with pytest.raises(Refused, match=r"'img_001.png' have shapes"):
        version.add_images(elsewhere, on_conflict="replace")
    child = version.publish().create_child("v2")
    with pytest.raises(Refused, match="published version 'v1'"):
        child.add_images(elsewhere, on_conflict="replace")
    assert len(child.assets.df()) == 3


def test_what_people_have_worked_on_keeps_the_file_that_they_saw(team, elsewhere):
    t = team(3)
    before = paths(t.version)
    work = t.workspace.acting("ana", t.passwords["ana"]).work
    work.next("July").submit(BOX.shapes, seconds=0)
    work.next("July").save(BOX)
    with pytest.raises(Refused, match=r"People have worked on 'img_001.png'"):
        t.version.add_images(elsewhere, on_conflict="replace")
    assert paths(t.version).equals(before)


def test_rows_of_metadata_that_fit_no_image_are_an_error_or_counted(make_images):
    version = nb.open(":memory:").create_dataset("d").create_version("v1")
    metadata = {"img_000.png": {"site": "Bern"}, "img_900.png": {"site": "Basel"}}
    with pytest.raises(InvalidInput, match="missing='skip'"):
        version.add_images(make_images(2), metadata)
    assert version.add_images(make_images(2), metadata, missing="skip").added.missing == 1
    assert version.metadata("img_000.png") == {"site": "Bern"}
