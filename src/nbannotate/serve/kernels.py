"""The kernels: one owner each, one random token each, started ahead without an owner and bound when handed over.

A kernel's token reaches the owner process only by :meth:`MemberKernels.hand_over`. A spare kernel that was never
handed over can do nothing, and neither can one whose session ended: the owner process refuses its token.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import re
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

from nbannotate.errors import NbannotateError, NotAllowed, Refused, Wait
from nbannotate.serve.identity import SignedIn
from nbannotate.serve.kernel_quota import Demand, Places
from nbannotate.serve.kernel_users import Room
from nbannotate.serve.memory import ControlGroup, hard_limit
from nbannotate.serve.rate_limit import Allowance
from nbannotate.texts import t

#: What a kernel inherits from the environment of the server; everything else stays out.
INHERITED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|PYTHONPATH|PYTHONHOME|PYTHONDONTWRITEBYTECODE|VIRTUAL_ENV"
    r"|CONDA_PREFIX|LD_LIBRARY_PATH|DYLD_\w+|JUPYTER_PATH|XDG_RUNTIME_DIR|OMP_NUM_THREADS|OPENBLAS_NUM_THREADS"
    r"|MALLOC_\w+|XDG_CACHE_HOME|NBANNOTATE_CACHE|NBANNOTATE_MOST_PIXELS"
    r"|NBANNOTATE_CACHE_SIZE|NBANNOTATE_IMAGE_URLS"
)
#: Run in a spare kernel while it waits; an error here shows when the page runs the same import.
WARM = "import nbannotate.pages"
TOO_MANY_PAGES = t("You opened many pages at once. Close some of them, and load this one again.")
WAIT_S = 5
CUT_SHORT = t("This page was closed while it opened. Please load it again.")
#: Websocket close codes: the kernel is gone; nobody used it; it needed too much memory; the session ended; the server
#: stops, perhaps to be started again.
GONE, IDLE, MEMORY, ENDED, STOPS = 4410, 4408, 4413, 4401, 1012


def environment(of_server: Mapping[str, str], **own: str) -> dict[str, str]:
    """Return the environment of a kernel: the harmless part of the server's, and what is the kernel's own."""
    kept = {name: value for name, value in of_server.items() if INHERITED.fullmatch(name)}
    # Nobody else looks at a kernel's widgets, so updates need no echo: half the messages.
    return {**kept, "JUPYTER_WIDGETS_ECHO": "0", "PYTHONUNBUFFERED": "1", **own}


class ThisPython(KernelSpecManager):  # type: ignore[misc]
    """Knows one kernel: the Python that runs the server, whatever else is installed for the user."""

    def _kernel_dirs_default(self) -> list[str]:
        return []

    def get_kernel_spec(self, kernel_name: str) -> Any:
        """Return how the kernel is started: as our own process, with no history file."""
        spec = super().get_kernel_spec("python3")
        python, *_ = spec.argv
        spec.argv = [
            python,
            "-m",
            "nbannotate.serve.ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
        ]
        return spec


class Kernel:
    """One kernel process and whose it is.

    Attributes
    ----------
    user
        The member whose kernel it is, or None while it waits as a spare.
    started
        A task that ends when the process answers.
    launching
        None until the process is being made; then an event that is set as soon as it can be ended.
    opened
        A task that ends when the token is bound to the member's session.
    sockets
        The websockets that are open, the oldest first.
    client
        The server's own connection, until the page is rendered.
    left
        When the last websocket closed (or the kernel was ready for its page), on the monotonic clock; None while one
        is open.
    leaving
        Whether the page said that it is being closed.
    acted
        When a person did something on its page last, on the monotonic clock.
    room
        Its folder, where kernels run as another system user.
    group
        What bounds its memory, where the system lets us have that.
    ending
        A task that ends when the process is gone; None while it is wanted.
    """

    def __init__(self) -> None:
        self.kernel_id = str(uuid.uuid4())
        self.token = secrets.token_urlsafe(32)
        self.user: SignedIn | None = None
        self.started: asyncio.Task[None]
        self.launching: asyncio.Event | None = None
        self.opened: asyncio.Task[None]
        self.ending: asyncio.Task[None] | None = None
        self.manager: Any = None
        self.client: Any = None
        self.sockets: list[Any] = []
        self.left: float | None = None
        self.leaving = False
        self.acted = time.monotonic()
        self.room: Room | None = None
        self.group: ControlGroup | None = None

    @property
    def pid(self) -> int | None:
        """Its process; None before there is one."""
        provisioner = getattr(self.manager, "provisioner", None)
        return provisioner.pid if provisioner is not None else None

    @property
    def exit_code(self) -> int | None:
        """With what its process ended by itself; None if it did not, or nobody knows."""
        process = getattr(getattr(self.manager, "provisioner", None), "process", None)
        return process.poll() if process is not None else None

    @property
    def ended(self) -> bool:
        """Whether it is being ended, or has ended."""
        return self.ending is not None

    @property
    def session(self) -> str:
        """The session that it belongs to; empty for a spare."""
        return self.user.session if self.user else ""

    def leave(self) -> None:
        """Note that the page is being closed."""
        self.leaving, self.left = True, time.monotonic()


class MemberKernels(AsyncMappingKernelManager):  # type: ignore[misc]
    """Starts kernels, hands them over, and ends them.

    A member has ``limits.kernels`` processes at most, those that start or end included: whoever asks for one more
    waits until the oldest is gone. ``limits.starting`` processes start at the same time at most, whoever they are for.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context.sndhwm = self.context.rcvhwm = 0  # like the kernel's own side: no update of a widget is dropped
        self.of_members: dict[str, Kernel] = {}
        self.spares: list[Kernel] = []
        self.allowances: dict[str, Allowance] = {}  # by login
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by login; members are few
        self._waiting: defaultdict[str, int] = defaultdict(int)
        self._starting: asyncio.Semaphore | None = None
        self._rooms: dict[str, Room] = {}  # of kernels that are about to be made, by their ids
        self.places = Places(self.parent.limits.in_all)
        self.demand = Demand(self.parent.preheat, self.parent.limits.spares)

    def pre_start_kernel(self, kernel_name: str | None, kwargs: Any) -> Any:
        """Make what looks after a kernel's process; one with a room has its connection file and sockets there."""
        manager, name, kernel_id = super().pre_start_kernel(kernel_name, kwargs)
        if room := self._rooms.pop(kernel_id, None):
            manager.room, manager.connection_file = room, str(room.connection_file)
        return manager, name, kernel_id

    async def start_kernel(self, **kwargs: Any) -> str:
        """Refuse: kernels are handed over, never started by a request."""
        raise HTTPError(403)

    def fill(self) -> None:
        """Start spare kernels until as many wait as are wanted, and as there is room for."""
        most, there = self.parent.limits.in_all, len(self.of_members)
        wanted = min(self.demand.wanted(), most - there) if most else self.demand.wanted()
        while len(self.spares) < wanted:
            self.spares.append(self._launch())

    def surplus(self) -> list[Kernel]:
        """Take the spares that nobody seems to need out of the pool, and return them; they are to be ended."""
        wanted = self.demand.wanted()
        self.spares, over = self.spares[:wanted], self.spares[wanted:]
        return over

    def _used(self) -> int:
        """Return how many kernels members have, those that are about to be theirs among them."""
        return len(self.of_members) + sum(self._waiting.values())

    def allowance(self, login: str) -> Allowance:
        """Return what a member may still send."""
        return self.allowances.setdefault(login, Allowance(self.parent.limits.messages))

    async def hand_over(self, user: SignedIn) -> Kernel:
        """Give a kernel to a member; await ``kernel.opened`` before it is used.

        A spare leaves the list of spares before anything is awaited, so that two requests never get the same. Of a
        member who has too many, those whose pages were closed are ended first, then the oldest, before another starts.

        Raises
        ------
        Refused
            If more pages of this member than may be open wait already.
        Queued
            If all members together have as many kernels as there may be, and this one has none.
        """
        login, most = user.login, self.parent.limits.kernels
        if self._waiting[login] >= most:
            raise Refused(TOO_MANY_PAGES, Wait(WAIT_S))
        if not any(k.user and k.user.login == login and not k.ended for k in self.of_members.values()):
            self.places.ask(login, self._used())
        self._waiting[login] += 1
        try:
            async with self._turns[login]:
                mine = [k for k in self.of_members.values() if k.user and k.user.login == login]
                mine.sort(key=lambda k: (not k.ended, not k.leaving))  # and the oldest first among equals
                if mine and self.places.is_full(self._used() - self._waiting[login]):
                    most = min(most, len(mine))  # a page takes the place of another one of the same member
                olds = mine[: max(0, len(mine) - most + 1)]
                await asyncio.gather(*(self.end(k, "another page was opened", gently=k.leaving) for k in olds))
                kernel = await self._living_spare() or self._launch()
                kernel.user = user
                self.of_members[kernel.kernel_id] = kernel
                kernel.opened = asyncio.create_task(self._bind(kernel))
        finally:
            self._waiting[login] -= 1
        self.demand.note()
        self.fill()
        return kernel

    async def end(self, kernel: Kernel, why: str, code: int = GONE, gently: bool = False) -> None:
        """End a kernel, its websockets and its right to act; return when its process is gone.

        Parameters
        ----------
        why
            For the log and for the page.
        code
            The close code of the websockets.
        gently
            Let the kernel finish what it does, for two seconds at most.
        """
        if kernel.ending is None:
            kernel.ending = asyncio.create_task(self._end(kernel, why, code, gently))
        await asyncio.shield(kernel.ending)

    async def _end(self, kernel: Kernel, why: str, code: int, gently: bool) -> None:
        for socket in list(kernel.sockets):
            socket.close(code, why)
        try:
            if kernel.launching is not None:  # half a start cannot be taken back; a whole one can
                await kernel.launching.wait()
            kernel.started.cancel()  # whatever waits for the process need not go on
            await asyncio.wait([kernel.started])
            if kernel.kernel_id in self:
                await self.shutdown_kernel(kernel.kernel_id, now=not gently)
            self._disconnect(kernel)
            if kernel.user:
                await asyncio.wait([kernel.opened])
                kernel.opened.cancelled() or kernel.opened.exception()  # perhaps nobody waits for it any more
                await self.parent.sessions.unbind(kernel.token)
        except NbannotateError as error:
            self.parent.note("kernel %(kernel)s not unbound: %(why)s", kernel=kernel.kernel_id[:8], why=error)
        finally:
            self.of_members.pop(kernel.kernel_id, None)
            if kernel.room is not None:
                await kernel.room.close()
            if kernel.group is not None:
                kernel.group.close()
            if kernel.user:
                what = {"kernel": kernel.kernel_id[:8], "member": kernel.user.who, "why": why}
                self.parent.note("kernel %(kernel)s of %(member)s ended: %(why)s", **what)

    async def end_all(self) -> None:
        """End every kernel, those that wait or start too."""
        kernels, self.demand = [*self.of_members.values(), *self.spares], Demand(0, 0)
        self.spares.clear()
        # A spare has nothing to finish; asked gently while it imports, it would complain of its closed sockets.
        await asyncio.gather(*(self.end(k, "the server stops", STOPS, gently=k.user is not None) for k in kernels))

    async def alive(self, kernel: Kernel) -> bool:
        """Whether the process runs (or still starts)."""
        if kernel.started.done() and (kernel.started.cancelled() or kernel.started.exception()):
            return False
        if kernel.kernel_id not in self:  # the process is on its way, or gone
            return not kernel.started.done()
        return bool(await ensure_async(self.get_kernel(kernel.kernel_id).is_alive()))

    def notify_connect(self, kernel_id: str) -> None:
        """Note that a websocket was opened."""
        super().notify_connect(kernel_id)
        if kernel := self.of_members.get(kernel_id):
            kernel.left, kernel.leaving = None, False

    def notify_disconnect(self, kernel_id: str) -> None:
        """Note that a websocket was closed."""
        super().notify_disconnect(kernel_id)
        kernel = self.of_members.get(kernel_id)
        if kernel and not self._kernel_connections.get(kernel_id):
            kernel.left = time.monotonic()

    async def _living_spare(self) -> Kernel | None:
        while self.spares:
            kernel = self.spares.pop(0)
            try:
                alive = await self.alive(kernel)
            except asyncio.CancelledError:  # who asked has gone: it is for the next one
                self.spares.insert(0, kernel)
                raise
            if alive:
                return kernel
            self.parent.later(self.end(kernel, "its process ended"))
        return None

    def _launch(self) -> Kernel:
        kernel = Kernel()
        # A context of its own: whatever a request left in its context variables must not follow a spare kernel.
        kernel.started = asyncio.get_running_loop().create_task(self._start(kernel), context=contextvars.Context())
        return kernel

    async def _start(self, kernel: Kernel) -> None:
        limit, process = self.parent.limits.memory, {}
        own = {"NBANNOTATE_WORKSPACE": self.parent.workspace}
        if limit:
            own["NBANNOTATE_KERNEL_MEMORY"] = str(hard_limit(limit))
        if self.parent.kernel_user is None:
            own |= {"NBANNOTATE_TOKEN": kernel.token, "IPYTHONDIR": self.parent.connection_dir}
        else:
            kernel.room = Room(self.parent.connection_dir, self.parent.kernel_user, self.parent.client.place)
            await kernel.room.open()
            own |= kernel.room.environment(kernel.token)
            process = kernel.room.process()
            self._rooms[kernel.kernel_id] = kernel.room
        env = environment(os.environ, **own)
        if self._starting is None:
            self._starting = asyncio.Semaphore(self.parent.limits.starting)
        async with self._starting:
            kernel.launching = asyncio.Event()
            try:
                await super().start_kernel(
                    kernel_id=kernel.kernel_id, kernel_name="python3", path=None if process else "", env=env, **process
                )
            finally:
                kernel.launching.set()
            kernel.manager = self.get_kernel(kernel.kernel_id)
            if limit and kernel.pid:
                kernel.group = ControlGroup.of(kernel.pid, limit)
            kernel.client = client = kernel.manager.client(context=self.context)
            client.start_channels()
            await ensure_async(client.wait_for_ready(timeout=60))
            client.allow_stdin = False
            await ensure_async(client.execute(WARM, silent=True, store_history=False, reply=True, timeout=60))

    async def _bind(self, kernel: Kernel) -> None:
        await asyncio.wait([kernel.started])
        if kernel.started.cancelled():
            raise Refused(CUT_SHORT)
        kernel.started.result()
        assert kernel.user is not None
        member = await self.parent.sessions.bind(kernel.session, kernel.token)
        if member.login != kernel.user.login:
            raise NotAllowed(t("This session belongs to somebody else; please log in again."))
        kernel.left = kernel.acted = time.monotonic()
        started = {"kernel": kernel.kernel_id[:8], "member": kernel.user.who}
        self.parent.note("kernel %(kernel)s of %(member)s started", **started)

    def _disconnect(self, kernel: Kernel) -> None:
        if kernel.client is not None:
            kernel.client.stop_channels()
            kernel.client = None
