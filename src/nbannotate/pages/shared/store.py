"""The state of a page: one frozen value that is replaced under a lock, and shown whenever it changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

S = TypeVar("S", bound=Struct)


class Store(Generic[S]):
    """The one state of a page.

    Parameters
    ----------
    state
        How the page begins.
    show
        Called with every new state; any thread.
    """

    def __init__(self, state: S, show: Callable[[S], None]) -> None:
        self.state, self._show = state, show
        #: Held while the state is replaced; never while an operation or a method of the canvas is called.
        self.lock = threading.RLock()
        self._together, self._unshown = 0, False

    def update(self, **changes: Any) -> None:
        """Replace fields of the state, and show it."""
        with self.lock:
            new = replace(self.state, **changes)
            if new != self.state:
                self.state = new
                self._unshown = True
            self._show_now()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Show what changes in a block at its end, as one: a browser takes a while for each."""
        with self.lock:
            self._together += 1
        try:
            yield
        finally:
            with self.lock:
                self._together -= 1
                self._show_now()

    def _show_now(self) -> None:
        if self._unshown and not self._together:
            self._unshown = False
            self._show(self.state)
