"""A three-way merge: what only one side changed is taken, and nothing disappears without being told."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.changes.ground import annotations

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.rules.merging import MergeConflict, Said, exact, merged

NOW = datetime.datetime(2026, 1, 1)


def box(x, label="cell", **more):
    return nb.Shape.rectangle(x, 0, 10, 10, label=label, **more)


def said(*shapes, **more):
    return nb.Annotation(shapes=shapes, **more)


def merge(base, ours, theirs, choose=lambda _: "ours", threshold=0.5):
    its = [None if v is None else Said(v) for v in (base, ours, theirs)]
    return merged("a.png", *its, choose, threshold)


def content(annotation):
    """Return what an annotation says, but for the order, and the ids that are given anew."""
    if annotation is None:
        return None
    shapes = sorted(exact(replace(s, id="")) for s in annotation.shapes)
    return shapes, set(annotation.tags), annotation.nothing_to_label, annotation.tag_attributes


some = annotations()
maybe = st.none() | some


@given(some, maybe)
def test_a_side_that_changed_nothing_changes_nothing(base, x):
    for one, other in ((x, base), (base, x)):
        its = merge(base, one, other)
        assert its.conflicts == ()
        assert exact(its.annotation) == exact(x)
    assert exact(merge(base, x, x).annotation) == exact(x)


@given(maybe, maybe, maybe)
def test_without_conflicts_it_makes_no_difference_whose_side_is_whose(base, x, y):
    one, other = merge(base, x, y), merge(base, y, x)
    assert len(one.conflicts) == len(other.conflicts)
    if not one.conflicts:
        assert content(one.annotation) == content(other.annotation)
    mirrored = merge(base, y, x, lambda _: "theirs")
    assert content(mirrored.annotation) == content(one.annotation)


@given(some, some, some)
def test_nothing_disappears_that_was_not_decided_upon(base, x, y):
    its = merge(base, x, y, lambda _: "both")
    left = {exact(replace(s, id="")) for s in its.annotation.shapes}
    told = {exact(replace(s, id="")) for d in its.conflicts for s in (d.conflict.ours, d.conflict.theirs) if s}
    assert told <= left
    there = {exact(replace(s, id="")) for s in base.shapes}
    decided = {d.conflict.what for d in its.conflicts}
    for one, other in ((x, y), (y, x)):
        for shape in one.shapes:
            new = exact(replace(shape, id="")) not in there
            if new and "nothing_to_label" not in decided:
                assert exact(replace(shape, id="")) in left, "what somebody drew is gone"
        if "tag" not in decided:
            assert {t for t in one.tags if t not in base.tags} <= set(its.annotation.tags)
            assert {t for t in base.tags if t not in one.tags and t not in other.tags} & set(
                its.annotation.tags
            ) == set()
    ids = [s.id for s in its.annotation.shapes]
    assert len(ids) == len(set(ids))
    assert not (its.annotation.nothing_to_label and ids)


@given(some, some, some, st.sampled_from(["ours", "theirs", "base", "both"]))
def test_whatever_is_chosen_can_be_stored(base, x, y, side):
    its = merge(base, x, y, lambda _: side)
    assert all(d.choice == side for d in its.conflicts)
    assert set(its.annotation.tag_attributes) <= set(its.annotation.tags)
    assert not (its.annotation.nothing_to_label and its.annotation.shapes)


A, B = box(0, id="a"), box(50, id="b")
NOTHING = said(nothing_to_label=True)
MOVED, NAMED = replace(A, points=((3, 0), (13, 10))), replace(A, label="dust")


@pytest.mark.parametrize(
    ("what", "base", "ours", "theirs", "results"),
    [
        ("changed", said(A), said(MOVED), said(NAMED), {"ours": [MOVED], "theirs": [NAMED], "base": [A]}),
        ("removed", said(A, B), said(B), said(MOVED, B), {"ours": [B], "theirs": [B, MOVED], "both": [B, MOVED]}),
        ("removed", said(A), said(MOVED), said(), {"ours": [MOVED], "theirs": [], "both": [MOVED]}),
        ("added", said(), said(A), said(replace(MOVED, id="m")), {"ours": [A], "theirs": [replace(MOVED, id="m")]}),
        ("nothing_to_label", said(A), NOTHING, said(A, B), {"ours": [], "theirs": [A, B], "both": [A, B]}),
    ],
)  # fmt: skip
def test_each_conflict_is_told_and_resolved_by_each_side(what, base, ours, theirs, results):
    for side, wanted in results.items():
        its = merge(base, ours, theirs, lambda conflict, side=side: side)
        assert [d.conflict.what for d in its.conflicts] == [what]
        assert list(its.annotation.shapes) == wanted
        assert its.annotation.nothing_to_label == (what == "nothing_to_label" and side == "ours")


def test_both_keeps_both_with_ids_of_their_own():
    its = merge(said(A), said(MOVED), said(NAMED), lambda _: "both")
    assert [(s.points, s.label) for s in its.annotation.shapes] == [(MOVED.points, "cell"), (A.points, "dust")]
    assert its.annotation.shapes[0].id == "a" != its.annotation.shapes[1].id


def test_tags_are_merged_one_by_one():
    base = nb.Annotation(tags=["dark", "old"], tag_attributes={"dark": {"why": "x"}})
    ours = nb.Annotation(tags=["dark", "mine"], tag_attributes={"dark": {"why": "y"}})
    theirs = nb.Annotation(tags=["dark", "old", "yours"], tag_attributes={"dark": {"why": "z"}})
    for side, why in (("ours", "y"), ("theirs", "z"), ("base", "x")):
        its = merge(base, ours, theirs, lambda _, side=side: side)
        assert [(d.conflict.what, d.conflict.tag) for d in its.conflicts] == [("tag", "dark")]
        assert set(its.annotation.tags) == {"dark", "mine", "yours"}
        assert its.annotation.tag_attributes == {"dark": {"why": why}}


def test_both_may_add_the_same_shape():
    same = replace(A, id="other")
    its = merge(said(B), said(B, A), said(B, same))
    assert its.conflicts == ()
    assert list(its.annotation.shapes) == [B, A]
    assert list(merge(said(B), said(B, A), said(B, replace(same, label="dust"))).annotation.shapes)[1:] == [
        A, replace(same, label="dust"),
    ]  # fmt: skip


def test_an_asset_that_was_taken_away_and_changed_is_a_conflict():
    for side, wanted in (("ours", None), ("theirs", said(MOVED)), ("base", said(A)), ("both", said(MOVED))):
        its = merge(said(A), None, said(MOVED), lambda _, side=side: side)
        assert [d.conflict.what for d in its.conflicts] == ["asset"]
        assert its.annotation == wanted
    assert merge(said(A), None, said(A)).annotation is None
    assert merge(None, said(A), None).annotation == said(A)


def test_a_function_sees_who_said_it_and_when_and_may_give_a_shape():
    seen = []

    def choose(conflict: MergeConflict):
        seen.append(conflict)
        return box(99, id="mine")

    later = NOW + datetime.timedelta(days=1)
    its = merged("a.png", Said(said(A)), Said(said(MOVED), "ana", NOW), Said(said(NAMED), "ben", later), choose, 0.5)
    assert its.annotation == said(box(99, id="mine"))
    assert its.conflicts[0].choice == "own"
    (one,) = seen
    assert (one.ours_by, one.theirs_by, one.label, one.newest) == ("ana", "ben", "cell", "theirs")
    for wrong in ("mine", None, 3):
        with pytest.raises(InvalidInput, match=r"a\.png: resolve must choose 'ours'"):
            merge(said(A), said(MOVED), said(NAMED), lambda _, wrong=wrong: wrong)
    with pytest.raises(InvalidInput, match="resolve must choose"):
        merge(said(A), None, said(MOVED), lambda _: A)
