"""The end that is forecast, against the end that comes: campaigns of known truth, simulated task by task."""

import dataclasses
import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import pytest
from worlds import World

from nbannotate.rules.forecasting.forecast import forecast, without_people
from nbannotate.rules.forecasting.history import History
from nbannotate.rules.forecasting.pace import draw

#: How a campaign is, and after how many days it is looked at.
CAMPAIGNS: dict[str, tuple[int, dict[str, Any]]] = {
    "two days behind": (2, {"assets": 400}),
    "a week, weekend and all": (7, {"assets": 900, "people": (3, 2, 1), "seconds": (240.0, 100.0, 40.0),
                                    "rework": (0.0, 0.15, 0.1)}),
    "reviews are slow": (7, {"assets": 900, "seconds": (120.0, 150.0)}),
    "dealt in two weeks": (14, {"assets": 1500, "dealt": True}),
    "long tasks": (7, {"assets": 60, "seconds": (5000.0, 900.0)}),
}  # fmt: skip


def history_of(seed: int, days: int, **more: Any) -> tuple[World, History]:
    world = World(seed, **more)
    for day in range(days):
        world.live(day)
    return world, world.history(days)


def test_four_of_five_campaigns_end_in_the_interval() -> None:
    found = {name: ends(*campaign) for name, campaign in CAMPAIGNS.items()}
    for name, its in found.items():
        assert its.total() >= 12, name
        assert its["inside"] / its.total() >= 0.5, (name, its)
    together = sum(found.values(), Counter[str]())
    assert 0.7 <= together["inside"] / together.total() <= 0.9, found


def ends(days: int, more: dict[str, Any]) -> Counter[str]:
    """Return how many campaigns end before, in and after the interval that was forecast."""
    found: Counter[str] = Counter()
    for seed in range(16):
        world, history = history_of(seed, days, **more)
        if not world.open or world.finished < 20 or without_people(history, {}):
            continue
        span = forecast(history, seed=seed).end
        assert span.low is not None
        assert span.high is not None
        end = world.end(days)
        found["early" if end < span.low else "late" if end > span.high else "inside"] += 1
    return found


@pytest.mark.parametrize("seed", range(3))
def test_more_people_never_make_it_later(seed: int) -> None:
    _, history = history_of(seed, 7, assets=900, seconds=(120.0, 150.0))
    for step in (0, 1):
        before = forecast(history).end.median
        for more in (1, 2, 4):
            after = forecast(history, {step: more}).end.median
            assert before is not None
            assert after is not None
            assert (after - before).total_seconds() <= 0.05 * (before - history.now).total_seconds()
            before = after


def test_the_bottleneck_is_where_the_work_waits() -> None:
    _, slow = history_of(0, 7, assets=900, seconds=(120.0, 400.0))
    assert forecast(slow).bottleneck == 1
    _, fast = history_of(0, 7, assets=900, seconds=(400.0, 30.0))
    assert forecast(fast).bottleneck == 0


def test_half_of_all_futures_end_before_the_median() -> None:
    _, history = history_of(0, 7, assets=900)
    outcome = forecast(history)
    assert outcome.end.median is not None
    hours = (outcome.end.median - history.now).total_seconds() / 3600
    assert outcome.chance(hours) == pytest.approx(0.5, abs=0.1)
    assert outcome.chance(0) == 0
    assert outcome.chance(24 * 365) >= 0.95


def test_the_same_seed_gives_the_same_answer() -> None:
    _, history = history_of(1, 5, assets=600)
    assert forecast(history).end == forecast(history).end


def test_a_step_without_people_is_named_until_somebody_is_added() -> None:
    _, history = history_of(1, 5, assets=600)
    alone = dataclasses.replace(history, worked=history.worked.copy(), closed=history.closed.copy())
    alone.worked[:, :, 1] = 0
    alone.closed[:, :, 1] = 0
    assert without_people(alone, {}) == [1]
    assert without_people(alone, {1: 1}) == []
    assert forecast(alone, {1: 1}).end.median is not None


def test_who_may_not_go_on_does_nothing_more_and_tells_how_long_tasks_take() -> None:
    _, history = history_of(1, 5, assets=600)
    less = dataclasses.replace(history, may=history.may.copy())
    less.may[0, 0] = False
    before, after = (draw(its, np.random.default_rng(7), 50) for its in (history, less))
    assert before.per_second[:, 0, 0].all()
    assert not after.per_second[:, 0, 0].any()
    people = history.people
    assert np.array_equal(before.per_second[:, 0, people], after.per_second[:, 0, people])
    assert np.array_equal(before.per_second[:, :, 1:people], after.per_second[:, :, 1:people])
    assert not after.hours[..., 0].any()
    assert forecast(less).a_day[0] < forecast(history).a_day[0]


@pytest.mark.parametrize("minutes", [0, 14, 15, 45, 59])
def test_a_campaign_that_ends_within_the_hour_is_told_at_any_minute(minutes: int) -> None:
    _, history = history_of(1, 5, assets=600)
    now = history.now.replace(hour=10, minute=minutes)
    few = dataclasses.replace(history, now=now, own=np.zeros_like(history.own), queue=np.array([1.0, 0.0]))
    outcome = forecast(few)
    assert outcome.end.low is not None
    assert outcome.end.low >= now


def test_days_before_those_who_are_left_began_are_no_examples() -> None:
    """One person drew in the first week and is gone, all others came for the second."""
    _, history = history_of(1, 12, assets=3000, people=(2, 1))
    second = np.array([date >= history.days[0] + dt.timedelta(days=7) for date in history.days])
    worked, may = history.worked.copy(), history.may.copy()
    worked[np.ix_(~second, range(24), [0, 1], [1, 2])] = 0.0
    worked[np.ix_(second, range(24), [0, 1], [0])] = 0.0
    may[0, 0] = False
    days = dataclasses.replace(history, worked=worked, may=may).whole_days()
    assert days
    assert second[days].all()


def test_what_is_left_falls_to_nothing_and_the_band_holds_the_median() -> None:
    _, history = history_of(2, 7, assets=900)
    outcome = forecast(history)
    low, median, high = (outcome.left[:, :, i] for i in range(3))
    assert (low <= median).all()
    assert (median <= high).all()
    assert median[0, :-1].sum() == median[0, -1] == pytest.approx(outcome.ahead.sum())
    assert median[-1].sum() < 1
    assert list(outcome.days) == sorted(outcome.days)
