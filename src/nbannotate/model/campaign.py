"""A campaign as its author writes it: workflow, steps, and what is done with annotations that exist already."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr

from nbannotate.errors import InvalidInput
from nbannotate.model.recipe import Recipe, as_tuple, check_name, check_unique

StepKind = Literal["annotation", "review"]
Existing = Literal["prefill", "restart", "review"]

EXISTING: dict[str, str] = {
    "prefill": "annotators start from the annotations that are there",
    "restart": "annotators start empty; what is there is replaced at the end",
    "review": "assets that have annotations start at the first review step with them",
}


def one_of(what: str, value: object, allowed: Iterable[str]) -> None:
    """Raise InvalidInput, naming the field and the choices, if a value is not one of them."""
    names = list(allowed)
    if value not in names:
        raise InvalidInput(f"{what} must be one of {', '.join(map(repr, names))}, not {value!r}.")


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a workflow.

    Parameters
    ----------
    name
        Unique in the workflow.
    kind
        ``"annotation"`` or ``"review"``.
    assignees
        Logins of the members who work at this step.
    attribution
        ``"queue"``: people pull the next task; no two ever hold the same one.
    """

    name: str
    kind: StepKind
    assignees: tuple[str, ...] = ()
    attribution: Literal["queue"] = "queue"

    def __post_init__(self) -> None:
        check_name("Step.name", self.name)
        one_of(f"Step.kind of {self.name!r}", self.kind, ("annotation", "review"))
        one_of(f"Step.attribution of {self.name!r}", self.attribution, ("queue",))
        force_setattr(self, "assignees", as_tuple("Step", "assignees", self.assignees))
        for login in self.assignees:
            check_name(f"Step.assignees of {self.name!r}: a login", login)
        check_unique(f"Step.assignees of {self.name!r}: the login", self.assignees)
        if not self.assignees:
            raise InvalidInput(f"Step.assignees of {self.name!r} is empty; name at least one member.")


class Workflow(Struct, frozen=True, forbid_unknown_fields=True):
    """The ordered steps of a campaign; the first is an annotation step.

    Parameters
    ----------
    steps
        One or more :class:`Step` values with different names.
    """

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        steps = as_tuple("Workflow", "steps", self.steps)
        force_setattr(self, "steps", steps)
        if not steps:
            raise InvalidInput("Workflow.steps is empty; give at least one annotation step.")
        for step in steps:
            if not isinstance(step, Step):
                raise InvalidInput(f"Workflow.steps takes nb.Step values, not {step!r}.")
        check_unique("Workflow.steps: the step", (s.name for s in steps))
        if steps[0].kind != "annotation":
            raise InvalidInput(
                f"Workflow.steps must begin with an annotation step; {steps[0].name!r} is a review step. "
                "To review annotations that exist already, put an annotation step before it (rework goes there) "
                "and use existing='review'."
            )

    def first_review(self) -> int | None:
        """Return the index of the first review step, or None."""
        return next((i for i, s in enumerate(self.steps) if s.kind == "review"), None)


class CampaignSpec(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that defines a campaign, apart from the version that it annotates.

    Parameters
    ----------
    name
        Unique in the workspace.
    recipe, workflow
        What is said and who says it.
    instructions
        Markdown, shown beside the canvas.
    due
        The day on which the work should be done.
    existing
        What is done with annotations that the version has already: ``"prefill"`` (annotators start from
        them), ``"restart"`` (annotators start empty) or ``"review"`` (start at the first review step with them).
    """

    name: str
    recipe: Recipe
    workflow: Workflow
    instructions: str = ""
    due: datetime.date | None = None
    existing: Existing = "prefill"

    def __post_init__(self) -> None:
        check_name("Campaign name", self.name)
        if not isinstance(self.recipe, Recipe):
            raise InvalidInput(f"recipe must be an nb.Recipe, not {self.recipe!r}.")
        if not isinstance(self.workflow, Workflow):
            raise InvalidInput(f"workflow must be an nb.Workflow, not {self.workflow!r}.")
        one_of("existing", self.existing, EXISTING)
        if self.existing == "review" and self.workflow.first_review() is None:
            raise InvalidInput("existing='review' needs a review step in the workflow; add one or use 'prefill'.")


class PlanStep(Struct, frozen=True):
    """How many assets a launch puts at one step."""

    step: int
    name: str
    kind: StepKind
    assignees: tuple[str, ...]
    tasks: int


class Plan(Struct, frozen=True):
    """What launching a campaign would do (or did).

    Parameters
    ----------
    assets
        How many assets the version has.
    steps
        Tasks created at launch, per step.
    with_annotations
        How many assets have annotations already.
    warnings
        Sentences for the author.
    """

    campaign: str
    assets: int
    steps: tuple[PlanStep, ...]
    with_annotations: int
    existing: Existing
    warnings: tuple[str, ...] = ()
    launched: bool = False

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        what = "was launched with" if self.launched else "would launch with"
        lines = [f"**{self.campaign}** {what} {self.assets} assets, {self.with_annotations} of them annotated already "]
        lines += [
            f"({EXISTING[self.existing]}).",
            "",
            "| step | kind | assignees | tasks at launch |",
            "|---|---|---|--:|",
        ]
        lines += [f"| {s.name} | {s.kind} | {', '.join(s.assignees)} | {s.tasks} |" for s in self.steps]
        lines += ["", *(f"- ⚠ {w}" for w in self.warnings)]
        return "\n".join(lines)
