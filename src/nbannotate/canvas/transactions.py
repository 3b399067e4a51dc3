"""Transactions on a canvas: calls, messages and threads take their turn, and who listens hears what came of it.

Each call or message is a transaction under one lock. At the end of the outermost one the effects are carried out, the
overlay and ipycanvas are told what differs, and then the listeners are called, without the lock, so that they may use
the canvas themselves.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from nbannotate.canvas.effects import Called, Complained, Notified
from nbannotate.canvas.model import CanvasModel
from nbannotate.canvas.outbox import Outbox
from nbannotate.canvas.state import CanvasState
from nbannotate.model import Shape

Callback = Callable[..., object]
Before = tuple[dict[str, Shape], tuple[str, ...], CanvasState]
P = ParamSpec("P")
R = TypeVar("R")


class Transactions:
    """The lock of a canvas, and its listeners.

    Parameters
    ----------
    model
        What is changed.
    outbox
        Tells the browser.

    Attributes
    ----------
    listeners
        What is called, by event: change, select, state, error, zone, levels, lost.
    """

    def __init__(self, model: CanvasModel, outbox: Outbox) -> None:
        self._model, self._outbox = model, outbox
        self._lock = threading.RLock()
        self._depth = 0
        self._origin: tuple[str, int] | None = None
        self.listeners: dict[str, list[Callback]] = {
            name: [] for name in ("change", "select", "state", "error", "zone", "levels", "lost")
        }

    @contextmanager
    def begin(self, origin: tuple[str, int] | None = None, *, quiet: bool = False) -> Iterator[CanvasModel]:
        """Hold the lock; at the end of the outermost transaction tell everybody what differs.

        Parameters
        ----------
        origin
            The view whose message this is, and the number of the message.
        quiet
            Whether ``on_change`` is not called.
        """
        with self._lock:
            before = self._now()
            outermost = not self._depth
            self._depth += 1
            self._origin = origin or self._origin
            calls: list[tuple[list[Callback], tuple[Any, ...]]] = []
            try:
                yield self._model
            finally:
                self._depth -= 1
                if outermost:
                    calls = [*self._carry_out(), *self._differing(before, quiet)]
                    origin, self._origin = self._origin, None
                    self._outbox.settle(origin)
        for callbacks, arguments in calls:
            for callback in list(callbacks):
                callback(*arguments)

    def _now(self) -> Before:
        return self._model.document.shapes, self._model.document.selected, self._model.state

    def _carry_out(self) -> Iterator[tuple[list[Callback], tuple[Any, ...]]]:
        """Carry out what was queued, and give what is to be called."""
        for effect in self._model.take_effects():
            match effect:
                case Complained(sentence):
                    self._outbox.error(sentence)
                    yield self.listeners["error"], (sentence,)
                case Notified(event, arguments):
                    yield self.listeners[event], arguments
                case Called(callback):
                    yield [callback], ()
                case _:
                    self._outbox.apply(effect)

    def _differing(self, before: Before, quiet: bool) -> Iterator[tuple[list[Callback], tuple[Any, ...]]]:
        shapes, selected, state = self._now()
        if shapes is not before[0] and not quiet:
            yield self.listeners["change"], (tuple(shapes.values()),)
        if selected != before[1]:
            yield self.listeners["select"], (selected,)
        if state != before[2]:
            yield self.listeners["state"], (state,)


def command(function: Callable[Concatenate[CanvasModel, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Return the method of a canvas that does what a function does to its model, as one transaction."""

    @functools.wraps(function)
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.transactions.begin() as model:
            return function(model, *args, **kwargs)

    return method
