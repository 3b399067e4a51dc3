"""What the owner process measures of itself: how long each operation takes, what fails, what waits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection

from msgspec import Struct

#: Seconds; an operation is counted at the first of them that it does not exceed, or after the last.
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class Latency(Struct):
    """How long the requests of one operation took, from their head to their answer.

    Attributes
    ----------
    counts
        How many, by :data:`BOUNDS_S`; the last one is of those that took longer.
    seconds
        All of them together.
    refused, failed
        How many were answered with an error: what a person or a program can mend, and what is ours.
    """

    counts: list[int]
    seconds: float = 0.0
    refused: int = 0
    failed: int = 0


class Measures(Struct):
    """What was measured since the process began.

    Attributes
    ----------
    pid
        The process.
    operations
        By the name of the operation.
    waiting
        How many requests wait for a thread, by the kind of thread.
    """

    pid: int
    operations: dict[str, Latency]
    waiting: dict[str, int]


class Meter:
    """Measures requests.

    Parameters
    ----------
    names
        The operations that there are; a request for anything else is not measured.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self.operations: dict[str, Latency] = {}

    def add(self, name: str, seconds: float, status: int) -> None:
        """Count a request by its time and the status of its answer."""
        if name not in self._names:
            return
        if (its := self.operations.get(name)) is None:
            its = self.operations[name] = Latency([0] * (len(BOUNDS_S) + 1))
        its.counts[bisect_left(BOUNDS_S, seconds)] += 1
        its.seconds += seconds
        its.refused += 400 <= status < 500
        its.failed += status >= 500
