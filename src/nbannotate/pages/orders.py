"""The order in which somebody reviews a job: the worst first, or a random sample."""

from __future__ import annotations

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Job, Ranked, Task, TaskView
from nbannotate.pages import flow, jobs
from nbannotate.pages.desk import Desk
from nbannotate.pages.state import OpenJob, Ordered
from nbannotate.pages.wire import Message

LARGEST = 100_000


def choose(desk: Desk, message: Message) -> None:
    """Choose an order for the job that is shown, or none; ``ids`` are how many images and the seed."""
    opened = desk.state.job
    if opened is None or desk.state.screen != "job" or opened.job.kind != "review":
        raise Refused("Open the job of a review step first.")
    limit, seed = (_number(text) for text in (*message.ids, "", "")[:2])
    ordered = Ordered(*opened.key, message.name, limit or None, seed) if message.name else None
    before = desk.state.ordered
    desk.update(ordered=ordered)
    try:
        tasks, values = read(desk, opened.job)
    except Exception:
        desk.update(ordered=before)
        raise
    desk.update(job=OpenJob(opened.job, tasks, opened.unfinished, values))


def _number(text: str) -> int:
    if text and (not text.isdecimal() or int(text) > LARGEST):
        raise InvalidInput(f"{text!r} is no whole number from 0 to {LARGEST:,}.")
    return int(text or 0)


def read(desk: Desk, job: Job) -> tuple[tuple[Task, ...], dict[int, float | None]]:
    """Return the tasks of a job in the order that was chosen for it, with the figures that they are ordered by."""
    ordered = desk.state.ordered
    if ordered is None or ordered.key != (job.campaign_id, job.step):
        return tuple(desk.call("tasks.listing", list[Task], campaign_id=job.campaign_id, step=job.step)), {}
    ranked = _ranked(desk, ordered)
    return tuple(r.task for r in ranked), {r.task.task_id: r.value for r in ranked}


def _ranked(desk: Desk, ordered: Ordered) -> list[Ranked]:
    return desk.call(
        "tasks.review_order", list[Ranked], campaign_id=ordered.campaign_id, step=ordered.step, by=ordered.by,
        limit=ordered.limit, seed=ordered.seed,
    )  # fmt: skip


def take(desk: Desk, message: Message) -> None:
    """Open an image that waits in the queue."""
    flow.leave(desk)
    _adopt(desk, message.task)


def _adopt(desk: Desk, task_id: int) -> None:
    """Take and show an image; what is looked at ahead would be the next of the queue, not of the order."""
    flow.adopt(desk, desk.call("tasks.take", TaskView, task_id=task_id))
    desk.ahead.stop()


def has_order(desk: Desk, task: Task) -> bool:
    """Return whether an order was chosen for the job of a task."""
    ordered = desk.state.ordered
    return ordered is not None and ordered.key == (task.campaign_id, task.step)


def go_on(desk: Desk, campaign_id: int, step: int) -> bool:
    """Open the next image of the order that was chosen for a job; return whether there is such an order.

    At its end the page of the job comes again.
    """
    ordered = desk.state.ordered
    if ordered is None or ordered.key != (campaign_id, step):
        return False
    left = [r.task for r in _ranked(desk, ordered) if r.task.state in ("in_progress", "to_rework")]
    if left:
        _adopt(desk, left[0].task_id)
        return True
    desk.update(screen="opening", task=None)
    jobs.show_job(desk, campaign_id, step)
    desk.toast("Everything in this order is reviewed; choose another one, or none.", "good")
    return True
