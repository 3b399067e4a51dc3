"""Ending a task: submitting, accepting, rework, rejecting, skipping, discarding."""

from __future__ import annotations

from typing import Any, Literal

from nbannotate.errors import Incomplete, InvalidInput, NbannotateError, Refused
from nbannotate.model import Closed, ClosedAndNext, Issue, Task
from nbannotate.pages.work import events, flaws, navigation, next_task, review_order
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.issues import WithIssue
from nbannotate.pages.work.messages import Action, Name, Text
from nbannotate.texts import t


class Submit(Action, frozen=True, tag="submit"):
    """Submit, or accept at a review step, and go to the next task."""


class ChooseStatus(Action, frozen=True, tag="status"):
    """Choose what the task will be submitted as; no name: the next status."""

    name: Name = ""


class Rework(WithIssue, frozen=True, tag="rework"):
    """Send the asset back, with the issue that says why."""


class Reject(WithIssue, frozen=True, tag="reject"):
    """Reject what was annotated."""


class Skip(WithIssue, frozen=True, tag="skip"):
    """Take the asset out of the workflow, with the issue that says why."""


class Discard(Action, frozen=True, tag="discard"):
    """Take the asset out of the workflow because it is of no use, with the reason."""

    text: Text


def submit(desk: Desk, action: Submit) -> None:
    """Submit, or accept at a review step, and go to the next task."""
    opened = navigation.check_may(desk, "submit")
    revision, claimed = desk.drafts.claim()
    annotation = desk.store.open.annotation
    told: dict[str, Any] = {"task_id": opened.task.task_id, "annotation": annotation, "revision": revision,
                            **({"status": opened.status} if opened.status else {})}  # fmt: skip
    at_once = not review_order.has_order(desk, opened.task)
    try:
        with desk.spent.of(opened.task.task_id) as spent:
            if at_once:
                done = desk.call("tasks.submit_and_next", ClosedAndNext, seconds=spent, **told)
            else:
                done = ClosedAndNext(desk.call("tasks.submit", Closed, seconds=spent, **told))
    except Exception as error:
        if claimed:
            desk.drafts.put(annotation)
        if isinstance(error, NbannotateError) and isinstance(error.fact, Incomplete):
            flaws.show(desk, error.fact)
        raise
    after(desk, opened.task, done.closed, done if at_once else None)


def status(desk: Desk, action: ChooseStatus) -> None:
    """Choose what the task will be submitted as: a status by name, or the next one."""
    opened = navigation.check_may(desk, "submit")
    names = opened.view.statuses
    if len(names) < 2:
        raise Refused(t("This step has one status only; there is nothing to choose."))
    now = opened.status or names[0]
    chosen = action.name or names[(names.index(now) + 1) % len(names)]
    if chosen not in names:
        raise InvalidInput(f"There is no status {chosen!r} at this step; there are {', '.join(names)}.")
    desk.store.update_task(opened.task.task_id, status="" if chosen == names[0] else chosen)


def rework(desk: Desk, action: Rework) -> None:
    """Send the asset back to the person who annotated it, with the issue that says why."""
    _with_issue(desk, action, "rework")


def skip(desk: Desk, action: Skip) -> None:
    """Take the asset out of the workflow, with the issue that says why."""
    _with_issue(desk, action, "skip")


def reject(desk: Desk, action: Reject) -> None:
    """Reject what was annotated; a reason may be given, as an issue."""
    _with_issue(desk, action, "reject")


def discard(desk: Desk, action: Discard) -> None:
    """Take the asset out of the workflow because it is of no use, with the reason."""
    opened = navigation.check_may(desk, "discard")
    reason = action.text.strip()
    if not reason:
        raise Refused(t("Say why this image is of no use."))
    revision = desk.drafts.flush()
    with desk.spent.of(opened.task.task_id) as spent:
        closed = desk.call("tasks.discard", Closed, task_id=opened.task.task_id, reason=reason, revision=revision,
                           seconds=spent)  # fmt: skip
    after(desk, opened.task, closed)


def _with_issue(desk: Desk, action: WithIssue, how: Literal["rework", "reject", "skip"]) -> None:
    opened = navigation.check_may(desk, how)
    text = action.text.strip()
    said = any(i.state == "open" and i.comments and i.comments[0].text == text for i in opened.issues)
    if text and not said:  # said already: raised at the first try, whose second half failed
        made = desk.call("issues.create", Issue, task_id=opened.task.task_id, text=text, zone=action.zone,
                         shape_id=action.shape)  # fmt: skip
        desk.store.update_task(opened.task.task_id, issues=(*opened.issues, made))
    elif how != "reject" and not text and not opened.open_issues:
        raise Refused(t("Say what is wrong."))
    revision = desk.drafts.flush()
    with desk.spent.of(opened.task.task_id) as spent:
        closed = desk.call(f"tasks.{how}", Closed, task_id=opened.task.task_id, revision=revision, seconds=spent)
    after(desk, opened.task, closed)


def after(desk: Desk, task: Task, closed: Closed, done: ClosedAndNext | None = None) -> None:
    """Say what became of a task, and go on: with the task that came along with the answer, or by asking for one."""
    ended = (events.Ended(task.task_id), events.Toast(closed.message, "good"))
    try:
        if done is not None and done.text:
            raise Refused(done.text)
        if done is not None and done.next is not None:
            navigation.adopt(desk, done.next)
        elif done is not None:
            next_task.nothing_left(desk, task.campaign_id, task.step)
        else:
            next_task.go_on(desk, task.campaign_id, task.step)
    except Refused as error:  # a campaign that is overdue gives out nothing more; what was done now is done
        desk.store.update(screen="opening", task=None)
        navigation.home(desk)
        desk.tell(*ended)
        desk.toast(error.message)
        return
    except Exception:
        opened = desk.store.state.task
        if opened is not None and opened.task.task_id != task.task_id:
            # The next one is open, and says in place of its image why that cannot be shown.
            return desk.tell(*ended)
        desk.store.update(screen="opening", task=None)  # it is closed: never leave it on the pane as if it were not
        navigation.home(desk)
        desk.tell(*ended)
        raise
    desk.tell(*ended)  # after the next task: nobody waits for it
