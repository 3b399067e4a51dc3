"""The manager's desk: one state, the client, two threads, and the rules for what happens when something fails.

What changes the workspace is done in one thread, in order; what only reads is done in another one, so that the page
stays live while a launch of many assets runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, Union

from msgspec import Struct
from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError, OwnerUnavailable, SessionEnded
from nbannotate.owner.client import Client
from nbannotate.pages.manage import messages
from nbannotate.pages.manage.state import State
from nbannotate.pages.manage.task_table import Sheet
from nbannotate.pages.shared.store import Store
from nbannotate.pages.shared.worker import Worker
from nbannotate.pages.work.messages import checked, name_of
from nbannotate.pages.work.state import Banner
from nbannotate.texts import t

T = TypeVar("T")
#: Does what was asked for, and returns the answer, if there is one.
Handler = Callable[["Desk", Any], Struct | None]
#: Sends a message to the browser, with packed rows or without.
Tell = Callable[[messages.Event, bytes | None], None]


class Desk:
    """Where one manager works in one page.

    Parameters
    ----------
    client
        Who acts, and where.
    reads, does
        What can be asked for, by its struct: what only reads, and what changes something.
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
        reads: Mapping[type[messages.Request], Handler],
        does: Mapping[type[messages.Request], Handler],
        show: Callable[[State], None],
        tell: Tell,
        open_statistics: Callable[[str], None],
    ) -> None:
        self.client, self.tell, self.open_statistics = client, tell, open_statistics
        self.store, self.sheet = Store(State(), show), Sheet()
        self._reads, self._handlers = reads, {**reads, **does}
        self._kinds: Any = Union[tuple(self._handlers)]  # noqa: UP007  of a list that is not known before
        self.reader, self.doer = Worker(self._failed), Worker(self._failed)

    def put(self, part: str, **changes: Any) -> None:
        """Replace fields of the state that were read for a part of the page."""
        self.store.update(read=self.store.state.read | {part}, **changes)

    def call(self, operation: str, returns: type[T], /, **arguments: Any) -> T:
        """Call an operation."""
        return self.client.call(operation, returns, **arguments)

    def handle(self, content: object) -> None:
        """Take a message of the browser; whatever is in it, this does not raise."""
        try:
            request: messages.Request = checked(content, self._kinds)
        except NbannotateError as error:
            self._failed(error, messages.asked(content))
        else:
            worker = self.reader if type(request) in self._reads else self.doer
            worker.post(self.do, request)

    def do(self, request: messages.Request) -> None:
        """Do what is asked for, and reply."""
        try:
            answer = self._handlers[type(request)](self, request)
        except Exception as error:  # noqa: BLE001  told to the person, and to the log if it is not meant for people
            self._failed(error, request.ref, name_of(type(request)))
        else:
            if self.store.state.banner is not None and self.store.state.banner.action == "retry":
                self.store.update(banner=None)
            self._reply(messages.Replied(request.ref, answer=answer))

    def _reply(self, reply: messages.Replied) -> None:
        if reply.ref:
            self.tell(reply, None)

    def _failed(self, error: Exception, ref: int = 0, name: str = "something") -> None:
        """Tell the person what failed, as a sentence: in the reply to a request, if it was one."""
        if isinstance(error, SessionEnded):
            self.store.update(banner=Banner(error.message, "warning", "login"))
        elif isinstance(error, OwnerUnavailable):
            log().warning("%s", error)
            self.store.update(
                banner=Banner(t("The workspace does not answer at the moment. It is asked again."), "warning", "retry")
            )
        elif not isinstance(error, NbannotateError):
            log().error("The manager's page failed at %s.", name, exc_info=error)
            self.store.update(banner=Banner(t("Something went wrong here. Try again, or reload the page."), "error"))
        text = t("That did not work; please try again.")
        if isinstance(error, NbannotateError) and not isinstance(error, OwnerUnavailable):
            text = error.message
        self._reply(messages.Replied(ref, text, error.code if isinstance(error, NbannotateError) else ""))

    def stop(self) -> None:
        """End the threads, after what is asked for already."""
        self.reader.stop()
        self.doer.stop()
