"""A chain of calls that fails leaves nothing behind, and takes nothing from anybody else."""

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NbannotateError, NotFound

RECIPE = nb.Recipe(["WBC"])


@pytest.fixture
def ws():
    workspace = nb.open(":memory:")
    workspace.members.add("ana", password="password-of-ana")
    yield workspace
    workspace.close()


def there(ws):
    """Return the datasets and versions that there are."""
    return ws.sql("select name from datasets order by 1")["name"].tolist(), ws.sql("select name from versions")[
        "name"
    ].tolist()


def test_a_wrong_pattern_at_the_end_of_the_chain_leaves_nothing_and_says_so(ws, make_images):
    folder = make_images(3)[0].parent
    with pytest.raises(NotFound, match="No image matches") as caught:
        ws.create_dataset("x").create_version("v1").add_images(folder / "wrong" / "*.png")
    assert "dataset 'x' and its version 'v1'" in caught.value.__notes__[0]
    assert there(ws) == ([], [])
    assert ws.sql("select count(*) as n from events where operation = 'datasets.take_back'")["n"][0] == 1
    version = ws.create_dataset("x").create_version("v1").add_images(folder / "*.png")
    assert there(ws) == (["x"], ["v1"])
    with pytest.raises(NotFound):
        version.add_images(folder / "wrong" / "*.png")
    assert there(ws) == (["x"], ["v1"]), "it has images"


def test_whatever_fails_first_takes_back_what_is_empty(ws, tmp_path):
    with pytest.raises(InvalidInput):
        ws.create_dataset("x").create_version("")
    for fails in (
        lambda v: v.read("coco", tmp_path / "none.json"),
        lambda v: v.add_annotations({"a.png": nb.Annotation(nothing_to_label=True)}, "model"),
        lambda v: v.create_campaign("July", RECIPE, nb.Workflow([nb.Step("draw", "annotation", ["nobody"])])),
    ):
        with pytest.raises(NbannotateError):
            fails(ws.create_dataset("x").create_version("v1"))
        assert there(ws) == ([], [])


def test_an_interrupted_cell_leaves_nothing_either(ws, make_images, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("nbannotate.workspace.images.measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ws.create_dataset("x").create_version("v1").add_images(make_images(1))
    assert there(ws) == ([], [])


def test_a_handle_that_was_kept_goes_on_after_the_failure(ws, make_images):
    dataset = ws.create_dataset("x", "# Read me")
    version = dataset.create_version("v1")
    for _ in range(2):
        with pytest.raises(NotFound):
            version.add_images("wrong/*.png")
        assert there(ws) == ([], [])
    version.add_images(make_images(2))
    assert there(ws) == (["x"], ["v1"])
    assert ws.sql("select readme from datasets")["readme"][0] == "# Read me"
    assert len(version.assets) == 2
    assert dataset.create_version("v2").dataset.dataset_id == version.dataset.dataset_id


def test_what_was_there_before_the_chain_stays(ws):
    dataset = ws.create_dataset("x")
    dataset.create_version("v1")
    with pytest.raises(NotFound):
        dataset.create_version("v2").add_images("wrong/*.png")
    assert there(ws) == (["x"], ["v1"])
    with pytest.raises(NotFound):
        ws.create_dataset("x", exist_ok=True).create_version("v1", exist_ok=True).add_images("wrong/*.png")
    assert there(ws) == (["x"], ["v1"])


def test_what_another_notebook_has_been_given_or_has_filled_stays(ws, make_images):
    mine = ws.create_dataset("x").create_version("v1")
    other = ws.create_dataset("x", exist_ok=True).create_version("v1", exist_ok=True)
    with pytest.raises(NotFound):
        mine.add_images("wrong/*.png")
    other.add_images(make_images(1))
    assert there(ws) == (["x"], ["v1"])

    mine = ws.create_dataset("y").create_version("v1")
    ws.datasets["y"].versions["v1"].add_images(make_images(1))
    with pytest.raises(NotFound) as caught:
        mine.add_images("wrong/*.png")
    assert not getattr(caught.value, "__notes__", [])
    assert there(ws)[0] == ["x", "y"]


def test_nobody_takes_back_what_somebody_else_has_just_created(ws):
    ws.create_dataset("x")
    with pytest.raises(NotFound):
        ws.datasets["x"].create_version("v1").add_images("wrong/*.png")
    assert there(ws) == (["x"], [])
    with pytest.raises(Conflict):
        ws.create_dataset("x").create_version("v1")
    assert there(ws) == (["x"], [])


def test_a_child_is_not_empty(ws, make_images):
    version = ws.create_dataset("x").create_version("v1").add_images(make_images(1))
    with pytest.raises(NotFound):
        version.create_child("v2").add_images("wrong/*.png")
    assert there(ws)[1] == ["v1", "v2"]
