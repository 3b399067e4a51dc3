"""Looks after kernels once a second: ended sessions, closed pages, idle ones, processes that died, spares."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from nbannotate.errors import NbannotateError
from nbannotate.owner.logs import Private
from nbannotate.serve.kernels import ENDED, IDLE, MEMORY, Kernel
from nbannotate.serve.memory import EXHAUSTED, resident

TOO_MUCH = "it needed more memory than a kernel may have"


class Keeper:
    """Ends what has no reason to live.

    Parameters
    ----------
    site
        The application.
    """

    def __init__(self, site: Any) -> None:
        self.site = site
        self.kernels = site.kernel_manager
        self.refill = 0.0
        self.silent = False

    async def run(self) -> None:
        """Look, for as long as the server runs."""
        while True:
            await asyncio.sleep(self.site.limits.tick)
            try:
                await self.sessions()
                await asyncio.gather(*(self.look(k) for k in list(self.kernels.of_members.values())))
                await self.spares()
            except Exception:  # the next look must not fail for this one
                self.site.log.exception("a look at the kernels failed")

    async def sessions(self) -> None:
        """End the kernels of sessions that ended, whoever ended them."""
        kernels = [k for k in self.kernels.of_members.values() if not k.ended]
        tokens = list({k.session for k in kernels})
        try:
            members = await asyncio.gather(*(self.site.sessions.check(t, fresh=True) for t in tokens))
        except NbannotateError as error:
            if not self.silent:
                self.site.note("sessions cannot be checked: %(why)s", why=error)
            self.silent = True
            return
        self.silent = False
        over = {t for t, member in zip(tokens, members, strict=True) if member is None}
        await asyncio.gather(*(self.kernels.end(k, "the session ended", ENDED) for k in kernels if k.session in over))

    async def look(self, kernel: Kernel) -> None:
        """End one kernel if its page is gone, nothing happens any more, or its process died."""
        limits, end = self.site.limits, self.kernels.end
        gone = time.monotonic() - kernel.left if kernel.left is not None else 0.0
        if not await self.kernels.alive(kernel):
            await (end(kernel, TOO_MUCH, MEMORY) if self.is_exhausted(kernel) else end(kernel, "its process ended"))
        elif limits.memory and kernel.pid and resident(kernel.pid) > limits.memory:
            await end(kernel, TOO_MUCH, MEMORY)
        elif gone > (limits.leaving if kernel.leaving else limits.grace):
            await end(kernel, "its page was closed", gently=True)
        elif limits.idle and kernel.manager is not None and self.idle(kernel) > limits.idle:
            await end(kernel, "nobody used it for a long time", IDLE, gently=True)

    @staticmethod
    def is_exhausted(kernel: Kernel) -> bool:
        """Whether a process ended because it got no more memory: it says so itself, or its control group does."""
        return kernel.exit_code == EXHAUSTED or (kernel.group is not None and kernel.group.has_ended_one())

    @staticmethod
    def idle(kernel: Kernel) -> float:
        """Seconds since a person last did something on the page; 0 while the kernel works.

        What a page asks by itself, to be up to date, keeps no kernel alive.
        """
        busy = getattr(kernel.manager, "execution_state", "") == "busy"
        return 0.0 if busy else time.monotonic() - kernel.acted

    async def spares(self) -> None:
        """Drop spares that died; replace them, but not in a hot loop."""
        for kernel in list(self.kernels.spares):
            if not await self.kernels.alive(kernel) and kernel in self.kernels.spares:
                self.kernels.spares.remove(kernel)
                await self.kernels.end(kernel, "its process ended")
                self.site.note("a kernel that was started ahead ended: %(why)s", why=Private(_reason(kernel)))
        if time.monotonic() - self.refill > 10:
            self.refill = time.monotonic()
            for kernel in self.kernels.surplus():
                await self.kernels.end(kernel, "fewer pages are opened")
            self.kernels.fill()


def _reason(kernel: Kernel) -> str:
    error = kernel.started.exception() if kernel.started.done() and not kernel.started.cancelled() else None
    return f"{type(error).__name__}: {error}" if error else "its process stopped"
