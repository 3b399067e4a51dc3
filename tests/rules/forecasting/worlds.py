"""Campaigns of known truth, task by task: people with their own speed and hours, reviews that send back.

What happened up to some moment becomes a history as the statistics read it; the simulation goes on, and says when it
really ended.
"""

import datetime as dt
import heapq
import itertools
import random
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from nbannotate.rules.forecasting.history import History

MONDAY = dt.datetime(2026, 6, 1)


@dataclass
class Visit:
    """An asset at a step; times in seconds since the beginning. ``who`` is nobody's until somebody takes it."""

    asset: int
    step: int
    created: float
    who: int | None = None
    opened: float | None = None
    closed: float | None = None
    sent_back: bool = False
    is_rework: bool = False


@dataclass
class World:
    """How people work, and what they did.

    Parameters
    ----------
    assets
        How many there are; all are open at the first step at the beginning.
    people
        How many work at each step.
    seconds
        Mean time for a task at each step.
    rework
        How probably a review sends back, at each step; it goes to the first one.
    hours
        Mean hours a day that a person works.
    dealt
        Whether the assets of the first step are dealt to its people.
    """

    seed: int
    assets: int = 300
    people: tuple[int, ...] = (3, 1)
    seconds: tuple[float, ...] = (240.0, 60.0)
    rework: tuple[float, ...] = (0.0, 0.15)
    hours: float = 3.0
    dealt: bool = False
    day_is_off: float = 0.1
    dry: set[tuple[int, int]] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)
    #: Visit, beginning, end: within one hour each.
    stretches: list[tuple[Visit, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.names = [(s, k) for s, n in enumerate(self.people) for k in range(n)]
        self.speed = [self.random.lognormvariate(0, 0.25) for _ in self.names]
        self.usual = [self.random.lognormvariate(0, 0.2) for _ in self.names]
        self.queue: list[list[Visit]] = [[] for _ in self.people]
        self.own: dict[int, list[Visit]] = defaultdict(list)
        first = [m for m, (s, _) in enumerate(self.names) if s == 0]
        for asset in range(self.assets):
            self.come(asset, 0, 0.0, first[asset % len(first)] if self.dealt else None)
        self.in_hand: dict[int, tuple[Visit, float]] = {}
        self.open = self.assets
        self.ticket = itertools.count()
        self.now = 0.0

    def come(self, asset: int, step: int, now: float, who: int | None = None, is_rework: bool = False) -> None:
        visit = Visit(asset, step, now, who, is_rework=is_rework)
        self.visits.append(visit)
        (self.queue[step] if who is None else self.own[who]).append(visit)

    def begin_of_work(self, day: int, m: int) -> tuple[float, float]:
        """Return from when to when somebody works on a day, in seconds since Monday."""
        chance = random.Random(f"{self.seed} {day} {m}")
        if day % 7 >= 5 or chance.random() < self.day_is_off:
            return 0.0, 0.0
        begin = day * 86400 + 3600 * (8 + 2 * chance.random())
        return begin, begin + 3600 * self.hours * self.usual[m] * chance.lognormvariate(0, 0.3)

    def live(self, day: int) -> None:
        """Live one day, or the part of it until all is done: everybody takes a task, works on it, takes the next."""
        heap = []
        ends = {}
        for m in range(len(self.names)):
            begin, end = self.begin_of_work(day, m)
            if end > begin:
                ends[m] = end
                heapq.heappush(heap, (begin, next(self.ticket), m))
        while heap and self.open:
            now, _, m = heapq.heappop(heap)
            step = self.names[m][0]
            if m not in self.in_hand:
                mine = self.own[m] or self.queue[step]
                if not mine:
                    self.dry.add((day, step))
                    if now + 600 < ends[m]:
                        heapq.heappush(heap, (now + 600, next(self.ticket), m))  # looks again later
                    continue
                visit = mine.pop(0)
                visit.who, visit.opened = m, now
                mean = self.seconds[step] * self.speed[m]
                self.in_hand[m] = visit, mean * self.random.lognormvariate(-0.18, 0.6)
            visit, left = self.in_hand[m]
            stops = min(now + left, ends[m])
            self.spend(visit, now, stops)
            if stops < now + left:
                self.in_hand[m] = visit, left - (stops - now)
                continue
            del self.in_hand[m]
            self.close(visit, stops)
            heapq.heappush(heap, (stops, next(self.ticket), m))

    def spend(self, visit: Visit, begin: float, end: float) -> None:
        while begin < end:
            stop = min(end, (begin // 3600 + 1) * 3600)
            self.stretches.append((visit, begin, stop))
            begin = stop

    def close(self, visit: Visit, now: float) -> None:
        visit.closed = self.now = now
        if self.random.random() < self.rework[visit.step]:
            visit.sent_back = True
            self.come(visit.asset, 0, now, is_rework=True)
        elif visit.step + 1 < len(self.people):
            self.come(visit.asset, visit.step + 1, now)
        else:
            self.open -= 1

    @property
    def finished(self) -> int:
        """How many tasks were closed."""
        return sum(v.closed is not None for v in self.visits)

    def history(self, days: int, looked: int = 14) -> History:
        """Return what is known at the morning of a day: 7 o'clock, before anybody works."""
        now = MONDAY + dt.timedelta(days=days, hours=7)
        first = max(0, days - looked)
        them = range(first, days + 1)
        steps = len(self.people)
        shape = (len(them), 24, steps, len(self.names))
        worked, closed = np.zeros(shape), np.zeros(shape)
        for visit, begin, end in self.stretches:
            if begin >= first * 86400:
                worked[int(begin // 86400) - first, int(begin % 86400 // 3600), visit.step, visit.who] += end - begin
        seen, sent_back, own, queue = np.zeros(steps), np.zeros(steps), np.zeros(shape[2:]), np.zeros(steps)
        for visit in self.visits:
            if visit.closed is not None:
                seen[visit.step] += 1
                sent_back[visit.step] += visit.sent_back
                if visit.closed >= first * 86400:
                    day, hour = int(visit.closed // 86400) - first, int(visit.closed % 86400 // 3600)
                    closed[day, hour, visit.step, visit.who] += 1
            elif visit.who is None:
                queue[visit.step] += 1
            else:
                own[visit.step, visit.who] += 1
        ran_dry = np.array([[(day, s) in self.dry for s in range(steps)] for day in them])
        onward = np.zeros((steps, steps))
        for s in range(steps - 1):
            onward[s, s + 1] = 1
        dates = tuple((MONDAY + dt.timedelta(days=d)).date() for d in them)
        back_to = tuple(0 if rate else -1 for rate in self.rework)
        return History(
            now, dates, worked, closed, np.ones(shape[2:], dtype=bool), ran_dry, np.full(steps, 0.66), seen, sent_back,
            np.zeros(steps), back_to, onward, own, queue,
        )  # fmt: skip

    def end(self, day: int) -> dt.datetime:
        """Live on until all is done, and return when that was."""
        while self.open:
            self.live(day)
            day += 1
        return MONDAY + dt.timedelta(seconds=self.now)
