"""The page of a job: its images, submitting it as a whole; and keeping the lists up to date while they are shown."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import NotFound, Refused, Unfinished
from nbannotate.model import Job, JobSubmitted
from nbannotate.pages import flow, orders
from nbannotate.pages.desk import Desk
from nbannotate.pages.state import OpenJob, Saving
from nbannotate.pages.wire import Message
from nbannotate.texts import tn


def open_job(desk: Desk, message: Message) -> None:
    """Show the page of a job."""
    flow.leave(desk)
    show_job(desk, message.campaign, message.step)


def show_job(desk: Desk, campaign_id: int, step: int) -> None:
    """Show the page of a job; raises NotFound if the person has no such job."""
    jobs = flow.jobs_of(desk)
    job = find(jobs, campaign_id, step)
    if job is None:
        raise NotFound("You have no job there any more; the list shows those that you have.")
    opened = opened_job(desk, job)
    desk.update(screen="job", job=opened, jobs=jobs, notices=flow.notices_of(desk), task=None, finished=None,
                banner=None, saving=Saving(), browsing=None)  # fmt: skip


def find(jobs: tuple[Job, ...], campaign_id: int, step: int) -> Job | None:
    """Return the job of a campaign and step, or None."""
    return next((j for j in jobs if (j.campaign_id, j.step) == (campaign_id, step)), None)


def opened_job(desk: Desk, job: Job, unfinished: dict[int, str] | None = None) -> OpenJob:
    """Return a job with its tasks, of each asset the last one, in the order that was chosen for it."""
    tasks, values = orders.read(desk, job)
    return OpenJob(job, tasks, unfinished or {}, values)


def of_task(desk: Desk, message: Message) -> None:
    """Show the page of the job of the open task."""
    task = desk.open.task
    flow.leave(desk)
    show_job(desk, task.campaign_id, task.step)


def submit_job(desk: Desk, message: Message) -> None:
    """Submit all images of the job that are held, or show which are not finished."""
    opened = desk.state.job
    if opened is None or desk.state.screen != "job" or opened.key != (message.campaign, message.step):
        raise Refused("Open the job first.")
    submitted = 0
    try:
        while True:
            done = desk.call(
                "jobs.submit", JobSubmitted, campaign_id=message.campaign, step=message.step, checked=submitted > 0
            )
            submitted += done.submitted
            if not done.left or not done.submitted:
                break
    except Refused as error:
        if isinstance(error.fact, Unfinished):
            desk.update(job=replace(opened, unfinished=error.fact.tasks))
        raise
    reread(desk, opened)
    desk.toast(tn(submitted, "{n} image submitted.", "{n} images submitted."), "good")


def reread(desk: Desk, opened: OpenJob) -> None:
    """Show the job as it is now."""
    jobs = flow.jobs_of(desk)
    job = find(jobs, *opened.key) or replace(opened.job, remaining=0, returned=0, in_progress=0, started=0, waiting=0)
    desk.update(job=opened_job(desk, job), jobs=jobs)


def refresh(desk: Desk, message: Message) -> None:
    """Show what has changed meanwhile: numbers and notices; asked for again and again while a page is looked at."""
    screen, banner = desk.state.screen, desk.state.banner
    desk.spent.rest(desk.drafts.task_id if screen == "task" else 0)
    notices = flow.notices_of(desk)
    if screen == "task":
        return desk.update(notices=notices)
    if screen not in ("tasks", "job", "finished"):
        return None
    jobs = flow.jobs_of(desk)
    issues = flow.issues_of(desk) if screen == "tasks" and jobs != desk.state.jobs else desk.state.my_issues
    opened = desk.state.job
    if screen == "job" and opened is not None:
        now = find(jobs, *opened.key)
        if now is not None and now != opened.job:
            desk.update(job=opened_job(desk, now, opened.unfinished))
    if banner is not None and banner.action == "retry":
        banner = None  # it answers again
    desk.update(jobs=jobs, my_issues=issues, notices=notices, banner=banner)
    return None
