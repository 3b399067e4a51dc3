"""Holding a task: the heartbeat of an open page, and what happens when the task went to somebody else."""

from __future__ import annotations

import contextlib

from nbannotate.errors import NbannotateError, Refused
from nbannotate.model import Lease, TaskView
from nbannotate.pages import flow
from nbannotate.pages.desk import Desk
from nbannotate.pages.wire import Message


def beat(desk: Desk, message: Message) -> None:
    """Say that the person still works on the open task."""
    opened = desk.open
    if not opened.view.editable:
        return
    task_id = opened.task.task_id
    with desk.spent.of(task_id) as spent:
        lease = desk.call("tasks.heartbeat", Lease, task_id=task_id, seconds=spent)
    desk.spent.rest(task_id)
    if lease.held:
        desk.update_task(task_id, beat_s=flow.pause(lease.until))
        return
    with contextlib.suppress(NbannotateError):  # it goes on being tried
        desk.drafts.flush()  # what was drawn last becomes the draft that is kept
    desk.lose(task_id, lease.text)


def retake(desk: Desk, message: Message) -> None:
    """Take up a task again that was lost, if nobody else has it."""
    task = desk.open.task
    flow.leave(desk)
    view = desk.call("tasks.open", TaskView, task_id=task.task_id)
    if not view.editable:
        raise Refused(view.notice or view.reason)
    flow.adopt(desk, view)
