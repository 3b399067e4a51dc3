"""What a page is showing: one frozen value. Handlers replace it, :mod:`.render` derives the view."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.model import (
    Annotation,
    Answers,
    Before,
    HistoryItem,
    Issue,
    Job,
    Member,
    Notice,
    Sequence,
    Shape,
    Task,
    TaskView,
)
from nbannotate.model.work import ReviewOrder
from nbannotate.texts import Message

Screen = Literal["opening", "tasks", "job", "task", "finished", "failed"]
SaveState = Literal["clean", "waiting", "saving", "saved", "offline", "conflict", "ended", "failed", "refused", "kept"]
BannerAction = Literal["", "reload", "login", "retry", "retake"]


class Banner(Struct, frozen=True):
    """A sentence that stays above the page until it is dealt with.

    Parameters
    ----------
    text
        One sentence for the person.
    kind
        ``"error"``, ``"warning"`` or ``"info"``.
    action
        What its button does: ``"reload"`` (the task), ``"login"``, ``"retry"``, ``"retake"`` (the task that somebody
        else may have by now, or the next one), or empty for closing it.
    at
        A time, UTC, that the page writes where the text says ``{at}``.
    """

    text: Message
    kind: Literal["error", "warning", "info"] = "error"
    action: BannerAction = ""
    at: datetime.datetime | None = None


class Saving(Struct, frozen=True):
    """Whether what was drawn is stored.

    Parameters
    ----------
    task_id
        The task that it speaks of.
    state
        ``"clean"``: nothing to store; ``"offline"``: it is tried again until it works; ``"conflict"`` (another tab),
        ``"ended"`` (the session) and ``"failed"``: it is not tried again. ``"refused"``: the workspace does not take it
        as it is, the next change is tried. ``"kept"``: the task is somebody else's now, the draft stays the person's.
    text
        Why not, if not.
    at
        When it was stored last, UTC.
    """

    task_id: int = 0
    state: SaveState = "clean"
    text: Message = Message()
    at: datetime.datetime | None = None

    @property
    def stored(self) -> bool:
        """Whether nothing would be lost now."""
        return self.state in ("clean", "saved", "kept")


class Looking(Struct, frozen=True):
    """A revision of the past that the canvas shows instead of the present."""

    annotation_id: int
    annotation: Annotation
    title: Message


class Compared(Struct, frozen=True):
    """What an image is compared with, and its name in a few words."""

    before: Before
    title: Message


class Answering(Struct, frozen=True):
    """What several people said of the open task's image, and how far it is decided.

    Parameters
    ----------
    answers
        What they said, and where they do not agree.
    at
        The disagreement that is looked at; None at first.
    alone
        The person whose answer is shown alone; None shows all over one another.
    taken
        What was decided, by disagreement: the id of the shape, the name of the tag, or ``"none"``.
    """

    answers: Answers
    at: int | None = None
    alone: int | None = None
    taken: dict[int, str] = {}


class Paper(Struct, frozen=True):
    """The PDF of the instructions, as far as it was read.

    Parameters
    ----------
    name
        Of the file.
    pages
        How many it has; 0 before it was read.
    page
        Which one is shown, from 0.
    image
        That page, as a ``data:`` URL.
    width, height
        Of that image, in pixels.
    error
        Why it cannot be shown, or empty.
    """

    name: str
    pages: int = 0
    page: int = 0
    image: str = ""
    width: int = 0
    height: int = 0
    error: Message = Message()


class Ordered(Struct, frozen=True):
    """In which order somebody reviews a job: the name of the order, at most so many images, the seed of a sample."""

    campaign_id: int
    step: int
    by: ReviewOrder
    limit: int | None = None
    seed: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """Campaign and step."""
        return self.campaign_id, self.step


class OpenJob(Struct, frozen=True):
    """The job on the page of a job.

    Parameters
    ----------
    job
        Its numbers.
    tasks
        The person's tasks of it; of each asset the last one.
    unfinished
        Why tasks were refused when the job was submitted, by task.
    values
        The figures that the tasks are ordered by, by task; empty where no order was chosen.
    """

    job: Job
    tasks: tuple[Task, ...] = ()
    unfinished: dict[int, Message] = {}
    values: dict[int, float | None] = {}

    @property
    def key(self) -> tuple[int, int]:
        """Campaign and step."""
        return self.job.campaign_id, self.job.step


class OpenSequence(Struct, frozen=True):
    """The sequence of the open task.

    Parameters
    ----------
    key
        Campaign, step and name.
    sequence
        Its slices.
    look
        A name of the window, brightness and contrast with which slices are shown.
    """

    key: tuple[int, int, str]
    sequence: Sequence
    look: str = ""


class Drawing(Struct, frozen=True):
    """What the canvas says of itself; of shapes with flaws what is wrong, and which are repaired at submit, by id.

    ``drawn``, ``ready``: as in :class:`nbannotate.canvas.CanvasState`.
    """

    tool: str = "select"
    label: str = ""
    can_undo: bool = False
    can_redo: bool = False
    selected: tuple[str, ...] = ()
    flaws: Mapping[str, tuple[Message, ...]] = {}
    mendable: frozenset[str] = frozenset()
    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    copied: int = 0
    drawn: str = ""
    ready: bool = False

    @property
    def for_label(self) -> tuple[str, ...]:
        """Ids of the shapes that a label is for: of what was drawn with the current label none, it has one."""
        return () if self.ready and self.selected == (self.drawn,) else self.selected


class OpenTask(Struct, frozen=True):
    """The task on the pane.

    Parameters
    ----------
    view
        What the operations said of it when it was opened.
    annotation
        What it says now.
    base
        The last submitted revision; accepting something else is accepting *with edits*.
    issues
        The threads on the asset, kept up to date.
    history
        Read when someone asks for it; None before.
    looking
        A revision of the past that is shown, or None.
    pictured
        Whether the image could be shown.
    status
        What it will be submitted (or accepted) as; empty for the default.
    lost
        Whether it went to somebody else, or back into the queue, while it was open.
    settled
        Whether the asset is done, so that an issue would send it back to rework.
    paper
        The PDF of the instructions, once somebody asked for it.
    compared, comparing
        What the image was before, once somebody asked for it; whether the canvas shows what differs.
    answering
        What several people said, at a consensus step.
    locked_tags, put_away
        Tags that are locked while the task is open; attributes of tags that were taken away, should they come back.
    metadata_before
        What the asset's metadata were before they were changed here, the last one last.
    beat_s
        After how many seconds the page should be heard of again (s).
    """

    view: TaskView
    annotation: Annotation
    base: Annotation
    issues: tuple[Issue, ...]
    history: tuple[HistoryItem, ...] | None = None
    looking: Looking | None = None
    pictured: bool = True
    status: str = ""
    lost: bool = False
    settled: bool = False
    paper: Paper | None = None
    compared: Compared | None = None
    comparing: bool = False
    answering: Answering | None = None
    locked_tags: frozenset[str] = frozenset()
    put_away: dict[str, dict[str, Any]] = {}
    metadata_before: tuple[dict[str, Any], ...] = ()
    beat_s: float = 60.0

    @property
    def task(self) -> Task:
        """The task itself."""
        return self.view.task

    def sized(self, width: int, height: int) -> OpenTask:
        """Return the same with the size of the image that is shown, if nobody had opened it before."""
        return self if self.view.width else replace(self, view=replace(self.view, width=width, height=height))

    @property
    def editable(self) -> bool:
        """Whether the person may change what is shown now."""
        return self.view.editable and self.looking is None

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes that the canvas shows."""
        return (self.looking.annotation if self.looking else self.annotation).shapes

    @property
    def edited(self) -> bool:
        """Whether it differs from the last submission."""
        return self.annotation != self.base

    @property
    def open_issues(self) -> int:
        """How many threads are open, which rework and skip need."""
        return sum(issue.state == "open" for issue in self.issues)


class Browsing(Struct, frozen=True):
    """Tasks that somebody looks through, whoever has them.

    Parameters
    ----------
    campaign_id
        The campaign.
    task_ids
        A list of its tasks, in the order in which one goes through them; empty for all of them.
    """

    campaign_id: int
    task_ids: tuple[int, ...] = ()


class State(Struct, frozen=True):
    """All that a page shows.

    Parameters
    ----------
    screen
        Which of the screens.
    member
        Who acts; None before the workspace answered.
    jobs, my_issues
        What *My tasks* shows.
    notices
        What the person should know, newest first.
    job
        The job on the page of a job, or None.
    task
        The task on the pane, or None.
    drawing
        What the canvas says of itself.
    saving
        Whether what was drawn is stored.
    banner
        A banner, or None.
    ordered
        The order that was chosen for the review of a job, or None.
    slices
        The sequence that the open task belongs to, once it was read, or None.
    finished
        The job that has nothing left for now; its numbers are those of ``jobs``.
    browsing
        What is looked through by somebody who does not work in it, or None.
    """

    screen: Screen = "opening"
    member: Member | None = None
    jobs: tuple[Job, ...] = ()
    my_issues: tuple[Issue, ...] = ()
    notices: tuple[Notice, ...] = ()
    job: OpenJob | None = None
    task: OpenTask | None = None
    drawing: Drawing = Drawing()
    saving: Saving = Saving()
    banner: Banner | None = None
    ordered: Ordered | None = None
    slices: OpenSequence | None = None
    finished: Job | None = None
    browsing: Browsing | None = None
