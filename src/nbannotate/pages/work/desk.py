"""The desk: what the handlers of an annotator's page work on.

What a person asks for is done by a handler (:mod:`nbannotate.pages.work.actions`) in the dispatcher's thread; what the
canvas reports changes the state at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from nbannotate.canvas import Canvas, Zone
from nbannotate.owner.client import Client
from nbannotate.pages.work import events, messages
from nbannotate.pages.work.dispatcher import Dispatcher, Handler
from nbannotate.pages.work.prefetch import Ahead
from nbannotate.pages.work.state import State
from nbannotate.pages.work.store import WorkStore
from nbannotate.pages.work.task_controller import TaskController
from nbannotate.pages.work.thumbnails import Frames
from nbannotate.pages.work.time_reports import Spent
from nbannotate.texts import Message

T = TypeVar("T")


class Desk:
    """Where one person works in one page.

    Parameters
    ----------
    client
        Who acts, and where.
    canvas
        The canvas of the page.
    handlers
        What can be asked for, by its struct.
    show
        Called with every new state; any thread.
    send
        Called with what the browser is told once: a toast, the reply to a request, a dialog.
    campaign_id
        Show nothing of other campaigns; None shows all.
    """

    def __init__(
        self,
        client: Client,
        canvas: Canvas,
        handlers: Mapping[type[messages.Action], Handler],
        show: Callable[[State], None],
        send: Callable[[events.Event], None],
        campaign_id: int | None = None,
    ) -> None:
        self.client, self.canvas, self.campaign_id = client, canvas, campaign_id
        self.send = send
        self.store = WorkStore(State(), show)
        self.spent = Spent(client, self.tell)
        self.ahead = Ahead(client, self.tell, canvas.prepare)
        self.frames = Frames(client, canvas, self.tell)
        self.tasks = TaskController(client, canvas, self.store, self.spent, self.ahead)
        self.drafts = self.tasks.drafts
        self.dispatcher = Dispatcher(self, handlers)
        self.drafts.storing, self.drafts.stored = self.dispatcher.storing, self.dispatcher.stored
        self._document = ("", b"")
        canvas.on_zone(self._zone)
        canvas.on_lost(lambda sentence: self.dispatcher.worker.post(self._lost, sentence))

    def call(self, operation: str, returns: type[T], **arguments: Any) -> T:
        """Call an operation."""
        return self.client.call(operation, returns, **arguments)

    def document(self, sha256: str) -> bytes:
        """Return a file of the instructions; the last one is remembered."""
        if self._document[0] != sha256:
            self._document = sha256, self.call("documents.get", bytes, sha256=sha256)
        return self._document[1]

    def tell(self, *told: events.Event) -> None:
        """Tell the browser something once; any thread."""
        for event in told:
            self.send(event)

    def toast(self, text: Message, kind: events.ToastKind = "info") -> None:
        """Show a sentence for a moment."""
        self.tell(events.Toast(text, kind))

    def _zone(self, zone: Zone) -> None:
        x0, y0, x1, y1 = (round(v, 1) for v in zone)
        self.tell(events.ZoneDrawn((x0, y0, x1, y1)))

    def _lost(self, sentence: Message) -> None:
        if self.tasks.is_damaged():
            self.toast(sentence, "error")

    def stop(self) -> None:
        """Store what is pending, and end the threads."""
        self.ahead.stop()
        self.frames.stop()
        self.drafts.stop()
        self.dispatcher.worker.stop()
