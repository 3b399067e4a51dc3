"""Working on tasks from a program: what a person does on the page, for scripts, models and tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nbannotate import model
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.values import as_list, plain
from nbannotate.workspace.given import annotation as given_annotation

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign
    from nbannotate.workspace.workspace import Workspace


class Work:
    """The tasks of whoever the workspace was opened as.

    Made by :attr:`Workspace.work`, for example ``nb.open(path, member="ana", password=…).work``.

    Parameters
    ----------
    workspace
        The workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._client = workspace, workspace.client

    def jobs(self) -> list[model.Job]:
        """Return my jobs: my tasks at each step of each campaign, counted."""
        return self._client.call("tasks.mine", list[model.Job])

    def next(self, campaign: str | Campaign, step: str | int | None = None) -> OpenTask | None:
        """Return the task to go on with, or None if nothing is left.

        Parameters
        ----------
        campaign
            The campaign or its name.
        step
            Name or index of a step at which I work; None takes the first one that has work for me.

        Raises
        ------
        NotFound
            I have no such job; the message lists mine.
        """
        for job in self._jobs(campaign, step):
            asked: Any = model.TaskView | None
            view = self._client.call("tasks.next", asked, campaign_id=job.campaign_id, step=job.step)
            if view is not None:
                return OpenTask(self, view)
        return None

    def all(self, campaign: str | Campaign, step: str | int | None = None) -> Iterable[OpenTask]:
        """Go through all tasks that are mine to do, one after the other, until nothing is left.

        A task that is neither submitted nor ended in some other way ends the loop: it would only come again.
        """
        before = None
        while (task := self.next(campaign, step)) is not None and task.task_id != before:
            before = task.task_id
            yield task

    def tasks(self, campaign: str | Campaign, step: str | int | None = None) -> list[model.Task]:
        """Return my tasks in a campaign, finished ones too, in the order of the images; of each image the last one."""
        found: list[model.Task] = []
        for job in self._jobs(campaign, step):
            found += self._client.call("tasks.listing", list[model.Task], campaign_id=job.campaign_id, step=job.step)
        return found

    def open(self, task_id: int) -> OpenTask:
        """Open a task of mine by its id."""
        return OpenTask(self, self._client.call("tasks.open", model.TaskView, task_id=task_id))

    def submit_job(self, campaign: str | Campaign, step: str | int | None = None) -> int:
        """Submit all tasks that I hold at a step and return how many; refused, naming them, if some are unfinished."""
        jobs = self._jobs(campaign, step)
        if len(jobs) != 1:
            names = ", ".join(repr(j.step_name) for j in jobs)
            raise InvalidInput(f"You have {len(jobs)} jobs in this campaign; say of which step: {names}.")
        submitted, left = 0, 1
        while left:
            done = self._client.call(
                "jobs.submit", model.JobSubmitted, campaign_id=jobs[0].campaign_id, step=jobs[0].step,
                checked=submitted > 0,
            )  # fmt: skip
            submitted, left = submitted + done.submitted, done.left
        return submitted

    def undo(self, spread: model.Spread) -> model.Spread:
        """Take back what :meth:`OpenTask.spread` put onto slices; what changed since stays as it is."""
        return self._client.call("sequences.undo", model.Spread, spread_id=spread.spread_id or 0)

    def _jobs(self, campaign: str | Campaign, step: str | int | None) -> list[model.Job]:
        name = getattr(campaign, "name", None) or plain(campaign)
        step = plain(step)
        known = self.jobs()
        found = [j for j in known if j.campaign == name and step in (None, j.step, j.step_name)]
        if not found:
            mine = ", ".join(f"{j.campaign!r} {j.step_name!r}" for j in known) or "none"
            at = "" if step is None else f", step {step!r}"
            raise NotFound(f"You have no job in {name!r}{at}; you have {mine}.")
        return found

    def _act(self, operation: str, returns: Any, **arguments: Any) -> Any:
        return self._client.call(operation, returns, **arguments)


class OpenTask:
    """A task at hand.

    Attributes
    ----------
    view
        All that the page knows of it: image size, recipe, issues, actions …
    annotation
        What it says now; submit with another one, or with this one as it is.
    """

    def __init__(self, work: Work, view: model.TaskView) -> None:
        self._work, self.view = work, view
        self.annotation, self._revision = view.annotation, view.revision

    @property
    def task_id(self) -> int:
        """The id of the task."""
        return self.view.task.task_id

    @property
    def asset(self) -> str:
        """The name of the image."""
        return self.view.task.asset

    @property
    def issues(self) -> tuple[model.Issue, ...]:
        """The threads on the image, as they were when the task was opened."""
        return self.view.issues

    def save(self, annotation: model.Annotation | Iterable[model.Shape], seconds: float = 0.0) -> model.Saved:
        """Keep a draft. ``seconds`` is the time worked since the last report."""
        given = given_annotation("annotation", annotation, nothing=True)
        saved: model.Saved = self._do("save", model.Saved, annotation=given, seconds=seconds)
        self.annotation, self._revision = given, saved.revision
        return saved

    def submit(
        self,
        annotation: model.Annotation | Iterable[model.Shape] | None = None,
        status: str | None = None,
        seconds: float = 0.0,
    ) -> model.Closed:
        """Submit, or at a review step accept: the annotation as it is, or another one.

        Parameters
        ----------
        annotation
            An annotation, or shapes; no shapes at all say *nothing to label*. None: as it is now.
        status
            One of the step's own statuses.
        seconds
            The time worked since the last report.
        """
        given = self.annotation if annotation is None else given_annotation("annotation", annotation, nothing=True)
        closed: model.Closed = self._do("submit", model.Closed, annotation=given, status=status, seconds=seconds)
        self.annotation = given
        return closed

    accept = submit

    def sequence(self) -> model.Sequence:
        """Return the slices of the sequence that the image belongs to, as I see them."""
        found: model.Sequence = self._work._act("sequences.view", model.Sequence, task_id=self.task_id)
        return found

    def spread(
        self,
        first: int,
        last: int,
        shapes: Iterable[model.Shape | str] | None = None,
        tags: Iterable[str] | None = None,
        nothing: bool = False,
        existing: model.ExistingShapes = "keep",
    ) -> model.Spread:
        """Put what is saved on this slice onto a range of slices that are mine or wait in the queue.

        Parameters
        ----------
        first, last
            Places in the sequence, from 1; this slice is passed over.
        shapes, tags
            Which of them; None for all.
        nothing
            Put *nothing to label* there instead.
        existing
            What becomes of slices that have shapes already: ``"keep"`` leaves them out, ``"add"``, or ``"replace"``.

        Raises
        ------
        Refused
            No slice can take it; the message says why, slice by slice.
        """
        ids = None if shapes is None else [s.id if isinstance(s, model.Shape) else s for s in as_list("shapes", shapes)]
        done: model.Spread = self._work._act(
            "sequences.spread", model.Spread, task_id=self.task_id, first=first, last=last, shapes=ids,
            tags=None if tags is None else as_list("tags", tags), nothing=nothing, existing=existing,
        )  # fmt: skip
        return done

    def exclude(self, first: int, last: int, reason: str) -> model.Spread:
        """Discard a range of slices that are mine or wait in the queue, with one reason."""
        done: model.Spread = self._work._act(
            "sequences.exclude", model.Spread, task_id=self.task_id, first=first, last=last, reason=reason,
            revision=self._revision,
        )  # fmt: skip
        return done

    def raise_issue(
        self, text: str, zone: tuple[float, float, float, float] | None = None, shape: model.Shape | str | None = None
    ) -> model.Issue:
        """Raise an issue on the image, on a zone ``(x0, y0, x1, y1)`` (image pixels), or on a shape."""
        shape_id = shape.id if isinstance(shape, model.Shape) else shape
        made: model.Issue = self._work._act(
            "issues.create", model.Issue, task_id=self.task_id, text=text, zone=zone, shape_id=shape_id
        )
        return made

    def reply(self, issue: model.Issue, text: str) -> model.Issue:
        """Answer in the thread of an issue."""
        made: model.Issue = self._work._act("issues.reply", model.Issue, issue_id=issue.issue_id, text=text)
        return made

    def mark_for_review(self, issue: model.Issue) -> model.Issue:
        """Say that an issue is fixed; whoever raised it looks at it."""
        return self._set(issue, "for_review")

    def resolve(self, issue: model.Issue) -> model.Issue:
        """Say that an issue is settled."""
        return self._set(issue, "resolved")

    def reopen(self, issue: model.Issue) -> model.Issue:
        """Say that an issue is not settled."""
        return self._set(issue, "open")

    def _set(self, issue: model.Issue, state: model.IssueState) -> model.Issue:
        made: model.Issue = self._work._act("issues.set_state", model.Issue, issue_id=issue.issue_id, state=state)
        return made

    def rework(self, issue: str | None = None, step: str | None = None, seconds: float = 0.0) -> model.Closed:
        """Send it back to whoever annotated it; ``issue`` raises one that says what is wrong."""
        if issue is not None:
            self.raise_issue(issue)
        closed: model.Closed = self._do("rework", model.Closed, step=step, seconds=seconds)
        return closed

    def reject(self, seconds: float = 0.0) -> model.Closed:
        """Reject it: it leaves the workflow until its job is restarted."""
        closed: model.Closed = self._do("reject", model.Closed, seconds=seconds)
        return closed

    def skip(self, issue: str | None = None, seconds: float = 0.0) -> model.Closed:
        """Take it out of the workflow; ``issue`` raises one that says why."""
        if issue is not None:
            self.raise_issue(issue)
        closed: model.Closed = self._do("skip", model.Closed, seconds=seconds)
        return closed

    def discard(self, reason: str, seconds: float = 0.0) -> model.Closed:
        """Take an image that is of no use out of the workflow."""
        closed: model.Closed = self._do("discard", model.Closed, reason=reason, seconds=seconds)
        return closed

    def history(self) -> list[model.HistoryItem]:
        """Return what happened to the image in its campaign, and the steps to come."""
        items: list[model.HistoryItem] = self._work._act("tasks.history", list[model.HistoryItem], task_id=self.task_id)
        return items

    def _do(self, action: str, returns: Any, **arguments: Any) -> Any:
        return self._work._act(f"tasks.{action}", returns, task_id=self.task_id, revision=self._revision, **arguments)

    def __repr__(self) -> str:
        t = self.view.task
        return f"OpenTask({t.asset!r}, {t.step_name!r}, {t.state})"
