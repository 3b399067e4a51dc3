"""A forecast: when each step and the whole will end, where the bottleneck is, and what more people would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nbannotate.rules.forecasting.history import HOURS, Floats, History
from nbannotate.rules.forecasting.pace import draw
from nbannotate.rules.forecasting.simulation import Future, simulate

#: So many runs; for each step, so many of them again with one person more.
RUNS, RUNS_OF_RELIEF = 400, 100
SEED = 20_260_901
#: An interval of 80 %.
LOW, HIGH = 0.1, 0.9
#: A bottleneck is where one person more brings the end forward by this at least, in hours and as a share of the time.
LEAST_HOURS, LEAST_SHARE = 1.0, 0.01
#: So many days are told of what is left, at most.
MOST_TOLD = 60


@dataclass(frozen=True)
class Span:
    """Between when and when something ends, with a probability of 80 %; None: later than the simulation goes."""

    low: dt.datetime | None
    median: dt.datetime | None
    high: dt.datetime | None


@dataclass(frozen=True)
class Outcome:
    """What was computed, by the clock on the wall of :attr:`History.now`.

    Parameters
    ----------
    end
        Of the whole.
    steps
        Of each step.
    ahead
        (S,): tasks that are still to be expected at each step, those that come back among them.
    a_day
        (S,): tasks that the people of a step can close on a day, on average.
    sooner
        (S,): by how many days one person more at a step brings the end forward; none where that is not known.
    bottleneck
        The step whose relief brings it forward most; None if none does.
    days, left
        Moments, and (days, S + 1, 3): 10 %, median and 90 % of the tasks that are left then at each step, and in all.
    runs
        (R,): hours from now to the end of the whole in each run, infinite where it is later than the simulation goes.
    """

    end: Span
    steps: tuple[Span, ...]
    ahead: Floats
    a_day: Floats
    sooner: tuple[float | None, ...]
    bottleneck: int | None
    days: tuple[dt.datetime, ...]
    left: Floats
    runs: Floats

    def chance(self, hours: float) -> float:
        """Return how probable it is that all is done within some hours from now."""
        return float((self.runs <= hours).mean())


def without_people(history: History, add: Mapping[int, int]) -> list[int]:
    """Return the steps at which something is to be done and nobody works."""
    ahead = history.open @ history.visits()
    works = np.asarray(history.works.any(axis=1))
    return [s for s in range(history.steps) if ahead[s] > 0 and not works[s] and not add.get(s)]


def forecast(history: History, add: Mapping[int, int] | None = None, seed: int = SEED) -> Outcome:
    """Return when a campaign will end.

    Parameters
    ----------
    history
        What was measured; somebody worked, and at each step with tasks ahead somebody works (:func:`without_people`).
    add
        How many people are added at each step. They work as long, and as fast, as those do who are there.
    seed
        The same one gives the same answer.
    """
    random = np.random.default_rng(seed)
    pace = draw(history, random, RUNS)
    steps = history.steps
    base = np.array([(add or {}).get(s, 0) for s in range(steps)], dtype=float)
    added = np.tile(base, (RUNS + steps * RUNS_OF_RELIEF, 1))
    run_of = np.concatenate([np.arange(RUNS), np.tile(np.arange(RUNS_OF_RELIEF), steps)])
    for step in range(steps):
        low = RUNS + step * RUNS_OF_RELIEF
        added[low : low + RUNS_OF_RELIEF, step] += 1
    future = simulate(history, pace, added, run_of, random, RUNS)
    sooner = _sooner(future.ends, steps)
    days, left = _told(history, future)
    per_day = pace.hours.mean(axis=0).sum(axis=0)
    speed = pace.per_second.mean(axis=0)
    many = np.concatenate([np.ones(history.people), base])
    return Outcome(
        _span(history, future, future.ends[:RUNS]),
        tuple(_span(history, future, future.step_ends[:RUNS, s]) for s in range(steps)),
        history.open @ history.visits(),
        speed @ (per_day * many),
        sooner,
        _bottleneck(sooner, float(np.median(future.ends[:RUNS]))),
        days,
        left,
        future.ends[:RUNS],
    )


def _span(history: History, future: Future, hours: Floats) -> Span:
    """Return the quantiles of ends, each of which is somewhere in a stretch of time."""

    def at(part: float, lengths: float) -> dt.datetime | None:
        its = float(np.quantile(hours, part, method="inverted_cdf"))
        if not np.isfinite(its):
            return None
        more = lengths * future.length_at(its)
        return history.now + dt.timedelta(hours=round(max(0.0, its + more), 2) if its else 0.0)

    return Span(at(LOW, -0.5), at(0.5, 0.0), at(HIGH, 0.5))


def _sooner(ends: Floats, steps: int) -> tuple[float | None, ...]:
    """Return by how many days the end comes sooner with one person more at each step: the mean over the same runs."""
    found: list[float | None] = []
    for step in range(steps):
        low = RUNS + step * RUNS_OF_RELIEF
        before, after = ends[:RUNS_OF_RELIEF], ends[low : low + RUNS_OF_RELIEF]
        both = np.isfinite(before) & np.isfinite(after)
        found.append(max(0.0, float((before[both] - after[both]).mean() / HOURS)) if both.any() else None)
    return tuple(found)


def _bottleneck(sooner: tuple[float | None, ...], median: float) -> int | None:
    best = max(range(len(sooner)), key=lambda s: sooner[s] or 0.0)
    gain = (sooner[best] or 0.0) * HOURS
    whole = median if np.isfinite(median) else 0.0
    return best if gain >= max(LEAST_HOURS, LEAST_SHARE * whole) else None


def _told(history: History, future: Future) -> tuple[tuple[dt.datetime, ...], Floats]:
    """Return what is left at the ends of days, some of them where there are many."""
    every = -(-len(future.days) // MOST_TOLD)
    which = sorted({*range(0, len(future.days), every), len(future.days) - 1})
    each = (np.concatenate([future.left[i], future.left[i].sum(axis=1, keepdims=True)], axis=1) for i in which)
    left = np.stack([np.quantile(its, (LOW, 0.5, HIGH), axis=0).T for its in each])
    return tuple(history.now + dt.timedelta(days=future.days[i]) for i in which), left
