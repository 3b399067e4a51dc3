"""Slows down who guesses passwords: five failures are free, then the wait doubles, up to 15 minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FREE = 5
LONGEST_S = 900.0
KEPT = 10_000


class Throttle:
    """Counts failures by key (a login, an address), in memory.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def take(self, *keys: str) -> float:
        """Count a failure for each key before the attempt, so that parallel guesses do not slip through.

        Returns
        -------
        float
            0 if the attempt may go on, or else the seconds to wait; then nothing was counted.
        """
        with self._lock:
            now = self._clock()
            wait = max((self._wait(key, now) for key in keys), default=0.0)
            if wait > 0:
                return wait
            if len(self._failures) > KEPT:
                self._failures = {k: v for k, v in self._failures.items() if now - v[1] < LONGEST_S}
            for key in keys:
                self._failures[key] = (self._failures.get(key, (0, 0.0))[0] + 1, now)
            return 0.0

    def forget(self, *keys: str) -> None:
        """Forget the failures of keys: the attempt succeeded."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _wait(self, key: str, now: float) -> float:
        count, at = self._failures.get(key, (0, 0.0))
        return 0.0 if count < FREE else max(0.0, at + min(LONGEST_S, 2.0 ** (count - FREE)) - now)
