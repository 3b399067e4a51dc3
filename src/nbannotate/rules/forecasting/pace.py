"""The pace of a campaign, drawn once a run: whose days look how, how long tasks take, how many come back.

A run first draws what could have been measured, and then what happens with that. So the interval holds what is not
known of the pace (much, after three days), and what is left to chance (little, over three months). Days are drawn
whole, with all that happened on them (a bootstrap of blocks: Künsch, The jackknife and the bootstrap for general
stationary observations, 1989), with weights (Rubin, The Bayesian bootstrap, 1981).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from nbannotate.rules.forecasting.history import LEAVING, PRIOR, REWORK, Floats, History

#: With so many days behind, each weekday is taken for itself; before, there are days from Monday to Friday, and others.
DAYS_FOR_WEEKDAYS = 21
#: The time of a person at a step weighs as much as so many tasks of all people there.
TASKS_OF_ALL = 3.0
#: The hours of a person are as so many days of all people: who was away for two of five days may have been ill.
DAYS_OF_ALL = 2.0
#: How far the mean pace of one day, alone, may be from the true one.
ONE_DAY = 0.35


@dataclass(frozen=True)
class Pace:
    """What R runs go by. P people: the M who work, and for each step one who may be added.

    Parameters
    ----------
    hours
        (D', 24, P): seconds that each one could work on the days that are examples.
    kinds
        Of each weekday from Monday, the examples that stand for it; none: nobody works then.
    weights
        (R, D'): how probably each example is drawn.
    factor
        (R,): of all hours.
    per_second
        (R, S, P): tasks a second; 0 for who does not work at the step.
    follows
        (R, S, S): as :meth:`History.follows`.
    """

    hours: Floats
    kinds: tuple[tuple[int, ...], ...]
    weights: Floats
    factor: Floats
    per_second: Floats
    follows: Floats

    def day(self, day: dt.date, random: np.random.Generator, runs: int, whole: bool = False) -> Floats:
        """Draw (R, 24, P) seconds that everybody works on a day; of the ``whole`` day (R, 1, P)."""
        its = self.kinds[day.weekday()]
        hours = self.hours.sum(axis=1, keepdims=True) if whole else self.hours
        if not its:
            return np.zeros((runs, *hours.shape[1:]))
        chance = random.random(runs)
        edges = np.cumsum(self.weights[:, its], axis=1)
        drawn = (chance[:, None] * edges[:, -1:] > edges[:, :-1]).sum(axis=1)
        return np.asarray(hours[np.array(its)[drawn]] * self.factor[:, None, None])


def draw(history: History, random: np.random.Generator, runs: int) -> Pace:
    """Draw the pace of some runs.

    Parameters
    ----------
    history
        Has at least one example of a day.
    random
        Where chance comes from.
    runs
        How many.
    """
    days = history.whole_days()
    weights = random.exponential(size=(runs, len(history.days)))
    busy = int((history.worked[days][..., history.present].sum(axis=(1, 2, 3)) > 0).sum())
    spread = ONE_DAY / max(1, busy) ** 0.5
    factor = np.exp(spread * random.standard_normal(runs) - spread**2 / 2)
    back, left = _shares(history, random, runs)
    return Pace(
        _with_one_more(history, _usual(_could_work(history)[days] * history.present)),
        _kinds(history, days),
        weights[:, days],
        factor,
        _speeds(history, weights, random),
        history.follows(back, left),
    )


def _could_work(history: History) -> Floats:
    """Return (D, 24, M): seconds that people worked; of those who had nothing left to do, as long as others did."""
    worked = history.worked.sum(axis=2)
    a_day = worked.sum(axis=1)
    here = history.closed.sum(axis=(0, 1)) + history.worked.sum(axis=(0, 1)) > 0
    had_nothing = np.array([[bool(history.ran_dry[d][here[:, m]].all()) for m in range(history.people)]
                            for d in range(len(history.days))])  # fmt: skip
    total = worked.sum(axis=(0, 2))
    profile = total / total.sum()
    found = worked.copy()
    free = np.array([day.weekday() >= 5 for day in history.days])
    for is_free in (False, True):
        those = (free == is_free)[:, None] & ~had_nothing & (a_day.sum(axis=1) > 0)[:, None]
        if not those.any():
            continue
        # Who was there would have stayed as long as others who were there; who was not may have been missed by nobody.
        there = those & (a_day > 0)
        usual = np.where(a_day > 0, a_day[there].mean() if there.any() else 0.0, a_day[those].mean())
        more = np.where(had_nothing & (free == is_free)[:, None], np.maximum(0.0, usual - a_day), 0.0)
        found = found + more[:, None, :] * profile[None, :, None]
    return np.asarray(found)


def _usual(hours: Floats) -> Floats:
    """Return (D', 24, M) hours of each person, brought a little nearer to those of all."""
    busy = hours.sum(axis=(1, 2)) > 0
    mine = hours[busy].sum(axis=(0, 1))
    there = mine > 0
    days = float(busy.sum())
    nearer = (mine + DAYS_OF_ALL * mine[there].mean() / days) / (1 + DAYS_OF_ALL / days)
    return np.asarray(hours * np.where(there, nearer / np.maximum(mine, 1e-9), 1.0))


def _with_one_more(history: History, hours: Floats) -> Floats:
    """Return (D', 24, M + S): with somebody at each step who works as long as those do who work there, on average."""
    added = [hours[:, :, mine if mine.any() else history.present].mean(axis=2) for mine in history.works]
    return np.concatenate([hours, np.stack(added, axis=2)], axis=2)


def _kinds(history: History, days: list[int]) -> tuple[tuple[int, ...], ...]:
    """Return for each weekday which of the examples stand for it."""
    weekdays = [history.days[d].weekday() for d in days]
    if len(days) >= DAYS_FOR_WEEKDAYS:
        return tuple(tuple(i for i, day in enumerate(weekdays) if day == one) for one in range(7))
    work = tuple(i for i, day in enumerate(weekdays) if day < 5)
    free = tuple(i for i, day in enumerate(weekdays) if day >= 5)
    # Who began on a weekend: nobody knows of a Monday. Who did not see a weekend yet: it is taken as free.
    return (*((work or free,) * 5), free, free)


def _speeds(history: History, weights: Floats, random: np.random.Generator) -> Floats:
    """Draw (R, S, M + S): tasks a second, from the time for a task of each person at each step, and of all there."""
    runs = len(weights)
    worked, closed = history.worked.sum(axis=1), history.closed.sum(axis=1)
    seconds = np.einsum("rd,dsm->rsm", weights, worked)
    tasks = np.einsum("rd,dsm->rsm", weights, closed)
    whole = tasks.sum(axis=2)
    anywhere = seconds.sum(axis=(1, 2)) / np.maximum(whole.sum(axis=1), 1e-9)
    of_all = np.where(whole > 0, seconds.sum(axis=2) / np.maximum(whole, 1e-9), anywhere[:, None])
    each = (seconds + TASKS_OF_ALL * of_all[..., None]) / (tasks + TASKS_OF_ALL)
    number = closed.sum(axis=0)
    spread = history.variation[:, None] / np.sqrt(number + TASKS_OF_ALL)
    each = each * np.exp(spread * random.standard_normal(each.shape) - spread**2 / 2)
    found = np.zeros((runs, history.steps, history.people + history.steps))
    found[:, :, : history.people] = np.where(history.works, 1 / np.maximum(each, 1e-6), 0.0)
    for step in range(history.steps):
        found[:, step, history.people + step] = 1 / np.maximum(of_all[:, step], 1e-6)
    return found


def _shares(history: History, random: np.random.Generator, runs: int) -> tuple[Floats, Floats]:
    """Draw (R, S) how many tasks send back, and how many end: Dirichlet, with a prior."""
    can = np.array([to >= 0 for to in history.back_to])
    went = history.seen - history.sent_back - history.left
    counts = np.stack([history.sent_back + REWORK * PRIOR, history.left + LEAVING * PRIOR,
                       np.maximum(0.0, went) + (1 - REWORK - LEAVING) * PRIOR])  # fmt: skip
    parts = random.standard_gamma(counts, size=(runs, 3, history.steps))
    parts[:, 0] *= can
    shares = parts / parts.sum(axis=1, keepdims=True)
    return np.asarray(shares[:, 0]), np.asarray(shares[:, 1])
