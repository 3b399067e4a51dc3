"""What the dashboard reads: each question once in a look, and long work by pieces, of which none is done in vain."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.pages.manage import Dashboard, report
from nbannotate.stats import compared
from nbannotate.stats.reading import Reading


@pytest.fixture
def campaign(tmp_path: Path) -> Any:
    """Return a campaign in which two people answered each of three images."""
    for n in range(3):
        Image.new("RGB", (60, 40)).save(tmp_path / f"{n}.png")
    ws = nb.open(":memory:")
    people = {login: ws.acting(ws.members.add(login)) for login in ("ana", "ben", "max")}
    version = ws.create_dataset("d").create_version("v").add_images(tmp_path)
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], copies=2), nb.Step("agree", "consensus", ["max"])]
    campaign = version.create_campaign("c", nb.Recipe(["cell"]), nb.Workflow(steps))
    campaign.launch()
    for n, login in enumerate(("ana", "ben")):
        while task := people[login].work.next("c"):
            task.submit([nb.Shape.rectangle(10 + 12 * n, 10, 20, 20, label="cell")])
    return campaign


class Counted:
    """A workspace that notes what it is asked."""

    def __init__(self, workspace: Any) -> None:
        self.workspace, self.asked = workspace, list[str]()

    def sql(self, query: str, parameters: Any = (), /) -> Any:
        self.asked.append(f"{query} {list(parameters)}")
        return self.workspace.sql(query, parameters)


def test_a_look_asks_each_question_once_and_nobody_changes_what_others_get(campaign: Any) -> None:
    counted = Counted(campaign.workspace)
    reading = Reading(counted)
    frame = reading.sql("select 1 as n where 1 = $1", [1])
    frame["n"] = 2
    assert reading.sql("select 1 as n where 1 = $1", [1])["n"].tolist() == [1]
    assert reading.sql("select 1 as n where 1 = $1", [2]).empty
    assert len(counted.asked) == 2
    report.html(counted, Dashboard(campaign).choice)
    its = [query for query in counted.asked if "over (partition by version_id, asset_id) as raters" in query]
    assert len(its) == 1  # several charts of agreement


def test_a_label_has_the_color_of_its_recipe_on_the_dashboard_and_in_a_report_as_in_a_notebook(campaign: Any) -> None:
    campaign.version.workspace.campaigns["c"].change(recipe=nb.Recipe([nb.Label("cell", color="#12ab34")]))
    with_color = json.loads(nb.charts.job_labels(campaign).to_json())["data"][0]["marker"]["color"]
    assert "#12ab34" in with_color
    dashboard = Dashboard(campaign)
    dashboard.choose(tab="jobs")
    dashboard.wait()
    drawn = json.loads(dashboard._cards["chart-job_labels"].text)["figure"]["data"][0]["marker"]["color"]
    assert drawn == with_color
    assert "#12ab34" in report.html(campaign.workspace, dashboard.choice)
    dashboard.close()


def test_long_work_says_how_far_it_is_and_ends_when_something_else_is_wanted(
    campaign: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compared, "MOST_ANSWERS", 1)
    dashboard = Dashboard(campaign)
    dashboard.wait()
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(dashboard, "send", lambda content, buffers=None: sent.append(content))
    progress = dashboard._progress

    def watched(head: Any, part: Any, done: int, total: int) -> None:
        progress(head, part, done, total)
        if done == 1:
            dashboard.choose(tab="members")

    monkeypatch.setattr(dashboard, "_progress", watched)
    dashboard.choose(tab="agreement")
    dashboard.wait()
    assert dashboard.choice.tab == "members"
    assert "chart-agreement" not in dashboard._cards
    dashboard.choose(tab="agreement")
    dashboard.wait()
    told = [json.loads(one["content"]) for one in sent if one["card"] == "chart-agreement"]
    assert [one["done"] for one in told[:-1]] == [0, 1 / 3, 0]  # two of three pairs were done, and are not done again
    assert told[-1]["figure"]["data"] == json.loads(nb.charts.agreement(campaign).to_json())["data"]
    dashboard.close()
