"""Splits come near their shares, keep groups whole, and spread what is rare."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate.errors import InvalidInput
from nbannotate.rules import attribution
from nbannotate.rules.splits import Group, check_shares, check_split, deal

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def sizes(groups, found):
    there = Counter()
    for group, split in zip(groups, found, strict=True):
        there[split] += group.size
    return dict(there)


@given(
    st.lists(st.sets(st.sampled_from("abcde")), max_size=60),
    st.lists(st.integers(0, 10), min_size=3, max_size=3).filter(any),
    st.integers(0, 99),
)
def test_assets_by_themselves_are_dealt_exactly_by_largest_remainder(labels, parts, seed):
    groups = [Group(str(i), has=dict.fromkeys(its, 1)) for i, its in enumerate(labels)]
    shares = dict(zip(("train", "val", "test"), (p / sum(parts) for p in parts), strict=True))
    wanted = dict(zip(shares, attribution.split(len(groups), list(shares.values())), strict=True))
    found = sizes(groups, deal(groups, shares, seed))
    some = [n for n in shares if shares[n] > 0]
    if 0 in [wanted[n] for n in some]:
        assert len(found) == min(len(groups), len(some))  # none stays empty while there are assets
    else:
        assert found == {n: k for n, k in wanted.items() if k}


@given(st.lists(st.integers(1, 30), max_size=30), st.integers(0, 9))
@settings(max_examples=50)
def test_groups_are_whole_and_no_split_is_empty_while_there_are_groups(many, seed):
    groups = [Group(f"g{i}", n) for i, n in enumerate(many)]
    found = deal(groups, SHARES, seed)
    assert len(found) == len(groups)
    if len(groups) >= 3:
        assert set(found) == set(SHARES)


def test_many_groups_come_near_the_shares():
    chance = random.Random(1)
    groups = [Group(f"g{i}", chance.randint(5, 40)) for i in range(60)]
    found, total = sizes(groups, deal(groups, SHARES, 0)), sum(g.size for g in groups)
    for name, share in SHARES.items():
        assert abs(found[name] - share * total) <= 0.01 * total


def test_a_rare_label_is_in_each_split_in_its_share():
    chance = random.Random(2)
    groups = [
        Group(f"{i}", has=dict.fromkeys(["common", *["rare"] * (i % 50 == 0), *["b"] * (chance.random() < 0.3)], 1))
        for i in range(1000)
    ]
    found = deal(groups, SHARES, 5)
    rare = Counter(s for g, s in zip(groups, found, strict=True) if "rare" in g.has)
    b = Counter(s for g, s in zip(groups, found, strict=True) if "b" in g.has)
    assert rare == {"train": 16, "val": 2, "test": 2}
    for name, share in SHARES.items():
        assert abs(b[name] - share * sum(b.values())) <= 1
    assert sizes(groups, found) == {"train": 800, "val": 100, "test": 100}


def test_the_seed_decides_and_the_order_of_the_assets_does_not():
    groups = [Group(f"{i}.png", has={i % 3: 1}) for i in range(90)]
    one = dict(zip((g.name for g in groups), deal(groups, SHARES, 7), strict=True))
    turned = groups[::-1]
    assert dict(zip((g.name for g in turned), deal(turned, SHARES, 7), strict=True)) == one
    assert dict(zip((g.name for g in groups), deal(groups, SHARES, 8), strict=True)) != one
    sequences = [Group(f"s{i}", 10 + i) for i in range(12)]
    assert len({tuple(deal(sequences, SHARES, seed)) for seed in range(5)}) > 1


def test_what_has_a_split_keeps_it_and_the_rest_makes_up_for_it():
    groups = [Group(f"{i}", split="test" if i < 10 else "old" if i < 12 else None) for i in range(100)]
    found = deal(groups, SHARES, 0)
    assert found[:12] == ["test"] * 10 + ["old"] * 2
    assert sizes(groups, found) == {"test": 10, "old": 2, "train": 79, "val": 9} or sizes(groups, found)["test"] == 10


def test_a_label_that_each_asset_has_alone_takes_no_longer_than_others():
    groups = [Group(f"{i}", has={("id", i): 1}) for i in range(20_000)]
    assert sizes(groups, deal(groups, SHARES, 0)) == {"train": 16_000, "val": 2_000, "test": 2_000}


@pytest.mark.parametrize(
    ("shares", "words"),
    [({"train": 0.9, "val": 0.1, "test": 0.1}, "1.1 together"), ({"train": 1.5, "val": -0.5}, "train=1.5 must be")],
)
def test_shares_are_parts_of_one_whole(shares, words):
    with pytest.raises(InvalidInput, match=words):
        check_shares(shares)


@pytest.mark.parametrize("name", ["", " train", "a" * 61, "tr\nain"])
def test_the_name_of_a_split_is_a_word(name):
    with pytest.raises(InvalidInput, match="no name of a split"):
        check_split(name)
