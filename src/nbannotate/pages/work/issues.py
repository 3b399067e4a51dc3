"""Issues and history of the open task."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import InvalidInput, NotFound, Refused
from nbannotate.model import Annotation, Issue, IssueState, Member
from nbannotate.pages.work import changes
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Box, Id, Name, Text
from nbannotate.pages.work.navigation import leave, read_history
from nbannotate.pages.work.state import Looking, OpenTask
from nbannotate.texts import t

MANAGERS = ("owner", "manager")


class WithIssue(Action, frozen=True):
    """An action with an issue that says why, on a zone or on a shape; no text: without one."""

    text: Text = ""
    zone: Box | None = None
    shape: Name | None = None


class RaiseIssue(WithIssue, frozen=True, tag="issue"):
    """Raise an issue on the asset, on a zone or on a shape."""


class Reply(Action, frozen=True, tag="reply"):
    """Answer in a thread."""

    issue: Id
    text: Text


class SetIssueState(Action, frozen=True, tag="issue_state"):
    """Mark an issue for review, resolve or reopen it; the text is said first."""

    issue: Id
    state: IssueState
    text: Text = ""


class ShowIssuePlace(Action, frozen=True, tag="issue_place"):
    """Bring what an issue is about into sight."""

    issue: Id


class ReadHistory(Action, frozen=True, tag="history"):
    """Read what happened to the asset."""


class Look(Action, frozen=True, tag="look"):
    """Show a revision of the past."""

    annotation: Id


class Back(Action, frozen=True, tag="back"):
    """Go back to the present."""


def may(issue: Issue, opened: OpenTask, member: Member | None) -> tuple[IssueState, ...]:
    """Return the states that a person may give to an issue; the operation checks it again."""
    if member is None:
        return ()
    holds = opened.view.editable
    decides = issue.author == member.login or member.role in MANAGERS or (holds and opened.task.kind == "review")
    states: list[IssueState] = []
    if issue.state == "open" and holds and not (decides and opened.task.kind == "review"):
        states.append("for_review")
    if decides:
        states += (
            ["resolved"] if issue.state == "open" else ["open"] if issue.state == "resolved" else ["resolved", "open"]
        )
    return tuple(states)


def create(desk: Desk, action: RaiseIssue) -> None:
    """Raise an issue on the asset, on a zone or on a shape."""
    opened = desk.store.open
    if action.shape is not None and action.shape not in {s.id for s in opened.shapes}:
        raise InvalidInput(t("This shape is not there any more; raise the issue on the image or on a zone."))
    made = desk.call("issues.create", Issue, task_id=opened.task.task_id, text=action.text, zone=action.zone,
                     shape_id=action.shape)  # fmt: skip
    put(desk, made)
    sent_back(desk, opened)


def reply(desk: Desk, action: Reply) -> None:
    """Answer in a thread."""
    put(desk, desk.call("issues.reply", Issue, issue_id=action.issue, text=action.text))


def set_state(desk: Desk, action: SetIssueState) -> None:
    """Mark an issue for review, resolve or reopen it; what was typed beside it is said first."""
    if action.text.strip():
        put(desk, desk.call("issues.reply", Issue, issue_id=action.issue, text=action.text))
    opened = desk.store.open
    put(desk, desk.call("issues.set_state", Issue, issue_id=action.issue, state=action.state))
    if action.state != "resolved":
        sent_back(desk, opened)


def sent_back(desk: Desk, opened: OpenTask) -> None:
    """Say that an asset that was done is not done any more."""
    if opened.settled:
        desk.store.update_task(opened.task.task_id, settled=False)
        desk.toast(t("{asset} goes back to rework.", asset=opened.task.asset), "good")


def put(desk: Desk, issue: Issue) -> None:
    """Show an issue as it is now."""
    opened = desk.store.open
    others = [i for i in opened.issues if i.issue_id != issue.issue_id]
    issues = tuple(sorted([*others, issue], key=lambda i: i.issue_id))
    desk.store.update_task(opened.task.task_id, issues=issues)
    desk.tasks.mark_issues()


def show_place(desk: Desk, action: ShowIssuePlace) -> None:
    """Bring the zone or the shape that an issue is about into sight; a shape is selected."""
    opened = desk.store.open
    issue = next((i for i in opened.issues if i.issue_id == action.issue), None)
    if issue is None or not opened.pictured:
        return
    if issue.zone is not None:
        desk.canvas.look_at(issue.zone)
    elif issue.shape_id is not None:
        shape = next((s for s in opened.shapes if s.id == issue.shape_id), None)
        if shape is None:
            raise Refused(t("This shape was deleted meanwhile."))
        desk.canvas.select([shape.id])
        changes.look_at(desk, shape)


def history(desk: Desk, action: ReadHistory | None = None) -> None:
    """Read what happened to the asset."""
    task_id = desk.store.open.task.task_id
    desk.store.update_task(task_id, history=tuple(read_history(desk, task_id)))


def look(desk: Desk, action: Look) -> None:
    """Show a revision of the past, read-only."""
    opened = desk.store.open
    item = next((i for i in opened.history or () if i.annotation_id == action.annotation), None)
    if item is None or item.annotation_id is None:
        raise NotFound(t("There is no such revision of this asset."))
    leave(desk)
    annotation = desk.call("annotations.get", Annotation, annotation_id=item.annotation_id)
    title = (
        t("{step}, round {n}, by {who}", step=item.step_name, n=item.round, who=item.member or "")
        if item.round > 1
        else t("{step}, by {who}", step=item.step_name, who=item.member or "")
    )
    opened = replace(desk.store.open, looking=Looking(item.annotation_id, annotation, title))
    desk.store.update_task(opened.task.task_id, looking=opened.looking)
    if opened.pictured:
        desk.canvas.set_shapes(annotation.shapes, undoable=False)
        desk.canvas.editable = False


def back(desk: Desk, action: Back) -> None:
    """Go back from a revision of the past to the present."""
    opened = desk.store.open
    if opened.looking is None:
        return
    if opened.pictured:
        desk.canvas.set_shapes(opened.annotation.shapes, undoable=False)
        desk.canvas.editable = opened.view.editable
    desk.store.update_task(opened.task.task_id, looking=None)
