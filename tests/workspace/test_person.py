"""Work on tasks from a program: the same rights and rules as on the page."""

import datetime

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, LoginFailed, NbannotateError, NotAllowed, NotFound, Refused, SessionEnded
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
    assert [j.done for j in by["ana"].jobs] == [3]


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
    assert [h.action for h in by["chloe"].open(back.task_id).history] == [
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
    assert made.version.shapes.df().empty


def test_shapes_alone_are_annotations_too(team):
    made = team(3)
    shape = nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC")
    names = made.version.assets.df()["name"]
    done = made.version.add_annotations({names[0]: shape, np.str_(names[1]): [shape], names[2]: []}, source="model")
    assert done.assets + done.left_out == 2
    with pytest.raises(InvalidInput, match=r"img_000\.png.*is no shape"):
        made.version.add_annotations({names[0]: [(1, 2, 3)]}, source="model")


def test_a_campaign_as_somebody_sees_it_is_gone_through(team):
    t = team(4)
    with t.campaign.as_member("ana") as ana:
        assert (ana.me.login, ana.campaign, [j.step_name for j in ana.jobs]) == ("ana", "July", ["draw"])
        assert repr(ana) == "Work('ana', 'July')"
        for number, task in enumerate(ana):
            assert (task.campaign, task.step, task.size) == ("July", "draw", (64, 48))
            done = task.submit([BOX], seconds=datetime.timedelta(minutes=number))
            assert (done.state, done.next_step) == ("done", "check")
        assert [x.state for x in ana.tasks()] == ["done"] * 4
        assert [x.asset for x in ana.work.tasks(t.campaign, state="in_progress")] == []
    with pytest.raises(SessionEnded, match=r"as_member\('ana'\)"):
        ana.next()
    assert t.campaign.jobs.df(member="ana")["worked_s"].sum() == 6 * 60
    assert set(t.campaign.events.df(operation="tasks.submit")["acted_by"]) == {"root"}


def test_the_work_in_a_campaign_is_that_of_no_other(team):
    t = team(2)
    ana = t.campaign.as_member("ana")
    with pytest.raises(InvalidInput, match=r"work in 'July'; \.work has that in 'June'"):
        ana.next("June")
    with pytest.raises(NotFound, match="did you mean 'July'"):
        ana.work.next("july")
    assert ana.work.next("July").asset == "img_000.png"


@pytest.mark.parametrize(
    ("action", "arguments", "state"),
    [
        ("submit", ([BOX],), "submitted; now at 'check'"), ("skip", ("upside down",), "skipped"),
        ("discard", ("all black",), "discarded"),
    ],
)  # fmt: skip
def test_a_task_that_is_over_says_so_and_can_be_looked_at(team, action, arguments, state):
    t = team(2)
    task = t.campaign.as_member("ana").next()
    done = getattr(task, action)(*arguments)
    assert done.task_id == task.task_id
    for again in (
        lambda: task.save([BOX]), lambda: task.submit([BOX]), lambda: task.skip("once more"),
        lambda: task.discard("black"), lambda: task.rework("no"), lambda: task.reject("no"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=rf"This task is over \(img_000.png {state}"):
            again()
    assert state.partition(";")[0] in repr(task)
    assert task.history[0].action == state.partition(";")[0]
    assert task.image.shape == (48, 64, 3)
    assert t.workspace.sql("select count(*) as n from issues")["n"][0] == (action == "skip")


def test_a_reason_is_raised_once_also_if_the_second_half_fails(team):
    t = team(2)
    by = {login: t.campaign.as_member(login) for login in ("ana", "chloe")}
    by["ana"].next().submit([BOX])
    task = by["chloe"].next()
    with pytest.raises(NbannotateError):
        task.rework("too large", step="no such step")
    assert task.rework("too large").next_step == "draw"
    back = by["ana"].next()
    assert [i.comments[0].text for i in back.issues] == ["too large"]
    assert [i.issue_id for i in by["ana"].issues] == [back.issues[0].issue_id]
    assert back.mark_for_review(back.issues[0].issue_id).state == back.issues[0].state == "for_review"


def test_what_was_said_before_can_be_read(team):
    t = team(2)
    by = {login: t.campaign.as_member(login) for login in ("ana", "chloe")}
    by["ana"].next().submit([BOX])
    by["chloe"].next().rework("two cells")
    back = by["ana"].next()
    assert back.before.annotation.shapes[0].label == "WBC"
    assert back.revision(back.history[0]) == back.before.annotation
    back.submit([BOX, nb.Shape(kind="rectangle", points=((40, 4), (50, 14)), label="RBC")])
    ranked = by["chloe"].ranked("most shapes")
    assert [(r.task.asset, r.value) for r in ranked] == [("img_000.png", 2.0)]
    assert by["chloe"].take(ranked[0].task).accept().asset_state == "done"


def test_a_model_gets_the_pixels_and_the_path(team, make_images):
    t = team(2)
    task = t.campaign.as_member("ana").next()
    with Image.open(task.path) as stored:
        assert (np.asarray(stored) == task.image).all()
    assert (t.version.assets["img_000.png"].image == task.image).all()
    assert (task.image.dtype, task.asset_id) == (np.uint8, t.version.assets.df()["asset_id"][0])
    in_person = t.workspace.acting("ben", t.passwords["ben"]).work.next()
    assert in_person.image.shape == (48, 64, 3)
    with pytest.raises(NotAllowed):
        _ = in_person.path
    task.path.unlink()
    assert task.image.shape == (48, 64, 3)
    with pytest.raises(NbannotateError, match=r"img_000\.png"):
        _ = t.campaign.as_member("ana").next().image


def test_deep_images_keep_their_values(tmp_path, team):
    depth = np.arange(64 * 48, dtype=np.uint16).reshape(48, 64) * 20
    t = team(1)
    Image.fromarray(depth).save(tmp_path / "deep.png")
    t.version.add_images(tmp_path / "deep.png")
    deep = [t.campaign.as_member("ana").pull() for _ in range(2)][1]
    assert deep.asset == "deep.png"
    assert deep.image.dtype == np.uint16
    assert (deep.image == depth).all()


FOUND = np.array([[1.0, 2.0, 30.0, 40.0]])


@pytest.mark.parametrize(
    ("found", "labels"),
    [
        (BOX, None), ([BOX], None), (nb.Annotation(shapes=(BOX,)), None),
        ({"kind": "rectangle", "points": [[1, 2], [30, 40]], "label": "WBC"}, None),
        ({"boxes": FOUND, "labels": np.array([1]), "scores": np.array([0.5])}, ["background", "WBC"]),
        (pd.DataFrame({"label": ["WBC"], "x": [1], "y": [2], "width": [29], "height": [38]}), None),
        (pd.DataFrame({"class_id": [7], "bbox": [[1, 2, 29, 38]]}), {7: "WBC"}),
    ],
)  # fmt: skip
def test_what_a_model_finds_is_submitted_as_it_comes(team, found, labels):
    t = team(1)
    task = t.campaign.as_member("ana").next()
    task.save(found, labels=labels)
    assert task.submit(found, labels=labels).next_step == "check"
    (shape,) = task.annotation.shapes
    assert (shape.label, shape.kind, np.array(shape.points).tolist()) == ("WBC", "rectangle", [[1, 2], [30, 40]])


def test_a_model_that_finds_nothing_says_so(team):
    t = team(2)
    for task, found in zip(t.campaign.as_member("ana"), ([], {"boxes": np.zeros((0, 4)), "labels": []}), strict=False):
        task.submit(found, labels=["WBC"])
        assert task.annotation.nothing_to_label


def test_labels_and_metadata_are_added_where_the_recipe_lets_people(team):
    recipe = nb.Recipe(labels=["WBC"], open_labels=True, metadata="edit")
    t = team(2, recipe=recipe)
    task = t.campaign.as_member("ana").next()
    assert [v.name for v in task.add_label("RBC").labels] == ["WBC", "RBC"]
    assert task.recipe.label("RBC")
    assert task.set_metadata({"site": "Bern"}) == task.metadata == {"site": "Bern"}
    t.version.set_metadata("img_000.png", {"site": "Basel"})
    with pytest.raises(NbannotateError, match="changed by somebody else"):
        task.set_metadata({"site": "Zug"})
    assert task.pdf is None
    assert task.hold(1).held


def test_somebody_with_several_jobs_says_which(team):
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("again", "annotation", ["ana"])]
    t = team(2, steps=steps)
    ana = t.campaign.as_member("ana")
    assert [task.submit([BOX]).next_step for task in ana] == ["again", "again", None, None]
    for act in (ana.submit_job, ana.pull, lambda: ana.ranked("changes")):
        with pytest.raises(InvalidInput, match="2 jobs there; say which campaign and step: 'draw' of 'July', 'again'"):
            act()


def test_old_names_answer_and_say_the_new_ones(team):
    t = team(2)
    ana = t.campaign.as_member("ana")
    with pytest.warns(FutureWarning, match=r"work\.jobs\(\) is called work\.jobs now"):
        assert [j.step_name for j in ana.jobs()] == ["draw"]
    task = ana.next()
    with pytest.warns(FutureWarning, match=r"task\.history\(\) is called"):
        assert task.history()
    with pytest.warns(FutureWarning, match=r"skip\(issue=…\)"):
        task.skip(issue="black")


def test_an_annotation_that_says_nothing_stays_one(team):
    t = team()
    with t.campaign.as_member("ana") as ana:
        task = next(iter(ana))
        with pytest.raises(Refused, match="nothing to label"):
            task.submit(nb.Annotation())
        assert task.submit([]).state == "done"
