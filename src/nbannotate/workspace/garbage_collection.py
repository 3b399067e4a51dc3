"""How often Python looks for objects that hold each other while a million others come and go."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: So many objects more than before: then those are looked at.
MANY = 500_000

_lock = threading.Lock()
_before: list[tuple[int, int, int]] = []  # one for each block that is under way


@contextmanager
def seldom_sought() -> Iterator[None]:
    """Let Python look for cycles seldom in a block, in whatever threads such blocks run.

    There are next to none in what is read and written, and to look took a quarter of the time.
    """
    with _lock:
        before = gc.get_threshold()
        _before.append(_before[0] if _before else before)
        if before[0]:  # else somebody ended it altogether
            gc.set_threshold(max(MANY, before[0]), *before[1:])
    try:
        yield
    finally:
        with _lock:
            before = _before.pop()
            if not _before:
                gc.set_threshold(*before)
