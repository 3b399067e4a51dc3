"""What arrives from a browser: each message once and in order, whatever happens to the connection in between.

The browser numbers its messages (``q``) and keeps them until it hears that they arrived; what a cut connection lost is
sent again. A message that does not follow the one before waits for that: the browser is told how far it got.
"""

from __future__ import annotations

import threading
from typing import Literal

Arrival = Literal["new", "again", "gap"]
MOST_BROWSERS = 8


class Line:
    """Counts what arrived, and what was done, by browser page (``sid``)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._got: dict[str, int] = {}
        self._under_way: dict[str, set[int]] = {}

    def arrives(self, sid: str, q: int) -> Arrival:
        """Note a message; return whether it is the one that follows, was here before, or is too early."""
        with self._lock:
            got = self._got.pop(sid, 0)
            self._got[sid] = got  # the one heard of last stands last
            for old in list(self._got)[:-MOST_BROWSERS]:
                del self._got[old]
                self._under_way.pop(old, None)
            if q != got + 1:
                return "again" if q <= got else "gap"
            self._got[sid] = q
            self._under_way.setdefault(sid, set()).add(q)
            return "new"

    def done(self, sid: str, q: int) -> int:
        """Note that a message was acted on; return up to which one all were."""
        with self._lock:
            rest = self._under_way.get(sid, set())
            rest.discard(q)
            return min(rest) - 1 if rest else self._got.get(sid, 0)

    def got(self, sid: str) -> int:
        """Return the last message that arrived."""
        with self._lock:
            return self._got.get(sid, 0)
