"""What changed of a draft says the same as the whole draft."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotInStep
from nbannotate.model import DraftChanges
from nbannotate.rules.draft_changes import changed, changes, mark

SHAPES = st.builds(
    lambda number, x, label: nb.Shape(kind="point", points=((float(x), 1.0),), label=label, id=f"s{number}"),
    st.integers(0, 8),
    st.integers(0, 3),
    st.sampled_from(["", "cell", "nucleus"]),
)
DRAFTS = st.builds(
    lambda shapes, tags, nothing: nb.Annotation(shapes=shapes, tags=tags, nothing_to_label=nothing and not shapes),
    st.lists(SHAPES, max_size=8, unique_by=lambda shape: shape.id),
    st.lists(st.sampled_from(["blurred", "dark"]), unique=True),
    st.booleans(),
)


@given(DRAFTS, DRAFTS)
def test_any_draft_comes_back_from_its_changes(before, after):
    said = changes(before, after)
    sent = msgspec.json.decode(msgspec.json.encode(said), type=DraftChanges)
    assert changed(before, sent) == after
    assert msgspec.json.encode(changed(before, sent)) == msgspec.json.encode(after)


@given(DRAFTS, DRAFTS, DRAFTS)
def test_changes_of_another_draft_are_refused(before, after, other):
    said = changes(before, after)
    if mark(other) != mark(before):
        with pytest.raises(NotInStep):
            changed(other, said)


def test_only_what_changed_is_sent():
    shapes = tuple(nb.Shape(kind="point", points=((float(i), 1.0),), label="cell") for i in range(300))
    before = nb.Annotation(shapes=shapes)
    moved = msgspec.structs.replace(shapes[7], points=((5.0, 5.0),))
    said = changes(before, nb.Annotation(shapes=(*shapes[:7], moved, *shapes[8:299])))
    assert (said.shapes, said.gone, said.order) == ((moved,), (shapes[299].id,), None)
    assert len(msgspec.json.encode(said)) < len(msgspec.json.encode(before)) / 50


def test_shapes_of_the_same_id_are_sent_whole():
    one = nb.Shape(kind="point", points=((1.0, 1.0),), id="a")
    twice = nb.Annotation(shapes=(one, one))
    assert changes(nb.Annotation(), twice) is None
    assert changes(twice, nb.Annotation()) is None


def test_an_order_that_names_no_shape_is_wrong():
    with pytest.raises(InvalidInput, match="'b'"):
        changed(nb.Annotation(), DraftChanges(mark(nb.Annotation()), order=("b",)))
