"""What every part of a task at hand has: whose it is, what was read of it, and whether it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate import model
from nbannotate.errors import Refused
from nbannotate.workspace.handle import Handle

if TYPE_CHECKING:
    from nbannotate.workspace.person import Work


class AtHand(Handle):
    """A task as it was read.

    Parameters
    ----------
    work
        Of whose tasks it is one.
    view
        All that the page knows of it.
    """

    _changed_by: ClassVar[dict[str, str]] = {
        "annotation": "task.save(…) keeps another one, task.submit(…) submits it",
        "": "a task is changed by its methods",
    }  # fmt: skip

    def __init__(self, work: Work, view: model.TaskView) -> None:
        self._work, self.view = work, view
        self.annotation, self._revision = view.annotation, view.revision
        self._ended = ""

    @property
    def task_id(self) -> int:
        """The id of the task."""
        return self.view.task.task_id

    def _act(self, operation: str, returns: Any, **arguments: Any) -> Any:
        return self._work._act(operation, returns, task_id=self.task_id, **arguments)

    def _check_open(self) -> None:
        if self._ended:
            raise Refused(
                f"This task is over ({self._ended}). It can be looked at; if it is returned, next() gives it again."
            )
