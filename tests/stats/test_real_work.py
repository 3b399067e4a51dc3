"""The tables over a real workspace: what the operations did is what the statistics say."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import real

import nbannotate.workspace as nbw
from nbannotate import stats

TABLES = [getattr(stats, name) for name in stats.names()]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    ws, campaign, clients = real.workspace(tmp_path_factory.mktemp("images"))
    yield ws, campaign, real.work(campaign, clients, tasks=40)
    ws.close()


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.__name__)
def test_every_table_is_typed_over_an_empty_workspace_and_a_full_one(table: Any, worked: Any) -> None:
    empty = nbw.open(":memory:")
    for scope in (empty, worked[0], worked[1]):
        frame = table(scope)
        assert {n: str(t) for n, t in frame.dtypes.items()} == {n: c.dtype for n, c in table.columns.items()}
    assert table(worked[1]).equals(table(worked[0]))
    assert table(empty).select_dtypes("int64").sum().sum() == 0
    empty.close()


def test_throughput_and_members_are_the_diary(worked: Any) -> None:
    _, campaign, diary = worked
    handed_in = Counter(d["member"] for d in diary if d["outcome"] != "skipped")
    counted = stats.throughput(campaign).groupby("member")["tasks"].sum()
    assert counted.to_dict() == dict(handed_in)
    outcomes = Counter((d["member"], d["outcome"]) for d in diary)
    for row in stats.members(campaign).to_dict("records"):
        who = row["member"]
        assert row["annotated"] == outcomes[who, "submitted"]
        assert row["accepted"] == outcomes[who, "accepted"]
        assert row["reworked"] == outcomes[who, "rework"]
        assert row["skipped"] == outcomes[who, "skipped"]


def test_progress_is_what_the_campaign_says_of_itself(worked: Any) -> None:
    _, campaign, _ = worked
    said, row = campaign.progress, stats.progress(campaign).iloc[0]
    assert (row["total"], row["done"], row["skipped"], row["remaining"]) == (
        said.total, said.done, said.skipped, said.remaining,
    )  # fmt: skip
    steps = stats.tasks(campaign).pivot(index="step", columns="state", values="tasks")
    for step in said.steps:
        assert steps.loc[step.step, "waiting"] == step.waiting
        assert steps.loc[step.step, "in_progress"] == step.in_progress
        assert steps.loc[step.step, "to_rework"] == step.to_rework


def test_each_task_that_was_closed_is_listed_in_order(worked: Any) -> None:
    _, campaign, diary = worked
    assert list(stats.task_times(campaign)["task_id"]) == [d["task_id"] for d in diary]


def test_issues_are_counted(worked: Any) -> None:
    _, campaign, diary = worked
    raised = sum(d["outcome"] in ("rework", "skipped") for d in diary)
    assert stats.issues(campaign)["opened"].sum() == raised == stats.issue_states(campaign)["issues"].sum()


def test_an_annotator_is_refused(tmp_path: Path) -> None:
    from nbannotate.errors import NotAllowed

    ws, _, clients = real.workspace(tmp_path, images=1)
    with pytest.raises(NotAllowed):
        stats.progress(nbw.Workspace(clients["ana"]))
    ws.close()
