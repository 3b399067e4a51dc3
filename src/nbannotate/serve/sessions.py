"""The sessions of members, as the event loop sees them: questions to the owner process, asked in threads.

A client call blocks, so none runs on the event loop. Answers to ``check`` are remembered for a second at most;
logins have threads of their own, so that a flood of guesses does not keep others from working.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from nbannotate.errors import NbannotateError, SessionEnded
from nbannotate.model import Member, Role, Session, WorkspaceInfo
from nbannotate.owner.client import Client
from nbannotate.serve.settings import HEALTH_S

T = TypeVar("T")
REMEMBERED = 1.0  # seconds


class Sessions:
    """Opens, checks and closes sessions, and binds kernels to them.

    Parameters
    ----------
    client
        Acts as the workspace's owner.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._health: asyncio.Future[bool] | None = None
        self._healthy = 0.0
        self._general = ThreadPoolExecutor(8, thread_name_prefix="sessions")
        self._logins = ThreadPoolExecutor(2, thread_name_prefix="logins")
        self._known: dict[str, tuple[float, Member | None]] = {}
        self._asked: dict[str, asyncio.Future[Member | None]] = {}

    async def open(self, login: str, password: str, address: str, browser: str) -> Session:
        """Open a session with a password; raise LoginFailed."""
        values = {"login": login, "password": password, "address": address, "browser": browser}
        return await self._in(self._logins, "sessions.open", Session, **values)

    async def admit(self, login: str, role: Role | None, address: str) -> Session:
        """Open a session for somebody whom the Hub knows; raise why not."""
        return await self._in(self._logins, "sessions.admit", Session, login=login, role=role, address=address)

    async def accept(self, token: str, password: str, address: str, browser: str) -> Session:
        """Open a session with an invitation and the password that was chosen; raise LoginFailed or InvalidInput."""
        values = {"token": token, "password": password, "address": address, "browser": browser}
        return await self._in(self._logins, "sessions.accept", Session, **values)

    async def change_password(self, session: str, current: str, new: str) -> None:
        """Change the password of a session's member; the member's other sessions end."""
        values = {"current": current, "new": new, "session": session}

        def change() -> None:
            client = self._client.acting(session)
            try:
                client.call("members.change_password", type(None), **values)
            finally:
                client.close()

        await asyncio.get_running_loop().run_in_executor(self._logins, change)

    async def check(self, token: str, fresh: bool = False) -> Member | None:
        """Return the member whose session this is, or None if it ended.

        Parameters
        ----------
        token
            The session's token.
        fresh
            Ask the owner process even if the answer of less than a second ago is known.
        """
        if not token:
            return None
        known = self._known.get(token)
        if known and not fresh and time.monotonic() - known[0] < REMEMBERED:
            return known[1]
        asked = self._asked.get(token)
        if asked is None:
            asked = self._asked[token] = asyncio.ensure_future(self._ask(token))
            asked.add_done_callback(lambda _: self._asked.pop(token, None))
        return await asyncio.shield(asked)

    async def works(self) -> bool:
        """Whether the workspace answers in time; who asks within a second of another gets the same answer."""
        if self._health is None or (self._health.done() and time.monotonic() - self._healthy > REMEMBERED):
            self._healthy = time.monotonic()
            self._health = asyncio.ensure_future(self._works())
        return await asyncio.shield(self._health)

    async def _works(self) -> bool:
        try:
            await asyncio.wait_for(self._in(self._general, "workspace.info", WorkspaceInfo), HEALTH_S)
        except (NbannotateError, TimeoutError):
            return False
        return True

    def ended(self, token: str) -> bool:
        """Whether the last answer was that this session ended; asks nobody."""
        known = self._known.get(token)
        return known is not None and known[1] is None

    async def close(self, token: str) -> None:
        """End a session; one that ended already is no error."""
        self._known[token] = (time.monotonic(), None)
        try:
            await self._in(self._general, "sessions.close", type(None), token=token)
        except SessionEnded:
            return

    async def bind(self, session: str, kernel_token: str) -> Member:
        """Let a kernel's token act as the session's member, until the session ends."""
        return await self._in(self._general, "sessions.bind_kernel", Member, session=session, kernel_token=kernel_token)

    async def unbind(self, kernel_token: str) -> None:
        """Take a kernel's right to act away."""
        await self._in(self._general, "sessions.unbind_kernel", type(None), kernel_token=kernel_token)

    def shutdown(self) -> None:
        """Stop the threads; questions that wait are dropped."""
        self._general.shutdown(wait=False, cancel_futures=True)
        self._logins.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, token: str) -> Member | None:
        try:
            member: Member | None = await self._in(self._general, "sessions.check", Member, token=token)
        except SessionEnded:
            member = None
        if self.ended(token):  # it was closed while the question was on its way; no session comes back
            return None
        now = time.monotonic()
        if len(self._known) > 5000:  # forget what nobody asked for lately
            self._known = {t: k for t, k in self._known.items() if now - k[0] < 60}
        self._known[token] = (now, member)
        return member

    async def _in(self, pool: ThreadPoolExecutor, operation: str, returns: type[T], **arguments: Any) -> T:
        call = partial(self._client.call, operation, returns, **arguments)
        answer: T = await asyncio.get_running_loop().run_in_executor(pool, call)
        return answer
