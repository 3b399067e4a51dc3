"""How assets come into a launched campaign after its launch."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from nbannotate.errors import Refused
from nbannotate.model import Campaign, CampaignSpec
from nbannotate.operations.registry import Context, found
from nbannotate.operations.telling import tell
from nbannotate.store import campaigns as stored
from nbannotate.store import dealing, people
from nbannotate.store.choice import chosen


def join(ctx: Context, campaign_id: int, asset_ids: Collection[int] | None, *, forced: bool = False) -> int:
    """Create the first tasks of assets of the version that are not in the campaign yet, and return how many.

    A campaign that is not launched takes none: its launch will. While another campaign runs on the version, they wait.

    Parameters
    ----------
    ctx, campaign_id
        The context and the campaign.
    asset_ids
        Assets of the version; None for all that are not in the campaign. Those that are in it are passed over.
    forced
        Whether they come whatever the campaign's ``new_assets``, filter and limit say.
    """
    campaign: Campaign = found(stored.campaign(ctx.tx, campaign_id), f"campaign {campaign_id}")
    spec = stored.spec(ctx.tx, campaign_id)
    if campaign.launched is None or campaign.archived or (spec.new_assets != "join" and not forced):
        return 0
    if stored.running_on(ctx.tx, campaign.version_id, but=campaign_id):
        return 0
    return take_in(ctx, campaign, spec, asset_ids, everything=forced)


def let_in(ctx: Context, campaign: Campaign) -> int:
    """Let the assets that wait join a launched campaign, or raise Refused with the reason why they cannot."""
    spec = stored.spec(ctx.tx, campaign.campaign_id)
    if campaign.launched is None:
        raise Refused(f"The campaign {campaign.name!r} is not launched; its launch takes all assets that it chooses.")
    if campaign.archived:
        raise Refused(f"The campaign {campaign.name!r} is archived; take it back first, with archive(False).")
    if spec.new_assets == "closed":
        raise Refused(
            f"The campaign {campaign.name!r} is closed to new assets; change new_assets to 'wait' or 'join' first."
        )
    other = stored.running_on(ctx.tx, campaign.version_id, but=campaign.campaign_id)
    if other:
        raise Refused(f"The campaign {other!r} is running on this version; a version has one campaign at a time.")
    return take_in(ctx, campaign, spec, None)


def take_in(
    ctx: Context, campaign: Campaign, spec: CampaignSpec, asset_ids: Collection[int] | None, *, everything: bool = False
) -> int:
    """Create the first tasks of those of some assets that are new to a launched campaign and that it chooses."""
    rows = ctx.tx.all(
        "select v.asset_id from data.version_assets v "
        "where v.version_id = $1 and ($3 is null or v.asset_id in (select unnest($3::bigint[]))) and not exists ("
        "select 1 from data.tasks t where t.campaign_id = $2 and t.asset_id = v.asset_id)",
        campaign.version_id, campaign.campaign_id, None if asset_ids is None else list(asset_ids),
    )  # fmt: skip
    new = [row["asset_id"] for row in rows]
    if spec.limit is not None and not everything:
        if campaign.total >= spec.limit:
            return 0
        spec = msgspec.structs.replace(spec, limit=spec.limit - campaign.total)
    if not new:
        return 0
    with chosen(ctx.tx, campaign.version_id, spec, only=new, everything=everything):
        joined = dealing.first_tasks(ctx.tx, campaign.campaign_id, spec, ctx.now)
    if joined:
        _tell(ctx, campaign, spec)
    return joined


def _tell(ctx: Context, campaign: Campaign, spec: CampaignSpec) -> None:
    """Tell those who got assets, and the people of a queue, that there is more to do."""
    rows = ctx.tx.all(
        "select assignee_id, step, count(*) as n from data.tasks "
        "where campaign_id = $1 and created = $2 and is_current and state = 'in_progress' group by 1, 2",
        campaign.campaign_id, ctx.now,
    )  # fmt: skip
    ids = {login: member_id for member_id, login in people.logins(ctx.tx).items()}
    for row in rows:
        step = spec.workflow.steps[row["step"]]
        if row["assignee_id"] is None:  # a rule may send one asset after the other: once an hour is enough
            text = f"There is new work in {campaign.name!r}, step {step.name!r}."
            once = f"new work {campaign.campaign_id} {row['step']} {ctx.now:%Y-%m-%d %H}"
            to = [ids[login] for login in step.assignees]
            tell(ctx, to, "assigned", text, campaign_id=campaign.campaign_id, once=once)
        else:
            some = "1 asset" if row["n"] == 1 else f"{row['n']:,} assets"
            text = f"{some} came to {campaign.name!r}, step {step.name!r}."
            tell(ctx, [row["assignee_id"]], "assigned", text, campaign_id=campaign.campaign_id)
