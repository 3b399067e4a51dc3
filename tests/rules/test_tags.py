"""Tags of an asset: attributes of their own, checked like those of shapes; what changing them would lose."""

import pytest
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, CampaignSpec, Step, Workflow
from nbannotate.rules.annotation import check_complete, check_draft
from nbannotate.rules.change import Facts, Used, compare

GRADE = nb.Attribute("grade", "choice", ("mild", "strong"), required=True)
RECIPE = nb.Recipe(["cell"], tags=["dark", nb.Tag("stain", [GRADE, "note"])])
STAIN = Annotation(tags=("stain",))


def said(**values):
    return replace(STAIN, tag_attributes={"stain": values})


def test_a_name_alone_is_a_tag_without_attributes():
    assert RECIPE.tag_names == ("dark", "stain")
    assert RECIPE.tags[0] == nb.Tag("dark")
    assert [a.name for a in RECIPE.tag("stain").attributes] == ["grade", "note"]
    assert RECIPE.tag("wet") is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nb.Tag(" dark"), "without spaces at its ends"),
        (lambda: nb.Tag("dark", ["a", "a"]), "'a' is there twice"),
        (lambda: nb.Recipe(["x"], tags=[nb.Tag("t"), "t"]), "'t' is there twice"),
        (lambda: nb.Recipe(["x"], tags=[None]), "nb.Tag values or names"),
        (lambda: nb.Recipe(["x"], metadata="hide"), "'show', 'edit'"),
    ],
)
def test_a_tag_that_cannot_be_is_refused(make, words):
    with pytest.raises(InvalidInput, match=words):
        make()


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (said(grade="weak"), "the attribute 'grade' must be one of mild, strong, not 'weak'"),
        (said(size=3), "has the attribute 'size'; the recipe gives it 'grade', 'note'"),
        (Annotation(tags=("dark",), tag_attributes={"dark": {"a": 1}}), "the recipe gives it none"),
        (Annotation(tag_attributes={"stain": {"note": "x"}}), "but not the tag"),
    ],
)
def test_what_the_recipe_does_not_give_a_tag_is_not_saved(annotation, words):
    with pytest.raises(InvalidInput, match=words):
        check_draft(annotation, RECIPE)


def test_a_required_attribute_is_asked_for_at_submit_only():
    check_draft(STAIN, RECIPE)
    with pytest.raises(Refused, match="tag 'stain' needs the attribute 'grade'; choose one of mild, strong"):
        check_complete(STAIN, RECIPE, 40, 30)
    check_complete(said(grade="mild"), RECIPE, 40, 30)


def test_what_another_recipe_left_on_a_tag_may_stay_but_not_change():
    left = Annotation(tags=("old",), tag_attributes={"old": {"who": "ben"}})
    check_draft(left, RECIPE, left)
    with pytest.raises(InvalidInput, match="'who'"):
        check_draft(replace(left, tag_attributes={"old": {"who": "ana"}}), RECIPE, left)


SPEC = CampaignSpec(name="July", recipe=RECIPE, workflow=Workflow((Step("draw", "annotation", ("ana",)),)))
FACTS = Facts(
    launched=True, tags={"stain": Used(4)}, tag_attributes={("stain", "grade"): Used(4)},
    tag_values={("stain", "grade", '"mild"'): Used(4), ("stain", "grade", "null"): Used(1)},
)  # fmt: skip


def changed(*attributes, **more):
    return replace(SPEC, recipe=replace(RECIPE, tags=("dark", nb.Tag("stain", attributes)), **more))


def test_attributes_of_tags_may_be_added_and_loosened_while_people_work():
    found = compare(
        SPEC, changed(replace(GRADE, required=False, choices=("mild", "strong", "odd")), "note", "by"), FACTS
    )
    assert found.refusals == []
    assert found.changes == [
        "The attribute 'by' of 'stain' is added.",
        "The attribute 'grade' of 'stain' has the choice 'odd', too.",
        "The attribute 'grade' of 'stain' may be left out.",
    ]
    assert compare(SPEC, changed(GRADE), FACTS).changes == ["The attribute 'note' of 'stain' goes; nothing uses it."]
    assert compare(SPEC, changed(GRADE, "note", metadata="edit"), FACTS).changes == [
        "Who works may now change metadata."
    ]


def test_what_would_take_values_off_tags_is_refused():
    (refusal,) = compare(SPEC, changed("note"), FACTS).refusals
    assert refusal.startswith("The attribute 'grade' of 'stain' cannot go: 4 submitted annotations would lose it.")
    (refusal,) = compare(SPEC, changed(replace(GRADE, choices=("strong",)), "note"), FACTS).refusals
    assert "must be one of strong, not 'mild', which 4 submitted annotations would lose" in refusal
