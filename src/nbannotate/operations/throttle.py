"""Slows down who guesses passwords: some failures are free, then the wait doubles with each one, up to 15 minutes.

A failure is forgotten with time. Nobody is kept out for what others do: what is counted narrowly (a login from one
address) waits soon, and what many people share (an address, a login for all addresses) only after many failures.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

LONGEST_S = 900.0
KEPT = 20_000  # keys; strangers choose them


class Rate(NamedTuple):
    """How many failures are free, and how many seconds it takes until one of them is forgotten."""

    free: int
    forgotten_s: float


NARROW = Rate(5, LONGEST_S)
WIDE = Rate(100, 36.0)


class Key(NamedTuple):
    """What is counted, and how patiently."""

    name: str
    rate: Rate = NARROW


class Throttle:
    """Counts failures by key, in memory.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, when the last one was
        self._lock = threading.Lock()

    def take(self, *keys: Key) -> float:
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
            for key in keys:
                self._failures[key.name] = (self._count(key, now) + 1, now)
                self._failures.move_to_end(key.name)
            while len(self._failures) > KEPT:
                self._failures.popitem(last=False)
            return 0.0

    def forget(self, *keys: Key) -> None:
        """Forget all failures of keys."""
        with self._lock:
            for key in keys:
                self._failures.pop(key.name, None)

    def give_back(self, *keys: Key) -> None:
        """Take back what the present attempt counted: it was none of the failures."""
        with self._lock:
            for key in keys:
                count, at = self._failures.get(key.name, (0.0, 0.0))
                if count <= 1:
                    self._failures.pop(key.name, None)
                else:
                    self._failures[key.name] = (count - 1, at)

    def _count(self, key: Key, now: float) -> float:
        count, at = self._failures.get(key.name, (0.0, now))
        return max(0.0, count - (now - at) / key.rate.forgotten_s)

    def _wait(self, key: Key, now: float) -> float:
        count, at = self._failures.get(key.name, (0.0, now))
        over = round(count) - key.rate.free
        return 0.0 if over < 0 else max(0.0, at + min(LONGEST_S, 2.0 ** min(over, 10)) - now)


def place_of(address: str) -> str:
    """Return under which name what comes from an address is counted: itself, or the network of one IPv6 visitor."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 64), strict=False))
        return str(found.ipv4_mapped)
    return str(found)
