"""Recipes: labels that are added while people work."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.errors import Conflict, NotAllowed, Refused
from nbannotate.model import Campaign, Label, Recipe
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.rights import MANAGERS
from nbannotate.store import campaigns as stored

#: More labels than this are no choice any more.
MOST_LABELS = 500


@operation(writes=True)
def add_label(ctx: Context, campaign_id: int, name: str, color: str | None = None) -> Recipe:
    """Add a label to the recipe of a campaign and return the recipe.

    Managers may always; who works in the campaign may where its recipe says so (``open_labels``).
    """
    campaign: Campaign | None = stored.campaign(ctx.tx, campaign_id)
    if ctx.actor.role not in MANAGERS:
        _check_may_add(ctx, campaign)
    campaign = found(campaign, f"campaign {campaign_id}")
    if campaign.archived is not None:
        raise Refused(f"The campaign {campaign.name!r} is archived; its labels stay as they are.")
    spec = stored.spec(ctx.tx, campaign_id)
    label = Label(name, color=color)
    same = next((v.name for v in spec.recipe.labels if v.name.casefold() == name.casefold()), None)
    if same is not None:
        raise Conflict(f"The recipe has the label {same!r} already; use that one, or choose another name.")
    if len(spec.recipe.labels) >= MOST_LABELS:
        raise Refused(f"The recipe has {MOST_LABELS} labels, which is the most it can have.")
    recipe = replace(spec.recipe, labels=(*spec.recipe.labels, label))
    stored.set_spec(ctx.tx, campaign_id, replace(spec, recipe=recipe))
    ctx.note(campaign_id=campaign_id, detail={"label": name})
    return recipe


def _check_may_add(ctx: Context, campaign: Campaign | None) -> None:
    """Raise NotAllowed unless the actor works in a running campaign, and its recipe lets annotators add labels."""
    workers = stored.workers(ctx.tx, campaign.campaign_id) if campaign and campaign.launched else {}
    if campaign is None or not any(ctx.actor.member_id in ids for ids in workers.values()):
        raise NotAllowed("You may add labels only in a campaign that you work in.")
    if not stored.spec(ctx.tx, campaign.campaign_id).recipe.open_labels:
        raise NotAllowed(f"The labels of {campaign.name!r} are chosen by its manager; ask for the one that you miss.")
