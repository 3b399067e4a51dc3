"""Takes what a browser sends: each message once and in order, done by its handler in one thread, and replied to.

What a person draws goes to the canvas at once, and does not wait for what the thread does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from traitlets.log import get_logger as log

from nbannotate.errors import NbannotateError, OwnerUnavailable
from nbannotate.pages.shared.delivery import Line
from nbannotate.pages.shared.worker import Worker
from nbannotate.pages.work import banners, events, messages
from nbannotate.texts import Message, t

if TYPE_CHECKING:
    from nbannotate.pages.work.desk import Desk

Handler: TypeAlias = "Callable[[Desk, Any], object]"
MOST_REPLIES = 50


class Dispatcher:
    """Gives each message to its handler, and says what came of it.

    Parameters
    ----------
    desk
        What the handlers work on.
    handlers
        What can be asked for, by its struct.
    """

    def __init__(self, desk: Desk, handlers: Mapping[type[messages.Action], Handler]) -> None:
        self._desk, self._handlers = desk, dict(handlers)
        self._kinds: Any = Union[tuple(handlers)]  # noqa: UP007  of a list that is not known before
        self._line, self._sid = Line(), ""
        self._replies: dict[int, events.Replied] = {}
        self.again: Callable[[], object] = lambda: None  # sends all parts again
        self.worker = Worker(self.failed)

    def handle(self, content: object) -> None:
        """Take a message of the browser; whatever is in it, this does not raise."""
        try:
            action = self.understood(content)
        except NbannotateError as error:
            if (number := messages.number(content)) is not None and self._line.arrives(number.sid, number.q) == "new":
                self._line.done(number.sid, number.q)
            return self.failed(error, messages.asked(content))
        if action.sid:
            self._sid = action.sid
            arrived = self._line.arrives(action.sid, action.q) if action.q else "again"
            if arrived != "new":
                probed = isinstance(action, messages.Probe)
                if arrived == "gap" or probed:
                    self._desk.tell(events.Arrived(action.sid, self._line.got(action.sid), arrived == "gap", probed))
                return None
        if isinstance(action, messages.Draw):
            return self._draw(action)
        return self.worker.post(self.do, action)

    def understood(self, content: object) -> messages.Action:
        """Return an action that the browser sent, checked; raises InvalidInput if it is none."""
        action: messages.Action = messages.checked(content, self._kinds)
        return action

    def do(self, action: messages.Action) -> None:
        """Do what an action asks for, and reply."""
        try:
            self._desk.spent.heard(action)
            task = self._desk.store.state.task
            if action.at in (0, task.task.task_id if task else 0):  # else a key was pressed twice, or the task changed
                self.act(action)
        except Exception as error:  # noqa: BLE001  told to the person, and to the log if it is not meant for people
            self.failed(error, action)
        else:
            self._reply(action, None)
        finally:
            self._done(action)

    def act(self, action: messages.Action) -> None:
        """Do what a message asks for; raises what its handler raises."""
        self._handlers[type(action)](self._desk, action)

    def failed(self, error: Exception, action: messages.Action | None = None) -> None:
        """Tell the person what failed, as a sentence."""
        if isinstance(error, OwnerUnavailable):
            log().warning("%s", error)
        elif not isinstance(error, NbannotateError):
            at = messages.name_of(type(action)) if action else "something"
            log().error("A page failed at %s.", at, exc_info=error)
        if (banner := banners.of_failure(error, self._desk.store.state)) is not None:
            self._desk.store.update(banner=banner)
        elif isinstance(error, NbannotateError) and (action is None or not action.ref):
            self._desk.toast(error.message, "error")
        if action is not None:
            text = t("That did not work; please try again.")
            if isinstance(error, NbannotateError) and not isinstance(error, OwnerUnavailable):
                text = error.message
            self._reply(action, text, error.code if isinstance(error, NbannotateError) else "")

    def say_again(self) -> None:
        """Say all again that a browser may have missed while its connection was lost: the parts and the replies."""
        self.again()
        self._desk.tell(*list(self._replies.values()))

    def storing(self, task_id: int, revision: int, upto: int) -> None:
        """Tell the browser that all that it sent up to a message is about to be stored."""
        self._desk.tell(events.Storing(self._sid, task_id, revision, upto))

    def stored(self, task_id: int, revision: int, upto: int) -> None:
        """Tell the browser that all that it sent up to a message is stored."""
        self._desk.tell(events.Stored(self._sid, task_id, revision, upto))

    def _draw(self, action: messages.Draw) -> None:
        try:
            self._desk.canvas.receive(action.message)
        finally:
            self._done(action)

    def _done(self, action: messages.Action) -> None:
        """Note that a message was acted on; say so if the browser keeps it and it is stored already."""
        if not action.q:
            return
        upto = self._line.done(action.sid, action.q)
        revision = self._desk.drafts.mark(upto)
        if action.keep and revision is not None:
            self.stored(self._desk.drafts.task_id, revision, upto)

    def _reply(self, action: messages.Action, error: Message | None, code: str = "") -> None:
        if action.ref:
            self._replies[action.ref] = replied = events.Replied(action.ref, error, code)
            for old in list(self._replies)[:-MOST_REPLIES]:
                del self._replies[old]
            self._desk.tell(replied)
