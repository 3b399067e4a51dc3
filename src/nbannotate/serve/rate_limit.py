"""How many messages somebody may send."""

from __future__ import annotations

import time
from collections.abc import Callable

BURST = 5.0  # seconds' worth of messages that may come at once


class Allowance:
    """How many messages a member may still send: so many a second, and a burst of five seconds' worth.

    It is one for all websockets of a member, whichever session and page they belong to.

    Parameters
    ----------
    rate
        Messages a second.
    clock
        Seconds that only grow.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.clock = rate, clock
        self.left, self.seen = BURST * rate, clock()

    def take(self, messages: float) -> bool:
        """Take so many messages, if there are so many left; return whether there were."""
        now = self.clock()
        self.left = min(BURST * self.rate, self.left + (now - self.seen) * self.rate)
        self.seen = now
        if self.left < messages:
            return False
        self.left -= messages
        return True
