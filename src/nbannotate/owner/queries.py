"""Where people's SQL runs: each query first among the short ones, and then, if it takes longer, among the long ones.

So two queries that never end keep no dashboard waiting: its queries are short, and never stand behind long ones. A
query goes on as it is when there is room among the long ones; if there is none, it is ended, and begins again when
there is.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

from nbannotate.errors import QueryFailed, QueryTookLong
from nbannotate.operations.sql import LONGEST_S
from nbannotate.store.running import Limit

#: So many queries run among the short ones, and so many among the long ones.
ROOM = 2

#: Seconds that a query may take among the short ones.
SHORT_S = 2.0

#: Seconds after its time in which a query that is told to end must have ended.
GRACE_S = 20.0

#: So many queries of one member may wait for others of the same member.
MOST_WAITING = 8


class QueryStuck(QueryFailed):
    """The query did not end although it was told to."""


class Lane:
    """Room for two queries, and at most one of a member at a time.

    Parameters
    ----------
    limit_s
        Seconds that a query may take in it.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.room = asyncio.Semaphore(ROOM)
        self.members: dict[int, asyncio.Lock] = {}
        self.waiting: dict[int, int] = {}

    def is_free(self, member_id: int) -> bool:
        """Return whether a query of a member would have to wait for nothing."""
        return not self.room.locked() and not self.members.setdefault(member_id, asyncio.Lock()).locked()

    @asynccontextmanager
    async def place(self, member_id: int) -> AsyncIterator[None]:
        """Wait until a query of a member has its place, and hold that in a block."""
        if self.waiting.get(member_id, 0) >= MOST_WAITING:
            raise QueryFailed(
                f"{MOST_WAITING} queries of yours wait already; ask again when some of them are answered."
            )
        self.waiting[member_id] = self.waiting.get(member_id, 0) + 1
        try:
            async with self.members.setdefault(member_id, asyncio.Lock()), self.room:
                yield
        finally:
            self.waiting[member_id] -= 1


class Running(NamedTuple):
    """A query that runs: what it will answer, and how long it may take."""

    future: Future[Any]
    limit: Limit

    async def has_ended(self, seconds: float) -> bool:
        """Wait for its end, for some seconds; return whether it has come."""
        done, _ = await asyncio.wait({asyncio.wrap_future(self.future)}, timeout=seconds)
        return bool(done)


class Queries:
    """Runs the queries of all members.

    Attributes
    ----------
    stuck
        Whether a query did not end although it was told to; its thread is lost until the process ends.
    """

    def __init__(self) -> None:
        self.short, self.long = Lane(SHORT_S), Lane(LONGEST_S)
        self.pool = ThreadPoolExecutor(2 * ROOM, "query")
        self.running: set[Future[Any]] = set()
        self.stuck = False

    async def run(self, member_id: int, work: Callable[[Limit], Any]) -> Any:
        """Return what a query answers; ``work`` is given how long it may take."""
        async with AsyncExitStack() as short:
            await short.enter_async_context(self.short.place(member_id))
            query = self._begin(work)
            if not await query.has_ended(self.short.limit_s):
                if self.long.is_free(member_id):
                    async with self.long.place(member_id):
                        await short.aclose()
                        return await self._answer(query, self.long.limit_s)
                query.limit.end()
            with contextlib.suppress(QueryTookLong):
                return await self._answer(query, 0.0)
        async with self.long.place(member_id):
            return await self._answer(self._begin(work), self.long.limit_s)

    def _begin(self, work: Callable[[Limit], Any]) -> Running:
        limit = Limit(self.long.limit_s)
        future = self.pool.submit(work, limit)
        self.running.add(future)
        future.add_done_callback(self.running.discard)
        return Running(future, limit)

    async def _answer(self, query: Running, seconds: float) -> Any:
        """Return what a query answers that has so much time left, or raise QueryStuck if it does not end then."""
        if not await query.has_ended(seconds + GRACE_S):
            self.stuck = True
            raise QueryStuck("The query could not be ended, so the owner process is started again; simplify it.")
        return query.future.result()

    def shutdown(self, seconds: float) -> bool:
        """Wait for what runs; return whether all of it has ended."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        return not concurrent.futures.wait(set(self.running), seconds).not_done
