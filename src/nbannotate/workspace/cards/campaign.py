"""The cards of campaigns and of their plans."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.cards import Card, Counts, Lines, Pairs, Part, card_of, count
from nbannotate.model.cards import plans, recipes
from nbannotate.workspace.campaign import Campaign
from nbannotate.workspace.cards.asked import Notes
from nbannotate.workspace.gold import Gold
from nbannotate.workspace.plan import Done, Plan
from nbannotate.workspace.planner import Planner

_NEXT = {
    "draft": ("campaign.plan()", "campaign.launch()"),
    "active": ("campaign.progress", "campaign.tasks.df()", "campaign.issues.df(open=True)"),
    "overdue": ("campaign.progress", "campaign.tasks.df()", 'campaign.change(due="…")'),
    "completed": ('campaign.version.write("coco", "annotations.json")', "campaign.version.publish()"),
    "archived": ("campaign.archive(False)",),
}


@card_of.register
def _(campaign: Campaign) -> Card:
    info, spec, notes = campaign.info, campaign.spec, Notes()

    progress = notes.ask("Progress", lambda: campaign.progress) if info.launched else None
    pairs = [
        ("version", f"{info.dataset} / {info.version}"),
        ("assets", recipes.choice(spec) + ("" if info.launched else "; not launched")),
    ]
    pairs += [("due", f"{info.due:%Y-%m-%d}" if info.due is not None else "no day")]
    counts: Counts = ()
    if progress is not None:
        counts = ((progress.done, f"of {progress.total:,} done"), (progress.remaining, "remaining"))
        counts += (count(progress.open_issues, "open issue"),) if progress.open_issues else ()
    recipe = [recipes.labels(spec.recipe.labels)] if spec.recipe.labels else []
    recipe += [recipes.tags(spec.recipe.tags)] if spec.recipe.tags else []
    parts: tuple[Part, ...] = (
        *([plans.bar(progress)] if progress is not None else []),
        recipes.steps(spec.workflow.steps),
        *recipe,
        Pairs(tuple(pairs)),
    )
    return Card("Campaign", info.name, info.state, counts, parts, tuple(notes.said), _NEXT[info.state])


@card_of.register
def _(plan: Plan) -> Card:
    card = plans.plan_card(plan.value)
    nothing = () if plan._spec is None or plan.changes or plan.refusals else ("Nothing changes.",)
    return replace(card, notes=nothing, next=() if plan.refusals or nothing else ("plan.apply()",))


@card_of.register
def _(done: Done) -> Card:
    changes = done.changes or ("Nothing changes.",)
    return Card(
        "Changed",
        done.value.campaign,
        parts=(Lines(tuple(("change", c) for c in changes)),),
        notes=done.warnings,
        next=("campaign.progress",),
    )


@card_of.register
def _(planner: Planner) -> Card:
    typed = ("campaign.plan()", 'campaign.plan(due="…")', 'campaign.plan.add_labels("…")')
    return Card("Plans", planner._campaign.name, notes=("Shows what would be done; .apply() does it.",), next=typed)


@card_of.register
def _(gold: Gold) -> Card:
    typed = ("campaign.gold()", "campaign.gold.answers()", 'campaign.gold.resume("…")')
    notes = ("How people answer the images whose answer is known.",)
    return Card("Gold", gold._campaign.name, notes=notes, next=typed)
