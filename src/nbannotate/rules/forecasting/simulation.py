"""Futures of a campaign, hour by hour or day by day: many runs at once, as arrays.

Within a stretch of time each person works first at the later steps, on what is theirs, then on the queue; what is
closed goes on, comes back or leaves. All ways of adding people have the same chance in the same run, so that what
differs is what they change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from nbannotate.rules.forecasting.history import HOURS, Bools, Floats, History
from nbannotate.rules.forecasting.pace import Pace

#: Campaigns that take longer are not followed to their end.
MOST_DAYS = 5 * 365
#: A time takes about so many stretches, whatever its length. Those that come after twice as many are longer, as in some
#: runs a few tasks may wait for years: none is more than a 150th of the time that passed.
STRETCHES = 300
#: Stretches of a day, in hours.
PARTS = (1, 2, 4, 8, HOURS)
#: How often an asset may come back and on again within a stretch, by its length in hours.
ROUNDS, MOST_ROUNDS = {1: 0, 2: 1, 4: 2}, 3
#: Of how many runs the end has to be known; the others are later than all that is told.
ENOUGH = 0.95
#: Rows that have ended are left out when less than this share goes on.
GO_ON = 0.7
#: A step at which less than half a task is to be expected has ended.
HALF = 0.5


@dataclass
class Future:
    """What became of the runs. N rows: a run of one way of adding people.

    Parameters
    ----------
    ends, step_ends
        (N,) and (N, S): hours from now until all is done; infinite for what did not end.
    lengths
        From how many hours on so many are one stretch: all ends are in the middle of one.
    days
        Days from now at which ``left`` was taken, rising from 0.
    left
        (days, R, S): tasks that are still to be expected at each step, in the first R rows.
    """

    ends: Floats
    step_ends: Floats
    lengths: list[tuple[float, int]]
    days: list[float] = field(default_factory=list)
    left: list[Floats] = field(default_factory=list)

    def length_at(self, hours: float) -> int:
        """Return how long a stretch is that has its middle so many hours from now; that of the first may be past."""
        return next((length for since, length in reversed(self.lengths) if since <= hours), self.lengths[0][1])


def simulate(
    history: History, pace: Pace, added: Floats, run_of: np.ndarray, random: np.random.Generator, kept: int
) -> Future:
    """Let N rows go on until most of them are done.

    Parameters
    ----------
    history, pace
        Of R runs.
    added
        (N, S): how many people are added at each step.
    run_of
        (N,): whose pace and chance a row has.
    random
        Where chance comes from.
    kept
        Of how many of the first rows what is left is kept, day by day.
    """
    return _Runs(history, pace, added, run_of).follow(random, kept)


def _at_least(hours: float) -> int:
    """Return the shortest stretch that is no shorter: of hours that make a day, or of whole days."""
    return next((some for some in PARTS if some >= hours), HOURS * int(np.ceil(hours / HOURS)))


def _at_most(hours: float) -> int:
    """Return the longest stretch that is no longer."""
    if hours >= HOURS:
        return HOURS * int(hours // HOURS)
    return max((some for some in PARTS if some <= hours), default=1)


class _Runs:
    """Where all rows are at a time: open tasks of each person and of the queue, and work that is begun."""

    def __init__(self, history: History, pace: Pace, added: Floats, run_of: np.ndarray) -> None:
        rows, steps = len(run_of), history.steps
        self.history, self.pace, self.run_of = history, pace, run_of
        self.many = np.concatenate([np.ones((rows, history.people)), added], axis=1)
        #: Who works at each step: the others take no part in what is computed for it.
        self.at = [np.flatnonzero(pace.per_second[:, s].any(axis=0)) for s in range(steps)]
        self.per_second = [pace.per_second[:, s, its][run_of] for s, its in enumerate(self.at)]
        self.follows = pace.follows[run_of]
        self.visits = history.visits()
        # With more people at a step, what is open there is dealt anew.
        anew = added > 0
        own = np.concatenate([history.own, np.zeros((steps, steps))], axis=1)
        self.own = [np.where(anew[:, s, None], 0.0, own[s, its]) for s, its in enumerate(self.at)]
        kept = np.stack([its.sum(axis=1) for its in self.own], axis=1)
        self.queue = history.open - kept
        self.begun = [np.zeros_like(its) for its in self.own]
        self.queue_begun = np.zeros((rows, steps))
        self.due, self.given, self.phase = (np.zeros((rows, steps, steps)) for _ in range(3))
        # What is left of people's time goes to what comes on, and comes back, within the same stretch of time.
        self.length = self.shortest = self._length()

    @property
    def open(self) -> Floats:
        """(N, S): open tasks."""
        return np.asarray(np.stack([its.sum(axis=1) for its in self.own], axis=1) + self.queue)

    def _order(self) -> list[int]:
        """Return at which steps people work one after the other, within a stretch."""
        steps = self.history.steps
        once = [*range(steps - 1, -1, -1), *range(1, steps)]
        return once + list(range(steps)) * ROUNDS.get(self.length, MOST_ROUNDS)

    def follow(self, random: np.random.Generator, kept: int) -> Future:
        runs, rows = len(self.pace.weights), len(self.run_of)
        self.phase = random.random((runs, *self.due.shape[1:]))[self.run_of]
        ends, step_ends = np.full(rows, np.inf), np.full((rows, self.history.steps), np.inf)
        future = Future(ends, step_ends, [(0.0, self.length)])
        expected = self.open @ self.visits
        future.days.append(0.0)
        future.left.append(expected[:kept])
        its = np.arange(rows)  # the rows that go on
        open_ = self.open.sum(axis=1) > 0
        step_ends[expected < HALF] = 0.0
        for hours, is_day, seconds in self._stretches(random):
            if self.length > future.lengths[-1][1]:
                future.lengths.append((hours - self.length, self.length))
            if seconds.any():
                left = seconds[self.run_of] * self.many
                for step in self._order():
                    self._work(step, left, random)
                now, at = self.open @ self.visits, hours - self.length / 2
                ended = now < HALF
                step_ends[its] = np.where(ended, np.minimum(step_ends[its], at), np.inf)
                still = self.open.sum(axis=1) > HALF / 100
                ends[its[open_ & ~still]] = at
                open_ = still
                expected = np.zeros_like(expected)
                expected[its] = now
            if is_day:
                future.days.append(hours / HOURS)
                future.left.append(expected[:kept])
            if open_.sum() <= (1 - ENOUGH) * rows and open_[its < kept].sum() <= (1 - ENOUGH) * kept:
                break
            if open_.mean() < GO_ON:
                its, open_ = its[open_], self._keep(open_)
        if hours / HOURS > future.days[-1]:
            future.days.append(hours / HOURS)
            future.left.append(expected[:kept])
        step_ends[~np.isinf(ends)] = np.minimum(step_ends, ends[:, None])[~np.isinf(ends)]
        return future

    def _keep(self, rows: Bools) -> Bools:
        """Let only some rows go on; return those of them that are open: all."""
        for name in ("run_of", "many", "follows", "queue", "queue_begun", "due", "given", "phase"):
            setattr(self, name, getattr(self, name)[rows])
        self.per_second, self.own, self.begun = (
            [its[rows] for its in each] for each in (self.per_second, self.own, self.begun)
        )
        return np.ones(len(self.run_of), dtype=bool)

    def _length(self) -> int:
        """Return the length of a stretch in hours: short ones where all is done soon."""
        a_day = self.pace.hours.mean(axis=0).sum(axis=0)[: self.history.people]
        speed = self.pace.per_second.mean(axis=0)[:, : self.history.people]
        ahead = self.history.open @ self.visits
        days = float(np.max(ahead / np.maximum(speed @ a_day, 1e-9), initial=0.0))
        return _at_least(min(days, MOST_DAYS) * HOURS / STRETCHES)

    def _stretches(self, random: np.random.Generator) -> Iterator[tuple[float, bool, Floats]]:
        """Yield hours since now at the end of a stretch, whether a day ends then, and (R, P) seconds worked in it."""
        now, runs = self.history.now, len(self.pace.weights)
        hours, number = -(now.hour + now.minute / 60), 0
        while number < MOST_DAYS:
            if hours >= 2 * STRETCHES * self.shortest:
                self.length = max(self.length, _at_most(2 * hours / STRETCHES))
            many, part = max(1, self.length // HOURS), min(self.length, HOURS)
            whole = part == HOURS and number > 0
            together = np.zeros(())
            for k in range(number, number + many):
                day = self.pace.day(now.date() + dt.timedelta(days=k), random, runs, whole)
                if k == 0:  # of today, what is left of it
                    day[:, : now.hour] = 0.0
                    day[:, now.hour] *= 1 - now.minute / 60
                together = together + (day if whole or part < HOURS else day.sum(axis=1, keepdims=True))
            number += many
            for first in range(0, HOURS, part):
                hours += part * many
                if hours > 0:
                    seconds = together[:, first : first + part].sum(axis=1)
                    yield hours, first + part == HOURS, seconds

    def _work(self, step: int, left: Floats, random: np.random.Generator) -> None:
        """Let people work at a step; their seconds that are ``left`` become fewer."""
        its = self.at[step]
        # Chance is asked for whatever happens: the next one is then the same, however many people were added.
        chances = random.standard_normal((len(self.pace.weights), len(its)), dtype=np.float32)
        fates = random.standard_normal((len(self.pace.weights), self.history.steps), dtype=np.float32)
        seconds = left[:, its]
        if not seconds.any():
            return
        could = seconds * self.per_second[step]
        could = np.maximum(0.0, could + self.history.variation[step] * np.sqrt(could) * chances[self.run_of])
        own, begun, queue = self.own[step], self.begun[step], self.queue[:, step]
        could_own = begun + could
        done_own = np.minimum(own, np.floor(could_own))
        busy = own > done_own
        free = np.where(busy, 0.0, could_own - done_own)
        together = free.sum(axis=1) + self.queue_begun[:, step]
        done = np.minimum(queue, np.floor(together))
        empty = done >= queue
        self.begun[step] = np.where(busy, could_own - done_own, 0.0)
        self.queue_begun[:, step] = np.where(empty, 0.0, together - done)
        own -= done_own
        queue -= done
        used = np.where(empty, done / np.maximum(together, 1e-9), 1.0)
        left[:, its] = seconds * np.minimum(1.0, free / np.maximum(could, 1e-9)) * (1 - used[:, None])
        closed = done_own.sum(axis=1) + done
        if closed.any():
            self._pass_on(step, closed, fates[self.run_of])

    def _pass_on(self, step: int, closed: Floats, chances: np.ndarray) -> None:
        """Give what was closed at a step to the steps that follow."""
        some: Bools = closed > 0
        for to in range(self.history.steps):
            share = self.follows[:, step, to]
            if not share.any():
                continue
            part = np.minimum(1.0, share)
            chance = np.sqrt(closed * part * (1 - part)) * chances[:, to]
            due = self.due[:, step, to]
            due += closed * share + np.where(some, chance, 0.0)
            new = np.maximum(0.0, np.floor(due + self.phase[:, step, to] + 1e-9) - self.given[:, step, to])
            self.given[:, step, to] += new
            self.queue[:, to] += new
