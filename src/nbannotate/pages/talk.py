"""Issues and history of the open task."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import InvalidInput, NotFound, Refused
from nbannotate.model import Annotation, Issue, Member
from nbannotate.pages import changes
from nbannotate.pages.desk import Desk
from nbannotate.pages.flow import leave, read_history
from nbannotate.pages.state import Looking, OpenTask
from nbannotate.pages.wire import Message
from nbannotate.texts import t

MANAGERS = ("owner", "manager")


def may(issue: Issue, opened: OpenTask, member: Member | None) -> tuple[str, ...]:
    """Return the states that a person may give to an issue; the operation checks it again."""
    if member is None:
        return ()
    holds = opened.view.editable
    decides = issue.author == member.login or member.role in MANAGERS or (holds and opened.task.kind == "review")
    states = []
    if issue.state == "open" and holds and not (decides and opened.task.kind == "review"):
        states.append("for_review")
    if decides:
        states += (
            ["resolved"] if issue.state == "open" else ["open"] if issue.state == "resolved" else ["resolved", "open"]
        )
    return tuple(states)


def create(desk: Desk, message: Message) -> None:
    """Raise an issue on the asset, on a zone or on a shape."""
    opened = desk.open
    if message.shape is not None and message.shape not in {s.id for s in opened.shapes}:
        raise InvalidInput("This shape is not there any more; raise the issue on the image or on a zone.")
    made = desk.call("issues.create", Issue, task_id=opened.task.task_id, text=message.text, zone=message.zone,
                     shape_id=message.shape)  # fmt: skip
    put(desk, made)
    sent_back(desk, opened)


def reply(desk: Desk, message: Message) -> None:
    """Answer in a thread."""
    put(desk, desk.call("issues.reply", Issue, issue_id=message.issue, text=message.text))


def set_state(desk: Desk, message: Message) -> None:
    """Mark an issue for review, resolve or reopen it; what was typed beside it is said first."""
    if message.text.strip():
        put(desk, desk.call("issues.reply", Issue, issue_id=message.issue, text=message.text))
    opened = desk.open
    put(desk, desk.call("issues.set_state", Issue, issue_id=message.issue, state=message.name))
    if message.name != "resolved":
        sent_back(desk, opened)


def sent_back(desk: Desk, opened: OpenTask) -> None:
    """Say that an asset that was done is not done any more."""
    if opened.settled:
        desk.update_task(opened.task.task_id, settled=False)
        desk.toast(f"{opened.task.asset} goes back to rework.", "good")


def put(desk: Desk, issue: Issue) -> None:
    """Show an issue as it is now."""
    opened = desk.open
    others = [i for i in opened.issues if i.issue_id != issue.issue_id]
    issues = tuple(sorted([*others, issue], key=lambda i: i.issue_id))
    desk.update_task(opened.task.task_id, issues=issues)
    desk.mark()


def show_place(desk: Desk, message: Message) -> None:
    """Bring the zone or the shape that an issue is about into sight; a shape is selected."""
    opened = desk.open
    issue = next((i for i in opened.issues if i.issue_id == message.issue), None)
    if issue is None or not opened.pictured:
        return
    if issue.zone is not None:
        desk.canvas.look_at(issue.zone)
    elif issue.shape_id is not None:
        shape = next((s for s in opened.shapes if s.id == issue.shape_id), None)
        if shape is None:
            raise Refused("This shape was deleted meanwhile.")
        desk.canvas.select([shape.id])
        changes.look_at(desk, shape)


def history(desk: Desk, message: Message) -> None:
    """Read what happened to the asset."""
    task_id = desk.open.task.task_id
    desk.update_task(task_id, history=tuple(read_history(desk, task_id)))


def look(desk: Desk, message: Message) -> None:
    """Show a revision of the past, read-only."""
    opened = desk.open
    item = next((i for i in opened.history or () if i.annotation_id == message.annotation), None)
    if item is None or item.annotation_id is None:
        raise NotFound("There is no such revision of this asset.")
    leave(desk)
    annotation = desk.call("annotations.get", Annotation, annotation_id=item.annotation_id)
    title = (
        t("{step}, round {n}, by {who}", step=item.step_name, n=item.round, who=item.member)
        if item.round > 1
        else t("{step}, by {who}", step=item.step_name, who=item.member)
    )
    opened = replace(desk.open, looking=Looking(item.annotation_id, annotation, title))
    desk.update_task(opened.task.task_id, looking=opened.looking)
    if opened.pictured:
        desk.canvas.set_shapes(annotation.shapes, undoable=False)
        desk.canvas.editable = False


def back(desk: Desk, message: Message) -> None:
    """Go back from a revision of the past to the present."""
    opened = desk.open
    if opened.looking is None:
        return
    if opened.pictured:
        desk.canvas.set_shapes(opened.annotation.shapes, undoable=False)
        desk.canvas.editable = opened.view.editable
    desk.update_task(opened.task.task_id, looking=None)
