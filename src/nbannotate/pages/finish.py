"""Ending a task: submitting, accepting, rework, rejecting, skipping, discarding."""

from __future__ import annotations

from typing import Any, Literal

from nbannotate.errors import Incomplete, InvalidInput, NbannotateError, Refused
from nbannotate.model import Closed, ClosedAndNext, Issue, Task
from nbannotate.pages import flaws, flow, going, orders
from nbannotate.pages.desk import Desk
from nbannotate.pages.wire import Message


def submit(desk: Desk, message: Message) -> None:
    """Submit, or accept at a review step, and go to the next task."""
    opened = flow.check_may(desk, "submit")
    revision, claimed = desk.drafts.claim()
    annotation = desk.open.annotation
    told: dict[str, Any] = {"task_id": opened.task.task_id, "annotation": annotation, "revision": revision,
                            **({"status": opened.status} if opened.status else {})}  # fmt: skip
    at_once = not orders.has_order(desk, opened.task)
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


def status(desk: Desk, message: Message) -> None:
    """Choose what the task will be submitted as: a status by name, or the next one."""
    opened = flow.check_may(desk, "submit")
    names = opened.view.statuses
    if len(names) < 2:
        raise Refused("This step has one status only; there is nothing to choose.")
    now = opened.status or names[0]
    chosen = message.name or names[(names.index(now) + 1) % len(names)]
    if chosen not in names:
        raise InvalidInput(f"There is no status {chosen!r} at this step; there are {', '.join(names)}.")
    desk.update_task(opened.task.task_id, status="" if chosen == names[0] else chosen)


def rework(desk: Desk, message: Message) -> None:
    """Send the asset back to the person who annotated it, with the issue that says why."""
    _with_issue(desk, message, "rework")


def skip(desk: Desk, message: Message) -> None:
    """Take the asset out of the workflow, with the issue that says why."""
    _with_issue(desk, message, "skip")


def reject(desk: Desk, message: Message) -> None:
    """Reject what was annotated; a reason may be given, as an issue."""
    _with_issue(desk, message, "reject")


def discard(desk: Desk, message: Message) -> None:
    """Take the asset out of the workflow because it is of no use, with the reason."""
    opened = flow.check_may(desk, "discard")
    reason = message.text.strip()
    if not reason:
        raise Refused("Say why this image is of no use.")
    revision = desk.drafts.flush()
    with desk.spent.of(opened.task.task_id) as spent:
        closed = desk.call("tasks.discard", Closed, task_id=opened.task.task_id, reason=reason, revision=revision,
                           seconds=spent)  # fmt: skip
    after(desk, opened.task, closed)


def _with_issue(desk: Desk, message: Message, action: Literal["rework", "reject", "skip"]) -> None:
    opened = flow.check_may(desk, action)
    text = message.text.strip()
    said = any(i.state == "open" and i.comments and i.comments[0].text == text for i in opened.issues)
    if text and not said:  # said already: raised at the first try, whose second half failed
        made = desk.call("issues.create", Issue, task_id=opened.task.task_id, text=text, zone=message.zone,
                         shape_id=message.shape)  # fmt: skip
        desk.update_task(opened.task.task_id, issues=(*opened.issues, made))
    elif action != "reject" and not text and not opened.open_issues:
        raise Refused("Say what is wrong.")
    revision = desk.drafts.flush()
    with desk.spent.of(opened.task.task_id) as spent:
        closed = desk.call(f"tasks.{action}", Closed, task_id=opened.task.task_id, revision=revision, seconds=spent)
    after(desk, opened.task, closed)


def after(desk: Desk, task: Task, closed: Closed, done: ClosedAndNext | None = None) -> None:
    """Say what became of a task, and go on: with the task that came along with the answer, or by asking for one."""
    said = {"line": {"closed": task.task_id}, "toast": closed.message, "kind": "good"}
    try:
        if done is not None and done.text:
            raise Refused(done.text)
        if done is not None and done.next is not None:
            flow.adopt(desk, done.next)
        elif done is not None:
            going.nothing_left(desk, task.campaign_id, task.step)
        else:
            going.go_on(desk, task.campaign_id, task.step)
    except Refused as error:  # a campaign that is overdue gives out nothing more; what was done now is done
        desk.update(screen="opening", task=None)
        flow.home(desk)
        desk.tell(said)
        desk.toast(str(error))
        return
    except Exception:
        opened = desk.state.task
        if opened is not None and opened.task.task_id != task.task_id:
            # The next one is open, and says in place of its image why that cannot be shown.
            return desk.tell(said)
        desk.update(screen="opening", task=None)  # it is closed: never leave it on the pane as if it were not
        flow.home(desk)
        desk.tell(said)
        raise
    desk.tell(said)  # after the next task: nobody waits for it
