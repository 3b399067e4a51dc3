"""What an action on a task leads to: :func:`decide`, a pure function from facts to an outcome.

A task is one visit of an asset at a step. An action ends the visit and says where the asset goes: to the next step,
back to the person who annotated it, or out of the workflow. The operation that asked stores the outcome as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Literal

from msgspec import Struct

from nbannotate.errors import NotAllowed, Refused
from nbannotate.model import DEFAULT_STATUS, Action, IssueState, Step, TaskState, When
from nbannotate.model import Outcome as Result
from nbannotate.texts import quoted, t, tn

AssetState = Literal["in_progress", "done", "skipped"]


class Visit(Struct, frozen=True):
    """One task of an asset: where, who, how it ended (None while it is open), and which copy it is (None for none)."""

    step: int
    round: int
    state: TaskState
    assignee: int | None
    outcome: Result | None = None
    copy: int | None = None


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
    status
        What the asset is called from now on.
    asset_state
        Where that leaves the asset.
    next
        The task that follows, or None when the asset leaves the workflow.
    issues
        New states of issues, by id.
    """

    state: TaskState
    outcome: Result
    status: str
    asset_state: AssetState
    next: Next | None = None
    issues: Mapping[int, IssueState] = {}

    @property
    def leaves(self) -> When | None:
        """How the asset leaves the workflow, or None if it stays."""
        if self.asset_state == "in_progress":
            return None
        return self.outcome if self.outcome in ("skipped", "discarded", "rejected") else "done"


def allowed_actions(task: Visit, steps: Sequence[Step], actor: int) -> tuple[Action, ...]:
    """Return what a member may do with a task, as far as task, step and assignee decide."""
    if task.assignee != actor or task.state in ("done", "skipped"):
        return ()
    if steps[task.step].kind != "review":
        return ("save", "submit", "skip", "discard")
    if any(s.kind == "annotation" for s in steps[: task.step]):
        return ("save", "submit", "rework", "reject", "skip", "discard")
    return ("save", "submit", "reject", "skip", "discard")


def check_may_work(task: Visit, steps: Sequence[Step], actor: int, action: Action) -> None:
    """Raise NotAllowed or Refused, with the reason, if the actor may not do this to the task now."""
    if task.assignee != actor:
        raise NotAllowed(t("This task is not yours; only the person who has it may change it."))
    if task.state in ("done", "skipped"):
        what = "submitted" if task.state == "done" else "skipped"
        raise Refused(
            t("This task was {what+} already; it can be looked at, but not changed until it is returned.", what=what)
        )
    if action not in allowed_actions(task, steps, actor):
        step = steps[task.step]
        if step.kind == "review":
            raise Refused(
                t(
                    "There is no annotation step before {step} that an asset could return to; accept it with your own "
                    "edits, reject it or skip it.",
                    step=quoted(step.name),
                )
            )
        raise Refused(f"{action} is an action of review steps; {step.name!r} is of kind {step.kind!r}.")


def statuses(step: Step) -> tuple[str, ...]:
    """Return what a person may submit or accept an asset as at a step; the default first."""
    return (DEFAULT_STATUS[step.kind], *step.statuses)


def decide(
    action: Action,
    actor: int,
    visits: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    workers: Mapping[int, Set[int]],
    *,
    edited: bool = False,
    status: str | None = None,
    to_step: int | None = None,
    judges: Sequence[int] = (),
    managers: Set[int] = frozenset(),
) -> Outcome:
    """Decide what an action on an asset's current task leads to.

    Parameters
    ----------
    action
        ``"submit"`` (in a review step that is *accept*), ``"rework"``, ``"reject"``, ``"skip"`` or ``"discard"``.
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
    status
        What to submit or accept it as; None is the step's default.
    to_step
        Where rework goes; None is the last annotation step that the asset was at. What several people answered goes to
        the consensus step after it: nobody answers twice.
    judges
        Who may be asked about the issues, best first: the active ones of those who raised them, then of ``managers``.
    managers
        Who may resolve any issue.

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
        return _submit(task, visits, steps, issues, workers, actor, edited, status, judges, managers)
    if action == "rework":
        return _rework(task, visits, steps, issues, workers, to_step)
    if action == "reject":
        return Outcome(state="skipped", outcome="rejected", status="rejected", asset_state="skipped")
    if action == "discard":
        return Outcome(state="skipped", outcome="discarded", status="discarded", asset_state="skipped")
    if action == "skip":
        if not any(i.state == "open" for i in issues):
            raise Refused(t("To skip, raise an issue first that says why."))
        return Outcome(state="skipped", outcome="skipped", status="skipped", asset_state="skipped")
    raise Refused(f"{action!r} does not end a task.")


def reopened(visits: Sequence[Visit], steps: Sequence[Step], workers: Mapping[int, Set[int]]) -> Next:
    """Return the visit with which a done asset comes back because somebody raised an issue on it.

    It goes to the last annotation step, to the person who annotated it there (where several did, to the consensus step
    after it); without one, to the first review step.
    """
    annotation = _annotation_steps(visits, len(steps), steps)
    if annotation:
        return visit_at(annotation[-1], "to_rework", visits, workers)
    return visit_at(0, "in_progress", visits, workers)


def _submit(
    task: Visit,
    visits: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    workers: Mapping[int, Set[int]],
    actor: int,
    edited: bool,
    status: str | None,
    judges: Sequence[int],
    managers: Set[int],
) -> Outcome:
    known = statuses(steps[task.step])
    if status is not None and status not in known:
        raise Refused(
            f"{status!r} is no status of the step {steps[task.step].name!r}; it has {', '.join(map(repr, known))}."
        )
    status = status or known[0]
    review = steps[task.step].kind == "review"
    after_this = step_after(task.step, visits, steps)
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
        raise Refused(
            tn(
                after.count("open"), "There is {n} open issue; resolve it or send the asset to rework.",
                "There are {n} open issues; resolve it or send the asset to rework.",
            )
        )  # fmt: skip
    result: Result = "submitted" if not review else "accepted_with_edits" if edited else "accepted"
    if after_this is None and unresolved:
        # Nobody reviews after this: who raised an issue has to say that it is settled. Who can do so now, does.
        others = any(changes.get(i.issue_id, i.state) != "resolved" and i.author != actor for i in issues)
        # Nobody decides about an answer of their own.
        own = {v.assignee for v in visits if v.copy is not None and v.step == task.step - 1}
        judge = next((m for m in judges if m != actor and m not in own), None)
        if others and actor not in managers and judge is not None:
            before = Next(task.step, 1 + sum(v.step == task.step for v in visits), "in_progress", judge)
            return Outcome(
                state="done", outcome=result, status=status, asset_state="in_progress", next=before, issues=changes
            )
        raise Refused(
            tn(
                unresolved, "There is {n} open issue; an asset is done only when its issues are resolved.",
                "There are {n} open issues; an asset is done only when its issues are resolved.",
            )
        )  # fmt: skip
    if after_this is None:
        return Outcome(state="done", outcome=result, status=status, asset_state="done", issues=changes)
    following = visit_at(after_this, "in_progress", visits, workers)
    return Outcome(
        state="done", outcome=result, status=status, asset_state="in_progress", next=following, issues=changes
    )


def _rework(
    task: Visit,
    visits: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    workers: Mapping[int, Set[int]],
    to_step: int | None,
) -> Outcome:
    if not any(i.state == "open" for i in issues):
        raise Refused(t("To send an asset to rework, raise or reopen an issue first that says what is wrong."))
    possible = _annotation_steps(visits, task.step, steps)
    if to_step is not None and to_step not in possible:
        raise Refused(
            "Rework goes to an annotation step that the asset was at before: "
            f"{', '.join(repr(steps[i].name) for i in possible)}."
        )
    following = visit_at(possible[-1] if to_step is None else to_step, "to_rework", visits, workers)
    return Outcome(state="done", outcome="rework", status="returned", asset_state="in_progress", next=following)


def step_after(step: int, visits: Sequence[Visit], steps: Sequence[Step]) -> int | None:
    """Return where an asset goes after a step, or None: what one person answered passes over the consensus step."""
    after = step + 1
    if after < len(steps) and steps[after].kind == "consensus" and not has_copies(step, visits):
        after += 1
    return after if after < len(steps) else None


def has_copies(step: int, visits: Sequence[Visit]) -> bool:
    """Return whether several people answered for an asset at a step."""
    return any(v.step == step and v.copy is not None for v in visits)


def _annotation_steps(visits: Sequence[Visit], before: int, steps: Sequence[Step]) -> list[int]:
    """Return the steps before a step where an asset was annotated; if it was at none, all annotation steps.

    In the place of a step where several people answered stands the consensus step after it.
    """
    possible = [i for i in range(before) if steps[i].kind == "annotation"]
    been = [i + has_copies(i, visits) for i in possible if any(v.step == i for v in visits)]
    return [i for i in been if i < before] or possible


def visit_at(
    step: int, state: Literal["in_progress", "to_rework"], visits: Sequence[Visit], workers: Mapping[int, Set[int]]
) -> Next:
    """Return the next visit at a step: with the last person who was there and still can; else nobody's."""
    earlier = [v for v in visits if v.step == step]
    can = workers.get(step, frozenset())
    who = next((v.assignee for v in reversed(earlier) if v.assignee in can), None)
    return Next(step, len(earlier) + 1, state, who)


__all__ = [
    "Action", "IssueFact", "Next", "Outcome", "Result", "Visit", "allowed_actions", "check_may_work", "decide",
    "has_copies", "reopened", "statuses", "step_after", "visit_at",
]  # fmt: skip
