"""What differs between two annotations: by id, by place, whatever the order; checked on random edits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import nbannotate as nb
from nbannotate.model import Annotation
from nbannotate.rules.compare import compare


def box(x, y=0.0, label="RBC", **more):
    return nb.Shape(kind="rectangle", points=((x, y), (x + 10.0, y + 10.0)), label=label, **more)


def said(before, after):
    return [(c.how, c.shape.id) for c in compare(Annotation(shapes=before), Annotation(shapes=after)).shapes]


def test_nothing_differs_between_an_annotation_and_itself():
    one = Annotation(shapes=(box(0), box(20)), tags=("blurred",))
    assert len(compare(one, one)) == 0


def test_shapes_are_added_removed_moved_relabeled_and_given_attributes():
    a, b, c, d = (box(20.0 * i, id=f"{i}") for i in range(4))
    moved = replace(b, points=((21.0, 0.0), (30.0, 12.0)))
    labelled, told = replace(c, label="WBC"), replace(d, attributes={"stage": "ring"})
    new = box(200.0, id="new")
    assert said((a, b, c, d), (moved, labelled, told, new)) == [
        (("moved",), "1"), (("relabeled",), "2"), (("attributes",), "3"), (("added",), "new"), (("removed",), "0"),
    ]  # fmt: skip
    both = replace(moved, label="WBC", attributes={"x": 1})
    assert said((b,), (both,)) == [(("moved", "relabeled", "attributes"), "1")]


def test_the_order_of_shapes_and_a_hundredth_of_a_pixel_make_no_difference():
    a, b = box(0.0), box(50.0)
    near = replace(a, points=((0.01, 0.0), (10.0, 9.99)))
    assert said((a, b), (b, near)) == []


def test_a_shape_that_was_imported_again_with_another_id_is_the_same_one():
    a, b = box(0.0, id="old"), box(0.0, label="WBC", id="other")
    again, again_b = replace(a, id="new"), replace(b, id="new2")
    assert said((a, b), (again_b, again)) == []
    assert said((a,), (replace(again, label="WBC"),)) == [(("relabeled",), "new")]


def test_another_kind_in_the_same_place_under_the_same_id_was_moved():
    a = box(0.0, id="a")
    assert said((a,), (replace(a, kind="ellipse"),)) == [(("moved",), "a")]


def test_tags_and_nothing_to_label_are_compared_too():
    found = compare(Annotation(tags=("a", "b")), Annotation(tags=("b", "c"), nothing_to_label=True))
    assert (found.tags_added, found.tags_removed, found.nothing, len(found)) == (("c",), ("a",), True, 3)


def test_a_tag_whose_attributes_differ_is_found():
    said = {"a": {"grade": "mild"}, "b": {"n": 1}}
    found = compare(
        Annotation(tags=("a", "b"), tag_attributes=said), Annotation(tags=("a", "b"), tag_attributes={"b": {"n": 1}})
    )
    (only,) = found.tags_changed
    assert (only.tag, only.before, only.after, len(found)) == ("a", {"grade": "mild"}, {}, 1)
    assert compare(Annotation(tags=("a",), tag_attributes={"a": {"n": 1}}), Annotation()).tags_changed == ()


SHAPES = st.lists(
    st.builds(box, st.integers(0, 60).map(float), st.integers(0, 60).map(float), st.sampled_from(["RBC", "WBC"])),
    max_size=8,
)


@given(SHAPES, st.data())
def test_what_was_done_is_found(shapes, data):
    """Edits of a random annotation are found, each in its way, and nothing else; back is the other way round."""
    done = {s.id: data.draw(st.sampled_from(["", "removed", "moved", "relabeled"])) for s in shapes}
    after = []
    for s in shapes:
        if done[s.id] == "moved":
            s = replace(s, points=tuple((x + 1000.0, y) for x, y in s.points))
        if done[s.id] == "relabeled":
            s = replace(s, label="dust")
        if done[s.id] != "removed":
            after.append(s)
    new = [box(5000.0 + 20 * i) for i in range(data.draw(st.integers(0, 3)))]
    found = compare(Annotation(shapes=tuple(shapes)), Annotation(shapes=(*after, *new)))
    expected = {i: how for i, how in done.items() if how} | {s.id: "added" for s in new}
    assert {c.shape.id: c.how[0] for c in found.shapes} == expected
    assert all(len(c.how) == 1 for c in found.shapes)
    back = compare(Annotation(shapes=(*after, *new)), Annotation(shapes=tuple(shapes)))
    other = {"added": "removed", "removed": "added"}
    assert {c.shape.id: c.how[0] for c in back.shapes} == {i: other.get(how, how) for i, how in expected.items()}
