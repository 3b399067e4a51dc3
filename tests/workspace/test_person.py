"""Work on tasks from a program: the same rights and rules as on the page."""

import numpy as np
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput, LoginFailed, NbannotateError, NotFound, Refused
from nbannotate.model.values import as_stored

BOX = nb.Shape(kind="rectangle", points=((1, 2), (30, 40)), label="WBC")


@pytest.fixture
def people(team):
    t = team(count=3)
    return t, {login: t.workspace.acting(login, t.passwords[login]).work for login in t.passwords}


def test_a_person_goes_through_the_own_tasks(people):
    t, by = people
    seen = []
    for task in by["ana"].all("July"):
        seen.append(task.asset)
        task.submit([BOX] if len(seen) < 3 else [], seconds=0)
    assert seen == ["img_000.png", "img_001.png", "img_002.png"]
    assert by["ana"].next(t.campaign, "draw") is None
    assert list(t.workspace.sql("select nothing_to_label from annotations order by 1")["nothing_to_label"]) == [
        False, False, True,
    ]  # fmt: skip
    assert [j.done for j in by["ana"].jobs()] == [3]


def test_a_reviewer_returns_rejects_and_accepts(people):
    t, by = people
    for task in by["ana"].all("July"):
        task.submit([BOX])
    first = by["chloe"].next("July")
    assert "check" in repr(first)
    assert first.rework("too large").next_step == "draw"
    second = by["chloe"].next("July")
    second.reject()
    third = by["chloe"].next("July")
    third.raise_issue("this one", shape=BOX)
    with pytest.raises(Refused, match="1 open issue"):
        third.accept()
    third.skip()
    back = by["ana"].next("July")
    assert (back.asset, back.issues[0].comments[0].text) == ("img_000.png", "too large")
    back.submit()
    by["chloe"].next("July").accept()
    assert dict(t.campaign.tasks.df().set_index("asset")["outcome"]) == {
        "img_000.png": "accepted", "img_001.png": "rejected", "img_002.png": "skipped",
    }  # fmt: skip
    assert [h.action for h in by["chloe"].open(back.task_id).history()] == [
        "submitted", "rework", "submitted", "accepted",
    ]  # fmt: skip


def test_a_draft_is_saved_and_a_task_that_is_left_open_ends_the_loop(people):
    _, by = people
    for task in by["ana"].all("July"):
        task.save([BOX])
    again = by["ana"].next("July")
    assert len(again.annotation.shapes) == 1
    assert by["ana"].submit_job("July") == 1
    by["ben"].next("July").discard("all black")


def test_what_a_person_asks_for_wrongly_is_said(people):
    t, by = people
    with pytest.raises(NotFound, match="you have 'July' 'draw'"):
        by["ana"].next("June")
    with pytest.raises(NotFound, match="step 'check'"):
        by["ana"].next("July", "check")
    with pytest.raises(NotFound, match="no job in 'June'"):
        by["ana"].submit_job("June")
    with pytest.raises(LoginFailed):
        t.workspace.acting("ana", "wrong password")


def test_issues_are_answered_marked_reopened_and_resolved(people):
    t, by = people
    by["ana"].next("July").submit([BOX])
    issue = by["chloe"].next("July").raise_issue("which cell?")
    by["chloe"].next("July").rework()
    back = by["ana"].next("July")
    assert [c.text for c in back.reply(issue, "the left one").comments] == ["which cell?", "the left one"]
    assert back.mark_for_review(issue).state == "for_review"
    back.submit()
    again = by["chloe"].next("July")
    assert again.reopen(issue).state == "open"
    assert again.resolve(issue).state == "resolved"
    again.accept()
    assert list(t.campaign.assets.df(state="done")["status"]) == ["approved"]
    assert [x.state for x in by["ana"].tasks("July")] == ["done"]


def test_acting_takes_what_adding_a_member_returned(team):
    workspace = team(count=1).workspace
    assert workspace.acting(workspace.members.add("dora")).me.login == "dora"


def test_a_refused_save_or_submit_leaves_the_task_as_it_was(team):
    made = team(2)
    task = made.workspace.acting("ana", made.passwords["ana"]).work.next("July")
    good = nb.Shape(kind="rectangle", points=((1, 1), (20, 20)), label="WBC")
    task.save([good])
    before = task.annotation
    wrong = nb.Shape(kind="rectangle", points=((1, 1), (20, 20)), label="a label of another recipe")
    for act in (task.save, task.submit):
        with pytest.raises(NbannotateError):
            act([wrong])
        with pytest.raises(InvalidInput):
            act(["no shape"])
        assert task.annotation is before
    task.save(np.array([good, None], dtype=object)[:1])
    assert task.submit().next_step == "check"  # as it is, and not as it was refused


@pytest.mark.parametrize(
    ("fields", "words"), [({"confidence": 7.0}, "from 0 to 1"), ({"points": (1.0, 2.0)}, "pairs|no shapes")]
)
def test_what_no_shape_can_be_is_refused_at_every_door_with_the_image(team, fields, words):
    made = team(2)
    with as_stored():  # as another program sends it
        bad = nb.Shape(**{"kind": "rectangle", "points": ((1, 1), (9, 9)), "label": "WBC", **fields})
        said = nb.Annotation(shapes=(bad,))
    with pytest.raises(InvalidInput, match=rf"img_001.png: .*({words}).*Nothing was imported"):
        made.version.add_annotations({"img_001.png": said}, source="model")
    task = made.workspace.acting("ana", made.passwords["ana"]).work.next("July")
    with pytest.raises(InvalidInput):
        task.save(said)
    assert made.version.shapes().empty


def test_shapes_alone_are_annotations_too(team):
    made = team(3)
    shape = nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC")
    names = made.version.assets()["name"]
    done = made.version.add_annotations({names[0]: shape, np.str_(names[1]): [shape], names[2]: []}, source="model")
    assert done.assets + done.left_out == 2
    with pytest.raises(InvalidInput, match=r"img_000\.png: an nb.Annotation, or nb.Shape values"):
        made.version.add_annotations({names[0]: [(1, 2, 3, 4)]}, source="model")
