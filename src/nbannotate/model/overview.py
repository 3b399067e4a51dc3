"""What is counted and listed: datasets, versions, campaigns, jobs and their progress."""

from __future__ import annotations

import datetime
from typing import Literal

from msgspec import field

from nbannotate.cards import cut, marked_down, one_line
from nbannotate.model import renamed
from nbannotate.model.campaign import Attribution, StepKind
from nbannotate.model.value import Record

#: Where a revision comes from: a person at work, or a file, a model, another program.
Origin = Literal["answer", "import"]
#: What becomes of names that are none of what there is, and of what is there already in another form.
Missing = Literal["error", "skip"]
OnConflict = Literal["error", "skip", "replace"]
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


class TakenBack(Record, frozen=True):
    """The names of what was created for a call that failed, and is gone again; empty where it stays."""

    version: str = ""
    dataset: str = ""


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


def _named(name: str) -> str:
    """Return a name of an image as it stands in a line."""
    return cut(one_line(name), 60)


class Imported(Record, frozen=True):
    """What became of an import of annotations.

    Parameters
    ----------
    assets
        How many assets got a new revision.
    left_out
        How many did not, because people have worked on them: what people said stays what counts.
    first
        The name of the first of those.
    overwritten
        How many of ``assets`` people had worked on, with ``on_conflict="replace"``.
    unchanged, first_unchanged
        How many stand just so already, from the same source, and got no new revision; and the first of them.
    missing, first_missing
        How many names are no assets, with ``missing="skip"``, and the first of them.
    """

    assets: int
    left_out: int = 0
    first: str = ""
    overwritten: int = 0
    unchanged: int = 0
    first_unchanged: str = ""
    missing: int = 0
    first_missing: str = ""

    def __repr__(self) -> str:
        """Return what a person wants to know after an import."""
        told = [f"Annotations came to {self.assets:,} assets."]
        if self.left_out:
            told.append(
                f"{self.left_out:,} assets were left out: people have worked on them (first: {_named(self.first)}); "
                "on_conflict='replace' takes them, too."
            )
        if self.unchanged:
            told.append(f"{self.unchanged:,} were said just so already (first: {_named(self.first_unchanged)}).")
        if self.missing:
            told.append(f"{self.missing:,} names are no assets (first: {_named(self.first_missing)}).")
        if self.overwritten:
            told.append(
                f"{self.overwritten:,} of them stand over the work of people; version.restore(source=…) brings it back."
            )
        return " ".join(told)


class Added(Record, frozen=True):
    """What became of images that were to become assets; ``version.added`` is that of the last call.

    Parameters
    ----------
    assets
        How many are new.
    there
        How many were in the version already, with the same file.
    skipped
        How many have the name of an asset with another file, and were passed over (``on_conflict="skip"``).
    replaced
        How many assets have another file now (``on_conflict="replace"``).
    left_out
        Files of folders that are no images that can be decoded here, by the reason.
    missing
        How many rows of metadata fit no image (``missing="skip"``).
    """

    assets: int = 0
    there: int = 0
    skipped: int = 0
    replaced: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    missing: int = 0

    def __repr__(self) -> str:
        """Return what a person wants to know after images were added."""
        told = [f"{self.assets:,} images are new"]
        counts = (
            (self.there, "were in the version already"),
            (self.skipped, "have the name of another file there and were passed over"),
            (self.replaced, "took the place of another file"),
        )
        told += [f"{n:,} {what}" for n, what in counts if n]
        text = "; ".join(told) + "."
        if self.left_out:
            many = sum(self.left_out.values())
            text += f" Left out: {', '.join(f'{n:,} {why}' for why, n in self.left_out.items())} ({many:,} in all)."
        if self.missing:
            text += f" {self.missing:,} rows of metadata fit no image."
        return text


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
        renamed.say("campaign.info()", "campaign.info")
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


class Deletion(Record, frozen=True):
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
            f"**{marked_down(self.campaign)}** {what} {self.tasks:,} tasks, {self.drafts:,} drafts, "
            f"{self.issues:,} issues and {self.notices:,} notices. "
            f"{self.kept_annotations:,} annotations stay in the version."
        )


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
        renamed.say("campaign.progress()", "campaign.progress")
        return self
