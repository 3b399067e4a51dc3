"""Other names, putting away and deleting: datasets, versions and assets."""

import json

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused

RECIPE = nb.Recipe(["WBC"])
FLOW = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
BOX = nb.Annotation(shapes=(nb.Shape.rectangle(1, 2, 20, 20, label="WBC"),))
#: Where rows of a version or a dataset stand.
TABLES = (
    "datasets", "versions", "version_layers", "layer_assets", "layer_heads", "assets", "annotations", "shapes",
    "campaigns", "steps", "step_members", "tasks", "member_drafts", "issues", "comments", "foreign_ids", "staged",
)  # fmt: skip


@pytest.fixture
def ws():
    workspace = nb.open(":memory:")
    workspace.members.add("ana", password="password-of-ana")
    yield workspace
    workspace.close()


@pytest.fixture
def version(ws, make_images):
    return ws.create_dataset("smears").create_version("v1").add_images(make_images(3))


@pytest.fixture
def worked(version):
    """A version of which an image was annotated by hand, and its campaign, which is completed."""
    campaign = version.create_campaign("July", RECIPE, FLOW)
    campaign.launch()
    task = version.workspace.acting("ana", "password-of-ana").work.next("July")
    task.submit(BOX.shapes, seconds=0)
    campaign.complete("enough")
    return version


def rows(ws):
    """Return how many rows there are in the tables of data."""
    execute = ws.client.dispatcher.engine._writer.execute
    return {t: n for t in TABLES if (n := execute(f"select count(*) from data.{t}").fetchone()[0])}


def last(ws):
    found = ws.events.df().iloc[-1]
    return found["operation"], json.loads(found["detail"])


# Names -----------------------------------------------------------------------------------------------------------


def test_a_dataset_and_a_version_have_another_name(ws, version):
    version.publish()
    assert version.rename("first").name == "first"
    assert version.dataset.rename("cells").name == "cells"
    assert ws.datasets["cells"].versions["first"].version_id == version.version_id
    assert last(ws) == ("datasets.rename", {"name": "cells", "before": "smears"})
    version.dataset.create_version("second")
    ws.create_dataset("smears")
    with pytest.raises(Conflict, match="'second' already"):
        version.rename("second")
    with pytest.raises(Conflict, match="'smears' already"):
        version.dataset.rename("smears")
    with pytest.raises(InvalidInput):
        version.rename(" ")
    assert version.rename("first").name == "first"


def test_an_asset_has_another_name_in_all_drafts_and_in_the_files_that_are_written(version, tmp_path):
    version.add_annotations({"img_000.png": BOX}, "model")
    version.write("coco", tmp_path / "a.json")
    version.read("coco", tmp_path / "a.json")
    child = version.create_child("v2")
    assert version.assets["img_000.png"].rename("cell.png").name == "cell.png"
    assert child.assets["cell.png"].annotation.shapes[0].label == "WBC"
    with pytest.raises(Conflict, match=r"'img_001.png' already"):
        child.assets["cell.png"].rename("img_001.png")
    child.publish()
    with pytest.raises(Refused, match="published version 'v2'"):
        version.assets["cell.png"].rename("other.png")


# Putting away ----------------------------------------------------------------------------------------------------


def test_what_is_put_away_is_listed_only_where_it_is_asked_for_and_comes_back(ws, version):
    other = version.dataset.create_version("v2")
    assert version.archive().archived is not None
    versions = version.dataset.versions
    assert ([v.name for v in versions], len(versions), versions.df()["name"].tolist()) == (["v2"], 1, ["v2"])
    assert versions.df(archived=True)["name"].tolist() == ["v1"]
    assert versions.df(archived=None)["name"].tolist() == ["v1", "v2"]
    assert versions["v1"].archive(False).archived is None
    assert len(versions) == 2
    other.dataset.archive()
    assert (list(ws.datasets), len(ws.datasets), "smears" in ws.datasets) == ([], 0, True)
    assert ws.datasets.df(archived=True)["name"].tolist() == ["smears"]
    with pytest.raises(Conflict, match="archived: True is there"):
        ws.create_dataset("smears", exist_ok=True)
    ws.datasets["smears"].archive(False)
    assert [d.name for d in ws.datasets] == ["smears"]
    with pytest.raises(InvalidInput, match="archived is True, False, or None"):
        ws.datasets.df(archived="yes")


def test_campaigns_that_are_put_away_are_not_listed_either(ws, worked):
    ws.campaigns["July"].archive()
    assert (len(ws.campaigns), ws.campaigns.df().empty) == (0, True)
    assert ws.campaigns.df(archived=True)["name"].tolist() == ["July"]
    assert ws.campaigns.df(state="archived")["name"].tolist() == ["July"]
    assert ws.campaigns["July"].archived is not None


def test_an_asset_that_is_put_away_is_not_listed_exported_or_launched(version, tmp_path, make_images):
    version.assets["img_001.png"].archive()
    assert [a.name for a in version.assets] == ["img_000.png", "img_002.png"]
    assert version.assets.df(archived=True)["name"].tolist() == ["img_001.png"]
    assert version.write("coco", tmp_path / "out.json").assets == 2
    assert version.add_images(make_images(3)).added.there == 3
    assert version.create_child("v2").assets.df(archived=True)["name"].tolist() == ["img_001.png"]
    campaign = version.create_campaign("July", RECIPE, FLOW)
    assert campaign.launch().chosen == 2
    with pytest.raises(Refused, match="open task in 'July'"):
        version.assets["img_000.png"].archive()
    version.assets["img_001.png"].archive(False)
    assert len(version.assets) == 3
    campaign.complete("enough")
    version.publish()
    with pytest.raises(Refused, match="published"):
        version.assets["img_000.png"].archive()


def test_nothing_is_put_away_or_deleted_under_a_campaign_that_runs(version):
    version.create_campaign("July", RECIPE, FLOW).launch()
    for thing in (version, version.dataset):
        for act in (thing.archive, thing.delete):
            with pytest.raises(Refused, match=r"'July' is running on it. Complete it first"):
                act()


# Deleting --------------------------------------------------------------------------------------------------------


def test_deleting_shows_first_what_would_be_lost(worked, capsys):
    before = rows(worked.workspace)
    gone = worked.delete()
    assert gone.lost["assets"] == 3
    assert (gone.lost["annotations of people"], gone.lost["tasks"], gone.lost["campaigns"]) == (1, 3, 1)
    assert "would be deleted, with 3 assets, 1 annotation of people, 1 campaign, 3 tasks." in repr(gone)
    assert "version.delete(confirm='v1')" in capsys.readouterr().out
    with pytest.raises(InvalidInput, match="not 'v2'; nothing was deleted"):
        worked.delete("v2")
    assert rows(worked.workspace) == before


def test_a_version_goes_with_all_that_is_its_own_and_leaves_no_row(worked):
    ws = worked.workspace
    assert worked.delete("v1").deleted
    assert rows(ws) == {"datasets": 1}
    operation, detail = last(ws)
    assert (operation, detail["assets"]) == ("versions.delete", 3)
    assert len(ws.events.df(operation="tasks.submit")) == 1, "events stay"
    with pytest.raises(NotFound):
        worked.publish()


def test_what_another_version_has_stays(version, ws):
    version.add_annotations({"img_000.png": BOX}, "model")
    child = version.create_child("v2")
    with pytest.raises(Refused, match="has the children 'v2'"):
        version.delete()
    child.delete("v2")
    assert (len(version.assets), len(version.shapes)) == (3, 1)
    assert rows(ws)["annotations"] == 1


def test_a_dataset_goes_with_its_versions(worked, ws):
    worked.publish().create_child("v2")
    worked.dataset.set_workers(["ana"])
    gone = worked.dataset.delete()
    assert (gone.lost["versions"], gone.lost["assets"]) == (2, 3)
    assert worked.dataset.delete("smears").deleted
    assert rows(ws) == {}


def test_an_asset_goes_out_of_a_draft_with_what_was_said_of_it(worked, ws):
    other = worked.create_child("v2")
    with pytest.raises(InvalidInput):
        worked.assets["img_000.png"].delete("img_001.png")
    gone = worked.assets["img_000.png"].delete()
    assert (gone.lost["annotations of people"], gone.lost["tasks"]) == (1, 1)
    assert worked.assets["img_000.png"].delete("img_000.png").deleted
    assert (len(worked.assets), len(worked.shapes), len(other.assets)) == (2, 0, 3)
    other.assets["img_000.png"].delete("img_000.png")
    assert rows(ws)["assets"] == 2
    with pytest.raises(Refused, match="published"):
        worked.publish().assets["img_001.png"].delete()


def test_nobody_loses_an_image_while_at_work_on_it(version):
    version.create_campaign("July", RECIPE, FLOW).launch()
    version.workspace.acting("ana", "password-of-ana").work.next("July").save(BOX)
    with pytest.raises(Refused, match=r"ana is at work on 'img_000.png' in 'July'"):
        version.assets["img_000.png"].delete()
    version.assets["img_001.png"].delete("img_001.png")
    assert len(version.assets) == 2


def test_an_import_that_was_under_way_finds_its_version_gone_and_leaves_nothing(version, ws, make_images, monkeypatch):
    from nbannotate.operations import asset_files

    check = asset_files.check

    def deleted_meanwhile(engine, files):
        version.delete("v1")
        check(engine, files)

    monkeypatch.setattr(asset_files, "check", deleted_meanwhile)
    with pytest.raises(NotFound):
        version.add_images(make_images(5)[3:])
    assert rows(ws) == {"datasets": 1}


def test_developers_rename_and_put_away_and_managers_delete(ws, version):
    ws.members.add("dev", "developer", password="password-of-dev")
    theirs = ws.acting("dev", "password-of-dev").datasets["smears"].versions["v1"]
    theirs.rename("v9").archive().archive(False)
    for thing in (theirs, theirs.dataset, theirs.assets["img_000.png"]):
        with pytest.raises(NotAllowed):
            thing.delete()
