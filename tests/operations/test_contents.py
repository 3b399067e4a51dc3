"""A published version keeps a hash of what it holds, and says whether it holds that still."""

import contextlib

import pytest

import nbannotate as nb
from nbannotate.errors import NotFound, Refused


@pytest.fixture
def ws():
    with contextlib.closing(nb.open(":memory:")) as workspace:
        yield workspace


@pytest.fixture
def version(ws, make_images):
    version = ws.create_dataset("smears").create_version("v1").add_images(make_images(3))
    boxes = [nb.Shape.rectangle(1, 2, 20, 20, label="cat", id="a"), nb.Shape.rectangle(3, 2, 9, 9, label="dog", id="b")]
    version.add_annotations({"img_000.png": boxes, "img_001.png": nb.Annotation(tags=("dark",))}, source="model")
    return version


def run(ws, statement):
    """Change the file behind the workspace's back."""
    ws.client.dispatcher.engine._writer.execute(statement)


def test_a_draft_has_no_hash_and_a_published_one_holds_what_it_held(version):
    assert version.content_hash is None
    with pytest.raises(Refused, match="draft"):
        version.verify()
    version.publish()
    assert len(version.content_hash) == 64
    told = version.verify()
    assert (told.ok, bool(told), told.differs) == (True, True, ())
    assert repr(told) == "The version 'v1' is as it was published: 3 assets, 2 annotations, 2 shapes."
    assert version.dataset.versions.df()["content_hash"].tolist() == [version.content_hash]


def test_what_may_change_makes_no_difference(version, ws):
    version.publish()
    version.rename("first")
    version.set_metadata({"img_000.png": {"site": "Bern"}})
    assert version.verify()


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("update data.shapes set points = '[[1.0,2.0],[21.0,22.5]]' where shape_id = 'a'", "shapes"),
        ("update data.shapes set label = 'bird' where shape_id = 'b'", "shapes"),
        ("delete from data.shapes where shape_id = 'b'", "shapes"),
        ("update data.annotations set tags = '[]' where tags <> '[]'", "annotations"),
        ("update data.assets set bytes = bytes + 1 where name = 'img_002.png'", "assets"),
        ("delete from data.layer_assets where position = 2", "assets"),
    ],
)
def test_what_is_changed_in_the_file_is_found(version, ws, statement, part):
    version.publish()
    run(ws, statement)
    told = version.verify()
    assert (told.ok, told.differs) == (False, (part,))
    assert f"these differ: {part} (" in repr(told)


def test_the_hash_is_of_what_is_shown_and_not_of_how_it_came(version, ws):
    child = version.create_child("v2")
    child.add_annotations({"img_001.png": nb.Annotation(tags=("light",))}, source="other")
    other = child.create_child("v3")
    other.add_annotations({"img_001.png": nb.Annotation(tags=("dark",))}, source="third")
    hashes = [v.publish().content_hash for v in (version, child, other)]
    assert hashes[0] == hashes[2] != hashes[1]


def test_a_version_that_was_published_without_a_hash_says_so(version, ws):
    version.publish()
    run(ws, "delete from data.contents")
    with pytest.raises(NotFound, match="before hashes were kept"):
        version.verify()
