"""The desk: one state, the client, the canvas, the drafts, and the rules for what happens when something fails.

What a person asks for is done by a handler (:mod:`nbannotate.pages.actions`) in the worker's thread; what the canvas
reports changes the state at once. Only the desk replaces the state, under its lock, which is never held while an
operation or a method of the canvas is called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace
from traitlets.log import get_logger as log

from nbannotate.canvas import Canvas, CanvasState, Zone
from nbannotate.canvas.picture import Picture
from nbannotate.errors import NbannotateError, OwnerUnavailable, ReadFailed
from nbannotate.model import Annotation, Shape
from nbannotate.owner.client import Client
from nbannotate.pages import banners, wire
from nbannotate.pages.ahead import Ahead
from nbannotate.pages.drafts import Drafts
from nbannotate.pages.fields import fitted
from nbannotate.pages.flaws import Judge
from nbannotate.pages.frames import Frames
from nbannotate.pages.line import Line
from nbannotate.pages.marks import marks
from nbannotate.pages.spent import Spent
from nbannotate.pages.state import Banner, Drawing, OpenTask, Saving, State
from nbannotate.pages.worker import Worker

T = TypeVar("T")
Handler = Callable[["Desk", wire.Message], object]


class Desk:
    """Where one person works in one page.

    Parameters
    ----------
    client
        Who acts, and where.
    canvas
        The canvas of the page.
    handlers
        What can be asked for, by name.
    show
        Called with every new state; any thread.
    tell
        Called with what the browser should do once: a toast, the reply to a request, a dialog.
    campaign_id
        Show nothing of other campaigns; None shows all.
    """

    def __init__(
        self,
        client: Client,
        canvas: Canvas,
        handlers: dict[str, Handler],
        show: Callable[[State], None],
        tell: Callable[[dict[str, Any]], None],
        campaign_id: int | None = None,
    ) -> None:
        self.client, self.canvas, self.campaign_id = client, canvas, campaign_id
        self.state, self.tell = State(), tell
        self._handlers, self._show = handlers, show
        self._lock = threading.RLock()
        self._together, self._unshown = 0, False
        self._document = ("", b"")
        self._refusal: Banner | None = None  # why the newest draft was not taken
        self._pictured = 0  # the task that the canvas shows
        self.line, self._sid = Line(), ""
        self._replies: dict[int, tuple[str | None, str]] = {}
        self.again: Callable[[], object] = lambda: None  # sends all parts again
        self._judged = Judge()
        self.spent = Spent(client, lambda message: self.tell(message))
        self.drafts = Drafts(client, self._saving, self.spent)
        self.drafts.storing, self.drafts.stored = self._storing, self._stored
        self.ahead = Ahead(client, lambda message: self.tell(message), canvas.prepare)
        self.frames = Frames(client, canvas, lambda message: self.tell(message))
        self.opened: Callable[[OpenTask], object] = lambda opened: None  # a task is shown
        self.worker = Worker(self._failed)
        canvas.on_change(self._changed)
        canvas.on_select(lambda ids: self.draw(selected=ids))
        canvas.on_state(self._canvas_state)
        canvas.on_zone(self._zone)
        canvas.on_lost(lambda sentence: self.worker.post(self._lost, sentence))

    # ---- state

    def update(self, **changes: Any) -> None:
        """Replace fields of the state, and show it."""
        with self._lock:
            new = replace(self.state, **changes)
            if new != self.state:
                self.state = new
                self._unshown = True
            self._show_now()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Show what changes in a block at its end, as one: a browser takes a while for each."""
        with self._lock:
            self._together += 1
        try:
            yield
        finally:
            with self._lock:
                self._together -= 1
                self._show_now()

    def _show_now(self) -> None:
        if self._unshown and not self._together:
            self._unshown = False
            self._show(self.state)

    def update_task(self, task_id: int, **changes: Any) -> None:
        """Replace fields of the open task, if it is still that one."""
        with self._lock:
            if self.state.task is not None and self.state.task.task.task_id == task_id:
                self.update(task=replace(self.state.task, **changes))

    def draw(self, **changes: Any) -> None:
        """Replace fields of what the canvas says of itself."""
        with self._lock:
            self.update(drawing=replace(self.state.drawing, **changes))

    @property
    def open(self) -> OpenTask:
        """The open task; raises NbannotateError if there is none."""
        if self.state.task is None or self.state.screen != "task":
            raise NbannotateError("No task is open.")
        return self.state.task

    def call(self, operation: str, returns: type[T], **arguments: Any) -> T:
        """Call an operation."""
        return self.client.call(operation, returns, **arguments)

    def document(self, sha256: str) -> bytes:
        """Return a file of the instructions; the last one is remembered."""
        if self._document[0] != sha256:
            self._document = sha256, self.call("documents.get", bytes, sha256=sha256)
        return self._document[1]

    def toast(self, text: str, kind: str = "info") -> None:
        """Show a sentence for a moment."""
        self.tell({"toast": text, "kind": kind})

    # ---- the person

    def handle(self, content: object) -> None:
        """Take a message of the browser; whatever is in it, this does not raise."""
        try:
            message = wire.received(content)
        except NbannotateError as error:
            if (number := wire.number(content)) is not None and self.line.arrives(number.sid, number.q) == "new":
                self.line.done(number.sid, number.q)
            return self._failed(error)
        if message.sid:
            self._sid = message.sid
            arrived = self.line.arrives(message.sid, message.q) if message.q else "again"
            if arrived != "new":
                if arrived == "gap" or message.do == "probe":
                    self.tell({"line": {"sid": message.sid, "got": self.line.got(message.sid), arrived: True,
                                        "probed": message.do == "probe"}})  # fmt: skip
                return None
        if message.do == "draw":
            return self._draw(message)
        return self.worker.post(self.do, message)

    def _draw(self, message: wire.Message) -> None:
        """Give the canvas a message of its overlay, at once: it does not wait for what the worker does."""
        try:
            self.drawn(message.message)
        finally:
            self._done(message)

    def drawn(self, content: object) -> None:
        """Give the canvas a message of its overlay; whatever is in it, this does not raise."""
        self.canvas._received(None, content, ())

    def _done(self, message: wire.Message) -> None:
        """Note that a message was acted on; say so if the browser keeps it and it is stored already."""
        if not message.q:
            return
        upto = self.line.done(message.sid, message.q)
        revision = self.drafts.mark(upto)
        if message.keep and revision is not None:
            self._stored(self.drafts.task_id, revision, upto)

    def _storing(self, task_id: int, revision: int, upto: int) -> None:
        self.tell({"line": {"sid": self._sid, "task": task_id, "next": [revision, upto]}})

    def _stored(self, task_id: int, revision: int, upto: int) -> None:
        self.tell({"line": {"sid": self._sid, "task": task_id, "stored": upto, "revision": revision}})

    def do(self, message: wire.Message) -> None:
        """Do what a message asks for, and reply."""
        try:
            self._do(message)
        finally:
            self._done(message)

    def act(self, message: wire.Message) -> None:
        """Do what a message asks for; raises what its handler raises."""
        self._handlers[message.do](self, message)

    def _do(self, message: wire.Message) -> None:
        self.spent.heard(message)
        now = self.state.task.task.task_id if self.state.task else 0
        if message.at not in (0, now):  # a key was pressed twice, or the task changed in between
            return self._reply(message, None)
        handler = self._handlers.get(message.do)
        try:
            if handler is None:
                raise NbannotateError(f"The page asked for {message.do!r}, which is not understood.")
            handler(self, message)
        except Exception as error:  # noqa: BLE001  told to the person, and to the log if it is not meant for people
            self._failed(error, message)
        else:
            self._reply(message, None)

    def _reply(self, message: wire.Message, error: str | None, code: str = "") -> None:
        if message.ref:
            self._replies[message.ref] = error, code
            for old in list(self._replies)[:-50]:
                del self._replies[old]
            self.tell({"reply": message.ref, "error": error, "code": code})

    def _failed(self, error: Exception, message: wire.Message | None = None) -> None:
        """Tell the person what failed, as a sentence."""
        if isinstance(error, OwnerUnavailable):
            log().warning("%s", error)
        elif not isinstance(error, NbannotateError):
            log().error("A page failed at %s.", message.do if message else "something", exc_info=error)
        if (banner := banners.of_failure(error, self.state)) is not None:
            self.update(banner=banner)
        elif message is None or not message.ref:
            self.toast(str(error), "error")
        if message is not None:
            expected = isinstance(error, NbannotateError) and not isinstance(error, OwnerUnavailable)
            text = str(error) if expected else "That did not work; please try again."
            self._reply(message, text, error.code if isinstance(error, NbannotateError) else "")

    def say_again(self) -> None:
        """Say all again that a browser may have missed while its connection was lost: the parts and the replies."""
        self.again()
        for ref, (error, code) in list(self._replies.items()):
            self.tell({"reply": ref, "error": error, "code": code})

    # ---- the canvas and the drafts

    def picture(self, opened: OpenTask, image: bytes | Path | Picture | ReadFailed | None) -> None:
        """Put a task on the canvas and into the state, together.

        Raises
        ------
        ReadFailed
            The image cannot be decoded; the task is opened without it.
        """
        with self.together():
            failure = self._picture(opened, image)
        self.opened(opened)
        if failure is not None:
            raise failure

    def _picture(self, opened: OpenTask, image: bytes | Path | Picture | ReadFailed | None) -> NbannotateError | None:
        self._pictured, view = 0, opened.view
        failure: NbannotateError | None = None
        try:
            if isinstance(image, ReadFailed):
                raise image
            self.canvas.show(
                image, opened.annotation.shapes if image is not None else (), labels=view.recipe.labels,
                editable=opened.editable and image is not None, max_shapes=view.recipe.max_shapes,
                several_labels=view.recipe.several_labels, min_size=view.recipe.min_size,
                keep_view=self._goes_on(opened),
            )  # fmt: skip
        except NbannotateError as error:
            failure, image = error, None
            self.canvas.show(None, labels=view.recipe.labels, editable=False, instead=str(error))
        if len(view.recipe.labels) == 1:
            self.canvas.label = view.recipe.labels[0].name
        self.drafts.begin(opened.task.task_id, view.revision)
        now = self.canvas.state
        with self._lock:
            self.update(
                screen="task", job=None, finished=None,
                task=replace(opened.sized(*self.canvas.image_size), pictured=image is not None),
                banner=banners.of_opening(view.notice, failure), saving=Saving(opened.task.task_id),
                drawing=Drawing(now.tool, now.label, locked=self.canvas.locked, hidden=self.canvas.hidden,
                                copied=now.copied),
            )  # fmt: skip
            self._pictured = opened.task.task_id if image is not None else 0
        self.mark()
        self._judge()
        self._changed(self.canvas.shapes)
        if view.editable:
            self.ahead.look(opened.task)
        return failure

    def _lost(self, sentence: str) -> None:
        """Say that an image turned out to be damaged while it was decoded; its task can be skipped or discarded."""
        if self._pictured and self.canvas.image_size == (0, 0):
            task_id, self._pictured = self._pictured, 0
            self.update_task(task_id, pictured=False)
            self.toast(sentence, "error")

    def _goes_on(self, opened: OpenTask) -> bool:
        """Return whether a task is a slice of the same sequence as the one that is shown, to be compared with it."""
        before = self.state.task
        return (
            before is not None
            and opened.task.sequence is not None
            and ((before.task.sequence, before.task.campaign_id) == (opened.task.sequence, opened.task.campaign_id))
        )

    def mark(self) -> None:
        """Show on the canvas where the issues are."""
        opened = self.state.task
        if opened is not None:
            self.canvas.marks = marks(opened.issues)

    def annotate(self, annotation: Annotation) -> None:
        """Say something else of the open task, and store it soon."""
        with self._lock:
            opened = self.state.task
            if opened is None or not opened.editable or annotation == opened.annotation:
                return
            self.update(task=replace(opened, annotation=annotation))
            self.drafts.put(annotation)

    def _changed(self, shapes: tuple[Shape, ...]) -> None:
        """Take what was drawn, unless it was drawn on another asset or on a revision of the past."""
        if shapes != self.canvas.shapes:
            return
        with self._lock:
            opened = self.state.task
            if opened is None or self._pictured != opened.task.task_id or opened.looking is not None:
                return
            self._judge()
            shapes = fitted(shapes, opened.view)
            if shapes != opened.annotation.shapes:
                nothing = opened.annotation.nothing_to_label and not shapes
                self.annotate(replace(opened.annotation, shapes=shapes, nothing_to_label=nothing))

    def _judge(self) -> None:
        """Find what is wrong with the shapes, and what of it is repaired at submit."""
        opened = self.state.task
        if opened is not None:
            flaws, view = self.canvas.flaws, opened.view
            mendable = self._judged.mendable(flaws, self.canvas.shapes, view.recipe, view.width, view.height)
            self.draw(flaws=flaws, mendable=mendable)

    def _canvas_state(self, now: CanvasState) -> None:
        locked = self.canvas.locked if now.locked else ()
        hidden = self.canvas.hidden if now.hidden else ()
        self.draw(tool=now.tool, label=now.label, can_undo=now.can_undo, can_redo=now.can_redo,
                  locked=locked, hidden=hidden, copied=now.copied, drawn=now.drawn, ready=now.ready)  # fmt: skip

    def _zone(self, zone: Zone) -> None:
        self.tell({"dialog": "issue", "zone": [round(v, 1) for v in zone]})

    def _saving(self, said: Saving) -> None:
        """Show how saving goes; called in the thread of the drafts."""
        with self._lock:
            before = self.state.saving
            opened = self.state.task
            if opened is None or opened.task.task_id != said.task_id:
                return
            self.update(saving=replace(said, at=said.at or (before.at if before.task_id == said.task_id else None)))
            if said.state == "saved" and self._refusal is not None and self.state.banner == self._refusal:
                self.update(banner=None)  # it fits now
            if (banner := banners.of_saving(said)) is not None:
                self._refusal = banner if said.state == "refused" else self._refusal
                self.update(banner=banner)
        if said.state == "kept":
            self.lose(said.task_id, said.text)

    def lose(self, task_id: int, text: str) -> None:
        """Say that the open task is not the person's any more; what was drawn is kept as their draft."""
        opened = self.state.task
        if opened is None or opened.task.task_id != task_id or opened.lost:
            return
        self.canvas.editable = False  # first: what was drawn until now still becomes the draft
        view = replace(opened.view, editable=False, actions=(), reason=text)
        self.update_task(task_id, view=view, lost=True)
        self.update(banner=Banner(text, "warning", "retake"))

    def stop(self) -> None:
        """Store what is pending, and end the threads."""
        self.ahead.stop()
        self.frames.stop()
        self.drafts.stop()
        self.worker.stop()
