"""From the state to what the browser shows: a struct for each part of the page, sent only when it differs.

The parts of a screen that is not shown are None. Times are texts in UTC, as JavaScript reads them. The TypeScript types
of all parts are written from these structs (``docs/make_messages.py``).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict, replace

from nbannotate.model import Job, JobState, Notice, NoticeKind, Role, StepKind, Task, TaskState
from nbannotate.model.work import ReviewOrder
from nbannotate.pages.work import issues, sequence
from nbannotate.pages.work import render_info as facts
from nbannotate.pages.work import render_task as pane
from nbannotate.pages.work.render_task import issue, when
from nbannotate.pages.work.state import BannerAction, OpenJob, Ordered, SaveState, Screen, State
from nbannotate.texts import Message, joined, t, tn

GOES_ON = ("in_progress", "to_rework")


class BannerView(Struct, frozen=True):
    """A sentence that stays above the page."""

    text: Message
    kind: Literal["error", "warning", "info"]
    action: BannerAction
    at: str | None


class PageView(Struct, frozen=True):
    """Which screen is shown, who is there, and the banner; ``job`` is campaign and step, ``beat`` in seconds."""

    screen: Screen
    login: str
    role: Role | Literal[""]
    task: int
    job: str
    revision: int
    beat: float
    banner: BannerView | None


class JobNumbers(Struct, frozen=True):
    """A job in numbers; times in seconds."""

    campaign_id: int
    campaign: str
    dataset: str
    step: int
    name: str
    kind: StepKind
    state: JobState
    total: int
    remaining: int
    returned: int
    in_progress: int
    waiting: int
    done: int
    issues: int
    rejected: int
    objects: int
    per_object: float | None
    per_task: float | None
    due: str | None
    paused: Message


class JobGroup(Struct, frozen=True):
    """The jobs of a campaign."""

    campaign: str
    dataset: str
    due: str | None
    jobs: list[JobNumbers]


class JobsView(Struct, frozen=True):
    """*My tasks*: campaigns with their jobs, the issues, and the job that was just finished."""

    groups: list[JobGroup]
    issues: list[pane.IssueView]
    finished: JobNumbers | None


class OrderView(Struct, frozen=True):
    """The order of a review; no name: as the images come. A limit of 0 is none."""

    by: ReviewOrder | Literal[""] = ""
    limit: int = 0
    seed: int = 0


class JobImage(Struct, frozen=True):
    """An image of a job; ``figure`` is what it is ordered by, ``waits`` whether it is in the queue."""

    task: int
    asset: str
    state: TaskState
    status: str
    issues: int
    drafted: bool
    round: int
    sequence: str
    figure: Message
    waits: bool


class JobView(JobNumbers, frozen=True):
    """The page of a job.

    Parameters
    ----------
    how
        How its images come to the person.
    held, unbegun
        How many images the person holds, and how many of them were not begun.
    unfinished
        Why tasks were refused when the job was submitted, by task.
    """

    how: Message
    held: int
    unbegun: int
    unfinished: dict[int, Message]
    order: OrderView
    rows: list[JobImage]


class NoticeView(Struct, frozen=True):
    """A notice; ``leads`` says whether it goes anywhere."""

    id: int
    kind: NoticeKind
    text: Message
    at: str | None
    campaign: str
    seen: bool
    leads: bool


class NoticesView(Struct, frozen=True):
    """The notices, newest first."""

    unseen: int
    rows: list[NoticeView]


class SavingView(Struct, frozen=True):
    """Whether what was drawn is stored."""

    state: SaveState
    text: Message
    at: str | None


class Parts(Struct, frozen=True):
    """All that a page shows."""

    page: PageView
    notices: NoticesView
    jobs: JobsView | None = None
    job: JobView | None = None
    task: pane.TaskPane | None = None
    drawing: pane.DrawingView | None = None
    talk: pane.TalkView | None = None
    info: facts.InfoView | None = None
    paper: facts.PaperView | None = None
    sequence: sequence.SequenceView | None = None
    saving: SavingView | None = None


def parts(state: State) -> Parts:
    """Return the parts of a page; those of a screen that is not shown are None."""
    opened = state.task if state.screen == "task" else None
    shown = Parts(
        page=page(state),
        jobs=jobs(state) if state.screen in ("tasks", "finished") else None,
        job=job(state.job, state.ordered) if state.screen == "job" and state.job else None,
        notices=NoticesView(sum(n.seen is None for n in state.notices), [notice(n) for n in state.notices]),
    )
    if opened is None:
        return shown
    return replace(
        shown, task=pane.task(state, opened), drawing=pane.drawing(state, opened),
        talk=pane.TalkView([issue(i, issues.may(i, opened, state.member)) for i in opened.issues]),
        info=facts.info(state, opened), paper=facts.paper(opened), sequence=sequence.part(state), saving=saving(state),
    )  # fmt: skip


def page(state: State) -> PageView:
    """Return which screen is shown, who is there, and the banner."""
    banner = state.banner
    opened = state.task if state.screen == "task" else None
    return PageView(
        screen=state.screen,
        login=state.member.login if state.member else "",
        role=state.member.role if state.member else "",
        task=opened.task.task_id if opened else 0,
        job=f"{state.job.job.campaign_id}.{state.job.job.step}" if state.job and state.screen == "job" else "",
        revision=opened.view.revision if opened else 0,
        beat=opened.beat_s if opened and opened.view.editable else 0,
        banner=BannerView(banner.text, banner.kind, banner.action, when(banner.at)) if banner else None,
    )


def jobs(state: State) -> JobsView:
    """Return *My tasks*: campaigns with their jobs, and the issues; and what is finished, if something is."""
    groups: dict[int, JobGroup] = {}
    for job in state.jobs:
        due = job.due.isoformat() if job.due else None
        group = groups.setdefault(job.campaign_id, JobGroup(job.campaign, job.dataset, due, []))
        group.jobs.append(one_job(job))
    return JobsView(
        list(groups.values()),
        [issue(i, ()) for i in state.my_issues],
        one_job(state.finished) if state.finished else None,
    )


def one_job(job: Job) -> JobNumbers:
    """Return the numbers of a job."""
    return JobNumbers(
        campaign_id=job.campaign_id, campaign=job.campaign, dataset=job.dataset, step=job.step,
        name=job.step_name, kind=job.kind, state=job.state, total=job.total, remaining=job.remaining,
        returned=job.returned, in_progress=job.in_progress, waiting=job.waiting, done=job.done,
        issues=job.issues, rejected=job.rejected, objects=job.objects,
        per_object=job.seconds_per_object, per_task=job.seconds_per_task,
        due=job.due.isoformat() if job.due else None, paused=job.paused,
    )  # fmt: skip


def job(opened: OpenJob, ordered: Ordered | None = None) -> JobView:
    """Return the page of a job: its numbers, and its images."""
    ordered = ordered if ordered is not None and ordered.key == opened.key else None
    held = [t for t in opened.tasks if t.state in GOES_ON and t.assignee is not None]
    return JobView(
        **asdict(one_job(opened.job)),
        how=how(opened),
        held=len(held),
        unbegun=sum(not t.drafted for t in held),
        unfinished=opened.unfinished,
        order=OrderView(ordered.by, ordered.limit or 0, ordered.seed) if ordered else OrderView(),
        rows=[row(t, figure(opened, t, ordered)) for t in opened.tasks],
    )


def how(opened: OpenJob) -> Message:
    """Say in words how the images of a job come to the person."""
    job = opened.job
    if job.attribution == "queue":
        there = t("In the queue nothing waits now.")
        if job.waiting:
            there = tn(job.waiting, "In the queue {n} image waits now.", "In the queue {n} images wait now.")
        queue = t("From a shared queue: you get the next image when you go on, and nobody else gets the same one.")
        return joined([queue, there])
    if job.attribution == "equal":
        return t("The images of this step are shared equally: these are yours, nobody else works on them at this step.")
    return t("The images of this step are shared by weight: these are yours, nobody else works on them at this step.")


def row(task: Task, figure: Message | None = None) -> JobImage:
    """Return a task as the list shows it. In an order of review, where it has a figure, there are no sequences."""
    return JobImage(
        task=task.task_id, asset=task.asset, state=task.state, status=task.status or "", issues=task.issues,
        drafted=task.drafted, round=task.round, sequence=(task.sequence or "") if figure is None else "",
        figure=figure or Message(), waits=task.assignee is None and task.state in GOES_ON,
    )  # fmt: skip


def figure(opened: OpenJob, task: Task, ordered: Ordered | None) -> Message | None:
    """Return the figure that a task is ordered by in words; None where there is no order."""
    if ordered is None:
        return None
    value = opened.values.get(task.task_id)
    if value is None:
        return Message() if ordered.by == "random" else t("no figure")
    if ordered.by == "confidence":
        return t("confidence {value}", value=f"{value:.2f}")
    n = round(value)
    return tn(n, "{n} change", "{n} changes") if ordered.by == "changes" else tn(n, "{n} shape", "{n} shapes")


def notice(notice: Notice) -> NoticeView:
    """Return a notice."""
    return NoticeView(
        id=notice.notice_id, kind=notice.kind, text=notice.text, at=when(notice.created),
        campaign=notice.campaign or "", seen=notice.seen is not None,
        leads=bool(notice.task_id or notice.issue_id or notice.campaign_id),
    )  # fmt: skip


def saving(state: State) -> SavingView:
    """Return whether what was drawn is stored."""
    return SavingView(state.saving.state, state.saving.text, when(state.saving.at))
