"""The order in which somebody reviews a job: the worst first, or a random sample."""

from __future__ import annotations

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Job, Ranked, Task
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
    its = ranked(desk, ordered)
    return tuple(r.task for r in its), {r.task.task_id: r.value for r in its}


def ranked(desk: Desk, ordered: Ordered) -> list[Ranked]:
    """Return the tasks of an order, with the figures that they are ordered by."""
    return desk.call(
        "tasks.review_order", list[Ranked], campaign_id=ordered.campaign_id, step=ordered.step, by=ordered.by,
        limit=ordered.limit, seed=ordered.seed,
    )  # fmt: skip


def has_order(desk: Desk, task: Task) -> bool:
    """Return whether an order was chosen for the job of a task."""
    ordered = desk.state.ordered
    return ordered is not None and ordered.key == (task.campaign_id, task.step)
