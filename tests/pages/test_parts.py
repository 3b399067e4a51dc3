"""Rings, rotated rectangles, groups and tracks on the task pane: kept by every way that an annotation takes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.pages.work.changes import differing
from nbannotate.rules.compare import compare

SQUARE, HOLE = [(20, 20), (120, 20), (120, 120), (20, 120)], [(50, 50), (80, 50), (60, 80)]
RINGED = nb.Shape.polygon([SQUARE, HOLE], "RBC", group="4", track="9", keyframe=True)
TURNED = nb.Shape.rotated_rectangle(40, 40, 60, 20, 33.3, "RBC", group="4")


@pytest.fixture
def ana(place: Any) -> Any:
    person = place.person("ana")
    person.starts(place.campaign)
    person.page.canvas.set_shapes([RINGED, TURNED])
    return person


def test_what_belongs_together_is_told_with_each_shape_and_the_angle_of_what_is_selected(ana):
    rows = ana.part("drawing")["shapes"]
    assert [(r["group"], r["track"], r["keyframe"]) for r in rows] == [("4", "9", True), ("4", None, False)]
    assert ana.part("drawing")["angle"] is None
    ana.page.canvas.select([TURNED.id])
    assert ana.part("drawing")["angle"] == {"ids": [TURNED.id], "value": 33.3}
    ana.page.canvas.select([TURNED.id, RINGED.id])
    assert ana.part("drawing")["angle"] is None


def test_an_angle_is_typed_and_what_is_none_is_refused(ana):
    assert ana.does("turn", ids=[TURNED.id], angle=-12.25) is None
    assert ana.task.annotation.shapes[1].angle == pytest.approx(-12.25)
    assert "angle takes a number" in ana.does("turn", ids=[TURNED.id], angle="much")
    assert "from -360 to 360" in ana.does("turn", ids=[TURNED.id], angle=400)
    assert "angle takes a number" in ana.does("turn", ids=[TURNED.id], angle=float("nan"))
    assert "Only rotated rectangles" in ana.does("turn", ids=[RINGED.id], angle=10)
    assert ana.does("undo") is None
    assert ana.task.annotation.shapes[1] == TURNED


def test_rings_groups_and_tracks_go_through_draft_submission_and_review_with_edits(place, ana):
    assert ana.does("home") is None
    again = place.person("ana")
    again.starts(place.campaign)
    assert again.task.annotation.shapes == (RINGED, TURNED)
    assert again.does("submit") is None
    assert [(s.rings, s.group, s.track, s.keyframe) for s in place.version.assets["image_0.png"].annotation.shapes] == [
        ((4, 3), "4", "9", True), ((), "4", None, False),
    ]  # fmt: skip
    chloe = place.person("chloe")
    chloe.starts(place.campaign, 1)
    assert chloe.task.annotation.shapes == (RINGED, TURNED)
    chloe.page.canvas.set_label("WBC", [RINGED.id])
    assert chloe.does("submit") is None
    assert place.version.assets["image_0.png"].annotation.shapes == (replace(RINGED, label="WBC"), TURNED)


def test_what_was_drawn_offline_is_done_again_with_its_rings(ana):
    square = [*map(list, SQUARE)]
    entries = [
        {"type": "edit", "shapes": [{"id": RINGED.id, "points": square}], "rings": [], "q": 1},
        {"do": "turn", "ids": [TURNED.id], "angle": 45, "q": 2},
    ]
    assert ana.does("replay", entries=entries, revision=ana.desk.drafts.revision, force=True) is None
    first, second = ana.task.annotation.shapes
    assert (first.rings, len(first.points), first.track) == ((), 4, "9")
    assert second.angle == pytest.approx(45)


def test_what_changed_says_the_group_and_the_track():
    now = replace(RINGED, group=None, track="12", keyframe=False)
    (change,) = compare(nb.Annotation(shapes=[RINGED]), nb.Annotation(shapes=[now])).shapes
    assert change.how == ("attributes",)
    assert differing(change) == ["group: 4 → none", "track: 9 → 12", "keyframe: yes → none"]
