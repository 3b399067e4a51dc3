"""The state of an annotator's page, with its open task."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from nbannotate.errors import NbannotateError
from nbannotate.pages.shared.store import Store
from nbannotate.pages.work.state import OpenTask, State
from nbannotate.texts import t


class WorkStore(Store[State]):
    """The one state of an annotator's page."""

    @property
    def open(self) -> OpenTask:
        """The open task; raises NbannotateError if there is none."""
        if self.state.task is None or self.state.screen != "task":
            raise NbannotateError(t("No task is open."))
        return self.state.task

    def update_task(self, task_id: int, **changes: Any) -> None:
        """Replace fields of the open task, if it is still that one."""
        with self.lock:
            if self.state.task is not None and self.state.task.task.task_id == task_id:
                self.update(task=replace(self.state.task, **changes))

    def draw(self, **changes: Any) -> None:
        """Replace fields of what the canvas says of itself."""
        with self.lock:
            self.update(drawing=replace(self.state.drawing, **changes))
