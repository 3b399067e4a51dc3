"""Ending a task in all its ways, attributes, limits, labels that are added, the cycle of an issue, and notices."""

from __future__ import annotations

import time
from typing import Any

import pytest

import nbannotate as nb
from nbannotate.model import Closed, ClosedAndNext


def until(true: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


class TestEnding:
    def test_a_status_is_chosen_with_a_key_and_goes_back_to_the_default(self, make_place):
        place = make_place(steps=[nb.Step("draw", "annotation", ["ana"], statuses=("for expert review", "unsure"))])
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert ana.part("task")["statuses"] == ["completed", "for expert review", "unsure"]
        for expected in ("for expert review", "unsure", "completed", "for expert review"):
            assert ana.does("status") is None
            assert ana.part("task")["status"] == expected
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        assert place.status_of("image_0.png") == "for expert review"
        assert ana.part("task")["status"] == "completed"  # the next image begins with the default
        assert ana.does("status", name="unsure") is None
        assert "There is no status" in ana.does("status", name="nonsense")
        assert ana.does("nothing") is None
        assert ana.does("submit") is None
        assert place.status_of("image_1.png") == "unsure"

    def test_a_step_without_statuses_has_nothing_to_choose(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert ana.part("task")["statuses"] == []
        assert "one status only" in ana.does("status")

    def test_discarding_needs_a_reason_which_is_kept(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert "Say why" in ana.does("discard", text="  ")
        assert ana.does("discard", text="A test image") is None
        assert place.status_of("image_0.png") == "discarded"
        assert ana.task.task.asset == "image_1.png"
        notes = place.ws.sql("select note from tasks where campaign_id = $1 and note is not null",
                             [place.campaign.campaign_id])  # fmt: skip
        assert notes["note"].tolist() == ["A test image"]

    def test_rejecting_is_for_reviewers_and_may_say_why(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        assert ana.does("reject") is not None
        for _ in range(2):
            ana.draws((10, 10, 60, 60))
            assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("reject", text="Not a smear") is None
        assert chloe.does("reject") is None
        assert [place.status_of(f"image_{i}.png") for i in (0, 1)] in (["rejected"] * 2, [None, "rejected"])
        assert ana.does("home") is None
        assert ana.part("jobs")["groups"][0]["jobs"][0]["rejected"] == 2


def test_when_nothing_more_is_given_out_the_submitted_image_counts_and_the_reason_is_said(place, monkeypatch):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    call = ana.line.call

    def overdue(operation: str, returns: Any, /, **arguments: Any) -> Any:
        if operation == "tasks.submit_and_next":
            closed = call("tasks.submit", Closed, **arguments)
            return ClosedAndNext(closed, None, "The campaign was due on 2020-01-01; it gives out no new images.")
        return call(operation, returns, **arguments)

    monkeypatch.setattr(ana.line, "call", overdue)
    assert ana.does("submit") is None
    assert ana.state.screen == "tasks"
    assert "was due on 2020-01-01" in ana.toasts[-1]
    assert place.status_of("image_0.png") == "completed"


class TestWhatIsSaidOfAShape:
    @pytest.fixture
    def ana(self, make_place, cells):
        self.place = make_place(cells)
        person = self.place.person("ana")
        person.starts(self.place.campaign)
        return person

    def select(self, ana, *which):
        ids = [ana.page.canvas.shapes[i].id for i in which]
        assert ana.does("select", ids=ids) is None
        return ids

    def test_the_form_shows_defaults_and_what_is_required(self, ana):
        ana.draws((10, 10, 60, 60), label="cell")
        self.select(ana, 0)
        fields = {f["name"]: f for f in ana.part("drawing")["form"]["fields"]}
        assert fields["sharp"]["value"] is True
        assert (fields["stage"]["value"], fields["stage"]["required"]) == (None, True)
        shown = ana.part("drawing")["shapes"][0]
        assert (shown["values"], shown["missing"]) == ("sharp", ["stage"])
        assert "needs the attribute 'stage'" in ana.does("submit")

    def test_values_are_stored_checked_and_undone(self, ana):
        ana.draws((10, 10, 60, 60), label="cell")
        ids = self.select(ana, 0)
        for name, text in (("stage", '"ring"'), ("count", "3"), ("seen", '["dust", "fold"]'), ("sharp", "false")):
            assert ana.does("attribute", ids=ids, name=name, text=text) is None
        wanted = {"stage": "ring", "count": 3, "seen": ["dust", "fold"], "sharp": False}
        assert ana.task.annotation.shapes[0].attributes == wanted
        assert ana.page.canvas.selected == tuple(ids)
        assert "must be a" in ana.does("attribute", ids=ids, name="count", text='"many"')
        assert "not understood" in ana.does("attribute", ids=ids, name="count", text="{")
        assert "no attribute" in ana.does("attribute", ids=ids, name="size", text="1")
        until(lambda: ana.state.saving.state == "saved")
        assert ana.does("undo") is None
        assert ana.task.annotation.shapes[0].attributes == {**wanted, "sharp": True}
        assert ana.does("attribute", ids=ids, name="sharp", text="") is None  # no answer is not the default
        assert ana.task.annotation.shapes[0].attributes["sharp"] is None
        assert ana.does("submit") is None

    def test_another_label_takes_its_own_attributes(self, ana):
        ana.draws((10, 10, 60, 60), label="dust")
        ids = self.select(ana, 0)
        form = ana.part("drawing")["form"]
        assert (form["free"], form["fields"], form["text"]) == (True, [], "{}")  # it declares none: any may be said
        assert ana.does("label", name="cell") is None
        assert ana.task.annotation.shapes[0].attributes == {"sharp": True}
        assert ana.does("attribute", ids=ids, name="stage", text='"ring"') is None
        until(lambda: ana.state.saving.state == "saved")

    def test_several_shapes_are_set_together(self, ana):
        ana.draws((10, 10, 60, 60), (100, 10, 160, 60), label="cell")
        first = self.select(ana, 0)
        assert ana.does("attribute", ids=first, name="count", text="1") is None
        both = self.select(ana, 0, 1)
        assert {f["name"]: f["mixed"] for f in ana.part("drawing")["form"]["fields"]}["count"]
        assert ana.does("attribute", ids=both, name="stage", text='"schizont"') is None
        assert [s.attributes["stage"] for s in ana.task.annotation.shapes] == ["schizont"] * 2

    def test_too_many_shapes_are_refused_with_a_sentence_and_the_next_change_is_saved(self, ana):
        ana.draws((10, 10, 60, 60), (100, 10, 160, 60), (10, 100, 60, 160), label="dust")
        until(lambda: ana.state.saving.state == "refused")
        assert "2" in ana.state.banner.text
        assert ana.does("home") is not None  # what cannot be saved is not left behind
        assert ana.state.screen == "task"
        assert ana.does("delete", ids=[ana.page.canvas.shapes[-1].id]) is None
        until(lambda: ana.state.saving.state == "saved")
        assert ana.state.banner is None
        assert ana.part("drawing")["most_shapes"] == 2
        assert ana.does("submit") is None

    def test_a_label_is_added_and_used(self, ana):
        assert ana.does("add_label", text="  white   cell ") is None
        assert ana.page.canvas.label == "white cell"
        assert [v["name"] for v in ana.part("drawing")["labels"]] == ["cell", "dust", "white cell"]
        ana.draws((10, 10, 60, 60), label="white cell")
        until(lambda: ana.state.saving.state == "saved")
        assert "already" in ana.does("add_label", text="White Cell")
        assert ana.state.banner is None

    def test_a_recipe_that_is_closed_takes_no_label(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert not ana.part("drawing")["open_labels"]
        assert "chosen by its manager" in ana.does("add_label", text="new")


class TestIssuesAfterTheEnd:
    def test_a_reviewer_is_told_that_an_issue_sends_a_done_image_back(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        done = chloe.task.task.task_id
        assert chloe.does("submit") is None
        assert chloe.does("open", task=done) is None
        shown = chloe.part("task")
        assert (shown["settled"], shown["mine"]) == (True, False)
        assert chloe.does("issue", text="It was wrong after all") is None
        assert "goes back to rework" in chloe.toasts[-1]
        assert not chloe.part("task")["settled"]
        assert ana.does("home") is None
        assert ana.part("jobs")["groups"][0]["jobs"][0]["returned"] == 1
        mine = [r for r in ana.job(place.campaign)["rows"] if r["state"] == "to_rework"]
        assert ana.does("open", task=mine[0]["task"]) is None
        assert not ana.part("task")["settled"]

    def test_an_annotator_is_not_offered_it(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        first = ana.task.task.task_id
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("submit") is None
        assert ana.does("open", task=first) is None
        assert not ana.part("task")["settled"]
        assert "only a reviewer" in ana.does("issue", text="Hm")

    def test_a_fix_is_marked_for_review_and_approved_or_reopened(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        shape = ana.page.canvas.shapes[0].id
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("issue", text="Too big", shape=shape) is None
        assert chloe.part("task")["open_issues"] == 1
        assert "issue" in chloe.does("submit")
        assert chloe.does("rework") is None
        ana.starts(place.campaign)
        issue = ana.part("talk")["issues"][0]
        assert issue["may"] == ["for_review"]
        assert ana.does("issue_state", issue=issue["id"], state="for_review") is None
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.part("task")["for_review"] == 1
        assert chloe.part("talk")["issues"][0]["may"] == ["resolved", "open"]
        assert chloe.does("issue_state", issue=issue["id"], state="open") is None
        assert chloe.part("task")["open_issues"] == 1


class TestNotices:
    def test_lead_to_the_task_and_are_seen_then(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.line.call("notices.see", int)  # what other tests left would push this one out of the list
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("rework", text="Too big") is None
        assert ana.does("refresh") is None
        mine = [n for n in ana.state.notices if n.campaign_id == place.campaign.campaign_id]
        returned = next(n for n in mine if n.kind == "returned")
        assert ana.does("notice", notice=returned.notice_id) is None
        assert (ana.state.screen, ana.task.task.asset) == ("task", "image_0.png")
        assert next(n for n in ana.state.notices if n.notice_id == returned.notice_id).seen
        assert ana.does("refresh") is None
        assert next(n for n in ana.state.notices if n.notice_id == returned.notice_id).seen

    def test_an_answer_leads_to_its_thread_and_all_are_seen_at_once(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("issue", text="What is this?") is None
        issue = ana.task.issues[0].issue_id
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("reply", issue=issue, text="A cell.") is None
        assert ana.does("home") is None
        answer = next(n for n in ana.state.notices if n.issue_id == issue)
        assert ana.does("notice", notice=answer.notice_id) is None
        assert {"type": "panel", "panel": "issues", "tag": "", "attribute": ""} in ana.told
        assert ana.does("notices_seen") is None
        assert ana.part("notices")["unseen"] == 0
        assert "not in your list" in ana.does("notice", notice=10**9)

    def test_of_a_campaign_leads_to_its_job(self, make_place):
        place = make_place(steps=[nb.Step("draw", "annotation", ["ana"], attribution="equal")])
        ana = place.person("ana")
        given = next(n for n in ana.state.notices if n.kind == "assigned")
        assert ana.does("notice", notice=given.notice_id) is None
        assert ana.state.screen == "job"
