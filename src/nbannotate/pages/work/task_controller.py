"""The open task: its picture on the canvas, what was drawn on it, and its draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from nbannotate.canvas import Canvas, CanvasState
from nbannotate.canvas.picture import Picture
from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.model import Annotation, Shape
from nbannotate.owner.client import Client
from nbannotate.pages.work import banners
from nbannotate.pages.work.attribute_forms import fitted
from nbannotate.pages.work.drafts import Drafts
from nbannotate.pages.work.issue_markers import marks
from nbannotate.pages.work.prefetch import Ahead
from nbannotate.pages.work.repairs import Repairs
from nbannotate.pages.work.state import Banner, Drawing, OpenTask, Saving
from nbannotate.pages.work.store import WorkStore
from nbannotate.pages.work.time_reports import Spent
from nbannotate.texts import Message


class TaskController:
    """Keeps the canvas, the state and the draft of the open task the same.

    Parameters
    ----------
    client
        Where drafts are stored.
    canvas
        The canvas of the page.
    store
        The state of the page.
    spent
        The time that goes along with drafts.
    ahead
        What looks at the next task, once one is shown.
    """

    def __init__(self, client: Client, canvas: Canvas, store: WorkStore, spent: Spent, ahead: Ahead) -> None:
        self._canvas, self._store, self._ahead = canvas, store, ahead
        self._pictured = 0  # the task that the canvas shows
        self._refusal: Banner | None = None  # why the newest draft was not taken
        self._repairs = Repairs()
        self.drafts = Drafts(client, self._saving, spent)
        self.opened: Callable[[OpenTask], object] = lambda opened: None  # a task is shown
        canvas.on_change(self.changed)
        canvas.on_select(lambda ids: store.draw(selected=ids))
        canvas.on_state(self._canvas_state)

    def show(self, opened: OpenTask, image: bytes | Path | Picture | ReadFailed | None) -> None:
        """Put a task on the canvas and into the state, together.

        Raises
        ------
        ReadFailed
            The image cannot be decoded; the task is opened without it.
        """
        with self._store.together():
            failure = self._picture(opened, image)
        self.opened(opened)
        if failure is not None:
            raise failure

    def _picture(self, opened: OpenTask, image: bytes | Path | Picture | ReadFailed | None) -> NbannotateError | None:
        self._pictured, view = 0, opened.view
        failure: NbannotateError | None = None
        canvas = self._canvas
        try:
            if isinstance(image, ReadFailed):
                raise image
            canvas.show(
                image, opened.annotation.shapes if image is not None else (), labels=view.recipe.labels,
                editable=opened.editable and image is not None, max_shapes=view.recipe.max_shapes,
                several_labels=view.recipe.several_labels, min_size=view.recipe.min_size,
                keep_view=self._goes_on(opened),
            )  # fmt: skip
        except NbannotateError as error:
            failure, image = error, None
            canvas.show(None, labels=view.recipe.labels, editable=False, instead=error.message)
        if len(view.recipe.labels) == 1:
            canvas.label = view.recipe.labels[0].name
        self.drafts.begin(opened.task.task_id, view.revision)
        now = canvas.state
        with self._store.lock:
            self._store.update(
                screen="task", job=None, finished=None,
                task=replace(opened.sized(*canvas.image_size), pictured=image is not None),
                banner=banners.of_opening(view.notice, failure), saving=Saving(opened.task.task_id),
                drawing=Drawing(now.tool, now.label, locked=canvas.locked, hidden=canvas.hidden, copied=now.copied),
            )  # fmt: skip
            self._pictured = opened.task.task_id if image is not None else 0
        self.mark_issues()
        self._judge()
        self.changed(canvas.shapes)
        if view.editable:
            self._ahead.look(opened.task)
        return failure

    def is_damaged(self) -> bool:
        """Note that an image turned out to be damaged while it was decoded: its task can be skipped or discarded.

        Returns whether it is the one of the open task.
        """
        if not self._pictured or self._canvas.image_size != (0, 0):
            return False
        task_id, self._pictured = self._pictured, 0
        self._store.update_task(task_id, pictured=False)
        return True

    def _goes_on(self, opened: OpenTask) -> bool:
        """Return whether a task is a slice of the same sequence as the one that is shown, to be compared with it."""
        before = self._store.state.task
        return (
            before is not None
            and opened.task.sequence is not None
            and ((before.task.sequence, before.task.campaign_id) == (opened.task.sequence, opened.task.campaign_id))
        )

    def mark_issues(self) -> None:
        """Show on the canvas where the issues are."""
        opened = self._store.state.task
        if opened is not None:
            self._canvas.marks = marks(opened.issues)

    def annotate(self, annotation: Annotation) -> None:
        """Say something else of the open task, and store it soon."""
        with self._store.lock:
            opened = self._store.state.task
            if opened is None or not opened.editable or annotation == opened.annotation:
                return
            self._store.update(task=replace(opened, annotation=annotation))
            self.drafts.put(annotation)

    def changed(self, shapes: tuple[Shape, ...]) -> None:
        """Take what was drawn, unless it was drawn on another asset or on a revision of the past."""
        with self._store.lock:
            if shapes != self._canvas.shapes:  # heard late, in another thread: what came after it was taken already
                return
            opened = self._store.state.task
            if opened is None or self._pictured != opened.task.task_id or opened.looking is not None:
                return
            self._judge()
            shapes = fitted(shapes, opened.view)
            if shapes != opened.annotation.shapes:
                nothing = opened.annotation.nothing_to_label and not shapes
                self.annotate(replace(opened.annotation, shapes=shapes, nothing_to_label=nothing))

    def _judge(self) -> None:
        """Find what is wrong with the shapes, and what of it is repaired at submit."""
        opened = self._store.state.task
        if opened is not None:
            flaws, view = self._canvas.flaws, opened.view
            mendable = self._repairs.mendable(flaws, self._canvas.shapes, view.recipe, view.width, view.height)
            self._store.draw(flaws=flaws, mendable=mendable)

    def _canvas_state(self, now: CanvasState) -> None:
        locked = self._canvas.locked if now.locked else ()
        hidden = self._canvas.hidden if now.hidden else ()
        self._store.draw(tool=now.tool, label=now.label, can_undo=now.can_undo, can_redo=now.can_redo,
                         locked=locked, hidden=hidden, copied=now.copied, drawn=now.drawn, ready=now.ready)  # fmt: skip

    def _saving(self, said: Saving) -> None:
        """Show how saving goes; called in the thread of the drafts."""
        with self._store.lock:
            state = self._store.state
            if state.task is None or state.task.task.task_id != said.task_id:
                return
            banner = state.banner
            if said.state == "saved" and self._refusal is not None and banner == self._refusal:
                banner = None  # it fits now
            if (now := banners.of_saving(said)) is not None:
                self._refusal = now if said.state == "refused" else self._refusal
                banner = now
            at = said.at or (state.saving.at if state.saving.task_id == said.task_id else None)
            # Together: whoever sees one sees the other.
            self._store.update(saving=replace(said, at=at), banner=banner)
        if said.state == "kept":
            self.lose(said.task_id, said.text)

    def lose(self, task_id: int, text: Message) -> None:
        """Say that the open task is not the person's any more; what was drawn is kept as their draft."""
        opened = self._store.state.task
        if opened is None or opened.task.task_id != task_id or opened.lost:
            return
        self._canvas.editable = False  # first: what was drawn until now still becomes the draft
        with self._store.lock:
            opened = self._store.state.task
            if opened is not None and opened.task.task_id == task_id:
                view = replace(opened.view, editable=False, actions=(), reason=text)
                # Together: whoever sees that it is lost sees what to do about it.
                self._store.update(task=replace(opened, view=view, lost=True), banner=Banner(text, "warning", "retake"))
