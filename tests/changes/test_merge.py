"""Merging two versions of a dataset: what each changed is there, by whom it was said, and conflicts are decided."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NbannotateError, NotAllowed, Refused
from nbannotate.rules.merging import MergeConflict
from tests.test_reprs import HOSTILE, well_shown

from . import ground


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("images")


def box(x, label="cell", **more):
    return nb.Shape.rectangle(x, 2, 10, 10, label=label, **more)


def three(folder, base, ours, theirs):
    """Return a version and two children of it, in which something else is said."""
    first = ground.version(ground.dataset(), folder, base)
    return first, ground.child(first, ours), ground.child(first, theirs)


@given(ground.said, ground.said, ground.said)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_one_side_changed_is_taken_and_whose_side_it_is_makes_no_difference(folder, before, here, there):
    base, x, y = three(folder, before, here, there)
    for ours, theirs, wanted in ((x, base, x), (base, x, x), (x, x, x)):
        merge = nb.merge(base, ours, theirs, f"m{len(base.dataset.versions)}")
        assert len(merge.conflicts) == 0
        assert ground.what(merge.version) == ground.what(wanted)
        assert len(nb.diff(merge.version, wanted)) == 0
        assert merge.version.parent_id == ours.version_id
    tried = nb.merge(base, x, y, "never", dry_run=True)
    assert tried.version is None
    assert "never" not in base.dataset.versions
    one = nb.merge(base, x, y, "one", resolve="ours")
    other = nb.merge(base, y, x, "other", resolve="theirs")
    assert len(one.conflicts) == len(other.conflicts) == len(tried.conflicts)
    assert len(nb.diff(one.version, other.version, threshold=None)) == 0
    for merge in (one, other):
        for name in ground.NAMES:
            its = merge.version.assets[name].annotation or nb.Annotation()
            assert not (its.nothing_to_label and its.shapes)


A, B = box(1, id="a"), box(20, id="b")
MOVED, NAMED = box(4, id="a"), box(1, "dust", id="a")


class TestConflicts:
    @pytest.fixture
    def versions(self, folder):
        base = {"0.png": [A, B], "1.png": [A]}
        return three(folder, base, {"0.png": [MOVED, B]}, {"0.png": [NAMED, B, box(40, id="c")], "1.png": [A, B]})

    def test_they_are_an_error_until_something_decides(self, versions):
        with pytest.raises(Conflict, match=r"1 conflicts between .* on '0\.png'.*dry_run=True.*Nothing was changed"):
            nb.merge(*versions, "m")
        assert "m" not in versions[0].dataset.versions

    def test_they_are_a_table(self, versions):
        merge = nb.merge(*versions, "m", dry_run=True)
        (row,) = merge.conflicts
        assert (row.asset, row.what, row.label, row.shape_id) == ("0.png", "changed", "cell", "a")
        assert (row.ours, row.theirs, row.ours_by, row.choice) == ("moved", "relabeled", "root", "ours")
        assert row.ours_at < row.theirs_at
        assert len(merge.conflicts.df(what="changed", asset="0.png")) == 1
        assert list(merge.conflicts.columns) == list(merge.conflicts.df().columns)
        assert merge.counts == {"joined": 1, "taken": 1}
        assert repr(merge) == "Merge(nothing written: 1 conflict)"

    @pytest.mark.parametrize(
        ("resolve", "wanted"),
        [
            ("ours", [MOVED]), ("theirs", [NAMED]), ("base", [A]), ("newest", [NAMED]),
            (lambda conflict: replace(conflict.ours, label="both of us"), [replace(MOVED, label="both of us")]),
            (lambda conflict: conflict.newest, [NAMED]),
        ],
    )  # fmt: skip
    def test_a_rule_or_a_function_decides(self, versions, resolve, wanted):
        merge = nb.merge(*versions, "m", resolve=resolve)
        drawn = {s.id: s for s in merge.version.assets["0.png"].annotation.shapes}
        assert [drawn["a"]] == wanted
        assert set(drawn) == {"a", "b", "c"}
        assert {s.id for s in merge.version.assets["1.png"].annotation.shapes} == {"a", "b"}

    def test_people_decide_in_a_campaign_that_names_them(self, versions):
        merge = nb.merge(*versions, "m", resolve="both")
        drawn = merge.version.assets["0.png"].annotation.shapes
        assert sorted(s.label for s in drawn) == ["cell", "cell", "cell", "dust"]
        ws = merge.version.workspace
        name = f"Look again {merge.version.version_id}"
        workflow = nb.Workflow([nb.Step("look", "annotation", ["root"])])
        campaign = merge.create_campaign(name, nb.Recipe(["cell", "dust"]), workflow, instructions="Be exact.")
        told = (
            "`0.png`: a shape `cell` was moved by `root` (rectangle `cell` at 4, 2) and relabeled by `root` (rectangle "
            "`dust` at 1, 2) (both are there now)"
        )
        assert told in campaign.spec.instructions
        assert campaign.spec.instructions.endswith("Be exact.")
        campaign.launch()
        task = ws.work.next(name)
        assert task.asset == "0.png"
        assert len(task.annotation.shapes) == 4
        assert len(campaign.tasks) == 1

    def test_people_decide_in_one_call(self, versions):
        flow = nb.Workflow([nb.Step("look", "annotation", ["root"])])
        tried = nb.merge(*versions, "people", resolve=flow, dry_run=True)
        assert (tried.version, tried.campaign) == (None, None)
        name = f"people {versions[0].version_id}"
        merge = nb.merge(*versions, name, resolve=flow)
        ws = merge.version.workspace
        assert merge.campaign.name == name
        task = ws.work.next(name)
        assert task.asset == "0.png"
        labels = sorted(s.label for s in task.annotation.shapes)
        assert labels.count("dust") >= 1
        task.submit([s for s in task.annotation.shapes if s.label == "dust"])
        assert {s.label for s in merge.version.assets["0.png"].annotation.shapes} == {"dust"}
        again = nb.merge(*versions, name, resolve=flow, exist_ok=True)
        assert again.campaign.campaign_id == merge.campaign.campaign_id

    def test_the_version_its_campaign_and_its_tasks_come_by_one_request(self, versions, monkeypatch):
        ws = versions[0].workspace
        before = len(ws.sql("select * from events"))
        called = []
        upload = ws.client.upload

        def counted(operation, *given, **arguments):
            called.append(operation)
            return upload(operation, *given, **arguments)

        monkeypatch.setattr(ws.client, "upload", counted)
        name = f"at once {versions[0].version_id}"
        flow = nb.Workflow([nb.Step("look", "annotation", ["root"], attribution="equal")])
        campaign = nb.merge(*versions, name, resolve=flow).campaign
        assert called == ["merges.create"]
        assert ws.sql("select operation from events order by event_id")["operation"].tolist()[before:] == [
            "merges.create", "campaigns.create", "campaigns.launch",
        ]  # fmt: skip
        assert campaign.tasks.df()[["asset", "assignee"]].to_numpy().tolist() == [["0.png", "root"]]
        assert [job.total for job in campaign.jobs] == [1]
        assert "`0.png`: a shape" in campaign.spec.instructions

    def test_conflicts_are_sent_to_people_as_a_review(self, versions):
        name = f"to review {versions[0].version_id}"
        campaign = nb.merge(*versions, name, resolve=nb.Workflow([nb.Step("look", "review", ["root"])])).campaign
        task = versions[0].workspace.work.next(name)
        assert (task.asset, task.step) == ("0.png", "look")
        assert len(task.annotation.shapes) == 4
        task.submit()
        assert campaign.state == "completed"

    @pytest.mark.parametrize("what", ["nobody works there", "the name is taken"])
    def test_a_campaign_that_cannot_be_leaves_nothing_of_the_merge(self, versions, what):
        ws, dataset = versions[0].workspace, versions[0].dataset
        login, name = ("nobody", "m3") if what.startswith("nobody") else ("root", f"taken {versions[0].version_id}")
        flow = nb.Workflow([nb.Step("look", "annotation", [login])])
        if login == "root":
            dataset.create_version("other").create_campaign(name, nb.Recipe(["cell"]), flow)
        campaigns = len(ws.campaigns)
        with pytest.raises(NbannotateError, match=r"nobody|is a campaign"):
            nb.merge(*versions, name, resolve=flow)
        assert name not in dataset.versions
        assert len(ws.campaigns) == campaigns

    def test_without_any_there_is_nothing_to_look_at(self, versions):
        base, ours, _ = versions
        merge = nb.merge(base, ours, base, "same")
        steps = nb.Workflow([nb.Step("look", "annotation", ["root"])])
        with pytest.raises(Refused, match="no conflicts"):
            merge.create_campaign("c", nb.Recipe(["cell"]), steps)
        with pytest.raises(Refused, match="Nothing was written"):
            nb.merge(*versions, "m", dry_run=True).create_campaign("c", nb.Recipe(["cell"]), steps)

    def test_the_card_is_safe(self, folder):
        base = {"0.png": [box(1, HOSTILE, id="a")]}
        versions = three(folder, base, {"0.png": [box(5, HOSTILE, id="a")]}, {"0.png": [box(1, f"{HOSTILE}2", id="a")]})
        merge = nb.merge(*versions, "m", resolve="newest")
        for thing in (merge, merge.conflicts, nb.merge(*versions, "n", dry_run=True)):
            well_shown(thing)
        well_shown(MergeConflict(HOSTILE, "tag", tag=HOSTILE))


def test_what_theirs_said_is_taken_as_said_by_who_said_it(folder):
    base = ground.version(ground.dataset(), folder, {"0.png": [A], "1.png": [A]})
    ws = base.workspace
    if "ana" not in ws.members:
        ws.members.add("ana", password="a-long-password")
    ours, theirs = ground.child(base, {}), base.create_child("theirs")
    name = f"c{theirs.version_id}"
    campaign = theirs.create_campaign(name, nb.Recipe(["cell"]), nb.Workflow([nb.Step("draw", "annotation", ["ana"])]))
    campaign.launch()
    ws.as_member("ana").work.next(name).submit(nb.Annotation(shapes=[A, B]))
    said = theirs.annotations.df(member="ana")
    merge = nb.merge(base, ours, theirs, "m")
    assert merge.counts == {"taken": 1}
    taken = merge.version.annotations.df(member="ana")
    assert (
        taken[["source", "origin", "created"]].to_numpy().tolist()
        == said[["source", "origin", "created"]].to_numpy().tolist()
    )
    assert len(merge.version.shapes) == 3
    theirs_name = theirs.name
    campaign.delete(confirm=name)
    theirs.delete(confirm=theirs_name)
    assert len(merge.version.shapes) == 3, "what was taken went with the version that it was taken from"


def test_assets_come_go_and_come_back(folder, tmp_path):
    base = ground.version(ground.dataset(), folder, {"0.png": [A], "1.png": [A]})
    ours, theirs = (base.create_child(n) for n in ("ours", "theirs"))
    (tmp_path / "9.png").write_bytes((folder / "0.png").read_bytes())
    theirs.add_images(tmp_path / "9.png")
    theirs.add_annotations({"9.png": [B]}, source="x")
    theirs.assets["0.png"].archive()
    theirs.assets["1.png"].archive()
    ours.add_annotations({"1.png": [A, B]}, source="y")
    with pytest.raises(Conflict, match=r"1\.png"):
        nb.merge(base, ours, theirs, "m")
    merge = nb.merge(base, ours, theirs, "m", resolve="ours")
    assert merge.counts == {"put_away": 1, "added": 1}
    assert sorted(a.name for a in merge.version.assets) == ["1.png", "2.png", "9.png"]
    assert [s.id for s in merge.version.assets["9.png"].annotation.shapes] == ["b"]
    gone = nb.merge(base, ours, theirs, "gone", resolve="theirs").version
    assert sorted(a.name for a in gone.assets) == ["2.png", "9.png"]
    back = nb.merge(gone, gone.create_child("g"), merge.version, "back").version
    assert sorted(a.name for a in back.assets) == ["1.png", "2.png", "9.png"]
    assert len(nb.diff(back, merge.version)) == 0
    lost = base.create_child("lost", annotations=False)
    assert len(nb.merge(base, base, lost, "l", resolve="ours").version.shapes) == 0


def test_what_cannot_be_merged_is_refused_in_a_sentence(folder):
    base, ours, theirs = three(folder, {}, {"0.png": [A]}, {"0.png": [B]})
    other = ground.version(ground.dataset(), folder, {})
    for wrong in ((other, ours, theirs), (base, ours, other)):
        with pytest.raises(InvalidInput, match="All three are versions of one dataset"):
            nb.merge(*wrong, "m")
    with pytest.raises(InvalidInput, match="merge: ours takes Version, not 'v1'"):
        nb.merge(base, "v1", theirs, "m")
    for resolve in ("mine", 3):
        with pytest.raises(InvalidInput, match="resolve is 'ours', 'theirs'"):
            nb.merge(base, ours, theirs, "m", resolve=resolve)
    with pytest.raises(Conflict, match="has a version"):
        nb.merge(base, ours, theirs, ours.name)
    crossed = three(folder, {"0.png": [A]}, {"0.png": [MOVED]}, {"0.png": [NAMED]})
    with pytest.raises(InvalidInput, match=r"0\.png: resolve must choose"):
        nb.merge(*crossed, "m", resolve=lambda conflict: None)
    with pytest.raises(InvalidInput, match=r"0\.png: .*Nothing was merged"):
        nb.merge(*crossed, "m", resolve=lambda conflict: box(500, id="a"))
    assert "m" not in crossed[0].dataset.versions


def test_an_annotator_merges_nothing(folder):
    base, ours, theirs = three(folder, {}, {}, {"0.png": [A]})
    ws = base.workspace
    if "ana" not in ws.members:
        ws.members.add("ana", password="a-long-password")
    hers = ws.as_member("ana")
    with pytest.raises(NotAllowed):
        hers.client.upload(
            "merges.create", object, b"", version_id=ours.version_id, theirs_id=theirs.version_id, name="m"
        )


def test_what_was_changed_meanwhile_is_not_merged_over(folder):
    base, ours, theirs = three(folder, {"0.png": [A]}, {"0.png": [MOVED]}, {"0.png": [NAMED]})

    def late(conflict):
        ours.add_annotations({"0.png": [box(30, id="a")]}, source="meanwhile")
        return "theirs"

    with pytest.raises(Conflict, match="was changed while they were compared; merge them again"):
        nb.merge(base, ours, theirs, "m", resolve=late)
    assert "m" not in base.dataset.versions
    assert nb.merge(base, ours, theirs, "m", resolve="theirs").version.assets["0.png"].annotation.shapes == (NAMED,)


def coco(path, images, annotations, categories):
    path.write_text(json.dumps({
        "info": {"description": path.stem},
        "images": [{"id": i, "file_name": n, "width": 64, "height": 48, "license": 1} for n, i in images.items()],
        "annotations": [
            {"id": i, "image_id": images[n], "category_id": categories[c], "bbox": b, "area": 1.5, "iscrowd": 0}
            for i, (n, c, b) in annotations.items()
        ],
        "categories": [{"id": i, "name": n, "supercategory": "s"} for n, i in categories.items()],
    }))  # fmt: skip
    return path


def test_what_files_call_the_things_of_theirs_comes_along(folder, tmp_path):
    base = ground.version(ground.dataset(), folder, {})
    names = {"0.png": 70, "1.png": 71, "2.png": 72}
    first = {1: ("0.png", "cell", [1, 2, 10, 10]), 2: ("1.png", "cell", [3, 3, 9, 9])}
    base.read(coco(tmp_path / "base.json", names, first, {"cell": 5}))
    ours, theirs = base.create_child("ours"), base.create_child("theirs")
    ours.read(coco(tmp_path / "ours.json", {"0.png": 70}, {9: ("0.png", "dust", [20, 5, 6, 6])}, {"dust": 6}))
    other = {9: ("2.png", "dust", [20, 5, 6, 6]), 11: ("2.png", "ring", [2, 5, 8, 8])}
    theirs.read(coco(tmp_path / "theirs.json", names, other, {"ring": 6, "dust": 8}))
    merged = nb.merge(base, ours, theirs, "m").version
    merged.write("coco", tmp_path / "out.json")
    out = json.loads((tmp_path / "out.json").read_text())
    assert out["info"]["description"] == "ours", "of the whole, what the nearest of ours said"
    assert {i["file_name"]: i["id"] for i in out["images"]} == names
    assert {c["name"]: c["id"] for c in out["categories"]} == {"cell": 5, "dust": 6, "ring": 9}
    label = {c["id"]: c["name"] for c in out["categories"]}
    image = {i["id"]: i["file_name"] for i in out["images"]}
    assert {a["id"]: (image[a["image_id"]], label[a["category_id"]], a["area"]) for a in out["annotations"]} == {
        2: ("1.png", "cell", 1.5),
        9: ("0.png", "dust", 1.5),
        12: ("2.png", "dust", 1.5),
        11: ("2.png", "ring", 1.5),
    }
    nb.merge(base, ours, theirs, "again").version.write("coco", tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "out.json").read_bytes()
