"""Gold on the pages: what was wrong is shown, a pause is said clearly, and a manager lets people go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.operations.golden import Golden
from tests.pages.conftest import Line, Person
from tests.pages.test_manager_work import Boss

import nbannotate as nb
from nbannotate.pages.work.app import Work, navigation


@pytest.fixture
def golden(make_images: Any) -> Any:
    """Return a function that makes a campaign with gold in memory."""
    made: list[Golden] = []

    def make(on_fail: str, **more: Any) -> Golden:
        flow_ = {"on_fail": on_fail, "min_answers": 1, "last": 1} | more
        steps = [nb.Step("draw", "annotation", ["ana", "ben"])]
        made.append(Golden(nb.open(":memory:"), make_images(20), steps=steps, flow=flow_))
        return made[-1]

    yield make
    for t in made:
        t.workspace.close()


@pytest.fixture
def person() -> Iterator[Callable[[Golden, str], Person]]:
    """Return a function that opens somebody's page. A thread that asks the store when the process ends aborts it."""
    people: list[Person] = []

    def open_page(t: Golden, login: str) -> Person:
        line = Line(t[login])
        page = Work(line)
        navigation.home(page.desk)
        people.append(Person(line, page))
        return people[-1]

    yield open_page
    for each in people:
        assert each.desk.dispatcher.worker.settle(20)
        each.page.close()


def answers_badly(t: Golden, ana: Person) -> None:
    """Ana draws something that is not there, until one of her images was gold."""
    ana.starts(t.campaign)
    while True:
        is_gold = ana.task.task.asset in t.names
        ana.draws((40, 20, 60, 40))
        assert ana.does("submit") is None
        if is_gold:
            return


def test_what_was_wrong_is_on_the_image_and_in_a_list(golden: Any, person: Any) -> None:
    t = golden("show")
    ana = person(t, "ana")
    answers_badly(t, ana)
    assert ana.does("home") is None
    (notice,) = [n for n in ana.state.notices if n.kind == "gold" and n.task_id]
    assert ana.does("notice", notice=notice.notice_id) is None
    assert ana.task.task.asset in t.names
    assert not ana.task.view.editable
    assert ana.task.view.reason == "The answer of this image is known: yours stands beside it, to compare."
    part = ana.part("info")["changes"]
    assert part["known"]
    assert sorted((row["label"], row["how"][0]) for row in part["rows"]) == [("RBC", "added"), ("WBC", "removed")]
    assert sorted((g.line, g.shape.label) for g in ana.page.canvas.ghosts) == [("dashed", "WBC"), ("glow", "RBC")]
    assert {"type": "panel", "panel": "history", "tag": "", "attribute": ""} in ana.told
    assert ana.part("info")["history"] is not None


def test_each_answer_that_was_wrong_is_a_notice_that_leads_to_it(golden: Any, person: Any) -> None:
    t = golden("show")
    ana = person(t, "ana")
    for _ in range(3):
        answers_badly(t, ana)
        assert ana.does("home") is None
    notices = [n for n in ana.state.notices if n.kind == "gold" and n.task_id]
    assert len(notices) == 3
    assert all(n.text.endswith("differs from the known one; look at what was wrong.") for n in notices)
    seen = set()
    for notice in notices:
        assert ana.does("notice", notice=notice.notice_id) is None
        assert ana.part("info")["changes"]["known"]
        assert ana.task.task.asset in notice.text
        seen.add(ana.task.task.asset)
    assert len(seen) == 3
    assert not [n for n in ana.state.notices if n.task_id and n.seen is None]


def test_who_is_paused_reads_why_on_the_list_of_tasks(golden: Any, person: Any) -> None:
    t = golden("pause")
    ana = person(t, "ana")
    answers_badly(t, ana)
    assert ana.state.screen == "tasks"
    (group,) = ana.part("jobs")["groups"]
    (job,) = group["jobs"]
    assert job["paused"].startswith("You are paused in 'July'")
    assert job["paused"] in ana.toasts
    assert ana.does("start", campaign=t.campaign.campaign_id, step=0) == job["paused"]
    assert ana.job(t.campaign)["paused"] == job["paused"]
    ben = person(t, "ben")
    assert ben.part("jobs")["groups"][0]["jobs"][0]["paused"] == ""


def test_a_manager_sees_how_people_answer_and_lets_them_go_on(golden: Any, person: Any) -> None:
    t = golden("pause")
    answers_badly(t, person(t, "ana"))
    boss = Boss(t["max"])
    boss.looks("jobs", t.campaign.campaign_id)
    gold = boss.page.gold
    assert gold["of"] == t.campaign.campaign_id
    assert [(row["member"], row["state"], row["answers"]) for row in gold["rows"]] == [
        ("ana", "paused", 1), ("ben", "ok", 0),
    ]  # fmt: skip
    assert boss.does("resume", campaign=t.campaign.campaign_id, member="ana") == "ana can go on."
    boss.looks("jobs", t.campaign.campaign_id)
    assert [row["state"] for row in boss.page.gold["rows"]] == ["ok", "ok"]
    error, _ = boss.asks("resume", campaign=t.campaign.campaign_id, member="ben")
    assert error is not None
    assert "is not paused" in error
    boss.page.close()


def paths(value: Any, at: str = "") -> set[str]:
    """Return the ways of names to all that a browser is sent; the items of a list are alike."""
    if isinstance(value, dict):
        return {at}.union(*(paths(v, f"{at}.{k}") for k, v in value.items()))
    if isinstance(value, list | tuple):
        return {f"{at}[{len(value) > 0}]"}.union(*(paths(v, f"{at}[]") for v in value))
    return {f"{at}: {type(value).__name__}"}


def sent(ana: Person, told: int) -> set[str]:
    """Return what the browser has, and was told since so many messages: names and kinds of values, no values."""
    state = {k: v for k, v in ana.page.get_state().items() if not k.startswith("_")}
    drawn = {k: v for k, v in ana.page.canvas.get_state().items() if not k.startswith("_")}
    return paths({"page": state, "canvas": drawn, "told": ana.told[told:]})


def test_the_browser_is_sent_nothing_of_gold_that_it_is_not_sent_of_other_images(golden: Any, person: Any) -> None:
    t = golden("notify", share=0.5)
    ana = person(t, "ana")
    ana.starts(t.campaign)
    seen: dict[bool, list[list[set[str]]]] = {True: [], False: []}
    for n in range(5):
        is_gold, began = ana.task.task.asset in t.names, len(ana.told)
        stages = [sent(ana, began)]
        ana.draws((2.5, 2, 22.5, 30), label="WBC")
        assert ana.desk.dispatcher.worker.settle(20)
        stages.append(sent(ana, began))
        assert ana.does("submit") is None
        stages.append(sent(ana, began))
        if n:  # the first one comes from the list of tasks
            seen[is_gold].append(stages)
    assert len(seen[True]) == len(seen[False]) == 2
    assert any("task" in path for path in seen[True][0][0])
    for gold, usual in zip(seen[True], seen[False], strict=True):
        for stage, (one, other) in enumerate(zip(gold, usual, strict=True)):
            assert one ^ other == set(), stage
