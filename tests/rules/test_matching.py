"""Which shapes are the same ones: by id, by place, by overlap; the best assignment of all, against trying them all."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.rules.matching import matched
from nbannotate.shapes.overlap import ious


def box(x, width=10.0, label="cell", **more):
    return nb.Shape.rectangle(x, 0, width, 10, label=label, **more)


def test_the_id_comes_first_then_the_place_then_the_overlap():
    a, b, c = box(0, id="a"), box(50), box(100)
    now = (box(80, id="a"), box(50), box(102))
    its = matched((a, b, c), now, 0.5)
    assert its.pairs == ((a, now[0]), (b, now[1]), (c, now[2]))
    assert matched((a, b, c), now).pairs == its.pairs[:2]
    assert matched((a, b, c), now, 0.9).removed == (c,)


def test_two_that_compete_are_matched_so_that_all_together_overlap_most():
    wide, left = box(0, 20), box(2, 10)
    now_a, now_b = box(1, 17), box(12, 8)
    # The wide one overlaps most with the first; but then the other one had nothing.
    its = matched((wide, left), (now_a, now_b), 0.05)
    assert len(its.pairs) == 2


def test_of_two_in_the_same_place_the_one_with_the_same_label_is_the_same():
    before = box(0, label="a"), box(0, label="b")
    after = box(1, label="b"), box(1, label="a")
    its = matched(before, after, 0.5)
    assert {(was.label, now.label) for was, now in its.pairs} == {("a", "a"), ("b", "b")}


boxes = st.lists(st.builds(box, st.integers(0, 30), st.integers(5, 15)), max_size=5)


@given(boxes, boxes, st.sampled_from([0.2, 0.5, 0.8]))
def test_no_other_assignment_is_worth_more(before, after, threshold):
    its = matched(before, after, threshold)
    assert len(its.pairs) + len(its.removed) == len(before)
    assert len(its.pairs) + len(its.added) == len(after)
    left = [(was, now) for was, now in its.pairs if was.points != now.points]
    some, others = [*its.removed, *(a for a, _ in left)], [*its.added, *(b for _, b in left)]
    worth = sum(float(ious([a], [b])[0]) for a, b in left)
    assert all(float(ious([a], [b])[0]) >= threshold for a, b in left)
    few, many = sorted((some, others), key=len)
    best = 0.0
    for chosen in itertools.permutations(many, len(few)):
        found = [float(ious([a], [b])[0]) for a, b in zip(few, chosen, strict=True)]
        best = max(best, sum(v for v in found if v >= threshold))
    assert worth == pytest.approx(best, abs=1e-4)
