"""A job's page, the list that is live, statuses, discarding and rejecting, attributes, limits, labels and notices."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Refused
from nbannotate.model import Attribute, Issue
from nbannotate.pages import jobs, render

RECIPE = nb.Recipe(
    labels=[
        nb.Label(
            "cell",
            attributes=(
                Attribute("stage", "choice", ("ring", "schizont"), required=True),
                Attribute("sharp", "boolean", default=True),
                Attribute("count", "integer"),
                Attribute("seen", "choices", ("dust", "fold")),
            ),
        ),
        "dust",
    ],
    tags=["blurred"],
    max_shapes=2,
    open_labels=True,
)


def until(true: Any, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def part(person: Any, name: str) -> dict[str, Any]:
    return render.parts(person.state)[name]


def job_of(place: Any, person: Any, step: int = 0) -> dict[str, Any]:
    assert person.does("job", campaign=place.campaign.campaign_id, step=step) is None
    return part(person, "job")


def status_of(place: Any, asset: str) -> Any:
    rows = place.ws.sql(
        "select status from asset_states where campaign_id = $1 and asset = $2", [place.campaign.campaign_id, asset]
    )
    return rows["status"][0]


class TestTheList:
    def test_refreshes_by_itself_when_others_did_something_and_only_then(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        assert ana.does("home") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("rework", text="Too big") is None
        before = part(ana, "jobs")
        assert before["groups"][0]["jobs"][0]["returned"] == 0
        assert ana.does("refresh") is None
        shown = part(ana, "jobs")
        job = shown["groups"][0]["jobs"][0]
        assert (job["returned"], job["issues"], job["state"]) == (1, 1, "in_progress")
        assert len(shown["issues"]) == 1
        ana.line.asked.clear()
        assert ana.does("refresh") is None
        assert [name for name, _ in ana.line.asked] == ["notices.mine", "tasks.mine"]

    def test_says_how_long_an_image_takes(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        until(lambda: ana.state.saving.state == "saved")
        assert ana.does("submit", seconds=30.0) is None
        assert ana.does("home") is None
        job = part(ana, "jobs")["groups"][0]["jobs"][0]
        assert 0 < job["per_task"] == job["per_object"]

    def test_goes_on_when_the_workspace_answers_again(self, place):
        ana = place.person("ana")
        ana.line.up.clear()
        assert ana.does("refresh") is not None
        assert ana.state.banner.action == "retry"
        ana.line.up.set()
        assert ana.does("refresh") is None
        assert ana.state.banner is None


class TestTheJob:
    def test_lists_its_images_and_opens_any_of_them(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        job = job_of(place, ana)
        assert [(r[1], r[2], r[3]) for r in job["rows"]] == [
            ("image_0.png", "done", "completed"),
            ("image_1.png", "in_progress", ""),
        ]
        assert (job["held"], job["unbegun"], job["waiting"]) == (1, 1, 1)
        assert job["how"].startswith("From a shared queue")
        assert "1 image waits" in job["how"]
        assert ana.does("open", task=job["rows"][0][0]) is None
        assert not ana.task.editable
        assert ana.does("job_of_task") is None
        assert ana.state.screen == "job"

    def test_says_when_the_images_were_dealt(self, make_place):
        place = make_place(steps=[nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")])
        job = job_of(place, place.person("ana"))
        assert "given to you" in job["how"]
        assert len(job["rows"]) == job["total"] == 2
        assert job["state"] == "pending"

    def test_is_up_to_date_while_it_is_shown(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        job_of(place, ana)
        again = place.person("ana")
        again.starts(place.campaign)
        again.draws((10, 10, 60, 60))
        assert again.does("submit") is None
        assert ana.does("refresh") is None
        assert [r[2] for r in part(ana, "job")["rows"]] == ["done", "in_progress"]

    def test_is_submitted_as_a_whole_or_says_what_is_not_finished(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        assert ana.does("step", name="next") is None
        ana.draws((10, 10, 60, 60), label="")
        assert ana.does("step", name="next") is None
        job = job_of(place, ana)
        where = {"campaign": place.campaign.campaign_id, "step": 0}
        said = ana.does("submit_job", **where)
        assert "2 of 3 images are not finished" in said
        unfinished = part(ana, "job")["unfinished"]
        ids = {r[1]: str(r[0]) for r in job["rows"]}
        assert "no label" in unfinished[ids["image_1.png"]]
        assert "nothing is saved" in unfinished[ids["image_2.png"]]
        assert ids["image_0.png"] not in unfinished
        for name in ("image_1.png", "image_2.png"):
            assert ana.does("open", task=int(ids[name])) is None
            ana.page.canvas.set_shapes([])
            assert ana.does("nothing") is None
        job_of(place, ana)
        assert ana.does("submit_job", **where) is None
        assert ana.toasts[-1] == "3 images submitted."
        assert part(ana, "job")["state"] == "on_review"
        assert "nothing to submit" in ana.does("submit_job", **where)

    def test_of_somebody_else_is_not_shown(self, place):
        ben = place.person("ben")
        assert "no job there" in ben.does("job", campaign=place.campaign.campaign_id, step=0)
        assert ben.state.screen == "tasks"


def test_each_image_that_the_refusal_names_has_its_reason():
    def task(i: int, name: str, drafted: bool) -> Any:
        fields = {"task_id": i, "asset": name, "state": "in_progress", "drafted": drafted}
        return type("Task", (), fields)()

    tasks = (task(1, "a.png", True), task(2, "b a.png", True), task(3, "c.png", True), task(4, "d.png", False))
    said = "3 of 4 images are not finished. a.png: Shape 1 has no label. c.png: too many: 6. d.png: nothing is saved. …"
    assert jobs.unfinished(tasks, said) == {
        1: "Shape 1 has no label.", 3: "too many: 6.", 4: "nothing is saved.",
    }  # fmt: skip


class TestEnding:
    def test_a_status_is_chosen_with_a_key_and_goes_back_to_the_default(self, make_place):
        place = make_place(steps=[nb.Step("draw", "annotation", ["ana"], statuses=("for expert review", "unsure"))])
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert part(ana, "task")["statuses"] == ["completed", "for expert review", "unsure"]
        for expected in ("for expert review", "unsure", "completed", "for expert review"):
            assert ana.does("status") is None
            assert part(ana, "task")["status"] == expected
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        assert status_of(place, "image_0.png") == "for expert review"
        assert part(ana, "task")["status"] == "completed"  # the next image begins with the default
        assert ana.does("status", name="unsure") is None
        assert "There is no status" in ana.does("status", name="nonsense")
        assert ana.does("nothing") is None
        assert ana.does("submit") is None
        assert status_of(place, "image_1.png") == "unsure"

    def test_a_step_without_statuses_has_nothing_to_choose(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert part(ana, "task")["statuses"] == []
        assert "one status only" in ana.does("status")

    def test_discarding_needs_a_reason_which_is_kept(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert "Say why" in ana.does("discard", text="  ")
        assert ana.does("discard", text="A test image") is None
        assert status_of(place, "image_0.png") == "discarded"
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
        assert [status_of(place, f"image_{i}.png") for i in (0, 1)] in (["rejected"] * 2, [None, "rejected"])
        assert ana.does("home") is None
        assert part(ana, "jobs")["groups"][0]["jobs"][0]["rejected"] == 2


def test_when_nothing_more_is_given_out_the_submitted_image_counts_and_the_reason_is_said(place, monkeypatch):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    call = ana.line.call

    def overdue(operation: str, returns: Any, /, **arguments: Any) -> Any:
        if operation == "tasks.next":
            raise Refused("The campaign was due on 2020-01-01; it gives out no new images.")
        return call(operation, returns, **arguments)

    monkeypatch.setattr(ana.line, "call", overdue)
    assert ana.does("submit") is None
    assert ana.state.screen == "tasks"
    assert "was due on 2020-01-01" in ana.toasts[-1]
    assert status_of(place, "image_0.png") == "completed"


class TestWhatIsSaidOfAShape:
    @pytest.fixture
    def ana(self, make_place):
        self.place = make_place(RECIPE)
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
        fields = {f["name"]: f for f in part(ana, "drawing")["form"]["fields"]}
        assert fields["sharp"]["value"] is True
        assert (fields["stage"]["value"], fields["stage"]["required"]) == (None, True)
        assert part(ana, "drawing")["shapes"][0][5:] == ["sharp", ["stage"]]
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
        assert part(ana, "drawing")["form"] is None
        assert ana.does("label", name="cell") is None
        assert ana.task.annotation.shapes[0].attributes == {"sharp": True}
        assert ana.does("attribute", ids=ids, name="stage", text='"ring"') is None
        until(lambda: ana.state.saving.state == "saved")

    def test_several_shapes_are_set_together(self, ana):
        ana.draws((10, 10, 60, 60), (100, 10, 160, 60), label="cell")
        first = self.select(ana, 0)
        assert ana.does("attribute", ids=first, name="count", text="1") is None
        both = self.select(ana, 0, 1)
        assert {f["name"]: f["mixed"] for f in part(ana, "drawing")["form"]["fields"]}["count"]
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
        assert part(ana, "drawing")["most_shapes"] == 2
        assert ana.does("submit") is None

    def test_a_label_is_added_and_used(self, ana):
        assert ana.does("add_label", text="  white   cell ") is None
        assert ana.page.canvas.label == "white cell"
        assert [v["name"] for v in part(ana, "drawing")["labels"]] == ["cell", "dust", "white cell"]
        ana.draws((10, 10, 60, 60), label="white cell")
        until(lambda: ana.state.saving.state == "saved")
        assert "already" in ana.does("add_label", text="White Cell")
        assert ana.state.banner is None

    def test_a_recipe_that_is_closed_takes_no_label(self, place):
        ana = place.person("ana")
        ana.starts(place.campaign)
        assert not part(ana, "drawing")["open_labels"]
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
        shown = part(chloe, "task")
        assert (shown["settled"], shown["mine"]) == (True, False)
        assert chloe.does("issue", text="It was wrong after all") is None
        assert "goes back to rework" in chloe.toasts[-1]
        assert not part(chloe, "task")["settled"]
        assert ana.does("home") is None
        assert part(ana, "jobs")["groups"][0]["jobs"][0]["returned"] == 1
        mine = [r for r in job_of(place, ana)["rows"] if r[2] == "to_rework"]
        assert ana.does("open", task=mine[0][0]) is None
        assert not part(ana, "task")["settled"]

    def test_an_annotator_is_not_offered_it(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        first = ana.task.task.task_id
        ana.draws((10, 10, 60, 60))
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("submit") is None
        assert ana.does("open", task=first) is None
        assert not part(ana, "task")["settled"]
        assert "only a reviewer" in ana.does("issue", text="Hm")

    def test_a_fix_is_marked_for_review_and_approved_or_reopened(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
        ana.starts(place.campaign)
        ana.draws((10, 10, 60, 60))
        shape = ana.page.canvas.shapes[0].id
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert chloe.does("issue", text="Too big", shape=shape) is None
        assert part(chloe, "task")["open_issues"] == 1
        assert "issue" in chloe.does("submit")
        assert chloe.does("rework") is None
        ana.starts(place.campaign)
        issue = part(ana, "talk")["issues"][0]
        assert issue["may"] == ["for_review"]
        assert ana.does("issue_state", issue=issue["id"], name="for_review") is None
        assert ana.does("submit") is None
        chloe.starts(place.campaign, 1)
        assert part(chloe, "task")["for_review"] == 1
        assert part(chloe, "talk")["issues"][0]["may"] == ["resolved", "open"]
        assert chloe.does("issue_state", issue=issue["id"], name="open") is None
        assert part(chloe, "task")["open_issues"] == 1


class TestNotices:
    def test_lead_to_the_task_and_are_seen_then(self, place):
        ana, chloe = place.person("ana"), place.person("chloe")
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
        assert {"tab": "issues"} in ana.told
        assert ana.does("notices_seen") is None
        assert part(ana, "notices")["unseen"] == 0
        assert "not in your list" in ana.does("notice", notice=10**9)

    def test_of_a_campaign_leads_to_its_job(self, make_place):
        place = make_place(steps=[nb.Step("draw", "annotation", ["ana"], attribution="equal")])
        ana = place.person("ana")
        given = next(n for n in ana.state.notices if n.kind == "assigned")
        assert ana.does("notice", notice=given.notice_id) is None
        assert ana.state.screen == "job"


# ---- in a browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
MANY = 400


@pytest.fixture(scope="module")
def site(serve):
    def fill(ws: Any, folder: Any) -> None:
        (folder / "images").mkdir()
        Image.fromarray(np.full((60, 80), 128, np.uint8)).save(folder / "images" / "image_000.png")
        for i in range(1, MANY):
            (folder / "images" / f"image_{i:03}.png").hardlink_to(folder / "images" / "image_000.png")
        version = ws.create_dataset("Many").create_version("v1").add_images([folder / "images"])
        steps = [nb.Step("draw", "annotation", ["ana"], attribution="equal", statuses=("unsure",))]
        version.create_campaign("Many", RECIPE, nb.Workflow(steps)).launch()
        for name in ("left", "right"):
            (folder / "series" / name).mkdir(parents=True)
            for i in range(3):
                (folder / "series" / name / f"{i}.png").hardlink_to(folder / "images" / "image_000.png")
        series = ws.create_dataset("Series").create_version("v1").add_images(folder / "series", sequence="folder")
        steps = [nb.Step("outline", "annotation", ["ben"], attribution="equal")]
        series.create_campaign("Series", RECIPE, nb.Workflow(steps)).launch()

    return serve(fill)


@pytest.fixture(scope="module")
def page(site):
    return site.log_in("ana")


@pytest.mark.browser
def test_a_long_list_is_walked_with_the_keyboard_and_only_what_is_seen_is_made(site, page):
    page.locator(".nbp-job h3 button").press("Enter")
    page.wait_for_selector(f".nbp-job-page [role=tab][aria-selected=true] >> text={MANY}")
    assert page.url.endswith(".0")
    page.locator(".nbp-list").focus()
    assert page.locator(".nbp-list .image").count() < 60
    page.keyboard.press("End")
    page.wait_for_selector(f".image[aria-selected=true] >> text=image_{MANY - 1}.png")
    assert page.locator(".nbp-list .image").count() < 60
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".nbp-top h1[title='image_{MANY - 2}.png']")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("j")  # back to where one was
    page.wait_for_selector(f".nbp-list:focus .image[aria-selected=true] >> text=image_{MANY - 2}.png")
    page.locator("[role=tab][data-key=returned]").press("Enter")
    page.wait_for_selector("text=Nothing was returned to you")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("[role=tab][data-key=remaining][aria-selected=true]")
    page.locator("[data-key=submit-job]").press("Enter")
    page.wait_for_selector(f".nbp-dialog >> text={MANY} images")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector(".nbp-jobs")
    page.go_back()
    page.wait_for_selector(".nbp-job-page")


@pytest.mark.browser
def test_a_shape_is_described_and_submitted_as_unsure_without_the_mouse(site, page):
    page.locator(".nbp-job-page [data-key=go]").press("Enter")
    page.wait_for_selector(".nbp-top h1[title='image_000.png']")
    page.wait_for_selector(".nba-stage:focus")
    page.wait_for_selector(".nba-preview[src]", state="attached")
    page.keyboard.press("1")
    box = page.locator(".nba-overlay").bounding_box()
    page.keyboard.press("r")
    page.wait_for_selector(".tool[data-key=rectangle][aria-pressed=true]")
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
    page.mouse.up()
    page.wait_for_selector(".nbp-form >> text=required")
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-form .tag[aria-pressed=true] >> text=schizont")
    number = page.locator(".nbp-form [data-type=integer] input")
    number.focus()
    page.keyboard.type("several")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-form .error")
    number.fill("7")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-shapes small >> text=schizont · sharp · 7")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("s")
    page.wait_for_selector(".submit >> text=as unsure")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".nbp-toast >> text=as 'unsure'")
    page.wait_for_selector(".nbp-top h1[title='image_001.png']")
    rows = site.ws.sql("select attributes from shapes")
    assert '"count":7' in str(rows["attributes"][0]).replace(" ", "")


@pytest.mark.browser
def test_the_bell_rings_by_itself_and_leads_to_what_it_is_about(site, page):
    page.keyboard.press("Home")
    page.wait_for_selector(".nbp-jobs")
    task = site.ws.sql("select task_id from tasks where asset = 'image_000.png'")["task_id"][0]
    site.ws.client.call("issues.create", Issue, task_id=int(task), text="Not a cell")
    page.wait_for_selector(".bell .count")  # nobody pressed refresh
    page.wait_for_selector(".nbp-job .chip[data-kind=returned]")
    page.keyboard.press("Shift+N")
    page.wait_for_selector(".nbp-notices .notice:focus")
    page.locator(".notice[data-kind=returned]").press("Enter")
    page.wait_for_selector(".nbp-top h1[title='image_000.png']")
    page.wait_for_selector(".nbp-must >> text=1 issue says what to fix")
    page.wait_for_selector(".nbp-threads >> text=Not a cell")


@pytest.mark.browser
def test_the_images_of_a_sequence_stand_together_below_its_name(site):
    page = site.log_in("ben")
    page.locator("[data-open]").press("Enter")
    page.wait_for_selector(".nbp-job-page")
    playwright.expect(page.locator(".image.head")).to_have_text(["left3 images", "right3 images"])
    page.locator(".nbp-list").focus()
    for _ in range(3):  # over the second heading
        page.keyboard.press("ArrowDown")
    page.wait_for_selector(".image[aria-selected=true][aria-posinset='6']")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(".image[aria-selected=true][aria-posinset='4']")
