"""What a manager does to tasks and jobs: one operation each, and a sentence on what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import Reassigned, Task
from nbannotate.pages.manage.desk import Desk
from nbannotate.pages.manage.messages import Done, Request
from nbannotate.pages.manage.task_table import begun
from nbannotate.pages.work.messages import Id, Name, Text, check_finite
from nbannotate.texts import joined, t, tn


class Reassign(Request, frozen=True, tag="reassign"):
    """Give tasks to somebody, or back to the queue (``to`` is empty); also those that are begun, if ``started``."""

    campaign: Id
    tasks: Annotated[tuple[Id, ...], Meta(max_length=1_000_000)]
    to: Name
    started: bool = False


class ReassignJob(Request, frozen=True, tag="reassign_job"):
    """Give what is open of a member's job to somebody, or back to the queue (``to`` is empty)."""

    campaign: Id
    step: Id
    member: Name
    to: Name
    started: bool = False


class CountOpen(Request, frozen=True, tag="open_tasks"):
    """Count the open tasks of a step, by person."""

    campaign: Id
    step: Id


class Redistribute(Request, frozen=True, tag="redistribute"):
    """Share what remains of a step anew: a weight for each login."""

    campaign: Id
    step: Id
    weights: Annotated[dict[Name, float], Meta(max_length=10_000)]
    started: bool = False


class Restart(Request, frozen=True, tag="restart"):
    """Begin a member's job again with the assets that were rejected, for another person if ``to`` says one.

    ``also``: the assets that are taken besides.
    """

    campaign: Id
    step: Id
    member: Name
    to: Name = ""
    also: tuple[Literal["skipped", "discarded"], ...] = ()


class Resume(Request, frozen=True, tag="resume"):
    """Let a member go on who is paused for answers to images whose answer is known."""

    campaign: Id
    member: Name


class CompleteJob(Request, frozen=True, tag="complete_job"):
    """End what is open of a member's job."""

    campaign: Id
    step: Id
    member: Name
    reason: Text


class OpenOf(Struct, frozen=True):
    """How many tasks somebody has open, and how many of them are begun."""

    open: int
    begun: int


class OpenTasks(Struct, frozen=True):
    """The open tasks of a step by login; those of the queue as ``""``."""

    people: dict[str, OpenOf]


def reassigned(done: Reassigned, to: str) -> Done:
    """Return what a reassignment did, as a sentence."""
    if not done.tasks:
        text = t("No task was moved")
    elif done.people:
        said = (tn(n, "{n} task to {who}", "{n} tasks to {who}", who=login) for login, n in done.people.items())
        text = joined(said, " · ")
    elif to:
        text = tn(done.tasks, "{n} task went to {who}", "{n} tasks went to {who}", who=to)
    else:
        text = tn(done.tasks, "{n} task went back to the queue", "{n} tasks went back to the queue")
    if done.left:
        left = tn(done.left, "{n} task that is begun stayed", "{n} tasks that are begun stayed")
        return Done(t("{text+}; {more+}.", text=text, more=left))
    return Done(t("{text}.", text=text))


def reassign(desk: Desk, asked: Reassign) -> Done:
    """Give the chosen tasks to somebody, or back to the queue."""
    if not asked.tasks:
        raise InvalidInput(t("No tasks are chosen."))
    done = desk.call(
        "tasks.reassign", Reassigned,
        campaign_id=asked.campaign, to=asked.to or None, task_ids=asked.tasks, started=asked.started,
    )  # fmt: skip
    return reassigned(done, asked.to)


def reassign_job(desk: Desk, asked: ReassignJob) -> Done:
    """Give what is open of a job to somebody, or back to the queue."""
    done = desk.call(
        "tasks.reassign", Reassigned,
        campaign_id=asked.campaign, to=asked.to or None, step=asked.step, assignee=asked.member, started=asked.started,
    )  # fmt: skip
    return reassigned(done, asked.to)


def open_tasks(desk: Desk, asked: CountOpen) -> OpenTasks:
    """Say how many tasks of a step are open, by person, and how many of them are begun."""
    people: dict[str, OpenOf] = {}
    for task in desk.call("tasks.of_campaign", list[Task], campaign_id=asked.campaign):
        if task.step == asked.step and task.state in ("in_progress", "to_rework"):
            login = task.assignee or ""
            n = people.get(login, OpenOf(0, 0))
            people[login] = OpenOf(n.open + 1, n.begun + begun(task))
    return OpenTasks(people)


def redistribute(desk: Desk, asked: Redistribute) -> Done:
    """Share what remains of a step anew, by weights."""
    check_finite(*asked.weights.values())
    done = desk.call(
        "tasks.redistribute", Reassigned,
        campaign_id=asked.campaign, step=asked.step, started=asked.started,
        weights={login: weight for login, weight in asked.weights.items() if weight},
    )  # fmt: skip
    return reassigned(done, "")


def restart(desk: Desk, asked: Restart) -> Done:
    """Begin a job again with the assets that were rejected."""
    n = desk.call(
        "jobs.restart", int,
        campaign_id=asked.campaign, step=asked.step, member=asked.member, to=asked.to or None, also=asked.also,
    )  # fmt: skip
    who = asked.to or asked.member
    return Done(tn(n, "{n} task began again for {who}.", "{n} tasks began again for {who}.", who=who))


def resume(desk: Desk, asked: Resume) -> Done:
    """Let somebody go on who is paused for answers to images whose answer is known."""
    desk.call("gold.resume", type(None), campaign_id=asked.campaign, login=asked.member)
    return Done(t("{who} can go on.", who=asked.member))


def complete_job(desk: Desk, asked: CompleteJob) -> Done:
    """End what is open of a job."""
    n = desk.call(
        "jobs.complete", int,
        campaign_id=asked.campaign, step=asked.step, member=asked.member, reason=asked.reason,
    )  # fmt: skip
    text = tn(
        n, "The job of {who} is completed; {n} task ended as skipped.",
        "The job of {who} is completed; {n} tasks ended as skipped.", who=asked.member,
    )  # fmt: skip
    return Done(text)
