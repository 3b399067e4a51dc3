"""Where people's SQL runs: each query first among the short ones, and then, if it takes longer, among the long ones.

So two queries that never end keep no dashboard waiting: its queries are short, and never stand behind long ones.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from nbannotate.errors import QueryFailed, QueryTookLong
from nbannotate.operations.sql import LONGEST_S

#: Seconds that a query may take among the short ones.
SHORT_S = 2.0

#: Seconds after its time in which a query that is told to end must have ended.
GRACE_S = 20.0

#: So many queries of one member may wait for others of the same member.
MOST_WAITING = 8


class QueryStuck(QueryFailed):
    """The query did not end although it was told to."""


class Lane:
    """Two threads, and at most one query of a member in them at a time."""

    def __init__(self, name: str, limit_s: float) -> None:
        self.limit_s = limit_s
        self.pool = ThreadPoolExecutor(2, name)
        self.room = asyncio.Semaphore(2)
        self.members: dict[int, asyncio.Lock] = {}
        self.waiting: dict[int, int] = {}

    async def run(self, member_id: int, work: Callable[[float], Any], running: set[Future[Any]]) -> Any:
        """Return what a query answers, or raise QueryStuck if it does not end although it is told to."""
        if self.waiting.get(member_id, 0) >= MOST_WAITING:
            raise QueryFailed(
                f"{MOST_WAITING} queries of yours wait already; ask again when some of them are answered."
            )
        self.waiting[member_id] = self.waiting.get(member_id, 0) + 1
        try:
            async with self.members.setdefault(member_id, asyncio.Lock()), self.room:
                future = self.pool.submit(work, self.limit_s)
                running.add(future)
                future.add_done_callback(running.discard)
                done, _ = await asyncio.wait({asyncio.wrap_future(future)}, timeout=self.limit_s + GRACE_S)
                if not done:
                    raise QueryStuck(
                        "The query could not be ended, so the owner process is started again; simplify it."
                    )
                return done.pop().result()
        finally:
            self.waiting[member_id] -= 1


class Queries:
    """Runs the queries of all members.

    Attributes
    ----------
    stuck
        Whether a query did not end although it was told to; its thread is lost until the process ends.
    """

    def __init__(self) -> None:
        self.short, self.long = Lane("short", SHORT_S), Lane("query", LONGEST_S)
        self.running: set[Future[Any]] = set()
        self.stuck = False

    async def run(self, member_id: int, work: Callable[[float], Any]) -> Any:
        """Return what a query answers; ``work`` is given the seconds that it may take."""
        for lane in (self.short, self.long):
            try:
                return await lane.run(member_id, work, self.running)
            except QueryTookLong:
                if lane is self.long:
                    raise
            except QueryStuck:
                self.stuck = True
                raise
        raise AssertionError("the long lane answers or raises")

    def shutdown(self, seconds: float) -> bool:
        """Wait for what runs; return whether all of it has ended."""
        for lane in (self.short, self.long):
            lane.pool.shutdown(wait=False, cancel_futures=True)
        return not concurrent.futures.wait(set(self.running), seconds).not_done
