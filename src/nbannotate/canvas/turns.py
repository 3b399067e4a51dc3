"""Turns: how calls, messages and threads take their turn at a canvas, and who hears of what came of it.

Each call or message is a turn under the canvas' lock. At the end of the outermost turn the outbox tells the overlay and
ipycanvas what differs; then the callbacks are called, outside the lock, so that they may use the canvas themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import ipywidgets

from nbannotate import texts
from nbannotate.canvas import inbox, wire
from nbannotate.canvas.document import Document
from nbannotate.canvas.outbox import Outbox
from nbannotate.canvas.state import CanvasState, Zone
from nbannotate.errors import NbannotateError
from nbannotate.model import Shape

if TYPE_CHECKING:
    from nbannotate.canvas.canvas import Canvas

Callback = Callable[..., object]


class Turns(ipywidgets.Box):  # type: ignore[misc]
    """The base of the canvas: lock, turns, callbacks."""

    _document: Document
    _outbox: Outbox

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._origin: tuple[str, int] | None = None
        self._later: list[tuple[list[Callback], tuple[Any, ...]]] = []
        self._heard: dict[str, list[Callback]] = {"change": [], "select": [], "state": [], "error": [], "zone": []}
        super().__init__(*args, **kwargs)

    def on_change(self, callback: Callable[[tuple[Shape, ...]], object]) -> None:
        """Call with all shapes after each finished gesture, undo, relabelling or call that changed them."""
        self._heard["change"].append(callback)

    def on_select(self, callback: Callable[[tuple[str, ...]], object]) -> None:
        """Call with the ids when the selection changes."""
        self._heard["select"].append(callback)

    def on_state(self, callback: Callable[[CanvasState], object]) -> None:
        """Call when the tool, the label, what can be undone, or the zoom changes."""
        self._heard["state"].append(callback)

    def on_zone(self, callback: Callable[[Zone], object]) -> None:
        """Call with ``(x0, y0, x1, y1)``, in image pixels, when a zone was drawn (``canvas.tool = "zone"``)."""
        self._heard["zone"].append(callback)

    def on_error(self, callback: Callable[[str], object]) -> None:
        """Call with a sentence when something was refused; the stage shows it too."""
        self._heard["error"].append(callback)

    @contextmanager
    def _turn(self, origin: tuple[str, int] | None = None, *, quiet: bool = False) -> Iterator[None]:
        """Hold the lock; at the end of the outermost turn send what differs, then call the callbacks, unlocked."""
        with self._lock:
            before = self._now()
            outermost = not self._depth
            self._depth += 1
            self._origin = origin or self._origin
            try:
                yield
            finally:
                self._depth -= 1
                later: list[tuple[list[Callback], tuple[Any, ...]]] = []
                if outermost:
                    self._note(before, quiet)
                    self._outbox.settle(self._origin)
                    later, self._later, self._origin = self._later, [], None
        for callbacks, arguments in later:
            for callback in list(callbacks):
                callback(*arguments)

    def _now(self) -> tuple[dict[str, Shape], tuple[str, ...], CanvasState]:
        return self._document.shapes, self._document.selected, cast("Canvas", self).state

    def _note(self, before: tuple[dict[str, Shape], tuple[str, ...], CanvasState], quiet: bool) -> None:
        shapes, selected, state = self._now()
        if shapes is not before[0] and not quiet:
            self._later.append((self._heard["change"], (tuple(shapes.values()),)))
        if selected != before[1]:
            self._later.append((self._heard["select"], (selected,)))
        if state != before[2]:
            self._later.append((self._heard["state"], (state,)))

    def _received(self, _: object, content: object, __: object) -> None:
        """Take a message of the overlay; whatever is in it, this does not raise."""
        if texts.answer(self._overlay, content):
            return
        try:
            message = wire.received(content)
            with self._turn((message.view_id, message.n)):
                try:
                    inbox.handle(cast("Canvas", self), message)
                except NbannotateError as error:
                    self._outbox.resend(message)
                    self._complain(str(error))
        except NbannotateError as error:
            with self._turn():
                self._complain(str(error))
        except Exception as error:
            self.log.exception("A message of the canvas failed.")
            self._outbox.error(f"Something went wrong ({type(error).__name__}); what you did last may not be kept.")

    def _complain(self, sentence: str) -> None:
        self._outbox.error(sentence)
        self._later.append((self._heard["error"], (sentence,)))
