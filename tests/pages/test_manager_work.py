"""What a manager does on the page: campaigns, tasks, jobs, members. Real operations in this process, no browser."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

import nbannotate as nb
import nbannotate.workspace as nbw
from nbannotate import model
from nbannotate.pages.manage import Manager
from nbannotate.texts import Message, from_json, in_english

PASSWORD = "a long password"


class Boss:
    """Somebody at the manager's page: sends what a browser sends, and gets what a browser gets."""

    def __init__(self, client: Any) -> None:
        self.page = Manager(nbw.Workspace(client))
        self.told: list[tuple[dict[str, Any], bytes | None]] = []
        self.page.desk.tell = lambda event, packed: self.told.append(
            (msgspec.to_builtins(event, enc_hook=in_english), packed)
        )
        self._ref = 0

    def _tell(self, event: Any, packed: bytes | None) -> None:
        self.told.append((msgspec.to_builtins(event, enc_hook=in_english), packed))

    def asks(self, what: str, **fields: Any) -> tuple[str | None, dict[str, Any]]:
        """Ask for something; return the error and the answer."""
        self._ref += 1
        self.page.desk.handle({"do": what, "ref": self._ref, **fields})
        assert self.page.desk.reader.settle(20)
        assert self.page.desk.doer.settle(20)
        reply = next(m for m, _ in self.told if m["type"] == "reply" and m["ref"] == self._ref)
        return reply["error"], reply["answer"] or {}

    def does(self, what: str, **fields: Any) -> str:
        """Do something that works; return the sentence that is shown."""
        error, answer = self.asks(what, **fields)
        assert error is None, error
        return str(answer.get("toast", ""))

    def looks(self, tab: str, campaign: int = 0, known: int = 0) -> None:
        error, _ = self.asks("beat", tab=tab, campaign=campaign, known=known)
        assert error is None, error

    def sheets(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return the rows of tasks that were sent."""
        return [(m, json.loads(gzip.decompress(packed))) for m, packed in self.told if packed is not None]

    def card(self, name: str) -> dict[str, Any]:
        self.looks("campaigns")
        return next(row for row in self.page.campaigns["rows"] if row["name"] == name)


@pytest.fixture
def boss(team: Callable[..., Any]) -> Iterator[Callable[..., tuple[Boss, Any]]]:
    """Return a function that makes a launched campaign and its manager at the page."""
    made = []

    def make(count: int = 6, **options: Any) -> tuple[Boss, Any]:
        crew = team(count, **options)
        crew.workspace.members.add("mia", role="manager", password=PASSWORD)
        crew.passwords["mia"] = PASSWORD
        made.append(Boss(crew.log_in("mia")))
        return made[-1], crew

    yield make
    for one in made:
        one.page.close()


def assignees(crew: Any) -> dict[str, str | None]:
    tasks = crew.workspace.client.call(
        "tasks.of_campaign", list[model.Task], campaign_id=crew.campaign.campaign_id
    )  # fmt: skip
    return {t.asset: t.assignee for t in tasks}


def columns(boss: Boss, campaign: int) -> dict[str, list[Any]]:
    boss.looks("tasks", campaign)
    return dict(boss.sheets()[-1][1]["columns"])


EQUAL = [
    nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal"),
    nb.Step("check", "review", ["chloe"]),
]


# ---- what is shown


def test_a_card_says_where_the_assets_are(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(6, steps=EQUAL, due=dt.date.today() + dt.timedelta(days=2))
    view = crew["ana"].call("tasks.next", model.TaskView, campaign_id=crew.campaign.campaign_id, step=0)
    nothing = model.Annotation(nothing_to_label=True)
    crew["ana"].call("tasks.submit", model.Closed, task_id=view.task.task_id, annotation=nothing, revision=0, seconds=0)
    card = one.card("July")
    assert card["state"] == "active"
    assert (card["total"], card["remaining"]) == (6, 6)
    draw, check = card["steps"]
    assert (draw["passed"], draw["in_progress"]) == (1, 5)
    assert (check["waiting"], check["passed"]) == (1, 0)
    assert list(draw["people"]) == ["ana", "ben"]


def test_rows_are_sent_once_and_then_only_what_changed(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(6, steps=EQUAL)
    number = crew.campaign.campaign_id
    one.looks("tasks", number)
    (first, rows) = one.sheets()[-1]
    assert first["known"] == 0
    assert len(rows["columns"]["asset_id"]) == 6
    one.looks("tasks", number, known=first["version"])
    assert len(one.sheets()) == 1, "nothing changed, nothing is sent"
    task = rows["columns"]["task_id"][0]
    one.does("reassign", campaign=number, tasks=[task], to="ben", started=True)
    one.looks("tasks", number, known=first["version"])
    (second, rows) = one.sheets()[-1]
    assert second["known"] == first["version"]
    assert rows["columns"]["who"] == ["ben"]
    one.looks("tasks", number)
    assert len(one.sheets()[-1][1]["columns"]["asset_id"]) == 6, "a page that was reloaded gets all"


def test_every_copy_of_an_asset_has_a_row_until_they_are_one_task_again(boss: Callable[..., tuple[Boss, Any]]) -> None:
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], copies=2), nb.Step("agree", "consensus", ["chloe"])]
    one, crew = boss(2, steps=steps)
    number = crew.campaign.campaign_id
    rows = columns(one, number)
    assert sorted(zip(rows["asset"], rows["copy"], strict=True)) == [
        (asset, copy) for asset in sorted(set(rows["asset"])) for copy in (1, 2)
    ]
    known = one.sheets()[-1][0]["version"]
    for who, tags in (("ana", ()), ("ben", ("blurred",))):
        view = crew[who].call("tasks.next", model.TaskView, campaign_id=number, step=0)
        said = model.Annotation(nothing_to_label=True, tags=tags)
        crew[who].call("tasks.submit", model.Closed, task_id=view.task.task_id, annotation=said, revision=0)
    one.looks("tasks", number, known=known)
    changed = one.sheets()[-1][1]
    assert [
        (step, copy) for step, copy in zip(changed["columns"]["step"], changed["columns"]["copy"], strict=True)
    ] == [(1, 0)]
    assert sorted(key["copy"] for key in changed["gone"]) == [1, 2]


def test_who_manages_nothing_is_told_so_and_gets_nothing(team: Callable[..., Any]) -> None:
    crew = team(2)
    one = Boss(crew["ana"])
    try:
        one.looks("campaigns")
        assert "Your role is annotator" in from_json(Message, one.page.page["refused"])
        assert one.page.campaigns["rows"] == []
        error, _ = one.asks("reassign", campaign=crew.campaign.campaign_id, tasks=[1], to="ana", started=True)
        assert error is not None
        assert "Your role is annotator" in error
    finally:
        one.page.close()


def test_what_no_page_sends_is_answered_with_a_sentence(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, _ = boss(1)
    for content in (
        "x",
        {"do": 5},
        {"do": "beat", "tab": "secrets"},
        {"do": "redistribute", "campaign": 1, "step": 0, "weights": {"a": "b"}},
        None,
    ):
        one.page.desk.handle(content)
    error, _ = one.asks("drop_everything")
    assert error is not None
    assert "not understood" in error
    one.looks("campaigns")
    assert one.page.campaigns["rows"]


def test_a_session_that_ends_says_log_in_again(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(1)
    crew.workspace.members.disable("mia")
    error, _ = one.asks("beat", tab="campaigns")
    assert error is not None
    assert one.page.page["banner"]["action"] == "login"


def test_a_kernel_without_a_token_shows_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "work.duckdb"
    monkeypatch.setenv("NBANNOTATE_WORKSPACE", str(path))
    monkeypatch.delenv("NBANNOTATE_TOKEN", raising=False)
    page = Manager.here()
    assert "not started by" in from_json(Message, page.page["refused"])
    assert not path.exists()
    page.close()


def test_only_the_statistics_load_pandas_and_plotly(run_python: Callable[[str], str]) -> None:
    said = run_python(
        "import sys\n"
        "import nbannotate.pages.manage.page\n"
        "import nbannotate.workspace\n"
        "print([m for m in ('pandas', 'plotly', 'duckdb') if m in sys.modules])"
    )
    assert said.strip() == "[]"


def test_the_statistics_come_when_they_are_asked_for(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, _ = boss(2)
    assert one.page.dashboard is None
    one.does("statistics", address="tab=members")
    assert one.page.page["statistics"] == "ready"
    one.page.dashboard.wait()
    assert one.page.dashboard.view["choice"]["tab"] == "members"


# ---- campaigns


def draft(crew: Any, name: str = "August", count: int = 4) -> int:
    version = crew.workspace.datasets["smears"].create_version(name)
    version.add_images([crew.folder])
    steps = nb.Workflow([nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")])
    made = version.create_campaign(name, nb.Recipe(labels=["cell"]), steps)
    return int(made.campaign_id)


def test_a_draft_is_launched_after_its_plan_was_shown(
    boss: Callable[..., tuple[Boss, Any]], make_images: Callable[..., Any]
) -> None:
    one, crew = boss(4)
    crew.folder = make_images(4)[0].parent
    number = draft(crew)
    assert one.card("August")["state"] == "draft"
    error, answer = one.asks("plan_launch", campaign=number)
    assert error is None
    plan = answer
    assert not plan["refusals"]
    assert plan["chosen"] == 4
    assert plan["steps"][0]["people"] == [{"login": "ana", "tasks": 2}, {"login": "ben", "tasks": 2}]
    assert one.does("launch", campaign=number, key="k1") == "August is launched: 4 tasks created."
    assert one.card("August")["state"] == "active"
    error, _ = one.asks("launch", campaign=number)
    assert error is not None
    assert "launched already" in error


def test_a_due_date_is_planned_then_changed(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(2)
    number = crew.campaign.campaign_id
    day = dt.date.today() + dt.timedelta(days=30)
    error, answer = one.asks("plan_due", campaign=number, date=day.isoformat())
    assert error is None
    assert answer["changes"]
    said = one.does("due", campaign=number, date=day.isoformat(), fingerprint=answer["fingerprint"])
    assert str(day.year) in said
    assert one.card("July")["due"] == day.isoformat()


def test_a_campaign_is_completed_archived_and_deleted_by_its_name(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(3)
    number = crew.campaign.campaign_id
    error, _ = one.asks("complete", campaign=number, reason=" ")
    assert error is not None
    assert "completed" in one.does("complete", campaign=number, reason="Enough for now.")
    assert one.card("July")["state"] == "completed"
    one.does("archive", campaign=number, archived=True)
    assert one.card("July")["state"] == "archived"
    error, answer = one.asks("deletion", campaign=number)
    assert error is None
    assert answer["tasks"] == 3
    error, _ = one.asks("delete", campaign=number, name="june")
    assert error is not None
    assert "July is deleted" in one.does("delete", campaign=number, name="July")
    one.looks("campaigns")
    assert one.page.campaigns["rows"] == []


# ---- tasks and jobs


def test_a_selection_goes_to_a_person_or_back_to_the_queue(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(6, steps=EQUAL)
    number = crew.campaign.campaign_id
    rows = columns(one, number)
    mine = [t for t, who in zip(rows["task_id"], rows["who"], strict=True) if who == "ana"]
    crew["ana"].call("tasks.open", model.TaskView, task_id=mine[0])
    said = one.does("reassign", campaign=number, tasks=mine, to="ben", started=False)
    assert said == "2 tasks to ben; 1 task that is begun stayed."
    assert sorted(filter(None, assignees(crew).values())) == ["ana"] + ["ben"] * 5
    assert (
        one.does("reassign", campaign=number, tasks=[mine[0]], to="", started=True) == "1 task went back to the queue."
    )
    error, _ = one.asks("reassign", campaign=number, tasks=[mine[1]], to="chloe", started=True)
    assert error is not None
    assert "no assignee" in error
    error, _ = one.asks("reassign", campaign=number, tasks=[], to="ben", started=True)
    assert error == "No tasks are chosen."


def test_a_job_is_reassigned_and_what_remains_is_shared_by_weights(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(6, steps=EQUAL)
    number = crew.campaign.campaign_id
    assert one.does("reassign_job", campaign=number, step=0, member="ana", to="ben", started=True) == "3 tasks to ben."
    error, answer = one.asks("open_tasks", campaign=number, step=0)
    assert error is None
    assert answer["people"] == {"ben": {"open": 6, "begun": 0}}
    said = one.does("redistribute", campaign=number, step=0, weights={"ana": 2, "ben": 1}, started=False)
    assert said == "4 tasks to ana · 2 tasks to ben."
    one.looks("jobs", number)
    rows = {(j["name"], j["member"]): j for j in one.page.jobs["rows"]}
    assert rows["draw", "ana"]["remaining"] == 4
    assert rows["draw", "ben"]["total"] == 2
    error, _ = one.asks("redistribute", campaign=number, step=0, weights={"ana": -1}, started=False)
    assert error is not None


def test_a_job_with_rejected_assets_is_restarted_and_completed(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(1, steps=EQUAL)
    number = crew.campaign.campaign_id
    view = crew["ana"].call("tasks.next", model.TaskView, campaign_id=number, step=0)
    nothing = model.Annotation(nothing_to_label=True)
    crew["ana"].call("tasks.submit", model.Closed, task_id=view.task.task_id, annotation=nothing, revision=0, seconds=0)
    view = crew["chloe"].call("tasks.next", model.TaskView, campaign_id=number, step=1)
    crew["chloe"].call("tasks.reject", model.Closed, task_id=view.task.task_id, revision=view.revision, seconds=0)
    one.looks("jobs", number)
    job = next(j for j in one.page.jobs["rows"] if j["member"] == "ana")
    assert (job["state"], job["rejected"]) == ("completed_with_issues", 1)
    assert one.does("restart", campaign=number, step=0, member="ana", to="ben") == "1 task began again for ben."
    assert set(assignees(crew).values()) == {"ben"}
    said = one.does("complete_job", campaign=number, step=0, member="ben", reason="Too blurred.")
    assert said == "The job of ben is completed; 1 task ended as skipped."


# ---- members


def test_a_member_is_invited_changed_disabled_and_enabled(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(1)
    error, answer = one.asks("invite", login="dora", role="annotator")
    assert error is None
    session = crew.workspace.client.call("sessions.accept", model.Session, token=answer["token"], password=PASSWORD)
    assert session.member.login == "dora"
    assert one.does("role", login="dora", role="reviewer") == "The role of dora is reviewer now."
    error, answer = one.asks("password", login="dora")
    assert error is None
    crew.workspace.client.call("sessions.open", model.Session, login="dora", password=answer["secret"])
    one.does("disable", login="dora")
    one.looks("members")
    assert {m["login"]: m["active"] for m in one.page.people["rows"]}["dora"] is False
    one.does("enable", login="dora")


def test_an_added_member_logs_in_with_the_password_that_is_shown_once(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, crew = boss(1)
    error, answer = one.asks("add", login="emil", role="annotator")
    assert error is None
    crew.workspace.client.call("sessions.open", model.Session, login="emil", password=answer["secret"])
    assert answer["secret"] not in json.dumps([one.page.people, one.page.page], default=str)
    error, _ = one.asks("add", login="emil", role="annotator")
    assert error is not None
    assert "already" in error


def test_owners_are_protected_from_managers(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, _ = boss(1)
    one.looks("members")
    owner = next(m for m in one.page.people["rows"] if m["role"] == "owner")
    assert owner["protected"] is True
    for what in ("disable", "password"):
        error, _ = one.asks(what, login=owner["login"])
        assert error is not None
        assert "Only an owner" in error
    error, _ = one.asks("role", login="ana", role="owner")
    assert error is not None


def test_members_are_listed_with_what_they_have_to_do(boss: Callable[..., tuple[Boss, Any]]) -> None:
    one, _ = boss(6, steps=EQUAL)
    one.looks("members")
    open_tasks = {m["login"]: m["open"] for m in one.page.people["rows"]}
    assert (open_tasks["ana"], open_tasks["ben"], open_tasks["chloe"]) == (3, 3, 0)
