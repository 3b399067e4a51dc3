"""Shapes with flaws and shapes with several labels on the page: in the list, in the form, at submit."""

from __future__ import annotations

from typing import Any

import pytest

import nbannotate as nb

LED = {"type": "panel", "panel": "shapes", "tag": "", "attribute": ""}
INFECTED = nb.Label("infected", attributes=(nb.Attribute("parasites", "integer", required=True),))
CELL = nb.Label("cell", attributes=(nb.Attribute("stage", "choice", ("ring", "old"), default="ring"),))
RECIPE = nb.Recipe([CELL, INFECTED], several_labels=True, flaws="repair", min_size=6)
LOOP = ((100, 50), (200, 50), (200, 150), (100, 150), (96, 144), (110, 154))
EIGHT = ((20, 20), (80, 80), (80, 20), (20, 70))


@pytest.fixture
def ana(make_place):
    place = make_place(RECIPE)
    person = place.person("ana")
    person.starts(place.campaign)
    person.place = place
    return person


def draws(person: Any, *outlines: Any) -> list[str]:
    """Draw polygons with the label cell and return their ids."""
    new = [nb.Shape(kind="polygon", points=points, label="cell") for points in outlines]
    person.page.canvas.set_shapes([*person.page.canvas.shapes, *new])
    return [s.id for s in new]


def rows(person: Any) -> dict[str, tuple[list[str], bool]]:
    return {row["id"]: (row["flaws"], row["mendable"]) for row in person.part("drawing")["shapes"]}


def test_a_flaw_is_in_the_list_at_once_and_gone_when_it_is_mended(ana):
    loop, eight = draws(ana, LOOP, EIGHT)
    crosses = ["The outline of the polygon crosses itself."]
    assert rows(ana) == {loop: (crosses, True), eight: (crosses, False)}
    part = ana.part("drawing")
    assert (part["flaws"], part["flawed"], part["mendable"]) == ("repair", 2, 1)
    ana.page.canvas.delete([eight])
    assert list(rows(ana)) == [loop]
    ana.page.canvas.undo()
    assert ana.part("drawing")["flawed"] == 2
    ana.draws((200, 100, 203, 140), label="cell")
    assert "too small: 3 pixels, at least 6 are wanted" in ana.part("drawing")["shapes"][-1]["flaws"][0]


def test_a_refused_submit_leads_to_the_first_shape_that_is_meant_and_counts_all(make_place):
    blurred = nb.Tag("blurred", (nb.Attribute("why", required=True),))
    place = make_place(nb.Recipe([CELL, INFECTED], tags=[blurred]))
    ana = place.person("ana")
    ana.starts(place.campaign)
    canvas = ana.page.canvas
    boxes = [(10 * i, 10, 10 * i + 8, 20) for i in range(4)]
    ana.draws(*boxes[:2], label="")
    ana.draws(*boxes[2:], label="infected")
    ids = [s.id for s in canvas.shapes]
    assert ana.does("submit").startswith("2 shapes have no label yet")
    assert (canvas.selected, ana.told[-2]) == ((ids[0],), LED)
    canvas.set_label("cell", ids[:2])
    said = ana.does("submit")
    assert said == "2 shapes are not finished. Shape 3 (infected) needs the attribute 'parasites'."
    assert (canvas.selected, ana.told[-2]) == ((ids[2],), {**LED, "attribute": "parasites"})
    assert ana.part("drawing")["form"]["ids"] == [ids[2]]  # the form is there before the browser hears of the field
    canvas.set_attributes({ids[2]: {"parasites": 1}})
    assert ana.does("submit") == "Shape 4 (infected) needs the attribute 'parasites'."
    assert canvas.selected == (ids[3],)
    canvas.delete([ids[3]])
    assert ana.does("tag", name="blurred") is None
    assert ana.does("submit") == "The tag 'blurred' needs the attribute 'why'."
    assert ana.told[-2] == {**LED, "tag": "blurred", "attribute": "why"}


def test_what_stands_in_the_way_is_selected_when_the_submission_is_refused(ana):
    _, eight = draws(ana, LOOP, EIGHT)
    said = ana.does("submit")
    assert said.startswith("1 shape cannot be submitted as it is. Shape 2 (cell): The outline of the polygon crosses")
    assert ana.page.canvas.selected == (eight,)
    assert LED in ana.told
    ana.page.canvas.delete([eight])
    assert ana.does("submit") is None
    assert any("Shape 1 (cell) was repaired: The outline of the polygon crosses itself." in t for t in ana.toasts)
    shapes = ana.place.version.shapes.df()
    assert 9500 < shapes["area"][0] < 10500


def test_labels_are_added_and_taken_away_with_what_they_ask_for(ana):
    (box,) = draws(ana, ((20, 20), (80, 20), (80, 80)))
    ana.page.canvas.select([box])
    assert ana.does("label", name="infected") is None
    (shape,) = ana.task.annotation.shapes
    assert (shape.labels, shape.attributes) == (("cell", "infected"), {"stage": "ring"})
    part = ana.part("drawing")
    assert [(v["name"], v["count"], v["on"]) for v in part["labels"]] == [("cell", 1, "all"), ("infected", 1, "all")]
    assert part["shapes"][0]["label"] == "cell, infected"
    assert part["shapes"][0]["missing"] == ["parasites"]
    assert (part["form"]["label"], [f["name"] for f in part["form"]["fields"]]) == (
        "cell, infected",
        ["stage", "parasites"],
    )
    assert "(cell, infected) needs the attribute 'parasites'" in ana.does("submit")
    assert ana.does("attribute", ids=[box], name="parasites", text="3") is None
    assert ana.does("label", name="cell") is None
    (shape,) = ana.task.annotation.shapes
    assert (shape.labels, shape.attributes) == (("infected",), {"parasites": 3})
    assert ana.does("label", name="cell", only=True) is None
    assert ana.task.annotation.shapes[0].labels == ("cell",)
    assert ana.does("label", name="") is None
    assert ana.task.annotation.shapes[0].labels == ()


def test_in_a_campaign_that_keeps_flaws_they_are_only_shown(make_place):
    place = make_place(nb.Recipe([CELL]))
    ana = place.person("ana")
    ana.starts(place.campaign)
    draws(ana, EIGHT)
    assert ana.part("drawing")["flawed"] == 1
    assert ana.does("submit") is None
    assert ana.part("drawing")["flawed"] == 0
