"""Going on with a job: with the next task of the queue, or of the order that somebody chose for it."""

from __future__ import annotations

from nbannotate.model import TaskView
from nbannotate.pages import flow, jobs, orders
from nbannotate.pages.desk import Desk
from nbannotate.pages.state import Saving
from nbannotate.pages.wire import Message


def start(desk: Desk, message: Message) -> None:
    """Go on with a job: a task that was returned, one that was begun, or the next of the queue."""
    flow.leave(desk)
    go_on(desk, message.campaign, message.step)


def go_on(desk: Desk, campaign_id: int, step: int) -> None:
    """Open the next task of a step, or say that nothing is left."""
    if _in_order(desk, campaign_id, step):
        return None
    view = flow.next_task(desk, "tasks.next", campaign_id, step)
    if view is not None:
        return flow.adopt(desk, view)
    return nothing_left(desk, campaign_id, step)


def nothing_left(desk: Desk, campaign_id: int, step: int) -> None:
    """Say that nothing is left of a job."""
    its = flow.jobs_of(desk)
    job = jobs.find(its, campaign_id, step)
    if job is None:
        return flow.home(desk)
    desk.update(screen="finished", finished=job, jobs=its, task=None, job=None, banner=None, saving=Saving())
    return None


def _in_order(desk: Desk, campaign_id: int, step: int) -> bool:
    """Open the next image of the order that was chosen for a job; return whether there is such an order.

    At its end the page of the job comes again.
    """
    ordered = desk.state.ordered
    if ordered is None or ordered.key != (campaign_id, step):
        return False
    left = [r.task for r in orders.ranked(desk, ordered) if r.task.state in ("in_progress", "to_rework")]
    if left:
        _adopt(desk, left[0].task_id)
        return True
    desk.update(screen="opening", task=None)
    jobs.show_job(desk, campaign_id, step)
    desk.toast("Everything in this order is reviewed; choose another one, or none.", "good")
    return True


def take(desk: Desk, message: Message) -> None:
    """Open an image that waits in the queue."""
    flow.leave(desk)
    _adopt(desk, message.task)


def _adopt(desk: Desk, task_id: int) -> None:
    """Take and show an image; what is looked at ahead would be the next of the queue, not of the order."""
    flow.adopt(desk, desk.call("tasks.take", TaskView, task_id=task_id))
    desk.ahead.stop()
