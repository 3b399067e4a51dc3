"""The values that a data scientist writes: good ones are kept, bad ones are refused with the field's name."""

import datetime

import msgspec
import numpy as np
import pandas as pd
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.model import PALETTE, CampaignSpec, json_errors
from nbannotate.model.values import as_stored, decode, plain


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
        (lambda: nb.Workflow([nb.Step("a", "annotation", ["x"])], idle_after=0), "Workflow.idle_after"),
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


BOX = {"kind": "rectangle", "points": ((1, 2), (30, 40)), "label": "x"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"points": [1, 2, 30, 40]}, "of 'x'.*pairs of numbers"),
        ({"points": [(1, 2, 3), (4, 5, 6)]}, "pairs of numbers"),
        ({"points": np.zeros(4)}, "pairs of numbers"),
        ({"points": np.zeros((2, 3))}, "pairs of numbers"),
        ({"points": [(1, "a"), (2, 3)]}, "pairs of numbers"),
        ({"points": 7}, "pairs of numbers"),
        ({"points": None}, "pairs of numbers"),
        ({"points": [(1, np.nan), (2, 3)]}, "not a number"),
        ({"points": [(1, pd.NA), (2, 3)]}, "pairs of numbers"),
        ({"confidence": 1.5}, "from 0 to 1, not 1.5"),
        ({"confidence": np.float32(-0.1)}, "from 0 to 1"),
        ({"confidence": float("nan")}, "from 0 to 1"),
        ({"confidence": "high"}, "from 0 to 1"),
        ({"confidence": True}, "from 0 to 1"),
        ({"kind": "bbox"}, "no shape kind 'bbox' .did you mean 'rectangle'"),
        ({"kind": "Polygon"}, "did you mean 'polygon'"),
        ({"kind": "blob"}, "no shape kind 'blob'; there are 'rectangle'"),
        ({"color": "red"}, "'#7b1fa2'"),
        ({"label": b"x"}, "label of a shape is a text"),
        ({"attributes": [1]}, "mapping"),
    ],
    ids=str,
)
def test_a_shape_that_cannot_be_is_refused_where_it_is_made(fields, words):
    with pytest.raises(InvalidInput, match=words):
        nb.Shape(**{**BOX, **fields})


def test_what_was_stored_once_can_be_read_though_it_cannot_be_made_any_more():
    with as_stored():
        old = nb.Annotation(shapes=(nb.Shape(**{**BOX, "kind": "of another package", "confidence": 87}),))
        recipe = nb.Recipe([nb.Label("x", kinds=["of another package"])])
    assert decode(msgspec.json.encode(old), nb.Annotation).shapes[0].confidence == 87
    assert decode(msgspec.json.encode(recipe), nb.Recipe).labels[0].kinds == ("of another package",)
    with pytest.raises(InvalidInput, match="no shape kind"):
        json_errors.read(msgspec.json.encode(old), nb.Annotation, "The annotation", "annotation")


def test_a_detector_s_numbers_and_labels_are_taken_as_they_are():
    boxes = np.array([[1, 2, 30, 40]], dtype=np.float32)
    shape = nb.Shape(
        kind="rectangle", points=boxes.reshape(-1, 2, 2)[0], label=np.int64(3), confidence=np.float32(0.5),
        attributes={np.str_("n"): np.int64(3), "v": np.array([1.5])}, id=np.int64(7),
    )  # fmt: skip
    assert shape == nb.Shape(
        kind="rectangle", points=((1.0, 2.0), (30.0, 40.0)), label="3", confidence=0.5,
        attributes={"n": 3, "v": [1.5]}, id="7",
    )  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(shape), type=nb.Shape) == shape
    assert nb.Shape(**{**BOX, "label": np.nan}).label == ""
    assert [v.name for v in nb.Recipe([0, np.int64(1), 2.0]).labels] == ["0", "1", "2"]
    assert nb.Annotation(shapes=shape, tags=pd.Series(["a"]), nothing_to_label=np.bool_(False)).tags == ("a",)


@pytest.mark.parametrize("missing", [None, pd.NaT, pd.NA, np.datetime64("NaT"), np.timedelta64("NaT")], ids=repr)
def test_what_is_missing_is_none(missing):
    assert plain(missing) is None
    assert plain([missing, {"a": missing}]) == [None, {"a": None}]


def test_values_are_made_plain_at_any_depth_without_any_import_of_pandas(run_python):
    time = pd.Timestamp(2021, 2, 3)
    given = {"a": (np.int8(1), [np.float16(0.5), time]), "b": pd.Series([1, 2]), "c": {np.str_("x")}}
    assert plain(given) == {"a": (1, [0.5, datetime.datetime(2021, 2, 3)]), "b": [1, 2], "c": ["x"]}
    assert type(plain(np.longdouble(0.5))) is float
    code = (
        "import sys, nbannotate as nb; nb.Recipe(['x']); nb.Shape(kind='rectangle', points=[(1, 2), (3, 4)]);"
        "print([m for m in ('pandas', 'duckdb', 'plotly') if m in sys.modules])"
    )
    assert run_python(code).strip() == "[]"
