"""Copies of versions and datasets, in the same workspace and in another one."""

import contextlib
from pathlib import Path

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput


def box(label, x=1, **more):
    return nb.Shape.rectangle(x, 2, 20.25, 20, label=label, **more)


@pytest.fixture
def ws():
    with contextlib.closing(nb.open(":memory:")) as workspace:
        yield workspace


@pytest.fixture
def version(ws, make_images):
    version = ws.create_dataset("smears", "# Blood").create_version("v1").add_images(make_images(4))
    mask = nb.Shape.polygon([(1, 1), (40, 1), (40, 40), (5, 5), (9, 5), (9, 9)], label="cat", group="g", track="7")
    version.add_annotations(
        {
            "img_000.png": nb.Annotation(shapes=(box("cat", attributes={"n": 1.5}, confidence=1 / 3), mask)),
            "img_001.png": nb.Annotation(tags=("dark",), tag_attributes={"dark": {"how": 2}}),
            "img_002.png": nb.Annotation(nothing_to_label=True),
        },
        source="model",
    )
    return version


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_copy_holds_what_the_version_holds_and_has_its_hash(version, ws, elsewhere):
    version.assets["img_003.png"].archive()
    with contextlib.closing(nb.open(":memory:")) as other:
        copy = version.clone("copy", to=other if elsewhere else None)
        assert (copy.workspace is other, copy.dataset.name, copy.name, copy.state) == (elsewhere, "copy", "v1", "draft")
        assert copy.dataset.readme == "# Blood"
        assert copy.publish().content_hash == version.publish().content_hash
        assert copy.assets["img_000.png"].path == version.assets["img_000.png"].path
        assert copy.assets["img_003.png"].archived is not None
        assert set(copy.annotations.df()["source"]) == {"smears / v1"}
        published = version.clone("again", to=other)
        assert (published.state, bool(published.verify())) == ("published", True)


def test_a_copy_without_annotations_has_the_images_alone(version):
    copy = version.clone("bare", annotations=False)
    assert (len(copy.assets), len(copy.annotations)) == (4, 0)


def test_a_whole_dataset_is_copied_with_its_lineage_and_children_share_again(version, ws, make_images):
    v2 = version.publish().create_child("v2")
    v2.add_annotations({"img_000.png": nb.Annotation(shapes=(box("dog"),))}, source="later")
    v2.assets["img_001.png"].delete("img_001.png")
    (more,) = make_images(1, folder="more")
    v2.add_images(more.rename(more.with_name("more.png")))
    bare = version.create_child("bare", annotations=False)
    bare.add_annotations({"img_003.png": nb.Annotation(shapes=(box("bird"),))}, source="later")
    v2.create_child("v3")
    with contextlib.closing(nb.open(":memory:")) as other:
        copy = version.dataset.clone("all", to=other)
        columns = ["name", "parent", "generation", "state", "assets", "content_hash"]
        assert copy.lineage.df()[columns].equals(version.dataset.lineage.df()[columns])
        for name in ("v1", "v2", "bare", "v3"):
            mine, its = version.dataset.versions[name], copy.versions[name]
            assert mine.assets.df()["name"].tolist() == its.assets.df()["name"].tolist()
            if mine.state == "draft":
                mine.publish(), its.publish()
            assert mine.content_hash == its.content_hash, name
        rows = other.client.dispatcher.engine._writer.execute("select count(*) from data.annotations").fetchone()
        assert rows == (5,), "three of v1, one each of v2 and bare"


def test_what_fails_leaves_no_copy(version, ws):
    with pytest.raises(Conflict):
        version.clone("smears")
    assert [d.name for d in ws.datasets] == ["smears"]
    with contextlib.closing(nb.open(":memory:")) as other:
        Path(version.assets["img_001.png"].path).write_bytes(b"no image any more")
        with pytest.raises(InvalidInput, match="img_001"):
            version.clone("copy", to=other)
        assert list(other.datasets) == []
