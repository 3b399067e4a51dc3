"""What is done to shapes as wholes, in Python: history without bound, clipboard, order, locks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.canvas import Canvas
from nbannotate.canvas.document import Document
from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Label, Shape, Skeleton
from nbannotate.shapes.mask import mask
from nbannotate.shapes.rle import Region

IMAGE = np.full((100, 200, 3), 128, np.uint8)
A, B, C = "a" * 16, "b" * 16, "c" * 16


def box(shape_id, x=10.0, **fields):
    return Shape(kind="rectangle", points=((x, 10.0), (x + 20, 40.0)), id=shape_id, **fields)


@pytest.fixture
def canvas():
    made = Canvas(IMAGE, [box(A, label="cell"), box(B, 60)], ["cell", "dust"])
    yield made
    made.close()


changes = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "front", "undo", "redo"]), st.integers(0, 5), st.integers(0, 3)),
    max_size=40,
)


@given(changes)
def test_going_back_and_forth_gives_every_state_again(steps):
    document, states, at = Document(), [[]], 0
    for name, which, value in steps:
        key = f"{which:016x}"
        if name == "undo":
            assert document.undo() == (at > 0)
            at = max(0, at - 1)
        elif name == "redo":
            assert document.redo() == (at < len(states) - 1)
            at = min(len(states) - 1, at + 1)
        else:
            if name == "put":
                changed = document.put([box(key, float(value))])
            elif name == "remove":
                changed = document.remove([key])
            else:
                rest = {i: s for i, s in document.shapes.items() if i != key}
                changed = document.change(rest | {i: s for i, s in document.shapes.items() if i == key})
            if changed:
                at += 1
                states[at:] = [list(document.shapes.values())]
        assert list(document.shapes.values()) == states[at]
        assert (document.can_undo, document.can_redo) == (at > 0, at < len(states) - 1)


def test_a_thousand_changes_can_be_taken_back():
    document = Document([box(A)])
    for i in range(1000):
        document.put([box(A, 11.0 + i)])
    for _ in range(1000):
        assert document.undo()
    assert document.shapes[A].points[0][0] == 10.0
    assert not document.undo()


def test_what_is_not_wholly_in_another_image_is_left_out_by_name_and_no_point_moves(canvas):
    said = []
    canvas.on_error(said.append)
    canvas.select_all()
    assert canvas.copy() == 2
    canvas.show(np.zeros((40, 90, 3), np.uint8), labels=["other"])
    (one, two) = canvas.paste()
    assert [s.points for s in canvas.shapes] == [((10, 10), (30, 40)), ((60, 10), (80, 40))]
    assert canvas.shapes[0].label == ""
    assert said == ["1 of 2 shapes have no label now: theirs does not fit here."]
    assert canvas.selected == canvas.chosen == (one, two)
    canvas.show(np.zeros((40, 70, 3), np.uint8))
    canvas.paste()
    assert [s.points for s in canvas.shapes] == [((10, 10), (30, 40))]
    assert said[-1] == "1 of 2 shapes do not fit into this image and were left out: no label 2."
    canvas.show(np.zeros((30, 20, 3), np.uint8))
    assert canvas.paste() == ()
    assert said[-1] == "2 of 2 shapes do not fit into this image and were left out: cell 1, no label 2."
    canvas.show(np.zeros((30, 50, 3), np.uint8), editable=False)
    with pytest.raises(Refused):
        canvas.paste()


@given(
    st.floats(-30, 230), st.floats(-30, 130), st.floats(1, 260), st.floats(1, 160), st.integers(1, 4)
)  # also larger than the image, and partly outside of it, as an import may leave it
def test_a_copy_on_the_same_image_has_the_size_of_what_was_copied(x, y, width, height, times):
    made = Canvas(IMAGE)
    try:
        shape = Shape(kind="rectangle", points=((x, y), (x + width, y + height)), id=C)
        made.set_shapes([shape])
        made.copy([C])
        for _ in range(times):
            made.paste()
        for copy in made.shapes[1:]:
            (x0, y0), (x1, y1) = copy.points
            assert (x1 - x0, y1 - y0) == pytest.approx((width, height))
            assert (x0 >= min(x, 0) - 1e-9, x1 <= max(x + width, 200) + 1e-9) == (True, True)
    finally:
        made.close()


def test_what_was_just_drawn_is_selected_but_nobody_chose_it():
    document = Document([box(B, 60)])
    document.draw(box(A, label="cell"))
    assert (document.selected, document.chosen, document.for_label) == ((A,), (), ())
    document.label(Label("dust"), [A])  # by name: the person meant it, and goes on to mean it
    assert (document.drawn, document.for_label) == (A, (A,))
    document.draw(box(C))
    assert (document.chosen, document.for_label) == ((), (C,))  # it has no label yet
    document.select([C])
    assert (document.drawn, document.chosen, document.for_label) == ("", (C,), (C,))
    document.draw(box("d" * 16, label="cell"))
    document.undo()
    assert (document.selected, document.drawn, document.chosen) == ((), "", ())


def test_a_copy_at_the_edge_goes_the_other_way_and_keeps_its_size(canvas):
    canvas.set_shapes([Shape(kind="rectangle", points=((150, 50), (200, 100)), id=C)])
    canvas.duplicate([C])
    assert canvas.shapes[1].points == ((138, 38), (188, 88))


def test_a_mask_is_pasted_with_the_size_of_the_other_image(canvas):
    pixels = np.ones((20, 30), bool)
    canvas.set_shapes([mask(Region(50, 10, pixels), (100, 200), id=C)])
    canvas.copy([C])
    canvas.show(np.zeros((30, 80, 3), np.uint8))
    canvas.paste()
    assert canvas.shapes[0].points == ((50, 10), (80, 30))
    assert canvas.shapes[0].rle.size == (30, 80)
    canvas.show(np.zeros((30, 79, 3), np.uint8))
    assert canvas.paste() == ()


def test_locks_hold_against_everything_that_changes_a_shape(canvas):
    canvas.lock([A])
    for change in (
        lambda: canvas.delete([A]),
        lambda: canvas.set_label("dust", [A]),
        lambda: canvas.set_color("#ff0000", [A]),
        lambda: canvas.cut([A]),
    ):
        with pytest.raises(Refused, match="locked"):
            change()
    canvas.delete([A, B])
    assert [s.id for s in canvas.shapes] == [A]
    assert canvas.state.locked == 1
    canvas.lock([A], locked=False)
    canvas.delete([A])
    assert canvas.shapes == ()


def test_locked_and_hidden_stay_for_the_session_and_not_in_the_shapes(canvas):
    shapes = canvas.shapes
    canvas.lock([A])
    canvas.hide([B])
    canvas.show(IMAGE)
    assert (canvas.locked, canvas.hidden) == ((), ())
    canvas.show(IMAGE, shapes)
    assert (canvas.locked, canvas.hidden) == ((A,), (B,))
    assert canvas.shapes == shapes
    canvas.show_all()
    assert canvas.hidden == ()


def test_a_color_is_checked(canvas):
    canvas.set_color("#123456", [A])
    assert canvas.shapes[0].color == "#123456"
    canvas.undo()
    assert canvas.shapes[0].color is None
    with pytest.raises(InvalidInput, match="must look like"):
        canvas.set_color("red", [A])


def test_a_skeleton_takes_no_label_with_another_number_of_points():
    labels = [Label("one", skeleton=Skeleton(("a",))), Label("two", skeleton=Skeleton(("a", "b"))), Label("none")]
    canvas = Canvas(IMAGE, [Shape(kind="skeleton", points=((5, 5),), label="one", id=A)], labels)
    said = []
    canvas.on_error(said.append)
    canvas.set_label("two", [A])
    canvas.set_label("none", [A])
    assert canvas.shapes[0].label == "one"
    assert ["of 2 points" in said[0], "has none" in said[1]] == [True, True]
    canvas.close()


def test_bare_use_needs_no_workspace():
    heard = []
    canvas = Canvas(IMAGE, shapes=[box(A)], labels=["cell"])
    canvas.on_change(heard.append)
    canvas.set_label("cell", [A])
    assert [s.label for s in heard[-1]] == ["cell"]
    assert canvas.shapes == heard[-1]
    canvas.close()


class TestTheNumberOfShapes:
    def test_what_does_not_fit_is_refused_as_a_whole(self, canvas):
        canvas.max_shapes = 3
        assert canvas.copy([A, B]) == 2
        with pytest.raises(Refused, match="3 shapes at most and has 2: 2 more do not fit, so none was added"):
            canvas.paste()
        assert len(canvas.shapes) == 2
        (made,) = canvas.duplicate([A])
        with pytest.raises(Refused, match="3 shapes at most; there is no room"):
            canvas.duplicate([A])
        canvas.delete([made])
        canvas.undo()
        assert len(canvas.shapes) == 3

    def test_what_another_recipe_left_does_not_count(self, canvas):
        canvas.show(IMAGE, [box(A, label="car"), box(B, 60, label="cell")], labels=["cell"], max_shapes=1)
        with pytest.raises(Refused, match="1 shape at most"):
            canvas.duplicate([B])
        canvas.max_shapes = 2
        assert len(canvas.duplicate([B])) == 1

    def test_it_is_a_whole_number_and_goes_with_the_image(self, canvas):
        for wrong in (0, 1.5, True, "3"):
            with pytest.raises(InvalidInput, match="max_shapes"):
                canvas.max_shapes = wrong
        canvas.max_shapes = 2
        canvas.show(IMAGE)
        assert canvas.max_shapes is None


def test_attributes_are_set_and_what_is_drawn_meanwhile_stays(canvas):
    seen = box(A, label="cell")  # what a page knew when it asked
    canvas.set_shapes([box(A, 90, label="dust"), box(B, 60), box(C)])
    canvas.lock([B])
    canvas.set_attributes({A: {"stage": "ring"}, B: {"stage": "ring"}, "gone": {}})
    moved, locked, new = canvas.shapes
    assert (moved.points[0][0], moved.label, moved.attributes) == (90.0, "dust", {"stage": "ring"})
    assert seen.points != moved.points
    assert (locked.attributes, new.id) == ({}, C)
    canvas.undo()
    assert canvas.shapes[0].attributes == {}
