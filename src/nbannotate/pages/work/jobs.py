"""The page of a job: its images, submitting it as a whole; and keeping the lists up to date while they are shown."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import NotFound, Refused, Unfinished
from nbannotate.model import Job, JobSubmitted
from nbannotate.pages.work import navigation, review_order
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id
from nbannotate.pages.work.state import OpenJob, Saving
from nbannotate.texts import Message, t, tn


class ShowJob(Action, frozen=True, tag="job"):
    """Show the page of a job."""

    campaign: Id
    step: Id


class ShowJobOfTask(Action, frozen=True, tag="job_of_task"):
    """Show the page of the job of the open task."""


class SubmitJob(Action, frozen=True, tag="submit_job"):
    """Submit all images of a job that are held."""

    campaign: Id
    step: Id


class Refresh(Action, frozen=True, tag="refresh"):
    """Show what has changed meanwhile."""


def open_job(desk: Desk, action: ShowJob) -> None:
    """Show the page of a job."""
    navigation.leave(desk)
    show_job(desk, action.campaign, action.step)


def show_job(desk: Desk, campaign_id: int, step: int) -> None:
    """Show the page of a job; raises NotFound if the person has no such job."""
    jobs = navigation.jobs_of(desk)
    job = find(jobs, campaign_id, step)
    if job is None:
        raise NotFound(t("You have no job there any more; the list shows those that you have."))
    opened = opened_job(desk, job)
    desk.store.update(screen="job", job=opened, jobs=jobs, notices=navigation.notices_of(desk), task=None,
                      finished=None, banner=None, saving=Saving(), browsing=None)  # fmt: skip


def find(jobs: tuple[Job, ...], campaign_id: int, step: int) -> Job | None:
    """Return the job of a campaign and step, or None."""
    return next((j for j in jobs if (j.campaign_id, j.step) == (campaign_id, step)), None)


def opened_job(desk: Desk, job: Job, unfinished: dict[int, Message] | None = None) -> OpenJob:
    """Return a job with its tasks, of each asset the last one, in the order that was chosen for it."""
    tasks, values = review_order.read(desk, job)
    return OpenJob(job, tasks, unfinished or {}, values)


def of_task(desk: Desk, action: ShowJobOfTask) -> None:
    """Show the page of the job of the open task."""
    task = desk.store.open.task
    navigation.leave(desk)
    show_job(desk, task.campaign_id, task.step)


def submit_job(desk: Desk, action: SubmitJob) -> None:
    """Submit all images of the job that are held, or show which are not finished."""
    opened = desk.store.state.job
    if opened is None or desk.store.state.screen != "job" or opened.key != (action.campaign, action.step):
        raise Refused(t("Open the job first."))
    submitted = 0
    try:
        while True:
            done = desk.call(
                "jobs.submit", JobSubmitted, campaign_id=action.campaign, step=action.step, checked=submitted > 0
            )
            submitted += done.submitted
            if not done.left or not done.submitted:
                break
    except Refused as error:
        if isinstance(error.fact, Unfinished):
            desk.store.update(job=replace(opened, unfinished=error.fact.tasks))
        raise
    reread(desk, opened)
    desk.toast(tn(submitted, "{n} image submitted.", "{n} images submitted."), "good")


def reread(desk: Desk, opened: OpenJob) -> None:
    """Show the job as it is now."""
    jobs = navigation.jobs_of(desk)
    job = find(jobs, *opened.key) or replace(opened.job, remaining=0, returned=0, in_progress=0, started=0, waiting=0)
    desk.store.update(job=opened_job(desk, job), jobs=jobs)


def refresh(desk: Desk, action: Refresh | None = None) -> None:
    """Show what has changed meanwhile: numbers and notices; asked for again and again while a page is looked at."""
    screen, banner = desk.store.state.screen, desk.store.state.banner
    desk.spent.rest(desk.drafts.task_id if screen == "task" else 0)
    notices = navigation.notices_of(desk)
    if screen == "task":
        return desk.store.update(notices=notices)
    if screen not in ("tasks", "job", "finished"):
        return None
    jobs = navigation.jobs_of(desk)
    issues = (
        navigation.issues_of(desk)
        if screen == "tasks" and jobs != desk.store.state.jobs
        else desk.store.state.my_issues
    )
    opened = desk.store.state.job
    if screen == "job" and opened is not None:
        now = find(jobs, *opened.key)
        if now is not None and now != opened.job:
            desk.store.update(job=opened_job(desk, now, opened.unfinished))
    if banner is not None and banner.action == "retry":
        banner = None  # it answers again
    desk.store.update(jobs=jobs, my_issues=issues, notices=notices, banner=banner)
    return None
