"""What can be saved, and what can be submitted."""

import pytest

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Attribute, Label, Recipe, Shape
from nbannotate.model.values import as_stored
from nbannotate.rules.annotation import check_complete, check_draft

RECIPE = Recipe([Label("cell", kinds=["polygon"]), Label("box")], tags=["blurred"])
BOX = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="box", id="a")


def as_it_came(**fields):
    """A shape that cannot be made here, but that another program may send."""
    with as_stored():
        return Annotation(shapes=(Shape(**fields),))


@pytest.mark.parametrize(
    ("annotation", "word"),
    [
        (as_it_came(kind="circle", points=((0, 0),)), "unknown kind 'circle'"),
        (as_it_came(kind="rectangle", points=((0, 0), (float("nan"), 1))), "not a number"),
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


STAGED = Recipe(
    [
        Label(
            "cell",
            attributes=[
                Attribute("stage", "choice", ["young", "old"], required=True),
                Attribute("marks", "choices", ["dot", "rim"]),
                Attribute("count", "integer"),
                Attribute("sure", "boolean", required=True),
                Attribute("note"),
            ],
        ),
        Label("box"),
    ],
    tags=["blurred", "dark", "odd"],
    max_shapes=2,
    max_tags=1,
)


def cell(number=0, **attributes):
    points = ((1 + number, 1), (9 + number, 9))
    return Shape(kind="rectangle", points=points, label="cell", id=f"c{number}", attributes=attributes)


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"stage": "middle"}, r"Shape 1 \(cell\): the attribute 'stage' must be one of young, old, not 'middle'\."),
        ({"stage": ["young"]}, "'stage' must be one of"),
        ({"marks": "dot"}, "'marks' must be some of dot, rim"),
        ({"marks": ["dot", "dash"]}, "'marks' must be some of"),
        ({"count": 1.5}, "'count' must be an integer"),
        ({"count": True}, "'count' must be an integer"),
        ({"sure": "yes"}, "'sure' must be true or false"),
        ({"note": 3}, "'note' must be a text"),
        ({"stgae": "young"}, "has the attribute 'stgae'; the label 'cell' has 'stage', 'marks'"),
    ],
)
def test_a_value_that_does_not_fit_its_attribute_is_not_saved(attributes, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        check_draft(Annotation(shapes=(cell(**attributes),)), STAGED)


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"sure": True}, r"Shape 1 \(cell\) needs the attribute 'stage'; choose one of young, old\."),
        ({"sure": True, "stage": None}, "'stage'"),
        ({"stage": "old"}, r"needs the attribute 'sure'\."),
    ],
)
def test_a_required_attribute_can_wait_until_the_submit(attributes, sentence):
    annotation = Annotation(shapes=(cell(**attributes),))
    check_draft(annotation, STAGED)
    with pytest.raises(Refused, match=sentence):
        check_complete(annotation, STAGED, 40, 30)


def test_false_and_nothing_chosen_are_answers():
    given = cell(stage="old", sure=False, marks=[], count=0, note="")
    check_complete(Annotation(shapes=(given,)), STAGED, 40, 30)


def test_a_label_that_declares_no_attributes_takes_any():
    box = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="box", id="b", attributes={"iscrowd": 0, "x": [1]})
    check_complete(Annotation(shapes=(box,)), STAGED, 40, 30)


def test_more_shapes_or_tags_than_the_campaign_allows_are_refused():
    ready = {"stage": "old", "sure": True}
    three = Annotation(shapes=tuple(cell(i, **ready) for i in range(3)))
    with pytest.raises(InvalidInput, match=r"allows 2 shapes on an image at most; here are 3\. Delete 1\."):
        check_draft(three, STAGED)
    with pytest.raises(Refused, match="2 shapes"):
        check_complete(three, STAGED, 40, 30)
    with pytest.raises(InvalidInput, match="allows 1 tag on an image at most; here are 2"):
        check_draft(Annotation(tags=("blurred", "dark")), STAGED)
    check_complete(Annotation(shapes=three.shapes[:2], tags=("dark",)), STAGED, 40, 30)


def test_too_many_shapes_that_were_there_can_be_deleted_one_by_one():
    four = Annotation(shapes=tuple(cell(i) for i in range(4)), tags=("blurred", "dark"))
    three = Annotation(shapes=four.shapes[:3], tags=("blurred", "dark"))
    check_draft(three, STAGED, four)
    with pytest.raises(Refused, match="here are 3"):
        check_complete(three, STAGED, 40, 30, four)
    with pytest.raises(InvalidInput, match="here are 5"):
        check_draft(Annotation(shapes=(*four.shapes, cell(4))), STAGED, four)


def test_what_an_earlier_campaign_left_may_stay_as_it_is_and_only_so():
    old = Shape(kind="polygon", points=((0, 0), (5, 0), (5, 5)), label="nucleus", id="n", attributes={"a": 1})
    before = Annotation(shapes=(old,), tags=("night",))
    ready = cell(stage="old", sure=True)
    check_complete(
        Annotation(shapes=(old, ready, cell(1, stage="old", sure=True)), tags=("night",)), STAGED, 9, 9, before
    )
    moved = Shape(kind="polygon", points=((0, 0), (6, 0), (5, 5)), label="nucleus", id="n", attributes={"a": 1})
    with pytest.raises(InvalidInput, match="'nucleus', which is not in the recipe"):
        check_draft(Annotation(shapes=(moved,)), STAGED, before)
    with pytest.raises(InvalidInput, match="'nucleus'"):
        check_draft(Annotation(shapes=(old,)), STAGED)
    with pytest.raises(InvalidInput, match="'dawn'"):
        check_draft(Annotation(tags=("dawn",)), STAGED, before)


def test_an_imported_attribute_stays_when_its_shape_is_moved():
    imported = cell(stage="old", sure=True, iscrowd=0)
    moved = Shape(**{**{f: getattr(imported, f) for f in imported.__struct_fields__}, "points": ((2, 2), (8, 8))})
    check_complete(Annotation(shapes=(moved,)), STAGED, 40, 30, Annotation(shapes=(imported,)))


def test_where_labels_are_open_a_new_one_is_added_first():
    with pytest.raises(InvalidInput, match=r"'dog'.*Add it to the recipe first"):
        check_draft(
            Annotation(shapes=(Shape(kind="rectangle", points=((0, 0), (5, 5)), label="dog"),)),
            Recipe([Label("cat")], open_labels=True),
        )
