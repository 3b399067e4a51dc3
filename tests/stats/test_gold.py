"""The table of gold answers beside a naive recount, and all other tables without them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.operations.golden import RIGHT, WRONG, Golden, box

import nbannotate as nb
from nbannotate.model import Annotation, TaskView

#: What counts work: tasks, times, shapes, issues, members.
TABLES = ("progress", "tasks", "jobs", "job_labels", "members", "member_work", "throughput", "labels", "shapes",
          "time_per_task", "lead_times", "hours", "rates", "issues", "label_times")  # fmt: skip


@pytest.fixture
def golden(make_images: Any) -> Any:
    """Return a campaign with gold in memory."""
    workspace = nb.open(":memory:")
    yield Golden(workspace, make_images(40), steps=[nb.Step("draw", "annotation", ["ana", "ben", "cem"])])
    workspace.close()


def test_each_member_has_a_row_that_is_what_counting_gives(golden: Any) -> None:
    both = Annotation(shapes=(box(), replace(box("RBC", 40.0), id="two")))
    for who, said in (("ana", [RIGHT, WRONG, both]), ("ben", [RIGHT]), ("cem", [WRONG, WRONG, WRONG])):
        for annotation in said:
            golden.answer(who, 1, gold=annotation)
    rows = golden.workspace.sql("select * from gold_answers where score is not null")
    found = nb.stats.gold(golden.campaign).set_index("member")
    assert list(found.index) == ["ana", "ben", "cem"]
    for member, its in rows.groupby("member"):
        got = found.loc[member]
        assert got["answers"] == len(its)
        assert got["score"] == pytest.approx(its["score"].mean())
        assert got["lowest"] == its["score"].min()
        for name in ("matched", "other_label", "missed", "extra"):
            assert got[name] == its[name].sum(), name
    assert found["score"].round(6).tolist() == [round((1 + 0 + 2 / 3) / 3, 6), 1.0, 0.0]
    assert found["falls"].tolist() == [1, 0, 1]
    assert nb.stats.gold(golden.campaign, member="ben")["answers"].tolist() == [1]
    assert nb.stats.gold(golden.workspace, step="draw", end="2020-01-01").empty
    assert len(nb.stats.gold.events(golden.campaign, member="cem")) == 3
    figure = nb.charts.gold(golden.campaign)
    assert [round(x, 4) for x in figure.data[0].x] == [round(100 * x, 4) for x in found["score"]]
    assert list(figure.data[0].textposition) == ["inside", "inside", "outside"], "beside a bar without room for it"


def test_no_other_table_counts_gold(golden: Any) -> None:
    other = golden.next("ana")
    golden.act("ana", "submit", other, RIGHT, seconds=2.0)
    campaign_id = golden.campaign.campaign_id
    while not golden.is_gold(view := golden["ana"].call("tasks.pull", TaskView, campaign_id=campaign_id, step=0)):
        pass
    there = [name for name in TABLES if name in nb.stats.names()]
    assert len(there) >= 10
    before = {name: getattr(nb.stats, name)(golden.campaign) for name in there}
    golden.act("ana", "save", view, WRONG, seconds=3.0)
    view = golden["ana"].call("tasks.open", TaskView, task_id=view.task.task_id)
    golden.act("ana", "submit", view, WRONG, seconds=3.0)
    assert len(nb.stats.gold(golden.campaign)) == 1
    for name in there:
        assert getattr(nb.stats, name)(golden.campaign).equals(before[name]), name
