"""Shapes over images, to look at: from a version, a table, or plain lists."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotFound, ReadFailed
from nbannotate.model import Annotation, Closed, TaskView


def box(x, label="RBC"):
    return nb.Shape(kind="rectangle", points=((x, 2.0), (x + 9.0, 12.0)), label=label)


def seen(viewer):
    return [(s.kind, s.label, s.points) for s in viewer.canvas.shapes]


class TestWithoutAWorkspace:
    def test_boxes_over_one_image_in_one_line(self, make_images):
        viewer = nb.Viewer(make_images(1)[0], [(1, 2, 30, 40)])
        assert seen(viewer) == [("rectangle", "", ((1, 2), (30, 40)))]
        assert not viewer.canvas.editable
        assert (viewer.name, viewer.index, len(viewer)) == ("img_000.png", 0, 1)
        viewer.close()

    def test_arrays_and_shapes_of_every_form(self):
        viewer = nb.Viewer(
            np.zeros((50, 60, 3), np.uint8),
            [box(1), {"kind": "polygon", "points": [[0, 0], [9, 0], [9, 9]], "label": "WBC"}, [5, 5, 9, 9]],
        )
        assert [kind for kind, _, _ in seen(viewer)] == ["rectangle", "polygon", "rectangle"]
        assert [v.name for v in viewer.canvas.labels] == ["RBC", "WBC"]
        assert "RBC 1" in viewer._line.value
        viewer.close()

    def test_next_and_previous_stop_at_the_ends(self, make_images):
        viewer = nb.Viewer(make_images(3), [[box(1)], [box(2), box(20)], []])
        assert [b.disabled for b in viewer._buttons] == [True, False]
        viewer._buttons[1].click()
        assert (viewer.name, len(viewer.canvas.shapes)) == ("img_001.png", 2)
        viewer.next()
        viewer.next()
        assert (viewer.index, viewer.canvas.shapes) == (2, ())
        assert "no shapes" in viewer._line.value
        viewer.show("img_000.png")
        viewer.previous()
        assert viewer.index == 0
        with pytest.raises(NotFound, match="no image 'x'"):
            viewer.show("x")
        viewer.close()

    def test_a_table_of_boxes_from_anywhere(self, make_images):
        table = pd.DataFrame({
            "asset": ["img_000.png", "somewhere/img_001.png", "not_here.png"], "label": ["a", "b", "c"],
            "x": [1, 2, 3], "y": [1, 2, 3], "width": [10, 20, 30], "height": [10, 20, 30], "score": [0.1, 0.2, 0.3],
        })  # fmt: skip
        viewer = nb.Viewer(make_images(2), table, show=1)
        assert seen(viewer) == [("rectangle", "b", ((2, 2), (22, 22)))]
        viewer.close()

    def test_names_of_people_are_text_and_no_html(self):
        viewer = nb.Viewer({"<b>x</b>": np.zeros((9, 9), np.uint8)}, {"<b>x</b>": [box(1, "<i>")]})
        assert "<i>" not in viewer._line.value
        assert "&lt;b&gt;x" in viewer._line.value
        viewer.close()

    @pytest.mark.parametrize(("shapes", "sentence"), [
        ([(1, 2, 3)], "is no shape"),
        ([{"label": "a"}], "needs points"),
        ([{"points": "[[1, 2"}], "is no shape"),
        ([{"points": [[1, "x"]]}], "is no shape"),
        ([{"kind": "blob", "points": [[1, 2], [3, 4]]}], "blob"),
    ])  # fmt: skip
    def test_what_is_no_shape_is_refused(self, make_images, shapes, sentence):
        with pytest.raises(InvalidInput, match=sentence):
            nb.Viewer(make_images(1)[0], shapes)

    def test_what_does_not_fit_is_refused(self, make_images):
        paths = make_images(2)
        with pytest.raises(InvalidInput, match="2 images and 1 list"):
            nb.Viewer(paths, [[box(1)]])
        with pytest.raises(InvalidInput, match="column 'asset'"):
            nb.Viewer(paths, pd.DataFrame({"x": [1]}))
        with pytest.raises(InvalidInput, match="no images"):
            nb.Viewer([])

    def test_a_bad_image_says_so_and_the_others_can_be_seen(self, make_images, tmp_path):
        bad = tmp_path / "bad.png"
        bad.write_bytes(b"no image")
        with pytest.raises(ReadFailed):
            nb.Viewer(bad)
        viewer = nb.Viewer([bad, *make_images(1)], [[box(1)], [box(2)]])
        assert 'role="alert"' in viewer._line.value
        viewer.next()
        assert len(viewer.canvas.shapes) == 1
        viewer.close()

    def test_an_annotators_kernel_gets_no_pandas_by_it(self):
        code = "import nbannotate.pages, sys; print([m for m in ('pandas', 'plotly', 'duckdb') if m in sys.modules])"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


class TestOfAVersion:
    @pytest.fixture
    def its(self, team):
        its = team(3)
        view = its["ana"].call("tasks.next", TaskView, campaign_id=its.campaign.campaign_id, step=0)
        drawn = Annotation(shapes=(box(1), nb.Shape(kind="ellipse", points=((20.0, 20.0), (30.0, 40.0)), label="WBC")))
        its["ana"].call("tasks.submit", Closed, task_id=view.task.task_id, annotation=drawn, revision=view.revision)
        return its, view.task.asset, drawn.shapes

    def test_the_latest_shapes_with_the_colors_of_the_recipe(self, its):
        its, asset, drawn = its
        viewer = nb.Viewer(its.version, show=asset)
        assert viewer.canvas.shapes == drawn
        assert len(viewer) == 3
        colors = {v.name: v.color for v in its.campaign.spec.recipe.labels}
        assert {v.name: v.color for v in viewer.canvas.labels} == colors
        viewer.next()
        assert viewer.canvas.shapes == ()
        viewer.close()

    def test_a_table_of_its_shapes_shows_only_those(self, its):
        its, asset, _ = its
        table = its.version.shapes.df()
        viewer = nb.Viewer(its.version, table[table["label"] == "WBC"], show=asset)
        assert [(s.kind, s.label) for s in viewer.canvas.shapes] == [("ellipse", "WBC")]
        viewer.close()


class TestReviewer:
    def test_a_reviewer_begins_at_the_review_step(self, team):
        steps = [nb.Step("draw", "annotation", ["chloe"]), nb.Step("check", "review", ["chloe"])]
        its = team(2, steps=steps)
        client = its["chloe"]
        object.__setattr__(its.campaign, "workspace", SimpleNamespace(client=client))  # opened with her password
        view = client.call("tasks.next", TaskView, campaign_id=its.campaign.campaign_id, step=0)
        client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=Annotation(shapes=(box(1),)),
                    revision=view.revision)  # fmt: skip
        reviewer = nb.Reviewer(its.campaign)
        assert (reviewer.state.task.task.step_name, reviewer.state.task.task.asset) == ("check", view.task.asset)
        reviewer.close()
        annotator = nb.Annotator(its.campaign)
        assert annotator.state.task.task.step_name == "draw"
        annotator.close()

    def test_who_does_not_review_is_told_what_to_open(self, team):
        its = team(1)
        with pytest.raises(InvalidInput, match="no assignee of a review step"):
            nb.Reviewer(its.campaign)
