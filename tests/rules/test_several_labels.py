"""Several labels on one shape: where the recipe allows it, and what their attributes are."""

import pytest
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Attribute, Label, Recipe, Shape
from nbannotate.rules.annotation import check_complete, check_draft
from nbannotate.rules.compare import compare

LABELS = [
    Label("cell", attributes=[Attribute("stage", "choice", ["young", "old"], required=True)]),
    Label("infected", attributes=[Attribute("parasites", "integer", required=True), Attribute("stage")]),
    Label("line", kinds=["polyline"]),
    Label("free"),
]
SEVERAL = Recipe(LABELS, several_labels=True)
ONE = Recipe(LABELS)
BOX = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", id="a")
BOTH = replace(BOX, also=("infected",), attributes={"stage": "old", "parasites": 2})


def annotation(*shapes):
    return Annotation(shapes=shapes)


def test_a_shape_has_several_labels_where_the_recipe_allows_it():
    check_complete(annotation(BOTH), SEVERAL, 40, 30)
    assert BOTH.labels == ("cell", "infected")
    assert Shape(kind="point", points=((1, 1),)).labels == ()


@pytest.mark.parametrize(
    ("shape", "recipe", "said"),
    [
        (BOTH, ONE, r"Shape 1 has the labels 'cell', 'infected'; this recipe allows one on a shape\."),
        (replace(BOX, also=("cell",)), SEVERAL, "a label twice"),
        (replace(BOX, also=("dog",)), SEVERAL, "the label 'dog', which is not in the recipe"),
        (replace(BOX, also=("line",)), SEVERAL, "the label 'line' is for 'polyline', not for rectangle"),
        (replace(BOX, label="", also=("cell",)), SEVERAL, "but no first one"),
        (replace(BOTH, attributes={"odd": 1}), SEVERAL, r"\(cell, infected\) has the attribute 'odd'; its labels have"),
        (replace(BOTH, attributes={"stage": "dead"}), SEVERAL, "'stage' must be one of young, old"),
    ],
)
def test_labels_that_do_not_go_together_are_not_saved(shape, recipe, said):
    with pytest.raises(InvalidInput, match=said):
        check_draft(annotation(shape), recipe)


def test_each_label_asks_for_what_it_requires():
    with pytest.raises(Refused, match=r"\(cell, infected\) needs the attribute 'parasites'"):
        check_complete(annotation(replace(BOTH, attributes={"stage": "old"})), SEVERAL, 40, 30)


def test_a_label_that_declares_no_attributes_takes_any_beside_those_of_the_others():
    odd = replace(BOX, also=("free",), attributes={"stage": "old", "odd": 1})
    check_complete(annotation(odd), SEVERAL, 40, 30)
    with pytest.raises(InvalidInput, match="'stage' must be"):
        check_draft(annotation(replace(odd, attributes={"stage": 1})), SEVERAL)


def test_further_labels_that_were_there_may_stay_where_one_is_allowed():
    moved = replace(BOTH, points=((2, 2), (9, 9)))
    check_complete(annotation(moved), ONE, 40, 30, annotation(BOTH))
    with pytest.raises(InvalidInput, match="allows one"):
        check_draft(annotation(replace(moved, also=("infected", "free"))), ONE, annotation(BOTH))


def test_another_label_beside_the_first_is_a_change_of_labels_and_their_order_is_none():
    def how(before, after):
        return [c.how for c in compare(annotation(before), annotation(after)).shapes]

    assert how(BOX, replace(BOX, also=("free",))) == [("relabeled",)]
    three = replace(BOX, also=("free", "infected"))
    assert how(three, replace(three, also=("infected", "free"))) == []
