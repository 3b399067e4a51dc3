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
    worked: dict[tuple[int, int, int, int], float] = field(default_factory=lambda: defaultdict(float))
    closed: dict[tuple[int, int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    dry: set[tuple[int, int]] = field(default_factory=set)
    sent_back: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    seen: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.names = [(s, k) for s, n in enumerate(self.people) for k in range(n)]
        self.speed = [self.random.lognormvariate(0, 0.25) for _ in self.names]
        self.usual = [self.random.lognormvariate(0, 0.2) for _ in self.names]
        self.queue: list[list[int]] = [[] for _ in self.people]
        self.own: dict[int, list[int]] = defaultdict(list)
        first = [m for m, (s, _) in enumerate(self.names) if s == 0]
        for asset in range(self.assets):
            if self.dealt:
                self.own[first[asset % len(first)]].append(asset)
            else:
                self.queue[0].append(asset)
        self.in_hand: dict[int, float] = {}
        self.open = self.assets
        self.events: list[tuple[float, int, int]] = []
        self.ticket = itertools.count()
        self.until: dict[int, float] = {}
        self.now = 0.0

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
                mine.pop(0)
                mean = self.seconds[step] * self.speed[m]
                self.in_hand[m] = mean * self.random.lognormvariate(-0.18, 0.6)
            left = self.in_hand[m]
            stops = min(now + left, ends[m])
            self.spend(m, step, now, stops)
            if stops < now + left:
                self.in_hand[m] = left - (stops - now)
                continue
            del self.in_hand[m]
            self.close(m, step, stops)
            heapq.heappush(heap, (stops, next(self.ticket), m))

    def spend(self, m: int, step: int, begin: float, end: float) -> None:
        while begin < end:
            hour = int(begin // 3600)
            stop = min(end, (hour + 1) * 3600)
            self.worked[hour // 24, hour % 24, step, m] += stop - begin
            begin = stop

    def close(self, m: int, step: int, now: float) -> None:
        hour = int(now // 3600)
        self.closed[hour // 24, hour % 24, step, m] += 1
        self.seen[step] += 1
        self.now = now
        if self.random.random() < self.rework[step]:
            self.sent_back[step] += 1
            self.queue[0].append(0)
        elif step + 1 < len(self.people):
            self.queue[step + 1].append(0)
        else:
            self.open -= 1

    def history(self, days: int, looked: int = 14) -> History:
        """Return what is known at the morning of a day: 7 o'clock, before anybody works."""
        now = MONDAY + dt.timedelta(days=days, hours=7)
        first = max(0, days - looked)
        them = range(first, days + 1)
        shape = (len(them), 24, len(self.people), len(self.names))
        worked, closed = np.zeros(shape), np.zeros(shape)
        for (day, hour, step, m), seconds in self.worked.items():
            if day >= first:
                worked[day - first, hour, step, m] = seconds
        for (day, hour, step, m), tasks in self.closed.items():
            if day >= first:
                closed[day - first, hour, step, m] = tasks
        ran_dry = np.array([[(day, s) in self.dry for s in range(len(self.people))] for day in them])
        own = np.zeros((len(self.people), len(self.names)))
        for m, (step, _) in enumerate(self.names):
            own[step, m] = len(self.own[m]) + (m in self.in_hand)
        steps = len(self.people)
        onward = np.zeros((steps, steps))
        for s in range(steps - 1):
            onward[s, s + 1] = 1
        queue = np.array([float(len(q)) for q in self.queue])
        return History(
            now, tuple((MONDAY + dt.timedelta(days=d)).date() for d in them), worked, closed, ran_dry,
            np.full(steps, 0.66), np.array([float(self.seen[s]) for s in range(steps)]),
            np.array([float(self.sent_back[s]) for s in range(steps)]), np.zeros(steps),
            tuple(0 if rate else -1 for rate in self.rework), onward, own, queue,
        )  # fmt: skip

    def end(self, day: int) -> dt.datetime:
        """Live on until all is done, and return when that was."""
        while self.open:
            self.live(day)
            day += 1
        return MONDAY + dt.timedelta(seconds=self.now)
