"""From the state to what the browser shows: plain JSON in a few parts, each sent only when it differs."""

from __future__ import annotations

from nbannotate.model import Job, Notice, Task
from nbannotate.pages import render_task as pane
from nbannotate.pages import sequence, talk
from nbannotate.pages.render_task import Part, issue, when
from nbannotate.pages.state import OpenJob, Ordered, State
from nbannotate.texts import t, tn

GOES_ON = ("in_progress", "to_rework")


def parts(state: State) -> dict[str, Part]:
    """Return the parts of a page by name; those of a screen that is not shown are empty."""
    opened = state.task if state.screen == "task" else None
    return {
        "page": page(state),
        "jobs": jobs(state) if state.screen in ("tasks", "finished") else {},
        "job": job(state.job, state.ordered) if state.screen == "job" and state.job else {},
        "notices": {"unseen": sum(n.seen is None for n in state.notices), "list": [notice(n) for n in state.notices]},
        "task": pane.task(state, opened) if opened else {},
        "drawing": pane.drawing(state, opened) if opened else {},
        "talk": {"issues": [issue(i, talk.may(i, opened, state.member)) for i in opened.issues]} if opened else {},
        "info": pane.info(state, opened) if opened else {},
        "paper": pane.paper(opened) if opened else {},
        "sequence": sequence.part(state) if opened else {},
        "saving": saving(state) if opened else {},
    }


def page(state: State) -> Part:
    """Return which screen is shown, who is there, and the banner."""
    banner = state.banner
    opened = state.task if state.screen == "task" else None
    return {
        "screen": state.screen,
        "login": state.member.login if state.member else "",
        "role": state.member.role if state.member else "",
        "task": opened.task.task_id if opened else 0,
        "job": f"{state.job.job.campaign_id}.{state.job.job.step}" if state.job and state.screen == "job" else "",
        "revision": opened.view.revision if opened else 0,
        "beat": opened.beat_s if opened and opened.view.editable else 0,
        "banner": {"text": banner.text, "kind": banner.kind, "action": banner.action, "at": when(banner.at)}
        if banner
        else None,
    }


def jobs(state: State) -> Part:
    """Return *My tasks*: campaigns with their jobs, and the issues; and what is finished, if something is."""
    groups: dict[int, Part] = {}
    for job in state.jobs:
        group = groups.setdefault(
            job.campaign_id,
            {
                "campaign": job.campaign,
                "dataset": job.dataset,
                "due": job.due.isoformat() if job.due else None,
                "jobs": [],
            },
        )
        group["jobs"].append(one_job(job))
    return {
        "groups": list(groups.values()),
        "issues": [issue(i, ()) for i in state.my_issues],
        "finished": one_job(state.finished) if state.finished else None,
    }


def one_job(job: Job) -> Part:
    """Return the numbers of a job."""
    return {
        "campaign_id": job.campaign_id, "campaign": job.campaign, "dataset": job.dataset, "step": job.step,
        "name": job.step_name, "kind": job.kind, "state": job.state, "total": job.total, "remaining": job.remaining,
        "returned": job.returned, "in_progress": job.in_progress, "waiting": job.waiting, "done": job.done,
        "issues": job.issues, "rejected": job.rejected, "objects": job.objects,
        "per_object": job.seconds_per_object, "per_task": job.seconds_per_task,
        "due": job.due.isoformat() if job.due else None, "paused": job.paused,
    }  # fmt: skip


def job(opened: OpenJob, ordered: Ordered | None = None) -> Part:
    """Return the page of a job: its numbers, and its images as short rows."""
    ordered = ordered if ordered is not None and ordered.key == opened.key else None
    held = [t for t in opened.tasks if t.state in GOES_ON and t.assignee is not None]
    return {
        **one_job(opened.job),
        "how": how(opened),
        "held": len(held),
        "unbegun": sum(not t.drafted for t in held),
        "unfinished": {str(task_id): why for task_id, why in opened.unfinished.items()},
        "order": [ordered.by, ordered.limit or 0, ordered.seed] if ordered else ["", 0, 0],
        "rows": [row(t, figure(opened, t, ordered)) for t in opened.tasks],
    }


def how(opened: OpenJob) -> str:
    """Say in words how the images of a job come to the person."""
    job = opened.job
    if job.attribution == "queue":
        there = t("In the queue nothing waits now.")
        if job.waiting:
            there = tn(job.waiting, "In the queue {n} image waits now.", "In the queue {n} images wait now.")
        queue = t("From a shared queue: you get the next image when you go on, and nobody else gets the same one.")
        return f"{queue} {there}"
    if job.attribution == "equal":
        return t("The images of this step are shared equally: these are yours, nobody else works on them at this step.")
    return t("The images of this step are shared by weight: these are yours, nobody else works on them at this step.")


def row(task: Task, said: str | None = None) -> list[object]:
    """Return a task as the list shows it.

    Id, name, state, status, issues, whether begun, round, sequence, figure, whether it waits in the queue. In an order
    of review there are no sequences.
    """
    return [
        task.task_id, task.asset, task.state, task.status or "", task.issues, task.drafted, task.round,
        (task.sequence or "") if said is None else "", said or "",
        task.assignee is None and task.state in GOES_ON,
    ]  # fmt: skip


def figure(opened: OpenJob, task: Task, ordered: Ordered | None) -> str | None:
    """Return the figure that a task is ordered by in words; None where there is no order."""
    if ordered is None:
        return None
    value = opened.values.get(task.task_id)
    if value is None:
        return "" if ordered.by == "random" else t("no figure")
    if ordered.by == "confidence":
        return t("confidence {value}", value=f"{value:.2f}")
    n = round(value)
    return tn(n, "{n} change", "{n} changes") if ordered.by == "changes" else tn(n, "{n} shape", "{n} shapes")


def notice(notice: Notice) -> Part:
    """Return a notice."""
    return {
        "id": notice.notice_id, "kind": notice.kind, "text": notice.text, "at": when(notice.created),
        "campaign": notice.campaign or "", "seen": notice.seen is not None,
        "leads": bool(notice.task_id or notice.issue_id or notice.campaign_id),
    }  # fmt: skip


def saving(state: State) -> Part:
    """Return whether what was drawn is stored."""
    return {"state": state.saving.state, "text": state.saving.text, "at": when(state.saving.at)}
