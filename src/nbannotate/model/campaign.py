"""A campaign as its author writes it: workflow, steps, which assets, and what is done with annotations that exist."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import force_setattr

from nbannotate.cards import cut, one_line
from nbannotate.errors import InvalidInput, Part
from nbannotate.model import deprecations
from nbannotate.model.attribute import as_tuple, check_name, check_unique
from nbannotate.model.copies import check_consensus, check_copies
from nbannotate.model.filters import Filter
from nbannotate.model.gold import OnFail, check_gold, check_order
from nbannotate.model.recipe import Recipe
from nbannotate.model.suggestions import one_of
from nbannotate.model.value import Record, Value
from nbannotate.model.values import as_day, as_list, as_mapping, is_series, settle
from nbannotate.texts import word

StepKind = Literal["annotation", "consensus", "review"]
Attribution = Literal["queue", "equal", "weighted"]
Existing = Literal["prefill", "restart", "review", "done"]
Order = Literal["sequential", "random"]
NewAssets = Literal["join", "wait", "closed"]
When = Literal["done", "skipped", "discarded", "rejected"]

ATTRIBUTION: dict[str, str] = {
    "queue": word("people pull the next task; a lease keeps it theirs while they work"),
    "equal": word("each person gets the same number of assets"),
    "weighted": word("each person gets assets in proportion to a weight"),
}
EXISTING: dict[str, str] = {
    "prefill": word("annotators start from the annotations that are there"),
    "restart": word("annotators start empty; what is there is replaced at the end"),
    "review": word("assets that have annotations start at the first review step with them"),
    "done": word("assets that have annotations are done"),
}
NEW_ASSETS: dict[str, str] = {
    "join": word("they join the first step at once"),
    "wait": word("they wait until a manager lets them join"),
    "closed": word("they stay out of the campaign"),
}
WHEN: tuple[When, ...] = ("done", "skipped", "discarded", "rejected")

#: What a task is closed with when nothing else is said, by the kind of its step.
DEFAULT_STATUS: dict[str, str] = {"annotation": "completed", "consensus": "completed", "review": "approved"}
#: Statuses that the program gives; a step's own statuses have other names.
BUILT_IN_STATUSES: frozenset[str] = frozenset({"completed", "approved", "discarded", "skipped", "rejected", "returned"})


class Step(Value, frozen=True, forbid_unknown_fields=True):
    """One step of a workflow.

    Parameters
    ----------
    name
        Unique in the workflow.
    kind
        ``"annotation"``, ``"review"``, or ``"consensus"``: after an annotation step with ``copies``.
    assignees
        Logins of the members who work at this step; or a mapping of login to weight.
    attribution
        ``"queue"``: people pull the next task, and no two ever hold the same one. ``"equal"`` and ``"weighted"``:
        each person gets a share, exact by largest remainder.
    weights
        For ``"weighted"``: one number above 0 for each assignee, in their order.
    lease_minutes
        For ``"queue"``: how long a pulled task stays with a person whose page says nothing more.
    statuses
        Names that a person may give to an asset in place of *completed* (annotation) or *approved* (review), for
        example ``"for expert review"``.
    copies
        Of an annotation step: how many people answer for each asset, none of whom sees what another one said; the step
        after it is one of kind ``"consensus"``.
    copies_of
        The part of the assets of which there are copies, above 0 and up to 1; which ones the campaign's seed says.
        Of the others there is one task as usual, and they pass over the consensus step.
    quorum
        Of a consensus step: how many people have to say the same; None for more than half of the copies.
    iou
        Of a consensus step: the least intersection over union of two shapes that are the same one.
    show_names
        Of a consensus step: whether who decides there sees who answered what.
    """

    name: str
    kind: StepKind
    assignees: tuple[str, ...] = ()
    attribution: Attribution = "queue"
    weights: tuple[float, ...] = ()
    lease_minutes: float = 30.0
    statuses: tuple[str, ...] = ()
    copies: int = 1
    copies_of: float = 1.0
    quorum: int | None = None
    iou: float = 0.5
    show_names: bool = False

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            name: str,
            kind: StepKind,
            assignees: Iterable[str] | Mapping[str, float] = ...,
            attribution: Attribution = ...,
            weights: Iterable[float] = ...,
            lease_minutes: float = ...,
            statuses: Iterable[str] = ...,
            copies: int = ...,
            copies_of: float = ...,
            quorum: int | None = ...,
            iou: float = ...,
            show_names: bool = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        weighed = _weighed(self.assignees)
        settle(self)
        check_name("Step.name", self.name)
        of = f"of {self.name!r}"
        one_of(f"Step.kind {of}", self.kind, ("annotation", "consensus", "review"))
        one_of(f"Step.attribution {of}", self.attribution, ATTRIBUTION)
        if weighed is not None:
            if self.weights:
                raise InvalidInput(
                    f"Step.weights {of}: the assignees are given with their weights already.", Part("weights")
                )
            force_setattr(self, "assignees", tuple(weighed))
            force_setattr(self, "weights", tuple(weighed.values()))
        force_setattr(self, "assignees", as_tuple("Step", "assignees", self.assignees))
        for login in self.assignees:
            check_name(f"Step.assignees {of}: a login", login)
        check_unique(f"Step.assignees {of}: the login", self.assignees)
        if not self.assignees:
            raise InvalidInput(f"Step.assignees {of} is empty; name at least one member.")
        self._check_weights(of)
        minutes: Any = self.lease_minutes
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= 7 * 24 * 60:
            raise InvalidInput(f"Step.lease_minutes {of} must be above 0 and a week at most, not {minutes!r}.")
        force_setattr(self, "statuses", as_tuple("Step", "statuses", self.statuses))
        for status in self.statuses:
            check_name(f"Step.statuses {of}: a status", status)
            if status in BUILT_IN_STATUSES:
                raise InvalidInput(f"Step.statuses {of}: {status!r} is there already; choose another name.")
        check_unique(f"Step.statuses {of}: the status", self.statuses)
        check_copies(self)

    def _check_weights(self, of: str) -> None:
        weights = as_tuple("Step", "weights", self.weights)
        for weight in weights:
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
                raise InvalidInput(f"Step.weights {of} must be numbers above 0, not {weight!r}.", Part("weights"))
        if self.attribution == "weighted" and len(weights) != len(self.assignees):
            raise InvalidInput(
                f"Step.weights {of} has {len(weights)} numbers for {len(self.assignees)} assignees; "
                "attribution='weighted' takes one for each.",
                Part("weights"),
            )
        if self.attribution != "weighted" and weights:
            raise InvalidInput(
                f"Step.weights {of} are for attribution='weighted', not for {self.attribution!r}.", Part("weights")
            )
        force_setattr(self, "weights", tuple(float(w) for w in weights))

    @property
    def shares(self) -> dict[str, float]:
        """The weight of each assignee; 1 for each where the split is equal."""
        return dict(zip(self.assignees, self.weights or (1.0,) * len(self.assignees), strict=True))


def _weighed(assignees: Any) -> dict[Any, Any] | None:
    """Return logins and weights, if assignees are given with theirs: as a mapping, or a Series of numbers by login."""
    numbers = is_series(assignees) and all(isinstance(v, int | float) for v in as_list("Step.assignees", assignees))
    return as_mapping("Step.assignees", assignees) if numbers or isinstance(assignees, Mapping) else None


class Workflow(Value, frozen=True, forbid_unknown_fields=True):
    """The ordered steps of a campaign.

    A workflow that begins with a review takes only assets that have annotations already.

    Parameters
    ----------
    steps
        One or more :class:`Step` values with different names.
    idle_after
        After how many seconds without a key, a click or a move of the pointer a person counts as idle; the time up to
        then counts as worked.
    gold
        The name of a published version of the same dataset that has known answers: its images are mixed into what
        people get at the first step, and nobody sees which ones they are.
    share
        Which part of what a person gets at the first step is gold: about one image of ``1 / share``.
    on_fail
        What happens to a person whose answers are not good enough: ``"notify"``, ``"show"`` or ``"pause"``.
    passing
        The least mean score, from 0 to 1, that is good enough.
    last, min_answers
        How many of a person's last gold answers count, and how many there must be before anything is said.
    gold_iou
        The least likeness of a shape and a known one that are the same object.
    """

    steps: tuple[Step, ...]
    idle_after: float = 60.0
    gold: str | None = None
    share: float = 0.05
    on_fail: OnFail = "notify"
    passing: float = 0.7
    last: int = 10
    min_answers: int = 3
    gold_iou: float = 0.5

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            steps: Iterable[Step],
            idle_after: float = ...,
            gold: Any = ...,
            share: float = ...,
            on_fail: OnFail = ...,
            passing: float = ...,
            last: int = ...,
            min_answers: int = ...,
            gold_iou: float = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        after: Any = self.idle_after
        if isinstance(after, bool) or not isinstance(after, int | float) or not 0 < after <= 3600:
            raise InvalidInput(f"Workflow.idle_after must be above 0 and an hour at most (in seconds), not {after!r}.")
        steps = as_tuple("Workflow", "steps", self.steps)
        force_setattr(self, "steps", steps)
        if not steps:
            raise InvalidInput("Workflow.steps is empty; give at least one step.")
        for step in steps:
            if not isinstance(step, Step):
                raise InvalidInput(f"Workflow.steps takes nb.Step values, not {step!r}.")
        check_unique("Workflow.steps: the step", (s.name for s in steps))
        check_consensus(steps)
        check_gold(self)

    def __repr__(self) -> str:
        after = "" if self.idle_after == 60 else f", idle_after={self.idle_after:g}"
        if self.gold is not None:
            after += f", gold={self.gold!r}, share={self.share:g}, on_fail={self.on_fail!r}"
        return cut(one_line(f"Workflow([{', '.join(map(repr, self.steps))}]{after})"), 400)

    def first_review(self) -> int | None:
        """Return the index of the first review step, or None."""
        return next((i for i, s in enumerate(self.steps) if s.kind == "review"), None)


class Rule(Value, frozen=True, forbid_unknown_fields=True):
    """Sends assets that leave this campaign to another one, on its own.

    Parameters
    ----------
    when
        How the asset leaves: ``"done"``, ``"skipped"``, ``"discarded"`` or ``"rejected"``.
    to
        The name of the other campaign, on a version of the same dataset.
    status
        Only assets with this status; None for any.
    """

    when: When
    to: str
    status: str | None = None

    def __post_init__(self) -> None:
        settle(self)
        one_of("Rule.when", self.when, WHEN)
        check_name("Rule.to", self.to)
        if self.status is not None:
            check_name("Rule.status", self.status)


class Document(Record, frozen=True, forbid_unknown_fields=True):
    """A file that is shown with the instructions: a PDF.

    Parameters
    ----------
    name
        The file's name.
    sha256
        Of its bytes; the workspace keeps them.
    """

    name: str
    sha256: str


class CampaignSpec(Value, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that defines a campaign, apart from the version that it annotates.

    Parameters
    ----------
    name
        Unique in the workspace.
    recipe, workflow
        What is said and who says it.
    instructions
        Markdown, shown beside the canvas.
    pdf
        A PDF that is shown with the instructions.
    due
        The last day of the work.
    existing
        What is done with annotations that the version has already; see ``EXISTING``.
    filter
        Which assets: a :class:`Filter` or its text, for example
        ``"label('car', count=(2, None)) and not tag('dark')"``.
    order, seed
        ``"sequential"``, or ``"random"`` by a seed that gives the same order again; one is made up and kept if none is
        given.
    limit
        At most so many assets.
    clip
        For sequences: a random order and a limit keep runs of so many consecutive assets together.
    new_assets
        What happens to assets that are added to the version after the launch; see ``NEW_ASSETS``.
    rules
        Where assets go that leave this campaign.
    """

    name: str
    recipe: Recipe
    workflow: Workflow
    instructions: str = ""
    pdf: Document | None = None
    due: datetime.date | None = None
    existing: Existing = "prefill"
    filter: str = "all()"
    order: Order = "sequential"
    seed: int | None = None
    limit: int | None = None
    clip: int | None = None
    new_assets: NewAssets = "join"
    rules: tuple[Rule, ...] = ()

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            *,
            name: str,
            recipe: Recipe,
            workflow: Workflow,
            instructions: str = ...,
            pdf: Document | None = ...,
            due: datetime.date | str | None = ...,
            existing: Existing = ...,
            filter: Filter | str = ...,
            order: Order = ...,
            seed: int | None = ...,
            limit: int | None = ...,
            clip: int | None = ...,
            new_assets: NewAssets = ...,
            rules: Iterable[Rule] = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        force_setattr(self, "due", as_day("due", self.due))
        check_name("Campaign name", self.name)
        if not isinstance(self.recipe, Recipe):
            raise InvalidInput(f"recipe must be an nb.Recipe, not {self.recipe!r}.")
        if not isinstance(self.workflow, Workflow):
            raise InvalidInput(f"workflow must be an nb.Workflow, not {self.workflow!r}.")
        one_of("existing", self.existing, EXISTING)
        first = self.workflow.steps[0]
        if self.existing == "review" and self.workflow.first_review() is None:
            raise InvalidInput("existing='review' needs a review step in the workflow; add one or use 'prefill'.")
        if first.kind == "review" and self.existing != "review":
            raise InvalidInput(
                f"The workflow begins with the review step {first.name!r}, so it takes only assets that have "
                "annotations: say existing='review', or put an annotation step before it."
            )
        force_setattr(self, "filter", str(Filter.parse(self.filter)))
        one_of("order", self.order, ("sequential", "random"))
        for name in ("limit", "clip"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InvalidInput(f"{name} must be a whole number above 0, not {value!r}.")
        if self.seed is not None and (isinstance(self.seed, bool) or not isinstance(self.seed, int)):
            raise InvalidInput(f"seed must be a whole number, not {self.seed!r}.")
        one_of("new_assets", self.new_assets, NEW_ASSETS)
        rules = as_tuple("Campaign", "rules", self.rules)
        for rule in rules:
            if not isinstance(rule, Rule):
                raise InvalidInput(f"rules takes nb.Rule values, not {rule!r}.")
            if rule.to == self.name:
                raise InvalidInput(f"A rule of {self.name!r} sends assets to itself; name another campaign.")
        force_setattr(self, "rules", rules)
        check_order(self)

    def __call__(self) -> CampaignSpec:
        """Return itself: the old way, when it was asked for with a call."""
        deprecations.say("campaign.spec()", "campaign.spec")
        return self
