"""How many kernels there may be, and how many wait started: the queue of members, and the demand of the last minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from nbannotate.errors import Refused
from nbannotate.texts import t, tn

#: Seconds after which the page of somebody who waits looks again; and after which who did not look any more is dropped.
LOOK_S, DROPPED_S = 3, 15
#: Seconds for which it is counted how many pages were opened.
MINUTE = 60.0


class Queued(Refused):
    """All places are taken; ``place`` is that of whoever asks among those who wait, the first one being 1."""

    def __init__(self, place: int) -> None:
        self.place = place
        if place == 1:
            text = t("You are next. This page opens by itself as soon as there is room.")
        else:
            text = tn(
                place - 1, "{n} person is before you. This page opens by itself when it is your turn.",
                "{n} people are before you. This page opens by itself when it is your turn.",
            )  # fmt: skip
        super().__init__(text)


class Places:
    """The members who wait for a kernel, in their order; a place is kept as long as the page looks again.

    Parameters
    ----------
    most
        Kernels of all members together; 0: as many as are wanted.
    clock
        Seconds that only grow.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.clock = most, clock
        self._seen: dict[str, float] = {}

    def __len__(self) -> int:
        """How many wait."""
        now = self.clock()
        return sum(now - seen <= DROPPED_S for seen in self._seen.values())

    def ask(self, login: str, used: int) -> None:
        """Let a member in who has no kernel, or raise Queued.

        Parameters
        ----------
        login
            Who asks.
        used
            How many kernels there are, those that are about to be among them.
        """
        if not self.most:
            return
        now = self.clock()
        self._seen = {who: seen for who, seen in self._seen.items() if now - seen <= DROPPED_S}
        free, waiting = max(0, self.most - used), list(self._seen)
        at = waiting.index(login) if login in self._seen else len(waiting)
        if at < free:
            self._seen.pop(login, None)
            return
        self._seen[login] = now
        raise Queued(at + 1 - free)

    def is_full(self, used: int) -> bool:
        """Whether there is no room for one more."""
        return bool(self.most) and used >= self.most


class Demand:
    """How many spare kernels are wanted: as many as pages were opened in the last minute, within bounds.

    Parameters
    ----------
    least, most
        The bounds; with 0 none are ever wanted.
    clock
        Seconds that only grow.
    """

    def __init__(self, least: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.least, self.most, self.clock = least, max(least, most), clock
        self._opened: deque[float] = deque(maxlen=max(1, self.most))

    def note(self) -> None:
        """Note that a page was opened."""
        self._opened.append(self.clock())

    def wanted(self) -> int:
        """Return how many are wanted now."""
        if not self.least:
            return 0
        lately = sum(self.clock() - at <= MINUTE for at in self._opened)
        return min(self.most, max(self.least, lately))
