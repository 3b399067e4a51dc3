"""What a person meets in the app: going from task to task, drafts, issues, and what happens when something fails."""

from __future__ import annotations

import subprocess
import sys
import time

import msgspec
import pytest
from tests.pages.conftest import as_json

from nbannotate.errors import CannotWrite, DatabaseFailed, DiskFull, OwnerUnavailable
from nbannotate.model import Issue, Task
from nbannotate.pages import Annotator, Work
from nbannotate.pages.work import drawing, render
from nbannotate.rules.draft_changes import changes


def until(true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def submit_all(place, person, step: int = 0) -> None:
    person.starts(place.campaign, step)
    while person.state.screen == "task":
        if not person.task.annotation.shapes:
            person.draws((10, 10, 60, 60))
        assert person.does("submit") is None


def test_my_tasks_shows_the_jobs_and_who_is_there(place):
    ana = place.person("ana")
    page = as_json(render.parts(ana.state))
    assert page["page"]["login"] == "ana"
    assert page["jobs"]["groups"][0]["campaign"] == place.campaign.name
    job = page["jobs"]["groups"][0]["jobs"][0]
    assert (job["name"], job["kind"], job["total"], job["remaining"]) == ("draw", "annotation", 3, 3)


def test_who_has_no_work_sees_an_empty_list(place):
    ben = place.person("ben")
    assert ben.state.screen == "tasks"
    assert ben.part("jobs")["groups"] == []


def test_submitting_goes_straight_to_the_next_task_and_in_the_end_says_that_all_is_done(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    seen = []
    while ana.state.screen == "task":
        seen.append(ana.task.task.asset)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
    assert seen == ["image_0.png", "image_1.png", "image_2.png"]
    assert any("image_0.png submitted" in t for t in ana.toasts)
    assert ana.state.screen == "finished"
    assert ana.part("jobs")["finished"]["done"] == 3


def test_what_is_drawn_is_saved_by_itself_in_order(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    for i in range(5):
        ana.draws((10 + i, 10, 60, 60))
    until(lambda: ana.state.saving.state == "saved")
    ana.draws((100, 100, 120, 120))
    until(lambda: ana.state.saving.state == "saved" and len(ana.line.saves()) > 1)
    saves = ana.line.saves()
    assert [s["revision"] for s in saves] == list(range(len(saves)))
    assert len(saves) < 6  # gestures in quick succession travel together
    again = place.person("ana")
    assert again.does("open", task=ana.task.task.task_id) is None
    assert len(again.page.canvas.shapes) == 6


def test_only_what_changed_of_a_draft_travels(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    for i in range(3):
        ana.draws((10 + 20 * i, 10, 20 + 20 * i, 60))
        until(lambda n=i + 1: ana.state.saving.state == "saved" and len(ana.line.saves()) == n)
    asked = [(o, arguments) for o, arguments in ana.line.asked if o in ("tasks.save", "tasks.save_changes")]
    assert [operation for operation, _ in asked] == ["tasks.save", "tasks.save_changes", "tasks.save_changes"]
    assert [len(arguments["changes"].shapes) for _, arguments in asked[1:]] == [1, 1]
    again = place.person("ana")
    assert again.does("open", task=ana.task.task.task_id) is None
    assert len(again.page.canvas.shapes) == 3


def test_a_page_that_is_not_in_step_sends_the_whole_draft(place, monkeypatch):
    of_another = lambda before, after: msgspec.structs.replace(changes(before, after), mark=1)  # noqa: E731
    monkeypatch.setattr("nbannotate.pages.work.drafts.changes", of_another)
    ana = place.person("ana")
    ana.starts(place.campaign)
    for i in range(3):
        ana.draws((10 + 20 * i, 10, 20 + 20 * i, 60))
        until(lambda n=i + 1: ana.state.saving.state == "saved" and ana.desk.drafts.revision == n)
    asked = [o for o, _ in ana.line.asked if o in ("tasks.save", "tasks.save_changes")]
    assert asked == ["tasks.save", "tasks.save_changes", "tasks.save", "tasks.save"]
    again = place.person("ana")
    assert again.does("open", task=ana.task.task.task_id) is None
    assert len(again.page.canvas.shapes) == 3


def test_going_back_and_forth_keeps_the_drafts(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    assert ana.does("step", name="next") is None  # takes a new one from the queue
    assert ana.task.task.asset == "image_1.png"
    assert ana.page.canvas.shapes == ()
    assert ana.does("step", name="previous") is None
    assert (ana.task.task.asset, len(ana.page.canvas.shapes)) == ("image_0.png", 1)
    assert ana.does("step", name="previous") is None
    assert ana.toasts[-1].startswith("This is the first")


def test_next_at_the_end_of_the_queue_says_so(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    for _ in range(3):
        assert ana.does("step", name="next") is None
    assert ana.task.task.asset == "image_2.png"
    assert "last one" in ana.toasts[-1]


def test_a_key_pressed_twice_does_not_submit_the_next_task_too(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    first = ana.task.task.task_id
    ana.draws((10, 10, 60, 60))
    ana.desk.dispatcher.handle({"do": "submit", "at": first})
    ana.desk.dispatcher.handle({"do": "submit", "at": first})
    assert ana.desk.dispatcher.worker.settle()
    submitted = [a["task_id"] for o, a in ana.line.asked if o.startswith("tasks.submit")]
    assert submitted == [first]


def test_an_empty_image_cannot_be_submitted_but_nothing_to_label_can(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert "Nothing is drawn yet" in ana.does("submit")
    assert ana.does("nothing") is None
    assert ana.task.annotation.nothing_to_label
    assert ana.does("submit") is None
    assert ana.task.task.asset == "image_1.png"


def test_drawing_takes_nothing_to_label_back_and_shapes_forbid_it(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.does("nothing") is None
    ana.draws((10, 10, 60, 60))
    assert not ana.task.annotation.nothing_to_label
    assert "1 shape" in ana.does("nothing")


def test_tags_are_toggled_and_saved(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.does("tag", name="blurred") is None
    assert ana.task.annotation.tags == ("blurred",)
    until(lambda: ana.state.saving.state == "saved")
    assert ana.line.saves()[-1]["annotation"].tags == ("blurred",)
    assert "There is no tag" in ana.does("tag", name="huge")


def test_a_submitted_task_is_read_only_and_says_why(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert ana.does("step", name="previous") is None
    shown = as_json(render.parts(ana.state))
    assert shown["task"]["editable"] is False
    assert "You submitted this task" in shown["task"]["reason"]
    assert not ana.page.canvas.editable
    ana.draws((1, 1, 50, 50))  # even if a browser could
    assert len(ana.task.annotation.shapes) == 1
    assert "You submitted this task" in ana.does("submit")


def test_rework_needs_a_reason_and_goes_back_to_the_annotator(place):
    ana, chloe = place.person("ana"), place.person("chloe")
    submit_all(place, ana)
    chloe.starts(place.campaign, 1)
    first = chloe.task.task.asset
    assert chloe.does("rework") == "Say what is wrong."
    assert chloe.does("rework", text="The box is too big") is None
    assert chloe.task.task.asset != first
    assert ana.does("home") is None
    job = ana.part("jobs")["groups"][0]["jobs"][0]
    assert (job["returned"], job["issues"]) == (1, 1)
    ana.starts(place.campaign)
    assert ana.task.task.asset == first
    assert ana.task.task.state == "to_rework"
    shown = ana.part("talk")["issues"]
    assert (shown[0]["thread"][0]["text"], shown[0]["may"]) == ("The box is too big", ["for_review"])
    ana.draws((20, 20, 50, 50))
    assert ana.does("submit") is None
    back = chloe.does("home") or chloe.starts(place.campaign, 1)
    assert back is None


def test_an_issue_on_a_shape_marks_it_on_the_canvas(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    shape = ana.page.canvas.shapes[0].id
    assert ana.does("issue", text="What is this?", shape=shape) is None
    assert [m.shape_id for m in ana.page.canvas.marks] == [shape]
    issue = ana.task.issues[0]
    assert ana.does("issue_state", issue=issue.issue_id, state="resolved", text="A cell.") is None
    assert ana.page.canvas.marks == ()
    assert [c.text for c in ana.task.issues[0].comments] == ["What is this?", "A cell."]
    assert "not there any more" in ana.does("issue", text="x", shape="nowhere")


def test_accept_is_called_with_edits_once_something_differs(place):
    ana, chloe = place.person("ana"), place.person("chloe")
    submit_all(place, ana)
    chloe.starts(place.campaign, 1)
    assert not chloe.part("task")["edited"]
    chloe.draws((100, 100, 140, 150), label="WBC")
    assert chloe.part("task")["edited"]
    again = place.person("chloe")
    until(lambda: chloe.state.saving.state == "saved")
    assert again.does("open", task=chloe.task.task.task_id) is None
    assert again.part("task")["edited"]  # a draft of the review, compared with what was submitted
    assert chloe.does("submit") is None
    assert "accepted with your edits" in chloe.toasts[-1]


def test_skip_with_a_reason_goes_on_and_a_reason_is_raised_once(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    task = ana.task.task
    ana.desk.call("issues.create", Issue, task_id=task.task_id, text="Black image")  # the first half of a try
    assert ana.does("open", task=task.task_id) is None
    assert ana.does("skip", text="Black image") is None
    assert ana.task.task.task_id != task.task_id
    issues = ana.desk.call("issues.mine", list[Issue])
    assert len([i for i in issues if i.campaign_id == place.campaign.campaign_id]) == 1


def test_a_second_tab_is_a_conflict_that_reloading_ends(place):
    ana, tab = place.person("ana"), place.person("ana")
    ana.starts(place.campaign)
    tab.starts(place.campaign)
    tab.draws((10, 10, 60, 60))
    until(lambda: tab.state.saving.state == "saved")
    ana.draws((100, 100, 150, 150))
    until(lambda: ana.state.saving.state == "conflict")
    assert ana.state.banner.action == "reload"
    assert "saved elsewhere" in ana.does("submit")
    assert ana.does("reload") is None
    assert ana.state.banner is None
    assert ana.page.canvas.shapes == tab.page.canvas.shapes
    ana.draws((100, 100, 150, 150))
    until(lambda: ana.state.saving.state == "saved")


@pytest.mark.parametrize("error", [OwnerUnavailable, DiskFull, CannotWrite, DatabaseFailed])
def test_offline_is_shown_and_saving_goes_on_by_itself(place, error):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.line.error = error("It does not work now.")
    ana.line.up.clear()
    ana.draws((10, 10, 60, 60))
    until(lambda: ana.state.saving.state == "offline")
    assert ana.part("saving")["state"] == "offline"
    ana.draws((100, 100, 150, 150))
    ana.line.up.set()
    until(lambda: ana.state.saving.state == "saved")
    assert len(ana.line.saves()[-1]["annotation"].shapes) == 2


def test_what_is_not_stored_is_not_left_behind(place, monkeypatch):
    ana = place.person("ana")
    ana.starts(place.campaign)
    flush = ana.desk.drafts.flush
    monkeypatch.setattr(ana.desk.drafts, "flush", lambda: flush(0.3))
    ana.line.up.clear()
    ana.draws((10, 10, 60, 60))
    assert ana.does("home") is not None
    assert ana.state.screen == "task"
    assert ana.state.banner.action == "retry"


def test_the_end_of_a_session_is_said_and_offers_to_log_in(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    place.town.put_out("ana")
    ana.draws((10, 10, 60, 60))
    until(lambda: ana.state.saving.state == "ended")
    assert ana.state.banner.action == "login"


def test_an_unforeseen_failure_is_a_sentence_and_stands_in_the_log(place, monkeypatch, caplog):
    ana = place.person("ana")
    ana.starts(place.campaign)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setitem(ana.desk.dispatcher._handlers, drawing.Fit, broken)
    said = ana.does("fit")
    assert "secret detail" not in said + ana.state.banner.text
    assert "Something went wrong" in ana.state.banner.text
    assert "secret detail" in caplog.text
    assert ana.does("nothing") is None  # and work goes on


@pytest.mark.parametrize(
    "message",
    ["nonsense", {}, {"do": 3}, {"do": "submit", "at": -1}, {"do": "clock", "now": float("nan")}, {"do": "rm -rf"},
     {"do": "open", "task": 10**30}, {"do": "tag", "name": "x" * 999}, {"do": "issue", "zone": [1, 2]}],
)  # fmt: skip
def test_a_browser_that_lies_is_answered_with_a_sentence(place, message):
    ana = place.person("ana")
    ana.desk.dispatcher.handle(message)
    assert ana.desk.dispatcher.worker.settle()
    assert ana.state.screen == "tasks"
    assert len(ana.toasts) == 1


def test_nobody_can_open_the_task_of_another(place):
    ana, ben = place.person("ana"), place.person("ben")
    ana.starts(place.campaign)
    assert "only your own" in ben.does("open", task=ana.task.task.task_id)
    assert ben.state.task is None


def test_a_revision_of_the_past_is_looked_at_and_left(place):
    ana, chloe = place.person("ana"), place.person("chloe")
    submit_all(place, ana)
    chloe.starts(place.campaign, 1)
    chloe.draws((100, 100, 150, 150))
    assert chloe.does("history") is None
    items = chloe.part("info")["history"]
    assert [(i["step"], i["action"]) for i in items] == [("draw", "submitted"), ("check", "in progress")]
    assert chloe.does("look", annotation=items[0]["annotation"]) is None
    assert len(chloe.page.canvas.shapes) == 1
    assert not chloe.page.canvas.editable
    assert "earlier revision" in chloe.does("submit")
    assert chloe.does("back") is None
    assert len(chloe.page.canvas.shapes) == 2
    assert chloe.page.canvas.editable
    assert len(chloe.line.saves()) == 1


def counted(person):
    return [(r["sid"], r["n"]) for m in person.told if m["type"] == "counted" for r in m["reports"]]


def test_working_time_goes_along_with_a_save_once_there_is_enough_of_it(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert ana.does("clock", **ana.measured(2.5)) is None
    ana.draws((10, 10, 60, 60))
    until(lambda: ana.state.saving.state == "saved")
    assert ana.line.saves()[0]["seconds"] == ()
    assert ana.does("clock", **ana.measured(12)) is None
    ana.draws((20, 20, 60, 60))
    until(lambda: len(ana.line.saves()) == 2 and ana.state.saving.state == "saved")
    assert sum((s.ended - s.started).total_seconds() for s in ana.line.saves()[1]["seconds"]) == pytest.approx(14.5)
    assert counted(ana) == [("tab", 1), ("tab", 2)]


def test_time_is_told_again_until_it_is_counted(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    told = ana.measured(5)
    ana.line.up.clear()
    assert ana.does("beat", **told) is not None
    assert counted(ana) == []
    ana.line.up.set()
    assert ana.does("beat") is None
    assert counted(ana) == [("tab", 1)]
    assert ana.does("clock", **told) is None  # the page did not hear it
    assert counted(ana) == [("tab", 1)] * 2
    beats = [arguments["seconds"] for operation, arguments in ana.line.asked if operation == "tasks.heartbeat"]
    assert [len(b) for b in beats] == [1]


def test_time_of_tasks_that_were_left_is_reported_without_them(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    first = ana.task.task.task_id
    assert ana.does("step", name="next", **ana.measured(3)) is None
    second = ana.task.task.task_id
    assert ana.does("home", **ana.measured(2, second)) is None
    assert ana.does("refresh") is None
    reports = [arguments["stretches"] for operation, arguments in ana.line.asked if operation == "tasks.report"]
    assert [sorted(r) for r in reports] == [[first, second]]
    assert counted(ana) == [("tab", 1), ("tab", 2)]


def test_a_page_whose_time_is_off_is_told_what_time_it_is(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    told = ana.measured(5)
    told["now"] -= 3_600_000  # the machine slept for an hour, and the page does not know
    row = told["reports"][0]["rows"][0]
    row.update(low=row["low"] - 3_600_000, high=row["high"] - 3_600_000)
    assert ana.does("beat", **told, sid="tab", q=1) is None
    assert [m["sid"] for m in ana.told if m["type"] == "time"] == ["tab"]
    (beat,) = [arguments["seconds"] for operation, arguments in ana.line.asked if operation == "tasks.heartbeat"]
    opened = place.ws.sql("select opened from tasks where task_id = $1", [ana.task.task.task_id])["opened"][0]
    assert abs((beat[0].ended - opened).total_seconds()) < 600


def test_an_image_that_is_gone_is_said_and_the_task_can_be_skipped(place):
    (place.folder / "image_0.png").unlink()
    ana = place.person("ana")
    said = ana.does("start", campaign=place.campaign.campaign_id, step=0)
    assert "is not where it was" in said
    assert ana.task.task.asset == "image_0.png"
    assert ana.does("skip", text="No image") is None
    assert ana.task.task.asset == "image_1.png"
    assert ana.task.pictured


def test_an_issue_of_my_list_opens_my_task(place):
    ana, chloe = place.person("ana"), place.person("chloe")
    submit_all(place, ana)
    chloe.starts(place.campaign, 1)
    assert chloe.does("rework", text="Too big") is None
    assert ana.does("home") is None
    issue = ana.state.my_issues[0]
    assert ana.does("open_issue", issue=issue.issue_id) is None
    assert (ana.task.task.kind, ana.task.editable) == ("annotation", True)


def test_text_that_people_wrote_runs_no_script(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    html = ana.part("info")["instructions"]
    assert "<strong>Draw</strong>" in html
    assert "<script" not in html


class TestTheAnnotatorInANotebook:
    def test_starts_with_the_job_that_i_have(self, place):
        handle = type("Handle", (), {"client": place.town.client("ana")})()
        campaign = type(
            "Campaign", (), {"campaign_id": place.campaign.campaign_id, "name": "July", "workspace": handle}
        )()
        pane = Annotator(campaign, step="draw", height="500px")
        try:
            assert pane.state.screen == "task"
            assert pane.state.task.editable
            assert (pane.whole, pane.height) == (False, "500px")
        finally:
            pane.close()

    def test_lets_the_owner_look_at_a_campaign_read_only(self, place):
        pane = Annotator(place.campaign)
        try:
            assert pane.state.screen == "task"
            assert not pane.state.task.editable
            assert "no assignee" in pane.state.banner.text
            pane.desk.dispatcher.handle({"do": "step", "name": "next"})
            assert pane.desk.dispatcher.worker.settle()
            assert pane.state.task.task.asset == "image_1.png"
        finally:
            pane.close()


def test_outside_of_the_server_it_says_so_in_a_sentence(monkeypatch):
    monkeypatch.delenv("NBANNOTATE_TOKEN", raising=False)
    page = Work.here()
    try:
        assert page.state.screen == "failed"
        assert "nb.open" in page.state.banner.text
    finally:
        page.close()


def test_an_annotators_kernel_loads_no_heavy_library():
    code = (
        "import sys; from nbannotate.pages import Work; Work.here;"
        "print([m for m in ('pandas', 'plotly', 'duckdb', 'pyarrow', 'starlette', 'uvicorn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout


def test_the_operations_hold_what_the_page_showed(place):
    ana = place.person("ana")
    submit_all(place, ana)
    tasks = ana.desk.call("tasks.listing", list[Task], campaign_id=place.campaign.campaign_id, step=0)
    assert [t.state for t in tasks] == ["done"] * 3
    shapes = place.ws.sql("select count(*) as n from shapes where campaign_id = $1", [place.campaign.campaign_id])
    assert shapes["n"][0] == 3
