"""What people at work see: tasks, issues, and the history of an asset."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from msgspec import field

from nbannotate.model.campaign import Document, StepKind
from nbannotate.model.recipe import Recipe
from nbannotate.model.shape import Annotation, Shape
from nbannotate.model.value import Record
from nbannotate.texts import Message

TaskState = Literal["in_progress", "to_rework", "done", "skipped"]
TASK_STATES: tuple[TaskState, ...] = ("in_progress", "to_rework", "done", "skipped")

Action = Literal["save", "submit", "rework", "reject", "skip", "discard"]
Outcome = Literal[
    "submitted",
    "accepted",
    "accepted_with_edits",
    "rework",
    "rejected",
    "skipped",
    "discarded",
    "existing",
    "ended",
    "agreed",
]
IssueState = Literal["open", "for_review", "resolved"]


class Task(Record, frozen=True):
    """One asset at one step for one assignee; a new round of the same asset and step is a new task.

    ``copy`` counts from 1 where several people answer for the asset at the step; it is told to those who manage.
    """

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
    copy: int | None = None


class Comment(Record, frozen=True):
    """One message in the thread of an issue."""

    author: str
    text: str
    created: datetime.datetime


class Issue(Record, frozen=True):
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


class IssueSummary(Record, frozen=True):
    """An issue as a line of a list.

    Parameters
    ----------
    task_id
        The asset's current task in that campaign.
    step
        Name of the step at which it was raised.
    place
        What it is about: the whole asset, a zone of it, or one shape.
    text
        What was raised.
    comments
        How many comments its thread has, that one included.
    answered
        When somebody wrote in the thread last, UTC.
    gold
        Whether it was raised on an image whose answer is known. Nothing waits for it, and progress does not count it.
    """

    issue_id: int
    campaign_id: int
    campaign: str
    asset: str
    task_id: int
    step: str
    place: Literal["image", "zone", "shape"]
    state: IssueState
    author: str
    text: str
    comments: int
    created: datetime.datetime
    answered: datetime.datetime
    gold: bool = False


class TaskView(Record, frozen=True):
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
    idle_after
        After how many seconds the person counts as idle.
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
    reason: Message
    actions: tuple[Action, ...]
    issues: tuple[Issue, ...]
    position: int
    total: int
    pdf: Document | None = None
    statuses: tuple[str, ...] = ()
    notice: Message = Message()
    idle_after: float = 60.0


class DraftChanges(Record, frozen=True, omit_defaults=True):
    """What a draft says otherwise than the one that it goes on from.

    Parameters
    ----------
    mark
        A checksum of that one: a page that is not in step is told so.
    shapes
        Those that are new, or are not as they were; by their ids.
    gone
        The ids of those that are not there any more.
    order
        The ids of all shapes in their order; None: as they were, and new ones last.
    tags, nothing_to_label, tag_attributes
        As they are now.
    """

    mark: int
    shapes: tuple[Shape, ...] = ()
    gone: tuple[str, ...] = ()
    order: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    nothing_to_label: bool = False
    tag_attributes: dict[str, dict[str, Any]] = field(default_factory=dict)


class Saved(Record, frozen=True):
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
    text: Message = Message()


class Lease(Record, frozen=True):
    """Whether a person still holds a task, and until when; ``until`` is None where no lease runs."""

    held: bool
    until: datetime.datetime | None = None
    text: Message = Message()


class Closed(Record, frozen=True):
    """What became of a task that was submitted, returned or skipped.

    ``next_step`` is the name of the step where the asset is now, or None when it left the workflow. ``repaired`` says
    in sentences which shapes were repaired, where the recipe has that done (``flaws="repair"``).
    """

    task_id: int
    state: TaskState
    asset_state: Literal["in_progress", "done", "skipped"]
    next_step: str | None
    message: Message
    repaired: tuple[Message, ...] = ()


class ClosedAndNext(Record, frozen=True):
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
    text: Message = Message()


class HistoryItem(Record, frozen=True):
    """One line of an asset's history in a campaign: who did what, when, in which step; or a step still to come.

    ``acted_by`` is the owner who did it in the member's name, or None.
    """

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
    acted_by: str | None = None


BeforeKind = Literal["submitted", "seen", "given", "first", "known"]
ReviewOrder = Literal["confidence", "changes", "most shapes", "fewest shapes", "random"]


class Before(Record, frozen=True):
    """The annotation that the present one of a task is compared with.

    Parameters
    ----------
    kind
        ``"submitted"``: what the annotator submitted last; ``"seen"``: what the reviewer saw last; ``"given"``: what
        was there before the campaign; ``"first"``: what was submitted first; ``"known"``: the known answer (gold).
    by
        Who said it; for ``"given"`` where it came from.
    """

    annotation_id: int
    annotation: Annotation
    kind: BeforeKind
    by: str
    created: datetime.datetime


class Answer(Record, frozen=True):
    """What one of several people said of an asset.

    Parameters
    ----------
    person
        ``"1"``, ``"2"`` …, or the login where the step shows names.
    annotation
        What they submitted; None where they did not.
    outcome, note
        How their task ended, and the reason that they gave.
    """

    person: str
    annotation: Annotation | None
    outcome: Outcome | None
    note: str | None = None


class Dispute(Record, frozen=True):
    """One thing that people do not agree about: a shape, or a tag.

    Parameters
    ----------
    what
        ``"shape"``, ``"tag"``, or ``"nothing"`` (to label).
    name
        The labels that were given to the shape, or the tag.
    people
        Who said so, as places in the answers; of a shape, in the order of ``shapes``.
    shapes
        What each of them drew; with a tag, none.
    """

    what: Literal["shape", "tag", "nothing"]
    name: str
    people: tuple[int, ...]
    shapes: tuple[Shape, ...] = ()


class Answers(Record, frozen=True):
    """What several people said of an asset, for whoever decides: side by side, and where they do not agree."""

    answers: tuple[Answer, ...]
    agreed: Annotation
    disputes: tuple[Dispute, ...]
    quorum: int


class Ranked(Record, frozen=True):
    """A task in an order of review, with the figure that it is ordered by; None where there is none."""

    task: Task
    value: float | None = None


class Reassigned(Record, frozen=True):
    """How many tasks were given to whom, and how many were left as they are because somebody has started them."""

    tasks: int
    people: dict[str, int] = field(default_factory=dict)
    left: int = 0
