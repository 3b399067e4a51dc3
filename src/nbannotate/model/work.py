"""What people at work see: members, jobs, tasks, issues, and the history of an asset."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from msgspec import Struct

from nbannotate.model.campaign import StepKind
from nbannotate.model.recipe import Recipe
from nbannotate.model.shape import Annotation

Role = Literal["owner", "manager", "developer", "reviewer", "annotator"]
ROLES: tuple[Role, ...] = ("owner", "manager", "developer", "reviewer", "annotator")

TaskState = Literal["in_progress", "to_rework", "done", "skipped"]
TASK_STATES: tuple[TaskState, ...] = ("in_progress", "to_rework", "done", "skipped")

Action = Literal["save", "submit", "rework", "skip"]
IssueState = Literal["open", "for_review", "resolved"]


class Member(Struct, frozen=True):
    """A person with a login and a role."""

    member_id: int
    login: str
    role: Role
    active: bool = True


class NewMember(Struct, frozen=True):
    """A member who was just added, with the password, which is shown this once."""

    member: Member
    password: str


class Session(Struct, frozen=True):
    """A session that was opened with a password; the token is shown this once."""

    token: str
    member: Member
    expires: datetime.datetime


class Dataset(Struct, frozen=True):
    """A named family of versions."""

    dataset_id: int
    name: str
    readme: str = ""


class Version(Struct, frozen=True):
    """The assets and annotations of a dataset at one stage."""

    version_id: int
    dataset_id: int
    dataset: str
    name: str
    assets: int = 0


class Campaign(Struct, frozen=True):
    """A campaign in the list of campaigns; ``launched`` is None while it is only written."""

    campaign_id: int
    name: str
    version_id: int
    dataset: str
    version: str
    created: datetime.datetime
    launched: datetime.datetime | None = None


class Job(Struct, frozen=True):
    """The tasks of one assignee at one step, counted; what *My tasks* shows.

    Parameters
    ----------
    total
        Tasks of this step that are the person's, plus those that wait in the queue.
    remaining
        Those that are not done: ``returned`` + ``started`` + ``waiting``.
    returned
        Tasks to rework.
    started
        Tasks that the person holds and has not submitted.
    waiting
        Tasks in the queue that anyone of the step may pull.
    done
        Tasks that the person submitted or skipped.
    issues
        Issues that are not resolved, on assets whose current task is the person's.
    """

    campaign_id: int
    campaign: str
    dataset: str
    step: int
    step_name: str
    kind: StepKind
    total: int
    remaining: int
    returned: int
    started: int
    waiting: int
    done: int
    issues: int
    due: datetime.date | None = None


class Task(Struct, frozen=True):
    """One asset at one step for one assignee; a new round of the same asset and step is a new task."""

    task_id: int
    campaign_id: int
    asset_id: int
    asset: str
    step: int
    step_name: str
    kind: StepKind
    round: int
    state: TaskState
    assignee: str | None
    created: datetime.datetime
    opened: datetime.datetime | None = None
    closed: datetime.datetime | None = None
    issues: int = 0
    drafted: bool = False


class Comment(Struct, frozen=True):
    """One message in the thread of an issue."""

    author: str
    text: str
    created: datetime.datetime


class Issue(Struct, frozen=True):
    """A thread on an asset, a zone or a shape.

    Parameters
    ----------
    zone
        ``(x0, y0, x1, y1)`` in image pixels, origin top-left; None for an issue on the asset or on a shape.
    shape_id
        The shape that it is about, or None.
    comments
        The thread, oldest first; the first one is what was raised.
    """

    issue_id: int
    campaign_id: int
    campaign: str
    asset_id: int
    asset: str
    state: IssueState
    author: str
    created: datetime.datetime
    comments: tuple[Comment, ...] = ()
    zone: tuple[float, float, float, float] | None = None
    shape_id: str | None = None
    task_id: int | None = None


class TaskView(Struct, frozen=True):
    """All that a page needs to work on one task.

    Parameters
    ----------
    annotation
        Where work goes on: the draft if there is one, or else the last revision.
    revision
        Number of the draft; a save must name the one that it started from.
    editable
        Whether the person may edit and submit.
    reason
        Why not, if not; one sentence.
    actions
        What the person may do with the task.
    position, total
        The place of this task in the person's list of this step, from 1.
    width, height
        Of the image, in pixels.
    metadata
        The asset's metadata.
    """

    task: Task
    campaign: str
    dataset: str
    recipe: Recipe
    instructions: str
    readme: str
    width: int
    height: int
    metadata: dict[str, Any]
    annotation: Annotation
    revision: int
    editable: bool
    reason: str
    actions: tuple[Action, ...]
    issues: tuple[Issue, ...]
    position: int
    total: int


class Saved(Struct, frozen=True):
    """A draft that is stored: its number and when."""

    revision: int
    at: datetime.datetime


class Closed(Struct, frozen=True):
    """What became of a task that was submitted, returned or skipped.

    ``next_step`` is the name of the step where the asset is now, or None when it left the workflow.
    """

    task_id: int
    state: TaskState
    asset_state: Literal["in_progress", "done", "skipped"]
    next_step: str | None
    message: str


class HistoryItem(Struct, frozen=True):
    """One line of an asset's history in a campaign: who did what, when, in which step; or a step still to come."""

    step: int
    step_name: str
    kind: StepKind
    round: int
    state: TaskState | Literal["to_come"]
    member: str | None
    action: str
    created: datetime.datetime | None
    annotation_id: int | None = None
    shapes: int | None = None


class StepProgress(Struct, frozen=True):
    """How many assets are now at a step, by state of their current task, and how many passed it."""

    step: int
    name: str
    kind: StepKind
    waiting: int
    in_progress: int
    to_rework: int
    passed: int


class Progress(Struct, frozen=True):
    """Where the assets of a campaign are; ``done + skipped + remaining == total``."""

    campaign: str
    total: int
    done: int
    skipped: int
    remaining: int
    open_issues: int
    steps: tuple[StepProgress, ...]

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        lines = [
            f"**{self.campaign}**: {self.done} of {self.total} done, {self.skipped} skipped, "
            f"{self.remaining} remaining, {self.open_issues} open issues.",
            "",
            "| step | kind | waiting | in progress | to rework | passed |",
            "|---|---|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {s.name} | {s.kind} | {s.waiting} | {s.in_progress} | {s.to_rework} | {s.passed} |" for s in self.steps
        ]
        return "\n".join(lines)


class WorkspaceInfo(Struct, frozen=True):
    """What a client learns when it connects."""

    path: str
    schema_version: int
    program: str
    member: Member
