"""The values that a data scientist writes: good ones are kept, bad ones are refused with the field's name."""

import datetime

import msgspec
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.model import PALETTE, CampaignSpec


def test_labels_without_a_colour_get_different_ones():
    recipe = nb.Recipe(labels=["a", nb.Label("b", color=PALETTE[0]), "c"])
    colors = [v.color for v in recipe.labels]
    assert len(set(colors)) == 3
    assert colors[1] == PALETTE[0]


def test_a_workflow_survives_being_written_as_json():
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    assert msgspec.json.decode(msgspec.json.encode(flow), type=nb.Workflow) == flow


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: nb.Label(""), "Label.name"),
        (lambda: nb.Label(" x"), "Label.name"),
        (lambda: nb.Label("x", color="red"), "Label.color"),
        (lambda: nb.Label("x", kinds=["bbox"]), "Label.kinds of 'x'.*did you mean 'rectangle'"),
        (lambda: nb.Label("x", kinds="poligon"), "did you mean 'polygon'"),
        (lambda: nb.Recipe(labels=[]), "Recipe.labels"),
        (lambda: nb.Recipe(labels=["x", "x"]), "'x' is there twice"),
        (lambda: nb.Recipe(labels=["x"], tags=["t", "t"]), "'t' is there twice"),
        (lambda: nb.Recipe(labels=[None]), "Recipe.labels"),
        (lambda: nb.Step("draw", "anotation", ["ana"]), "Step.kind.*did you mean 'annotation'"),
        (lambda: nb.Step("draw", "annotation", []), "Step.assignees"),
        (lambda: nb.Step("draw", "annotation", [3]), "Step.assignees"),
        (lambda: nb.Step("draw", "annotation", ["ana", "ana"]), "Step.assignees"),
        (lambda: nb.Step("draw", "annotation", ["ana"], attribution="luck"), "Step.attribution"),
        (lambda: nb.Workflow([]), "Workflow.steps"),
        (
            lambda: nb.Workflow([nb.Step("a", "annotation", ["x"]), nb.Step("a", "review", ["y"])]),
            "'a' is there twice",
        ),
        (
            lambda: CampaignSpec(
                name="c",
                recipe=nb.Recipe(["x"]),
                workflow=nb.Workflow([nb.Step("a", "annotation", ["x"])]),
                existing="review",
            ),
            "needs a review step",
        ),
        (
            lambda: CampaignSpec(
                name="c",
                recipe=nb.Recipe(["x"]),
                workflow=nb.Workflow([nb.Step("a", "annotation", ["x"])]),
                due=datetime.date(2030, 1, 1),
                existing="some",
            ),
            "existing",
        ),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_its_field(make, word):
    with pytest.raises(InvalidInput, match=word):
        make()
