"""Of which assets several people answer, who may have which copy, and how one copy ends: pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from nbannotate.errors import Refused
from nbannotate.model import DEFAULT_STATUS, CampaignSpec, Step, Workflow
from nbannotate.rules.workflow import IssueFact, Next, Outcome, Visit, check_may_work, statuses
from nbannotate.texts import t


class Lot:
    """Which assets of a step have copies: those whose hash is small, the same ones each time.

    Attributes
    ----------
    key
        The hash is the MD5 of this text and the asset's name.
    below
        It is written in 32 hexadecimal digits; smaller texts than this one have copies.
    """

    def __init__(self, spec: CampaignSpec, step: int) -> None:
        at = spec.workflow.steps[step]
        self.copies = at.copies
        self.key = f"{spec.seed} copies {step} "
        part = at.copies_of if at.copies > 1 else 0.0
        self.below = "g" if part == 1 else f"{int(part * 2**128):032x}"

    def copies_of(self, asset: str) -> int:
        """Return how many people answer for an asset."""
        its = hashlib.md5((self.key + asset).encode(), usedforsecurity=False).hexdigest()
        return self.copies if its < self.below else 1


def needs_seed(spec: CampaignSpec) -> bool:
    """Return whether a spec chooses something at random."""
    return spec.order == "random" or any(step.copies_of < 1 for step in spec.workflow.steps)


def apart(workflow: Workflow, step: int) -> int | None:
    """Return the step whose copies decide who may have a task of a step: the same, or the one before; None for none.

    Nobody has two copies of an asset, gold is no exception, and nobody decides about answers of which one is their own.
    """
    steps = workflow.steps
    if steps[step].copies > 1 or (step == 0 and workflow.gold is not None):
        return step
    return step - 1 if steps[step].kind == "consensus" else None


def answered(copies: Iterable[Visit]) -> bool:
    """Return whether all copies of an asset were answered, so that it can be seen whether people agree."""
    return all(v.outcome == "submitted" for v in copies)


def decide(
    action: str,
    actor: int,
    task: Visit,
    others: Sequence[Visit],
    steps: Sequence[Step],
    issues: Sequence[IssueFact],
    status: str | None = None,
) -> Outcome:
    """Decide what an action on one copy of an asset leads to: the others go on, and the last one brings it further.

    A copy never takes its asset out of the workflow: that somebody skipped or discarded it is what they said, and
    whoever decides at the consensus step sees it.

    Parameters
    ----------
    action, actor, task, steps, status
        As for :func:`nbannotate.rules.workflow.decide`.
    others
        The other copies of the asset.
    issues
        Those that were raised on this copy.
    """
    check_may_work(task, steps, actor, "submit" if action == "submit" else "skip" if action == "skip" else "discard")
    last = all(v.state in ("done", "skipped") for v in others)
    following = Next(task.step + 1, 1, "in_progress", None) if last else None
    if action == "submit":
        known = statuses(steps[task.step])
        if status is not None and status not in known:
            raise Refused(f"{status!r} is no status of the step; it has {', '.join(map(repr, known))}.")
        return Outcome("done", "submitted", status or known[0], "in_progress", following)
    if action == "skip" and not any(i.state == "open" for i in issues):
        raise Refused(t("To skip, raise an issue first that says why."))
    how = "skipped" if action == "skip" else "discarded"
    return Outcome("skipped", how, how, "in_progress", following)  # type: ignore[arg-type]


def agreed(steps: Sequence[Step], step: int) -> tuple[str, int | None]:
    """Return what an asset is called whose people agree at a consensus step, and the step after that; None for none."""
    return DEFAULT_STATUS["consensus"], step + 1 if step + 1 < len(steps) else None


__all__ = ["Lot", "agreed", "answered", "apart", "decide", "needs_seed"]
