"""What is asked of steps with copies, where several people answer for each asset, and of the consensus after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import force_setattr

from nbannotate.errors import InvalidInput, Part
from nbannotate.model.values import check_flag

if TYPE_CHECKING:
    from nbannotate.model.campaign import Step

#: So many people answer for one asset at most.
MOST_COPIES = 20


def quorum(step: Step, copies: int) -> int:
    """Return how many of so many people have to say the same at a consensus step: more than half if it names none."""
    return step.quorum or copies // 2 + 1


def check_copies(step: Step) -> None:
    """Raise InvalidInput if a step has what only another kind of step has, or a number that cannot be."""
    of = f"of {step.name!r}"
    copies, part, least, iou = step.copies, step.copies_of, step.quorum, step.iou
    if not _whole(copies) or not 1 <= copies <= MOST_COPIES:
        raise InvalidInput(f"Step.copies {of} must be a whole number from 1 to {MOST_COPIES}, not {copies!r}.")
    if not _number(part) or not 0 < part <= 1:
        raise InvalidInput(f"Step.copies_of {of} must be above 0 and 1 at most, not {part!r}.")
    if least is not None and (not _whole(least) or not 2 <= least <= MOST_COPIES):
        raise InvalidInput(f"Step.quorum {of} must be a whole number from 2 on, or None, not {least!r}.")
    if not _number(iou) or not 0 < iou <= 1:
        raise InvalidInput(f"Step.iou {of} must be above 0 and 1 at most, not {iou!r}.")
    check_flag(f"Step.show_names {of}", step.show_names)
    force_setattr(step, "copies_of", float(part))
    force_setattr(step, "iou", float(iou))
    if copies > 1 and step.kind != "annotation":
        raise InvalidInput(f"Step.copies {of}: only an annotation step has copies, not a {step.kind} step.")
    if part != 1 and copies == 1:
        raise InvalidInput(f"Step.copies_of {of} says of how many assets there are copies; say how many with copies=.")
    if step.kind != "consensus" and (least is not None or iou != 0.5 or step.show_names):
        raise InvalidInput(f"Step {step.name!r}: quorum, iou and show_names are of a step of kind 'consensus'.")
    if copies > len(step.assignees):
        raise InvalidInput(
            f"Step.copies {of} is {copies}, so {copies} different people answer for each asset, but the step has "
            f"{len(step.assignees)} assignee{'s' * (len(step.assignees) != 1)}; name more people, or ask for fewer.",
            Part("assignees"),
        )


def check_consensus(steps: Sequence[Step]) -> None:
    """Raise InvalidInput unless each step with copies is followed by a consensus step, and each of those follows one.

    Somebody has to be able to decide who did not answer: whoever the people of an asset are.
    """
    for before, step in zip((None, *steps), steps, strict=False):
        many = 1 if before is None else before.copies
        if step.kind == "consensus":
            if before is None or many == 1:
                raise InvalidInput(
                    f"Workflow.steps: {step.name!r} is of kind 'consensus', which stands right after an annotation "
                    "step with copies=2 or more."
                )
            if quorum(step, many) > many:
                raise InvalidInput(
                    f"Step.quorum of {step.name!r} is {step.quorum}, of {many} copies at {before.name!r}."
                )
            if len(step.assignees) <= many and set(step.assignees) <= set(before.assignees):
                raise InvalidInput(
                    f"Step.assignees of {step.name!r}: nobody decides about an asset for which they answered "
                    f"themselves, and at {before.name!r} all of these people may answer for the same one. Name "
                    f"somebody who does not work there, or more than {many} people."
                )
        elif many > 1:
            assert before is not None
            raise InvalidInput(_missing(before))
    if steps[-1].copies > 1:
        raise InvalidInput(_missing(steps[-1]))


def _missing(step: Step) -> str:
    return (
        f"Workflow.steps: {step.name!r} has {step.copies} copies, so a step of kind 'consensus' has to follow it, "
        "where it is decided what becomes of the answers."
    )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


__all__ = ["MOST_COPIES", "check_consensus", "check_copies", "quorum"]
