"""Issues: who may raise, answer, resolve and reopen them."""

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, Refused
from nbannotate.model import Closed, Issue, IssueSummary, Notice, Task

from .test_tasks import BOX, do, next_, raise_issue, to_rework


def set_state(client, issue, state):
    return client.call("issues.set_state", Issue, issue_id=issue.issue_id, state=state)


def test_a_thread_keeps_its_replies_in_order(team):
    t = team()
    view = to_rework(t)
    issue = view.issues[0]
    t["ana"].call("issues.reply", Issue, issue_id=issue.issue_id, text="which cell?")
    thread = t["chloe"].call("issues.reply", Issue, issue_id=issue.issue_id, text="the left one").comments
    assert [(c.author, c.text) for c in thread] == [
        ("chloe", "too large"), ("ana", "which cell?"), ("chloe", "the left one"),
    ]  # fmt: skip


def test_the_annotator_marks_for_review_and_the_reviewer_reopens(team):
    t = team()
    view = to_rework(t)
    issue = view.issues[0]
    with pytest.raises(NotAllowed, match="chloe"):
        set_state(t["ana"], issue, "resolved")
    assert set_state(t["ana"], issue, "for_review").state == "for_review"
    do(t["ana"], "submit", view, BOX)
    review = next_(t["chloe"], t, 1)
    assert set_state(t["chloe"], issue, "open").state == "open"
    do(t["chloe"], "rework", review)
    assert next_(t["ana"], t).issues[0].state == "open"


def test_a_zone_is_kept_with_its_corners_in_order(team):
    t = team()
    view = next_(t["ana"], t)
    assert raise_issue(t["ana"], view, zone=(30, 40, 1, 2)).zone == (1, 2, 30, 40)


def test_a_shape_can_be_what_an_issue_is_about(team):
    t = team()
    view = next_(t["ana"], t)
    assert raise_issue(t["ana"], view, shape_id="one").shape_id == "one"


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000])
def test_an_issue_says_something(team, text):
    t = team(count=1)
    with pytest.raises(InvalidInput, match="characters"):
        raise_issue(t["ana"], next_(t["ana"], t), text)


def test_a_stranger_sees_no_issue(team):
    t = team()
    issue = to_rework(t).issues[0]
    with pytest.raises(NotAllowed):
        t["ben"].call("issues.reply", Issue, issue_id=issue.issue_id, text="hello")
    assert t["ben"].call("issues.mine", list[Issue]) == []
    assert [i.issue_id for i in t["ana"].call("issues.mine", list[Issue])] == [issue.issue_id]


def done_with_one_resolved_issue(team):
    t = team(count=1)
    view = to_rework(t)
    do(t["ana"], "submit", view, BOX)
    do(t["chloe"], "submit", next_(t["chloe"], t, 1), BOX)
    return t, view


def test_reopening_an_issue_of_a_done_asset_sends_it_back_to_the_annotator(team):
    t, view = done_with_one_resolved_issue(team)
    assert list(t.campaign.issues.df(open=False)["closed_by"]) == ["chloe"]
    set_state(t["chloe"], view.issues[0], "open")
    (now,) = t.campaign.tasks.df().itertuples()
    assert (now.state, now.step_name, now.assignee, now.round) == ("to_rework", "draw", "ana", 3)
    assert t.workspace.sql("select status from asset_states")["status"].isna().all()


def test_a_flag_on_a_shape_takes_away_that_an_asset_is_done(team):
    t, view = done_with_one_resolved_issue(team)
    shape = BOX.shapes[0].id
    t["chloe"].call("issues.create", Issue, task_id=view.task.task_id, text="wrong cell", shape_id=shape)
    (now,) = t.campaign.tasks.df().itertuples()
    assert (now.state, now.assignee) == ("to_rework", "ana")
    back = next_(t["ana"], t, 0)
    assert back.editable
    do(t["ana"], "submit", back, BOX)
    again = next_(t["chloe"], t, 1)
    assert [i.state for i in again.issues] == ["resolved", "for_review"]
    do(t["chloe"], "submit", again, BOX)
    assert list(t.workspace.sql("select state, status from asset_states").iloc[0]) == ["done", "approved"]


def test_an_annotator_cannot_bring_back_what_is_done(team):
    t, view = done_with_one_resolved_issue(team)
    with pytest.raises(Refused, match="only a reviewer"):
        t["ana"].call("issues.create", Issue, task_id=view.task.task_id, text="let me again")
    assert t.campaign.issues.df(open=True).empty


def test_a_skipped_asset_takes_no_open_issue(team):
    t = team(count=1)
    view = next_(t["ana"], t, 0)
    t["ana"].call("tasks.discard", Closed, task_id=view.task.task_id, reason="all black", revision=0)
    with pytest.raises(Refused, match="left the workflow"):
        t.workspace.client.call("issues.create", Issue, task_id=view.task.task_id, text="look again")


def unreviewed(team):
    """Return a campaign without a review step, with a done asset of ana's on which a manager raised an issue."""
    t = team(
        count=1, steps=[nb.Step("draw", "annotation", ["ana", "ben"])],
        roles={"ana": "annotator", "ben": "annotator", "maria": "manager"},
    )  # fmt: skip
    maria = t["maria"]
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    (task,) = t["ana"].call("tasks.listing", list[Task], campaign_id=t.campaign.campaign_id, step=0)
    issue = maria.call("issues.create", Issue, task_id=task.task_id, text="the other cell, too")
    return t, maria, issue


def test_where_nobody_reviews_a_mended_asset_is_put_before_who_raised_the_issue(team):
    t, maria, issue = unreviewed(team)
    closed = do(t["ana"], "submit", next_(t["ana"], t), BOX)
    assert (closed.asset_state, closed.next_step) == ("in_progress", "draw")
    view = next_(maria, t)
    assert [i.state for i in view.issues] == ["for_review"]
    with pytest.raises(Refused, match="open issue"):
        do(maria, "submit", view, BOX)
    set_state(maria, issue, "resolved")
    assert do(maria, "submit", view, BOX).asset_state == "done"
    set_state(maria, issue, "open")
    assert next_(t["ana"], t).task.state == "to_rework", "it returns to ana, who annotates"


def test_who_raised_the_issue_has_left_so_another_manager_is_asked(team):
    t, _, issue = unreviewed(team)
    t.workspace.members.disable("maria")
    do(t["ana"], "submit", next_(t["ana"], t), BOX)
    owner = t.workspace.client
    view = next_(owner, t)
    assert any("no review step is left" in n.text for n in owner.call("notices.mine", list[Notice]))
    set_state(owner, issue, "resolved")
    assert do(owner, "submit", view, BOX).asset_state == "done"


def test_all_issues_are_listed_for_those_who_manage_open_ones_first(team):
    t = team()
    view = next_(t["ana"], t)
    closed = raise_issue(t["ana"], view, "is it a cell?")
    zone = raise_issue(t["ana"], view, "and this?", zone=(1, 2, 30, 40))
    t["ana"].call("issues.reply", Issue, issue_id=zone.issue_id, text="it is blurred")
    set_state(t["ana"], closed, "resolved")
    owner = t.workspace.client
    found = owner.call("issues.listing", list[IssueSummary])
    assert [(i.text, i.state, i.place, i.comments, i.author, i.step) for i in found] == [
        ("and this?", "open", "zone", 2, "ana", "draw"), ("is it a cell?", "resolved", "image", 1, "ana", "draw"),
    ]  # fmt: skip
    assert found[0].answered >= found[0].created
    do(t["ana"], "submit", view, BOX)
    later = owner.call("issues.listing", list[IssueSummary])
    assert {i.task_id for i in later} == {next_(t["chloe"], t, 1).task.task_id}  # where the asset is now
    with pytest.raises(NotAllowed, match=r"issues\.listing is for"):
        t["ana"].call("issues.listing", list[IssueSummary])
