"""Skeletons: what they say of each point, what is painted, and what is refused."""

from __future__ import annotations

import pytest

from nbannotate.errors import InvalidInput
from nbannotate.model import Label, Shape, Skeleton
from nbannotate.shapes import kind
from nbannotate.shapes.skeleton import placed, visibility

BODY = Skeleton(("head", "hip", "foot"), (("head", "hip"), ("hip", "foot")))
POINTS = ((10.0, 10.0), (20.0, 20.0), (10.0, 30.0))


def of(*states):
    return Shape(kind="skeleton", points=POINTS, label="body", visibility=states)


def test_edges_are_places_in_the_points():
    assert BODY.pairs() == ((0, 1), (1, 2))
    assert Label("body", skeleton=BODY).skeleton.points == ("head", "hip", "foot")


@pytest.mark.parametrize(
    ("points", "edges", "words"),
    [
        ((), (), "is empty"),
        (("a", "a"), (), "twice"),
        (("a", "b"), (("a", "c"),), "pairs of names"),
        (("a", "b"), (("a", "a"),), "pairs of names"),
        ("ab", ("a", "b"), "pairs of names"),
    ],
)
def test_a_skeleton_that_cannot_be_is_refused(points, edges, words):
    with pytest.raises(InvalidInput, match=words):
        Skeleton(points, edges)


def test_visible_points_are_dots_hidden_ones_rings_and_absent_ones_nothing():
    its = kind("skeleton")
    assert its.dots(of(2, 1, 0)).tolist() == [[10, 10]]
    assert its.hollow(of(2, 1, 0)).tolist() == [[20, 20]]
    assert len(its.dots(of())) == 3
    assert its.hollow(of()) is None
    assert [line.tolist() for line in its.strokes(of(2, 1, 0), BODY.pairs())] == [[[10, 10], [20, 20]]]
    assert its.hit(of(2, 1, 2), 15, 15, 1, BODY.pairs())
    assert not its.hit(of(0, 1, 2), 15, 15, 1, BODY.pairs())


@pytest.mark.parametrize(
    ("states", "words"), [((2, 2), "has 3 points, but"), ((2, 3, 2), "must be 0"), ((0, 0, 0), "no point in the image")]
)
def test_a_visibility_that_cannot_be_is_refused(states, words):
    assert words in kind("skeleton").problem(of(*states), 100, 100)
    assert kind("skeleton").problem(of(2, 1, 0), 100, 100) is None


def test_absent_points_are_put_where_they_do_not_widen_the_box():
    assert placed(((0, 0), (20, 20), (0, 0)), (0, 2, 0)) == ((20, 20), (20, 20), (20, 20))
    assert visibility(of()) == (2, 2, 2)
