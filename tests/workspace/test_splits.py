"""What a person sees who deals a version into parts for training and tests."""

from __future__ import annotations

import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, NotFound, Refused
from nbannotate.operations import splits
from nbannotate.workspace.metadata import given


@pytest.fixture
def version(tmp_path):
    """Forty images in four folders, thirty of them with a patient."""
    for i in range(40):
        (tmp_path / f"f{i % 4}").mkdir(exist_ok=True)
        Image.new("RGB", (40, 30)).save(tmp_path / f"f{i % 4}" / f"{i}.png")
    metadata = {f"f{i % 4}/{i}.png": {"patient": f"p{i // 3}"} for i in range(30)}
    ws = nb.open(":memory:")
    yield ws.create_dataset("d").create_version("v").add_images(tmp_path, metadata)
    ws.close()


def split_of(version):
    return version.assets.df().set_index("name")["split"]


def test_a_split_is_kept_and_the_same_seed_gives_it_again(version):
    table = version.split(seed=3)
    assert table.df()[["split", "assets"]].to_numpy().tolist() == [["train", 32], ["val", 4], ["test", 4]]
    assert table["train"].share == 0.8
    assert version.assets["f0/0.png"].split == split_of(version)["f0/0.png"]
    first = split_of(version)
    events = len(version.workspace.events)
    version.split(seed=3)
    assert len(version.workspace.events) == events, "nothing changed"
    assert (split_of(version) == first).all()
    version.split(seed=4)
    assert (split_of(version) != first).any()
    (said,) = [e for e in version.workspace.events if e.operation == "splits.set"][-1:]
    assert said.detail["splits"] == {"train": 32, "val": 4, "test": 4}
    assert said.detail["how"]["seed"] == 4
    assert str(table.how) == "train 0.8, val 0.1, test 0.1, each sequence whole, seed 4"


@pytest.mark.parametrize("by", ["folder", "patient", "metadata.patient"])
def test_what_belongs_together_stays_together(version, by):
    version.split(by=by)
    rows = version.assets.df()
    column = "folder" if by == "folder" else "metadata.patient"
    assert (rows.dropna(subset=[column]).groupby(column)["split"].nunique() == 1).all()
    assert set(rows["split"]) == {"train", "val", "test"}


def test_frames_of_a_sequence_stay_together_unless_asked_otherwise(tmp_path):
    for name in ("a", "b", "c", "d"):
        pages = [Image.new("L", (20, 10)) for _ in range(6)]
        pages[0].save(tmp_path / f"{name}.tif", save_all=True, append_images=pages[1:])
    version = nb.open(":memory:").create_dataset("d").create_version("v").add_images(tmp_path)
    version.split(0.5, 0.25, 0.25)
    rows = version.assets.df()
    assert (rows.groupby("sequence")["split"].nunique() == 1).all()
    assert rows["split"].value_counts().to_dict() == {"train": 12, "val": 6, "test": 6}
    version.split(by=None)
    assert version.assets.df().groupby("sequence")["split"].nunique().max() > 1


def test_labels_are_spread(version):
    names = list(version.assets.df()["name"])
    rare = {name: [nb.Shape.rectangle(1, 1, 9, 9, label="rare")] for name in names[:10]}
    version.add_annotations(rare, source="a model")
    version.add_annotations({n: nb.Annotation(tags=["dark"]) for n in names[10:20]}, source="a model")
    version.split(stratify=["label", "tag", "folder"])
    assert version.shapes.df().merge(version.assets.df()[["asset_id", "split"]])["split"].value_counts().to_dict() == {
        "train": 8, "val": 1, "test": 1,
    }  # fmt: skip
    tagged = split_of(version)[names[10:20]].value_counts().to_dict()
    assert tagged == {"train": 8, "val": 1, "test": 1}


def test_new_images_join_what_was_dealt(version, tmp_path):
    version.split()
    before = split_of(version)
    for i in range(40, 60):
        Image.new("RGB", (40, 30)).save(tmp_path / "f0" / f"{i}.png")
    version.add_images(tmp_path)
    assert len(version.assets.df(split=None)) == 20
    version.split(keep=True)
    assert (split_of(version)[before.index] == before).all()
    assert version.splits.df()["assets"].tolist() == [48, 6, 6]


def test_splits_are_said_by_hand(version):
    assert version.set_split("f0/0.png", "test") == 1
    assert version.set_split(["f0/4.png", version.assets["f0/8.png"].asset_id], "train") == 2
    assert version.set_split({"f0/0.png": "holdout", "f1/1.png": "train"}) == 2
    assert version.set_split(pd.DataFrame({"asset": ["f0/0.png", "f1/1.png"], "split": ["holdout", None]})) == 1
    assert version.set_split(pd.Series({"f0/0.png": "holdout"})) == 0
    assert version.splits.df()[["split", "assets"]].to_numpy().tolist() == [["train", 2], ["holdout", 1]]
    assert version.splits.how is None
    assert "37 assets are in no split" in version.splits._repr_markdown_()
    assert version.set_split(version.assets.df().assign(split="train")) == 38


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda v: v.split(train=0.9), InvalidInput, "train=0.9, val=0.1, test=0.1 are 1.1 together"),
        (lambda v: v.split(train="most"), InvalidInput, "train takes a share"),
        (lambda v: v.split(by="patent"), InvalidInput, "did you mean 'patient'"),
        (lambda v: v.split(stratify="labels"), InvalidInput, "did you mean 'label'"),
        (lambda v: v.set_split("f0/0.png", " "), InvalidInput, "no name of a split"),
        (lambda v: v.set_split({"f0/0.png": 3}), InvalidInput, "is a word"),
        (lambda v: v.set_split("no such.png", "test"), NotFound, "no such.png"),
        (lambda v: v.set_split(pd.DataFrame({"asset": ["f0/0.png"] * 2, "split": "x"})), InvalidInput, "two rows"),
        (lambda v: v.set_split(pd.DataFrame({"asset": ["f0/0.png"], "spilt": "x"})), InvalidInput, "did you mean"),
        (lambda v: v.publish().split(), Refused, "published"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(version, call, error, words):
    version.set_split("f1/1.png", "val")
    with pytest.raises(error, match=words):
        call(version)
    assert version.splits.df()[["split", "assets"]].to_numpy().tolist() == [["val", 1]]


def test_a_child_has_the_splits_of_its_parent_until_it_says_otherwise(version):
    version.split()
    child = version.create_child("child")
    before = split_of(version)
    assert (split_of(child) == before).all()
    version.set_split("f0/0.png", "later")
    assert (split_of(child) == before).all(), "what the parent says later is its own"
    child.split(seed=9)
    assert split_of(version)["f0/0.png"] == "later"
    child.delete("child")
    assert split_of(version)["f0/0.png"] == "later"
    version.delete("v")
    assert version.workspace.client.dispatcher.engine._writer.execute(
        "select count(*) from data.splits"
    ).fetchone() == (0,)


def test_assets_that_are_put_away_are_not_dealt(version):
    version.assets["f0/0.png"].archive()
    version.split()
    assert version.splits.df()["assets"].sum() == 39
    assert version.assets["f0/0.png"].split is None


def test_an_annotator_does_not_deal(version):
    ws = version.workspace
    hers = ws.acting(ws.members.add("ana"))
    with pytest.raises(NotAllowed, match=r"splits\.set is for"):
        hers.client.upload("splits.set", int, b"", version_id=version.version_id)


def test_splits_are_asked_in_sql_and_are_no_metadata(version):
    version.split()
    found = version.workspace.sql("select split, count(*) as n from splits group by 1 order by 2 desc")
    assert found["n"].tolist() == [32, 4, 4]
    assert "split" not in given(version.assets.df()).columns


def test_splits_of_a_file_come_in_with_what_else_it_says_or_not_at_all(version, tmp_path_factory, monkeypatch):
    version.add_annotations({"f0/0.png": nb.Annotation(tags=["a"])}, "hand")
    version.split(seed=3)
    file = tmp_path_factory.mktemp("out") / "whole.parquet"
    version.write("parquet", file)
    other = version.dataset.create_version("other")
    other.add_images([version.assets[n].path for n in version.assets.df()["name"]])
    names = ("assets", "annotations", "foreign_ids", "splits")

    def rows():
        asks = (f"select count(*) as n from {name} where version_id = $1" for name in names)
        return [int(version.workspace.sql(ask, [other.version_id])["n"][0]) for ask in asks]

    def fails(*_):
        raise Refused("no splits today")

    with monkeypatch.context() as broken:
        broken.setattr(splits, "take", fails)
        with pytest.raises(Refused, match="today"):
            other.read(file)
    assert rows() == [40, 0, 0, 0], "what fails last leaves nothing of what came before"
    before = len(version.workspace.events)
    other.read(file)
    done = [e.operation for e in version.workspace.events][before:]
    assert done == ["metadata.set", "annotations.add", "splits.set", "imports.add"]
    assert split_of(other).to_dict() == split_of(version).to_dict()
    stored = version.workspace.client.dispatcher.engine._writer.execute
    other.read(file)
    assert stored("select count(*) from data.splits").fetchone() == (80,), "nothing is left of what was so already"
    assert stored("select count(*) from data.staged").fetchone() == (0,)
