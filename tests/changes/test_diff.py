"""What differs between two versions: recounted by a loop, in the same dataset, in others, and against shapes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.rules.compare import HOWS, compare
from tests.test_reprs import HOSTILE, well_shown

from . import ground


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("images")


def box(x, label="cell", **more):
    return nb.Shape.rectangle(x, 2, 10, 10, label=label, **more)


def versions(folder, before, after):
    first = ground.version(ground.dataset(), folder, before)
    return first, ground.child(first, after)


def recounted(a, b, threshold):
    """Return what differs, image by image and shape by shape."""
    found = Counter()
    for name in ground.NAMES:
        was, now = ((v.assets[name].annotation or nb.Annotation()) for v in (a, b))
        its = compare(was, now, threshold)
        found.update((name, how, c.shape.label, c.shape.id) for c in its.shapes for how in c.how)
        found.update((name, "tag_added", None, None) for _ in its.tags_added)
        found.update((name, "tag_removed", None, None) for _ in its.tags_removed)
        found.update((name, "tag_attributes", None, None) for _ in its.tags_changed)
        found.update([(name, "nothing_to_label", None, None)] if its.nothing is not None else [])
    return found


@given(ground.said, ground.said, st.sampled_from([None, 0.3, 0.5, 1.0]))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_what_a_loop_over_all_images_finds(folder, before, after, threshold):
    a, b = versions(folder, before, after)
    diff = nb.diff(a, b, threshold=threshold)
    rows = diff.df()
    found = Counter((r.asset, r.change, r.label, r.shape_id) for r in rows.itertuples())
    assert found == recounted(a, b, threshold)
    assert len(diff) == len(rows) == sum(found.values())
    assert diff.counts.to_numpy().sum() == rows["change"].isin(HOWS).sum()
    assert sorted(diff.assets.df()["asset"]) == sorted(set(rows["asset"]))
    for how in HOWS:
        assert diff.assets.df()[how].sum() == len(diff.df(change=how) if how in set(rows["change"]) else ())
    assert len(b.shapes) == len(a.shapes) + diff.counts["added"].sum() - diff.counts["removed"].sum()
    back = nb.diff(b, a, threshold=threshold).df()
    assert len(back) == len(rows)
    if not len(rows):
        assert "the same" in diff._repr_markdown_()


def test_ways_fields_and_overlaps_of_one_shape_each(folder):
    a, b, c, d, e = (box(12 * i, id=f"s{i}") for i in range(5))
    now = [
        replace(a, points=((0, 2), (10, 7))), replace(b, label="dust", also=("old",)),
        replace(c, attributes={"stage": "ring"}, color="#112233"), box(48, id="another"), box(3, "new", id="new"),
    ]  # fmt: skip
    diff = nb.diff(*versions(folder, {"0.png": [a, b, c, d, e]}, {"0.png": now}))
    rows = diff.df()
    told = rows[["change", "label", "label_before", "shape_id", "shape_id_before", "fields"]]
    assert [tuple(None if v is None else v for v in row) for row in told.itertuples(index=False)] == [
        ("moved", "cell", "cell", "s0", "s0", "points"),
        ("relabeled", "dust", "cell", "s1", "s1", "label, also"),
        ("attributes", "cell", "cell", "s2", "s2", "attributes.stage, color"),
        ("added", "new", None, "new", None, ""),
        ("removed", "cell", "cell", "s3", "s3", ""),
    ]
    assert rows["iou"].tolist()[:3] == pytest.approx([0.5, 1, 1])
    assert rows["iou"].isna().tolist() == [False] * 3 + [True] * 2
    assert dict(diff.counts.loc["cell"]) == {"added": 0, "removed": 1, "moved": 1, "relabeled": 0, "attributes": 1}
    assert list(diff.columns) == list(rows.columns)
    assert list(diff.assets.columns) == list(diff.assets.df().columns)
    assert diff["0.png", "s1", "relabeled"].label_before == "cell"
    assert diff.assets["0.png"].moved == 1
    assert [row.change for row in diff] == rows["change"].tolist()
    assert ("0.png", "s1", "moved") not in diff
    with pytest.raises(InvalidInput, match=r"There is no change 'movd' .*did you mean 'moved'"):
        diff.df(change="movd")
    with pytest.raises(NotFound, match="no asset that differs"):
        diff.assets["1.png"]


def test_assets_that_one_side_has_are_added_and_removed_with_their_shapes(folder):
    a, b = versions(folder, {"0.png": [box(1, id="x")], "1.png": [box(1)]}, {})
    b.assets["0.png"].archive()
    diff = nb.diff(a, b)
    assert diff.assets.df()[["asset", "change", "removed"]].to_numpy().tolist() == [["0.png", "removed", 1]]
    back = nb.diff(b, a)
    assert back.assets.df()[["asset", "change", "added"]].to_numpy().tolist() == [["0.png", "added", 1]]
    assert back.df()["change"].tolist() == ["added"]


def test_assets_of_another_dataset_or_workspace_are_matched_by_name(folder, tmp_path):
    mine = ground.version(ground.dataset(), folder, {"0.png": [box(1, id="x")], "1.png": [box(1, id="y")]})
    said = {"0.png": [box(1, id="x")], "1.png": [box(1, "dust", id="y")]}
    theirs = ground.version(ground.dataset(), folder, said)
    assert nb.diff(mine, theirs).df()[["asset", "change"]].to_numpy().tolist() == [["1.png", "relabeled"]]
    elsewhere = tmp_path / "case" / "set"
    elsewhere.mkdir(parents=True)
    for name in ground.NAMES[:2]:
        (elsewhere / name).write_bytes((folder / name).read_bytes())
    with nb.open(":memory:") as other:
        far = other.create_dataset("d").create_version("v").add_images([elsewhere, tmp_path / "case" / "set" / "0.png"])
        far.assets["0.png"].rename("set/0.png")
        far.add_annotations({"set/0.png": said["0.png"], "1.png": said["1.png"]}, source="made")
        diff = nb.diff(mine, far)
        assert diff.df()[["asset", "change"]].to_numpy().tolist() == [["1.png", "relabeled"]]
        assert diff.assets.df()["change"].tolist() == ["changed", "removed"]
        viewer = diff.show("1.png")
        assert [s.label for s in viewer.canvas.shapes] == ["dust"]
        viewer.close()
        names = {frozenset(nb.diff(far, mine).df()["asset"])}
        assert names == {frozenset({"1.png"})}


def test_a_version_is_compared_with_what_it_was_at_a_moment(folder):
    a, b = versions(folder, {"0.png": [box(1, id="x")], "1.png": [box(1, id="y")]}, {})
    then = ground.workspace().sql("select max(created) as created from versions")["created"][0]
    b.add_annotations({"0.png": [box(5, id="x")]}, source="later")
    was = b.at(then)
    diff = nb.diff(was, b)
    assert diff.df()[["asset", "change"]].to_numpy().tolist() == [["0.png", "moved"]]
    assert " at 2" in diff.a
    assert len(nb.diff(a, was)) == 0
    assert nb.diff(b, was).df()["iou"].tolist() == diff.df()["iou"].tolist()
    assert nb.diff(was, {"0.png": [box(1, id="x")]}).df()["change"].tolist() == ["removed"]
    viewer = diff.show()
    viewer.turn()
    assert viewer.canvas.shapes[0].points[0] == (1, 2)
    viewer.close()


def test_predictions_in_a_table_are_compared_with_a_version(folder):
    mine = ground.version(ground.dataset(), folder, {"0.png": nb.Annotation(shapes=[box(1, id="x")], tags=["dark"])})
    table = pd.DataFrame({"asset": ["0.png", "1.png"], "label": ["cell", "cell"], "x": [2, 5], "y": [2, 5],
                          "width": [10, 3], "height": [10, 3]})  # fmt: skip
    diff = nb.diff(mine, table)
    assert diff.df()[["asset", "change"]].to_numpy().tolist() == [["0.png", "moved"], ["1.png", "added"]]
    assert diff.b == "the shapes given"
    assert len(nb.diff(mine, mine.shapes.df())) == 0
    assert nb.diff(table, mine).df(asset="1.png")["change"].tolist() == ["removed"]
    numbered = nb.diff(mine, {"0.png": {"boxes": np.array([[1, 2, 11, 12]]), "labels": [0]}}, labels=["cell"])
    assert len(numbered) == 0


def test_what_is_no_version_is_refused_in_a_sentence(folder):
    a, b = versions(folder, {}, {})
    with pytest.raises(InvalidInput, match="two versions, or of a version and shapes"):
        nb.diff([1], [2])
    for wrong in (0, 1.1, "0.5", True, float("nan")):
        with pytest.raises(InvalidInput, match="threshold is a number above 0"):
            nb.diff(a, b, threshold=wrong)
    with pytest.raises(InvalidInput, match=r"'9\.png'"):
        nb.diff(a, {"9.png": [box(1)]})
    with pytest.raises(NotFound, match="Nothing differs"):
        nb.diff(a, b).show()


def test_the_figure_has_a_bar_for_each_way_and_says_so_if_nothing_differs(folder):
    a, b = versions(folder, {"0.png": [box(1, "<b>", id="x")]}, {"0.png": [box(4, "<b>", id="x"), box(30)]})
    figure = nb.diff(a, b).figure()
    assert [(bar.name, list(bar.x)) for bar in figure.data] == [("added", [0, 1]), ("moved", [1, 0])] or [
        (bar.name, sorted(bar.x)) for bar in figure.data
    ] == [("added", [0, 1]), ("moved", [0, 1])]
    assert "<b>" not in figure.to_json()
    assert nb.diff(a, a).figure().layout.annotations[0].text == "No shapes differ"


class TestLooking:
    @pytest.fixture
    def viewer(self, folder):
        before = {"0.png": [box(1, id="x"), box(20, id="y")], "1.png": nb.Annotation(shapes=[box(1)], tags=["dark"])}
        after = {"0.png": [box(4, "dust", id="x"), box(40, id="z")], "1.png": [box(1)]}
        after["1.png"] = nb.Annotation(shapes=before["1.png"].shapes)
        viewer = nb.diff(*versions(folder, before, after)).show()
        yield viewer
        viewer.close()

    def lines(self, viewer):
        return [(g.shape.id, g.line) for g in viewer.canvas.ghosts]

    def test_what_is_gone_is_dashed_the_old_outline_dotted_and_what_is_new_glows(self, viewer):
        assert [s.id for s in viewer.canvas.shapes] == ["x", "z"]
        assert self.lines(viewer) == [("x", "dotted"), ("z", "glow"), ("y", "dashed")]
        assert viewer.canvas.ghosts[0].shape.points[0] == (1, 2)
        assert "1 moved" in viewer._line.value
        viewer.turn()
        assert [s.id for s in viewer.canvas.shapes] == ["x", "y"]
        assert self.lines(viewer) == [("x", "dotted"), ("z", "dashed"), ("y", "glow")]
        assert viewer.canvas.ghosts[0].shape.points[0] == (4, 2)

    def test_steps_go_from_change_to_change_and_from_asset_to_asset(self, viewer):
        assert len(viewer) == 2
        for wanted in (["x"], ["z"], []):
            viewer.step()
            assert list(viewer.canvas.selected) == wanted
        viewer.step()
        assert viewer.name == "1.png"
        assert "tag dark removed" in viewer._line.value
        viewer.step(-1)
        assert (viewer.name, viewer._changes.index) == ("0.png", 2)
        viewer._assets.value = "1.png"
        assert viewer.name == "1.png"
        assert repr(viewer) == "DiffViewer('1.png', 2 of 2 assets)"

    def test_an_asset_that_does_not_differ_is_not_there(self, viewer):
        with pytest.raises(NotFound, match=r"no asset that differs '2\.png'"):
            viewer._diff.show("2.png")


def test_what_people_typed_does_no_harm_in_the_card(folder):
    before = {"0.png": [box(1, f"{HOSTILE}{i}") for i in range(40)]}
    after = {"1.png": nb.Annotation(shapes=[box(1, HOSTILE)], tags=[HOSTILE])}
    diff = nb.diff(*versions(folder, before, {**after, "0.png": nb.Annotation(nothing_to_label=True)}))
    for thing in (diff, diff.assets, diff.columns):
        well_shown(thing)
    viewer = diff.show("1.png")
    assert "<script" not in viewer._line.value
    viewer.close()


def test_an_annotators_kernel_loads_nothing_for_it(run_python):
    code = "import sys, nbannotate.pages, nbannotate.rules.compare as c; print({'scipy', 'pandas'} & {*sys.modules})"
    assert run_python(code).strip() == "set()"
