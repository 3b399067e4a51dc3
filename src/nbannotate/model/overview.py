"""What is counted and listed: datasets, versions, campaigns, jobs and their progress."""

from __future__ import annotations

import datetime
from typing import Literal

from nbannotate.cards import marked_down
from nbannotate.model import deprecations
from nbannotate.model.campaign import Attribution, StepKind
from nbannotate.model.value import Record
from nbannotate.texts import Message

#: Where a revision comes from: a person at work (a copy is one of several answers), or a file, a model, a program.
Origin = Literal["answer", "copy", "gold", "import"]
VersionState = Literal["draft", "published"]
JobState = Literal["pending", "in_progress", "on_review", "completed", "completed_with_issues"]
CampaignState = Literal["draft", "active", "overdue", "completed", "archived"]


class Dataset(Record, frozen=True):
    """A named family of versions.

    ``new`` says, in the answer to who asked for it, whether it was created for that.
    """

    dataset_id: int
    name: str
    readme: str = ""
    new: bool = False
    archived: datetime.datetime | None = None


class Version(Record, frozen=True):
    """The assets and annotations of a dataset at one stage: a draft, or published, which never changes again.

    ``parent_id`` is the version that it was made from, or None; ``new`` says, in the answer to who asked for it,
    whether it was created for that.
    """

    version_id: int
    dataset_id: int
    dataset: str
    name: str
    assets: int = 0
    state: VersionState = "draft"
    parent_id: int | None = None
    new: bool = False
    archived: datetime.datetime | None = None
    content_hash: str | None = None


class Campaign(Record, frozen=True):
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

    def __call__(self) -> Campaign:
        """Return itself: the old way, when it was asked for with a call."""
        deprecations.say("campaign.info()", "campaign.info")
        return self


class Job(Record, frozen=True):
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
        Those that are not done: ``returned`` + ``in_progress`` + ``waiting``.
    returned
        Tasks to rework.
    in_progress
        Tasks in the person's hand that were not sent back, opened or not.
    started
        Open tasks that the person has begun: the returned ones, and those in progress that were opened.
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
    paused
        Why the person, who asks, gets nothing of it until a manager lets them go on; or empty.
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
    in_progress: int
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
    paused: Message = Message()

    @property
    def seconds_per_object(self) -> float | None:
        """Mean working time for one shape (s), or None before there is one."""
        return self.worked_s / self.objects if self.objects else None

    @property
    def seconds_per_task(self) -> float | None:
        """Mean working time for one task that is done (s), or None before there is one."""
        return self.worked_s / self.done if self.done else None


class JobSubmitted(Record, frozen=True):
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


class StepProgress(Record, frozen=True):
    """How many assets are now at a step, by state of their current task, and how many passed it."""

    step: int
    name: str
    kind: StepKind
    waiting: int
    in_progress: int
    to_rework: int
    passed: int


class Progress(Record, frozen=True):
    """Where the assets of a campaign are; ``done + skipped + remaining == total``."""

    campaign: str
    total: int
    done: int
    skipped: int
    remaining: int
    open_issues: int
    steps: tuple[StepProgress, ...]

    def __repr__(self) -> str:
        issues = f", {self.open_issues:,} open issues" if self.open_issues else ""
        return (
            f"Progress({self.campaign!r}, {self.done:,} of {self.total:,} done, {self.skipped:,} skipped, "
            f"{self.remaining:,} remaining{issues})"
        )

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        lines = [
            f"**{marked_down(self.campaign)}**: {self.done} of {self.total} done, {self.skipped} skipped, "
            f"{self.remaining} remaining, {self.open_issues} open issue{'' if self.open_issues == 1 else 's'}.",
            "",
            "| step | kind | waiting | in progress | to rework | passed |",
            "|---|---|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {marked_down(s.name)} | {s.kind} | {s.waiting} | {s.in_progress} | {s.to_rework} | {s.passed} |"
            for s in self.steps
        ]
        return "\n".join(lines)

    def __call__(self) -> Progress:
        """Return itself: the old way, when it was asked for with a call."""
        deprecations.say("campaign.progress()", "campaign.progress")
        return self
