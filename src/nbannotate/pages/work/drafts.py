"""Drafts save by themselves: the newest one, a moment after it was made, in a thread, until it is stored."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from traitlets.log import get_logger as log

from nbannotate.errors import (
    CannotWrite,
    Conflict,
    DatabaseFailed,
    DiskFull,
    InvalidInput,
    NbannotateError,
    NotInStep,
    OwnerUnavailable,
    Refused,
    SessionEnded,
)
from nbannotate.model import Annotation, Saved, Stretches
from nbannotate.owner.client import Client
from nbannotate.pages.work.state import SaveState, Saving
from nbannotate.pages.work.time_reports import ENOUGH_S, Spent
from nbannotate.rules.draft_changes import changes
from nbannotate.texts import t

PAUSE_S = 0.2
#: What passes without the person: somebody makes room, mounts the disk again, or the next owner has opened the file.
PASSING = (OwnerUnavailable, DiskFull, CannotWrite, DatabaseFailed)
BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)


class Drafts:
    """Keeps the draft of the task that is open.

    Saves are strictly ordered: one at a time, each naming the revision that the one before was answered with.

    Parameters
    ----------
    client
        Where drafts are stored.
    heard
        Called with a :class:`Saving` whenever it changes, in any thread; must not wait.
    spent
        The time that goes along with them.
    """

    def __init__(self, client: Client, heard: Callable[[Saving], None], spent: Spent) -> None:
        self._client, self._heard, self._spent = client, heard, spent
        self._change = threading.Condition()
        self._task_id = 0
        self._revision = 0
        self._pending: Annotation | None = None
        self._known: Annotation | None = None  # what the revision says, as far as this stored it
        self._in_step = True  # whether the owner takes changes of that
        self._due = 0.0
        self._busy = False
        self._stuck: NbannotateError | None = None  # nothing more is saved
        self._refused: NbannotateError | None = None  # the next change is tried
        self._failures = 0
        self._mark = self._marked = 0  # up to which message of the browser the pending one, and the one under way, goes
        self.storing: Callable[[int, int, int], None] = lambda task_id, revision, upto: None
        self.stored: Callable[[int, int, int], None] = lambda task_id, revision, upto: None
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="nbannotate drafts", daemon=True)
        self._thread.start()

    def begin(self, task_id: int, revision: int) -> None:
        """Go on with a task from a revision of its draft; what was pending for another one is gone: flush first."""
        with self._change:
            self._task_id, self._revision = task_id, revision
            self._pending, self._stuck, self._refused, self._failures = None, None, None, 0
            self._known, self._in_step = None, True
            self._change.notify_all()
        self._heard(Saving(task_id))

    def put(self, annotation: Annotation) -> None:
        """Store an annotation soon; a newer one takes its place."""
        with self._change:
            if self._stuck is not None:
                return
            self._pending = annotation
            if not self._failures:
                self._due = time.monotonic() + PAUSE_S
            self._change.notify_all()
            said = Saving(self._task_id, "waiting") if not self._failures else None
        if said:
            self._heard(said)

    @property
    def task_id(self) -> int:
        """The task whose draft is kept."""
        return self._task_id

    @property
    def revision(self) -> int:
        """Of the draft that is stored."""
        with self._change:
            return self._revision

    def mark(self, upto: int) -> int | None:
        """Note that all messages of the browser up to one were acted on.

        Returns the revision if all of that is stored; else ``stored`` is called when it is.
        """
        with self._change:
            self._mark = upto
            if self._pending is None:
                self._marked = upto
            return self._revision if self._idle and self._stuck is None and self._refused is None else None

    def flush(self, patience: float = 8.0) -> int:
        """Wait until all is stored; return the revision.

        Raises
        ------
        Conflict
            Another tab saved since.
        OwnerUnavailable
            It is not stored yet; saving goes on being tried.
        NbannotateError
            Why the draft was refused.
        """
        with self._change:
            if not self._failures:
                self._due = 0.0
            self._change.notify_all()
            done = self._change.wait_for(lambda: self._stuck or self._idle, patience)
            if self._stuck is not None:
                raise self._stuck
            if self._refused is not None and self._idle:
                raise self._refused
            if not done:
                raise OwnerUnavailable(
                    t("Your last changes are not saved yet; this page keeps trying. Please wait a moment.")
                )
            return self._revision

    def claim(self, patience: float = 8.0) -> tuple[int, bool]:
        """Take what is pending out of here, for an operation that stores it itself.

        Returns the revision, as :meth:`flush` does, and whether something was pending: if the operation fails, put that
        back. What is being saved already is waited for.
        """
        with self._change:
            claimed = self._pending is not None and not (self._failures or self._busy or self._stuck or self._refused)
            if claimed:
                self._pending = None
        return self.flush(patience), claimed

    def stop(self, patience: float = 2.0) -> None:
        """End the thread, after what is pending was tried once more; wait for that, but not for ever."""
        with self._change:
            self._ended = True
            self._due = 0.0
            self._change.notify_all()
        self._thread.join(patience)

    @property
    def _idle(self) -> bool:
        return self._pending is None and not self._busy

    def _run(self) -> None:
        while (job := self._next()) is not None:
            self._save(*job)
        with contextlib.suppress(NbannotateError):  # the browser keeps it for the next page
            self._spent.rest()

    def _next(self) -> tuple[int, int, Annotation] | None:
        """Wait for a draft and until it is due, and return it."""
        with self._change:
            while True:
                if self._pending is None and self._ended:
                    return None
                left = self._due - time.monotonic()
                if self._pending is not None and left <= 0:
                    break
                self._change.wait(left if self._pending is not None else None)
            annotation, self._pending, self._busy = self._pending, None, True
            self._marked = self._mark
            return self._task_id, self._revision, annotation

    def _save(self, task_id: int, revision: int, annotation: Annotation) -> None:
        self.storing(task_id, revision + 1, self._marked)
        self._heard(Saving(task_id, "saving"))
        try:
            with self._spent.of(task_id, ENOUGH_S) as spent:
                saved = self._send(task_id, revision, annotation, spent)
        except PASSING as error:
            said = self._again(task_id, annotation, error)
        except (Refused, InvalidInput) as error:
            said = self._wait_for_better(task_id, error)
        except Exception as error:  # noqa: BLE001  told to the person, and to the log if it is not meant for people
            said = self._give_up(task_id, error)
        else:
            with self._change:
                if self._task_id == task_id:
                    self._revision, self._failures, self._refused = saved.revision, 0, None
                    self._known = annotation
                more = self._pending is not None
                upto = self._marked
                self._busy = False
                self._change.notify_all()
            self.stored(task_id, saved.revision, upto)
            now: SaveState = "kept" if not saved.held else "waiting" if more else "saved"
            said = Saving(task_id, now, saved.text, at=saved.at)
        self._heard(said)

    def _send(self, task_id: int, revision: int, annotation: Annotation, spent: Stretches) -> Saved:
        """Store a draft: what changed since the one before, or all of it."""
        with self._change:
            its = self._task_id == task_id and self._revision == revision and self._in_step
            before = self._known if its else None
        what = {"task_id": task_id, "revision": revision, "seconds": spent}
        if before is not None and (changed := changes(before, annotation)) is not None:
            try:
                return self._client.call("tasks.save_changes", Saved, changes=changed, **what)
            except NotInStep:
                with self._change:
                    self._in_step = self._task_id != task_id
        return self._client.call("tasks.save", Saved, annotation=annotation, **what)

    def _again(self, task_id: int, annotation: Annotation, error: NbannotateError) -> Saving:
        with self._change:
            if self._task_id == task_id and self._pending is None:
                self._pending = annotation
            self._due = time.monotonic() + BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
            self._failures += 1
            if self._ended:
                self._pending = None
            self._busy = False
            self._change.notify_all()
        away = t("The workspace does not answer; this page keeps trying.")
        return Saving(task_id, "offline", away if isinstance(error, OwnerUnavailable) else error.message)

    def _wait_for_better(self, task_id: int, error: NbannotateError) -> Saving:
        """Remember why a draft was refused; the next change is tried again."""
        with self._change:
            if self._task_id == task_id:
                self._refused, self._failures = error, 0
            self._busy = False
            self._change.notify_all()
        return Saving(task_id, "refused", error.message)

    def _give_up(self, task_id: int, error: Exception) -> Saving:
        if not isinstance(error, NbannotateError):
            log().error("A draft could not be saved.", exc_info=error)
            error = NbannotateError(t("Something went wrong while saving; reload the task to go on."))
        with self._change:
            if self._task_id == task_id:
                self._stuck, self._pending = error, None
            self._busy = False
            self._change.notify_all()
        state: SaveState = "failed"
        if isinstance(error, Conflict):
            state = "conflict"
        elif isinstance(error, SessionEnded):
            state = "ended"
        return Saving(task_id, state, error.message)
