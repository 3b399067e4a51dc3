"""Working on tasks from a program: what a person does on the page, for scripts, models and tests."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nbannotate import model
from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model import deprecations
from nbannotate.model.suggestions import meant, one_of
from nbannotate.model.values import as_whole, plain
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.task import OpenTask

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign
    from nbannotate.workspace.workspace import Workspace

__all__ = ["OpenTask", "Work"]

ORDERS: tuple[model.ReviewOrder, ...] = ("confidence", "changes", "most shapes", "fewest shapes", "random")


class Work(Handle):
    """The tasks of one member: of whoever the workspace was opened as.

    Made by :attr:`Workspace.work`, and by :meth:`Campaign.as_member`; the latter is about one campaign, which its
    methods need not be told again. Going through it gives the tasks to do, one after the other.

    Parameters
    ----------
    workspace
        The workspace, as the member sees it.
    campaign
        The campaign that it is about; None for all.

    Attributes
    ----------
    workspace, campaign
        As given; the campaign by name.
    me
        Who works.
    """

    def __init__(self, workspace: Workspace, campaign: str | None = None) -> None:
        self.workspace, self._client = workspace, workspace.client
        self.me, self.campaign = workspace.me, campaign
        self._seal()

    @property
    def work(self) -> Work:
        """All work of the member, in whatever campaign."""
        return self.workspace.work

    @property
    def jobs(self) -> deprecations.results[model.Job]:
        """My jobs: my tasks at each step of each campaign, counted."""
        jobs = self._client.call("tasks.mine", list[model.Job])
        mine = [j for j in jobs if self.campaign in (None, j.campaign)]
        return deprecations.results("work.jobs()", "work.jobs", mine)

    @property
    def issues(self) -> list[model.Issue]:
        """The issues on all images that I work or worked on, newest first."""
        issues = self._client.call("issues.mine", list[model.Issue])
        return [i for i in issues if self.campaign in (None, i.campaign)]

    def next(self, campaign: str | Campaign | None = None, step: str | int | None = None) -> OpenTask | None:
        """Return the task to go on with, or None if nothing is left.

        Parameters
        ----------
        campaign
            The campaign or its name; None takes the first one that has work for me.
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

    def all(self, campaign: str | Campaign | None = None, step: str | int | None = None) -> Iterator[OpenTask]:
        """Go through all tasks that are mine to do, one after the other, until nothing is left.

        A task that is neither submitted nor ended in some other way ends the loop: it would only come again.
        """
        before = None
        while (task := self.next(campaign, step)) is not None and task.task_id != before:
            before = task.task_id
            yield task

    def __iter__(self) -> Iterator[OpenTask]:
        return self.all()

    def pull(self, campaign: str | Campaign | None = None, step: str | int | None = None) -> OpenTask | None:
        """Take one more task out of the queue of a step, whatever I hold already; None when the queue is empty."""
        job = self._job(campaign, step)
        asked: Any = model.TaskView | None
        view = self._client.call("tasks.pull", asked, campaign_id=job.campaign_id, step=job.step)
        return None if view is None else OpenTask(self, view)

    def tasks(
        self,
        campaign: str | Campaign | None = None,
        step: str | int | None = None,
        state: model.TaskState | None = None,
    ) -> list[model.Task]:
        """Return my tasks, finished ones too, in the order of the images; of each image the last one.

        Parameters
        ----------
        campaign, step
            As for :meth:`next`; None for all.
        state
            Only tasks in this state; ``"in_progress"`` are those that wait for me.
        """
        if (state := plain(state)) is not None:
            one_of("state", state, model.TASK_STATES)
        found: list[model.Task] = []
        for job in self._jobs(campaign, step):
            found += self._client.call("tasks.listing", list[model.Task], campaign_id=job.campaign_id, step=job.step)
        return [t for t in found if state in (None, t.state)]

    def ranked(
        self,
        by: model.ReviewOrder,
        campaign: str | Campaign | None = None,
        step: str | int | None = None,
        limit: int | None = None,
        seed: int = 0,
    ) -> list[model.Ranked]:
        """Return the tasks of a review step that are mine or wait, those that are worth a look first.

        Open one with ``work.take(ranked[0].task)``.

        Parameters
        ----------
        by
            ``"confidence"`` (the lowest mean first), ``"changes"`` (the most between the last two revisions),
            ``"most shapes"``, ``"fewest shapes"``, or ``"random"``.
        campaign, step
            As for :meth:`next`; I may have one job that they mean.
        limit
            At most so many.
        seed
            The same one gives the same random sample again.
        """
        one_of("by", by := plain(by), ORDERS)
        job = self._job(campaign, step)
        return self._client.call(
            "tasks.review_order", list[model.Ranked], campaign_id=job.campaign_id, step=job.step, by=by, limit=limit,
            seed=seed,
        )  # fmt: skip

    def open(self, task: int | model.Task) -> OpenTask:
        """Open a task of mine, to work on it or to look at it, by its id or as :meth:`tasks` has it.

        A task that I lost because its lease ran out is mine again if nobody else has it.
        """
        return OpenTask(self, self._client.call("tasks.open", model.TaskView, task_id=_task_id(task)))

    def take(self, task: int | model.Task) -> OpenTask:
        """Take a task out of the queue of a review step, whatever its place in it."""
        return OpenTask(self, self._client.call("tasks.take", model.TaskView, task_id=_task_id(task)))

    def submit_job(self, campaign: str | Campaign | None = None, step: str | int | None = None) -> int:
        """Submit all tasks that I hold at a step and return how many; refused, naming them, if some are unfinished."""
        job = self._job(campaign, step)
        submitted, left = 0, 1
        while left:
            done = self._client.call(
                "jobs.submit", model.JobSubmitted, campaign_id=job.campaign_id, step=job.step, checked=submitted > 0
            )
            submitted, left = submitted + done.submitted, done.left
        return submitted

    def undo(self, spread: model.Spread) -> model.Spread:
        """Take back what :meth:`OpenTask.spread` put onto slices; what changed since stays as it is."""
        return self._client.call("sequences.undo", model.Spread, spread_id=spread.spread_id or 0)

    def close(self) -> None:
        """Close the workspace that this belongs to: what :meth:`Campaign.as_member` opened ends."""
        self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _job(self, campaign: str | Campaign | None, step: str | int | None) -> model.Job:
        """Return the one job that is meant, or raise."""
        jobs = self._jobs(campaign, step)
        if len(jobs) != 1:
            names = ", ".join(f"{j.step_name!r} of {j.campaign!r}" for j in jobs)
            raise InvalidInput(f"You have {len(jobs)} jobs there; say which campaign and step: {names}.")
        return jobs[0]

    def _jobs(self, campaign: str | Campaign | None, step: str | int | None) -> list[model.Job]:
        named = plain(getattr(campaign, "name", campaign))
        name = self.campaign if named is None else named
        if self.campaign is not None and name != self.campaign:
            raise InvalidInput(f"This is the work in {self.campaign!r}; .work has that in {name!r}.")
        step = plain(step)
        known = self._client.call("tasks.mine", list[model.Job])
        found = [j for j in known if name in (None, j.campaign) and step in (None, j.step, j.step_name)]
        if not found:
            mine = ", ".join(f"{j.campaign!r} {j.step_name!r}" for j in known) or "none"
            at = "" if step is None else f", step {step!r}"
            like = meant(name, [j.campaign for j in known]) if name not in {None, *(j.campaign for j in known)} else ""
            raise NotFound(f"You have no job in {name!r}{at}{like}; you have {mine}.")
        return found

    def _act(self, operation: str, returns: Any, **arguments: Any) -> Any:
        return self._client.call(operation, returns, **arguments)

    def __repr__(self) -> str:
        where = "" if self.campaign is None else f", {self.campaign!r}"
        return f"Work({self.me.login!r}{where})"


def _task_id(task: int | model.Task) -> int:
    return as_whole("task", getattr(task, "task_id", task))
