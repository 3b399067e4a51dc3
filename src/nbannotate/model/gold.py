"""What is asked of a workflow with gold, images whose answer is known; and what managers and members learn of it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import force_setattr

from nbannotate.errors import InvalidInput
from nbannotate.model.attribute import check_name
from nbannotate.model.shape import Annotation
from nbannotate.model.suggestions import one_of
from nbannotate.model.value import Record
from nbannotate.model.values import shown

if TYPE_CHECKING:
    from nbannotate.model.campaign import CampaignSpec, Workflow

OnFail = Literal["notify", "show", "pause"]
ON_FAIL: dict[str, str] = {
    "notify": "the person and the managers get a notice",
    "show": "the person is shown, besides, what was wrong in an answer that is not good enough",
    "pause": "the person gets nothing more of the step until a manager lets them go on",
}

#: At most this part of what a person gets is gold.
MOST = 0.5

#: What says how gold is used, with the value that each has where nothing is said.
DEFAULTS: dict[str, Any] = {
    "share": 0.05, "on_fail": "notify", "passing": 0.7, "last": 10, "min_answers": 3, "gold_iou": 0.5,
}  # fmt: skip


def check_gold(workflow: Workflow) -> None:
    """Raise InvalidInput if what a workflow says of gold cannot be, or is said where there is none."""
    if workflow.gold is None:
        for name, value in DEFAULTS.items():
            if getattr(workflow, name) != value:
                raise InvalidInput(f"Workflow.{name} is of gold; say which version has the known answers with gold=.")
        return
    force_setattr(workflow, "gold", _named(workflow.gold))
    check_name("Workflow.gold: a version", workflow.gold)
    one_of("Workflow.on_fail", workflow.on_fail, ON_FAIL)
    for name, most in (("share", MOST), ("passing", 1.0), ("gold_iou", 1.0)):
        part: Any = getattr(workflow, name)
        if isinstance(part, bool) or not isinstance(part, int | float) or not 0 < part <= most:
            raise InvalidInput(f"Workflow.{name} must be above 0 and {most:g} at most, not {shown(part)}.")
        force_setattr(workflow, name, float(part))
    for name in ("last", "min_answers"):
        count: Any = getattr(workflow, name)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 1000:
            raise InvalidInput(f"Workflow.{name} must be a whole number from 1 to 1000, not {shown(count)}.")
    if workflow.min_answers > workflow.last:
        raise InvalidInput(
            f"Workflow.min_answers is {workflow.min_answers}, and only the last {workflow.last} answers count; "
            "make last larger."
        )
    if workflow.steps[0].kind != "annotation":
        raise InvalidInput(
            f"Workflow.gold: {workflow.steps[0].name!r} is a {workflow.steps[0].kind} step; gold is answered at the "
            "first step, which is an annotation step then."
        )


def _named(version: Any) -> Any:
    """Return the name of a version that is given by its name or as its handle."""
    dataset = getattr(version, "dataset", None)
    if isinstance(version, str) or dataset is None:
        return version
    return f"{getattr(dataset, 'name', dataset)}/{version.name}"


def check_order(spec: CampaignSpec) -> None:
    """Raise InvalidInput if gold could be told by its place among the other images of a campaign."""
    if spec.workflow.gold is None:
        return
    if spec.order != "random":
        raise InvalidInput(
            "Workflow.gold: in a sequential order an image that is out of its place can be told; say order='random'."
        )
    if spec.clip is not None:
        raise InvalidInput("Workflow.gold: a single image between clips can be told; leave clip out.")


class Judged(Record, frozen=True):
    """How an answer to an image whose answer is known differs from that one.

    Parameters
    ----------
    asset
        The name of the image.
    score
        From 0 to 1.
    given, known
        What the person answered, and what is known.
    missed, extra
        Places in ``known`` of shapes that ``given`` lacks, and in ``given`` of those that should not be there, or have
        another label.
    """

    task_id: int
    asset_id: int
    asset: str
    score: float
    given: Annotation
    known: Annotation
    missed: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()


class GoldMember(Record, frozen=True):
    """How one member answers gold in a campaign.

    Parameters
    ----------
    answers, mean
        How many answers were scored, and their mean score; None without any.
    recent
        The mean of those that count now.
    state
        ``"ok"``, ``"below"`` or ``"paused"``.
    since
        Since when it is below or paused.
    """

    member: str
    answers: int
    mean: float | None
    recent: float | None
    state: Literal["ok", "below", "paused"]
    since: datetime.datetime | None = None


__all__ = ["DEFAULTS", "ON_FAIL", "GoldMember", "Judged", "OnFail", "check_gold", "check_order"]
