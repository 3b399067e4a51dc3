"""One thread that does what a person asked for, in order, so that the kernel goes on hearing the canvas meanwhile."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any


class Worker:
    """Runs jobs one after another in a thread of its own.

    Parameters
    ----------
    failed
        Called, in that thread, with what a job raised.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._jobs: queue.SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._idle = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="nbannotate page", daemon=True)
        self._thread.start()

    def post(self, job: Callable[..., object], *arguments: Any) -> None:
        """Do a job after those that were posted before; returns at once, callable from every thread."""
        with self._idle:
            self._waiting += 1
        self._jobs.put((job, arguments))

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is left to do; return whether that came true in time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._waiting == 0, timeout)

    def stop(self) -> None:
        """End the thread after the jobs that are posted already."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (next_ := self._jobs.get()) is not None:
            job, arguments = next_
            try:
                job(*arguments)
            except Exception as error:  # noqa: BLE001  whatever it is, the person is told and the next job is done
                self._failed(error)
            finally:
                with self._idle:
                    self._waiting -= 1
                    self._idle.notify_all()
