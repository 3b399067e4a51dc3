"""What becomes of shapes with flaws when they are submitted: kept, refused, or repaired."""

import pytest
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Recipe, Shape
from nbannotate.rules.flaws import blocking, flawed, settled

GOOD = Shape(kind="polygon", points=((5, 5), (25, 5), (25, 25)), label="cell", id="good")
LOOP = Shape(kind="polygon", points=((5, 5), (35, 5), (35, 25), (5, 25), (4, 24), (7, 26)), label="cell", id="loop")
EIGHT = Shape(kind="polygon", points=((5, 5), (25, 25), (25, 5), (5, 25)), label="cell", id="eight", also=("odd",))
OUTSIDE = Shape(kind="rectangle", points=((-5, 2), (10, 20)), label="cell", id="outside")
SMALL = Shape(kind="rectangle", points=((1, 1), (20, 3)), label="cell", id="small")
ALL = Annotation(shapes=(GOOD, LOOP, EIGHT, OUTSIDE, SMALL))


def recipe(flaws, min_size=None):
    return Recipe(["cell", "odd"], flaws=flaws, min_size=min_size)


def test_flaws_are_found_whatever_the_recipe_does_about_them():
    for policy in ("keep", "refuse", "repair"):
        found = flawed(ALL, recipe(policy, 5), 40, 30)
        assert [(f.number, f.shape.id) for f in found] == [(2, "loop"), (3, "eight"), (4, "outside"), (5, "small")]
        mends = [True, False, True, False] if policy == "repair" else [False] * 4
        assert [f.mended is not None for f in found] == mends


def test_a_recipe_that_keeps_flaws_submits_what_was_drawn():
    assert settled(ALL, recipe("keep", 5), 40, 30) == (ALL, ())
    assert blocking(flawed(ALL, recipe("keep", 5), 40, 30), recipe("keep", 5)) == ()


def test_a_recipe_that_refuses_flaws_names_each_shape_and_what_is_wrong():
    with pytest.raises(Refused) as refused:
        settled(ALL, recipe("refuse", 5), 40, 30)
    assert str(refused.value) == (
        "4 shapes cannot be submitted as they are. "
        "Shape 2 (cell): The outline of the polygon crosses itself. "
        "Shape 3 (cell, odd): The outline of the polygon crosses itself. "
        "Shape 4 (cell): A part of the rectangle is outside of the image. "
        "Shape 5 (cell): The rectangle is too small: 2 pixels, at least 5 are wanted. "
        "Mend or delete what is marked."
    )
    assert settled(Annotation(shapes=(GOOD,)), recipe("refuse", 5), 40, 30) == (Annotation(shapes=(GOOD,)), ())


def test_many_are_not_all_named():
    many = Annotation(shapes=tuple(replace(OUTSIDE, id=f"{i}") for i in range(9)))
    with pytest.raises(Refused, match=r"^9 shapes .* Shape 5 \(cell\): [^.]*\. And 4 more\. Mend"):
        settled(many, recipe("refuse"), 40, 30)


def test_a_recipe_that_repairs_says_what_it_repaired_and_changes_nothing_else():
    drawn = Annotation(shapes=(GOOD, LOOP, OUTSIDE), tags=("t",))
    after, said = settled(drawn, recipe("repair"), 40, 30)
    assert said == (
        "Shape 2 (cell) was repaired: The outline of the polygon crosses itself.",
        "Shape 3 (cell) was repaired: A part of the rectangle is outside of the image.",
    )
    assert after.shapes[0] is GOOD
    assert after.shapes[2] == replace(OUTSIDE, points=((0, 2), (10, 20)))
    assert [s.id for s in after.shapes] == ["good", "loop", "outside"]
    assert after.tags == ("t",)
    assert settled(after, recipe("repair"), 40, 30) == (after, ())


@pytest.mark.parametrize("shape", [EIGHT, SMALL, replace(OUTSIDE, points=((-50, 2), (3, 20)))])
def test_what_cannot_be_repaired_without_guessing_is_refused_and_never_deleted(shape):
    with pytest.raises(Refused, match=r"^1 shape cannot .*mend or delete what is marked\.$"):
        settled(Annotation(shapes=(GOOD, shape)), recipe("repair", 5), 40, 30)


@pytest.mark.parametrize("wrong", [{"flaws": "mend"}, {"min_size": 0}, {"min_size": True}, {"min_size": "5"}])
def test_a_recipe_says_what_may_stand_there(wrong):
    with pytest.raises(InvalidInput, match=f"Recipe.{next(iter(wrong))} must be"):
        Recipe(["cell"], **wrong)
