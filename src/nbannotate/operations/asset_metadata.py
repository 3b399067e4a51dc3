"""The metadata of assets: who may change them."""

from __future__ import annotations

from nbannotate.errors import NotAllowed
from nbannotate.operations.registry import Context
from nbannotate.rules.rights import DEVELOPERS
from nbannotate.store import campaigns as stored
from nbannotate.store import task_rows


def check_may_describe(ctx: Context, asset_id: int) -> None:
    """Raise NotAllowed unless the actor manages, or works on the asset where the recipe lets them change metadata."""
    if ctx.actor.role in DEVELOPERS:
        return
    held = task_rows.campaigns_at(ctx.tx, asset_id, ctx.actor.member_id)
    if not held:
        raise NotAllowed("You may change the metadata only of an image that you work on at the moment.")
    if not any(stored.spec(ctx.tx, campaign_id).recipe.metadata == "edit" for campaign_id in held):
        raise NotAllowed("The metadata of this campaign's images are changed by its manager; ask for the change.")
