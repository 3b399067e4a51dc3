"""Drafts of which only what changed is sent."""

from __future__ import annotations

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotInStep
from nbannotate.model import Annotation, DraftChanges, Saved, Session, Shape, TaskView
from nbannotate.rules.draft_changes import changes

ONE = Annotation(shapes=(Shape(kind="rectangle", points=((1, 1), (9, 9)), label="WBC", id="one"),))
TWO = Annotation(shapes=(*ONE.shapes, Shape(kind="rectangle", points=((2, 2), (8, 8)), label="RBC", id="two")))
OTHER = Annotation(shapes=TWO.shapes[1:])


def begun(t, who="ana"):
    """Return a client, and the task that it has, of which the draft is one shape."""
    client = t[who]
    view = client.call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    client.call("tasks.save", Saved, task_id=view.task.task_id, annotation=ONE, revision=0)
    return client, view.task.task_id


def send(client, task_id, before, after, revision):
    said = changes(before, after)
    return client.call("tasks.save_changes", Saved, task_id=task_id, changes=said, revision=revision)


def stored(client, task_id):
    view = client.call("tasks.open", TaskView, task_id=task_id)
    return view.annotation, view.revision


def test_changes_make_the_draft_that_was_meant(team):
    t = team()
    ana, task_id = begun(t)
    assert send(ana, task_id, ONE, TWO, 1).revision == 2
    assert stored(ana, task_id) == (TWO, 2)
    assert send(ana, task_id, TWO, OTHER, 2).revision == 3
    assert stored(ana, task_id) == (OTHER, 3)
    saved = t.workspace.sql("select operation, count(*) as n from events where task_id = $1 group by 1", [task_id])
    assert dict(zip(saved["operation"], saved["n"], strict=True))["tasks.save"] == 3
    assert "tasks.save_changes" not in set(saved["operation"])


def test_changes_of_another_draft_keep_nothing(team):
    t = team()
    ana, task_id = begun(t)
    with pytest.raises(NotInStep):
        send(ana, task_id, TWO, OTHER, 1)
    assert stored(ana, task_id) == (ONE, 1)


def test_without_a_draft_there_is_nothing_that_changed(team):
    t = team()
    view = t["ana"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    with pytest.raises(NotInStep):
        send(t["ana"], view.task.task_id, Annotation(), ONE, 0)


def test_a_second_tab_is_told_and_overwrites_nothing(team):
    t = team()
    ana, task_id = begun(t)
    send(ana, task_id, ONE, TWO, 1)
    with pytest.raises(Conflict, match="another tab") as told:
        send(ana, task_id, ONE, OTHER, 1)
    assert not isinstance(told.value, NotInStep)
    assert stored(ana, task_id) == (TWO, 2)


def test_the_whole_draft_is_checked(team):
    t = team()
    ana, task_id = begun(t)
    wrong = Annotation(shapes=(*ONE.shapes, Shape(kind="rectangle", points=((2, 2), (8, 8)), label="dog")))
    with pytest.raises(InvalidInput, match="'dog'"):
        send(ana, task_id, ONE, wrong, 1)
    said = DraftChanges(changes(ONE, TWO).mark, order=("nowhere",))
    with pytest.raises(InvalidInput, match="'nowhere'"):
        ana.call("tasks.save_changes", Saved, task_id=task_id, changes=said, revision=1)
    assert stored(ana, task_id) == (ONE, 1)


def test_nobody_changes_the_draft_of_another_one(team):
    t = team()
    _, task_id = begun(t, "ben")
    with pytest.raises(NotAllowed):
        send(t["ana"], task_id, ONE, TWO, 1)


def test_a_repeated_request_is_answered_as_it_was(tmp_path, monkeypatch):
    """As after a kill: the draft is another one than the changes are of, because they are in it already."""
    Image.new("L", (64, 48)).save(tmp_path / "0.png")
    ws = nb.open(tmp_path / "work.duckdb")
    ws.members.add("ana", password="a long password")
    version = ws.create_dataset("scans").create_version("v1").add_images([tmp_path / "0.png"])
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    campaign = version.create_campaign("July", nb.Recipe(["WBC", "RBC"]), flow)
    campaign.launch()
    token = ws.client.call("sessions.open", Session, login="ana", password="a long password").token
    ana = ws.client.acting(token)
    try:
        view = ana.call("tasks.next", TaskView, campaign_id=campaign.campaign_id, step=0)
        told = {"task_id": view.task.task_id, "revision": 1}
        ana.call("tasks.save", Saved, task_id=view.task.task_id, annotation=ONE, revision=0)
        monkeypatch.setattr("uuid.UUID.hex", "the-same-request")
        first = ana.call("tasks.save_changes", Saved, changes=changes(ONE, TWO), **told)
        ana.call("tasks.save_changes", Saved, changes=changes(ONE, TWO), **told)
        again = ana.call("tasks.save_changes", Saved, changes=changes(ONE, TWO), **told)
        monkeypatch.undo()
        assert (again, again.revision) == (first, 2)
        assert stored(ana, view.task.task_id) == (TWO, 2)
    finally:
        ws.close()
