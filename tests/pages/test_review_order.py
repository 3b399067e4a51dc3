"""A reviewer chooses an order, goes through it, and comes to its end."""

from __future__ import annotations

from typing import Any

import pytest

import nbannotate as nb


@pytest.fixture
def submitted(place: Any) -> Any:
    """Ana submitted three images with 1, 3 and 2 shapes; chloe is at her job."""
    ana = place.person("ana")
    ana.starts(place.campaign)
    for n in (1, 3, 2):
        ana.draws(*[(10 + 60 * i, 10, 50 + 60 * i, 60) for i in range(n)])
        assert ana.does("submit") is None
    chloe = place.person("chloe")
    chloe.job(place.campaign, 1)
    return place, chloe


def chooses(chloe: Any, name: str, limit: int = 0, seed: int = 0) -> list[tuple[str, str, bool]]:
    assert chloe.does("order", by=name, limit=limit, seed=seed) is None
    return [(row["asset"], row["figure"], row["waits"]) for row in chloe.part("job")["rows"]]


def test_the_list_of_a_queue_is_ordered_and_worked_off_in_that_order(submitted):
    place, chloe = submitted
    assert chloe.part("job")["rows"] == []  # they wait in the queue, and are nobody's
    assert chooses(chloe, "most shapes", 0, 0) == [
        ("image_1.png", "3 shapes", True), ("image_2.png", "2 shapes", True), ("image_0.png", "1 shape", True),
    ]  # fmt: skip
    assert chloe.part("job")["order"] == {"by": "most shapes", "limit": 0, "seed": 0}
    assert chloe.part("job")["held"] == 0
    chloe.starts(place.campaign, 1)
    for asset in ("image_1.png", "image_2.png", "image_0.png"):
        assert (chloe.task.task.asset, chloe.task.editable) == (asset, True)
        assert chloe.does("submit") is None
    assert chloe.state.screen == "job"
    assert "Everything in this order is reviewed; choose another one, or none." in chloe.toasts
    assert chooses(chloe, "") != []
    assert chloe.part("job")["order"] == {"by": "", "limit": 0, "seed": 0}


def test_a_sample_ends_after_its_images(submitted):
    _, chloe = submitted
    sample = [name for name, _, _ in chooses(chloe, "random", 2, 7)]
    assert len(sample) == 2
    row = chloe.part("job")["rows"][0]
    assert chloe.does("take", task=row["task"]) is None
    assert chloe.task.task.asset == sample[0]
    assert chloe.does("submit") is None
    assert chloe.task.task.asset == sample[1]
    assert chloe.does("submit") is None
    assert chloe.state.screen == "job"
    assert [row["asset"] for row in chloe.part("job")["rows"]] == sample
    assert chooses(chloe, "random", 2, 7) == [(name, "", False) for name in sample]


def test_an_order_is_for_review_and_for_known_names(submitted):
    place, chloe = submitted
    assert "by takes one of" in chloe.does("order", by="size")
    assert chloe.part("job")["order"] == {"by": "", "limit": 0, "seed": 0}
    assert "limit takes a whole number" in chloe.does("order", by="random", limit="x")
    ana = place.person("ana")
    ana.job(place.campaign)
    assert "review step" in ana.does("order", by="random", limit=1, seed=1)


def test_figures_that_are_missing_say_so(make_place):
    place = make_place(steps=[nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    ana, chloe = place.person("ana"), place.person("chloe")
    ana.starts(place.campaign)
    ana.draws((10, 10, 50, 50))
    assert ana.does("submit") is None
    chloe.job(place.campaign, 1)
    assert chooses(chloe, "confidence") == [("image_0.png", "no figure", True)]  # a person has no confidence
