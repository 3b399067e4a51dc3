"""What people at work see: members, jobs, tasks, issues, and the history of an asset."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from msgspec import Struct

from nbannotate.model.campaign import Attribution, Document, StepKind
from nbannotate.model.recipe import Recipe
from nbannotate.model.shape import Annotation

VersionState = Literal["draft", "published"]
TaskState = Literal["in_progress", "to_rework", "done", "skipped"]
TASK_STATES: tuple[TaskState, ...] = ("in_progress", "to_rework", "done", "skipped")

Action = Literal["save", "submit", "rework", "reject", "skip", "discard"]
Outcome = Literal[
    "submitted", "accepted", "accepted_with_edits", "rework", "rejected", "skipped", "discarded", "existing", "ended"
]
JobState = Literal["pending", "in_progress", "on_review", "completed", "completed_with_issues"]
CampaignState = Literal["draft", "active", "overdue", "completed", "archived"]
IssueState = Literal["open", "for_review", "resolved"]


class Dataset(Struct, frozen=True):
    """A named family of versions."""

    dataset_id: int
    name: str
    readme: str = ""


class Version(Struct, frozen=True):
    """The assets and annotations of a dataset at one stage: a draft, or published, which never changes again.

    ``parent_id`` is the version that it was made from, or None.
    """

    version_id: int
    dataset_id: int
    dataset: str
    name: str
    assets: int = 0
    state: VersionState = "draft"
    parent_id: int | None = None


class Campaign(Struct, frozen=True):
    """A campaign in the list of campaigns.

    Parameters
    ----------
    state
        ``"draft"``: only written; ``"active"``; ``"overdue"``: its due date has passed and assets remain;
        ``"completed"``: every asset is done or skipped; ``"archived"``.
    total, remaining
        Assets in it, and those that have not left the workflow.
    launched, archived
        When, or None.
    """

    campaign_id: int
    name: str
    version_id: int
    dataset: str
    version: str
    created: datetime.datetime
    launched: datetime.datetime | None = None
    archived: datetime.datetime | None = None
    due: datetime.date | None = None
    state: CampaignState = "draft"
    total: int = 0
    remaining: int = 0


class Job(Struct, frozen=True):
    """The tasks of one assignee at one step, counted.

    Parameters
    ----------
    member
        The assignee.
    state
        Computed from the tasks: ``"pending"``: none was opened; ``"in_progress"``; ``"on_review"``: all are
        submitted, and some assets have not left the workflow; ``"completed"``; ``"completed_with_issues"``: some asset
        was skipped, rejected or discarded, or has an issue that is not resolved.
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
        Issues that are not resolved, on assets of the job.
    rejected, skipped
        Assets of the job that a reviewer rejected; assets that left the workflow without being done (the rejected ones
        are among them).
    objects
        Shapes in what the person submitted.
    worked_s
        Seconds worked on it.
    attribution
        How the assets of the step are shared.
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
    member: str = ""
    state: JobState = "pending"
    rejected: int = 0
    skipped: int = 0
    objects: int = 0
    worked_s: float = 0.0
    attribution: Attribution = "queue"

    @property
    def seconds_per_object(self) -> float | None:
        """Mean working time for one shape (s), or None before there is one."""
        return self.worked_s / self.objects if self.objects else None

    @property
    def seconds_per_task(self) -> float | None:
        """Mean working time for one task that is done (s), or None before there is one."""
        return self.worked_s / self.done if self.done else None


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
    outcome: Outcome | None = None
    status: str | None = None
    leased_until: datetime.datetime | None = None
    note: str | None = None
    sequence: str | None = None


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
    pdf
        A PDF to show with the instructions, or None.
    statuses
        What the person may submit (or accept) it as; the first one is the default.
    notice
        One sentence that the person should read, for example that the draft is from before a lease ran out.
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
    pdf: Document | None = None
    statuses: tuple[str, ...] = ()
    notice: str = ""


class Saved(Struct, frozen=True):
    """A draft that is stored: its number and when.

    Parameters
    ----------
    held
        Whether the task is still the person's. If not, the draft is kept all the same, and ``text`` says why and what
        can be done.
    """

    revision: int
    at: datetime.datetime
    held: bool = True
    text: str = ""


class Lease(Struct, frozen=True):
    """Whether a person still holds a task, and until when; ``until`` is None where no lease runs."""

    held: bool
    until: datetime.datetime | None = None
    text: str = ""


class Closed(Struct, frozen=True):
    """What became of a task that was submitted, returned or skipped.

    ``next_step`` is the name of the step where the asset is now, or None when it left the workflow. ``repaired`` says
    in sentences which shapes were repaired, where the recipe has that done (``flaws="repair"``).
    """

    task_id: int
    state: TaskState
    asset_state: Literal["in_progress", "done", "skipped"]
    next_step: str | None
    message: str
    repaired: tuple[str, ...] = ()


class ClosedAndNext(Struct, frozen=True):
    """What became of a task, and the one to go on with.

    Parameters
    ----------
    closed
        What became of the task that was submitted.
    next
        The task to go on with, opened; None if nothing is left at this step, or nothing is given out.
    text
        Why nothing is given out, or empty.
    """

    closed: Closed
    next: TaskView | None = None
    text: str = ""


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
    status: str | None = None
    note: str | None = None


BeforeKind = Literal["submitted", "seen", "given", "first"]
ReviewOrder = Literal["confidence", "changes", "most shapes", "fewest shapes", "random"]


class Before(Struct, frozen=True):
    """The annotation that the present one of a task is compared with.

    Parameters
    ----------
    kind
        ``"submitted"``: what the annotator submitted last; ``"seen"``: what the reviewer saw last; ``"given"``: what
        was there before the campaign; ``"first"``: what was submitted first.
    by
        Who said it; for ``"given"`` where it came from.
    """

    annotation_id: int
    annotation: Annotation
    kind: BeforeKind
    by: str
    created: datetime.datetime


class Ranked(Struct, frozen=True):
    """A task in an order of review, with the figure that it is ordered by; None where there is none."""

    task: Task
    value: float | None = None


class Reassigned(Struct, frozen=True):
    """How many tasks were given to whom, and how many were left as they are because they are started."""

    tasks: int
    people: dict[str, int] = {}
    left: int = 0


class JobSubmitted(Struct, frozen=True):
    """What submitting a whole job did.

    Parameters
    ----------
    submitted
        Tasks that were submitted by this call.
    left
        Tasks that are still to be submitted: ask again. Everything was checked by the first call.
    """

    submitted: int
    left: int


class Deletion(Struct, frozen=True):
    """What deleting a campaign would delete, or deleted; the annotations of the version stay."""

    campaign: str
    tasks: int
    drafts: int
    issues: int
    notices: int
    kept_annotations: int
    deleted: bool = False

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        what = "was deleted with" if self.deleted else "would be deleted with"
        return (
            f"**{self.campaign}** {what} {self.tasks:,} tasks, {self.drafts:,} drafts, {self.issues:,} issues and "
            f"{self.notices:,} notices. {self.kept_annotations:,} annotations stay in the version."
        )


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
            f"{self.remaining} remaining, {self.open_issues} open issue{'' if self.open_issues == 1 else 's'}.",
            "",
            "| step | kind | waiting | in progress | to rework | passed |",
            "|---|---|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {s.name} | {s.kind} | {s.waiting} | {s.in_progress} | {s.to_rework} | {s.passed} |" for s in self.steps
        ]
        return "\n".join(lines)
