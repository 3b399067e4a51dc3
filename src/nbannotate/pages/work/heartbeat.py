"""Holding a task: the heartbeat of an open page, and what happens when the task went to somebody else."""

from __future__ import annotations

import contextlib

from nbannotate.errors import NbannotateError, Refused
from nbannotate.model import Lease, TaskView
from nbannotate.pages.work import navigation
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action


class Beat(Action, frozen=True, tag="beat"):
    """Say that the person still works on the open task."""


class Retake(Action, frozen=True, tag="retake"):
    """Take up a task again that was lost."""


def beat(desk: Desk, action: Beat) -> None:
    """Say that the person still works on the open task."""
    opened = desk.store.open
    if not opened.view.editable:
        return
    task_id = opened.task.task_id
    with desk.spent.of(task_id) as spent:
        lease = desk.call("tasks.heartbeat", Lease, task_id=task_id, seconds=spent)
    desk.spent.rest(task_id)
    if lease.held:
        desk.store.update_task(task_id, beat_s=navigation.pause(lease.until))
        return
    with contextlib.suppress(NbannotateError):  # it goes on being tried
        desk.drafts.flush()  # what was drawn last becomes the draft that is kept
    desk.tasks.lose(task_id, lease.text)


def retake(desk: Desk, action: Retake) -> None:
    """Take up a task again that was lost, if nobody else has it."""
    task = desk.store.open.task
    navigation.leave(desk)
    view = desk.call("tasks.open", TaskView, task_id=task.task_id)
    if not view.editable:
        raise Refused(view.notice or view.reason)
    navigation.adopt(desk, view)
