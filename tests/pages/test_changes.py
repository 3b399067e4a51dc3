"""What changed on an image: what each person is shown when it comes again, and the ways to a place."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

import nbannotate as nb


def shown(person: Any) -> list[tuple[str, list[str]]]:
    part = person.part("info")["changes"]
    return [(row["label"], row["how"]) for row in part["rows"]]


def comes_again(place: Any) -> tuple[Any, Any]:
    """Ana draws three boxes, chloe sends them back, ana changes all and adds one; both are at the image."""
    ana, chloe = place.person("ana"), place.person("chloe")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60), (100, 10, 160, 60), (200, 10, 260, 60))
    assert ana.does("submit") is None
    chloe.starts(place.campaign, 1)
    assert chloe.does("rework", text="wrong") is None
    ana.starts(place.campaign)
    return ana, chloe


def redraws(ana: Any) -> None:
    a, b, _ = ana.page.canvas.shapes
    ana.page.canvas.set_shapes([replace(a, points=((12.0, 10.0), (70.0, 60.0))), replace(b, label="WBC")])
    ana.draws((10, 100, 60, 160), label="WBC")


def test_an_annotator_sees_what_they_changed_since_they_submitted(place):
    ana, _ = comes_again(place)
    assert ana.part("info")["changes"] is None
    assert ana.does("changes") is None
    part = ana.part("info")["changes"]
    assert (part["title"], part["rows"]) == ("what you submitted last", [])
    redraws(ana)
    assert ana.desk.dispatcher.worker.settle(10)
    assert shown(ana) == [("RBC", ["moved"]), ("WBC", ["relabeled"]), ("WBC", ["added"]), ("RBC", ["removed"])]
    assert [(g.line, g.shape.label) for g in ana.page.canvas.ghosts] == [
        ("dotted", "RBC"), ("glow", "WBC"), ("glow", "WBC"), ("dashed", "RBC"),
    ]  # fmt: skip
    ana.page.canvas.undo()
    ana.page.canvas.undo()
    assert ana.desk.dispatcher.worker.settle(10)
    assert ana.page.canvas.ghosts == ()
    assert ana.does("changes") is None
    assert ana.part("info")["changes"] is None


def test_a_reviewer_sees_what_was_done_since_they_sent_it_back(place):
    ana, chloe = comes_again(place)
    redraws(ana)
    assert ana.does("submit") is None
    chloe.starts(place.campaign, 1)
    assert chloe.does("changes") is None
    part = chloe.part("info")["changes"]
    assert part["title"] == "what you saw last"
    assert [(c["how"], c["n"]) for c in part["counts"]] == [
        ("added", 1), ("removed", 1), ("moved", 1), ("relabeled", 1)
    ]  # fmt: skip
    removed = part["rows"][-1]
    assert (removed["how"], removed["was"]) == (["removed"], None)
    assert chloe.does("change_place", shape=removed["id"]) is None
    assert chloe.page.canvas.selected == ()
    assert chloe.does("change_place", shape=part["rows"][0]["id"]) is None
    assert chloe.page.canvas.selected == (part["rows"][0]["id"],)
    assert "does not differ" in chloe.does("change_place", shape="0" * 16)
    chloe.starts(place.campaign, 1)
    assert chloe.page.canvas.ghosts == ()


def test_what_is_seen_for_the_first_time_says_that_there_is_nothing_to_compare_with(place):
    ana = place.person("ana")
    ana.starts(place.campaign)
    assert "have not submitted" in ana.does("changes")
    assert not ana.task.comparing
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    chloe = place.person("chloe")
    chloe.starts(place.campaign, 1)
    assert "have not seen" in chloe.does("changes")


def test_every_step_of_a_long_workflow_can_be_looked_at_and_compared(make_place):
    place = make_place(steps=[
        nb.Step("draw", "annotation", ["ana"]), nb.Step("refine", "annotation", ["ben"]),
        nb.Step("check", "review", ["chloe"]),
    ])  # fmt: skip
    ana, ben, chloe = map(place.person, ("ana", "ben", "chloe"))
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    ben.starts(place.campaign, 1)
    ben.draws((100, 10, 160, 60), label="WBC")
    assert ben.does("submit") is None
    chloe.starts(place.campaign, 2)
    assert chloe.does("changes") is None
    assert chloe.part("info")["changes"]["title"] == "the first submission, by ana"
    assert shown(chloe) == [("WBC", ["added"])]
    assert chloe.does("history") is None
    steps = [(i["step"], i["annotation"]) for i in chloe.part("info")["history"]]
    assert [name for name, _ in steps] == ["draw", "refine", "check"]
    assert chloe.does("look", annotation=steps[0][1]) is None
    assert chloe.desk.dispatcher.worker.settle(10)
    assert [s.label for s in chloe.page.canvas.shapes] == ["RBC"]
    assert shown(chloe) == []
    assert chloe.page.canvas.ghosts == ()
    assert chloe.does("look", annotation=steps[1][1]) is None
    assert len(chloe.page.canvas.shapes) == 2
    assert chloe.does("back") is None
    assert chloe.desk.dispatcher.worker.settle(10)
    assert [g.line for g in chloe.page.canvas.ghosts] == ["glow"]


def test_the_place_of_an_issue_is_brought_into_sight(place, monkeypatch):
    ana = place.person("ana")
    ana.starts(place.campaign)
    ana.draws((10, 10, 60, 60))
    looked: list[Any] = []
    monkeypatch.setattr(ana.page.canvas, "look_at", looked.append)
    (shape,) = ana.page.canvas.shapes
    assert ana.does("issue", text="here", zone=[100, 100, 150, 140]) is None
    assert ana.does("issue", text="this", shape=shape.id) is None
    zone, flag = ana.task.issues
    assert ana.does("issue_place", issue=zone.issue_id) is None
    assert ana.does("issue_place", issue=flag.issue_id) is None
    assert looked == [(100, 100, 150, 140), (10, 10, 60, 60)]
    assert ana.page.canvas.selected == (shape.id,)
    ana.page.canvas.delete()
    assert "deleted" in ana.does("issue_place", issue=flag.issue_id)


def test_what_an_owner_did_in_the_name_of_somebody_is_told_in_the_history(place):
    place.campaign.as_member("ana").next().submit([nb.Shape.box(10, 10, 60, 60, label="RBC")])
    chloe = place.person("chloe")
    chloe.starts(place.campaign, 1)
    assert chloe.does("history") is None
    assert [(i["member"], i["by"]) for i in chloe.part("info")["history"]] == [("ana", "root"), ("chloe", "")]
