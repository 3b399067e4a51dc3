"""The order in which somebody reviews a job: the worst first, or a random sample."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from nbannotate.errors import Refused
from nbannotate.model import Job, Ranked, Task
from nbannotate.model.work import ReviewOrder
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action
from nbannotate.pages.work.state import OpenJob, Ordered
from nbannotate.texts import t

LARGEST = 100_000


class Order(Action, frozen=True, tag="order"):
    """Review the job that is shown in an order; no name: as the images come. A limit of 0 is none."""

    by: ReviewOrder | Literal[""]
    limit: Annotated[int, Meta(ge=0, le=LARGEST)] = 0
    seed: Annotated[int, Meta(ge=0, le=LARGEST)] = 0


def choose(desk: Desk, action: Order) -> None:
    """Choose an order for the job that is shown, or none."""
    opened = desk.store.state.job
    if opened is None or desk.store.state.screen != "job" or opened.job.kind != "review":
        raise Refused(t("Open the job of a review step first."))
    ordered = Ordered(*opened.key, action.by, action.limit or None, action.seed) if action.by else None
    before = desk.store.state.ordered
    desk.store.update(ordered=ordered)
    try:
        tasks, values = read(desk, opened.job)
    except Exception:
        desk.store.update(ordered=before)
        raise
    desk.store.update(job=OpenJob(opened.job, tasks, opened.unfinished, values))


def read(desk: Desk, job: Job) -> tuple[tuple[Task, ...], dict[int, float | None]]:
    """Return the tasks of a job in the order that was chosen for it, with the figures that they are ordered by."""
    ordered = desk.store.state.ordered
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
    ordered = desk.store.state.ordered
    return ordered is not None and ordered.key == (task.campaign_id, task.step)
