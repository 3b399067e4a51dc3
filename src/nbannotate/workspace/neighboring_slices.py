"""The slices around an open task: opening another one, and saying the same of a range of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nbannotate import model
from nbannotate.errors import NotFound, Refused
from nbannotate.model import deprecations
from nbannotate.model.values import as_list, as_whole

if TYPE_CHECKING:
    from nbannotate.workspace.task import OpenTask


def open_slice(self: OpenTask, place: int) -> OpenTask:
    """Open another slice of the sequence: mine, one to look at, or one that waits in the queue, which is taken."""
    number = as_whole("place", place)
    slices = self.slices
    if not 1 <= number <= len(slices):
        raise NotFound(f"The sequence has the slices 1 to {len(slices)}; there is no slice {number}.")
    there = slices[number - 1]
    if there.hold == "hidden":
        raise Refused(f"Slice {number} is somebody else's.")
    operation = "sequences.take" if there.hold == "free" else "tasks.open"
    return type(self)(self._work, self._work._act(operation, model.TaskView, task_id=there.task_id))


@deprecations.parameters(nothing="nothing_to_label")
def spread(
    self: OpenTask,
    first: int,
    last: int,
    shapes: Iterable[model.Shape | str] | None = None,
    tags: Iterable[str] | None = None,
    nothing_to_label: bool = False,
    existing: model.ExistingShapes = "keep",
) -> model.Spread:
    """Put what is saved on this slice onto a range of slices that are mine or wait in the queue.

    Parameters
    ----------
    first, last
        Places in the sequence, from 1; this slice is passed over.
    shapes, tags
        Which of them; None for all.
    nothing_to_label
        Put *nothing to label* there instead.
    existing
        What becomes of slices that have shapes already: ``"keep"`` leaves them out, ``"add"``, or ``"replace"``.

    Raises
    ------
    Refused
        No slice can take it; the message says why, slice by slice.
    """
    self._check_open()
    ids = None if shapes is None else [s.id if isinstance(s, model.Shape) else s for s in as_list("shapes", shapes)]
    done: model.Spread = self._act(
        "sequences.spread", model.Spread, first=first, last=last, shapes=ids,
        tags=None if tags is None else as_list("tags", tags), nothing=nothing_to_label, existing=existing,
    )  # fmt: skip
    return done


def exclude(self: OpenTask, first: int, last: int, reason: str) -> model.Spread:
    """Discard a range of slices that are mine or wait in the queue, with one reason."""
    self._check_open()
    here = self.place
    done: model.Spread = self._act(
        "sequences.exclude", model.Spread, first=first, last=last, reason=reason, revision=self._revision
    )
    if here in done.changed:
        self._ended = "discarded"
    return done
