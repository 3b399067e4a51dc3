"""From the state to what the browser shows: plain JSON in a few parts, each sent only when it differs."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from nbannotate import shapes
from nbannotate.model import HistoryItem, Issue, Job
from nbannotate.pages import prose, talk
from nbannotate.pages.state import OpenTask, State

#: More shapes than this are not listed one by one; the canvas shows all.
MOST_LISTED = 1000

Part = dict[str, Any]


def parts(state: State) -> dict[str, Part]:
    """Return the parts of a page by name; those of a screen that is not shown are empty."""
    opened = state.task if state.screen == "task" else None
    return {
        "page": page(state),
        "jobs": jobs(state) if state.screen in ("tasks", "finished") else {},
        "task": task(state, opened) if opened else {},
        "drawing": drawing(state, opened) if opened else {},
        "talk": {"issues": [issue(i, talk.may(i, opened, state.member)) for i in opened.issues]} if opened else {},
        "info": info(opened) if opened else {},
        "saving": saving(state) if opened else {},
    }


def page(state: State) -> Part:
    """Return which screen is shown, who is there, and the banner."""
    notice = state.notice
    return {
        "screen": state.screen,
        "login": state.member.login if state.member else "",
        "role": state.member.role if state.member else "",
        "task": state.task.task.task_id if state.task and state.screen == "task" else 0,
        "notice": {"text": notice.text, "kind": notice.kind, "action": notice.action, "at": when(notice.at)}
        if notice
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
        "campaign_id": job.campaign_id, "campaign": job.campaign, "step": job.step, "name": job.step_name,
        "kind": job.kind, "total": job.total, "remaining": job.remaining, "returned": job.returned,
        "started": job.started, "waiting": job.waiting, "done": job.done, "issues": job.issues,
    }  # fmt: skip


def task(state: State, opened: OpenTask) -> Part:
    """Return the frame around the canvas: where one is, and what may be done."""
    view, now = opened.view, opened.task
    looking = opened.looking
    return {
        "id": now.task_id, "campaign_id": now.campaign_id, "campaign": view.campaign, "step": now.step,
        "step_name": now.step_name, "kind": now.kind, "asset": now.asset, "round": now.round,
        "state": now.state, "position": view.position, "total": view.total,
        "editable": opened.editable, "mine": view.editable, "reason": view.reason, "actions": list(view.actions),
        "edited": opened.edited, "nothing": opened.annotation.nothing_to_label, "open_issues": opened.open_issues,
        "returned": now.state == "to_rework", "browsing": state.browsing is not None, "pictured": opened.pictured,
        "looking": {"id": looking.annotation_id, "title": looking.title,
                    "nothing": looking.annotation.nothing_to_label} if looking else None,
    }  # fmt: skip


def drawing(state: State, opened: OpenTask) -> Part:
    """Return tools, labels, tags and shapes, with what is chosen."""
    now, recipe = state.drawing, opened.view.recipe
    counts = Counter(s.label for s in opened.shapes)
    colors = {v.name: v.color for v in recipe.labels}
    selected = set(now.selected)
    listed = opened.shapes[:MOST_LISTED]
    tags = (opened.looking.annotation if opened.looking else opened.annotation).tags
    used = {k for v in recipe.labels for k in (v.kinds or shapes.kinds())}
    return {
        "tool": now.tool, "label": now.label, "editable": opened.editable and opened.pictured,
        "can_undo": now.can_undo, "can_redo": now.can_redo,
        "tools": [{"name": k.name, "title": k.title, "key": k.key} for k in shapes.kinds().values() if k.name in used],
        "labels": [
            {"name": v.name, "color": v.color, "count": counts[v.name], "kinds": list(v.kinds)} for v in recipe.labels
        ],
        "tags": [{"name": t, "on": t in tags} for t in recipe.tags],
        "shapes": [
            [s.id, s.label, colors.get(s.label) or "", shapes.kind(s.kind).title, s.id in selected] for s in listed
        ],
        "more": len(opened.shapes) - len(listed), "unlabelled": counts[""], "selected": len(selected),
    }  # fmt: skip


def issue(issue: Issue, may: tuple[str, ...]) -> Part:
    """Return an issue with its thread, and the states that the person may give it."""
    return {
        "id": issue.issue_id, "asset": issue.asset, "campaign": issue.campaign, "state": issue.state,
        "author": issue.author, "created": when(issue.created), "may": list(may),
        "place": "shape" if issue.shape_id else "zone" if issue.zone else "image", "shape": issue.shape_id,
        "thread": [{"author": c.author, "text": c.text, "created": when(c.created)} for c in issue.comments],
    }  # fmt: skip


def info(opened: OpenTask) -> Part:
    """Return what is to know about the task, and its history once it was read."""
    view = opened.view
    facts = [["Image", f"{view.width} × {view.height} pixels"], ["Dataset", view.dataset]]
    facts += [[str(k), v if isinstance(v, str) else str(v)] for k, v in view.metadata.items() if v is not None]
    items = None if opened.history is None else [line(i) for i in opened.history]
    return {
        "instructions": prose.html(view.instructions), "readme": prose.html(view.readme), "facts": facts,
        "history": items,
    }  # fmt: skip


def line(item: HistoryItem) -> Part:
    """Return one line of the history."""
    return {
        "step": item.step_name, "kind": item.kind, "round": item.round, "state": item.state, "member": item.member,
        "action": item.action, "at": when(item.created), "annotation": item.annotation_id, "shapes": item.shapes,
    }  # fmt: skip


def saving(state: State) -> Part:
    """Return whether what was drawn is stored."""
    return {"state": state.saving.state, "text": state.saving.text, "at": when(state.saving.at)}


def when(time: datetime.datetime | None) -> str | None:
    """Return a time, which is UTC, as the browser reads it."""
    return None if time is None else time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
