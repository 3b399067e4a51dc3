"""The thread of the owner process that calls ``clock.tick`` again and again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from nbannotate.errors import OwnerUnavailable

#: Seconds from one tick to the next; the environment (``NBANNOTATE_TICK_S``) may say otherwise.
TICK_S = 30.0

#: Seconds between two calls of which the first had more to do.
PAUSE_S = 0.1

logger = logging.getLogger(__name__)


class Clock:
    """Calls a function at once and then every few seconds, in a thread, until it is stopped.

    Parameters
    ----------
    tick
        What is called; returns whether it has more to do at once. If it fails the clock goes on; the log says so, once
        for each reason.
    seconds
        From the end of one call to the beginning of the next, if there is nothing more to do.
    """

    def __init__(self, tick: Callable[[], bool], seconds: float = TICK_S) -> None:
        self._tick, self._seconds = tick, seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._said = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; wait for a call that runs."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            more = False
            try:
                more = self._tick()
                self._said = ""
            except Exception as error:
                # An owner that is told to end ends its queries, perhaps this one; that is no failure.
                if not isinstance(error, OwnerUnavailable) and self._said != repr(error):
                    self._said = repr(error)
                    logger.exception("The clock failed; it goes on.")
            self._over.wait(PAUSE_S if more else self._seconds)
