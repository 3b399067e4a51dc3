"""Shares are exact, whatever the weights, and however the assets come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.errors import InvalidInput
from nbannotate.rules.attribution import choose, deal, place, split

WEIGHTS = st.lists(st.floats(0.01, 1000, allow_nan=False), min_size=1, max_size=8)
TOTALS = st.integers(0, 3000)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (100, [3, 1], [75, 25]),
        (7, [0.7, 0.2, 0.1], [5, 1, 1]),
        (1, [1, 1], [1, 0]),
        (0, [1, 2], [0, 0]),
        (1000, [0.1, 0.1, 0.1], [334, 333, 333]),
        (0, [], []),
    ],
)
def test_shares_are_those_of_the_largest_remainder(total, weights, parts):
    assert split(total, weights) == parts


@pytest.mark.parametrize(("total", "weights"), [(1, []), (3, [0, 0]), (-1, [1]), (3, [1, -1])])
def test_what_cannot_be_split_is_refused(total, weights):
    with pytest.raises(InvalidInput):
        split(total, weights)


@given(TOTALS, WEIGHTS)
def test_the_parts_add_up_and_each_is_less_than_one_away_from_the_exact_share(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    assert all(abs(part - total * weight / whole) < 1 + 1e-6 for part, weight in zip(parts, weights, strict=True))


@given(TOTALS, st.integers(1, 8))
def test_equal_shares_differ_by_one_at_most(total, people):
    parts = split(total, [1.0] * people)
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


@given(WEIGHTS, st.lists(st.integers(0, 200), min_size=1, max_size=5))
def test_batches_come_to_the_share_of_the_whole(weights, batches):
    shares, total = dict(enumerate(weights)), sum(batches)
    got = dict.fromkeys(shares, 0)
    for batch in batches:
        dealt = deal(shares, total, got, batch)
        assert sum(dealt.values()) == batch
        got = {m: got[m] + n for m, n in dealt.items()}
    assert list(got.values()) == split(total, weights)


@given(WEIGHTS, st.integers(0, 120))
def test_who_gets_them_one_by_one_has_the_exact_share_in_the_end(weights, total):
    shares = dict(enumerate(weights))
    got = dict.fromkeys(shares, 0)
    for _ in range(total):
        got[choose(shares, total, got)] += 1
    assert list(got.values()) == split(total, weights)


def test_what_arrives_is_spread_from_the_beginning():
    got = {1: 0, 2: 0}
    for _ in range(20):
        got[choose({1: 3.0, 2: 1.0}, 100, got)] += 1
    assert got == {1: 15, 2: 5}


def test_who_annotated_an_asset_gets_it_only_if_nobody_else_has_room():
    shares = {1: 1.0, 2: 1.0}
    assert choose(shares, 10, {1: 0, 2: 4}, avoid={1}) == 2
    assert choose(shares, 10, {1: 0, 2: 5}, avoid={1}) == 1
    assert choose(shares, 10, {1: 9, 2: 9}, avoid={1}) == 2
    assert choose(shares, 10, {}, avoid={1, 2}) == 1
    assert choose({}, 10, {}) is None


def test_more_than_the_share_is_taken_by_whoever_is_there():
    assert deal({1: 1.0, 2: 1.0}, 10, {1: 9}, 3) == {1: 0, 2: 3}
    assert deal({1: 1.0, 2: 1.0}, 4, {1: 2, 2: 2}, 2) == {1: 1, 2: 1}


def test_who_annotated_gets_what_others_have_no_room_for():
    ana, ben, zoe = 1, 2, 3
    groups = [(frozenset(), 2), (frozenset({ana}), 2), (frozenset({ben}), 3)]
    assert place({ana: 3, ben: 4}, groups) == [{ana: 0, ben: 2}, {ana: 0, ben: 2}, {ana: 3, ben: 0}]
    assert place({ana: 2, zoe: 1}, [(frozenset({ana}), 3)]) == [{ana: 2, zoe: 1}]
    assert place({ana: 2, ben: 1}, [(frozenset(), 3)]) == [{ana: 2, ben: 1}]
