"""Operations that wait for the writer at the same time share one transaction, and its commit.

Whoever finds nobody writing does what waits, its own operation first; the others wait for that, and the next of those
who came meanwhile does what waits then. An operation that fails is alone in its failure: what it did is taken back,
or, where it cannot be alone, all of it, and each operation is done in a transaction of its own. Nobody is answered, and
no event is told, before the commit.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from nbannotate.model import Event
from nbannotate.store.engine import Engine, Transaction
from nbannotate.store.event_log import expect_answers

#: So many operations share a commit at most.
MOST = 32


class Waiting:
    """An operation that is to be written.

    Parameters
    ----------
    shares
        Whether it is daily work: then it may share a transaction with other such work.
    request_id
        Of the request; none of what nobody asks for again.
    do
        Does it in a transaction; returns the answer, and the events to tell.
    """

    def __init__(self, shares: bool, request_id: str, do: Callable[[Transaction], tuple[bytes, list[Event]]]) -> None:
        self.shares, self.request_id, self.do = shares, request_id, do
        self.answer = b""
        self.events: list[Event] = []
        self.error: BaseException | None = None
        self.done = False
        self.turn = threading.Lock()
        self.turn.acquire()


class _NotAlone(Exception):
    """What an operation did cannot be taken back without what others did."""


class Commits:
    """The transactions of the operations that write, one after the other.

    Parameters
    ----------
    engine
        The open workspace.
    publish
        Is given each event, in order, after its commit. None: nobody listens.
    """

    def __init__(self, engine: Engine, publish: Callable[[Event], None] | None) -> None:
        self._engine, self._publish = engine, publish
        self._mutex = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._is_writing = False

    def run(self, one: Waiting) -> bytes:
        """Do an operation, alone or with others, and return its answer once that is committed."""
        with self._mutex:
            first = not self._is_writing
            self._is_writing = True
            if not first:
                self._waiting.append(one)
        if not first:
            one.turn.acquire()
        if not one.done:
            self._write(one)
        if one.error is not None:
            raise one.error
        return one.answer

    def waiting(self) -> int:
        """Return how many operations wait for their turn."""
        return len(self._waiting)

    def _write(self, one: Waiting) -> None:
        """Do an operation, and those that wait and may be done with it; then it is the next one's turn."""
        group = [one]
        with self._mutex:
            while one.shares and len(group) < MOST and self._waiting and self._waiting[0].shares:
                group.append(self._waiting.popleft())
        try:
            self._commit(group)
            for event in (event for each in group if each.error is None for event in each.events):
                if self._publish is not None:
                    self._publish(event)
        finally:
            with self._mutex:
                following = self._waiting.popleft() if self._waiting else None
                self._is_writing = following is not None
            for each in group:
                each.done = True
                if each is not one:
                    each.turn.release()
            if following is not None:
                following.turn.release()

    def _commit(self, group: list[Waiting]) -> None:
        """Do some operations; each has its answer or its error afterwards."""
        if len(group) > 1:
            try:
                self._together(group)
            except _NotAlone:
                pass
            except BaseException as error:  # noqa: BLE001 (each is told)
                if self._engine.has_failed:
                    for each in group:
                        each.error = error
                    return
            else:
                return
        for each in group:
            each.error = None
            try:
                with self._engine.write(remembers=each.shares) as tx:
                    each.answer, each.events = each.do(tx)
            except BaseException as error:  # noqa: BLE001 (raised again where it was asked)
                each.error = error

    def _together(self, group: list[Waiting]) -> None:
        with self._engine.write(remembers=True) as tx:
            expect_answers(tx, [each.request_id for each in group])
            for each in group:
                tx.next_part()
                try:
                    each.answer, each.events = each.do(tx)
                except BaseException as error:
                    if not tx.take_back():
                        raise _NotAlone from error
                    each.error = error
