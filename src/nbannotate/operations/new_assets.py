"""How assets come into a launched campaign after its launch."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import msgspec
from msgspec import Struct

from nbannotate.errors import Refused, Stale
from nbannotate.model import Campaign, CampaignSpec
from nbannotate.operations.notifications import tell
from nbannotate.operations.planning import fingerprint
from nbannotate.operations.registry import Context, found
from nbannotate.store import asset_selection, distribution, gold, people, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store.asset_selection import chosen
from nbannotate.store.staging import Stage
from nbannotate.texts import quoted, t


class Coming(Struct, frozen=True):
    """Tasks that were staged for a campaign: their batch, how many, when, and a text for what that was made from."""

    batch_id: int
    campaign_id: int
    count: int
    created: datetime.datetime
    ground: str


def check_open(ctx: Context, campaign: Campaign) -> None:
    """Raise Refused, with the reason, if the assets that wait cannot join a campaign."""
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


def stage_tasks(
    ctx: Context,
    stage: Stage,
    campaign: Campaign,
    asset_ids: str | None = None,
    reveal: Callable[[], None] = lambda: None,
    *,
    everything: bool = False,
) -> Coming:
    """Choose among assets that are new to a launched campaign, and make their first tasks in pieces.

    Parameters
    ----------
    ctx, stage, campaign
        The context, which reads through the stage; the stage; and the campaign.
    asset_ids
        Only these (:func:`nbannotate.store.transaction.id_list`); None for all that are not in the campaign.
    reveal
        Makes the staged assets visible for as long as is chosen.
    everything
        Whatever the filter and the limit of the campaign say.
    """
    ground = _ground(ctx, campaign)
    written = stored.spec(ctx.tx, campaign.campaign_id)
    spec = written if everything else _with_room(written, campaign)
    made, file = 0, ctx.engine.spool / f"chosen-{stage.batch_id}.parquet"
    if spec is not None:
        try:
            with stage.trial():
                reveal()
                new = _new(ctx, campaign, asset_ids)
                with chosen(stage, campaign.version_id, spec, only=new, everything=everything):
                    asset_selection.put_aside(stage, file)
            asset_selection.take_up(stage, file)
        finally:
            file.unlink(missing_ok=True)
        images = gold.assets(stage, campaign.version_id, spec, campaign.campaign_id)
        made = distribution.stage_first_tasks(stage, campaign.campaign_id, spec, ctx.now, images=images)
        asset_selection.drop(stage)
    return Coming(stage.batch_id, campaign.campaign_id, made, ctx.now, ground)


def take_staged(ctx: Context, campaign: Campaign | None, coming: Coming | None) -> int:
    """Give staged tasks to the campaign that takes them now, and return how many; raise Stale if that has changed."""
    same = (campaign and campaign.campaign_id) == (coming and coming.campaign_id)
    if not same or (campaign and coming and coming.ground != _ground(ctx, campaign)):
        raise Stale("The campaign that new assets join was changed while they were prepared; try again.")
    if campaign is None or coming is None or not coming.count:
        return 0
    distribution.reveal_tasks(ctx.tx, coming.batch_id, campaign.campaign_id)
    _tell(ctx, campaign, stored.spec(ctx.tx, campaign.campaign_id), coming.created)
    return coming.count


def take_sent(ctx: Context, campaign_id: int, asset_ids: str) -> int:
    """Create the first tasks of assets that were sent to a campaign, whatever its filter and limit say.

    Those that are in it are passed over. A campaign that is not launched takes none: its launch will. While another
    campaign runs on the version, they wait. Return how many came.
    """
    campaign: Campaign = found(stored.campaign(ctx.tx, campaign_id), f"campaign {campaign_id}")
    if campaign.launched is None or campaign.archived:
        return 0
    if stored.running_on(ctx.tx, campaign.version_id, but=campaign_id):
        return 0
    new = _new(ctx, campaign, asset_ids)
    spec = stored.spec(ctx.tx, campaign_id)
    with chosen(ctx.tx, campaign.version_id, spec, only=new, everything=True):
        joined = distribution.first_tasks(ctx.tx, campaign_id, spec, ctx.now)
    if joined:
        _tell(ctx, campaign, spec, ctx.now)
    return joined


def _ground(ctx: Context, campaign: Campaign) -> str:
    """Return a short text that differs if what tasks of new assets are made from has changed."""
    spec = stored.spec(ctx.tx, campaign.campaign_id)
    people_now = sorted((step, sorted(who)) for step, who in stored.workers(ctx.tx, campaign.campaign_id).items())
    return fingerprint(spec, campaign.launched, campaign.archived, campaign.total, people_now)


def _with_room(spec: CampaignSpec, campaign: Campaign) -> CampaignSpec | None:
    """Return a spec that takes as many assets as there is room for; None if there is none."""
    if spec.limit is None:
        return spec
    room = spec.limit - campaign.total
    return msgspec.structs.replace(spec, limit=room) if room > 0 else None


def _new(ctx: Context, campaign: Campaign, asset_ids: str | None) -> str:
    """Return those of some assets of the version, or of all, that are not in a campaign."""
    return asset_selection.not_in(ctx.tx, campaign.version_id, campaign.campaign_id, asset_ids)


def _tell(ctx: Context, campaign: Campaign, spec: CampaignSpec, created: datetime.datetime) -> None:
    """Tell those who got assets, and the people of a queue, that there is more to do."""
    rows = task_rows.arrived(ctx.tx, campaign.campaign_id, created)
    ids = {login: member_id for member_id, login in people.logins(ctx.tx).items()}
    for came in rows:
        step = spec.workflow.steps[came.step]
        if came.assignee_id is None:  # a rule may send one asset after the other: once an hour is enough
            text = t(
                "There is new work in {campaign}, step {step}.", campaign=quoted(campaign.name), step=quoted(step.name)
            )
            once = f"new work {campaign.campaign_id} {came.step} {ctx.now:%Y-%m-%d %H}"
            to = [ids[login] for login in step.assignees]
            tell(ctx, to, "assigned", text, campaign_id=campaign.campaign_id, once=once)
        else:
            some = t("1 asset") if came.n == 1 else t("{n} assets", n=came.n)
            text = t(
                "{n+} came to {campaign}, step {step}.", n=some, campaign=quoted(campaign.name), step=quoted(step.name)
            )
            tell(ctx, [came.assignee_id], "assigned", text, campaign_id=campaign.campaign_id)
