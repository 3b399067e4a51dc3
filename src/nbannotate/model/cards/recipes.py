"""The cards of recipes, workflows and what else a campaign is made of."""

from __future__ import annotations

from nbannotate.cards import Card, Chips, Code, Counts, Grid, Pairs, Steps, Words, card_of, count, counted, short
from nbannotate.model.attribute import Attribute
from nbannotate.model.campaign import EXISTING, CampaignSpec, Rule, Step, Workflow
from nbannotate.model.filters import Filter
from nbannotate.model.recipe import Label, Recipe, Tag


def labels(values: tuple[Label, ...]) -> Chips:
    """Return labels with their colors, and what each takes."""
    return Chips("labels", tuple((v.name, v.color, _takes(v)) for v in values))


def tags(values: tuple[Tag, ...]) -> Chips:
    """Return tags, and what is asked for with each."""
    return Chips("tags", tuple((v.name, None, ", ".join(a.name for a in v.attributes)) for v in values))


def steps(values: tuple[Step, ...]) -> Steps:
    """Return steps in their order, each with its people."""
    return Steps(tuple((s.name, s.kind, _people(s)) for s in values))


def _people(step: Step) -> str:
    shares = ", ".join(f"{login}: {step.shares[login]:g}" for login in step.assignees)
    return (shares if step.weights else ", ".join(step.assignees)) + f" · {step.attribution}"


def _takes(label: Label) -> str:
    figure = [f"{counted(len(label.skeleton.points), 'point')} of a skeleton"] if label.skeleton is not None else []
    return ", ".join([*label.kinds, *figure, *(a.name for a in label.attributes)])


def limits(recipe: Recipe) -> Pairs:
    """Return what a recipe says besides its labels and tags, as far as it differs from what is usual."""
    found = [
        ("shapes", f"at most {recipe.max_shapes:,}" if recipe.max_shapes is not None else ""),
        ("tags", f"at most {recipe.max_tags:,}" if recipe.max_tags is not None else ""),
        ("annotators", "may add labels" if recipe.open_labels else ""),
        ("a shape", "may have several labels" if recipe.several_labels else ""),
        ("flaws", {"refuse": "are refused", "repair": "are repaired, or refused"}.get(recipe.flaws, "")),
        ("smallest", f"{recipe.min_size:g} pixels" if recipe.min_size is not None else ""),
        ("metadata", "may be edited" if recipe.metadata == "edit" else ""),
    ]
    return Pairs(tuple(pair for pair in found if pair[1]))


@card_of.register
def _(recipe: Recipe) -> Card:
    found = [labels(recipe.labels)] if recipe.labels else []
    found += [tags(recipe.tags)] if recipe.tags else []
    counts: Counts = (count(len(recipe.labels), "label"),)
    counts += (count(len(recipe.tags), "tag"),) if recipe.tags else ()
    return Card("Recipe", counts=counts, parts=(*found, limits(recipe)))


@card_of.register
def _(label: Label) -> Card:
    pairs = [("kinds", ", ".join(label.kinds) or "any"), ("color", label.color or "the recipe gives one")]
    if label.skeleton is not None:
        pairs.append(("skeleton", ", ".join(label.skeleton.points)))
    chip = Chips("", ((label.name, label.color, ""),))
    return Card("Label", parts=(chip, Pairs(tuple(pairs)), _attributes(label.attributes)))


@card_of.register
def _(tag: Tag) -> Card:
    return Card("Tag", tag.name, parts=(_attributes(tag.attributes),))


@card_of.register
def _(attribute: Attribute) -> Card:
    return Card("Attribute", attribute.name, parts=(_attributes((attribute,)),))


def _attributes(attributes: tuple[Attribute, ...]) -> Grid:
    rows = tuple(
        (
            a.name,
            a.type,
            ", ".join(a.choices),
            "yes" if a.required else "",
            "" if a.default is None else short(a.default),
        )
        for a in attributes
    )
    return Grid(("attribute", "type", "choices", "required", "default"), rows)


@card_of.register
def _(workflow: Workflow) -> Card:
    parts = (steps(workflow.steps), Words(f"A person counts as idle after {workflow.idle_after:g} seconds."))
    return Card("Workflow", counts=(count(len(workflow.steps), "step"),), parts=parts)


@card_of.register
def _(step: Step) -> Card:
    pairs = [("people", _people(step))]
    pairs += [("lease", f"{step.lease_minutes:g} minutes")] if step.attribution == "queue" else []
    pairs += [("statuses", ", ".join(step.statuses))] if step.statuses else []
    return Card("Step", step.name, step.kind, parts=(Pairs(tuple(pairs)),))


@card_of.register
def _(rule: Rule) -> Card:
    status = f" with the status {rule.status!r}" if rule.status is not None else ""
    return Card("Rule", parts=(Words(f"Assets that are {rule.when}{status} go to {rule.to!r}."),))


@card_of.register
def _(filter: Filter) -> Card:
    return Card("Filter", parts=(Code(str(filter)),), next=("version.create_campaign(…, filter=…)",))


@card_of.register
def _(spec: CampaignSpec) -> Card:
    recipe = [labels(spec.recipe.labels)] if spec.recipe.labels else []
    recipe += [tags(spec.recipe.tags)] if spec.recipe.tags else []
    told = Pairs(
        (
            ("assets", choice(spec)),
            ("due", f"{spec.due}" if spec.due is not None else "no day"),
            ("existing", f"{spec.existing}: {EXISTING[spec.existing]}"),
        )
    )
    return Card("Campaign spec", spec.name, parts=(steps(spec.workflow.steps), *recipe, told))


def choice(spec: CampaignSpec) -> str:
    """Return which assets a campaign takes, and in which order."""
    seed = f" (seed {spec.seed})" if spec.order == "random" and spec.seed is not None else ""
    most = f", at most {spec.limit:,}" if spec.limit is not None else ""
    return f"{'all' if spec.filter == 'all()' else spec.filter}, {spec.order}{seed}{most}"
