"""What people agree about: pure, the same whoever is asked first, and never an outline that nobody drew."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate.model import Annotation, Shape
from nbannotate.rules.agreement.likeness import likeness
from nbannotate.rules.consensus import agreement

labels = st.sampled_from(["a", "b"])
place = st.tuples(st.integers(0, 8), st.integers(0, 4), st.integers(-3, 3))


@st.composite
def shapes(draw):
    x, y, off = draw(place)
    x, y = x * 20 + off, y * 20 + off
    kind = draw(st.sampled_from(["rectangle", "rectangle", "polygon", "point", "polyline"]))
    corners = {
        "rectangle": ((x, y), (x + 15, y + 12)), "polygon": ((x, y), (x + 15, y), (x + 15, y + 12), (x, y + 12)),
        "point": ((x, y),), "polyline": ((x, y), (x + 15, y + 12)),
    }[kind]  # fmt: skip
    value = draw(st.sampled_from([None, 1, 2, "x"]))
    return Shape(kind=kind, points=corners, label=draw(labels), attributes={} if value is None else {"grade": value})


@st.composite
def answers(draw):
    nothing = draw(st.booleans()) and draw(st.booleans())
    drawn = () if nothing else tuple(draw(st.lists(shapes(), max_size=4)))
    tags = tuple(draw(st.lists(st.sampled_from(["dark", "blurred"]), unique=True)))
    return Annotation(shapes=drawn, tags=tags, nothing_to_label=nothing)


several = st.lists(answers(), min_size=2, max_size=5)


def geometry(shape):
    return shape.kind, shape.points


@settings(max_examples=200, deadline=None)
@given(several, st.data())
def test_nothing_is_invented_and_nothing_is_lost(said, data):
    quorum = data.draw(st.integers(2, len(said)))
    its = agreement(said, quorum, 0.5)
    drawn = [(geometry(s), s.label) for a in said for s in a.shapes]
    assert all((geometry(s), s.label) in drawn for s in its.agreed.shapes)
    assert len({s.id for s in its.agreed.shapes}) == len(its.agreed.shapes)
    open_shapes = [s for d in its.disputes if d.what == "shape" for s in d.shapes]
    assert len(open_shapes) + quorum * len(its.agreed.shapes) <= len(drawn)
    for dispute in its.disputes:
        assert len(set(dispute.people)) == len(dispute.people), "each person is in a disagreement once"
        for person, shape in zip(dispute.people, dispute.shapes, strict=False):
            assert shape in said[person].shapes
    tags = {t for a in said for t in a.tags}
    assert set(its.agreed.tags) | {d.name for d in its.disputes if d.what == "tag"} == tags
    for tag in its.agreed.tags:
        assert sum(tag in a.tags for a in said) >= quorum
    assert not (its.agreed.nothing_to_label and its.agreed.shapes)


@settings(max_examples=100, deadline=None)
@given(answers(), st.integers(2, 5))
def test_people_who_say_the_same_agree_about_all_of_it(one, many):
    apart = all(
        a.points != b.points and not len(likeness([a], [b])[0])
        for i, a in enumerate(one.shapes) for b in one.shapes[:i]
    )  # fmt: skip
    its = agreement([one] * many, many, 0.5)
    assert its.whole
    if apart:
        assert its.agreed == one
    assert len(its.agreed.shapes) == len(one.shapes)


@settings(max_examples=100, deadline=None)
@given(several)
def test_it_is_the_same_each_time(said):
    again = msgspec.json.decode(msgspec.json.encode(said), type=list[Annotation])
    assert agreement(said, 2, 0.5) == agreement(again, 2, 0.5)


@settings(max_examples=100, deadline=None)
@given(several, st.randoms())
def test_how_much_is_agreed_does_not_depend_on_who_is_first(said, random):
    def distinct(annotation):
        return len({geometry(s) for s in annotation.shapes}) == len(annotation.shapes)

    turned = list(said)
    random.shuffle(turned)
    one, other = agreement(said, len(said), 0.5), agreement(turned, len(said), 0.5)
    assert sorted(one.agreed.tags) == sorted(other.agreed.tags)
    assert one.agreed.nothing_to_label == other.agreed.nothing_to_label


def box(x, label="a", **more):
    return Shape(kind="rectangle", points=((x, 10), (x + 20, 30)), label=label, **more)


def test_the_answer_in_the_middle_stands():
    said = [Annotation(shapes=(box(x),)) for x in (10, 12, 15)]
    (stands,) = agreement(said, 2, 0.5).agreed.shapes
    assert stands == said[1].shapes[0]


def test_a_chain_holds_together_while_it_is_near_enough_on_average():
    said = [Annotation(shapes=(box(x),)) for x in (10, 14, 18)]  # the outer ones overlap by less than half
    its = agreement(said, 3, 0.5)
    assert its.whole
    far = [Annotation(shapes=(box(x),)) for x in (10, 16, 22)]
    assert not agreement(far, 3, 0.5).whole


def test_kinds_with_an_inside_are_the_same_thing_and_others_are_not():
    polygon = Shape(kind="polygon", points=((10, 10), (30, 10), (30, 30), (10, 30)), label="a")
    point = Shape(kind="point", points=((20, 20),), label="a")
    assert agreement([Annotation(shapes=(box(10),)), Annotation(shapes=(polygon,))], 2, 0.5).whole
    its = agreement([Annotation(shapes=(box(10),)), Annotation(shapes=(point,))], 2, 0.5)
    assert [d.people for d in its.disputes] == [(0,), (1,)]


def test_points_and_lines_are_one_as_in_all_agreement():
    def said(kind, *points):
        return Annotation(shapes=(Shape(kind=kind, points=points, label="a"),))

    for other, whole in ((60, True), (60.5, False)):
        assert agreement([said("point", (50, 50)), said("point", (other, 50))], 2, 0.5).whole is whole
        lines = [said("polyline", (0, y), (100, y)) for y in (50, other)]
        assert agreement(lines, 2, 0.5).whole is whole


def test_attributes_that_more_than_half_gave_stand_and_others_are_decided():
    said = [Annotation(shapes=(box(10, attributes={"grade": g}),)) for g in (1, 2, 2)]
    (stands,) = agreement(said, 2, 0.5).agreed.shapes
    assert stands.attributes == {"grade": 2}
    assert not agreement(said[:2], 2, 0.5).whole


def test_labels_need_the_quorum():
    said = [Annotation(shapes=(box(10, label),)) for label in ("a", "b", "b")]
    assert [s.label for s in agreement(said, 2, 0.5).agreed.shapes] == ["b"]
    (dispute,) = agreement(said, 3, 0.5).disputes
    assert (dispute.name, dispute.people) == ("a / b", (0, 1, 2))


def test_groups_of_several_people_do_not_become_one():
    said = [
        Annotation(shapes=(box(10, group="g"), box(40, group="g"))),
        Annotation(shapes=(box(10, group="g"), box(40, group="g"))),
    ]
    its = agreement(said, 2, 0.5)
    assert [s.group for s in its.agreed.shapes] == ["g", "g"]
    mixed = [Annotation(shapes=(box(x, group="g"), box(y))) for x, y in ((10, 44), (12, 40), (14, 40))]
    assert [s.group for s in agreement(mixed, 2, 0.5).agreed.shapes] == [None, None]


def test_nothing_to_label_needs_the_quorum():
    nothing, drawn = Annotation(nothing_to_label=True), Annotation(shapes=(box(10),))
    its = agreement([nothing, nothing, drawn], 2, 0.5)
    assert its.agreed.nothing_to_label
    assert [d.what for d in its.disputes] == ["shape"]
    assert [d.what for d in agreement([nothing, drawn], 2, 0.5).disputes] == ["shape", "nothing"]
    assert agreement([nothing, drawn, drawn], 2, 0.5).whole
