"""What an action on a task leads to: :func:`decide`, a pure function from facts to an outcome.

A task is one visit of an asset at a step. An action ends the visit and says where the asset goes: to the next step,
back to the person who annotated it, or out of the workflow. The operation that asked stores the outcome as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Literal

from msgspec import Struct

from nbannotate.errors import NotAllowed, Refused
from nbannotate.model import Action, IssueState, Step, TaskState

AssetState = Literal["in_progress", "done", "skipped"]
Result = Literal["submitted", "accepted", "accepted_with_edits", "rework", "skipped"]


class Visit(Struct, frozen=True):
    """One task of an asset: where, who, and how it ended (None while it is open)."""

    step: int
    round: int
    state: TaskState
    assignee: int | None
    outcome: Result | None = None


class IssueFact(Struct, frozen=True):
    """What the rules need to know of an issue."""

    issue_id: int
    state: IssueState
    author: int


class Next(Struct, frozen=True):
    """The task that follows: an asset's next visit. ``assignee`` None puts it into the step's queue."""

    step: int
    round: int
    state: Literal["in_progress", "to_rework"]
    assignee: int | None


class Outcome(Struct, frozen=True):
    """What an action leads to.

    Parameters
    ----------
    state, outcome
        How the task ends.
    asset_state
        Where that leaves the asset.
    next
        The task that follows, or None when the asset leaves the workflow.
    issues
        New states of issues, by id.
    """

    state: TaskState
    outcome: Result
    asset_state: AssetState
    next: Next | None = None
    issues: Mapping[int, IssueState] = {}


def allowed_actions(task: Visit, steps: Sequence[Step], actor: int) -> tuple[Action, ...]:
    """Return what a member may do with a task, as far as task, step and assignee decide."""
    if task.assignee != actor or task.state in ("done", "skipped"):
        return ()
    if steps[task.step].kind == "review":
        return ("save", "submit", "rework", "skip")
    return ("save", "submit", "skip")


def check_may_work(task: Visit, steps: Sequence[Step], actor: int, action: Action) -> None:
    """Raise NotAllowed or Refused, with the reason, if the actor may not do this to the task now."""
    if task.assignee != actor:
        raise NotAllowed("This task is not yours; only the person who has it may change it.")
    if task.state in ("done", "skipped"):
        what = "submitted" if task.state == "done" else "skipped"
        raise Refused(f"This task was {what} already; it can be looked at, but not changed until it is returned.")
    if action not in allowed_actions(task, steps, actor):
        raise Refused(f"{action} is an action of review steps; {steps[task.step].name!r} is an annotation step.")


def decide(
    action: Action,
    actor: int,
    visits: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    workers: Mapping[int, Set[int]],
    *,
    edited: bool = False,
) -> Outcome:
    """Decide what an action on an asset's current task leads to.

    Parameters
    ----------
    action
        ``"submit"`` (in a review step that is *accept*), ``"rework"`` or ``"skip"``.
    actor
        The member who acts.
    visits
        All tasks of the asset in this campaign, oldest first; the last one is acted on.
    steps
        The steps of the workflow.
    issues
        The issues of the asset in this campaign.
    workers
        By step, the members who can be given a task there now.
    edited
        Whether the annotation differs from what the task began with.

    Raises
    ------
    NotAllowed
        The task is someone else's.
    Refused
        The action is not possible now; the message says what has to happen first.
    """
    task = visits[-1]
    check_may_work(task, steps, actor, action)
    if action == "submit":
        return _submit(task, visits, steps, issues, workers, actor, edited)
    if action == "rework":
        return _rework(task, visits, steps, issues, workers)
    if action == "skip":
        if not any(i.state == "open" for i in issues):
            raise Refused("To skip, raise an issue first that says why.")
        return Outcome(state="skipped", outcome="skipped", asset_state="skipped")
    raise Refused(f"{action!r} does not end a task.")


def _submit(
    task: Visit,
    visits: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    workers: Mapping[int, Set[int]],
    actor: int,
    edited: bool,
) -> Outcome:
    review = steps[task.step].kind == "review"
    last = task.step == len(steps) - 1
    changes: dict[int, IssueState] = {}
    if review:
        # Accepting says that the fixes are right.
        changes = {i.issue_id: "resolved" for i in issues if i.state == "for_review"}
    elif task.state == "to_rework":
        # Submitting a returned task says that what others raised is fixed.
        changes = {i.issue_id: "for_review" for i in issues if i.state == "open" and i.author != actor}
    after = [changes.get(i.issue_id, i.state) for i in issues]
    unresolved = sum(state != "resolved" for state in after)
    if review and "open" in after:
        raise Refused(f"There {_count(after.count('open'))}; resolve it or send the asset to rework.")
    if last and unresolved:
        raise Refused(f"There {_count(unresolved)}; an asset is done only when its issues are resolved.")
    result: Result = "submitted" if not review else "accepted_with_edits" if edited else "accepted"
    if last:
        return Outcome(state="done", outcome=result, asset_state="done", issues=changes)
    following = _visit(task.step + 1, "in_progress", visits, workers)
    return Outcome(state="done", outcome=result, asset_state="in_progress", next=following, issues=changes)


def _rework(
    task: Visit,
    visits: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    workers: Mapping[int, Set[int]],
) -> Outcome:
    if not any(i.state == "open" for i in issues):
        raise Refused("To send an asset to rework, raise or reopen an issue first that says what is wrong.")
    before = [i for i in range(task.step) if steps[i].kind == "annotation"]
    been = [i for i in before if any(v.step == i for v in visits)]
    following = _visit((been or before)[-1], "to_rework", visits, workers)
    return Outcome(state="done", outcome="rework", asset_state="in_progress", next=following)


def _visit(
    step: int, state: Literal["in_progress", "to_rework"], visits: Sequence[Visit], workers: Mapping[int, Set[int]]
) -> Next:
    """Return the next visit at a step: with the person who was there last, if that person still can; else the queue."""
    earlier = [v for v in visits if v.step == step]
    who = earlier[-1].assignee if earlier else None
    return Next(step, len(earlier) + 1, state, who if who in workers.get(step, frozenset()) else None)


def _count(n: int) -> str:
    return "is 1 open issue" if n == 1 else f"are {n} open issues"


__all__ = ["Action", "IssueFact", "Next", "Outcome", "Result", "Visit", "allowed_actions", "check_may_work", "decide"]
