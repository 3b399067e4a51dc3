"""What a site does when something happened: functions of the entry-point group ``nbannotate.on_event``.

Each is called with one :class:`nbannotate.model.Event`, after the commit, in order, in a thread of its own; a slow or
failing one delays nobody and breaks nothing.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from nbannotate.errors import NbannotateError
from nbannotate.model import Event
from nbannotate.plugins import Plugins, entries
from nbannotate.texts import in_english

Hook = Callable[[Event], object]

#: How many events may wait for one hook; what comes while so many wait is not given to it.
MOST = 10_000

#: How long hooks may go on with what waits when the process ends.
DRAIN_S = 5.0

logger = logging.getLogger(__name__)


def _checked(hook: Any, place: str) -> Hook:
    if not callable(hook):
        raise NbannotateError(f"{place}: a hook is a function, not {hook!r:.80}; it is not called.")
    return hook  # type: ignore[no-any-return]


PLUGINS: Plugins[Hook] = Plugins("nbannotate.on_event", "hook", lambda module: None, _checked)


@functools.cache
def installed() -> Mapping[str, Hook]:
    """Return the hooks of the installed packages by name, read once; what cannot be loaded is logged and left out."""
    found: dict[str, Hook] = {}
    for entry in entries(PLUGINS.group):
        try:
            found[entry.name] = PLUGINS.loaded(entry)
        except NbannotateError as error:
            logger.exception("%s", error)
    return found


class Hooks:
    """The hooks of a process, each with its queue and its thread.

    Parameters
    ----------
    functions
        By name.
    most
        How many events may wait for one hook.
    """

    def __init__(self, functions: Mapping[str, Hook], most: int = MOST) -> None:
        self._hooks = [_Hook(name, function, most) for name, function in functions.items()]

    def publish(self, event: Event) -> None:
        """Give an event to every hook, without waiting for any; its sentences are plain texts, as hooks write them."""
        if self._hooks:
            event = replace(
                event,
                detail=msgspec.to_builtins(event.detail, enc_hook=in_english),
                notices=tuple(replace(notice, text=str(notice.text)) for notice in event.notices),
            )
        for hook in self._hooks:
            hook.put(event)

    def close(self, seconds: float = DRAIN_S) -> None:
        """Let the hooks finish what waits, for some seconds in all. A later event starts them again."""
        until = time.monotonic() + seconds
        for hook in self._hooks:
            hook.close(until)


class _Hook:
    """One hook: a thread calls it, event by event, from the first one until it is closed."""

    def __init__(self, name: str, function: Hook, most: int) -> None:
        self.name, self._function, self._most = name, function, most
        self._waiting: deque[Event] = deque()
        self._missed = 0
        self._closing = False
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()

    def put(self, event: Event) -> None:
        """Queue an event; if too many wait it is left out, and the log says so."""
        with self._changed:
            if len(self._waiting) >= self._most:
                self._missed += 1
                if self._missed == 1:
                    logger.warning("The hook %r is too slow: it misses events from %d on.", self.name, event.event_id)
                return
            if self._missed:
                logger.warning("The hook %r missed %d events before %d.", self.name, self._missed, event.event_id)
                self._missed = 0
            self._waiting.append(event)
            if self._thread is None:
                self._closing = False
                # A daemon: a hook that never returns does not keep the process.
                self._thread = threading.Thread(target=self._run, name=f"on_event {self.name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        while (event := self._next()) is not None:
            try:
                self._function(event)
            except BaseException:
                logger.exception("The hook %r failed on event %d (%s).", self.name, event.event_id, event.operation)

    def _next(self) -> Event | None:
        """Wait for an event; None is the thread's end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if self._waiting:
                return self._waiting.popleft()
            self._thread = None
            self._changed.notify_all()
            return None

    def close(self, until: float) -> None:
        """Wait until the hook was given everything, but not longer than to a moment; its thread ends then."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._thread is None, max(0.0, until - time.monotonic())):
                logger.warning(
                    "The hook %r was not waited for any longer: %d events wait behind the one that it works on.",
                    self.name, len(self._waiting),
                )  # fmt: skip
