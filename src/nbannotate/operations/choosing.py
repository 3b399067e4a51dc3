"""Which assets of a version are meant by a filter, for whoever looks at some of them."""

from __future__ import annotations

from nbannotate.model import CampaignSpec, Order, Recipe, Step, Workflow
from nbannotate.operations.registry import Context, found, operation
from nbannotate.store import asset_selection, data, splits
from nbannotate.store.transaction import id_list


@operation()
def assets(
    ctx: Context,
    version_id: int,
    filter: str = "all()",
    split: str | None = None,
    order: Order = "sequential",
    seed: int | None = None,
    limit: int | None = None,
) -> list[int]:
    """Return the ids of the assets that a campaign with this filter and order would take, in that order.

    ``split`` leaves only those that are in that split of the version.
    """
    found(data.version(ctx.tx, version_id), f"version {version_id}")
    look = Workflow([Step("look", "annotation", [ctx.actor.login])])
    spec = CampaignSpec(
        name="chosen", recipe=Recipe(["any"]), workflow=look, filter=filter, order=order, seed=seed, limit=limit
    )
    only = None if split is None else id_list(splits.of(ctx.tx, version_id, split))
    with asset_selection.chosen(ctx.tx, version_id, spec, only=only):
        return asset_selection.ids(ctx.tx)
