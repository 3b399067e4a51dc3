"""The manager's desk: one state, the client, two threads, and the rules for what happens when something fails.

What changes the workspace is done in one thread, in order; what only reads is done in another one, so that the page
stays live while a launch of many assets runs. Only the desk replaces the state, under its lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace
from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError, OwnerUnavailable, SessionEnded
from nbannotate.owner.client import Client
from nbannotate.pages.manager import wire
from nbannotate.pages.manager.sheet import Sheet
from nbannotate.pages.manager.state import State
from nbannotate.pages.state import Banner
from nbannotate.pages.worker import Worker

T = TypeVar("T")
#: What a handler answers: fields for whoever asked, or nothing.
Answer = dict[str, Any] | None
Handler = Callable[["Desk", wire.Message], Answer]
#: Sends a message to the browser, with packed rows or without.
Tell = Callable[[dict[str, Any], bytes | None], None]


class Desk:
    """Where one manager works in one page.

    Parameters
    ----------
    client
        Who acts, and where.
    reads, does
        What can be asked for, by name: what only reads, and what changes something.
    show
        Called with every new state; any thread.
    tell
        Called with the reply to a request, and with rows of tasks.
    open_statistics
        Makes the dashboard, given the address of what it shows; called once, in the thread that reads.
    """

    def __init__(
        self,
        client: Client,
        reads: dict[str, Handler],
        does: dict[str, Handler],
        show: Callable[[State], None],
        tell: Tell,
        open_statistics: Callable[[str], None],
    ) -> None:
        self.client, self.tell, self.open_statistics = client, tell, open_statistics
        self.state, self.sheet = State(), Sheet()
        self._reads, self._does, self._show = reads, does, show
        self._lock = threading.RLock()
        self.reader, self.doer = Worker(self._failed), Worker(self._failed)

    def update(self, **changes: Any) -> None:
        """Replace fields of the state, and show it."""
        with self._lock:
            new = replace(self.state, **changes)
            if new != self.state:
                self.state = new
                self._show(new)

    def put(self, part: str, **changes: Any) -> None:
        """Replace fields of the state that were read for a part of the page."""
        self.update(read=self.state.read | {part}, **changes)

    def call(self, operation: str, returns: Any, /, **arguments: Any) -> Any:
        """Call an operation."""
        return self.client.call(operation, returns, **arguments)

    def handle(self, content: object) -> None:
        """Take a message of the browser; whatever is in it, this does not raise."""
        try:
            message = wire.received(content)
        except NbannotateError as error:
            self._failed(error)
        else:
            worker = self.reader if message.do in self._reads else self.doer
            worker.post(self.do, message)

    def do(self, message: wire.Message) -> None:
        """Do what a message asks for, and reply."""
        handler = self._reads.get(message.do) or self._does.get(message.do)
        try:
            if handler is None:
                raise NbannotateError(f"The page asked for {message.do!r}, which is not understood.")
            answer = handler(self, message)
        except Exception as error:  # noqa: BLE001  told to the person, and to the log if it is not meant for people
            self._failed(error, message)
        else:
            if self.state.banner is not None and self.state.banner.action == "retry":
                self.update(banner=None)
            self._reply(message, None, answer)

    def _reply(self, message: wire.Message, error: str | None, answer: Answer = None, code: str = "") -> None:
        if message.ref:
            self.tell({"reply": message.ref, "error": error, "code": code, "answer": answer or {}}, None)

    def _failed(self, error: Exception, message: wire.Message | None = None) -> None:
        """Tell the person what failed, as a sentence."""
        if isinstance(error, SessionEnded):
            self.update(banner=Banner(str(error), "warning", "login"))
        elif isinstance(error, OwnerUnavailable):
            log().warning("%s", error)
            self.update(
                banner=Banner("The workspace does not answer at the moment. It is asked again.", "warning", "retry")
            )
        elif not isinstance(error, NbannotateError):
            log().error("The manager's page failed at %s.", message.do if message else "something", exc_info=error)
            self.update(banner=Banner("Something went wrong here. Try again, or reload the page.", "error"))
        if message is not None:
            expected = isinstance(error, NbannotateError) and not isinstance(error, OwnerUnavailable)
            text = str(error) if expected else "That did not work; please try again."
            self._reply(message, text, code=error.code if isinstance(error, NbannotateError) else "")

    def stop(self) -> None:
        """End the threads, after what is asked for already."""
        self.reader.stop()
        self.doer.stop()
