"""Going from screen to screen: my tasks, opening a task, the next and the previous one."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from nbannotate.canvas.picture import Picture
from nbannotate.errors import NotAllowed, NotFound, ReadFailed, Refused
from nbannotate.model import Annotation, HistoryItem, Issue, Job, Notice, Task, TaskView
from nbannotate.pages.work import events
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id
from nbannotate.pages.work.state import Browsing, OpenTask, Saving
from nbannotate.texts import t


def jobs_of(desk: Desk) -> tuple[Job, ...]:
    """Return the jobs that this page shows."""
    jobs = desk.call("tasks.mine", list[Job])
    return tuple(j for j in jobs if desk.campaign_id in (None, j.campaign_id))


#: So many of the newest notices are shown.
MOST_NOTICES = 60
#: A page on which somebody works is heard of at least, and at most, this often (s).
SLOWEST_S, FASTEST_S = 60.0, 1.0
REVIEWERS = ("owner", "manager", "reviewer")


def notices_of(desk: Desk) -> tuple[Notice, ...]:
    """Return what the person should know: what was not seen first, then the newest first."""
    found = desk.call("notices.mine", list[Notice], limit=MOST_NOTICES)
    return tuple(n for n in found if desk.campaign_id in (None, n.campaign_id) or n.campaign_id is None)


def issues_of(desk: Desk) -> tuple[Issue, ...]:
    """Return the issues that this page shows."""
    issues = desk.call("issues.mine", list[Issue])
    return tuple(i for i in issues if desk.campaign_id in (None, i.campaign_id))


class Home(Action, frozen=True, tag="home"):
    """Show *My tasks*."""


class Open(Action, frozen=True, tag="open"):
    """Open a task that was chosen, or that the address names."""

    task: Id


class OpenIssue(Action, frozen=True, tag="open_issue"):
    """Open the task of an issue."""

    issue: Id


class Reload(Action, frozen=True, tag="reload"):
    """Open the task again as it is stored."""


class View(Action, frozen=True, tag="view"):
    """Open a task of a list that is gone through, at the place of an issue if one is named."""

    task: Id
    ids: Annotated[tuple[Id, ...], Meta(max_length=100_000)] = ()
    issue: Id = 0


class Step(Action, frozen=True, tag="step"):
    """Go to the previous or the next task without submitting."""

    name: Literal["previous", "next"] = "next"


def home(desk: Desk, action: Home | None = None) -> None:
    """Show *My tasks*."""
    leave(desk)
    desk.ahead.stop()
    desk.store.update(screen="tasks", jobs=jobs_of(desk), my_issues=issues_of(desk), notices=notices_of(desk),
                      task=None, job=None, banner=None, finished=None, saving=Saving(), browsing=None)  # fmt: skip


def leave(desk: Desk) -> None:
    """Make sure that nothing of the open task is lost when another screen comes."""
    opened = desk.store.state.task
    if opened is not None and opened.lost and desk.store.state.saving.state not in ("offline", "waiting", "saving"):
        return
    if opened is not None and (opened.view.editable or opened.lost):
        desk.drafts.flush()


def open_task(desk: Desk, action: Open) -> None:
    """Open a task that was chosen, or that the address names."""
    leave(desk)
    adopt(desk, desk.call("tasks.open", TaskView, task_id=action.task))


def open_issue(desk: Desk, action: OpenIssue) -> None:
    """Open the task of an issue: my own on that asset, if there is one."""
    show_issue(desk, action.issue)


def show_issue(desk: Desk, issue_id: int) -> None:
    """Open the task of an issue, with the panel of issues."""
    found = issues_of(desk)
    issue = next((i for i in found if i.issue_id == issue_id), None)
    if issue is None:
        raise NotFound(t("This issue is not in your list any more; refresh the list."))
    leave(desk)
    mine = [
        task
        for job in jobs_of(desk)
        if job.campaign_id == issue.campaign_id
        for task in desk.call("tasks.listing", list[Task], campaign_id=job.campaign_id, step=job.step)
        if task.asset_id == issue.asset_id
    ]
    mine.sort(key=lambda t: (t.state in ("in_progress", "to_rework"), t.task_id))
    task_id = mine[-1].task_id if mine else issue.task_id
    if task_id is None:
        raise NotFound(t("The task of this issue is gone."))
    adopt(desk, desk.call("tasks.open", TaskView, task_id=task_id))
    desk.tell(events.PanelOpened("issues"))


def reload(desk: Desk, action: Reload) -> None:
    """Open the task again as it is stored, without what could not be saved."""
    try:
        view = desk.call("tasks.open", TaskView, task_id=desk.store.open.task.task_id)
    except (NotAllowed, NotFound):
        desk.store.update(task=None)
        home(desk)
        raise
    desk.tell(events.Ended(view.task.task_id))  # what was kept is not wanted
    adopt(desk, view)
    desk.toast(t("Reloaded. This is what is stored."))


def again(desk: Desk) -> None:
    """Open the task that is open once more: its image may be there now."""
    adopt(desk, desk.call("tasks.open", TaskView, task_id=desk.store.open.task.task_id))


def next_task(desk: Desk, operation: str, campaign_id: int, step: int) -> TaskView | None:
    """Ask for a task of a step, of which there may be none left."""
    wanted: Any = TaskView | None
    found: TaskView | None = desk.call(operation, wanted, campaign_id=campaign_id, step=step)
    return found


def adopt(desk: Desk, view: TaskView) -> None:
    """Show a task that was opened."""
    opened = OpenTask(
        view, view.annotation, base_of(desk, view), view.issues, settled=settled(desk, view),
        beat_s=pause(view.task.leased_until),
    )  # fmt: skip
    image: bytes | Path | Picture | ReadFailed
    try:
        image = desk.frames.take(view.task.asset_id) or desk.ahead.image(view.task.asset_id)
    except ReadFailed as error:  # its reason stands in place of the image
        image = error
    except NotFound:
        image = ReadFailed(
            t(
                "The file of {asset} is not where it was, so that it cannot be shown. Tell a manager, who can say "
                "where it is now; or skip it, and go on.",
                asset=view.task.asset,
            )
        )
    desk.tasks.show(opened, image)
    if desk.store.state.browsing is not None and view.task.campaign_id != desk.store.state.browsing.campaign_id:
        desk.store.update(browsing=None)
    if view.editable and any(issue.state != "resolved" for issue in view.issues):
        desk.tell(events.PanelOpened("issues"))  # what came back is read before it is mended, and before it is accepted


def pause(until: datetime.datetime | None) -> float:
    """Return after how many seconds a page should be heard of again, so that a lease never runs out meanwhile."""
    if until is None:
        return SLOWEST_S
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    left = (until.replace(tzinfo=None) - now).total_seconds()
    return round(min(SLOWEST_S, max(FASTEST_S, left / 3)), 1)


def base_of(desk: Desk, view: TaskView) -> Annotation:
    """Return the last submitted revision; accepting something else is accepting with edits."""
    if view.task.kind != "review" or not (view.task.drafted and view.editable):
        return view.annotation
    done = [i.annotation_id for i in read_history(desk, view.task.task_id) if i.annotation_id is not None]
    if not done:
        return Annotation() if view.task.drafted else view.annotation
    return desk.call("annotations.get", Annotation, annotation_id=max(done))


def settled(desk: Desk, view: TaskView) -> bool:
    """Return whether the asset is done, for those who may send it back with an issue."""
    member = desk.store.state.member
    if view.task.state != "done" or member is None or member.role not in REVIEWERS:
        return False
    return read_history(desk, view.task.task_id)[-1].state == "done"


def read_history(desk: Desk, task_id: int) -> list[HistoryItem]:
    """Return what happened to a task's asset."""
    return desk.call("tasks.history", list[HistoryItem], task_id=task_id)


def browse(desk: Desk, campaign_id: int) -> bool:
    """Look at a campaign in which one does not work: its first task, read-only; return whether there is one."""
    tasks = desk.call("tasks.of_campaign", list[Task], campaign_id=campaign_id)
    if tasks:
        adopt(desk, desk.call("tasks.open", TaskView, task_id=tasks[0].task_id))
        desk.store.update(browsing=Browsing(campaign_id))
    return bool(tasks)


def view(desk: Desk, action: View) -> None:
    """Open a task of a list that is gone through (``ids``), at the place of an issue if one is named.

    It can be looked at only, unless it is the person's own.
    """
    leave(desk)
    found = desk.call("tasks.open", TaskView, task_id=action.task)
    desk.store.update(browsing=Browsing(found.task.campaign_id, action.ids or (action.task,)), banner=None)
    adopt(desk, found)
    if action.issue:
        desk.tell(events.PanelOpened("issues"))


# ---- previous and next


def listing(desk: Desk) -> list[Task]:
    """Return the tasks among which previous and next go."""
    task = desk.store.open.task
    if desk.store.state.browsing is not None:
        return desk.call("tasks.of_campaign", list[Task], campaign_id=task.campaign_id)
    return desk.call("tasks.listing", list[Task], campaign_id=task.campaign_id, step=task.step)


def step_to(desk: Desk, action: Step) -> None:
    """Go to the previous or the next task without submitting; past the last one, take a new one from the queue."""
    forward = action.name != "previous"
    leave(desk)
    here, browsing = desk.store.open.task, desk.store.state.browsing
    ids = list(browsing.task_ids) if browsing else []
    ids = ids or [t.task_id for t in listing(desk)]
    if here.task_id not in ids:
        to = ids[0] if forward and ids else None
    else:
        at = ids.index(here.task_id) + (1 if forward else -1)
        to = ids[at] if 0 <= at < len(ids) else None
    if to is not None:
        return adopt(desk, desk.call("tasks.open", TaskView, task_id=to))
    if not forward:
        return desk.toast(
            t("This is the first of the list.") if browsing else t("This is the first of your tasks here.")
        )
    if browsing is None and any((j.campaign_id, j.step) == (here.campaign_id, here.step) for j in jobs_of(desk)):
        pulled = next_task(desk, "tasks.pull", here.campaign_id, here.step)
        if pulled is not None:
            return adopt(desk, pulled)
    return desk.toast(
        t("This is the last of the list.") if browsing else t("This is the last one; no other waits in the queue.")
    )


def check_may(desk: Desk, action: str) -> OpenTask:
    """Return the open task, or raise why an action is not possible on it."""
    opened = desk.store.open
    if opened.looking is not None:
        raise Refused(t("You are looking at an earlier revision; go back to the present first."))
    if action not in opened.view.actions:
        raise Refused(opened.view.reason or t("This is not possible at this step."))
    if action == "submit" and not opened.pictured:
        raise Refused("The image cannot be seen, so nothing can be said of it; skip it and say why.")
    return opened
