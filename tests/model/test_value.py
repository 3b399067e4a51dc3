"""Structs say what they take, and with what they are changed in place of assigning to them."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import ClassVar

import msgspec
import pytest

import nbannotate as nb
from nbannotate import model
from nbannotate.errors import InvalidInput, Unchangeable, WrongCall
from nbannotate.model.deprecations import RenamedWarning
from nbannotate.model.value import Record, Value

LABEL = nb.Label("cell", color="#112233")
BOX = nb.Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", id="s1")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: nb.Label("x", colour="red"),
            r"^Label takes no argument 'colour' \(did you mean 'color'\?\)",
        ),
        (
            lambda: nb.Step("draw", asignees=["ana"]),
            r"'asignees' \(did you mean 'assignees'\?\)",
        ),
        (lambda: nb.Shape(kind="point", pionts=()), r"^Shape takes no argument 'pionts' \(did you mean 'points'\?\)"),
        (lambda: nb.Recipe(lables=["x"]), r"^Recipe takes no argument 'lables' \(did you mean 'labels'\?\)"),
        (lambda: nb.Rule(), r"^Rule needs "),
        (lambda: nb.Label("a", name="b"), r"^Label is given 'name' twice"),
        (lambda: nb.Tag("a", (), 3), r"^Tag takes at most 2 of its arguments without a name, not 3"),
        (
            lambda: nb.Shape("point"),
            r"no argument without a name, not 1; name the others: kind=…, points=…",
        ),
        (lambda: LABEL.replace(colour="red"), r"^Label\.replace takes no argument 'colour' \(did you mean"),
    ],
)
def test_a_wrong_argument_is_named_with_what_was_meant(call, said):
    with pytest.raises(TypeError, match=said) as caught:
        call()
    assert caught.type is WrongCall


def test_what_a_body_raises_is_left_as_it_is():
    class Odd(Value, frozen=True):
        n: int

        def __post_init__(self) -> None:
            raise TypeError("of the body")

    with pytest.raises(TypeError, match="of the body"):
        Odd(n=1)


def test_a_struct_cannot_be_changed_and_says_how_another_is_made():
    with pytest.raises(Unchangeable, match=r"^Label\.color cannot be assigned: .* \.replace\(color=…\)"):
        LABEL.color = "#445566"
    with pytest.raises(AttributeError, match=r"^Label has no 'colr' \(did you mean 'color'\?\)"):
        LABEL.colr = "#445566"
    with pytest.raises(Unchangeable):
        del LABEL.color
    with pytest.raises(Unchangeable, match="is what the workspace said"):
        model.Member(1, "ana", "owner", None).role = "annotator"
    assert LABEL.color == "#112233"


def test_another_one_is_checked_as_when_made():
    assert LABEL.replace(color="#445566") == nb.Label("cell", color="#445566")
    assert BOX.replace(label="dot").points == BOX.points
    with pytest.raises(InvalidInput, match=r"Label\.color"):
        LABEL.replace(color="red")


@pytest.mark.parametrize("value", [LABEL, BOX, nb.Recipe([LABEL]), nb.Step("draw", "annotation", ["ana"])])
def test_it_is_copied_kept_and_sent_like_any_other(value):
    sent = msgspec.json.decode(msgspec.json.encode(value), type=type(value))
    assert value == sent == copy.deepcopy(value) == pickle.loads(pickle.dumps(value))
    assert list(inspect.signature(type(value)).parameters) == list(value.__struct_fields__)


def test_every_struct_of_the_model_says_it():
    found = [v for v in vars(model).values() if isinstance(v, type) and issubclass(v, msgspec.Struct)]
    assert found
    assert all(issubclass(v, Record) for v in found)
    public = [v for n in nb.__all__ if isinstance(v := getattr(nb, n), type) and issubclass(v, msgspec.Struct)]
    assert public
    assert all(issubclass(v, Value) for v in public)


def test_a_field_that_was_renamed_is_taken_under_its_old_name():
    class Day(Value, frozen=True):
        member: str
        _old_names: ClassVar = {"login": "member"}

    with pytest.warns(RenamedWarning, match=r"Day\(login=…\) is called Day\(member=…\) now"):
        assert Day(login="ana").member == "ana"
