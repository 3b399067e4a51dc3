"""A task at hand: looking at the image, saying what is on it, submitting it, or ending it in another way."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace
from numpy.typing import NDArray

from nbannotate import imaging, model
from nbannotate.errors import NotFound, Refused
from nbannotate.model import deprecations
from nbannotate.model.values import as_mapping, as_seconds, as_whole
from nbannotate.workspace import neighboring_slices
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.inputs import annotation as given_annotation
from nbannotate.workspace.metadata import plain_metadata
from nbannotate.workspace.pixels import pixels

if TYPE_CHECKING:
    from nbannotate.workspace.person import Work

#: How long somebody worked: seconds, or a timedelta.
Seconds = float | datetime.timedelta


class OpenTask(Handle):
    """A task at hand.

    It can be saved as often as one likes, and ends once: submitted, returned, rejected, skipped or discarded. After
    that it only tells. Each of these says what it did.

    Parameters
    ----------
    work
        Of whose tasks it is one.
    view
        All that the page knows of it.

    Attributes
    ----------
    annotation
        What it says now; submit with another one, or with this one as it is.
    """

    _changed_by: ClassVar[dict[str, str]] = {
        "annotation": "task.save(…) keeps another one, task.submit(…) submits it",
        "": "a task is changed by its methods",
    }  # fmt: skip

    def __init__(self, work: Work, view: model.TaskView) -> None:
        self._work, self.view = work, view
        self.annotation, self._revision = view.annotation, view.revision
        self._ended = ""
        self._seal()

    @property
    def task_id(self) -> int:
        """The id of the task."""
        return self.view.task.task_id

    def _act(self, operation: str, returns: Any, **arguments: Any) -> Any:
        return self._work._act(operation, returns, task_id=self.task_id, **arguments)

    def _check_open(self) -> None:
        if self._ended:
            raise Refused(
                f"This task is over ({self._ended}). It can be looked at; if it is returned, next() gives it again."
            )

    # What it is about ------------------------------------------------------------------------------------------------

    @property
    def asset(self) -> str:
        """The name of the image."""
        return self.view.task.asset

    @property
    def asset_id(self) -> int:
        """The id of the image."""
        return self.view.task.asset_id

    @property
    def campaign(self) -> str:
        """The name of the campaign."""
        return self.view.campaign

    @property
    def step(self) -> str:
        """The name of the step."""
        return self.view.task.step_name

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image in pixels."""
        return self.view.width, self.view.height

    @property
    def recipe(self) -> model.Recipe:
        """What may be said of the image."""
        return self.view.recipe

    @property
    def instructions(self) -> str:
        """What the campaign asks for, as Markdown."""
        return self.view.instructions

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known of the image."""
        return self.view.metadata

    @cached_property
    def image(self) -> NDArray[Any]:
        """The image as an array: ``(height, width, 3)`` of uint8 in the order R, G, B, or ``(height, width)``.

        Gray images have the type that they are stored in (uint8, uint16), those of CT and MR their values (float32,
        Hounsfield units for CT). ``PIL.Image.fromarray(task.image)`` is the same for Pillow.

        Raises
        ------
        ReadFailed
            The file is gone, or it is no image that can be read.
        """
        return pixels(self._work._client, self.asset_id)

    @property
    def path(self) -> Path:
        """Where the file of the image lies; of a frame, the file that it is in.

        Raises
        ------
        NotAllowed
            You log in as an annotator or a reviewer, who do not learn where files are; :attr:`image` works.
        """
        asks = self._work.workspace.on_word_of or self._work.workspace
        rows = asks.sql("select path from assets where asset_id = $1 limit 1", [self.asset_id])
        if rows.empty:
            raise NotFound(f"{self.asset} is not in the workspace any more.")
        return imaging.frame_of(rows["path"][0]).path

    @property
    def pdf(self) -> bytes | None:
        """The PDF of the instructions; None if there is none."""
        known = self.view.pdf
        return None if known is None else self._work._client.call("documents.get", bytes, sha256=known.sha256)

    @property
    def history(self) -> deprecations.results[model.HistoryItem]:
        """What happened to the image in its campaign, and the steps to come."""
        items = self._work._act("tasks.history", list[model.HistoryItem], task_id=self.task_id)
        return deprecations.results("task.history()", "task.history", items)

    @property
    def before(self) -> model.Before | None:
        """What the image said before: what I submitted, or saw, last time, or else what was there at first."""
        asked: Any = model.Before | None
        before: model.Before | None = self._work._act("tasks.before", asked, task_id=self.task_id)
        return before

    @property
    def judged(self) -> model.Judged:
        """My answer beside the known one, where the answer of the image is known and I may see what was wrong.

        A notice says so (``ws.notices``).
        """
        judged: model.Judged = self._work._act("gold.look", model.Judged, task_id=self.task_id)
        return judged

    @property
    def answers(self) -> model.Answers:
        """What several people said of the image, and where they do not agree; at a consensus step, for who decides."""
        said: model.Answers = self._work._act("tasks.answers", model.Answers, task_id=self.task_id)
        return said

    def revision(self, item: int | model.HistoryItem) -> model.Annotation:
        """Return what was said of the image at a line of its :attr:`history`, or by the id of an annotation."""
        number = as_whole("item", getattr(item, "annotation_id", item))
        found: model.Annotation = self._work._act("annotations.get", model.Annotation, annotation_id=number)
        return found

    # What is said of it ----------------------------------------------------------------------------------------------

    def save(self, annotation: Any, seconds: Seconds = 0.0, *, labels: Any = None) -> model.Saved:
        """Keep a draft; all as for :meth:`submit`."""
        given = given_annotation("annotation", annotation, labels, nothing=True)
        saved: model.Saved = self._do("save", model.Saved, seconds, annotation=given)
        self._set(annotation=given, _revision=saved.revision)
        return saved

    def submit(
        self, annotation: Any = None, status: str | None = None, seconds: Seconds = 0.0, *, labels: Any = None
    ) -> model.Closed:
        """Submit, or at a review step accept: the annotation as it is, or another one.

        Parameters
        ----------
        annotation
            What :meth:`Version.add_annotations` takes for one image: an annotation, shapes, a DataFrame, arrays, what
            a detector found. No shapes at all say *nothing to label*. None: as it is now.
        status
            One of the step's own statuses.
        seconds
            The time worked since the last report, in seconds or as a timedelta. It is believed as far as the clock
            allows: the time since the task was opened or saved. On the word of an owner (:meth:`Campaign.as_member`) it
            is taken as it is given, for work that was done elsewhere, and the log marks it.
        labels
            The names of labels that are numbers: a list in their order, a mapping, or a recipe.
        """
        given = self.annotation
        if annotation is not None:
            given = given_annotation("annotation", annotation, labels, nothing=True)
        closed = self._end("submit", seconds, annotation=given, status=status)
        self._set(annotation=given)
        return closed

    accept = submit

    def rework(self, issue: str | None = None, step: str | None = None, seconds: Seconds = 0.0) -> model.Closed:
        """Send it back to whoever annotated it.

        Parameters
        ----------
        issue
            Raised on the image: what is wrong. Needed, unless an issue is open already.
        step
            The annotation step that it goes back to; None for the last one before.
        seconds
            As for :meth:`submit`.
        """
        self._raise_once(issue, "rework")
        return self._end("rework", seconds, step=step)

    def reject(self, reason: str | None = None, seconds: Seconds = 0.0) -> model.Closed:
        """Reject it in review: it leaves the workflow until its job is restarted. A reason is raised as an issue."""
        self._raise_once(reason, "reject")
        return self._end("reject", seconds)

    @deprecations.parameters(issue="reason")
    def skip(self, reason: str | None = None, seconds: Seconds = 0.0) -> model.Closed:
        """Take it out of the workflow. The reason is raised as an issue; needed, unless one is open already."""
        self._raise_once(reason, "skip")
        return self._end("skip", seconds)

    def discard(self, reason: str, seconds: Seconds = 0.0) -> model.Closed:
        """Take an image that is of no use out of the workflow; the reason is kept with it."""
        return self._end("discard", seconds, reason=reason)

    def hold(self, seconds: Seconds = 0.0) -> model.Lease:
        """Say that I am still working on it, so that its lease does not run out; see :meth:`submit` for ``seconds``."""
        held: model.Lease = self._act("tasks.heartbeat", model.Lease, seconds=as_seconds("seconds", seconds))
        return held

    def add_label(self, name: str, color: str | None = None) -> model.Recipe:
        """Add a label to the recipe of the campaign, where it lets annotators do so, and return the recipe."""
        recipe: model.Recipe = self._work._act(
            "recipes.add_label", model.Recipe, campaign_id=self.view.task.campaign_id, name=name, color=color
        )
        self._set(view=replace(self.view, recipe=recipe))
        return recipe

    def set_metadata(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Replace what is known of the image, where the recipe lets people do so, and return it.

        Raises
        ------
        Conflict
            Somebody else changed it since this task was opened; open it again.
        """
        values = plain_metadata(as_mapping("set_metadata", metadata))
        kept: dict[str, Any] = self._work._act(
            "assets.set_metadata", dict[str, Any], asset_id=self.asset_id, metadata=values, old=self.view.metadata
        )
        self._set(view=replace(self.view, metadata=kept))
        return kept

    # -----------------------------------------------------------------------------------------------------------------

    def _do(self, action: str, returns: Any, seconds: Seconds, **arguments: Any) -> Any:
        self._check_open()
        spent = as_seconds("seconds", seconds)
        return self._act(f"tasks.{action}", returns, revision=self._revision, seconds=spent, **arguments)

    def _end(self, action: str, seconds: Seconds, **arguments: Any) -> model.Closed:
        closed: model.Closed = self._do(action, model.Closed, seconds, **arguments)
        self._ended = closed.message.rstrip(".")
        return closed

    def __repr__(self) -> str:
        t = self.view.task
        state = self._ended or t.state.replace("_", " ")
        return f"OpenTask({t.asset!r}, {t.step_name!r}, {state})"

    # Its issues -------------------------------------------------------------------------------------------------------

    @property
    def issues(self) -> tuple[model.Issue, ...]:
        """The threads on the image, as far as this handle knows: when it was opened, and what was done with it."""
        return self.view.issues

    def raise_issue(
        self, text: str, zone: tuple[float, float, float, float] | None = None, shape: model.Shape | str | None = None
    ) -> model.Issue:
        """Raise an issue on the image, on a zone ``(x0, y0, x1, y1)`` (image pixels), or on a shape."""
        shape_id = shape.id if isinstance(shape, model.Shape) else shape
        return self._know(self._act("issues.create", model.Issue, text=text, zone=zone, shape_id=shape_id))

    def reply(self, issue: model.Issue | int, text: str) -> model.Issue:
        """Answer in the thread of an issue."""
        return self._know(self._work._act("issues.reply", model.Issue, issue_id=_issue_id(issue), text=text))

    def mark_for_review(self, issue: model.Issue | int) -> model.Issue:
        """Say that an issue is fixed; whoever raised it looks at it."""
        return self._change_issue(issue, "for_review")

    def resolve(self, issue: model.Issue | int) -> model.Issue:
        """Say that an issue is settled."""
        return self._change_issue(issue, "resolved")

    def reopen(self, issue: model.Issue | int) -> model.Issue:
        """Say that an issue is not settled."""
        return self._change_issue(issue, "open")

    def _change_issue(self, issue: model.Issue | int, state: model.IssueState) -> model.Issue:
        return self._know(self._work._act("issues.set_state", model.Issue, issue_id=_issue_id(issue), state=state))

    def _raise_once(self, text: str | None, action: str) -> None:
        """Raise an issue before a task is ended, unless that was done and the other half failed."""
        self._check_open()
        if text is not None and not any(i.state == "open" and i.comments[0].text == text for i in self.issues):
            self.raise_issue(text)

    def _know(self, issue: model.Issue) -> model.Issue:
        others = [i for i in self.view.issues if i.issue_id != issue.issue_id]
        issues = tuple(sorted([*others, issue], key=lambda i: i.issue_id))
        self._set(view=replace(self.view, issues=issues))
        return issue

    # The slices around it ---------------------------------------------------------------------------------------------

    @property
    def slices(self) -> tuple[model.Slice, ...]:
        """The slices of the sequence that the image belongs to, as I see them."""
        return self._sequence().slices

    @property
    def place(self) -> int:
        """Which slice of its sequence the image is, from 1."""
        return self._sequence().here

    def sequence(self) -> model.Sequence:
        """Return the sequence: the old name of :attr:`slices` and :attr:`place`."""
        deprecations.say("task.sequence()", "task.slices, and task.place where it stands in them,")
        return self._sequence()

    def _sequence(self) -> model.Sequence:
        found: model.Sequence = self._act("sequences.view", model.Sequence)
        return found

    open_slice = neighboring_slices.open_slice
    spread = neighboring_slices.spread
    exclude = neighboring_slices.exclude


def _issue_id(issue: model.Issue | int) -> int:
    return as_whole("issue", getattr(issue, "issue_id", issue))
