"""What is there is compared with what is asked for, field by field."""

import datetime

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict
from nbannotate.model import CampaignSpec
from nbannotate.rules.equality import MOST_SHOWN, check_same, differences, same_campaign


def spec(**more):
    fields = {
        "name": "July",
        "recipe": nb.Recipe(["cell", "dot"]),
        "workflow": nb.Workflow([nb.Step("draw", "annotation", ["ana", "ben"])]),
    }
    return CampaignSpec(**(fields | more))


def fields(there, asked):
    return {d.field: (d.there, d.asked) for d in differences(there, asked)}


def test_what_is_the_same_differs_in_nothing():
    assert not fields(spec(), spec())


def test_labels_and_steps_are_compared_by_their_names():
    recipe = nb.Recipe([nb.Label("cell", color="#112233", attributes=["age"]), "ring"])
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    found = fields(
        spec(recipe=nb.Recipe([nb.Label("cell", color="#445566"), "ring"])), spec(recipe=recipe, workflow=flow)
    )
    assert found["recipe.labels['cell'].color"] == ("'#445566'", "'#112233'")
    assert found["recipe.labels['cell'].attributes['age']"] == ("nothing", "'age'")
    assert found["workflow.steps['draw'].assignees"] == ("ana, ben", "ana")
    assert found["workflow.steps['check']"] == ("nothing", "'check'")
    assert len(found) == 4


def test_another_order_of_labels_is_a_difference():
    labels = [nb.Label("cell", color="#112233"), nb.Label("dot", color="#445566")]
    assert fields(nb.Recipe(labels), nb.Recipe(labels[::-1])) == {"the order of labels": ("cell, dot", "dot, cell")}


def test_days_are_shown_as_they_are_written_and_of_long_texts_the_line():
    long = "A text that is too long to be shown as a whole, for which there are reasons.\nSecond line."
    found = fields(
        spec(due=datetime.date(2030, 1, 31), instructions=long), spec(instructions=long.replace("Second", "Third"))
    )
    assert found == {
        "due": ("2030-01-31", "nothing"),
        "instructions": ("'Second line.' (line 2)", "'Third line.' (line 2)"),
    }


def test_what_was_added_since_makes_no_difference():
    wanted = spec(order="random", recipe=nb.Recipe(["cell"], open_labels=True))
    there = spec(order="random", seed=7, recipe=nb.Recipe(["cell", "found later"], open_labels=True))
    assert not fields(there, same_campaign(there, wanted))
    assert fields(there, same_campaign(there, spec(order="random", seed=8, recipe=wanted.recipe))) == {
        "seed": ("7", "8")
    }


def test_the_error_shows_the_first_differences_and_has_all():
    with pytest.raises(Conflict, match="a recipe already, and it is another one") as caught:
        check_same(
            "a recipe", differences(nb.Recipe(["l"]), nb.Recipe(["l", *(f"l{i}" for i in range(20))])), "Choose one."
        )
    assert str(caught.value).count("\n- ") == MOST_SHOWN + 1
    assert caught.value.code == "different"
    assert len(caught.value.fact.differences) == 20
