"""Going on with a job: with the next task of the queue, or of the order that somebody chose for it."""

from __future__ import annotations

from nbannotate.model import TaskView
from nbannotate.pages.work import jobs, navigation, review_order
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id
from nbannotate.pages.work.state import Saving
from nbannotate.texts import t


class Start(Action, frozen=True, tag="start"):
    """Go on with a job."""

    campaign: Id
    step: Id


class Take(Action, frozen=True, tag="take"):
    """Open an image that waits in the queue."""

    task: Id


def start(desk: Desk, action: Start) -> None:
    """Go on with a job: a task that was returned, one that was begun, or the next of the queue."""
    navigation.leave(desk)
    go_on(desk, action.campaign, action.step)


def go_on(desk: Desk, campaign_id: int, step: int) -> None:
    """Open the next task of a step, or say that nothing is left."""
    if _in_order(desk, campaign_id, step):
        return None
    view = navigation.next_task(desk, "tasks.next", campaign_id, step)
    if view is not None:
        return navigation.adopt(desk, view)
    return nothing_left(desk, campaign_id, step)


def nothing_left(desk: Desk, campaign_id: int, step: int) -> None:
    """Say that nothing is left of a job."""
    its = navigation.jobs_of(desk)
    job = jobs.find(its, campaign_id, step)
    if job is None:
        return navigation.home(desk)
    desk.store.update(screen="finished", finished=job, jobs=its, task=None, job=None, banner=None, saving=Saving())
    return None


def _in_order(desk: Desk, campaign_id: int, step: int) -> bool:
    """Open the next image of the order that was chosen for a job; return whether there is such an order.

    At its end the page of the job comes again.
    """
    ordered = desk.store.state.ordered
    if ordered is None or ordered.key != (campaign_id, step):
        return False
    left = [r.task for r in review_order.ranked(desk, ordered) if r.task.state in ("in_progress", "to_rework")]
    if left:
        _adopt(desk, left[0].task_id)
        return True
    desk.store.update(screen="opening", task=None)
    jobs.show_job(desk, campaign_id, step)
    desk.toast(t("Everything in this order is reviewed; choose another one, or none."), "good")
    return True


def take(desk: Desk, action: Take) -> None:
    """Open an image that waits in the queue."""
    navigation.leave(desk)
    _adopt(desk, action.task)


def _adopt(desk: Desk, task_id: int) -> None:
    """Take and show an image; what is looked at ahead would be the next of the queue, not of the order."""
    navigation.adopt(desk, desk.call("tasks.take", TaskView, task_id=task_id))
    desk.ahead.stop()
