"""What can be saved, and what can be submitted."""

import pytest

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Label, Recipe, Shape
from nbannotate.rules.annotation import check_complete, check_draft

RECIPE = Recipe([Label("cell", kinds=["polygon"]), Label("box")], tags=["blurred"])
BOX = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="box", id="a")


@pytest.mark.parametrize(
    ("annotation", "word"),
    [
        (Annotation(shapes=(Shape(kind="circle", points=((0, 0),)),)), "unknown kind 'circle'"),
        (Annotation(shapes=(Shape(kind="rectangle", points=((0, 0), (float("nan"), 1))),)), "not a number"),
        (Annotation(shapes=(Shape(kind="rectangle", points=((0, 0), (5, 5)), label="dog"),)), "'dog'"),
        (Annotation(shapes=(Shape(kind="rectangle", points=((0, 0), (5, 5)), label="cell"),)), "for 'polygon'"),
        (Annotation(shapes=(BOX, BOX)), "id of its own"),
        (Annotation(tags=("sharp",)), "tag 'sharp'"),
        (Annotation(tags=("blurred", "blurred")), "twice"),
        (Annotation(shapes=(BOX,), nothing_to_label=True), "nothing to label"),
    ],
)
def test_what_the_recipe_does_not_allow_is_not_even_saved(annotation, word):
    with pytest.raises(InvalidInput, match=word):
        check_draft(annotation, RECIPE)


def test_a_draft_may_be_unfinished():
    check_draft(Annotation(), RECIPE)
    check_draft(Annotation(shapes=(Shape(kind="polygon", points=((0, 0), (5, 5))),)), RECIPE)


@pytest.mark.parametrize(
    ("annotation", "word"),
    [
        (Annotation(), "Nothing is drawn yet"),
        (Annotation(shapes=(Shape(kind="rectangle", points=((1, 1), (5, 5))),)), "no label"),
        (Annotation(shapes=(Shape(kind="rectangle", points=((1, 1), (1, 1)), label="box"),)), "too small"),
        (Annotation(shapes=(Shape(kind="rectangle", points=((90, 90), (99, 99)), label="box"),)), "box"),
    ],
)
def test_an_unfinished_annotation_is_not_submitted(annotation, word):
    with pytest.raises(Refused, match=word):
        check_complete(annotation, RECIPE, 40, 30)


@pytest.mark.parametrize("annotation", [Annotation(shapes=(BOX,)), Annotation(nothing_to_label=True)])
def test_a_finished_annotation_is_submitted(annotation):
    check_complete(annotation, RECIPE, 40, 30)
