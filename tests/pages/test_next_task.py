"""The next image is ready before it is wanted; if somebody else took it, the right one comes all the same."""

from __future__ import annotations

import time
from typing import Any

import pytest

import nbannotate as nb


@pytest.fixture
def place(make_place):
    return make_place(steps=[nb.Step("draw", "annotation", ["ana", "ben"])])


@pytest.fixture
def ana(place):
    person = place.person("ana")
    person.fetched = []
    source = person.line.source
    person.line.source = lambda asset_id: (person.fetched.append(asset_id), source(asset_id))[1]
    person.starts(place.campaign)
    return person


def told_ahead(person: Any) -> dict[str, Any]:
    """Wait for what the browser is sent ahead for the open task."""
    deadline = time.monotonic() + 60
    while True:
        now = person.task.task.task_id
        found = [m for m in person.told if m["type"] == "next_image" and m["task"] == now]
        if found:
            return found[-1]
        assert time.monotonic() < deadline, "nothing came ahead"
        time.sleep(0.02)


def test_the_next_image_is_fetched_while_this_one_is_worked_on(ana):
    ahead = told_ahead(ana)
    assert (ahead["width"], ahead["height"]) == (320, 240)
    assert ahead["image"].startswith("data:image/jpeg;base64,")
    before = list(ana.fetched)
    assert len(before) == 2
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert ana.task.task.asset == "image_1.png"
    assert ana.task.task.asset_id == before[1]
    assert ana.fetched.count(before[1]) == 1  # it was there already


def test_an_image_that_somebody_else_took_meanwhile_is_not_shown(place, ana):
    told_ahead(ana)
    ben = place.person("ben")
    ben.starts(place.campaign)
    assert ben.task.task.asset == "image_1.png"
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert ana.task.task.asset == "image_2.png"
    assert ana.page.canvas.image_size == (320, 240)
    assert ana.fetched[-1] == ana.task.task.asset_id


def test_nothing_is_held_for_what_is_only_looked_at(place, ana):
    told_ahead(ana)
    held = place.ws.sql(
        "select count(*) as n from tasks where campaign_id = $1 and closed is null and assignee is not null",
        [place.campaign.campaign_id],
    )
    assert held["n"][0] == 1


def test_a_submission_that_is_refused_keeps_what_was_just_drawn(ana):
    ana.draws((10, 10, 60, 60), label="")
    assert "label" in ana.does("submit")
    ana.desk.drafts.flush()
    assert len(ana.line.saves()[-1]["annotation"].shapes) == 1
    assert ana.state.screen == "task"


def test_what_was_just_drawn_goes_along_with_the_submission(place, ana):
    ana.draws((10, 10, 60, 60))
    assert ana.does("submit") is None
    assert ana.line.saves() == []
    shapes = place.ws.sql("select count(*) as n from shapes where campaign_id = $1", [place.campaign.campaign_id])
    assert shapes["n"][0] == 1
